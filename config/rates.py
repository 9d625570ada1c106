"""Rate cards from files: one TOML file for each carrier, read and checked into a ``RateBook``.

``config/carriers/`` holds invented carriers for the demo; the first of them explains each field.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.model.countries import COUNTRIES
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

SHIPPED = Path(__file__).parent / "carriers"
"""The demo's carriers."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a rate card: the file, the path in it, what stands there, what would be right."""

    file: str
    path: str
    read: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.read}; right would be: {self.wanted}"


class RateCardsRefused(ValueError):
    """The rate cards cannot be used; ``faults`` are all that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def load_rates(folder: Path = SHIPPED) -> RateBook:
    """Read every ``*.toml`` of a folder, in the order of their names. Raises ``RateCardsRefused``."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise RateCardsRefused(
            [Fault(str(folder), ".", "no rate card", "at least one file *.toml, one for each carrier")]
        )
    sheets: dict[str, _CarrierSheet] = {}
    faults: list[Fault] = []
    for path in paths:
        try:
            sheets[str(path)] = _read(path)
        except RateCardsRefused as refused:
            faults += refused.faults
    faults += _contradictions(sheets)
    if faults:
        raise RateCardsRefused(faults)
    return RateBook(next(iter(sheets.values())).currency, tuple(_carrier(sheet) for sheet in sheets.values()))


# --- what a file looks like ----------------------------------------------------------------------------------


def _real_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("no such time zone, or this machine has no time zone data") from None
    return name


def _real_country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("no country has this code")
    return code


def _world_or_country(code: str) -> str:
    return code if code == ANYWHERE else _real_country(code)


Country = Annotated[str, AfterValidator(_real_country)]
CountryOrWorld = Annotated[str, AfterValidator(_world_or_country)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
Price = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=9)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_CODE = "letters, digits, - and _, at most 32"
_PRICE = "an amount of 0 or more with at most two decimals, such as 4.90"


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ZoneSheet(_Sheet):
    code: Code = Field(description=_CODE)
    countries: tuple[CountryOrWorld, ...] = Field(
        default=(), description='country codes of ISO 3166 such as "DE", or "*" for every country not named'
    )
    postcodes: dict[Country, tuple[Annotated[str, Field(min_length=1)], ...]] = Field(
        default_factory=dict,
        description='beginnings of postcodes by country, such as DE = ["25938", "26465"]',
    )

    @model_validator(mode="after")
    def _holds_something(self) -> "_ZoneSheet":
        if not self.countries and not self.postcodes:
            raise ValueError("a zone names countries, postcodes or both")
        return self

    def areas(self) -> Iterator[Area]:
        for country in self.countries:
            yield Area(country)
        for country, prefixes in self.postcodes.items():
            yield Area(country, prefixes)


class _BreakSheet(_Sheet):
    up_to_g: int = Field(gt=0, description="whole grams above 0")
    price: Price = Field(description=_PRICE)


class _RateSheet(_Sheet):
    zone: str = Field(description="the code of one of the file's zones")
    transit_days: int = Field(ge=0, le=120, description="whole days, 0 to 120")
    breaks: tuple[_BreakSheet, ...] = Field(
        min_length=1, description="at least one weight break such as { up_to_g = 1000, price = 4.90 }"
    )
    per_kg_above: Annotated[Decimal, Field(ge=0, decimal_places=4, max_digits=9)] | None = Field(
        default=None,
        description="an amount for each further kilogram, such as 0.85; without it nothing heavier goes",
    )

    @model_validator(mode="after")
    def _rises(self) -> "_RateSheet":
        weights = [each.up_to_g for each in self.breaks]
        if any(lower >= higher for lower, higher in pairwise(weights)):
            raise ValueError("weight breaks rise strictly")
        return self


class _LimitsSheet(_Sheet):
    max_weight_g: int = Field(gt=0, description="whole grams above 0")
    max_side_mm: int = Field(gt=0, description="whole millimetres above 0")
    max_girth_mm: int = Field(
        gt=0, description="whole millimetres above 0: longest side and the way around it"
    )


class _ServiceSheet(_Sheet):
    code: Code = Field(description=_CODE)
    name: str = Field(min_length=1, description="the name that people read")
    promise: Promise = Field(description="one of economy, standard, express")
    dim_divisor: int | None = Field(
        default=None,
        gt=0,
        description="cm³ for each kilogram, such as 5000; without it only the scale counts",
    )
    step_g: int = Field(gt=0, description="whole grams above 0: billable weights are rounded up to it")
    minimum: Price = Field(description=_PRICE)
    fuel_percent: Annotated[Decimal, Field(ge=0, le=100)] = Field(description="0 to 100, such as 7.5")
    hazard_classes: tuple[str, ...] = Field(
        default=(), description='classes that it takes, such as ["3", "9"]'
    )
    cutoff: time = Field(strict=True, description="a time of day at the carrier's clock, such as 17:00:00")
    departs: tuple[Day, ...] = Field(min_length=1, description='days such as ["mon", "tue"]')
    window_hours: int = Field(gt=0, description="whole hours above 0 without a scan before somebody asks")
    limits: _LimitsSheet = Field(description="max_weight_g, max_side_mm and max_girth_mm")
    rates: tuple[_RateSheet, ...] = Field(min_length=1, description="at least one zone's rate")

    @model_validator(mode="after")
    def _is_no_promise(self) -> "_ServiceSheet":
        if self.code in tuple(Promise):
            raise ValueError(f"a service is not called as a promise is: {self.code}")
        return self


class _CarrierSheet(_Sheet):
    code: Code = Field(description=_CODE)
    name: str = Field(min_length=1, description="the name that people read")
    currency: str = Field(pattern="^[A-Z]{3}$", description="three capital letters of ISO 4217, such as EUR")
    time_zone: Annotated[str, AfterValidator(_real_zone)] = Field(
        description="a time zone's name such as Europe/Berlin"
    )
    zones: tuple[_ZoneSheet, ...] = Field(min_length=1, description="at least one zone")
    services: tuple[_ServiceSheet, ...] = Field(min_length=1, description="at least one service")


# --- from the file to the book -------------------------------------------------------------------------------


def _read(path: Path) -> _CarrierSheet:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise RateCardsRefused([Fault(str(path), ".", str(broken), "a TOML file in UTF-8")]) from broken
    except OSError as unreadable:
        raise RateCardsRefused(
            [Fault(str(path), ".", str(unreadable), "a file that can be read")]
        ) from unreadable
    try:
        sheet = _CarrierSheet.model_validate(content)
    except ValidationError as refused:
        raise RateCardsRefused(_faults(str(path), refused)) from refused
    inner = list(_inner_contradictions(str(path), sheet))
    if inner:
        raise RateCardsRefused(inner)
    return sheet


def _faults(file: str, refused: ValidationError) -> Iterator[Fault]:
    errors = refused.errors()
    for error in errors:
        if any(_lies_within(other["loc"], error["loc"]) for other in errors):
            continue  # a list without its broken entry is too short: that follows
        steps = [step for step in error["loc"] if step != "[key]"]
        if error["type"] == "missing":
            read = "is missing"
        elif error["type"] == "value_error":
            read = str(error["ctx"]["error"])
        elif error["type"] == "extra_forbidden":
            read = "nobody knows this field"
        else:
            read = f"reads {error['input']!s:.60}"
        yield Fault(file, _spelled(steps), read, _wanted(steps) or error["msg"])


def _lies_within(inner: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _spelled(steps: Iterable[str | int]) -> str:
    """A path as people write it: ``services[1].rates[0].zone``, counted from 0."""
    spelled = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return spelled.removeprefix(".") or "."


def _wanted(steps: Iterable[str | int]) -> str:
    """What belongs at a path: the description of its field, or the fields that there are."""
    sheet: type[BaseModel] = _CarrierSheet
    wanted = ""
    for step in steps:
        if isinstance(step, int):
            continue
        field = sheet.model_fields.get(step)
        if field is None:
            return wanted or f"one of {', '.join(sheet.model_fields)}"
        wanted = field.description or ""
        inner = next((part for part in _parts(field.annotation) if issubclass(part, _Sheet)), None)
        if inner is not None:
            sheet, wanted = inner, ""
    return wanted


def _parts(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def _inner_contradictions(file: str, sheet: _CarrierSheet) -> Iterator[Fault]:
    zones = [zone.code for zone in sheet.zones]
    yield from _twice(file, "zones", zones)
    areas = [
        f"{area.country} {prefix}".strip()
        for zone in sheet.zones
        for area in zone.areas()
        for prefix in area.prefixes or ("",)
    ]
    yield from _twice(file, "zones", areas)
    for number, service in enumerate(sheet.services):
        yield from _twice(file, f"services[{number}].rates", [rate.zone for rate in service.rates])
        for place, rate in enumerate(service.rates):
            if rate.zone not in zones:
                path = f"services[{number}].rates[{place}].zone"
                yield Fault(file, path, f"reads {rate.zone}", f"one of the file's zones: {', '.join(zones)}")


def _twice(file: str, path: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield Fault(file, path, f"{name} is there twice", "each once")
        seen.add(name)


def _contradictions(sheets: Mapping[str, _CarrierSheet]) -> Iterator[Fault]:
    """What only shows when the files lie side by side."""
    carriers: dict[str, str] = {}
    services: dict[str, str] = {}
    currency = next((sheet.currency for sheet in sheets.values()), "")
    for file, sheet in sheets.items():
        if sheet.currency != currency:
            yield Fault(file, "currency", f"reads {sheet.currency}", f"{currency}, as in the files before it")
        if sheet.code in carriers:
            yield Fault(file, "code", f"{sheet.code} is also in {carriers[sheet.code]}", "another code")
        carriers[sheet.code] = file
        for number, service in enumerate(sheet.services):
            if service.code in services:
                where = services[service.code]
                yield Fault(
                    file, f"services[{number}].code", f"{service.code} is also in {where}", "another code"
                )
            services[service.code] = file


def _carrier(sheet: _CarrierSheet) -> Carrier:
    return Carrier(
        code=sheet.code,
        name=sheet.name,
        time_zone=ZoneInfo(sheet.time_zone),
        zones=tuple(Zone(zone.code, tuple(zone.areas())) for zone in sheet.zones),
        services=tuple(_service(sheet.code, service) for service in sheet.services),
    )


def _service(carrier: str, sheet: _ServiceSheet) -> Service:
    return Service(
        code=sheet.code,
        carrier=carrier,
        name=sheet.name,
        promise=sheet.promise,
        rates=tuple(_rate(rate) for rate in sheet.rates),
        limits=Limits(sheet.limits.max_weight_g, sheet.limits.max_side_mm, sheet.limits.max_girth_mm),
        dim_divisor=sheet.dim_divisor,
        step_g=sheet.step_g,
        minimum=sheet.minimum,
        fuel_percent=sheet.fuel_percent,
        hazard_classes=sheet.hazard_classes,
        cutoff=sheet.cutoff,
        departs=tuple(sorted({_DAYS.index(day) + 1 for day in sheet.departs})),
        window_hours=sheet.window_hours,
    )


def _rate(sheet: _RateSheet) -> ZoneRate:
    breaks = tuple(WeightBreak(each.up_to_g, each.price) for each in sheet.breaks)
    return ZoneRate(sheet.zone, sheet.transit_days, breaks, sheet.per_kg_above)
