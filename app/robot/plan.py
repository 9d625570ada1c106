"""What the robot is told before its day begins: where everything is, how much to do, and what shall go wrong."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Rates:
    """How often something goes wrong: each is the chance, 0 to 1, at each occasion for it."""

    short: float = 0.0
    """A stop holds fewer units than the books say."""
    wrong_item: float = 0.0
    """An item of another style is scanned first."""
    sister_item: float = 0.0
    """Another variant of the same style is scanned first."""
    double_trigger: float = 0.0
    """The scanner sends the same bytes twice within 100 ms."""
    undo: float = 0.0
    """The last count or pick is taken back, then done again."""
    tote_full: float = 0.0
    """The tote is full: another one for the same order."""
    damaged: float = 0.0
    """A unit at the stop is broken."""
    damaged_at_bench: float = 0.0
    """A unit in the tote is broken."""

    def __post_init__(self) -> None:
        for each in fields(self):
            rate = getattr(self, each.name)
            if not isinstance(rate, int | float) or isinstance(rate, bool) or not 0 <= rate <= 1:
                raise ValueError(f"the rate {each.name} is {rate!r}; right would be a number from 0 to 1")

    @property
    def any(self) -> bool:
        """Whether anything can go wrong at all."""
        return any(getattr(self, each.name) for each in fields(self))


NONE = Rates()
USUAL = Rates(
    short=0.04,
    wrong_item=0.06,
    sister_item=0.06,
    double_trigger=0.06,
    undo=0.05,
    tote_full=0.03,
    damaged=0.03,
    damaged_at_bench=0.02,
)


def rates(told: str) -> Rates:
    """The rates of ``none``, ``usual``, or a JSON file such as ``{"short": 0.1}``.

    Raises:
        ValueError: the file is no object of rates; says what is wrong in it.
        OSError: the file cannot be read.
    """
    named = {"none": NONE, "usual": USUAL}.get(told)
    if named is not None:
        return named
    try:
        read = json.loads(Path(told).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f'{told}: {error}; right would be an object such as {{"short": 0.1}}') from error
    known = {each.name for each in fields(Rates)}
    if not isinstance(read, dict) or not known.issuperset(read):
        wrong = ", ".join(sorted(set(read) - known)) if isinstance(read, dict) else type(read).__name__
        raise ValueError(f"{told}: {wrong} is no rate; known are {', '.join(sorted(known))}")
    return Rates(**read)


def _as_it_is(url: str) -> str:
    return url


def _unwatched(scans: int) -> None:
    """Nobody minds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One day. ``storehand`` is how a command of the program is started, without its arguments.

    ``files`` is the folder of import files, which the robot also reads as its knowledge of the floor; ``home`` is
    where databases, journals and logs of the day go, on a real disk. Sizes are columns and rows, times are seconds.
    """

    storehand: tuple[str, ...]
    files: Path
    home: Path
    orders: int
    seed: int = 1
    size: tuple[int, int] = (80, 24)
    faults: Rates = NONE
    database: str = ""
    """An empty database; a SQLite file in ``home`` where none is named."""
    patience_s: float = 20.0
    """How long to wait for a screen to change before saying that it does not."""
    through: Callable[[str], str] = field(default=_as_it_is)
    """What the station is told as the central's address: a way round, for a day with a bad network."""
    watch: Callable[[int], None] = field(default=_unwatched)
    """Called with the number of the scan as soon as its last byte is written, before its verdict."""
