"""The supervisor's view: what is stuck, why, what to do, and one key to do it.

Nothing here is a fact: every change is a request that the central may refuse. So the state is only what is looked at.
"""

from app.fulfilment.dialogues.supervising.deciding import decide
from app.fulfilment.dialogues.supervising.prompting import prompt
from app.fulfilment.dialogues.supervising.state import Desk, settle

__all__ = ["Desk", "decide", "prompt", "settle"]
