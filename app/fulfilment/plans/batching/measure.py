"""Who knows how long the tour over some orders is."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.fulfilment.plans.batching.orders import Members

Lengths = NDArray[np.int64]


class Measure(Protocol):
    """Lengths of tours in whole millimetres. More orders never make a tour shorter."""

    def length(self, members: Members) -> int:
        """The tour over all stops of these orders; 0 for none."""
        ...

    def alone_at_least(self, order: int) -> int:
        """A lower bound of any tour with this order."""
        ...

    def lengths(self, batches: Sequence[Members], others: Sequence[Members]) -> Lengths:
        """The tours over each of the batches joined with each of the others. Shape (batches, others)."""
        ...
