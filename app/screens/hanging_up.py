"""A terminal that vanishes must not leave a process behind, and least of all one that burns a core.

Where the terminal is not the controlling one (containers, services) no signal comes: the library goes on reading an
end of file for ever. Everything confirmed is on the disk, so leaving at once loses nothing.
"""

import logging
import os
import select
import threading
import time
from collections.abc import Callable

_log = logging.getLogger("storehand.screens")

LEAVES_WITHIN_S = 5.0
GONE = 1
"""The exit status of a program whose terminal went away."""


def watch(descriptor: int, leave: Callable[[], object]) -> None:
    """Call ``leave`` from a thread once the terminal is gone; end the process where that does not end it in time."""
    if not os.isatty(descriptor):
        return

    def wait() -> None:
        poll = select.poll()
        poll.register(descriptor, 0)  # only its end is reported, and without asking for it
        poll.poll()
        _log.warning("the terminal is gone")
        leave()
        time.sleep(LEAVES_WITHIN_S)
        os._exit(GONE)

    threading.Thread(target=wait, name="hang-up", daemon=True).start()
