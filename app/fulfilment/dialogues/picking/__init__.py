"""The picking dialogue: a picker, a cart, and a tour of stops.

Three pure functions (``decide``, ``evolve``, ``prompt``), and what signing off needs (``park``, ``pass_on``).
"""

from app.fulfilment.dialogues.picking.deciding import decide
from app.fulfilment.dialogues.picking.handing import park, pass_on
from app.fulfilment.dialogues.picking.prompting import prompt
from app.fulfilment.dialogues.picking.state import Picking, evolve, holds_work, settle

__all__ = ["Picking", "decide", "evolve", "holds_work", "park", "pass_on", "prompt", "settle"]
