"""An operator made of a screen reader and a virtual scanner, for the demo, tests and measuring.

It knows only what is painted and the import files: nothing of the rest of Storehand is imported here.
"""

from app.robot.plan import NONE, USUAL, Plan, Rates, rates
from app.robot.running import run

__all__ = ["NONE", "USUAL", "Plan", "Rates", "rates", "run"]
