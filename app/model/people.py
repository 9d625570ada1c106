"""Operators, their roles and their badges."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an operator may do. A supervisor may do everything that a picker and a packer may."""

    PICKER = "picker"
    PACKER = "packer"
    SUPERVISOR = "supervisor"


class Experience(StrEnum):
    """How well somebody knows the work. More is asked of a trainee."""

    TRAINEE = "trainee"
    EXPERIENCED = "experienced"


class View(StrEnum):
    """What a terminal shows."""

    PICKING = "picking"
    PACKING = "packing"
    EXCEPTIONS = "exceptions"


@dataclass(frozen=True, slots=True)
class Operator:
    """A person with a badge. The badge carries a secret; only its SHA-256 is kept.

    ``pin_verifier`` is Argon2id over PIN and badge secret together, so that nobody who reads this can try all PINs.
    Only supervisors have one.
    """

    id: str
    name: str
    roles: tuple[Role, ...]
    badge_sha256: str
    pin_verifier: str = ""
    experience: Experience = Experience.EXPERIENCED

    def may(self, view: View) -> bool:
        """Whether this person may work in a view."""
        if Role.SUPERVISOR in self.roles:
            return True
        wanted = {View.PICKING: Role.PICKER, View.PACKING: Role.PACKER, View.EXCEPTIONS: Role.SUPERVISOR}
        return wanted[view] in self.roles


def pin_material(pin: str, badge: str) -> str:
    """What an Argon2id verifier is made over: the PIN bound to the secret of the badge."""
    return f"{pin}:{badge}"
