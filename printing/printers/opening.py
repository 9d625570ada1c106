"""From an address to the way to a printer."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from printing.errors import PrintError
from printing.printers.folder import FolderPrinter
from printing.printers.protocol import Printer

_IPP_PORT = 631
_RAW_PORT = 9100
_CONNECT_S = 5.0
_RESOLUTIONS = {"": 0, "152": 152, "203": 203, "300": 300, "600": 600}
"""Of ZPL printers behind a queue; 0 where the queue has a driver."""


def open_printer(url: str, ca: str = "") -> Printer:
    """The printer at an address; nothing is asked of it yet. ``ca`` are certificates to trust for ``ipps``.

    ``ipp://`` and ``ipps://HOST[:PORT]/PATH``, ``cups://HOST[:PORT]/QUEUE`` (``?zpl=203`` for a queue without a driver
    to a ZPL printer), ``socket://HOST[:9100]``, ``usb:///dev/usb/lp0``, and a folder's path.

    :raises PrintError: ``printer.wrong_url``.
    """
    return _way(url, ca)()


def check_address(url: str) -> None:
    """Refuse what is no address of a printer, without loading what talks to one.

    :raises PrintError: ``printer.wrong_url``.
    """
    _way(url, "")


def _way(url: str, ca: str) -> Callable[[], Printer]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise PrintError("printer.wrong_url", url=url) from error
    raw = parse_qs(parts.query).get("zpl", [""])[0]
    match parts.scheme:
        case "ipp" | "ipps" if parts.hostname:
            return partial(_ipp, parts, port or _IPP_PORT, ca)
        case "cups" if parts.hostname and parts.path.strip("/") and raw in _RESOLUTIONS:
            return partial(_cups, parts, port or _IPP_PORT, _RESOLUTIONS[raw])
        case "socket" if parts.hostname:
            return partial(_network, parts.hostname, port or _RAW_PORT)
        case "usb" if parts.path.startswith("/") and not parts.netloc:
            return partial(_usb, Path(unquote(parts.path)))
        case "" if Path(url).expanduser().is_absolute():
            return partial(FolderPrinter, Path(url).expanduser())
        case _:
            raise PrintError("printer.wrong_url", url=url)


def _ipp(parts: SplitResult, port: int, ca: str) -> Printer:
    from printing.printers.ipp import IppPrinter

    place = f"{_host(parts)}:{port}{parts.path or '/ipp/print'}"
    web = "https" if parts.scheme == "ipps" else "http"
    return IppPrinter(f"{parts.scheme}://{place}", f"{web}://{place}", ca=ca)


def _cups(parts: SplitResult, port: int, raw_dpi: int) -> Printer:
    from printing.printers.ipp import IppPrinter

    place = f"{_host(parts)}:{port}/printers/{parts.path.strip('/')}"
    return IppPrinter(f"ipp://{place}", f"http://{place}", raw_dpi=raw_dpi)


def _network(host: str, port: int) -> Printer:
    from printing.printers.wires import Network
    from printing.printers.zpl_printer import ZplPrinter

    return ZplPrinter(partial(Network, host, port, _CONNECT_S))


def _usb(device: Path) -> Printer:
    from printing.printers.wires import UsbDevice
    from printing.printers.zpl_printer import ZplPrinter

    return ZplPrinter(partial(UsbDevice, device))


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host
