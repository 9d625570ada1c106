"""What goes wrong at a station, as words that an operator can act on.

StationTrouble
├── JournalTrouble              the journal cannot take or give events
│   └── JournalFullError        the disk is full, and so is what was kept in reserve
├── StationInUseError           another process runs this station
├── NotEnrolledError            the station has no token yet
└── CentralTrouble              a request to the central came to nothing
    ├── Offline                 nobody answered
    ├── CentralRefusal          the central said no, and why
    └── CentralFault            the central failed, or what answered is not the central
"""

from app.model.answers import Param, Say
from app.model.words import phrase


class StationTrouble(Exception):
    """A code of the catalogue of words with its parameters."""

    def __init__(self, code: str, params: tuple[tuple[str, Param], ...] = ()) -> None:
        super().__init__(phrase(code, params))
        self.code = code
        self.params = params

    @property
    def words(self) -> Say:
        """The sentence for the operator."""
        return Say(self.code, self.params)


class JournalTrouble(StationTrouble):
    """The journal cannot take or give events."""


class JournalFullError(JournalTrouble):
    """The disk is full, and so is what was kept in reserve: nothing more can be confirmed."""


class StationInUseError(StationTrouble):
    """Another process runs this station already."""


class NotEnrolledError(StationTrouble):
    """The station has no token, or one that cannot be read."""


class CentralTrouble(StationTrouble):
    """A request to the central came to nothing."""


class Offline(CentralTrouble):
    """Nobody answered: no network, no central, or an answer that broke off."""


class CentralRefusal(CentralTrouble):
    """The central said no. ``status`` is the HTTP status, 400 to 499."""

    def __init__(self, code: str, params: tuple[tuple[str, Param], ...], status: int) -> None:
        super().__init__(code, params)
        self.status = status


class CentralFault(CentralTrouble):
    """The central failed (``central.fault``), or what answered is not the central (``central.nonsense``)."""
