"""An address as its country writes it."""

from dataclasses import replace

from app.model.answers import say
from app.model.orders import Address
from app.model.words import words
from printing.lettering import Line, written

_CITY_FIRST = frozenset(["AU", "CA", "IN", "NZ", "US"])
"""Countries that write city, region and postcode on one line."""
_POSTCODE_LAST = frozenset(["GB", "IE"])
"""Countries that write the postcode on a line of its own, below the place."""


def address_lines(address: Address) -> tuple[Line, ...]:
    """The lines of an address, name and place in bold. Empty fields leave no line.

    :raises UnprintableTextError: naming the field, as ``ship_to.city``.
    """
    lines = (
        written("ship_to.name", address.name, bold=True),
        written("ship_to.company", address.company),
        written("ship_to.street", address.street),
        written("ship_to.street2", address.street2),
        *_place_lines(address),
        written("ship_to.country", address.country, bold=True),
    )
    phone = written("ship_to.phone", address.phone, scale=0.7)
    if phone.text:
        phone = replace(phone, text=words(say("paper.phone", phone=phone.text)))
    return tuple(line for line in (*lines, phone) if line.text)


def _place_lines(address: Address) -> tuple[Line, ...]:
    city = ("ship_to.city", address.city)
    region = ("ship_to.region", address.region)
    postcode = ("ship_to.postcode", address.postcode)
    if address.country in _CITY_FIRST:
        together: tuple[tuple[tuple[str, str], ...], ...] = ((city, region, postcode),)
    elif address.country in _POSTCODE_LAST:
        together = ((city,), (region,), (postcode,))
    else:
        together = ((postcode, city), (region,))
    return tuple(_joined(fields) for fields in together)


def _joined(fields: tuple[tuple[str, str], ...]) -> Line:
    """Several fields on one line, named after its longest."""
    name = max(fields, key=lambda field: len(field[1]))[0]
    text = " ".join(part for part in (written(field, value).text for field, value in fields) if part)
    return Line(name, text, bold=True)
