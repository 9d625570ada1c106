"""A floor in a test: carts, totes, people, and terminals that record facts and send them up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select

from app.central import audit, catalogue, lending, schema, stations, tokens, uploads
from app.central.api.app import worker_for
from app.central.inbox import read
from app.central.labels import Shipper
from app.central.store import Store, Tx
from app.model.exceptions import ExceptionKind, ExceptionState, WarehouseException
from app.model.facts import (
    Fact,
    ParcelClosed,
    ParcelOpened,
    ParcelWeighed,
    Picked,
    ToteAssigned,
    ToteDropped,
    TourFinished,
    TourTaken,
    UnitVerified,
)
from app.model.facts.codec import Recorded, encode
from app.model.floor import Cart, Location, LocationKind
from app.model.parcels import Carton
from app.model.people import Operator, Role
from app.model.rates import (
    ANYWHERE,
    Area,
    Carrier,
    Limits,
    Promise,
    RateBook,
    Service,
    WeightBreak,
    Zone,
    ZoneRate,
)
from app.model.wire import Upload, Uploaded
from app.model.work import LentTour, PackJob, Task, Tour
from tests.central.books import NOON, SITE, allocate, an_order, open_books, receive, stock_up

PICKER_BADGE = "picker-badge-secret"
PACKER_BADGE = "packer-badge-secret"
CHIEF_BADGE = "chief-badge-secret"
OTHER_CHIEF_BADGE = "other-chief-badge-secret"
CART = "CART-1"
DROP = "DROP-1"
HOSPITAL = "HOSP-1"
CARTON = "BOX-M"

_LENT = TypeAdapter(LentTour)
_JOB = TypeAdapter(PackJob)


class Ticking:
    """A clock that goes on by a millisecond whenever somebody looks."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def a_book() -> RateBook:
    """One carrier that takes up to 30 kg everywhere, on any day until late."""
    service = Service(
        code="swift-std",
        carrier="swift",
        name="Swift Standard",
        promise=Promise.STANDARD,
        rates=(ZoneRate("all", 2, (WeightBreak(30_000, Decimal("4.90")),)),),
        limits=Limits(30_000, 1200, 3000),
        dim_divisor=5000,
        step_g=500,
        minimum=Decimal(0),
        fuel_percent=Decimal(10),
        hazard_classes=(),
        cutoff=time(18),
        departs=(1, 2, 3, 4, 5, 6, 7),
        window_hours=48,
    )
    return RateBook("EUR", (Carrier("swift", "Swift", UTC, (Zone("all", (Area(ANYWHERE),)),), (service,)),))


SHIPPER = Shipper(a_book(), ("Storehand Test", "Dock 1"))


def badge_hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def open_floor(
    url: str,
    stock: Iterable[tuple[str, str, int] | tuple[str, str, int, str, date]] = (
        ("A-1", "X", 10),
        ("A-2", "Y", 10),
    ),
) -> Store:
    """A site with bins, stock, two carts, totes, cartons, people and a drop and a hospital place."""
    store = open_books(url, Ticking())  # type: ignore[arg-type]
    stock_up(store, stock)

    def work(tx: Tx) -> None:
        catalogue.save_locations(
            tx,
            [
                Location(DROP, "D", LocationKind.DROP, 0, 0, False, "99"),
                Location(HOSPITAL, "D", LocationKind.HOSPITAL, 500, 0, False, "98"),
            ],
        )
        catalogue.save_carts(tx, [Cart(CART, 4), Cart("CART-2", 2)])
        catalogue.save_totes(tx, [f"T-{number}" for number in range(1, 9)])
        catalogue.save_cartons(tx, [Carton(CARTON, "Medium", 300, 200, 200, 310, 210, 210, 150, 20_000)])
        catalogue.save_operators(
            tx,
            [
                Operator("op-1", "Pia Picker", (Role.PICKER,), badge_hash(PICKER_BADGE)),
                Operator("op-2", "Paul Packer", (Role.PACKER,), badge_hash(PACKER_BADGE)),
                Operator("op-8", "Otto Other", (Role.SUPERVISOR,), badge_hash(OTHER_CHIEF_BADGE)),
                Operator("op-9", "Sue Supervisor", (Role.SUPERVISOR,), badge_hash(CHIEF_BADGE)),
            ],
        )

    store.write(SITE, work)
    return store


def enrol(store: Store, name: str) -> str:
    """Let a station in; its token."""
    code = store.write(SITE, tokens.issue_enrolment)
    return store.write(SITE, lambda tx: stations.enrol(tx, code, name))


def order(store: Store, number: str, *lines: tuple[str, int], **values: Any) -> None:
    """An order that is taken in and bound."""
    receive(store, an_order(number, *lines, **values))
    allocate(store)


@dataclass
class Terminal:
    """A terminal that records facts in a chained journal and sends them."""

    store: Store
    name: str
    operator: str = "op-1"
    journal: str = "j-1"
    seq: int = 0
    chain: bytes = bytes(32)
    envelopes: list[str] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=lambda: [bytes(32)])
    sent: int = 0

    def record(self, *facts: Fact) -> None:
        """Write facts down without sending them."""
        for fact in facts:
            self.seq += 1
            self.write(encode(Recorded(self.seq, NOON, float(self.seq), self.operator, fact)))

    def write(self, envelope: str) -> None:
        """Write an envelope down as it is."""
        self.envelopes.append(envelope)
        self.chain = sha256(self.chain + envelope.encode()).digest()
        self.hashes.append(self.chain)
        self.seq = len(self.envelopes)

    def upload(self, first: int = 0, last: int = 0, pending: int = 0) -> Upload:
        """An upload of events; all that were not sent unless said otherwise."""
        first, last = first or self.sent + 1, last or self.seq
        return Upload(
            incarnation="i",
            journal=self.journal,
            first_seq=first,
            previous_hash=self.hashes[first - 1].hex(),
            sent_at=self.store.clock(),
            pending=pending,
            events=self.envelopes[first - 1 : last],
        )

    def send(self) -> Uploaded:
        """Send all that was not sent, as long as it is short enough for one upload."""
        done = uploads.receive(self.store, SITE, self.name, self.upload())
        self.sent = done.acknowledged
        return done

    def tell(self, *facts: Fact) -> Uploaded:
        """Record facts and send them."""
        self.record(*facts)
        return self.send()

    # --- a picker's and a packer's day -----------------------------------------------------------------------

    def claim(self, cart: str = CART) -> Tour:
        """Ask for a tour and take it."""
        tour = lending.claim(self.store, SITE, self.name, self.operator, cart)
        lent = lent_tour(self.store, tour, self.name)
        assert lent is not None
        self.tell(TourTaken(lent.tour, lent.history))
        return lent.tour

    def assign(self, tour: Tour, **tote_of: str) -> None:
        """Put totes into slots: ``O1="T-1"``."""
        self.tell(
            *(
                ToteAssigned(tour.id, tour.orders.index(number), number, tote)
                for number, tote in tote_of.items()
            )
        )

    def pick(self, tour: Tour, task: Task, tote: str, quantity: int = 0) -> None:
        self.tell(a_pick(tour, task, tote, quantity))

    def finish(self, tour: Tour, *totes: str) -> None:
        """Drop totes and end the tour."""
        self.tell(*(ToteDropped(tour.id, tote, DROP) for tote in totes), TourFinished(tour.id))

    def pick_whole_tour(self, cart: str = CART) -> Tour:
        """Claim, pick everything, drop and finish. The n-th order gets tote ``T-n``."""
        tour = self.claim(cart)
        totes = {number: f"T-{slot + 1}" for slot, number in enumerate(tour.orders)}
        self.assign(tour, **totes)
        self.tell(*(a_pick(tour, task, totes[task.order]) for task in tour.tasks))
        self.finish(tour, *totes.values())
        return tour

    def open(self, number: str, parcel: str) -> PackJob:
        job = pack_job(self.store, number)
        assert job is not None
        self.tell(ParcelOpened(parcel, number, job.next_parcel, CARTON, job))
        return job

    def verify_all(self, job: PackJob, parcel: str) -> None:
        self.tell(*verifications(job, parcel))

    def pack(self, number: str, parcel: str, weight_g: int = 1000) -> None:
        """Verify all that lies in an order's totes into one parcel and weigh it."""
        job = self.open(number, parcel)
        self.verify_all(job, parcel)
        self.tell(ParcelWeighed(parcel, number, CARTON, weight_g, weight_g))

    def label_and_close(self, parcel: str) -> str:
        """Have the label made, and scan it back. Gives the SSCC."""
        do_jobs(self.store)
        sscc = parcel_row(self.store, parcel).sscc
        self.tell(ParcelClosed(parcel, sscc))
        return str(sscc)


def a_pick(tour: Tour, task: Task, tote: str, quantity: int = 0) -> Picked:
    return Picked(
        tour.id,
        task.id,
        task.order,
        task.line,
        task.sku,
        task.lot,
        task.location,
        tote,
        quantity or task.quantity,
    )


def verifications(job: PackJob, parcel: str) -> list[UnitVerified]:
    return [
        UnitVerified(
            parcel,
            job.order,
            content.line,
            content.sku,
            content.lot,
            tote.code,
            content.quantity,
            content.sku,
        )
        for tote in job.totes
        for content in tote.contents
    ]


def do_jobs(store: Store) -> int:
    """Do all jobs that are due."""
    return worker_for(store, SHIPPER).run_due()


# --- looking ---------------------------------------------------------------------------------------------------


def record_of(store: Store, kind: str, key: str, audience: str = "*") -> Any:
    """The newest value of a record as stations get it; nothing when there is none or it is gone."""
    table = schema.record
    return store.read(
        SITE,
        lambda tx: tx.conn.execute(
            select(table.c.value).where(
                table.c.site == SITE,
                table.c.kind == kind,
                table.c.key == key,
                table.c.audience == audience,
            )
        ).scalar_one_or_none(),
    )


def lent_tour(store: Store, tour: str, station: str) -> LentTour | None:
    value = record_of(store, "tour", tour, station)
    return None if value is None else _LENT.validate_python(value)


def pack_job(store: Store, number: str) -> PackJob | None:
    value = record_of(store, "pack_job", number)
    return None if value is None else _JOB.validate_python(value)


def rows(store: Store, table: Any, **values: Any) -> list[Any]:
    """The rows of a table with these values."""
    return store.read(
        SITE,
        lambda tx: list(
            tx.conn.execute(
                select(table).where(
                    table.c.site == SITE, *(table.c[name] == value for name, value in values.items())
                )
            )
        ),
    )


def one(store: Store, table: Any, **values: Any) -> Any:
    (row,) = rows(store, table, **values)
    return row


def parcel_row(store: Store, parcel: str) -> Any:
    return one(store, schema.parcel, id=parcel)


def tour_row(store: Store, tour: str) -> Any:
    return one(store, schema.tour, id=tour)


def tote_row(store: Store, tote: str) -> Any:
    return one(store, schema.tote, code=tote)


def line(store: Store, number: str, line_number: int = 1) -> Any:
    return one(store, schema.order_line, order_number=number, line=line_number)


def status(store: Store, number: str) -> str:
    return str(one(store, schema.sales_order, number=number).status)


def open_exceptions(store: Store, *kinds: ExceptionKind) -> list[WarehouseException]:
    """The exceptions that wait, of some kinds."""
    found = [read(row) for row in rows(store, schema.exception)]
    return [
        entry
        for entry in found
        if entry.state is not ExceptionState.RESOLVED and (not kinds or entry.kind in kinds)
    ]


def fact_states(store: Store) -> list[str]:
    return [row.state for row in sorted(rows(store, schema.fact), key=lambda row: (row.station, row.seq))]


def balanced(store: Store) -> bool:
    return store.read(SITE, audit.audit) == ()


def differences(store: Store) -> tuple[audit.Difference, ...]:
    return store.read(SITE, audit.audit)
