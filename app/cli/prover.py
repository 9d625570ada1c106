"""The process that proves how good a walk is: started by ``storehand plan route``, killed when its time is up."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from app.cli.killable import answer
from app.fulfilment.plans.proving import prove


def _prove(distances: list[list[int]], seconds_left: Callable[[], float]) -> Iterator[dict[str, Any]]:
    for proof in prove(np.array(distances, dtype=np.int64), seconds_left):
        yield {"lower_bound_mm": proof.lower_bound_mm, "order": proof.order}


if __name__ == "__main__":
    answer(_prove)
