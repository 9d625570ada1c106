"""The walk that the floor map shows, worked out beside the scan path and kept for as long as it holds."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from app.fulfilment.plans.walking import WalkingGraph
from app.model.answers import Prompt
from app.model.floor import Floor, Location, LocationKind
from app.model.known import Known
from app.screens.scene import Walk

_AHEAD = 5
_Wanted = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Ground:
    floor: Floor
    locations: tuple[Location, ...]
    graph: WalkingGraph


class Walks:
    """Gives the walk to a prompt's target when it is ready, and asks for a repaint when it becomes ready."""

    def __init__(self, post: Callable[[Callable[[], object]], None]) -> None:
        self._post = post
        self._ground: _Ground | None = None
        self._wanted: _Wanted | None = None
        self._ready: tuple[_Wanted, Walk] | None = None
        self._at = ""
        self._target = ""

    def to(self, prompt: Prompt, known: Known) -> Walk | None:
        """The walk to where the prompt sends; nothing while it is being worked out, or where nobody has to walk."""
        if prompt.target not in known.locations:
            return None
        if prompt.target != self._target:
            self._at, self._target = self._target, prompt.target
        start = self._at if self._at in known.locations else _depot(known)
        wanted = (start, prompt.target, prompt.ahead[:_AHEAD])
        if self._ready is not None and self._ready[0] == wanted:
            return self._ready[1]
        if self._wanted != wanted:
            self._wanted = wanted
            locations = tuple(known.locations.values())
            threading.Thread(
                target=self._work_out, args=(wanted, known.floor, locations), daemon=True
            ).start()
        return None

    def _work_out(self, wanted: _Wanted, floor: Floor, locations: tuple[Location, ...]) -> None:
        ground = self._ground
        if ground is None or ground.floor is not floor or len(ground.locations) != len(locations):
            ground = _Ground(floor, locations, WalkingGraph.of(floor, locations))
            self._ground = ground
        start, target, ahead = wanted
        graph = ground.graph
        stops = [target, *(code for code in ahead if code)]
        places = {location.code: (location.x_mm, location.y_mm) for location in locations}
        walk = Walk(
            shelves=tuple(places.values()),
            now=tuple(graph.path(start, target)) if start else (places[target],),
            later=tuple(tuple(graph.path(a, b)) for a, b in pairwise(stops)),
            stops=tuple(places[code] for code in stops[1:]),
            target=places[target],
        )
        self._post(lambda: self._keep(wanted, walk))

    def _keep(self, wanted: _Wanted, walk: Walk) -> None:
        self._ready = (wanted, walk)


def _depot(known: Known) -> str:
    drops = (code for code, location in known.locations.items() if location.kind is LocationKind.DROP)
    return next(drops, "")
