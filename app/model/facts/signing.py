"""Facts about who stands at a terminal."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from app.model.people import View


class SignOffCause(StrEnum):
    """Why somebody was signed off."""

    KEY = "key"
    BADGE = "badge"
    PARKED = "parked"
    PASSED_ON = "passed_on"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An operator signed in and works in a view."""

    TYPE: ClassVar[str] = "signed_in"
    VERSION: ClassVar[int] = 1
    operator: str
    name: str
    view: View


@dataclass(frozen=True, slots=True)
class PinFailed:
    """A PIN was wrong. Five in a row close the badge here until a supervisor signs in."""

    TYPE: ClassVar[str] = "pin_failed"
    VERSION: ClassVar[int] = 1
    operator: str


@dataclass(frozen=True, slots=True)
class Locked:
    """Nobody touched the terminal for a while; a badge opens it again."""

    TYPE: ClassVar[str] = "locked"
    VERSION: ClassVar[int] = 1
    operator: str


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The operator who had been locked out came back."""

    TYPE: ClassVar[str] = "unlocked"
    VERSION: ClassVar[int] = 1
    operator: str


@dataclass(frozen=True, slots=True)
class ViewChanged:
    """The operator switched to another view."""

    TYPE: ClassVar[str] = "view_changed"
    VERSION: ClassVar[int] = 1
    operator: str
    view: View


@dataclass(frozen=True, slots=True)
class SignedOff:
    """An operator left the terminal."""

    TYPE: ClassVar[str] = "signed_off"
    VERSION: ClassVar[int] = 1
    operator: str
    cause: SignOffCause


SigningFact = SignedIn | PinFailed | Locked | Unlocked | ViewChanged | SignedOff
