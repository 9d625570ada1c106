"""What a dialogue says: prompts, verdicts, and what it wants done. Screens draw these and nothing else."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from app.model.facts import Fact
from app.model.items import PackLevel
from app.model.scans import Scanned

Param = str | int


class Command(StrEnum):
    """What a key or a command barcode asks for. One meaning in every view."""

    UNDO = "undo"
    QUANTITY = "quantity"
    PROBLEM = "problem"
    FULL = "full"
    """The container is full: another tote while picking, another parcel while packing."""
    WHY = "why"
    BACK = "back"
    PAUSE = "pause"
    """Lock the screen: the work stays in hand."""
    VIEW = "view"
    SIGN_OFF = "sign_off"
    REPRINT = "reprint"
    HELP = "help"
    UP = "up"
    DOWN = "down"
    PANE = "pane"
    """The next list of the supervisor's view."""
    CHOOSE = "choose"
    """Do what is proposed for the row that is marked."""


class Kind(StrEnum):
    """What a code can mean. A step lists the kinds that it accepts, in order."""

    BADGE = "badge"
    COMMAND = "command"
    CART = "cart"
    TOTE = "tote"
    LOCATION = "location"
    ITEM = "item"
    LOT = "lot"
    SERIAL = "serial"
    CARTON = "carton"
    LABEL = "label"
    ORDER = "order"
    PARCEL = "parcel"


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence by its code in the catalogue of words, and what goes into it."""

    code: str
    params: tuple[tuple[str, Param], ...] = ()


def say(code: str, **params: Param) -> Say:
    """A sentence of the catalogue with its parameters."""
    return Say(code, tuple(params.items()))


class Tone(StrEnum):
    """The four answers that a scan can get. Each has its own word, sign, colour, place and sound."""

    GOOD = "good"
    BAD = "bad"
    DUPLICATE = "duplicate"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The one answer to a scan or a key."""

    tone: Tone
    words: Say

    @property
    def code(self) -> str:
        """The stable code, which tests assert."""
        return self.words.code


def good(code: str, **params: Param) -> Verdict:
    """It counted."""
    return Verdict(Tone.GOOD, say(code, **params))


def bad(code: str, **params: Param) -> Verdict:
    """It changed nothing; the words say what was read and what was expected."""
    return Verdict(Tone.BAD, say(code, **params))


def wait(code: str, **params: Param) -> Verdict:
    """It was understood and something else must happen first: a second scan, an answer from the central."""
    return Verdict(Tone.WAIT, say(code, **params))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list below the prompt: the next stops, the open units, the queue."""

    key: str
    text: str
    done: int
    of: int
    current: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person must do next.

    ``large`` is drawn in block letters (13 characters fit on 80 columns); ``ask`` is the one question in plain
    words and must carry everything needed to answer it; ``detail`` is small. ``entry`` says that typing is
    expected: ``quantity``, ``choice``, ``sku``, ``pin``, ``weight``, ``reason`` or empty.
    """

    step: str
    large: Say
    ask: Say
    detail: tuple[Say, ...] = ()
    accepts: tuple[Kind, ...] = ()
    keys: tuple[Command, ...] = ()
    rows: tuple[Row, ...] = ()
    by_tote: tuple[Row, ...] = ()
    """The same list by tote, for the key that shows the other list; empty where there is none."""
    done: int = 0
    of: int = 0
    entry: str = ""
    target: str = ""
    """The location to walk to, for the floor map; empty where there is none."""
    ahead: tuple[str, ...] = ()
    """The locations after it, in walking order."""
    why: tuple[Say, ...] = ()
    """What the why key shows."""
    put_back: Say | None = None
    """After an undo: what goes back and where. Stays until the next scan."""


# --- what goes into a dialogue -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key, or a command barcode."""

    command: Command


@dataclass(frozen=True, slots=True)
class Typed:
    """A line that was typed and entered; the step says what it should be."""

    text: str


@dataclass(frozen=True, slots=True)
class LentChanged:
    """What this terminal knows has changed: new work, a label, the network. The dialogue compares and decides."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody has touched the terminal for the configured time."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The central's no to a request that a dialogue made, by its code."""

    code: str
    params: tuple[tuple[str, Param], ...] = ()


@dataclass(frozen=True, slots=True)
class PinChecked:
    """The answer of the PIN check that a dialogue asked for."""

    operator: str
    right: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The central's answer to a supervisor's request: its JSON, decoded, for the topic it was asked about."""

    topic: str
    data: object


Entry = Scanned | Pressed | Typed | LentChanged | Idle | Refused | PinChecked | Told


# --- what comes out of it ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AskForTour:
    """Ask the central for a tour for this cart: a parked one that stands on it, or a new one.

    ``cart`` may be a tote that waits in a buffer. ``take_over`` asks for the tour that a colleague walks with.
    """

    cart: str
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class AskToJoin:
    """Ask that an urgent order that was offered comes along on a tour: the picker agrees."""

    tour: str
    order: str


@dataclass(frozen=True, slots=True)
class AskForReprint:
    """Ask for the same label again, with a reason."""

    parcel: str
    reason: str


@dataclass(frozen=True, slots=True)
class AskToReopen:
    """Ask to reopen a closed parcel, which voids its label."""

    parcel: str


@dataclass(frozen=True, slots=True)
class PrintLabel:
    """Print the label and the papers of a parcel at this station. The attempt is recorded before.

    It may be asked for again: each copy is printed once.
    """

    parcel: str
    copy: int


@dataclass(frozen=True, slots=True)
class MoveLabel:
    """Print the label of a parcel on another printer of this station, when it does not come out of the first."""

    parcel: str


@dataclass(frozen=True, slots=True)
class TakeBackLabel:
    """Do not print what still waits of a label: its number is void."""

    sscc: str


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """The label of a number was scanned here: it came out, whatever its printer knows."""

    sscc: str


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Check a PIN against the badge that was scanned; slow by design, so it runs beside the dialogue."""

    operator: str
    badge: str
    pin: str


@dataclass(frozen=True, slots=True)
class AskCentral:
    """A supervisor's request, made online. Its answer comes back as ``Told`` with the same topic."""

    topic: str
    method: str
    path: str
    body: tuple[tuple[str, Param], ...] = ()


Effect = (
    AskForTour
    | AskToJoin
    | AskForReprint
    | AskToReopen
    | PrintLabel
    | MoveLabel
    | TakeBackLabel
    | LabelSeen
    | CheckPin
    | AskCentral
)


class Keep(Enum):
    """The question in the air stays as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from one entry: facts to journal, one verdict for a scan or a key, and effects after the fsync.

    ``asking`` is the dialogue's own question that is in the air from now on, once the facts are folded: a pending
    jump, an open list of problems, the first of two equal scans. Any frozen value of the dialogue's own; ``None`` asks
    nothing more; ``KEEP`` leaves what is there. It is no fact: it is lost with the process and simply asked again.
    A dialogue's state carries it in its field ``asking``.
    """

    facts: tuple[Fact, ...] = ()
    verdict: Verdict | None = None
    effects: tuple[Effect, ...] = ()
    aside: tuple[Fact, ...] = ()
    """Facts that nobody waits for: recorded with the next ones, and lost if there are none. They change no state."""
    asking: object = KEEP


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means where it was scanned."""

    kind: Kind
    key: str
    """The badge's operator, the command, or the code of cart, tote, location, SKU, carton, parcel, order."""
    quantity: int = 1
    level: PackLevel = PackLevel.UNIT
    lot: str = ""
    serial: str = ""
