"""Manifests and milestones: handed over once, followed forward only, silence noticed."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from app.central import intake, labels, manifests, milestones, parcels, schema
from app.central.booking import bring_up_to_date
from app.central.milestones import Report
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.model.exceptions import ExceptionKind
from app.model.milestones import Milestone, Sighting
from app.model.stock import Account, parcel_place
from printing.proof import text_of
from tests.central.books import NOON, SITE, balance
from tests.central.floor import (
    SHIPPER,
    Terminal,
    Ticking,
    differences,
    one,
    open_exceptions,
    open_floor,
    order,
    parcel_row,
    record_of,
    rows,
    status,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url)) as books:
        yield books
        assert differences(books) == ()


@pytest.fixture
def sscc(store: Store) -> str:
    """Order O1, packed and closed in parcel P1."""
    return closed(store, "O1", "P1")


def closed(store: Store, number: str, parcel: str) -> str:
    order(store, number, ("X", 1))
    Terminal(store, f"pick-{number}").pick_whole_tour()
    bench = Terminal(store, f"pack-{number}", "op-2")
    bench.pack(number, parcel)
    return bench.label_and_close(parcel)


def close(store: Store) -> manifests.ManifestView:
    return manifests.close(store, SITE, "swift", "op-9", "desk-1", SHIPPER)


def hear(store: Store, *reports: tuple[str, Milestone, int]) -> milestones.Heard:
    """Reports: tracking number, milestone, hours after noon."""

    def report(tracking: str, milestone: Milestone, hours: int) -> Report:
        at = NOON + timedelta(hours=hours)
        return Report(tracking, Sighting(milestone, at, "Hub"), at.isoformat(), "{}")

    batch = [report(*each) for each in reports]
    return store.write(SITE, lambda tx: milestones.take(tx, "swift", batch, SHIPPER))


def refused(store: Store, work: Callable[[Tx], object]) -> str:
    with pytest.raises(ApiError) as error:
        store.write(SITE, work)
    return error.value.code


def test_a_manifest_hands_all_closed_parcels_over_and_later_ones_go_on_the_next(
    store: Store, sscc: str
) -> None:
    first = close(store)
    assert first.parcels == 1
    assert balance(store, parcel_place("P1"), "X") == (0, 0)
    assert balance(store, Account.SHIPPED.value, "X")[0] == 1
    assert status(store, "O1") == "shipped"
    with pytest.raises(ApiError) as error:
        close(store)
    assert error.value.code == "manifest.empty"
    closed(store, "O2", "P2")
    second = close(store)
    assert second.id != first.id
    assert parcel_row(store, "P1").manifest == first.id


def test_the_paper_of_a_manifest_names_its_parcels_and_stays_the_same(store: Store, sscc: str) -> None:
    done = close(store)
    paper = manifests.paper(store, SITE, done.id, SHIPPER)
    assert sscc in " ".join(text_of(paper))
    assert manifests.paper(store, SITE, done.id, SHIPPER) == paper


def test_labelled_parcels_on_no_manifest_are_listed(store: Store, sscc: str) -> None:
    seen = store.read(SITE, manifests.listed)
    assert [(each.parcel, each.status) for each in seen.loose] == [("P1", "closed")]
    assert [(each.carrier, each.parcels, each.weight_g) for each in seen.open] == [("swift", 1, 1000)]
    close(store)
    seen = store.read(SITE, manifests.listed)
    assert (seen.loose, seen.open, len(seen.closed)) == ([], [], 1)


def test_after_the_manifest_nothing_is_reprinted_reopened_or_cancelled(store: Store, sscc: str) -> None:
    close(store)

    def reprint(tx: Tx) -> object:
        return labels.reprint(tx, "P1", "pack-1", "op-2", "torn")

    assert refused(store, reprint) == "parcel.on_manifest"
    assert refused(store, lambda tx: parcels.reopen(tx, "P1", "op-2")) == "parcel.on_manifest"
    assert refused(store, lambda tx: intake.cancel(tx, "O1", "shop")) == "order.already_shipped"


def test_a_reprint_is_the_same_label_counted_with_its_reason_for_the_station_that_asked(
    store: Store, sscc: str
) -> None:
    before = store.read(SITE, lambda tx: labels.papers(tx, "P1"))
    assert store.write(SITE, lambda tx: labels.reprint(tx, "P1", "pack-7", "op-2", "torn")) == 1
    shown = record_of(store, "label", "P1")
    assert (shown["copies"], shown["copy_station"], shown["sscc"]) == (1, "pack-7", sscc)
    assert store.read(SITE, lambda tx: labels.papers(tx, "P1")) == before
    assert one(store, schema.intervention, action="reprint").reason == "torn"


def test_a_number_is_never_given_twice(store: Store) -> None:
    numbers = [closed(store, f"O{number}", f"P{number}") for number in range(3)]
    store.write(SITE, lambda tx: bring_up_to_date(tx, parcels.reopen(tx, "P0", "op-2")))
    bench = Terminal(store, "pack-9", "op-2")
    bench.pack("O0", "P9")
    assert bench.label_and_close("P9") not in numbers


def test_a_delivered_parcel_delivers_its_order(store: Store, sscc: str) -> None:
    close(store)
    hear(store, (sscc, Milestone.PICKED_UP, 1))
    assert status(store, "O1") == "in_transit"
    hear(store, (sscc, Milestone.DELIVERED, 9))
    assert (status(store, "O1"), parcel_row(store, "P1").watch_until) == ("delivered", None)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_and_the_number_of_reports_do_not_matter(store: Store, sscc: str, seed: int) -> None:
    close(store)
    reports = [
        (sscc, Milestone.PICKED_UP, 1),
        (sscc, Milestone.DEPARTED, 3),
        (sscc, Milestone.OUT_FOR_DELIVERY, 20),
        (sscc, Milestone.DELIVERED, 22),
    ]
    dice = random.Random(seed)
    shuffled = reports * 2
    dice.shuffle(shuffled)
    heard = [hear(store, report) for report in shuffled]
    assert (sum(each.new for each in heard), sum(each.known for each in heard)) == (4, 4)
    row = parcel_row(store, "P1")
    assert (row.status, row.milestone, row.milestone_at) == (
        "delivered",
        "delivered",
        NOON + timedelta(hours=22),
    )


def test_a_number_that_nobody_knows_is_named_and_the_rest_goes_in(store: Store, sscc: str) -> None:
    close(store)
    heard = hear(store, ("0815", Milestone.DELIVERED, 1), (sscc, Milestone.PICKED_UP, 1))
    assert (heard.new, heard.strangers) == (1, ("0815",))


def test_a_parcel_that_the_carrier_took_without_a_manifest_left_all_the_same(store: Store, sscc: str) -> None:
    hear(store, (sscc, Milestone.PICKED_UP, 1))
    assert parcel_row(store, "P1").status == "in_transit"
    assert balance(store, Account.SHIPPED.value, "X")[0] == 1


def test_trouble_on_the_way_is_an_exception(store: Store, sscc: str) -> None:
    close(store)
    hear(store, (sscc, Milestone.ATTEMPT_FAILED, 5))
    (entry,) = open_exceptions(store, ExceptionKind.DELIVERY_TROUBLE)
    assert entry.code == "parcel.attempt_failed"


def test_a_parcel_that_nobody_sees_for_too_long_is_noticed_once_until_it_is_seen_again(
    store: Store, sscc: str
) -> None:
    close(store)
    clock = store.clock
    assert isinstance(clock, Ticking)
    clock.now += timedelta(hours=47)
    assert store.write(SITE, milestones.notice_silence) == 0
    clock.now += timedelta(hours=2)
    assert store.write(SITE, milestones.notice_silence) == 1
    assert store.write(SITE, milestones.notice_silence) == 0
    assert open_exceptions(store, ExceptionKind.NO_MOVEMENT)
    hear(store, (sscc, Milestone.DEPARTED, 49))
    assert open_exceptions(store, ExceptionKind.NO_MOVEMENT) == []
    assert len(rows(store, schema.milestone)) == 1
