"""What pickers find out about shelves: one entry for a short place, policies that follow, shorts found again."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from app.central import catalogue
from app.central.store import Store
from app.model.exceptions import ExceptionKind, Fix
from app.model.facts import MisScanned, ShortCause, ShortUndone, ZeroChecked, ZeroPicked
from app.model.floor import Zone
from app.model.items import LookAlike
from app.model.stock import bin_place
from app.model.work import Task, Tour
from tests.central.books import SITE, an_item, balance, bound, stock_up
from tests.central.floor import (
    Terminal,
    balanced,
    lent_tour,
    line,
    open_exceptions,
    open_floor,
    order,
    pack_job,
    record_of,
    status,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url, (("A-1", "X", 4), ("A-2", "X", 2)))) as books:
        yield books
        assert balanced(books)


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return Terminal(store, "pick-1")


def zero(tour: Tour, task: Task) -> ZeroPicked:
    named = (task.order, task.line, task.sku, task.lot, task.location)
    return ZeroPicked(tour.id, task.id, *named, task.quantity, ShortCause.SHORT)


def found(tour: Tour, task: Task) -> ShortUndone:
    named = (task.order, task.line, task.sku, task.lot, task.location)
    return ShortUndone(tour.id, task.id, *named, task.quantity)


def test_several_orders_short_at_one_place_are_one_entry_that_asks_for_one_count(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 2))
    order(store, "O2", ("X", 2))
    order(store, "O3", ("X", 2))
    tour = terminal.claim()
    short = [task for task in tour.tasks if task.location == "A-1"]
    terminal.tell(*(zero(tour, task) for task in short))
    (entry,) = open_exceptions(store)
    assert (entry.kind, entry.subject, entry.fixes[0]) == (ExceptionKind.SHORT_PICK, "A-1 X", Fix.COUNT)
    params = dict(entry.params)
    assert params["missing"] == "4"
    assert set(params["orders"].split(", ")) == {task.order for task in short}


def test_what_colleagues_were_promised_at_a_short_place_stays_promised(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 2))
    order(store, "O2", ("X", 2))
    tour = terminal.claim()
    mine, other = tour.tasks
    terminal.tell(zero(tour, mine))
    assert (other.order, 1, other.location, "X", "", 2) in bound(store)


def test_a_short_line_is_given_up_where_the_order_says_so(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 6), policy="cancel_line")
    tour = terminal.claim()
    terminal.tell(zero(tour, next(task for task in tour.tasks if task.location == "A-1")))
    assert line(store, "O1").dropped == 4
    assert status(store, "O1") == "picking"


def test_found_again_the_units_are_bound_where_they_lie_and_the_entry_is_settled(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 4))
    tour = terminal.claim()
    (task,) = tour.tasks
    terminal.tell(zero(tour, task))
    assert ("O1", 1, "A-2", "X", "", 2) in bound(store)
    terminal.tell(found(tour, task))
    assert bound(store) == {("O1", 1, "A-1", "X", "", 4)}
    assert balance(store, bin_place("A-2"), "X") == (2, 0)
    assert open_exceptions(store) == []
    lent = lent_tour(store, tour.id, "pick-1")
    assert lent is not None
    assert {each.location for each in lent.tour.tasks} == {"A-1"}


def test_a_line_that_was_given_up_is_wanted_again_when_its_units_are_found(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 6), policy="cancel_line")
    tour = terminal.claim()
    task = next(task for task in tour.tasks if task.location == "A-1")
    terminal.tell(zero(tour, task), found(tour, task))
    assert line(store, "O1").dropped == 0
    assert sum(each[5] for each in bound(store)) == 6


def test_found_again_where_others_are_short_too_the_entry_stays_for_them(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 2))
    order(store, "O2", ("X", 2))
    tour = terminal.claim()
    short = [task for task in tour.tasks if task.location == "A-1"]
    terminal.tell(*(zero(tour, task) for task in short))
    terminal.tell(found(tour, short[0]))
    if len(short) == 1:
        assert open_exceptions(store, ExceptionKind.SHORT_PICK) == []
        return
    (entry,) = open_exceptions(store, ExceptionKind.SHORT_PICK)
    assert dict(entry.params)["orders"] == short[1].order


def test_an_order_that_is_short_twice_at_one_place_stays_named_when_one_of_them_is_found(
    database_url: str,
) -> None:
    with closing(open_floor(database_url, (("A-1", "X", 4),))) as store:
        order(store, "O1", ("X", 2), ("X", 2))
        terminal = Terminal(store, "pick-1")
        tour = terminal.claim()
        first, second = tour.tasks
        terminal.tell(zero(tour, first), zero(tour, second), found(tour, first))
        (entry,) = open_exceptions(store, ExceptionKind.SHORT_PICK)
        params = dict(entry.params)
        assert (params["orders"], params["missing"]) == ("O1", "2")


def test_what_joins_a_tour_under_way_counts_what_the_tour_still_takes_from_the_same_place(
    database_url: str,
) -> None:
    with closing(open_floor(database_url, (("A-1", "X", 2), ("A-2", "X", 5)))) as store:
        store.write(SITE, lambda tx: catalogue.save_zones(tx, [Zone("A", zero_check=True)]))
        order(store, "O1", ("X", 2))
        order(store, "O2", ("X", 3))
        terminal = Terminal(store, "pick-1")
        tour = terminal.claim()
        short = next(task for task in tour.tasks if task.location == "A-1")
        terminal.tell(zero(tour, short))
        lent = lent_tour(store, tour.id, "pick-1")
        assert lent is not None
        there = [task for task in lent.tour.tasks if task.location == "A-2"]
        assert sum(task.quantity for task in there) == 5
        assert there[-1].left_after == 0


def test_a_place_that_should_be_empty_and_is_not_is_counted(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 4))
    tour = terminal.claim()
    (task,) = tour.tasks
    terminal.tell(ZeroChecked(tour.id, task.id, "X", "", "A-1", 3))
    (entry,) = open_exceptions(store)
    assert (entry.kind, entry.fixes[0]) == (ExceptionKind.NOT_EMPTY, Fix.COUNT)


def test_an_empty_place_that_should_be_empty_is_nobodys_business(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 4))
    tour = terminal.claim()
    terminal.tell(ZeroChecked(tour.id, tour.tasks[0].id, "X", "", "A-1", 0))
    assert open_exceptions(store) == []


# --- substitutes ---------------------------------------------------------------------------------------------


def with_substitutes(store: Store, *skus: str) -> None:
    wanted = {"number": 1, "sku": "X", "quantity": 6, "substitutes": list(skus)}
    order(store, "O1", ("X", 6), lines=[wanted])


def test_a_short_line_is_served_with_what_its_customer_takes_instead(
    store: Store, terminal: Terminal
) -> None:
    stock_up(store, (("A-3", "Z", 10),))
    with_substitutes(store, "NOTHING", "Z")
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.tell(zero(tour, next(task for task in tour.tasks if task.location == "A-1")))
    lent = lent_tour(store, tour.id, "pick-1")
    assert lent is not None
    (instead,) = [task for task in lent.tour.tasks if task.sku == "Z"]
    assert (instead.quantity, instead.instead_of, instead.line) == (4, "X", 1)
    terminal.pick(lent.tour, instead, "T-1")
    terminal.pick(lent.tour, next(task for task in tour.tasks if task.location == "A-2"), "T-1")
    terminal.finish(lent.tour, "T-1")
    assert line(store, "O1").picked == 6
    job = pack_job(store, "O1")
    assert job is not None
    contents = {content.sku: content.quantity for tote in job.totes for content in tote.contents}
    assert contents == {"X": 2, "Z": 4}


def test_nothing_is_put_in_the_place_of_a_line_that_names_no_substitute(
    store: Store, terminal: Terminal
) -> None:
    stock_up(store, (("A-3", "Z", 10),))
    order(store, "O1", ("X", 6))
    tour = terminal.claim()
    terminal.tell(zero(tour, next(task for task in tour.tasks if task.location == "A-1")))
    assert {each[3] for each in bound(store)} == {"X"}


def test_found_again_the_substitute_is_let_go(store: Store, terminal: Terminal) -> None:
    stock_up(store, (("A-3", "Z", 10),))
    with_substitutes(store, "Z")
    tour = terminal.claim()
    task = next(task for task in tour.tasks if task.location == "A-1")
    terminal.tell(zero(tour, task), found(tour, task))
    assert {each[3] for each in bound(store)} == {"X"}


def test_the_bench_takes_the_substitute_that_lies_in_the_tote(store: Store, terminal: Terminal) -> None:
    stock_up(store, (("A-3", "Z", 10),))
    with_substitutes(store, "Z")
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    for task in tour.tasks:
        terminal.tell(zero(tour, task))
    lent = lent_tour(store, tour.id, "pick-1")
    assert lent is not None
    for task in lent.tour.tasks:
        if task.sku == "Z":
            terminal.pick(lent.tour, task, "T-1")
    terminal.finish(lent.tour, "T-1")
    terminal.pack("O1", "P1")
    assert line(store, "O1").packed == 6


# --- mix-ups -------------------------------------------------------------------------------------------------


def test_what_was_taken_for_an_item_is_remembered_with_it_the_most_often_first(
    store: Store, terminal: Terminal
) -> None:
    stock_up(store, (("A-3", "Y", 10), ("A-4", "Z", 10)))
    order(store, "O1", ("X", 2))
    tour = terminal.claim()
    for read in ("Y", "Z", "Z", "NOBODY"):
        terminal.tell(MisScanned(tour.id, tour.tasks[0].id, "X", read))
    looks = store.read(SITE, catalogue.items)["X"].looks_like
    assert looks == (LookAlike("Z", 2), LookAlike("Y", 1))
    assert record_of(store, "item", "X")["looks_like"][0]["sku"] == "Z"


def test_importing_an_item_again_keeps_its_mix_ups(store: Store, terminal: Terminal) -> None:
    stock_up(store, (("A-3", "Y", 10),))
    order(store, "O1", ("X", 2))
    tour = terminal.claim()
    terminal.tell(MisScanned(tour.id, tour.tasks[0].id, "X", "Y"))
    assert store.write(SITE, lambda tx: catalogue.save_items(tx, [an_item("X")])) == 0
    assert store.read(SITE, catalogue.items)["X"].looks_like


def test_a_short_of_one_item_does_not_hide_that_another_is_not_there_at_all(
    store: Store, terminal: Terminal
) -> None:
    stock_up(store, [("A-3", "Z", 1)])
    order(store, "O0", ("Z", 1))
    order(store, "O1", ("X", 6), ("Z", 1))
    tour = terminal.claim()
    for task in tour.tasks:
        if task.order == "O1":
            terminal.tell(zero(tour, task))
    assert {entry.subject for entry in open_exceptions(store, ExceptionKind.SHORT_PICK)} == {"A-1 X", "A-2 X"}
    (entry,) = open_exceptions(store, ExceptionKind.NO_STOCK)
    assert (entry.subject, dict(entry.params)["sku"]) == ("O1", "Z")
