"""One day from beginning to report."""

import time
from typing import Any

from app.robot.day import opened
from app.robot.plan import Plan
from app.robot.report import report
from app.robot.trouble import RobotError


def run(plan: Plan) -> dict[str, Any]:
    """Work a day and say what it came to; ``ok`` in the report is whether all was as it must be.

    Raises:
        RobotError: the parts did not start, so that there is nothing to report.
    """
    begun = time.monotonic()
    trouble = ""
    with opened(plan) as day:
        try:
            day.work()
        except RobotError as error:
            trouble = str(error)
        told = report(day, trouble)
    return {**told, "seconds": round(time.monotonic() - begun, 1)}
