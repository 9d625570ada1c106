"""Disk space kept for the moment when the disk is full, so that the shift can end in order."""

import errno
import os
import shutil
from pathlib import Path

_STEPS = 64
_TO_WORK_WITH = 8
"""So many steps stay free beside the reserve."""
_SMALLEST_STEP = 64 * 1024


class Reserve:
    """A file of ``size`` bytes that gives its space back step by step.

    Steps, and not all at once: whatever filled the disk would fill the freed space too.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size
        self._step = max(size // _STEPS, min(_SMALLEST_STEP, size))
        self.fill()

    @property
    def left(self) -> int:
        """Bytes still kept."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def touched(self) -> bool:
        """Whether the disk was full since the reserve was last whole."""
        return self.left < self._size

    def fill(self) -> bool:
        """Take the space, if that leaves the disk some to work with. True when the reserve is whole."""
        missing = self._size - self.left
        if missing <= 0:
            return True
        if shutil.disk_usage(self._path.parent).free < missing + _TO_WORK_WITH * self._step:
            return False
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(handle, 0, self._size)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}:
                raise
            return False
        finally:
            os.close(handle)
        return True

    def give(self) -> bool:
        """Free one step of space. False when nothing is left."""
        left = self.left
        if not left:
            return False
        os.truncate(self._path, max(left - self._step, 0))
        return True
