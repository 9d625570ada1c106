"""Labels and pictures that several tests look at."""

from __future__ import annotations

from app.model.orders import Address
from printing.labels import ShippingLabel
from printing.paper import Paper
from printing.proof import Picture
from printing.symbols import Symbol

SSCC = "340123450000000017"
OTHER_SSCC = "340123450000000024"

ADDRESS = Address(
    name="Jörg Müller-Größenwahn",
    street="Straße des 17. Juni 135",
    city="Berlin",
    country="DE",
    postcode="10623",
    company="Müßiggang & Söhne GmbH",
    street2="Hinterhof, 3. OG links",
    phone="+49 30 1234567",
)

LABEL = ShippingLabel(
    sscc=SSCC,
    carrier="Nordpost",
    service="Parcel Express",
    routing="DE-B 10",
    ship_to=ADDRESS,
    ship_from=("Storehand Demo Warehouse", "Hafenstraße 1", "20457 Hamburg, DE"),
    order="SO-2024-000123",
    parcel=1,
    weight_g=2345,
    tracking="NP123456789DE",
    references=("PO 4711",),
    hazard_marks=("LITHIUM BATTERY", "LIMITED QUANTITY"),
)


def strip_with(symbol: Symbol, dots_per_module: int, size_mm: tuple[int, int] = (210, 30)) -> bytes:
    """Draw one symbol on a strip of paper."""
    paper = Paper("strip", "strip", size_mm)
    paper.symbol(symbol, 3, 8, 13, dots_per_module)
    return paper.finish()


def black_and_white(page: Picture, threshold: int) -> Picture:
    """Show a page as a printer without greys does that blackens what is darker than the threshold."""
    table = bytes([0] * threshold + [255] * (256 - threshold))
    return Picture(page.width, page.height, page.greys.translate(table))


def squeezed(text: str) -> str:
    """Leave out the spaces and line breaks, which depend on how a text was wrapped."""
    return "".join(text.split())
