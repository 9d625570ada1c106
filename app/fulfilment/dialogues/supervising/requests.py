"""The requests of the view: which path of the central's API each one is."""

from string import ascii_letters, digits

from app.fulfilment.dialogues.supervising.state import Line, Pane
from app.model.answers import AskCentral, Param
from app.model.exceptions import ExceptionState, Fix, WarehouseException

TAKE = "take"
RESOLVE = "resolve"
_SAFE = frozenset(ascii_letters + digits + "-_.~")
_LOOKS = {
    Pane.LEFT: "/v1/board",
    Pane.ORDERS: "/v1/board",
    Pane.TOURS: "/v1/board",
    Pane.MANIFESTS: "/v1/manifests",
}


def look_at(pane: Pane, subject: str = "") -> AskCentral | None:
    """What a pane shows, asked of the central; the inbox and the terminals are known here already."""
    if pane is Pane.STOCK:
        return AskCentral(pane.value, "GET", f"/v1/items/{_segment(subject)}/stock")
    path = _LOOKS.get(pane)
    return AskCentral(pane.value, "GET", path) if path else None


def take(entry: WarehouseException) -> AskCentral:
    """Make an exception one's own."""
    return AskCentral(
        TAKE, "POST", f"/v1/exceptions/{_segment(entry.id)}/take", (("version", entry.version),)
    )


def resolve(
    entry: WarehouseException, fix: Fix, reason: str, with_: tuple[tuple[str, Param], ...]
) -> AskCentral:
    """Do what a fix says and close the exception.

    It was taken first, which raised its version by one; where that has not come back yet, it still shows as open.
    """
    version = entry.version + (entry.state is ExceptionState.OPEN)
    body = (("version", version), ("fix", fix.value), ("reason", reason), *with_)
    return AskCentral(RESOLVE, "POST", f"/v1/exceptions/{_segment(entry.id)}/resolve", body)


def change_order(order: str, act: str, reason: str = "") -> AskCentral:
    """Release, hold or cancel an order."""
    body: tuple[tuple[str, Param], ...] = (("reason", reason),) if reason else ()
    return AskCentral(act, "POST", f"/v1/orders/{_segment(order)}/{act}", body)


def take_away(tour: str, reason: str) -> AskCentral:
    """Take a tour from whoever has it."""
    return AskCentral("take_away", "POST", f"/v1/tours/{_segment(tour)}/take-away", (("reason", reason),))


def free(tote: str, reason: str) -> AskCentral:
    """Say that a tote is empty and free."""
    return AskCentral("free", "POST", f"/v1/totes/{_segment(tote)}/free", (("reason", reason),))


def close_manifest(carrier: str) -> AskCentral:
    """Close a pickup for a carrier."""
    return AskCentral("manifest", "POST", "/v1/manifests", (("carrier", carrier),))


def count(row: Line, quantity: int) -> AskCentral:
    """Set the counted quantity of an item and lot in a location."""
    body = (*((name, row.fact(name)) for name in ("location", "sku", "lot")), ("quantity", quantity))
    return AskCentral("count", "POST", "/v1/counts", body)


def link(barcode: str, sku: str) -> AskCentral:
    """Say which SKU an unknown barcode stands for, one unit a scan."""
    return AskCentral("link", "POST", "/v1/barcodes", (("code", barcode), ("sku", sku), ("quantity", 1)))


def reprint(parcel: str, reason: str) -> AskCentral:
    """Print the same label again."""
    return AskCentral("reprint", "POST", f"/v1/parcels/{_segment(parcel)}/reprint", (("reason", reason),))


def _segment(text: str) -> str:
    """A text as one segment of a path (RFC 3986, 2.1)."""
    return "".join(
        character if character in _SAFE else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in text
    )
