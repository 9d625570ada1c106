"""The supervisor's view: every question, every refusal, and the requests that follow."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.central.api import supervisors
from app.fulfilment.dialogues import supervising
from app.fulfilment.dialogues.supervising import Desk
from app.fulfilment.dialogues.supervising.state import Pane, WhereTo
from app.model.answers import (
    AskCentral,
    Command,
    Decision,
    Entry,
    Idle,
    LentChanged,
    Pressed,
    Prompt,
    Refused,
    Told,
    Tone,
    Typed,
    say,
)
from app.model.exceptions import ExceptionKind, ExceptionState, Fix, WarehouseException
from app.model.known import Known, StationState
from app.model.people import Operator, Role
from app.model.scans import Scanned
from app.model.words import WORDS, words
from tests.fulfilment.dialogues.a_warehouse import a_warehouse, check_words, read, scanned

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
SOFIA, SIMON = "op-5", "op-6"


def an_exception(
    id: str,
    kind: ExceptionKind,
    subject_kind: str,
    subject: str,
    *fixes: Fix,
    hours: int | None = 4,
    code: str = "order.no_stock",
    **params: str,
) -> WarehouseException:
    deadline = None if hours is None else NOW + timedelta(hours=hours)
    return WarehouseException(
        id, kind, subject_kind, subject, code, tuple(params.items()), NOW, deadline, fixes or (Fix.DONE,)
    )


SHORT = an_exception(
    "x-short", ExceptionKind.SHORT_PICK, "location", "B-02 NAILS", Fix.COUNT, Fix.UNBLOCK, hours=2
)
HELD = an_exception(
    "x-held", ExceptionKind.ORDER_HELD, "order", "O-7", Fix.RECHECK, Fix.CANCEL_ORDER, hours=3
)
UNKNOWN = an_exception("x-code", ExceptionKind.UNKNOWN_BARCODE, "barcode", "999", Fix.LINK_BARCODE, Fix.DONE)
BACK = an_exception("x-back", ExceptionKind.PUT_BACK, "tote", "T-9", Fix.PUT_BACK, hours=5)
CLOCK = an_exception("x-clock", ExceptionKind.CLOCK_OFF, "station", "bench-2", hours=None)

BOARD = {
    "orders": [
        {
            "number": "O/7 é", "status": "in_transit", "priority": 1, "ship_by": "2026-11-22T10:30:00Z",
            "service": "express", "lines": 2, "parcels": 1,
        },
        {"number": "O-8", "status": "held", "priority": 5, "ship_by": "2026-11-23T10:30:00Z", "lines": 1},
    ],
    "left": [{"ship_by": "2026-11-22T10:30:00Z", "orders": 4, "lines": 6, "parcels": 2}],
    "tours": [
        {
            "id": "R-1", "status": "lent", "cart": "K-1", "station": "bench-1", "operator": "op-1", "orders": 3,
            "lent_at": "2026-11-22T06:30:00Z", "due_at": "2026-11-22T08:00:00Z",
        }
    ],
    "stations": [],
    "exceptions": 4,
}  # fmt: skip
MANIFESTS = {
    "open": [{"carrier": "heron", "parcels": 3, "weight_g": 4200}],
    "closed": [
        {"id": "HERON-20261121-1", "carrier": "heron", "closed_at": "2026-11-21T15:00:00Z", "parcels": 9}
    ],
    "loose": [
        {
            "parcel": "P-1",
            "sscc": "340123450000000018",
            "order": "O-8",
            "carrier": "wren",
            "status": "labelled",
        }
    ],
}
STOCK = {
    "sku": "NAILS",
    "rows": [
        {"location": "B-02", "sku": "NAILS", "lot": "", "on_hand": 7, "reserved": 2, "blocked": True},
        {"location": "C-03", "sku": "NAILS", "lot": "", "on_hand": 40, "reserved": 0, "blocked": False},
    ],
    "elsewhere": 5,
}  # fmt: skip
ANSWERS = {
    "left": BOARD,
    "orders": BOARD,
    "tours": BOARD,
    "manifests": MANIFESTS,
    "stock": STOCK,
}


def a_desk_of_trouble() -> Known:
    known = a_warehouse()
    for entry in (CLOCK, BACK, UNKNOWN, HELD, SHORT):
        known.learn("exception", entry.id, entry)
    for operator, name in ((SOFIA, "Sofia"), (SIMON, "Simon")):
        known.learn(
            "operator", operator, Operator(operator, name, (Role.SUPERVISOR,), f"digest of {operator}")
        )
    known.learn("station", "bench-2", StationState("bench-2", "op-1", "picking", NOW.isoformat(), 3, 900))
    known.learn("station", "bench-0", StationState("bench-0", "", "", NOW.isoformat(), 0, 0, revoked=True))
    return known


class Supervisor:
    """Somebody at the desk. What must always hold is checked at each step."""

    def __init__(self, operator: str = SOFIA, known: Known | None = None) -> None:
        self.operator = operator
        self.known = known or a_desk_of_trouble()
        self.desk = Desk()
        self.last = Decision()
        self.asked: list[AskCentral] = []

    def do(self, entry: Entry) -> str:
        before = self.desk
        self.last = supervising.decide(before, entry, self.known, self.operator)
        assert self.last.facts == (), "everything here is a request"
        self.desk = supervising.settle(before, self.last)
        verdict = self.last.verdict
        if isinstance(entry, Scanned | Pressed | Typed):
            assert verdict is not None, "every scan, key and line gets one verdict"
            if verdict.tone is Tone.BAD and verdict.code != "desk.gone":
                assert self.desk == before
                assert not self.last.effects
        for effect in self.last.effects:
            assert isinstance(effect, AskCentral)
            fits_the_api(effect)
            self.asked.append(effect)
        check_words(self.prompt)
        if verdict is None:
            return ""
        assert isinstance(entry, Refused) or verdict.code in WORDS
        words(verdict.words)
        return verdict.code

    def press(self, *commands: Command) -> str:
        return [self.do(Pressed(command)) for command in commands][-1]

    def type(self, text: str) -> str:
        return self.do(Typed(text))

    def scan(self, text: str) -> str:
        return self.do(scanned(text))

    def open(self, pane: Pane) -> None:
        """Go to a list, and let the central answer."""
        while self.desk.pane is not pane:
            self.press(Command.PANE)
        self.hear(pane)

    def hear(self, pane: Pane) -> None:
        self.do(Told(pane.value, ANSWERS.get(pane.value, {})))

    @property
    def prompt(self) -> Prompt:
        return supervising.prompt(self.desk, self.known)

    @property
    def rows(self) -> list[str]:
        return [row.key for row in self.prompt.rows]

    @property
    def request(self) -> AskCentral:
        return self.asked[-1]


_ROUTES = [
    (method, re.compile(f"^{re.sub(r'{[a-z]+}', '[^/]+', route.path)}$"))
    for route in supervisors.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
] + [("POST", re.compile(r"^/v1/parcels/[^/]+/reprint$"))]
_BODIES: dict[str, type[BaseModel]] = {
    "take": supervisors.Take,
    "resolve": supervisors.Resolve,
    "count": supervisors.Count,
    "link": supervisors.Link,
    "manifest": supervisors.Close,
    **dict.fromkeys(("release", "hold", "cancel", "take_away", "free", "reprint"), supervisors.Because),
}


def fits_the_api(request: AskCentral) -> None:
    """The central has such a route, and its body is understood there."""
    assert any(request.method == method and path.match(request.path) for method, path in _ROUTES), request
    if request.method == "GET":
        assert not request.body
    else:
        _BODIES[request.topic].model_validate(dict(request.body))


def mark(supervisor: Supervisor, entry: WarehouseException) -> None:
    """Move the mark to an exception, from wherever it stands."""
    for command in (Command.UP, Command.DOWN):
        for _ in supervisor.rows:
            if not any(row.key == entry.id and row.current for row in supervisor.prompt.rows):
                supervisor.press(command)


@pytest.fixture
def sofia() -> Supervisor:
    return Supervisor()


# --- the inbox --------------------------------------------------------------------------------------------------------


def test_the_most_pressing_exception_stands_first_and_is_marked(sofia: Supervisor) -> None:
    assert sofia.rows == ["x-short", "x-held", "x-code", "x-back", "x-clock"]
    assert [row.key for row in sofia.prompt.rows if row.current] == ["x-short"]


def test_a_row_says_kind_subject_age_deadline_and_the_proposed_fix(sofia: Supervisor) -> None:
    text = next(row.text for row in sofia.prompt.rows if row.key == "x-short")
    for part in ("B-02 NAILS", "short pick", "count", "22 Nov 06:30", "22 Nov 08:30"):
        assert part in text


def test_one_key_takes_an_exception_and_proposes_the_fix(sofia: Supervisor) -> None:
    assert sofia.press(Command.CHOOSE) == "desk.which_fix"
    assert sofia.request == AskCentral("take", "POST", "/v1/exceptions/x-short/take", (("version", 1),))
    assert sofia.prompt.ask.code == "desk.ask_fix"
    assert sofia.rows == ["x-short"], "while it is asked, only the row that it is about"


def test_enter_alone_does_what_is_proposed_and_a_reason_is_asked_once(sofia: Supervisor) -> None:
    mark(sofia, HELD)
    sofia.press(Command.CHOOSE)
    assert sofia.type("") == "desk.type_reason"
    assert sofia.type("the postcode is there now") == "desk.asked"
    assert sofia.request == AskCentral(
        "resolve",
        "POST",
        "/v1/exceptions/x-held/resolve",
        (("version", 2), ("fix", "recheck"), ("reason", "the postcode is there now")),
    )
    assert sofia.do(Told("resolve", {})) == "desk.done_resolve"
    assert sofia.prompt.ask.code == "desk.ask_inbox"


def test_an_exception_with_one_fix_needs_only_the_reason(sofia: Supervisor) -> None:
    mark(sofia, CLOCK)
    assert sofia.press(Command.CHOOSE) == "desk.type_reason"
    assert sofia.prompt.entry == "reason"


def test_a_digit_stands_for_a_reason_since_a_ring_scanner_has_no_letters(sofia: Supervisor) -> None:
    mark(sofia, CLOCK)
    sofia.press(Command.CHOOSE)
    assert sofia.prompt.detail[-1].code == "desk.or_a_number"
    sofia.type("2")
    assert dict(sofia.request.body)["reason"] == words(say("desk.reason_2"))


def test_the_version_is_the_one_after_the_taking_also_when_that_has_come_back(sofia: Supervisor) -> None:
    mark(sofia, HELD)
    sofia.press(Command.CHOOSE)
    sofia.known.learn("exception", HELD.id, replace(HELD, state=ExceptionState.TAKEN, owner=SOFIA, version=2))
    sofia.do(LentChanged())
    sofia.type("")
    sofia.type("checked")
    assert dict(sofia.request.body)["version"] == 2


def test_what_is_mine_already_is_not_taken_again(sofia: Supervisor) -> None:
    sofia.known.learn("exception", HELD.id, replace(HELD, state=ExceptionState.TAKEN, owner=SOFIA, version=2))
    mark(sofia, HELD)
    sofia.press(Command.CHOOSE)
    assert sofia.asked == []
    assert sofia.prompt.ask.code == "desk.ask_fix"


def test_what_a_colleague_has_is_taken_over_only_by_the_same_key_twice(sofia: Supervisor) -> None:
    sofia.known.learn("exception", HELD.id, replace(HELD, state=ExceptionState.TAKEN, owner=SIMON, version=2))
    mark(sofia, HELD)
    assert "[Simon]" in next(row.text for row in sofia.prompt.rows if row.current)
    assert sofia.press(Command.CHOOSE) == "desk.is_taken"
    assert sofia.asked == []
    assert sofia.press(Command.CHOOSE) == "desk.which_fix"
    assert dict(sofia.request.body) == {"version": 2}


def test_of_two_supervisors_one_loses_and_hears_who_won(sofia: Supervisor) -> None:
    sofia.press(Command.CHOOSE)
    assert sofia.do(Refused("exception.lost_race", (("owner", "Simon"), ("state", "taken")))) == (
        "exception.lost_race"
    )
    assert sofia.prompt.ask.code == "desk.ask_inbox"
    assert sofia.type("1") == "desk.key_not_here"


def test_a_fix_of_an_exception_that_is_gone_is_not_asked(sofia: Supervisor) -> None:
    for answers in ([""], ["", "3", "counted it"]):
        sofia.desk = Desk()
        sofia.known.learn("exception", SHORT.id, SHORT)
        sofia.press(Command.CHOOSE)
        for answer in answers[:-1]:
            sofia.type(answer)
        asked = len(sofia.asked)
        sofia.known.learn("exception", SHORT.id, None)
        assert sofia.type(answers[-1]) == "desk.gone"
        assert len(sofia.asked) == asked
        assert sofia.desk.asking is None


@pytest.mark.parametrize("number", ["0", "3", "x", "12345678", "²", "-1"])
def test_a_number_that_is_no_fix_is_refused(sofia: Supervisor, number: str) -> None:
    sofia.press(Command.CHOOSE)
    assert sofia.type(number) == "desk.not_a_fix"


def test_counting_asks_how_many_first(sofia: Supervisor) -> None:
    sofia.press(Command.CHOOSE)
    assert sofia.type("1") == "desk.type_quantity"
    assert sofia.prompt.entry == "quantity"
    assert sofia.type("seven") == "desk.not_a_quantity"
    assert sofia.type("1000001") == "desk.not_a_quantity"
    assert sofia.type("0") == "desk.type_reason"
    sofia.type("counted twice")
    assert dict(sofia.request.body)["quantity"] == 0


@pytest.mark.parametrize("scanning", [False, True])
def test_an_unknown_barcode_is_linked_by_its_sku_typed_or_scanned(
    sofia: Supervisor, *, scanning: bool
) -> None:
    mark(sofia, UNKNOWN)
    sofia.press(Command.CHOOSE)
    assert sofia.type("") == "desk.type_sku"
    assert sofia.type("NOTHING") == "desk.unknown_sku"
    assert sofia.scan("999") == "desk.answer_first"
    assert (sofia.scan("nail") if scanning else sofia.type("nails")) == "desk.type_reason"
    sofia.type("the maker changed it")
    assert dict(sofia.request.body)["sku"] == "NAILS"


def test_where_units_go_back_to_is_asked_when_the_central_does_not_know(sofia: Supervisor) -> None:
    mark(sofia, BACK)
    sofia.press(Command.CHOOSE)
    sofia.type("order was cancelled")
    assert sofia.do(Refused("tote.home_unknown", (("tote", "T-9"), ("sku", "NAILS")))) == "tote.home_unknown"
    assert isinstance(sofia.desk.asking, WhereTo)
    assert sofia.type("B-02") == "desk.answer_first"
    assert sofia.scan("T-1") == "desk.no_location"
    assert sofia.scan("B-02") == "desk.asked"
    assert dict(sofia.request.body) == {
        "version": 2,
        "fix": "put_back",
        "reason": "order was cancelled",
        "location": "B-02",
    }


@pytest.mark.parametrize("reason", ["", "ok", "x" * 201])
def test_a_reason_that_says_nothing_or_too_much_is_refused(sofia: Supervisor, reason: str) -> None:
    mark(sofia, CLOCK)
    sofia.press(Command.CHOOSE)
    assert sofia.type(reason) == "desk.reason_length"


def test_why_explains_the_marked_exception(sofia: Supervisor) -> None:
    assert [reason.code for reason in sofia.prompt.why] == [
        "order.no_stock",
        "desk.why_subject",
        "desk.why_since",
        "desk.why_fixes",
    ]


def test_an_empty_inbox_says_so() -> None:
    sofia = Supervisor(known=a_warehouse())
    assert sofia.prompt.ask.code == "desk.ask_nothing"
    for command in (Command.CHOOSE, Command.UP, Command.DOWN):
        assert sofia.press(command) == "desk.nothing_marked"


# --- the other lists --------------------------------------------------------------------------------------------------


def test_the_pane_key_goes_through_all_lists_and_back_comes_home(sofia: Supervisor) -> None:
    panes = []
    for _ in range(6):
        sofia.press(Command.PANE)
        panes.append(sofia.desk.pane)
    assert panes == [Pane.LEFT, Pane.ORDERS, Pane.TOURS, Pane.TERMINALS, Pane.MANIFESTS, Pane.INBOX]
    sofia.open(Pane.TOURS)
    assert sofia.press(Command.BACK) == "desk.pane_inbox"


def test_an_answer_to_a_list_that_was_left_is_not_shown(sofia: Supervisor) -> None:
    sofia.open(Pane.ORDERS)
    sofia.press(Command.PANE)
    sofia.do(Told("orders", BOARD))
    assert sofia.rows == []


@pytest.mark.parametrize("pane", list(Pane))
@pytest.mark.parametrize(
    "nonsense",
    [None, [], "x", {"orders": 1}, {"left": [1, {}], "tours": [{}], "open": [{}], "rows": [None, {}]}],
)
def test_a_list_that_makes_no_sense_is_never_worth_a_crash(
    sofia: Supervisor, pane: Pane, nonsense: object
) -> None:
    sofia.desk = Desk(pane=pane, subject="NAILS")
    sofia.do(Told(pane.value, nonsense))
    sofia.press(Command.CHOOSE)


def test_what_is_left_is_listed_by_ship_by(sofia: Supervisor) -> None:
    sofia.open(Pane.LEFT)
    assert [row.text for row in sofia.prompt.rows] == ["2026-11-22 10:30  4 orders, 6 lines, 2 parcels"]
    assert sofia.press(Command.CHOOSE) == "desk.key_not_here"


def test_an_order_is_released_at_once_but_held_or_cancelled_with_a_reason(sofia: Supervisor) -> None:
    sofia.open(Pane.ORDERS)
    assert sofia.rows == ["O/7 é", "O-8"]
    sofia.press(Command.CHOOSE)
    assert sofia.type("4") == "desk.not_an_act"
    assert sofia.type("1") == "desk.asked"
    assert sofia.request == AskCentral("release", "POST", "/v1/orders/O%2F7%20%C3%A9/release")
    for number, act in (("2", "hold"), ("3", "cancel")):
        sofia.press(Command.CHOOSE)
        assert sofia.type(number) == "desk.type_reason"
        assert sofia.type("1") == "desk.asked"
        assert (sofia.request.topic, sofia.request.path) == (act, f"/v1/orders/O%2F7%20%C3%A9/{act}")
        assert sofia.do(Told(act, {})) == f"desk.done_{act}"
        assert sofia.request.path == "/v1/board", "the list is looked at again"


def test_an_order_can_be_scanned(sofia: Supervisor) -> None:
    sofia.known.pack_jobs["O-77"] = None  # type: ignore[assignment]
    assert sofia.scan("O-77") == "desk.what_with_order"


def test_a_tour_is_taken_away_with_a_reason(sofia: Supervisor) -> None:
    sofia.open(Pane.TOURS)
    assert "Ada" in sofia.prompt.rows[0].text
    sofia.press(Command.CHOOSE)
    assert sofia.type("she went home") == "desk.asked"
    assert sofia.request.path == "/v1/tours/R-1/take-away"


def test_terminals_show_who_stands_there_what_waits_and_a_clock_that_is_off(sofia: Supervisor) -> None:
    sofia.open(Pane.TERMINALS)
    assert sofia.rows == ["bench-2"], "one that was closed out is not shown"
    text = sofia.prompt.rows[0].text
    assert "Ada" in text
    assert "3" in text
    assert "900" in text
    assert sofia.press(Command.CHOOSE) == "desk.key_not_here"


def test_a_pickup_is_closed_when_one_is_typed(sofia: Supervisor) -> None:
    sofia.open(Pane.MANIFESTS)
    assert sofia.press(Command.CHOOSE) == "desk.really_manifest"
    assert sofia.type("2") == "desk.type_1"
    assert sofia.type("1") == "desk.asked"
    assert sofia.request == AskCentral("manifest", "POST", "/v1/manifests", (("carrier", "heron"),))


def test_labelled_parcels_on_no_manifest_are_listed_and_can_be_printed_again(sofia: Supervisor) -> None:
    sofia.open(Pane.MANIFESTS)
    sofia.press(Command.DOWN)
    assert "340123450000000018" in next(row.text for row in sofia.prompt.rows if row.current)
    assert sofia.prompt.ask.code == "desk.ask_loose"
    sofia.press(Command.CHOOSE)
    assert sofia.type("the printer ate it") == "desk.asked"
    assert sofia.request.path == "/v1/parcels/P-1/reprint"


def test_a_closed_manifest_stays_closed(sofia: Supervisor) -> None:
    sofia.open(Pane.MANIFESTS)
    sofia.press(Command.DOWN, Command.DOWN)
    assert sofia.press(Command.CHOOSE) == "desk.key_not_here"


# --- what is scanned --------------------------------------------------------------------------------------------------


def stock_of_nails(supervisor: Supervisor) -> None:
    assert supervisor.scan("nail") == "desk.pane_stock"
    assert supervisor.request.path == "/v1/items/NAILS/stock"
    supervisor.hear(Pane.STOCK)


def test_a_scanned_item_shows_where_it_lies(sofia: Supervisor) -> None:
    stock_of_nails(sofia)
    assert sofia.rows == ["B-02", "C-03", "elsewhere"]
    assert "BLOCKED" in sofia.prompt.rows[0].text


@pytest.mark.parametrize("key", [Command.CHOOSE, Command.QUANTITY])
def test_the_counted_quantity_of_a_row_is_set(sofia: Supervisor, key: Command) -> None:
    stock_of_nails(sofia)
    sofia.press(Command.DOWN)
    assert sofia.press(key) == "desk.type_count"
    assert sofia.type("38") == "desk.asked"
    assert sofia.request == AskCentral(
        "count", "POST", "/v1/counts", (("location", "C-03"), ("sku", "NAILS"), ("lot", ""), ("quantity", 38))
    )
    assert sofia.do(Told("count", {})) == "desk.done_count"
    assert sofia.request.path == "/v1/items/NAILS/stock"


def test_a_location_where_nobody_expected_the_item_can_be_counted_by_scanning_it(sofia: Supervisor) -> None:
    stock_of_nails(sofia)
    for location in ("A-01", "C-03"):
        assert sofia.scan(location) == "desk.type_count"
        sofia.type("2")
        assert dict(sofia.request.body) == {"location": location, "sku": "NAILS", "lot": "", "quantity": 2}


def test_what_lies_in_totes_is_not_counted_here(sofia: Supervisor) -> None:
    stock_of_nails(sofia)
    sofia.press(Command.DOWN, Command.DOWN)
    assert sofia.press(Command.CHOOSE) == "desk.key_not_here"


def test_a_location_without_an_item_means_nothing(sofia: Supervisor) -> None:
    assert sofia.scan("A-01") == "desk.scan_means_nothing"


def test_an_unknown_barcode_is_linked_to_a_sku(sofia: Supervisor) -> None:
    assert sofia.scan("12345670") == "desk.unknown_barcode"
    assert sofia.type("no such") == "desk.unknown_sku"
    assert sofia.type("Shirt-M") == "desk.asked"
    assert sofia.request == AskCentral(
        "link", "POST", "/v1/barcodes", (("code", "12345670"), ("sku", "SHIRT-M"), ("quantity", 1))
    )


def test_a_code_that_cannot_be_right_is_linked_to_nothing(sofia: Supervisor) -> None:
    assert sofia.do(scanned(read("4006381333932", refused="gs1.check_digit"))) == "desk.scan_means_nothing"


def test_a_scanned_tote_is_freed_with_a_reason(sofia: Supervisor) -> None:
    assert sofia.scan("T-9") == "desk.type_reason"
    assert sofia.type("empty, I looked") == "desk.asked"
    assert sofia.request.path == "/v1/totes/T-9/free"


def test_a_scanned_label_is_printed_again_with_a_reason(sofia: Supervisor) -> None:
    assert sofia.scan("340123450000000018") == "desk.type_reason"
    sofia.type("torn off")
    assert sofia.request == AskCentral(
        "reprint", "POST", "/v1/parcels/P-1/reprint", (("reason", "torn off"),)
    )


def test_a_question_is_answered_before_anything_else_is_scanned_or_pressed(sofia: Supervisor) -> None:
    sofia.scan("T-9")
    assert sofia.scan("nail") == "desk.answer_first"
    for command in (Command.UP, Command.PANE, Command.CHOOSE, Command.UNDO):
        assert sofia.press(command) == "desk.answer_first"
    assert sofia.press(Command.BACK) == "desk.back"
    assert sofia.desk.asking is None


def test_a_no_to_something_else_does_not_take_the_question_away(sofia: Supervisor) -> None:
    sofia.open(Pane.ORDERS)
    sofia.press(Command.CHOOSE)
    sofia.do(Refused("central.offline"))
    assert sofia.prompt.ask.code == "desk.ask_order"


# --- always -----------------------------------------------------------------------------------------------------------

entries = st.one_of(
    st.builds(Pressed, st.sampled_from(list(Command))),
    st.builds(
        Typed,
        st.sampled_from(
            ["", "1", "2", "3", "7", "nails", "BREAD", "because", "x" * 300, "²", "日本語の理由"]
        ),
    ),
    st.builds(
        scanned, st.sampled_from(["nail", "T-9", "B-02", "999", "77", "P-1", "", "O-7", "BOX-S", "\u202e"])
    ),
    st.builds(
        Told,
        st.sampled_from([*(pane.value for pane in Pane), "take", "resolve", "count", "free"]),
        st.sampled_from([BOARD, MANIFESTS, STOCK, None]),
    ),
    st.sampled_from(
        [
            LentChanged(),
            Idle(),
            Refused("exception.lost_race"),
            Refused("tote.home_unknown"),
            "settled",
            "taken",
        ]
    ),
)


@given(st.lists(entries, max_size=40))
def test_anything_in_any_order_keeps_every_promise(shift: list[Entry | str]) -> None:
    sofia = Supervisor()
    open_ones = itertools.cycle((SHORT, HELD, UNKNOWN, BACK, CLOCK))
    for entry in shift:
        if entry == "settled":
            sofia.known.learn("exception", next(open_ones).id, None)
        elif entry == "taken":
            taken = replace(next(open_ones), state=ExceptionState.TAKEN, owner=SIMON, version=2)
            sofia.known.learn("exception", taken.id, taken)
        elif not isinstance(entry, str):
            sofia.do(entry)
