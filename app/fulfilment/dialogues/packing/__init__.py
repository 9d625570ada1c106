"""The packing dialogue: a queue of totes, one open parcel at a bench, its label scanned back on the box.

Three pure functions (``decide``, ``evolve``, ``prompt``), ``settle``, and what signing off needs.
"""

from app.fulfilment.dialogues.packing.deciding import decide, holds_work, park, pass_on
from app.fulfilment.dialogues.packing.prompting import prompt
from app.fulfilment.dialogues.packing.state import Packing, Parcel, evolve, settle

__all__ = ["Packing", "Parcel", "decide", "evolve", "holds_work", "park", "pass_on", "prompt", "settle"]
