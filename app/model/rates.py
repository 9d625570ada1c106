"""Rate cards: what carriers offer, where to, by when, for how much.

Prices are Decimal, all of one currency in a book.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, tzinfo
from decimal import Decimal
from enum import StrEnum

ANYWHERE = "*"
"""The country of an area that is every country not named elsewhere."""


class Promise(StrEnum):
    """How quick a service promises to be. A quicker one keeps every slower promise too."""

    ECONOMY = "economy"
    STANDARD = "standard"
    EXPRESS = "express"

    def keeps(self, wanted: "Promise") -> bool:
        """Whether this promise is at least as quick as the wanted one."""
        speeds = tuple(Promise)
        return speeds.index(self) >= speeds.index(wanted)


@dataclass(frozen=True, slots=True)
class Area:
    """A country (ISO 3166-1 alpha-2, or ``*``), or the part of it whose postcodes begin with one of the prefixes."""

    country: str
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    """The areas that cost the same."""

    code: str
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class WeightBreak:
    """The price up to and including a billable weight in grams."""

    up_to_g: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class ZoneRate:
    """What a service costs to one zone, and how many days it takes there.

    ``breaks`` rise strictly. Above the last one each further kilogram costs ``per_kg_above``, by the gram; where
    that is ``None``, the service carries no more.
    """

    zone: str
    transit_days: int
    breaks: tuple[WeightBreak, ...]
    per_kg_above: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a service takes. ``girth`` is the longest side plus the way around the other two."""

    max_weight_g: int
    max_side_mm: int
    max_girth_mm: int


@dataclass(frozen=True, slots=True)
class Service:
    """One product of a carrier.

    ``dim_divisor`` is cm³ for each kilogram (5000 is usual), ``None`` where only the scale counts. The billable
    weight is rounded up to whole steps of ``step_g``. ``minimum`` is the least that it costs before fuel.
    ``cutoff`` is the time of day, at the carrier's clock, when the parcels of a day are fetched; ``departs`` are
    the days on which that happens, Monday 1 to Sunday 7. ``window_hours`` is how long a parcel may go without a
    scan before somebody should ask.
    """

    code: str
    carrier: str
    name: str
    promise: Promise
    rates: tuple[ZoneRate, ...]
    limits: Limits
    dim_divisor: int | None
    step_g: int
    minimum: Decimal
    fuel_percent: Decimal
    hazard_classes: tuple[str, ...]
    cutoff: time
    departs: tuple[int, ...]
    window_hours: int

    def rate_to(self, zone: str) -> ZoneRate | None:
        """The rate to a zone, if the service goes there."""
        return next((rate for rate in self.rates if rate.zone == zone), None)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier with its own zones, clock and services."""

    code: str
    name: str
    time_zone: tzinfo
    zones: tuple[Zone, ...]
    services: tuple[Service, ...]

    def zone_of(self, country: str, postcode: str) -> str | None:
        """The zone of an address: the longest matching postcode prefix, else the country, else anywhere."""
        best: tuple[int, str] | None = None
        spelled = _bare(postcode)
        for zone in self.zones:
            for area in zone.areas:
                closeness = _closeness(area, country, spelled)
                if closeness is not None and (best is None or closeness > best[0]):
                    best = (closeness, zone.code)
        return best[1] if best else None


@dataclass(frozen=True, slots=True)
class RateBook:
    """All carriers of a site. All prices are in ``currency`` (ISO 4217), which has cents."""

    currency: str
    carriers: tuple[Carrier, ...]

    def services(self) -> Iterator[tuple[Carrier, Service]]:
        """Every service with its carrier, in the book's order."""
        for carrier in self.carriers:
            for service in carrier.services:
                yield carrier, service

    def service(self, code: str) -> Service | None:
        """The service with this code."""
        return next((service for _, service in self.services() if service.code == code), None)

    def askable(self) -> frozenset[str]:
        """What an order may ask for: the promises that somebody can keep, and every service by its code."""
        offered = [service for _, service in self.services()]
        kept = {promise for promise in Promise if any(service.promise.keeps(promise) for service in offered)}
        return frozenset({*kept, *(service.code for service in offered)})


def _bare(postcode: str) -> str:
    return "".join(postcode.split()).replace("-", "").upper()


def _closeness(area: Area, country: str, postcode: str) -> int | None:
    if area.country == ANYWHERE:
        return 0
    if area.country != country:
        return None
    if not area.prefixes:
        return 1
    lengths = [len(prefix) for prefix in map(_bare, area.prefixes) if postcode.startswith(prefix)]
    return 1 + max(lengths) if lengths else None
