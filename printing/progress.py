"""What can become of one paper on its way through a printer: states, news, and the one table between them. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from app.model.answers import Say


class State(StrEnum):
    """Where a paper is. The values are what stands in the outbox."""

    QUEUED = "queued"
    """Nothing of it was given to a printer."""
    SENT = "sent"
    """It is being given to the printer; from here on it may come out."""
    ACCEPTED = "accepted"
    """The printer has it."""
    PRINTING = "printing"
    STOPPED = "stopped"
    """The printer has it and cannot go on, or cannot be asked; there is a reason."""
    BLOCKED = "blocked"
    """The printer cannot take it now, and has nothing of it; there is a reason. Tried again by itself."""
    REFUSED = "refused"
    """The printer will not take it as it is, and printed nothing; there is a reason. Waits for a person."""
    PRINTED = "printed"
    UNKNOWN = "unknown"
    """Nobody knows whether it came out. Never sent again by itself: a second label is a second parcel."""
    VOID = "void"
    """A person took it back."""


class News(StrEnum):
    """What was heard about a paper: from the spool, from its printer, or from a person."""

    SENDING = "sending"
    HELD = "held"
    """The printer has nothing of it and cannot take it now."""
    REFUSED = "refused"
    ACCEPTED = "accepted"
    PRINTING = "printing"
    STOPPED = "stopped"
    PRINTED = "printed"
    LOST = "lost"
    """It may have come out or not, and the printer cannot say any more."""
    WITHDRAWN = "withdrawn"
    """The printer gave it back and printed nothing of it."""
    CAME_OUT = "came_out"
    """A person holds it in the hand."""
    AGAIN = "again"
    """A person says: print it, whatever was before."""
    MOVED = "moved"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Progress:
    """News about a paper with its reason, and the handle by which the printer knows it."""

    news: News
    reason: Say | None = None
    handle: str = ""


_NOT_GIVEN = {
    News.HELD: State.BLOCKED,
    News.REFUSED: State.REFUSED,
    News.MOVED: State.QUEUED,
    News.VOIDED: State.VOID,
}
_TOLD_BY_PRINTER = {
    News.ACCEPTED: State.ACCEPTED,
    News.PRINTING: State.PRINTING,
    News.STOPPED: State.STOPPED,
    News.PRINTED: State.PRINTED,
    News.REFUSED: State.REFUSED,
    News.LOST: State.UNKNOWN,
}
_AT_PRINTER = {**_TOLD_BY_PRINTER, News.WITHDRAWN: State.QUEUED, News.VOIDED: State.VOID}

TABLE: dict[State, dict[News, State]] = {
    State.QUEUED: {**_NOT_GIVEN, News.SENDING: State.SENT},
    State.BLOCKED: {**_NOT_GIVEN, News.SENDING: State.SENT, News.AGAIN: State.QUEUED},
    State.REFUSED: {News.AGAIN: State.QUEUED, News.MOVED: State.QUEUED, News.VOIDED: State.VOID},
    State.SENT: {**_TOLD_BY_PRINTER, News.HELD: State.BLOCKED},
    State.ACCEPTED: _AT_PRINTER,
    State.PRINTING: _AT_PRINTER,
    State.STOPPED: _AT_PRINTER,
    State.UNKNOWN: {News.CAME_OUT: State.PRINTED, News.AGAIN: State.QUEUED, News.VOIDED: State.VOID},
    State.PRINTED: {},
    State.VOID: {},
}
"""Every change that there is. What is not in it does not happen."""

OVER = frozenset({State.PRINTED, State.VOID})
AT_PRINTER = frozenset({State.SENT, State.ACCEPTED, State.PRINTING, State.STOPPED})
IN_LINE = frozenset({State.QUEUED, State.BLOCKED}) | AT_PRINTER
"""These are worked on in order; the others wait for a person beside the line, or are over."""


def after(state: State, news: News) -> State | None:
    """The state after the news; nothing where the news cannot be about a paper in that state."""
    return TABLE[state].get(news)
