"""Urgent orders that come along on a tour under way: offered to one tour, taken only with the picker's consent."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from app.central import catalogue, intake, jobs, joining, lending, replanning, schema
from app.central.refusal import ApiError
from app.central.store import Store
from app.model.facts import LocationReached, UrgentDeclined
from app.model.floor import Cart
from app.model.known import SiteSettings
from app.model.work import LentTour, Offer, Replanned, Tour
from tests.central.books import SITE
from tests.central.floor import (
    CART,
    Terminal,
    balanced,
    lent_tour,
    one,
    open_floor,
    order,
    rows,
    tour_row,
)

STOCK = [("A-1", "X", 10), ("A-2", "Y", 10), ("A-3", "Z", 10)]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url, STOCK)) as books:
        yield books
        assert balanced(books)


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return Terminal(store, "pick-1")


@pytest.fixture
def colleague(store: Store) -> Terminal:
    return Terminal(store, "pick-2", operator="op-8", journal="j-2")


def lent(store: Store, tour: Tour, station: str = "pick-1") -> LentTour:
    found = lent_tour(store, tour.id, station)
    assert found is not None
    return found


def offered(store: Store, tour: Tour, station: str = "pick-1") -> Offer | None:
    joining.offer_anew(store, SITE)
    return lent(store, tour, station).offer


def under_way(store: Store, terminal: Terminal) -> Tour:
    """A tour of usual priority, and an urgent order that came after it began."""
    order(store, "O1", ("X", 1), ("Z", 1))
    tour = terminal.claim()
    order(store, "O7", ("Y", 2), priority=1)
    return tour


def refused(store: Store, tour: Tour, number: str = "O7", station: str = "pick-1") -> str:
    with pytest.raises(ApiError) as error:
        joining.join(store, SITE, station, tour.id, number)
    return error.value.code


def test_an_urgent_order_is_offered_with_what_it_costs(store: Store, terminal: Terminal) -> None:
    tour = under_way(store, terminal)
    offer = offered(store, tour)
    assert offer is not None
    assert (offer.order, offer.units, offer.stops) == ("O7", 2, 1)
    assert offer.detour_mm >= 0
    assert lent(store, tour).tour.version == tour.version


def test_an_order_that_is_no_more_urgent_waits_for_another_tour(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1))
    tour = terminal.claim()
    order(store, "O2", ("Y", 1))
    assert offered(store, tour) is None


def test_agreed_it_comes_along_in_the_free_slot_and_the_picker_is_told_why(
    store: Store, terminal: Terminal
) -> None:
    tour = under_way(store, terminal)
    offered(store, tour)
    joining.join(store, SITE, "pick-1", tour.id, "O7")
    joined = lent(store, tour)
    assert joined.offer is None
    assert joined.tour.orders == ("O1", "O7")
    assert (joined.tour.version, joined.tour.because) == (tour.version + 1, Replanned.URGENT)
    assert {(task.order, task.slot, task.quantity) for task in joined.tour.tasks} == {
        ("O1", 0, 1),
        ("O7", 1, 2),
    }
    assert {row.tour for row in rows(store, schema.reservation, order_number="O7")} == {tour.id}
    assert [row.order_number for row in rows(store, schema.tour_order, tour=tour.id)] == ["O1", "O7"]


def test_the_stop_that_is_walked_to_stays_the_next_one(store: Store, terminal: Terminal) -> None:
    tour = under_way(store, terminal)
    offered(store, tour)
    joining.join(store, SITE, "pick-1", tour.id, "O7")
    assert lent(store, tour).tour.tasks[0] == tour.tasks[0]


def test_a_lost_answer_is_asked_for_again_without_harm(store: Store, terminal: Terminal) -> None:
    tour = under_way(store, terminal)
    offered(store, tour)
    joining.join(store, SITE, "pick-1", tour.id, "O7")
    joining.join(store, SITE, "pick-1", tour.id, "O7")
    assert lent(store, tour).tour.version == tour.version + 1


def test_it_is_picked_dropped_and_packed_like_the_others(store: Store, terminal: Terminal) -> None:
    tour = under_way(store, terminal)
    offered(store, tour)
    joining.join(store, SITE, "pick-1", tour.id, "O7")
    changed = lent(store, tour).tour
    terminal.assign(changed, O1="T-1", O7="T-2")
    for task in changed.tasks:
        terminal.tell(LocationReached(tour.id, task.id, task.location))
        terminal.pick(changed, task, f"T-{task.slot + 1}")
    terminal.finish(changed, "T-1", "T-2")
    for number in ("O1", "O7"):
        terminal.pack(number, f"P-{number}")


def test_it_is_offered_to_one_tour_only_and_to_another_after_a_no(
    store: Store, terminal: Terminal, colleague: Terminal
) -> None:
    order(store, "O1", ("X", 1))
    mine = terminal.claim()
    order(store, "O2", ("Z", 1))
    theirs = colleague.claim("CART-2")
    order(store, "O7", ("Y", 2), priority=1)
    joining.offer_anew(store, SITE)
    holders = {"pick-1": (terminal, mine), "pick-2": (colleague, theirs)}
    asked = [name for name, (_, tour) in holders.items() if lent(store, tour, name).offer]
    assert len(asked) == 1
    first, tour = holders.pop(asked[0])
    first.tell(UrgentDeclined(tour.id, "O7"))
    assert lent(store, tour, first.name).offer is None
    joining.offer_anew(store, SITE)
    assert lent(store, tour, first.name).offer is None
    ((name, (_, other)),) = holders.items()
    assert lent(store, other, name).offer is not None


def test_an_offer_stays_as_it_is_while_it_can_be_taken(store: Store, terminal: Terminal) -> None:
    tour = under_way(store, terminal)
    before = offered(store, tour)
    order(store, "O8", ("Y", 1), priority=1)
    assert offered(store, tour) == before


def test_what_somebody_else_took_is_offered_no_more_and_a_late_yes_is_refused(
    store: Store, terminal: Terminal, colleague: Terminal
) -> None:
    tour = under_way(store, terminal)
    assert offered(store, tour) is not None
    colleague.claim("CART-2")
    assert refused(store, tour) == "work.offer_gone"
    assert offered(store, tour) is None
    assert lent(store, tour).tour.orders == ("O1",)


def test_a_cancelled_order_is_offered_no_more(store: Store, terminal: Terminal) -> None:
    tour = under_way(store, terminal)
    assert offered(store, tour) is not None
    store.write(SITE, lambda tx: intake.cancel(tx, "O7", "op-9"))
    assert refused(store, tour) == "work.offer_gone"
    assert offered(store, tour) is None


def test_what_was_never_offered_does_not_come_along(store: Store, terminal: Terminal) -> None:
    tour = under_way(store, terminal)
    assert refused(store, tour) == "work.offer_gone"


def test_only_the_station_that_holds_the_tour_may_agree(store: Store, terminal: Terminal) -> None:
    tour = under_way(store, terminal)
    offered(store, tour)
    assert refused(store, tour, station="pick-2") == "work.offer_gone"
    assert refused(store, tour, number="O2") == "work.offer_gone"


def test_a_cart_without_a_free_slot_is_offered_nothing(store: Store, terminal: Terminal) -> None:
    store.write(SITE, lambda tx: catalogue.save_carts(tx, [Cart(CART, 1)]))
    assert offered(store, under_way(store, terminal)) is None


def test_a_cart_is_never_loaded_beyond_its_weight_or_volume(store: Store, terminal: Terminal) -> None:
    item = store.read(SITE, lambda tx: catalogue.items(tx, {"X"}))["X"]
    just_full = Cart(CART, 4, weight_g=max(3, 3 * item.weight_g))
    store.write(SITE, lambda tx: catalogue.save_carts(tx, [just_full]))
    order(store, "O1", ("X", 2))
    tour = terminal.claim()
    order(store, "O7", ("Y", 2), priority=1)
    assert offered(store, tour) is None
    order(store, "O8", ("Y", 1), priority=1)
    offer = offered(store, tour)
    assert offer is not None
    assert offer.order == "O8"


def test_stops_that_are_done_make_room_for_others(store: Store, terminal: Terminal) -> None:
    store.write(SITE, lambda tx: catalogue.save_settings(tx, SiteSettings(name="demo", max_stops=2)))
    tour = under_way(store, terminal)
    assert offered(store, tour) is None
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1")
    assert offered(store, tour) is not None


def test_a_tour_with_nothing_left_to_pick_is_offered_nothing(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1")
    order(store, "O7", ("Y", 2), priority=1)
    assert offered(store, tour) is None


def test_a_tour_in_other_hands_is_offered_anew(store: Store, terminal: Terminal, colleague: Terminal) -> None:
    tour = under_way(store, terminal)
    assert offered(store, tour) is not None
    store.write(SITE, lambda tx: lending.take_away(tx, tour.id))
    lending.claim(store, SITE, colleague.name, colleague.operator, CART)
    assert lent(store, tour, "pick-2").offer is None
    assert offered(store, tour, "pick-2") is not None


def test_a_tour_that_changed_between_the_walk_and_the_yes_is_walked_once_more(
    store: Store, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    tour = under_way(store, terminal)
    offered(store, tour)
    walk, tries = replanning.with_an_order, list[int]()

    def interrupted(tx: object, row: object, waiting: object) -> Tour:
        tries.append(1)
        plan = walk(tx, row, waiting)  # type: ignore[arg-type]
        if len(tries) == 1:
            store.write(SITE, lambda other: lending.set_values(other, tour.id, version=tour.version + 1))
        return plan

    monkeypatch.setattr(replanning, "with_an_order", interrupted)
    joining.join(store, SITE, "pick-1", tour.id, "O7")
    assert len(tries) == 2
    assert lent(store, tour).tour.version == tour.version + 2


def test_the_rounds_have_it_worked_out_only_where_somebody_could_be_asked(
    store: Store, terminal: Terminal
) -> None:
    def scheduled() -> bool:
        store.write(SITE, joining.notice_urgent)
        return bool(rows(store, schema.job, kind=jobs.OFFER))

    order(store, "O1", ("X", 1))
    assert not scheduled()
    tour = terminal.claim()
    assert not scheduled()
    order(store, "O7", ("Y", 2), priority=1)
    assert scheduled()
    assert one(store, schema.job, kind=jobs.OFFER).attempts == 0
    assert tour_row(store, tour.id).offer is None
