"""What can stop the robot, each with what was on the screen."""

from app.robot.eyes import Glance


class RobotError(Exception):
    """The day cannot go on. The message is for people."""


class TerminalGoneError(RobotError):
    """The terminal's process has ended."""


class NotUnderstoodError(RobotError):
    """The screen does not say anything that the robot knows how to answer, or does not change."""

    def __init__(self, why: str, glance: Glance) -> None:
        frame = "\n".join(f"  |{line}" for line in glance.lines)
        super().__init__(f"{why}\n{frame}")
        self.why = why
