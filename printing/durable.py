"""Writing a file so that it is whole on the disk or not there."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Write a file and wait for the disk. Readers of the folder never see half of it.

    :raises OSError: then nothing is left of it, and what was there before stays.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640), "wb"
        ) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
