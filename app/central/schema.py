"""The tables. Every key starts with the site, no transaction crosses two sites.

Instants are text in UTC with microseconds, so that they sort and compare the same on SQLite and PostgreSQL.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as ``2026-11-22T06:30:00.123456Z``."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To the database: refuses a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"an instant needs an offset: {value!r}"
            raise ValueError(msg)
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database: always aware UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Day(TypeDecorator[date]):
    """A calendar day, kept as ``2026-11-22``."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """From the database."""
        return None if value is None else date.fromisoformat(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _key(name: str = "site") -> Column[str]:
    return Column(name, String(64), nullable=False)


def _code(name: str, *, default: str | None = None, size: int = 64) -> Column[str]:
    return Column(name, String(size), nullable=False, server_default=default)


# --- the site and its feed -----------------------------------------------------------------------------------

site = Table(
    "site",
    metadata,
    _key(),
    _code("name", size=200),
    Column("head", BigInteger, nullable=False, server_default="0"),
    _code("incarnation"),
    _code("gs1_prefix", size=12),
    Column("sscc_serial", BigInteger, nullable=False, server_default="0"),
    Column("tour_serial", BigInteger, nullable=False, server_default="0"),
    Column("settings", JSON, nullable=False),
    PrimaryKeyConstraint("site"),
)
"""``settings``: the fields of ``SiteSettings`` and ``services``, what an order may ask for."""

record = Table(
    "record",
    metadata,
    _key(),
    _code("kind", size=32),
    _code("key", size=128),
    _code("audience"),
    Column("head", BigInteger, nullable=False),
    Column("value", JSON),
    PrimaryKeyConstraint("site", "kind", "key", "audience"),
    Index(None, "site", "audience", "head"),
)
"""The newest value of everything that a station or the shop follows. ``audience`` is ``*`` for all stations, a
station's name for one, ``@shop`` for the shop. A record without a value is a deletion; the audience is part of the
key, so that a tour that goes from one station to another is taken from the first."""

# --- who may talk to the central -----------------------------------------------------------------------------

credential = Table(
    "credential",
    metadata,
    _key(),
    _code("token_sha256"),
    _code("kind", size=16),
    _code("name"),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    PrimaryKeyConstraint("site", "token_sha256"),
)
"""Bearer tokens of stations (``station``) and shops (``shop``); ``name`` is the station or the shop."""

enrolment = Table(
    "enrolment",
    metadata,
    _key(),
    _code("code_sha256"),
    Column("expires_at", Instant, nullable=False),
    Column("used_by", String(64)),
    PrimaryKeyConstraint("site", "code_sha256"),
)

station = Table(
    "station",
    metadata,
    _key(),
    _code("name"),
    Column("enrolled_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
    _code("operator", default=""),
    _code("view", default=""),
    Column("pending", Integer, nullable=False, server_default="0"),
    Column("clock_offset_s", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("site", "name"),
)

operator = Table(
    "operator",
    metadata,
    _key(),
    _code("id"),
    _code("name", size=200),
    Column("roles", JSON, nullable=False),
    _code("badge_sha256"),
    _code("pin_verifier", default="", size=256),
    _code("experience", default="experienced", size=16),
    PrimaryKeyConstraint("site", "id"),
    UniqueConstraint("site", "badge_sha256"),
)

# --- facts ---------------------------------------------------------------------------------------------------

journal = Table(
    "journal",
    metadata,
    _key(),
    _code("station"),
    _code("journal"),
    Column("last_seq", BigInteger, nullable=False),
    _code("last_hash"),
    PrimaryKeyConstraint("site", "station", "journal"),
)

fact = Table(
    "fact",
    metadata,
    _key(),
    _code("station"),
    _code("journal"),
    Column("seq", BigInteger, nullable=False),
    Column("received_at", Instant, nullable=False),
    _code("type"),
    _code("subject", size=128),
    _code("operator"),
    Column("envelope", Text, nullable=False),
    _code("state", size=16),
    Column("cause", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("site", "station", "journal", "seq"),
    Index(None, "site", "subject", "received_at", "seq"),
    Index(None, "site", "state"),
)
"""Every event as it came. ``subject`` is its tour or parcel. State: ``applied``, ``parked`` (waits for its
subject), ``refused`` (not understood; an exception says so)."""

# --- catalogue and floor -------------------------------------------------------------------------------------

item = Table(
    "item",
    metadata,
    _key(),
    _code("sku"),
    _code("style"),
    Column("body", JSON, nullable=False),
    PrimaryKeyConstraint("site", "sku"),
    Index(None, "site", "style"),
)
"""``body`` is the encoded ``Item``, its barcodes included."""

barcode = Table(
    "barcode",
    metadata,
    _key(),
    _code("code"),
    _code("sku"),
    Column("quantity", Integer, nullable=False),
    _code("level", size=8),
    PrimaryKeyConstraint("site", "code"),
    ForeignKeyConstraint(["site", "sku"], ["item.site", "item.sku"]),
    CheckConstraint("quantity > 0", name="quantity"),
    Index(None, "site", "sku"),
)

zone = Table(
    "zone",
    metadata,
    _key(),
    _code("code"),
    Column("body", JSON, nullable=False),
    PrimaryKeyConstraint("site", "code"),
)
"""``body`` is the encoded ``Zone``. A zone without a row has the defaults."""

location = Table(
    "location",
    metadata,
    _key(),
    _code("code"),
    _code("zone"),
    _code("kind", size=16),
    Column("x_mm", Integer, nullable=False),
    Column("y_mm", Integer, nullable=False),
    Column("pickable", Boolean, nullable=False),
    _code("check_code", size=16),
    PrimaryKeyConstraint("site", "code"),
)

walkway = Table(
    "walkway",
    metadata,
    _key(),
    Column("x1_mm", Integer, nullable=False),
    Column("y1_mm", Integer, nullable=False),
    Column("x2_mm", Integer, nullable=False),
    Column("y2_mm", Integer, nullable=False),
    PrimaryKeyConstraint("site", "x1_mm", "y1_mm", "x2_mm", "y2_mm"),
)

aisles = Table(
    "aisles",
    metadata,
    _key(),
    Column("body", JSON, nullable=False),
    PrimaryKeyConstraint("site"),
)
"""The floor where it is rectangular; then there are no walkways. ``body`` is the encoded ``Aisles``."""

closure = Table(
    "closure",
    metadata,
    _key(),
    Column("aisle", Integer, nullable=False),
    Column("block", Integer, nullable=False),
    PrimaryKeyConstraint("site", "aisle", "block"),
)
"""Parts of aisles that nobody enters today."""

cart = Table(
    "cart",
    metadata,
    _key(),
    _code("code"),
    Column("slots", Integer, nullable=False),
    Column("weight_g", Integer, nullable=False, server_default="0"),
    Column("volume_ml", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("site", "code"),
)

tote = Table(
    "tote",
    metadata,
    _key(),
    _code("code"),
    _code("order_number", default=""),
    _code("tour", default=""),
    _code("station", default=""),
    _code("place", default=""),
    _code("carton", default=""),
    PrimaryKeyConstraint("site", "code"),
    Index(None, "site", "order_number"),
    Index(None, "site", "tour"),
)
"""A tote without an order is free. ``carton`` is what kind of box it is, where it is the parcel's own."""

carton = Table(
    "carton",
    metadata,
    _key(),
    _code("code"),
    Column("body", JSON, nullable=False),
    PrimaryKeyConstraint("site", "code"),
)

# --- stock ---------------------------------------------------------------------------------------------------

lot = Table(
    "lot",
    metadata,
    _key(),
    _code("sku"),
    _code("lot"),
    Column("expires", Day),
    PrimaryKeyConstraint("site", "sku", "lot"),
)

stock = Table(
    "stock",
    metadata,
    _key(),
    _code("place", size=128),
    _code("sku"),
    _code("lot", default=""),
    Column("account", Boolean, nullable=False),
    Column("on_hand", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False, server_default="0"),
    Column("blocked", Boolean, nullable=False, server_default="0"),
    PrimaryKeyConstraint("site", "place", "sku", "lot"),
    CheckConstraint("account OR (reserved >= 0 AND on_hand >= reserved)", name="covered"),
    CheckConstraint("NOT account OR reserved = 0", name="unreserved"),
    Index(None, "site", "sku", "lot"),
)
"""The balance of one item and lot at one place; the movements are the truth, ``audit`` compares."""

movement = Table(
    "movement",
    metadata,
    _key(),
    _code("id"),
    _code("sku"),
    _code("lot", default=""),
    _code("source", size=128),
    _code("target", size=128),
    Column("quantity", BigInteger, nullable=False),
    _code("reference", size=128),
    _code("operator", default=""),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "id"),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint("source <> target", name="moves"),
    Index(None, "site", "sku", "lot"),
    Index(None, "site", "reference"),
)

posting = Table(
    "posting",
    metadata,
    _key(),
    _code("reference", size=128),
    _code("location"),
    _code("sku"),
    _code("lot", default=""),
    _code("kind", size=16),
    Column("quantity", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "reference", "location", "sku", "lot"),
)
"""Rows of stock documents that are booked already: importing one again posts nothing."""

reservation = Table(
    "reservation",
    metadata,
    _key(),
    _code("id"),
    _code("order_number"),
    Column("line", Integer, nullable=False),
    _code("location"),
    _code("sku"),
    _code("lot", default=""),
    Column("quantity", BigInteger, nullable=False),
    _code("tour", default=""),
    Column("why", JSON, nullable=False),
    PrimaryKeyConstraint("site", "id"),
    CheckConstraint("quantity > 0", name="quantity"),
    Index(None, "site", "order_number", "line"),
    Index(None, "site", "location", "sku", "lot"),
    Index(None, "site", "tour"),
)
"""Units bound to an order line and not yet picked. Its id is the id of the picking task. Gone when picked."""

# --- orders --------------------------------------------------------------------------------------------------

sales_order = Table(
    "sales_order",
    metadata,
    _key(),
    _code("number"),
    _code("status", size=16),
    Column("priority", Integer, nullable=False),
    Column("ship_by", Instant, nullable=False),
    _code("service"),
    _code("policy", size=16),
    Column("ship_to", JSON, nullable=False),
    _code("content_sha256"),
    Column("content", JSON, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("held_by", String(64)),
    Column("holds", JSON, nullable=False),
    Column("next_parcel", Integer, nullable=False, server_default="1"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("min_shelf_life_days", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("site", "number"),
    Index(None, "site", "status", "priority", "ship_by"),
)
"""``content`` is what the shop sent, canonical; ``held_by`` is a supervisor's hold; ``holds`` are coded reasons."""

order_line = Table(
    "order_line",
    metadata,
    _key(),
    _code("order_number"),
    Column("line", Integer, nullable=False),
    _code("sku"),
    Column("variant", JSON, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("picked", Integer, nullable=False, server_default="0"),
    Column("packed", Integer, nullable=False, server_default="0"),
    Column("dropped", Integer, nullable=False, server_default="0"),
    Column("substitutes", JSON, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("site", "order_number", "line"),
    CheckConstraint("quantity > 0", name="quantity"),
    Index(None, "site", "sku"),
)
"""``picked`` units lie in totes or parcels, ``packed`` of them in parcels; ``dropped`` will not be served."""

# --- work ----------------------------------------------------------------------------------------------------

tour = Table(
    "tour",
    metadata,
    _key(),
    _code("id"),
    _code("status", size=16),
    _code("cart"),
    _code("station"),
    _code("operator"),
    Column("priority", Integer, nullable=False),
    Column("ship_by", Instant, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("taken_over", Boolean, nullable=False, server_default="0"),
    Column("lent_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("ended_at", Instant),
    _code("taken_from", default="", size=200),
    Column("offer", JSON(none_as_null=True)),
    Column("declined", JSON, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("site", "id"),
    Index(None, "site", "status"),
)
"""Status: ``lent``, ``parked``, ``taken_away`` (a supervisor's), ``finished``. ``plan`` is the encoded ``Tour``.

``offer`` is the urgent order that its picker is asked about, an encoded ``Offer``; ``declined`` are those that the
picker did not want.
"""

tour_order = Table(
    "tour_order",
    metadata,
    _key(),
    _code("tour"),
    Column("slot", Integer, nullable=False),
    _code("order_number"),
    PrimaryKeyConstraint("site", "tour", "slot"),
    Index(None, "site", "order_number"),
)

tote_content = Table(
    "tote_content",
    metadata,
    _key(),
    _code("tote"),
    _code("order_number"),
    Column("line", Integer, nullable=False),
    _code("sku"),
    _code("lot", default=""),
    _code("location"),
    Column("quantity", Integer, nullable=False),
    PrimaryKeyConstraint("site", "tote", "order_number", "line", "lot", "location"),
    CheckConstraint("quantity >= 0", name="quantity"),
    Index(None, "site", "order_number"),
)
"""What lies in a tote and which location it came from, so that a put-back knows its way home."""

serial = Table(
    "serial",
    metadata,
    _key(),
    _code("sku"),
    _code("serial"),
    _code("order_number"),
    _code("tote"),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "sku", "serial", "order_number"),
    Index(None, "site", "sku", "at"),
    Index(None, "site", "tote"),
)
"""Units that left their shelf: the number that each has of its own, for which order it was captured, and when."""

# --- parcels -------------------------------------------------------------------------------------------------

parcel = Table(
    "parcel",
    metadata,
    _key(),
    _code("id"),
    _code("order_number"),
    Column("number", Integer, nullable=False),
    _code("status", size=16),
    _code("station"),
    _code("packed_by"),
    _code("carton"),
    Column("weight_g", Integer),
    _code("sscc", default="", size=18),
    _code("tracking", default=""),
    _code("carrier", default=""),
    _code("service", default=""),
    Column("price", String(32)),
    Column("choice", JSON),
    Column("copies", Integer, nullable=False, server_default="0"),
    _code("manifest", default=""),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("milestone", String(32)),
    Column("milestone_at", Instant),
    Column("watch_until", Instant),
    PrimaryKeyConstraint("site", "id"),
    Index(None, "site", "order_number"),
    Index(None, "site", "status"),
    Index(None, "site", "carrier", "tracking"),
    Index(None, "site", "sscc"),
    Index(None, "site", "watch_until"),
    Index(None, "site", "manifest"),
)
"""``watch_until`` is when silence of the carrier becomes an exception. ``choice`` is the explained quote."""

parcel_unit = Table(
    "parcel_unit",
    metadata,
    _key(),
    _code("parcel"),
    Column("line", Integer, nullable=False),
    _code("sku"),
    _code("lot", default=""),
    _code("serial", default=""),
    _code("packed_by"),
    _code("tote"),
    _code("location"),
    Column("quantity", Integer, nullable=False),
    PrimaryKeyConstraint("site", "parcel", "line", "lot", "serial", "tote", "packed_by", "location"),
    CheckConstraint("quantity >= 0", name="quantity"),
)
"""``location`` is where the units were picked, so that those of a voided parcel know their way home."""

label = Table(
    "label",
    metadata,
    _key(),
    _code("sscc", size=18),
    _code("parcel"),
    _code("state", size=16),
    Column("attempted_at", Instant, nullable=False),
    Column("pdf", LargeBinary),
    Column("slip", LargeBinary),
    PrimaryKeyConstraint("site", "sscc"),
    Index(None, "site", "parcel"),
)
"""State: ``attempted`` (recorded before anything is rendered), ``proved``, ``unreadable``, ``void``."""

job = Table(
    "job",
    metadata,
    _key(),
    _code("id"),
    _code("kind", size=16),
    _code("subject", size=128),
    Column("run_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("site", "id"),
    UniqueConstraint("site", "kind", "subject"),
    Index(None, "site", "run_at"),
)
"""Work that the central does by itself; a row is gone when it is done."""

intervention = Table(
    "intervention",
    metadata,
    _key(),
    _code("id"),
    Column("at", Instant, nullable=False),
    _code("operator"),
    _code("station"),
    _code("action", size=32),
    _code("subject", size=128),
    Column("reason", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("site", "id"),
    Index(None, "site", "subject"),
)
"""What a person asked for by request instead of recording it as a fact: reprints, holds, counts, take-aways."""

manifest = Table(
    "manifest",
    metadata,
    _key(),
    _code("id"),
    _code("carrier"),
    Column("closed_at", Instant, nullable=False),
    _code("closed_by"),
    Column("parcels", Integer, nullable=False),
    Column("weight_g", BigInteger, nullable=False),
    Column("pdf", LargeBinary),
    PrimaryKeyConstraint("site", "id"),
)

milestone = Table(
    "milestone",
    metadata,
    _key(),
    _code("carrier"),
    _code("tracking"),
    _code("code", size=32),
    Column("occurred_at", Instant, nullable=False),
    _code("occurred_text", size=40),
    _code("place", default="", size=200),
    Column("received_at", Instant, nullable=False),
    Column("raw", Text, nullable=False),
    PrimaryKeyConstraint("site", "carrier", "tracking", "code", "occurred_at", "place"),
)
"""``occurred_text`` is the carrier's own time with its offset."""

# --- the inbox -----------------------------------------------------------------------------------------------

exception = Table(
    "exception",
    metadata,
    _key(),
    _code("id"),
    _code("kind", size=32),
    _code("subject_kind", size=16),
    _code("subject", size=128),
    _code("code"),
    Column("params", JSON, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("deadline", Instant),
    _code("state", size=16),
    _code("owner", default=""),
    _code("resolution", default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("resolved_at", Instant),
    Column("version", Integer, nullable=False, server_default="1"),
    PrimaryKeyConstraint("site", "id"),
    Index(None, "site", "state"),
    Index(None, "site", "subject_kind", "subject"),
)
