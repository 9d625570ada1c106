"""The zero check: is a location empty that should be empty now?"""

from app.fulfilment.dialogues.picking.state import Picking
from app.model.answers import Decision, bad, good
from app.model.facts import ZeroChecked
from app.model.work import Task

MOST_LEFT = 9999
"""More units in one typed line is a slip of the finger."""


def checked(state: Picking, task: Task, text: str) -> Decision:
    """The answer: 0 for empty, else how many are left."""
    left = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_LEFT)) else None
    if left is None:
        return Decision(
            verdict=bad("pick.zero_check_number", read=text, location=task.location, most=MOST_LEFT)
        )
    fact = ZeroChecked(state.tour.id, task.id, task.sku, task.lot, task.location, left)
    code = "pick.not_empty" if left else "pick.is_empty"
    return Decision((fact,), good(code, location=task.location, left=left))
