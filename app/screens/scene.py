"""What is to be painted: everything a picture depends on, in one value, so that painting is a pure function."""

from dataclasses import dataclass

from app.model.answers import Prompt, Say, Verdict
from app.model.people import View
from app.screens.pictures import Drawn

Point = tuple[int, int]
"""A place on the floor in millimetres, from its lower left."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What the floor map shows: shelves, the leg to walk now, the legs after it, the stops after the target."""

    shelves: tuple[Point, ...] = ()
    now: tuple[Point, ...] = ()
    later: tuple[tuple[Point, ...], ...] = ()
    stops: tuple[Point, ...] = ()
    target: Point | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of something that work depends on, in words. ``trouble`` paints it as an alarm."""

    words: Say
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of a terminal."""

    prompt: Prompt
    view: View = View.PICKING
    station: str = ""
    operator: str = ""
    verdict: Verdict | None = None
    number: int = 0
    """How many verdicts were given since the start: a person, or a robot, sees that each scan was answered."""
    typing: str = ""
    conditions: tuple[Condition, ...] = ()
    notices: tuple[Say, ...] = ()
    """What must stay in sight until it is over: a disk that is full, a clock that is off."""
    walk: Walk | None = None
    explaining: bool = False
    """The why key was pressed: reasons are shown in place of the list."""
    by_tote: bool = False
    """The list shows what remains by tote, not by stop."""
    picture: Drawn | None = None
    """Shown in place of the list."""
    extra_keys: tuple[tuple[str, Say], ...] = ()
