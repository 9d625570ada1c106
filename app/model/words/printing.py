"""Words of the catalogue: labels, papers, symbols and the print spool."""

PRINTING: dict[str, str] = {
    "print.unprintable": (
        "{field} cannot be printed: no font here draws {characters}. Write it in letters that can be printed."
    ),
    "print.too_long": "{field} does not fit on the {paper}: {length} characters. Shorten it.",
    "print.wrong_sscc": "{sscc} is no SSCC: 18 digits with a right check digit are needed.",
    "print.wrong_symbol": "{text} cannot be drawn as {symbology}: {expected} is needed.",
    "print.wrong_weight": "A weight of {weight_g} g cannot be printed: it must be above zero.",
    "print.wrong_parcel_number": "{number} is no parcel number: they count from 1.",
    "print.wrong_time": "The time {time} of {paper} has no time zone.",
    "print.not_a_document": "These bytes are no PDF that can be opened.",
    "print.unread_symbol": "The printed code does not read: expected {expected}, read {read}.",
    "print.extra_symbol": "A code reads that does not belong on the paper: {read}.",
    "print.unknown_kind": "{kind} is no kind of paper. There are: {kinds}.",
    "print.wrong_command": (
        "The print command for {kind} is wrong: a program and its arguments are needed, one of them with {placeholder}."
    ),
    "print.disk_full": "No room to write {path}. The paper is not printed; it can be printed again.",
    "print.not_written": "{path} cannot be written: {reason}.",
    "print.not_started": "The print command for {kind} does not start: {reason}.",
    "print.command_failed": "The print command for {kind} failed with exit status {status}: {output}",
    "print.timed_out": (
        "The print command for {kind} was stopped after {seconds} s. Look at the printer: the paper may be out."
    ),
    "paper.from": "FROM",
    "paper.to": "TO",
    "paper.phone": "Tel. {phone}",
    "paper.order": "ORDER",
    "paper.parcel": "PARCEL",
    "paper.weight": "WEIGHT",
    "paper.tracking": "TRACKING",
    "paper.reference": "REFERENCE",
    "paper.packing_slip": "Packing slip",
    "paper.sku": "SKU",
    "paper.item": "ITEM",
    "paper.quantity": "IN THIS BOX",
    "paper.remaining": "TO FOLLOW",
    "paper.lot": "Lot {lot}",
    "paper.manifest": "Manifest",
    "paper.number": "NO.",
    "paper.sscc": "SSCC",
    "paper.carrier": "CARRIER",
    "paper.closed_at": "CLOSED",
    "paper.totals": "{parcels} parcels, {weight}",
    "paper.handed_over": "HANDED OVER TO (NAME AND SIGNATURE)",
    "paper.date_and_time": "DATE AND TIME",
    "paper.page": "Page {number} of {of}",
}
