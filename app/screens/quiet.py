"""What waits until the terminal is quiet, so that it never stands between a scan and its verdict."""

import asyncio
import gc
from collections.abc import Callable, Iterable

QUIET_S = 0.25
"""After so long without a scan or a key there is time for what waits."""
SOON_S = 0.02
"""After so long a verdict is painted."""
MOST_TOUCHES = 50
"""So many scans in a row without a pause, and the garbage is collected between two of them all the same."""
_COLLECT_ALSO_EVERY_S = 60.0


class Quiet:
    """Collects garbage and does small jobs between scans; tells when nobody has touched the terminal for long.

    Starts by switching Python's own collecting off: what is there now is kept for good. ``chores`` are done once, one
    at a time; ``soon`` is called after each verdict and each piece of news, ``idle`` once when nobody came for
    ``idle_s`` seconds.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        soon: Callable[[], object],
        idle: Callable[[], object],
        idle_s: Callable[[], float],
        chores: Iterable[Callable[[], object]] = (),
    ) -> None:
        self._loop = loop
        self._chores = iter(chores)
        self._soon, self._idle, self._idle_s = soon, idle, idle_s
        self._touches = 0
        self._handles: dict[str, asyncio.TimerHandle] = {}
        gc.collect()
        gc.freeze()
        gc.disable()
        self._later("collect", _COLLECT_ALSO_EVERY_S, self._collect)
        self._later("chore", SOON_S, self._chore)

    def touched(self) -> None:
        """Somebody scanned, pressed or typed."""
        self._touches += 1
        self._later("collect", SOON_S if self._touches >= MOST_TOUCHES else QUIET_S, self._collect)
        self.stirred()
        self._later("idle", self._idle_s(), self._idle)
        if "chore" in self._handles:
            self._later("chore", QUIET_S, self._chore)

    def stirred(self) -> None:
        """Something changed without anybody's doing."""
        if "soon" not in self._handles:
            self._later("soon", SOON_S, self._do_soon)

    def close(self) -> None:
        """Python collects by itself again."""
        for handle in self._handles.values():
            handle.cancel()
        self._handles.clear()
        gc.enable()
        gc.unfreeze()

    def _later(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        waiting = self._handles.get(name)
        if waiting is not None:
            waiting.cancel()
        self._handles[name] = self._loop.call_later(seconds, call)

    def _do_soon(self) -> None:
        del self._handles["soon"]
        self._soon()

    def _chore(self) -> None:
        chore = next(self._chores, None)
        if chore is None:
            del self._handles["chore"]
            return
        chore()
        self._later("chore", SOON_S, self._chore)

    def _collect(self) -> None:
        self._touches = 0
        gc.collect()
        self._later("collect", _COLLECT_ALSO_EVERY_S, self._collect)
