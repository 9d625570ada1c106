"""A whole terminal: people come and go, pick, pack and switch, and nothing is lost between them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.dialogues import floor
from app.fulfilment.dialogues.floor import NOBODY, Session
from app.fulfilment.dialogues.supervising import Desk
from app.model.answers import (
    AskCentral,
    Command,
    Decision,
    Effect,
    Entry,
    Idle,
    LentChanged,
    PinChecked,
    Pressed,
    PrintLabel,
    Prompt,
    Refused,
    Told,
    Tone,
    Typed,
)
from app.model.facts import (
    Fact,
    LabelPrinted,
    ParcelParked,
    ParcelPassedOn,
    ParcelSetAside,
    ParcelWeighed,
    SignedIn,
    SignedOff,
    SignOffCause,
    TourParked,
    TourPassedOn,
    TourTaken,
    UnitVerified,
)
from app.model.known import Known
from app.model.people import View
from app.model.scans import Scanned
from app.model.work import LentTour
from tests.fulfilment.dialogues import packing_bench
from tests.fulfilment.dialogues.a_warehouse import a_task, a_tour, a_warehouse
from tests.fulfilment.dialogues.packing_bench import (
    JOBS,
    SSCC,
    as_read_again,
    badge,
    label,
    must_have_words,
    scan,
)

TOUR = a_tour(a_task("t1", "BREAD", 2, "A-01"), a_task("t2", "NAILS", 7, "B-02"))
LENT = LentTour(TOUR, "bench-1", "paul")


def both_warehouses() -> Known:
    """Shelves to pick from and a bench to pack at."""
    known = a_warehouse()
    bench = packing_bench.warehouse()
    for kind, table in (
        ("item", bench.items),
        ("carton", bench.cartons),
        ("pack_job", bench.pack_jobs),
        ("tote", bench.totes),
        ("location", bench.locations),
        ("operator", bench.operators),
    ):
        for key, value in table.items():
            known.learn(kind, key, value)
    known.labels.clear()
    return known


class Terminal:
    """A terminal: what always holds is checked after every entry."""

    def __init__(self) -> None:
        self.known = both_warehouses()
        self.session = NOBODY
        self.facts: list[Fact] = []
        self.last = Decision()
        self._refs = count(1)

    def do(self, entry: Entry) -> str:
        before = self.session
        self.last = floor.decide(before, entry, self.known, f"P{next(self._refs)}")
        verdict = self.last.verdict
        if isinstance(entry, Scanned | Pressed | Typed):
            assert verdict is not None, "every scan and key gets a verdict"
        self.session = floor.settle(before, self.last)
        self.facts += self.last.facts
        if verdict is not None:
            must_have_words(verdict.words)
            if verdict.tone is Tone.BAD and isinstance(entry, Scanned | Pressed | Typed):
                assert self.last.facts == ()
                assert without_questions(self.session) == without_questions(before)
        for sentence in packing_bench.says(self.prompt):
            must_have_words(sentence)
        return verdict.code if verdict is not None else ""

    def scan(self, *texts: str) -> str:
        code = ""
        for text in texts:
            code = self.do(scan(text))
        return code

    def badge(self, name: str) -> str:
        return self.do(scan(badge(name)))

    def press(self, command: Command) -> str:
        return self.do(Pressed(command))

    def type(self, text: str) -> str:
        return self.do(Typed(text))

    def learn(self, kind: str, key: str, value: object) -> str:
        self.known.learn(kind, key, value)
        return self.do(LentChanged())

    def pin(self, name: str, *, right: bool = True) -> str:
        self.type("1234")
        return self.do(PinChecked(name, right))

    @property
    def prompt(self) -> Prompt:
        return floor.prompt(self.session, self.known)

    def effects(self) -> tuple[Effect, ...]:
        return self.last.effects

    def after_a_crash(self) -> Session:
        session = NOBODY
        for fact in as_read_again(self.facts):
            session = floor.evolve(session, fact)
        return session

    def weigh(self) -> None:
        detail = next(sentence for sentence in self.prompt.detail if sentence.code == "pack.calculated")
        assert self.type(str(dict(detail.params)["weight"])) == "pack.weighed"


def without_questions(session: Session) -> Session:
    return replace(
        session,
        desk=Desk(),
        signing=replace(session.signing, asking=None),
        picking=replace(session.picking, asking=None) if session.picking is not None else None,
        packing=replace(session.packing, asking=None),
    )


def took_the_tour(terminal: Terminal) -> bool:
    return any(isinstance(fact, TourTaken) for fact in terminal.last.facts)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def picker(terminal: Terminal) -> Terminal:
    """Paul has taken a tour."""
    terminal.badge("paul")
    terminal.learn("tour", TOUR.id, LENT)
    assert took_the_tour(terminal)
    return terminal


@pytest.fixture
def packer(terminal: Terminal) -> Terminal:
    """Pia has an open parcel with one unit in it."""
    terminal.badge("pia")
    terminal.scan("T1", "tee-m")
    assert isinstance(terminal.facts[-1], UnitVerified)
    return terminal


def test_nobody_is_asked_for_a_badge(terminal: Terminal) -> None:
    assert terminal.prompt.step == "sign_in"
    assert terminal.scan("T1") == "sign.scan_your_badge"


def test_news_comes_to_nobody(terminal: Terminal) -> None:
    terminal.learn("tour", TOUR.id, LENT)
    assert terminal.last == Decision()


def test_a_tour_that_waited_is_taken_when_its_picker_signs_in(terminal: Terminal) -> None:
    terminal.known.learn("tour", TOUR.id, LENT)
    assert terminal.badge("paul") == "sign.welcome"
    assert isinstance(terminal.last.facts[0], SignedIn)
    assert took_the_tour(terminal)


def test_a_tour_that_somebody_waited_for_is_said_to_be_there(terminal: Terminal) -> None:
    terminal.badge("paul")
    assert terminal.learn("tour", TOUR.id, LENT) == "pick.tour_taken"


def test_a_packer_takes_no_tour(terminal: Terminal) -> None:
    terminal.badge("pia")
    terminal.learn("tour", TOUR.id, LENT)
    assert terminal.last.facts == ()


def test_a_tour_that_waited_is_taken_when_its_picker_looks(terminal: Terminal) -> None:
    terminal.badge("paul")
    terminal.press(Command.VIEW)
    terminal.learn("tour", TOUR.id, LENT)
    terminal.press(Command.VIEW)
    assert took_the_tour(terminal)


def test_switching_the_view_keeps_the_work_in_hand(picker: Terminal) -> None:
    before = picker.prompt
    picker.press(Command.VIEW)
    assert picker.scan("T1") == "pack.opened"
    picker.press(Command.VIEW)
    assert picker.prompt == before
    picker.press(Command.VIEW)
    assert picker.prompt.step == "verify"


def test_a_label_is_printed_while_its_packer_picks(terminal: Terminal) -> None:
    terminal.badge("paul")
    terminal.press(Command.VIEW)
    terminal.scan("T10", "tee-m")
    terminal.weigh()
    terminal.press(Command.VIEW)
    parcel = next(fact.parcel for fact in terminal.facts if isinstance(fact, ParcelWeighed))
    terminal.learn("label", parcel, label(parcel))
    assert terminal.effects() == (PrintLabel(parcel, 1),)


def test_a_label_that_came_while_locked_is_printed_on_unlocking(terminal: Terminal) -> None:
    terminal.badge("pia")
    terminal.scan("T10", "tee-m")
    terminal.weigh()
    terminal.do(Idle())
    parcel = next(fact.parcel for fact in terminal.facts if isinstance(fact, ParcelWeighed))
    terminal.learn("label", parcel, label(parcel))
    assert terminal.last == Decision()
    assert terminal.badge("pia") == "sign.unlocked"
    assert isinstance(terminal.last.facts[-1], LabelPrinted)
    assert terminal.do(scan(SSCC, sscc=SSCC)) == "pack.closed"


def test_signing_off_parks_parcel_and_tour(picker: Terminal) -> None:
    picker.press(Command.VIEW)
    picker.scan("T1", "tee-m")
    assert picker.press(Command.SIGN_OFF) == "sign.pass_or_park"
    assert picker.badge("paul") == "sign.parked"
    assert [type(fact) for fact in picker.last.facts] == [TourParked, ParcelParked, SignedOff]
    assert picker.prompt.step == "sign_in"


def test_a_parked_parcel_goes_on_with_anybody(packer: Terminal) -> None:
    packer.press(Command.SIGN_OFF)
    packer.badge("pia")
    packer.badge("paul")
    packer.press(Command.VIEW)
    assert packer.scan("T1") == "pack.resumed"
    assert packer.prompt.done == 1


def test_a_parcel_is_passed_on_and_stands_as_it_was(packer: Terminal) -> None:
    before = packer.prompt
    packer.badge("paul")
    assert packer.badge("paul") == "sign.passed_on"
    parcel = packer.session.packing.parcel
    assert parcel is not None
    assert packer.last.facts == (
        ParcelPassedOn(parcel.id, "paul"),
        SignedOff("pia", SignOffCause.PASSED_ON),
        SignedIn("paul", "Paul", View.PACKING),
    )
    assert packer.prompt == before


def test_a_tour_is_passed_on(picker: Terminal) -> None:
    picker.badge("pick")
    assert picker.badge("pick") == "sign.passed_on"
    assert picker.last.facts[0] == TourPassedOn(TOUR.id, "pick")
    assert picker.session.operator == "pick"


def test_a_packer_without_the_role_does_not_get_the_tour(picker: Terminal) -> None:
    assert picker.badge("pia") == "sign.may_not_take_over"


def test_a_parcel_that_awaits_its_label_does_not_hold_its_packer(terminal: Terminal) -> None:
    terminal.badge("pia")
    terminal.scan("T10", "tee-m")
    terminal.weigh()
    assert terminal.press(Command.SIGN_OFF) == "sign.goodbye"
    assert [type(fact) for fact in terminal.last.facts] == [ParcelSetAside, SignedOff]


def test_a_question_does_not_survive_who_was_asked(packer: Terminal) -> None:
    packer.press(Command.PROBLEM)
    assert packer.prompt.step == "problem"
    packer.press(Command.SIGN_OFF)
    packer.badge("pia")
    packer.badge("pia")
    assert packer.prompt.step == "queue"


def test_command_codes_are_keys_digits_and_enter(packer: Terminal) -> None:
    assert packer.scan("CMD:undo") == "pack.undone"
    assert packer.scan("CMD:problem") == "pack.choose_problem"
    assert packer.scan("CMD:1") == "pack.scan_or_choose"
    assert packer.scan("CMD:back") == "pack.back"
    packer.scan("tee-m", "tee-m", "mug")
    assert packer.scan("CMD:enter") == "pack.material_used"
    assert packer.scan("CMD:dance") == "sign.unknown_command"


def test_why_is_answered_where_there_is_something_to_explain(packer: Terminal) -> None:
    assert packer.press(Command.WHY) == "sign.why"
    assert packer.press(Command.HELP) == "sign.help"
    packer.press(Command.SIGN_OFF)
    packer.badge("pia")
    packer.badge("pia")
    assert packer.press(Command.WHY) == "sign.no_why"


def test_a_supervisor_starts_at_the_exceptions_and_scans_there_too(terminal: Terminal) -> None:
    terminal.badge("sue")
    assert terminal.pin("sue") == "sign.welcome"
    assert terminal.prompt.step == "desk.inbox"
    assert terminal.scan("T1") == "desk.type_reason"
    assert terminal.type("it stands there empty") == "desk.asked"
    assert [type(effect) for effect in terminal.effects()] == [AskCentral]
    assert terminal.do(Told("free", {"subject": "T1"})) == "desk.done_free"
    assert terminal.facts[1:] == [], "a request is no fact"


@pytest.mark.parametrize("leaving", [Idle(), Pressed(Command.SIGN_OFF)])
def test_the_next_supervisor_finds_the_desk_tidy(terminal: Terminal, leaving: Entry) -> None:
    terminal.badge("sue")
    terminal.pin("sue")
    terminal.press(Command.PANE)
    terminal.scan("T1")
    terminal.do(leaving)
    assert terminal.session.desk == Desk()


def test_the_centrals_no_is_told_in_the_view_that_asked(packer: Terminal) -> None:
    assert packer.do(Refused("pack.needs_network")) == "pack.needs_network"


def test_after_a_crash_the_terminal_is_where_it_was(packer: Terminal) -> None:
    packer.badge("paul")
    packer.badge("paul")
    packer.press(Command.VIEW)
    packer.learn("tour", TOUR.id, LENT)
    packer.scan("K-1")
    packer.do(Idle())
    assert packer.after_a_crash() == without_questions(packer.session)


# --- anything in any order ----------------------------------------------------------------------------------

CODES = [
    *(badge(name) for name in ("pia", "paul", "pick", "sue", "stranger")),
    *(tote.code for job in JOBS for tote in job.totes),
    *("K-1", "T-1", "T-2", "A-01", "B-02", "77", "D-1", "HOSP-1"),
    *("4006381333931", "nail", "nails-inner", "tee-m", "tee-l", "mug", "milk", "screw", "L1", "BOX-L"),
    *("CMD:1", "CMD:enter", "CMD:full", "CMD:nonsense", "", "nonsense"),
]
entries = st.one_of(
    st.builds(scan, st.sampled_from(CODES), lot=st.sampled_from(["", "L1"])),
    st.builds(scan, st.sampled_from(CODES)),
    st.builds(Pressed, st.sampled_from(list(Command))),
    st.builds(Typed, st.sampled_from(["", "1", "2", "7", "500", "1234", "BREAD"])),
    st.builds(PinChecked, st.just("sue"), st.booleans()),
    st.sampled_from(
        [
            LentChanged(),
            Idle(),
            Refused("pack.needs_network"),
            Told("orders", {}),
            Told("take", {}),
            Told("free", {}),
        ]
    ),
)


def forward(terminal: Terminal) -> Entry:
    """What would bring the work on."""
    prompt = terminal.prompt
    parcel = terminal.session.packing.parcel
    match prompt.step:
        case "sign_in" | "locked":
            return scan(badge("paul"))
        case "verify" if parcel is not None:
            unit = parcel.left()[0]
            return scan(unit.sku.lower(), lot=unit.lot)
        case "protect":
            return Typed("1")
        case "weigh":
            return Typed("500")
        case "queue" if prompt.rows:
            return scan(prompt.rows[0].key)
        case "scan_label" if parcel is not None:
            return scan(parcel.sscc, sscc=parcel.sscc)
        case "await_label" if parcel is not None:
            terminal.known.learn("label", parcel.id, label(parcel.id, f"{SSCC[:-4]}{parcel.id[1:]:0>4}"))
            return LentChanged()
        case _ if prompt.target:
            return scan(prompt.target)
        case _:
            return Pressed(Command.VIEW)


@given(st.lists(st.one_of(st.none(), st.none(), entries), max_size=60), st.booleans())
def test_a_shift_of_anything_keeps_every_promise(shift: list[Entry | None], with_tour: bool) -> None:
    terminal = Terminal()
    if with_tour:
        terminal.known.learn("tour", TOUR.id, LENT)
    for entry in shift:
        terminal.do(forward(terminal) if entry is None else entry)
    assert terminal.after_a_crash() == without_questions(terminal.session)
