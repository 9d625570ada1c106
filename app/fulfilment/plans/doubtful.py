"""Doubtful locations first: where something was short lately is looked at while there is time to mend it."""

from collections.abc import Collection
from typing import NamedTuple

from app.fulfilment.plans.searching import Distances, length_of


class Early(NamedTuple):
    """The order of the stops, which of them come early, and how much longer the walk is for it, in millimetres."""

    order: tuple[int, ...]
    early: tuple[int, ...]
    detour_mm: int


def doubtful_first(
    order: tuple[int, ...], doubtful: Collection[int], distances: Distances, most_mm: int
) -> Early:
    """Move doubtful stops to the front, in walking order, each as long as the whole detour stays within ``most_mm``.

    ``order`` and ``distances`` as ``searching`` has them: stops, then the start, then the end. A doubtful stop that
    comes first anyway is early at no cost.
    """
    shortest = length_of(order, distances)
    found, early = order, tuple[int, ...]()
    for stop in (stop for stop in order if stop in doubtful):
        front = (*early, stop)
        tried = (*front, *(other for other in found if other not in front))
        if length_of(tried, distances) - shortest <= most_mm:
            found, early = tried, front
    return Early(found, early, length_of(found, distances) - shortest)
