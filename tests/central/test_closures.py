"""Aisles that are closed today: nobody is sent there, tours walk around, and what waits there is picked later."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from app.central import allocating, catalogue, closures, ground, schema, supervising
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.central.supervising import Details, Person
from app.model.exceptions import ExceptionKind, Fix
from app.model.facts import LocationReached, ShortCause, TourFinished, ZeroPicked
from app.model.floor import Aisles, Floor, Location, LocationKind, SubAisle
from app.model.known import SiteSettings
from app.model.work import Replanned, Tour
from tests.central.books import SITE
from tests.central.floor import (
    CART,
    Terminal,
    balanced,
    enrol,
    lent_tour,
    open_exceptions,
    open_floor,
    order,
    rows,
)

AISLES = Aisles(4, 1, 5, slot_pitch_mm=1000, aisle_pitch_mm=3000, cross_aisle_mm=2000)
CHIEF = Person("op-9", "pick-1")
FAR = SubAisle(3, 0)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Three bins in aisles 1, 2 and 3; the drop place stands at the front left corner."""
    stock = [("A-1", "X", 10), ("A-2", "Y", 10), ("A-3", "Z", 10)]
    with closing(open_floor(database_url, stock)) as books:
        bins = [
            Location(f"A-{aisle}", "A", LocationKind.PICK_FACE, 3000 * aisle, 3500, True, "")
            for aisle in (1, 2, 3)
        ]

        def lay_out(tx: Tx) -> None:
            catalogue.save_locations(tx, bins)
            catalogue.save_floor(tx, Floor(aisles=AISLES))

        books.write(SITE, lay_out)
        yield books
        assert balanced(books)


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return Terminal(store, "pick-1")


def close(store: Store, part: SubAisle = FAR) -> None:
    store.write(SITE, lambda tx: supervising.close_aisle(tx, CHIEF, part, "pallet fell over"))


def open_again(store: Store, part: SubAisle = FAR) -> None:
    store.write(SITE, lambda tx: supervising.open_aisle(tx, CHIEF, part))


def lent(store: Store, tour: Tour) -> Tour:
    found = lent_tour(store, tour.id, "pick-1")
    assert found is not None
    return found.tour


def stops(tour: Tour) -> list[str]:
    return [task.location for task in tour.tasks]


def test_tours_on_a_floor_of_aisles_are_swept(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1), ("Y", 1), ("Z", 1))
    tour = terminal.claim()
    assert tour.method == "sweep"
    assert tour.length_mm == 2 * 9000 + 2 * 3 * 3500 or tour.length_mm == 2 * 9000 + 2 * 7000 + 2 * 3500


def test_a_tour_under_way_leaves_out_the_closed_aisle_and_says_why(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1), ("Y", 1), ("Z", 1))
    tour = terminal.claim()
    close(store)
    changed = lent(store, tour)
    assert set(stops(changed)) == {"A-1", "A-2"}
    assert (changed.version, changed.because) == (tour.version + 1, Replanned.AISLE_CLOSED)
    assert changed.length_mm < tour.length_mm
    assert {row.tour for row in rows(store, schema.reservation, location="A-3")} == {""}


def test_it_is_walked_anew_from_where_the_picker_was_last(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1), ("Y", 1), ("Z", 1))
    tour = terminal.claim()
    last = next(task for task in tour.tasks if task.location == "A-2")
    terminal.tell(LocationReached(tour.id, last.id, "A-2"))
    close(store)
    assert stops(lent(store, tour)) == ["A-2", "A-1"]


def test_what_waits_in_a_closed_aisle_is_given_to_nobody_until_it_opens(
    store: Store, terminal: Terminal
) -> None:
    close(store)
    order(store, "O1", ("X", 1))
    open_again(store)
    order(store, "O2", ("Z", 1), priority=1)
    store.write(SITE, lambda tx: allocating.allocate(tx, ("O2",)))
    close(store)
    assert terminal.claim().orders == ("O1",)
    open_again(store)
    enrol(store, "pick-2")
    assert Terminal(store, "pick-2").claim("CART-2").orders == ("O2",)


def test_nothing_new_is_bound_in_a_closed_aisle(store: Store) -> None:
    close(store)
    order(store, "O1", ("Z", 1))
    assert rows(store, schema.reservation, order_number="O1") == []
    open_again(store)
    store.write(SITE, lambda tx: allocating.allocate(tx, ("O1",)))
    assert len(rows(store, schema.reservation, order_number="O1")) == 1


def test_one_exception_says_so_and_its_fix_opens_the_aisle(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1), ("Z", 1))
    order(store, "O2", ("Z", 1))
    tour = terminal.claim()
    close(store)
    (entry,) = open_exceptions(store, ExceptionKind.AISLE_CLOSED)
    assert (entry.code, entry.fixes) == ("floor.aisle_closed", (Fix.OPEN_AISLE,))
    store.write(
        SITE,
        lambda tx: supervising.resolve(
            tx, CHIEF, entry.id, entry.version, Fix.OPEN_AISLE, Details("cleared")
        ),
    )
    assert store.read(SITE, catalogue.floor).closed == ()
    assert lent(store, tour).because is Replanned.AISLE_CLOSED  # what it lost waits for another one
    assert open_exceptions(store, ExceptionKind.AISLE_CLOSED) == []


def test_a_blocked_location_can_close_its_whole_aisle_with_one_key(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1), ("Z", 1))
    tour = terminal.claim()
    task = next(task for task in tour.tasks if task.location == "A-3")
    terminal.tell(
        ZeroPicked(tour.id, task.id, "O1", task.line, "Z", "", "A-3", missing=1, cause=ShortCause.BLOCKED)
    )
    (entry,) = open_exceptions(store, ExceptionKind.BLOCKED_LOCATION)
    assert Fix.CLOSE_AISLE in entry.fixes
    store.write(
        SITE,
        lambda tx: supervising.resolve(
            tx, CHIEF, entry.id, entry.version, Fix.CLOSE_AISLE, Details("fork lift")
        ),
    )
    assert store.read(SITE, catalogue.floor).closed == (FAR,)
    assert not any(row.blocked for row in rows(store, schema.stock, sku="Z"))


@pytest.mark.parametrize("part", [SubAisle(4, 0), SubAisle(0, 1)])
def test_an_aisle_that_is_not_there_cannot_be_closed(store: Store, part: SubAisle) -> None:
    with pytest.raises(ApiError) as refused:
        close(store, part)
    assert refused.value.code == "floor.no_such_aisle"


def test_closing_twice_and_opening_what_is_open_is_refused(store: Store) -> None:
    with pytest.raises(ApiError) as refused:
        open_again(store)
    assert refused.value.code == "floor.not_closed"
    close(store)
    with pytest.raises(ApiError) as refused:
        close(store)
    assert refused.value.code == "floor.already_closed"


def test_who_closed_it_and_why_is_written_down(store: Store) -> None:
    close(store)
    (note,) = rows(store, schema.intervention, action="close_aisle")
    assert (note.subject, note.reason, note.operator) == ("3/0", "pallet fell over", "op-9")


def test_a_floor_described_anew_keeps_only_closures_that_it_still_has(store: Store) -> None:
    close(store)
    smaller = Aisles(3, 1, 5, slot_pitch_mm=1000, aisle_pitch_mm=3000, cross_aisle_mm=2000)
    store.write(SITE, lambda tx: catalogue.save_floor(tx, Floor(aisles=smaller)))
    assert store.read(SITE, catalogue.floor) == Floor(aisles=smaller)


def test_the_ground_is_not_kept_before_a_change_of_the_floor_is_written(store: Store) -> None:
    class StopError(Exception):
        pass

    def begin_and_fail(tx: Tx) -> None:
        supervising.close_aisle(tx, CHIEF, FAR)
        assert ground.of_site(tx).closed == {"A-3"}
        raise StopError

    with pytest.raises(StopError):
        store.write(SITE, begin_and_fail)
    assert store.read(SITE, ground.of_site).closed == frozenset()


def test_the_cart_of_a_closed_tour_can_still_be_finished(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1), ("Z", 1))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    close(store)
    shorter = lent(store, tour)
    terminal.pick(shorter, shorter.tasks[0], "T-1")
    terminal.finish(shorter, "T-1")
    open_again(store)
    assert stops(terminal.claim(CART)) == ["A-3"]


def test_where_something_was_short_lately_is_looked_at_early_if_the_detour_is_allowed(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("Z", 1))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    task = tour.tasks[0]
    terminal.tell(ZeroPicked(tour.id, task.id, "O1", 1, "Z", "", "A-3", missing=1, cause=ShortCause.SHORT))
    terminal.finish(tour)
    (entry,) = open_exceptions(store, ExceptionKind.SHORT_PICK)
    store.write(
        SITE,
        lambda tx: supervising.resolve(tx, CHIEF, entry.id, entry.version, Fix.COUNT, Details("seen", 5)),
    )
    store.write(SITE, lambda tx: supervising.cancel(tx, CHIEF, "O1"))
    order(store, "O2", ("X", 1), ("Y", 1), ("Z", 1))

    def claimed(most_mm: int) -> Tour:
        rules = SiteSettings(name="S", doubtful_first_mm=most_mm)
        store.write(SITE, lambda tx: catalogue.save_settings(tx, rules, frozenset()))
        tour = terminal.claim()
        terminal.tell(TourFinished(tour.id))
        return tour

    assert claimed(0).early == ()
    doubted = claimed(100_000)
    assert stops(doubted)[0] == "A-3"
    assert (doubted.early, doubted.detour_mm) == (("A-3",), doubted.length_mm - claimed(0).length_mm)


def test_a_stop_that_is_begun_stays_with_its_picker_when_its_aisle_closes_and_is_given_to_nobody_else(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 1), ("Z", 1))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    begun = next(task for task in tour.tasks if task.location == "A-3")
    terminal.tell(LocationReached(tour.id, begun.id, "A-3"))
    close(store)
    open_again(store)
    assert {row.tour for row in rows(store, schema.reservation, location="A-3")} == {tour.id}
    enrol(store, "pick-2")
    with pytest.raises(ApiError) as refused:
        Terminal(store, "pick-2").claim("CART-2")
    assert refused.value.code == "work.none"


def test_the_stop_that_is_walked_to_is_where_the_new_walk_begins(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1), ("Y", 1), ("Z", 1))
    tour = terminal.claim()
    target = tour.tasks[0].location
    close(store, SubAisle(0, 0))
    assert lent(store, tour) == tour
    near = {"A-1": SubAisle(3, 0), "A-3": SubAisle(1, 0)}[target]
    close(store, near)
    assert stops(lent(store, tour))[0] == target


def test_a_tour_whose_walk_stays_as_it_was_is_told_nothing(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1))
    tour = terminal.claim()
    close(store, SubAisle(3, 0))
    assert lent(store, tour).version == tour.version


def test_an_import_that_lays_the_floor_out_anew_changes_tours_and_settles_what_is_gone(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 1), ("Y", 1))
    close(store)
    smaller = Aisles(3, 1, 5, slot_pitch_mm=1000, aisle_pitch_mm=3000, cross_aisle_mm=2000)
    store.write(SITE, lambda tx: closures.replace_floor(tx, Floor(aisles=smaller)))
    assert open_exceptions(store, ExceptionKind.AISLE_CLOSED) == []


def test_a_floor_that_changed_is_built_once_however_many_tours_are_under_way(
    store: Store, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Terminal(store, "pick-2", operator="op-8", journal="j-2")
    for number, (picker, cart) in enumerate(((terminal, CART), (other, "CART-2")), start=1):
        order(store, f"O{number}", ("X", 1), ("Y", 1), ("Z", 1))
        picker.claim(cart)
    built, build = list[int](), ground.of_site

    def counted(tx: Tx) -> ground.Ground:
        built.append(1)
        return build(tx)

    monkeypatch.setattr(ground, "of_site", counted)
    close(store)
    assert len(built) == 1
