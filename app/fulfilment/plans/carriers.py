"""Carriers: which service takes a parcel, for how much, and why not another one.

All money is Decimal and exact: what is added, and where it is rounded (half up, to the cent), is written here and
nowhere else.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.model.parcels import Money, Quote, Reason, reason
from app.model.rates import Carrier, Promise, RateBook, Service, ZoneRate

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel to be sent: outer sizes in millimetres in any order, the weight on the scale in grams.

    ``wanted`` is a promise (``economy``, ``standard``, ``express``) or the code of one service. ``hazard_classes``
    are those of the items inside. ``ship_by`` is aware.
    """

    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    country: str
    postcode: str
    wanted: str
    ship_by: datetime
    hazard_classes: tuple[str, ...] = ()

    @property
    def sides_mm(self) -> tuple[int, int, int]:
        """The three sides, longest first."""
        longest, middle, shortest = sorted((self.length_mm, self.width_mm, self.height_mm), reverse=True)
        return longest, middle, shortest

    @property
    def girth_mm(self) -> int:
        """The longest side plus the way around the other two."""
        longest, middle, shortest = self.sides_mm
        return longest + 2 * (middle + shortest)


@dataclass(frozen=True, slots=True)
class Choice:
    """The answer of every service in the book's order, the one that was chosen, and why that one.

    A quote has a price or reasons, never both and never neither.
    """

    quotes: tuple[Quote, ...]
    chosen: Quote | None
    reasons: tuple[Reason, ...]


def quote(shipment: Shipment, book: RateBook, now: datetime) -> Choice:
    """Ask every service, and choose the cheapest that keeps the promise and still leaves by ``ship_by``.

    Equal prices: fewer days, then the service's code. Where nothing can leave by ``ship_by`` any more, the parcel
    goes late rather than never: of those that leave first (by the day, at the carrier's clock) the cheapest, and
    ``carrier.late`` says so. ``now`` is aware.
    """
    answers = [
        (carrier, _ask(shipment, carrier, service, book.currency, now))
        for carrier, service in book.services()
    ]
    able = [(carrier, answer) for carrier, answer in answers if answer.price is not None]
    on_time = [(carrier, answer) for carrier, answer in able if _leaves(answer) <= shipment.ship_by]
    if on_time:
        answers = [(carrier, _unless_late(answer, shipment.ship_by)) for carrier, answer in answers]
        field = [answer for _, answer in on_time]
    else:
        first = min((_day(carrier, answer) for carrier, answer in able), default=None)
        field = [answer for carrier, answer in able if _day(carrier, answer) == first]
    quotes = tuple(answer for _, answer in answers)
    if not field:
        return Choice(quotes, None, (reason("carrier.none"), *_refusals(quotes)))
    chosen = min(field, key=_rank)
    return Choice(quotes, chosen, tuple(_explained(shipment, quotes, chosen, field)))


def _ask(shipment: Shipment, carrier: Carrier, service: Service, currency: str, now: datetime) -> Quote:
    """What one service says: a price, or everything that speaks against it."""
    zone = carrier.zone_of(shipment.country, shipment.postcode)
    rate = service.rate_to(zone) if zone is not None else None
    billable_g = billable_weight_g(shipment, service)
    refusals = [*_unwanted(shipment, service), *_against(shipment, service)]
    blank = Quote(carrier.code, service.code, zone or "", billable_g, None, ())
    if rate is None:
        where = f"{shipment.country} {shipment.postcode}".strip()
        return replace(blank, reasons=(*refusals, reason("carrier.no_zone", service=service.code, to=where)))
    amount = price(service, rate, billable_g)
    if amount is None:
        most_g = rate.breaks[-1].up_to_g
        above = reason("carrier.above_rates", service=service.code, billable_g=billable_g, most_g=most_g)
        return replace(blank, reasons=(*refusals, above))
    leaves = departure(carrier, service, now)
    if leaves is None:
        refusals.append(reason("carrier.no_departure", service=service.code))
    if refusals:
        return replace(blank, reasons=tuple(refusals))
    return replace(blank, price=Money(amount, currency), departs_at=leaves, transit_days=rate.transit_days)


def billable_weight_g(shipment: Shipment, service: Service) -> int:
    """The larger of actual and dimensional weight, rounded up to the service's step, in grams.

    One cubic millimetre for each cm³/kg of the divisor is one gram.
    """
    weight_g = shipment.weight_g
    if service.dim_divisor is not None:
        volume_mm3 = shipment.length_mm * shipment.width_mm * shipment.height_mm
        weight_g = max(weight_g, -(-volume_mm3 // service.dim_divisor))
    return -(-weight_g // service.step_g) * service.step_g


def price(service: Service, rate: ZoneRate, billable_g: int) -> Decimal | None:
    """The price of a billable weight, fuel included; ``None`` above what the rate covers."""
    base = next((each.price for each in rate.breaks if billable_g <= each.up_to_g), None)
    if base is None:
        if rate.per_kg_above is None:
            return None
        last = rate.breaks[-1]
        base = last.price + _cents(rate.per_kg_above * (billable_g - last.up_to_g) / 1000)
    base = max(base, service.minimum)
    return _cents(base) + _cents(base * service.fuel_percent / 100)


def departure(carrier: Carrier, service: Service, now: datetime) -> datetime | None:
    """The next time the carrier fetches parcels of this service, in UTC; ``None`` if it never does.

    A parcel that is ready at the very minute of the cut-off still goes.
    """
    local = now.astimezone(carrier.time_zone)
    for days in range(8):
        day = local.date() + timedelta(days=days)
        leaves = datetime.combine(day, service.cutoff, carrier.time_zone).astimezone(UTC)
        if day.isoweekday() in service.departs and leaves >= now:
            return leaves
    return None


def _unwanted(shipment: Shipment, service: Service) -> Iterator[Reason]:
    if shipment.wanted == service.code:
        return
    if shipment.wanted not in tuple(Promise):
        yield reason("carrier.not_asked", service=service.code, wanted=shipment.wanted)
    elif not service.promise.keeps(Promise(shipment.wanted)):
        yield reason(
            "carrier.too_slow", service=service.code, promise=service.promise, wanted=shipment.wanted
        )


def _against(shipment: Shipment, service: Service) -> Iterator[Reason]:
    limits = service.limits
    found = (
        ("carrier.too_heavy", shipment.weight_g, limits.max_weight_g),
        ("carrier.too_long", shipment.sides_mm[0], limits.max_side_mm),
        ("carrier.too_big", shipment.girth_mm, limits.max_girth_mm),
    )
    for code, has, most in found:
        if has > most:
            yield reason(code, service=service.code, has=has, most=most)
    for hazard in _refused_hazards(shipment.hazard_classes, service.hazard_classes):
        yield reason("carrier.hazard", service=service.code, hazard=hazard)


def _refused_hazards(inside: Collection[str], accepted: Collection[str]) -> list[str]:
    return sorted({hazard for hazard in inside if hazard and hazard not in accepted})


def _unless_late(answer: Quote, ship_by: datetime) -> Quote:
    """A service that leaves too late, while another does not, is out."""
    if answer.price is None or _leaves(answer) <= ship_by:
        return answer
    late = reason(
        "carrier.after_ship_by",
        service=answer.service,
        departs_at=_spelled(_leaves(answer)),
        ship_by=_spelled(ship_by),
    )
    return replace(answer, price=None, departs_at=None, transit_days=0, reasons=(late,))


def _leaves(answer: Quote) -> datetime:
    assert answer.departs_at is not None, "a price comes with a departure"  # noqa: S101
    return answer.departs_at


def _day(carrier: Carrier, answer: Quote) -> int:
    return _leaves(answer).astimezone(carrier.time_zone).toordinal()


def _rank(answer: Quote) -> tuple[Decimal, int, str]:
    return _amount(answer), answer.transit_days, answer.service


def _amount(answer: Quote) -> Decimal:
    assert answer.price is not None, "only priced services compete"  # noqa: S101
    return answer.price.amount


def _explained(
    shipment: Shipment, quotes: tuple[Quote, ...], chosen: Quote, field: Collection[Quote]
) -> Iterator[Reason]:
    assert chosen.price is not None, "only priced services are chosen"  # noqa: S101
    yield reason(
        "carrier.chosen",
        service=chosen.service,
        price=chosen.price.amount,
        currency=chosen.price.currency,
        zone=chosen.zone,
        departs_at=_spelled(_leaves(chosen)),
        transit_days=chosen.transit_days,
    )
    yield reason("carrier.billable", billable_g=chosen.billable_g, weight_g=shipment.weight_g)
    if _leaves(chosen) > shipment.ship_by:
        yield reason("carrier.late", departs_at=_spelled(_leaves(chosen)), ship_by=_spelled(shipment.ship_by))
    for answer in quotes:
        if answer.price is not None and answer is not chosen:
            yield _beaten(answer, chosen, field)
    yield from _refusals(quotes)


def _beaten(answer: Quote, chosen: Quote, field: Collection[Quote]) -> Reason:
    """Why a service that could have taken the parcel did not get it."""
    if answer not in field:
        return reason("carrier.leaves_later", service=answer.service, departs_at=_spelled(_leaves(answer)))
    more = _amount(answer) - _amount(chosen)
    if more > 0:
        return reason("carrier.dearer", service=answer.service, price=_amount(answer), more=more)
    if answer.transit_days > chosen.transit_days:
        return reason("carrier.takes_longer", service=answer.service, days=answer.transit_days)
    return reason("carrier.same", service=answer.service)


def _refusals(quotes: tuple[Quote, ...]) -> tuple[Reason, ...]:
    return tuple(refusal for answer in quotes for refusal in answer.reasons)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _spelled(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="minutes")
