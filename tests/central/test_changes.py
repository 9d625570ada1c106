"""The change feed: nothing is missed, nothing foreign is shown, a restored database is noticed."""

from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest
from sqlalchemy import update

from app.central import changes, schema
from app.central.store import Store, Tx
from app.model.wire import Changes
from tests.central.books import SITE
from tests.central.floor import Terminal, one, open_floor, order


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url)) as books:
        yield books


def pull(store: Store, station: str = "pick-1", after: int = 0, incarnation: str = "") -> Changes:
    return changes.pull(store, SITE, station, after, incarnation)


def publish(
    store: Store, *records: tuple[str, str, Mapping[str, object] | None], audience: str = "*"
) -> None:
    def work(tx: Tx) -> None:
        for kind, key, value in records:
            tx.publish(kind, key, value, audience)

    store.write(SITE, work)


def test_a_new_station_gets_everything_and_then_only_what_changed(store: Store) -> None:
    first = pull(store)
    assert {record.kind for record in first.records} >= {
        "item",
        "location",
        "cart",
        "tote",
        "operator",
        "settings",
    }
    publish(store, ("tote", "T-1", {"code": "T-1"}))
    second = pull(store, after=first.head, incarnation=first.incarnation)
    assert [(record.kind, record.key) for record in second.records] == [("tote", "T-1")]
    assert not second.reset
    third = pull(store, after=second.head, incarnation=first.incarnation)
    assert third.records == []


def test_what_is_gone_is_told_to_those_who_knew_it_and_to_nobody_else(store: Store) -> None:
    publish(store, ("pack_job", "O1", {"order": "O1"}))
    known = pull(store)
    publish(store, ("pack_job", "O1", None))
    gone = pull(store, after=known.head, incarnation=known.incarnation)
    assert [(record.key, record.value) for record in gone.records] == [("O1", None)]
    assert "O1" not in {record.key for record in pull(store).records}


def test_a_tour_is_shown_to_the_station_that_holds_it_alone(store: Store) -> None:
    order(store, "O1", ("X", 1))
    tour = Terminal(store, "pick-1").claim()
    assert tour.id in {record.key for record in pull(store, "pick-1").records if record.kind == "tour"}
    assert tour.id not in {record.key for record in pull(store, "pick-2").records}


def test_what_the_shop_follows_is_not_shown_to_stations(store: Store) -> None:
    order(store, "O1", ("X", 1))
    assert "order" not in {record.kind for record in pull(store).records}


def test_pages_end_between_two_transactions_and_miss_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = pull(store)
    for batch in range(5):
        publish(store, *(("tote", f"B{batch}-{number}", {"code": "x"}) for number in range(3)))
    publish(store, *(("tote", f"big-{number}", {"code": "x"}) for number in range(9)))
    monkeypatch.setattr(changes, "PAGE", 4)
    seen: list[str] = []
    head, more = start.head, True
    while more:
        page = pull(store, after=head, incarnation=start.incarnation)
        seen += [record.key for record in page.records]
        assert page.head > head
        head, more = page.head, page.more
    assert len(seen) == len(set(seen)) == 24
    assert head == one(store, schema.site).head


def test_a_cursor_of_another_incarnation_starts_anew(store: Store) -> None:
    known = pull(store)
    again = pull(store, after=known.head, incarnation="another")
    assert again.reset
    assert len(again.records) == len(known.records)


def test_a_station_that_saw_more_than_there_is_starts_a_new_incarnation(store: Store) -> None:
    known = pull(store)
    before = one(store, schema.site)
    again = pull(store, after=known.head + 50, incarnation=known.incarnation)
    after = one(store, schema.site)
    assert again.reset
    assert again.incarnation == after.incarnation != before.incarnation
    assert after.sscc_serial == before.sscc_serial + changes.JUMP
    assert after.tour_serial == before.tour_serial + changes.JUMP
    more = pull(store, after=known.head + 50, incarnation=known.incarnation)
    assert more.incarnation == after.incarnation


def test_of_two_that_notice_a_restored_database_one_begins_the_new_incarnation(store: Store) -> None:
    known = pull(store)
    for _ in range(2):
        store.write(SITE, lambda tx: changes.begin_incarnation(tx, known.head + 9, known.incarnation))
    assert one(store, schema.site).sscc_serial == changes.JUMP


def test_the_heads_of_all_sites_come_in_one_query(store: Store) -> None:
    def raise_head(tx: Tx) -> None:
        tx.conn.execute(update(schema.site).where(schema.site.c.site == SITE).values(head=777))

    store.write(SITE, raise_head)
    assert changes.heads(store, frozenset({SITE, "nowhere"})) == {SITE: 777}
