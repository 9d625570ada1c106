"""Printers of stations that do not get on: an entry in the inbox, settled by itself when they do."""

from app.central import inbox
from app.central.store import Tx
from app.model.exceptions import ExceptionKind
from app.model.facts import PrinterFreed, PrinterStuck, PrintingFact
from app.model.words import phrase

_LONGEST_SUBJECT = 64
_LONGEST_TROUBLE = 300


def note(tx: Tx, station: str, fact: PrintingFact) -> None:
    """Book what a station says of its printer."""
    subject = f"{station} {fact.printer}".replace("\0", "\ufffd")[:_LONGEST_SUBJECT]
    match fact:
        case PrinterStuck(printer, code, params):
            trouble = phrase(code, params).replace("\0", "\ufffd")[:_LONGEST_TROUBLE]
            told = (("station", station), ("printer", printer.replace("\0", "\ufffd")), ("trouble", trouble))
            inbox.open_exception(
                tx, ExceptionKind.PRINTER_STUCK, "printer", subject, "station.printer_stuck", told
            )
        case PrinterFreed():
            inbox.settle(tx, ExceptionKind.PRINTER_STUCK, "printer", subject, "station.printer_freed")
