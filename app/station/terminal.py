"""The terminal without its screen: from a scan to its verdict, one at a time.

Every method is called on one loop, the screen's own; what other threads have to say arrives there too.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from app.fulfilment.dialogues import floor
from app.fulfilment.dialogues.resolver import BADGE, COMMAND
from app.model.answers import (
    AskCentral,
    AskForReprint,
    AskForTour,
    AskToJoin,
    AskToReopen,
    CheckPin,
    Command,
    Decision,
    Effect,
    Entry,
    Idle,
    LabelSeen,
    LentChanged,
    MoveLabel,
    Pressed,
    PrintLabel,
    Prompt,
    Refused,
    Say,
    TakeBackLabel,
    Tone,
    Typed,
    Verdict,
    bad,
    say,
    wait,
)
from app.model.facts import (
    CountUndone,
    Fact,
    Picked,
    PickUndone,
    PrintingFact,
    SignedIn,
    UnitsCounted,
    UnitVerified,
    VerifyUndone,
)
from app.model.facts.codec import Recorded
from app.model.known import Known
from app.model.scans import Scan, Scanned
from app.station.errands import Errands
from app.station.journal import Journal
from app.station.lent import Learned
from app.station.snapshot import freeze, thaw
from app.station.trouble import JournalTrouble

_log = logging.getLogger("storehand.station")

RETRIGGER_S = 0.2
CLOCK_OFF = timedelta(minutes=2)
KEPT = timedelta(days=14)
"""What the central has stays in the journal for so long."""
LONGEST_LINE = 200
MOST_ASIDE = 32
"""So many facts that nobody waits for are kept until the next one is recorded."""
_ENTER = "enter"
_DIGITS = frozenset("0123456789")
_AT_THE_CENTRAL = (AskCentral, AskForTour, AskToJoin, AskForReprint, AskToReopen)
"""What nobody may ask for without a badge."""
_COUNTING = (UnitsCounted, CountUndone, Picked, PickUndone, UnitVerified, VerifyUndone)


class Dialogue(Protocol):
    """The three pure functions of a dialogue, and its beginning. ``floor`` is the one that people work with.

    A state is a frozen dataclass that knows its ``operator`` and whether it is ``locked``.
    """

    NOBODY: Any

    def decide(self, session: Any, entry: Entry, known: Known, ref: str, /) -> Decision: ...

    def evolve(self, session: Any, fact: Fact, /) -> Any: ...

    def settle(self, session: Any, decision: Decision, /) -> Any: ...

    def prompt(self, session: Any, known: Known, /) -> Prompt: ...


def _now() -> datetime:
    return datetime.now(UTC)


class NoVerdictError(RuntimeError):
    """A dialogue left a scan or a key without an answer."""


class Terminal:
    """One terminal. ``changed`` is called whenever something came in that nobody here had scanned or pressed.

    ``windows`` are the retrigger windows in seconds of devices that differ from ``RETRIGGER_S``.

    Raises:
        JournalTrouble: the journal holds work that a later Storehand recorded.
    """

    def __init__(
        self,
        journal: Journal,
        known: Known,
        *,
        dialogue: Dialogue = floor,
        windows: Mapping[str, float] | None = None,
        wall: Callable[[], datetime] = _now,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        self.known = known
        self.changed: Callable[[Verdict | None], None] = lambda _: None
        self.errands: Errands | None = None
        self.recorded: Callable[[], None] = lambda: None
        """Called after facts were journaled: there is something to send."""
        self.typing = ""
        """What was typed or scanned digit by digit and not entered yet. Show dots while the prompt asks for a PIN."""
        self.verdicts = 0
        """How many scans, keys and lines got their verdict since the start."""
        self.recovered: Say | None = None
        """After a restart with work in hand: the last thing that counted. Gone with the first verdict."""
        self.network: Say = say("sync.connecting")
        self._journal = journal
        self._dialogue = dialogue
        self._windows = windows or {}
        self._wall = wall
        self._mono = mono
        self._acknowledged = 0
        self._earlier = 0
        self._triggers: dict[str, tuple[bytes, float]] = {}
        self._shown_badge = ""
        self._aside: list[tuple[str, Fact]] = []
        self._badge = ""
        self._clock_off: Say | None = None
        self._session = self._remember()
        if self._session.operator:
            # A process that died forgot the badge, and whoever stands here now may be somebody else.
            self._quietly(Idle())

    def _remember(self) -> Any:
        """Fold the session out of the journal, from where the terminal last stood still."""
        snapshot = thaw(self._journal.snapshot, type(self._dialogue.NOBODY), any_version=self._journal.forgot)
        session = self._dialogue.NOBODY if snapshot is None else snapshot
        counted: Recorded | None = None
        for recorded in self._journal.events(since_snapshot=snapshot is not None):
            session = self._dialogue.evolve(session, recorded.fact)
            if isinstance(recorded.fact, _COUNTING):
                counted = recorded
        if session.operator and not session.locked:
            self.recovered = _last_counted(counted)
        return session

    # --- what comes in ------------------------------------------------------------------------------------

    def scan(self, scan: Scan) -> Verdict:
        """Answer one scan: counted, refused, a double trigger, or waiting for something else. Always exactly one."""
        if self._is_double(scan):
            return self._given(Verdict(Tone.DUPLICATE, say("scan.duplicate")))
        from devices.codes import read  # the first paint does not wait for the tables of GS1

        reading = read(scan.raw)
        command = reading.text.removeprefix(COMMAND) if reading.text.startswith(COMMAND) else ""
        if command == _ENTER:
            return self.enter()
        if command in _DIGITS:
            return self._given(self._collect(command))
        if reading.text.startswith(BADGE):
            self._shown_badge = reading.text.removeprefix(BADGE)
        return self._answer(Scanned(scan, reading))

    def press(self, command: Command) -> Verdict:
        """Answer one key, or a command barcode."""
        return self._answer(Pressed(command))

    def type(self, text: str) -> Verdict:
        """Answer a line that was typed: a quantity, a choice, a PIN, whatever ``prompt().entry`` says."""
        if len(text) > LONGEST_LINE:
            return self._given(bad("type.too_long", limit=LONGEST_LINE))
        return self._answer(Typed(text.strip()))

    def type_key(self, character: str) -> None:
        """Add a character to the typing line, where one is asked for. A key that types gets no verdict yet."""
        if character.isprintable() and self.prompt().entry and len(self.typing) < LONGEST_LINE:
            self.typing += character

    def erase(self) -> None:
        """Take the last character of the typing line back."""
        self.typing = self.typing[:-1]

    def enter(self) -> Verdict:
        """Answer the typing line."""
        line, self.typing = self.typing, ""
        return self.type(line)

    def lent_changed(self) -> Verdict | None:
        """Let the dialogue compare its work with what is known now."""
        return self._quietly(LentChanged())

    def idle(self) -> Verdict | None:
        """Nobody touched the terminal for a while."""
        verdict = self._quietly(Idle())
        self._journal.tidy()
        self._forget_old()
        return verdict

    def _forget_old(self) -> None:
        """Keep the journal from growing for ever; with a clock that is off, nobody knows what is old."""
        if self._clock_off is not None:
            return
        try:
            self._journal.forget(self._wall() - KEPT, self._acknowledged)
        except Exception:  # noqa: BLE001 it can wait until the next time
            _log.exception("old events stay in the journal")

    # --- what is shown ------------------------------------------------------------------------------------

    def prompt(self) -> Prompt:
        """What the person at the terminal must do next."""
        try:
            return self._dialogue.prompt(self._session, self.known)
        except Exception:  # noqa: BLE001 a person gets words, whatever the dialogue does
            _log.exception("there is no prompt")
            return Prompt("fault", say("station.fault_large"), say("station.fault_ask"))

    @property
    def session(self) -> Any:
        """The dialogue's state, for those who draw more than its prompt: who is signed in, which view."""
        return self._session

    @property
    def badge(self) -> str:
        """The badge secret of whoever is signed in, for requests to the central; empty after a restart."""
        return self._badge

    @property
    def online(self) -> bool:
        """Whether the central answers."""
        return self.known.online

    @property
    def pending(self) -> int:
        """Events that the central has not confirmed yet."""
        return self._journal.last - self._acknowledged + self._earlier

    def notices(self) -> tuple[Say, ...]:
        """What stays true and must stay in sight: the network, the disk, the clock, a journal that was set aside."""
        standing = [self._journal.trouble, self._clock_off]
        if self._journal.on_reserve:
            standing.append(say("journal.on_reserve"))
        if self.network.code != "sync.online":
            standing.append(self.network)
        return tuple(notice for notice in standing if notice is not None)

    # --- from other threads, by way of the loop -----------------------------------------------------------

    def learn(self, records: Sequence[Learned]) -> None:
        """Take in what changed at the central."""
        for record in records:
            self.known.learn(*record)
        self.changed(self.lent_changed())

    def acknowledge(self, seq: int, earlier: int) -> None:
        """The central has this journal's events up to ``seq``; ``earlier`` ones of broken files are still to go."""
        self._acknowledged, self._earlier = seq, earlier
        self.changed(None)

    def hear_of_network(self, online: bool, words: Say) -> None:
        """The network came, went, or has something to say."""
        self.network = words
        if online == self.known.online:
            self.changed(None)
            return
        self.known.online = online
        self.changed(self.lent_changed())

    def hear_of_time(self, theirs: datetime, ours: datetime) -> None:
        """What the central's clock said, and this station's at the same moment. Said to people; never used."""
        off = abs(theirs - ours) > CLOCK_OFF
        was = self._clock_off
        shape = "%Y-%m-%d %H:%M UTC"
        self._clock_off = (
            say(
                "clock.off",
                station=ours.astimezone(UTC).strftime(shape),
                central=theirs.astimezone(UTC).strftime(shape),
            )
            if off
            else None
        )
        if (was is None) != (self._clock_off is None):
            self.changed(None)

    def hear_of_errand(self, entry: Entry) -> None:
        """An errand of the dialogue came back."""
        self.changed(self._quietly(entry))

    def hear_of_printer(self, fact: PrintingFact) -> None:
        """A printer of this station got stuck, or free again: recorded, and told by the screen that printed."""
        try:
            self._journal.append([(self._session.operator, fact)], self._wall(), self._mono())
        except JournalTrouble as trouble:
            _log.error("a printer's state was not recorded: %s", trouble)
        else:
            self.recorded()

    # --- one step -----------------------------------------------------------------------------------------

    def _is_double(self, scan: Scan) -> bool:
        """The same device and bytes within its window after it last sent them; a stuck trigger never counts twice."""
        raw, at = self._triggers.get(scan.device, (b"", float("-inf")))
        self._triggers[scan.device] = scan.raw, scan.at
        return scan.raw == raw and scan.at - at < self._windows.get(scan.device, RETRIGGER_S)

    def _collect(self, digit: str) -> Verdict:
        entry = self.prompt().entry
        if not entry:
            return bad("type.not_asked")
        if len(self.typing) >= LONGEST_LINE:
            return bad("type.too_long", limit=LONGEST_LINE)
        self.typing += digit
        return wait("type.digit", line="•" * len(self.typing) if entry == "pin" else self.typing)

    def _answer(self, entry: Entry) -> Verdict:
        self.typing = ""
        return self._given(self._safely(entry, needs_verdict=True) or bad("station.fault"))

    def _given(self, verdict: Verdict) -> Verdict:
        self.verdicts += 1
        self.recovered = None
        return verdict

    def _quietly(self, entry: Entry) -> Verdict | None:
        return self._safely(entry, needs_verdict=False)

    def _safely(self, entry: Entry, *, needs_verdict: bool) -> Verdict | None:
        """One step, or words: whatever fails, nothing changed and nobody sees a traceback."""
        try:
            return self._step(entry, needs_verdict=needs_verdict)
        except JournalTrouble as trouble:
            _log.error("nothing was recorded: %s", trouble)
            return Verdict(Tone.BAD, trouble.words)
        except Exception:  # noqa: BLE001 a person gets words, whatever the dialogue does
            _log.exception("the dialogue failed at %s", type(entry).__name__)
            return bad("station.fault")

    def _step(self, entry: Entry, *, needs_verdict: bool) -> Verdict | None:
        before = self._session
        ref = f"{self._journal.id}-{self._journal.last + 1}"
        decision = self._dialogue.decide(before, entry, self.known, ref)
        if needs_verdict and decision.verdict is None:
            raise NoVerdictError(type(entry).__name__)
        # All that can fail comes before the journal: what is recorded there can be folded again.
        after = self._dialogue.settle(before, decision)
        self._aside = [*self._aside, *_by_whom(before.operator, decision.aside, "")][-MOST_ASIDE:]
        facts = _by_whom(before.operator, decision.facts, after.operator)
        facts = [*self._aside, *facts] if facts else []
        snapshot = freeze(after) if facts and (after.locked or not after.operator) else ""
        self._journal.append(facts, self._wall(), self._mono(), snapshot=snapshot)
        self._session = after
        self._mind_badge()
        if facts:
            self._aside = []
            self.recorded()
        verdict = decision.verdict
        for effect in decision.effects:
            refused = self._begin(effect)
            if refused is not None:
                verdict = self._quietly(refused) or verdict
        return verdict

    def _mind_badge(self) -> None:
        """Keep a badge's secret only while its owner is signed in."""
        session = self._session
        if not session.operator or session.locked:
            self._badge = ""
            if self.prompt().entry != "pin":
                self._shown_badge = ""
            return
        operator = self.known.operators.get(session.operator)
        shown = hashlib.sha256(self._shown_badge.encode()).hexdigest()
        if operator is not None and hmac.compare_digest(shown, operator.badge_sha256):
            self._badge = self._shown_badge
            self._shown_badge = ""

    def _begin(self, effect: Effect) -> Refused | None:
        """Begin an errand; what is recorded stays recorded, whatever becomes of it."""
        if self.errands is None:
            # Where nothing prints, nothing is to be taken back or settled.
            return None if isinstance(effect, TakeBackLabel | LabelSeen) else Refused("central.offline")
        if isinstance(effect, _AT_THE_CENTRAL) and not self._badge:
            return Refused("station.badge_needed")
        match effect:
            case PrintLabel(parcel=parcel) | MoveLabel(parcel) | AskToReopen(parcel):
                label = self.known.labels.get(parcel)
            case _:
                label = None
        try:
            self.errands.run(
                effect,
                badge=self._badge,
                operator=self.known.operators.get(effect.operator) if isinstance(effect, CheckPin) else None,
                sscc=label.sscc if label is not None else "",
                answer=self.hear_of_errand,
            )
        except RuntimeError as error:
            _log.error("an errand was not begun: %s", error)
            return Refused("station.errand_failed")
        return None


def _by_whom(before: str, facts: Sequence[Fact], after: str) -> list[tuple[str, Fact]]:
    """Each fact with its operator: signing facts name theirs, all others belong to whoever was signed in then."""
    told: list[tuple[str, Fact]] = []
    current = before
    for fact in facts:
        if isinstance(fact, SignedIn):
            current = fact.operator
        told.append((getattr(fact, "operator", "") or current or after, fact))
    return told


def _last_counted(counted: Recorded | None) -> Say:
    match counted.fact if counted is not None else None:
        case UnitsCounted() | CountUndone() as fact:
            return say(f"recovered.{fact.TYPE}", quantity=fact.quantity)
        case Picked() | PickUndone() | UnitVerified() | VerifyUndone() as fact:
            return say(f"recovered.{fact.TYPE}", quantity=fact.quantity, sku=fact.sku, tote=fact.tote)
        case _:
            return say("recovered.nothing_counted")
