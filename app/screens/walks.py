"""The walk that the floor map shows, worked out beside the scan path and kept for as long as it holds."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from app.fulfilment.plans.walking import WalkingGraph
from app.model.answers import Prompt
from app.model.floor import Floor, Location, LocationKind
from app.model.known import Known
from app.screens.scene import Point, Walk

_log = logging.getLogger("storehand.screens")

AHEAD = 5
"""So many stops after the target are shown."""
_Wanted = tuple[str, str, tuple[str, ...]]

Post = Callable[[Callable[[], object]], None]


class Walks:
    """Gives the walk to a prompt's target when it is ready.

    What is missing is asked for with ``to`` and worked out by ``work``, in a thread, once there is time for it;
    ``post`` brings the result back.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._ready: tuple[_Wanted, Walk] | None = None
        self._missing: tuple[_Wanted, Known] | None = None
        self._under_way: _Wanted | None = None
        self._shelves: tuple[int, tuple[Point, ...]] = (0, ())
        self._at = ""
        self._target = ""

    def to(self, prompt: Prompt, known: Known) -> Walk | None:
        """The walk to where the prompt sends; nothing while it is being worked out, or where nobody has to walk."""
        if prompt.target not in known.locations:
            return None
        if prompt.target != self._target:
            self._at, self._target = self._target, prompt.target
        start = self._at if self._at in known.locations else _depot(known)
        ahead = tuple(code for code in prompt.ahead if code in known.locations)[:AHEAD]
        wanted = (start or prompt.target, prompt.target, ahead)
        if self._ready is not None and self._ready[0] == wanted:
            return self._ready[1]
        if self._under_way != wanted:
            self._missing = wanted, known
        return None

    def work(self) -> None:
        """Begin to work out what is missing, in a thread."""
        task = self._task()
        if task is not None:
            threading.Thread(target=task, name="walk", daemon=True).start()

    def work_here(self) -> None:
        """Work out what is missing at once, for who has the time to wait."""
        task = self._task()
        if task is not None:
            task()

    def _task(self) -> Callable[[], None] | None:
        if self._missing is None:
            return None
        wanted, known = self._missing
        self._missing, self._under_way = None, wanted
        start, target, ahead = wanted
        stops = {code: known.locations[code] for code in (start, target, *ahead)}
        shelves = self._all_shelves(known)
        return partial(self._work_out, wanted, known.floor, stops, shelves)

    def _all_shelves(self, known: Known) -> tuple[Point, ...]:
        if self._shelves[0] != len(known.locations):
            places = {(place.x_mm, place.y_mm) for place in known.locations.values()}
            self._shelves = len(known.locations), tuple(sorted(places))
        return self._shelves[1]

    def _work_out(
        self, wanted: _Wanted, floor: Floor, stops: dict[str, Location], shelves: tuple[Point, ...]
    ) -> None:
        """A graph of only those few places: however large the floor is, that is quick."""
        start, target, ahead = wanted
        try:
            graph = WalkingGraph.of(floor, stops.values())
            places = {code: (place.x_mm, place.y_mm) for code, place in stops.items()}
            walk = Walk(
                shelves=shelves,
                now=graph.path(start, target),
                later=tuple(graph.path(a, b) for a, b in pairwise((target, *ahead))),
                stops=tuple(places[code] for code in ahead),
                target=places[target],
            )
        except Exception:  # noqa: BLE001 the map is not worth a fault
            _log.exception("no walk from %s to %s", start, target)
            return
        self._post(lambda: self._keep(wanted, walk))

    def _keep(self, wanted: _Wanted, walk: Walk) -> None:
        self._ready = wanted, walk


def _depot(known: Known) -> str:
    drops = (code for code, place in known.locations.items() if place.kind is LocationKind.DROP)
    return next(drops, "")
