"""Every unit is verified by scan; what is damaged or missing is rejected; the last count can be taken back."""

from collections.abc import Iterable

from app.fulfilment.dialogues.labelled import weighs_like
from app.fulfilment.dialogues.packing.stages import item_name, variant_name
from app.fulfilment.dialogues.packing.state import Counted, HowMany, Parcel, Unit, WhichItem, WhichLot
from app.model.answers import Decision, Kind, Meaning, Verdict, bad, good, wait
from app.model.facts import Fact, ParcelParked, RejectCause, UnitRejected, UnitVerified, VerifyUndone
from app.model.known import Known
from app.model.scans import Reading

LONGEST_LIST = 9
"""So many rows can be chosen by one digit."""


def verify(parcel: Parcel, meaning: Meaning, reading: Reading, known: Known) -> Decision:
    """A scanned item: it counts what its barcode stands for, or nothing."""
    code = reading.text
    here = [unit for unit in parcel.left() if unit.sku == meaning.key]
    if not here:
        return Decision(verdict=_not_wanted(parcel, meaning.key, known), asking=None)
    if meaning.serial and any(
        unit.sku == meaning.key and unit.serial == meaning.serial for unit in parcel.verified
    ):
        return Decision(verdict=bad("pack.serial_twice", serial=meaning.serial), asking=None)
    if meaning.quantity > _units(here):
        return Decision(verdict=_too_many(meaning, here, known), asking=None)
    item = known.items[meaning.key]
    if not weighs_like(reading, item, meaning.quantity):
        grams = reading.weight_mg // 1000
        verdict = bad("pack.weight_differs", grams=grams, count=meaning.quantity, each=item.weight_g)
        return Decision(verdict=verdict, asking=None)
    by_lot = item.lot_controlled and any(unit.lot for unit in here)
    if by_lot and not meaning.lot:
        return Decision(
            verdict=wait("pack.scan_lot", item=item_name(meaning.key, known)),
            asking=WhichLot(meaning.key, meaning.quantity, code, meaning.serial),
        )
    if not by_lot:
        return _count(parcel, here, meaning, code, known)
    return _count_lot(parcel, meaning, code, known)


def prove_lot(parcel: Parcel, asked: WhichLot, meaning: Meaning | None, known: Known) -> Decision:
    """The lot label that was scanned after an item whose code does not say its lot."""
    if meaning is None or not meaning.lot or (meaning.kind is Kind.ITEM and meaning.key != asked.sku):
        return Decision(verdict=bad("pack.lot_not_read", item=item_name(asked.sku, known)))
    proved = Meaning(Kind.ITEM, asked.sku, asked.quantity, lot=meaning.lot, serial=asked.serial)
    return _count_lot(parcel, proved, asked.code, known)


def _count_lot(parcel: Parcel, meaning: Meaning, code: str, known: Known) -> Decision:
    of_item = [unit for unit in parcel.left() if unit.sku == meaning.key]
    here = [unit for unit in of_item if unit.lot == meaning.lot]
    if not here:
        lots = ", ".join(dict.fromkeys(unit.lot for unit in of_item))
        return Decision(verdict=bad("pack.wrong_lot", lot=meaning.lot, wanted=lots), asking=None)
    if meaning.quantity > _units(here):
        return Decision(verdict=_too_many(meaning, here, known), asking=None)
    return _count(parcel, here, meaning, code, known)


def _count(parcel: Parcel, here: list[Unit], meaning: Meaning, code: str, known: Known) -> Decision:
    facts: list[Fact] = []
    missing = meaning.quantity
    for unit in here:
        taken = min(missing, unit.quantity)
        if taken:
            facts.append(_verified(parcel, unit, taken, code, meaning.serial))
        missing -= taken
    left = _units(parcel.left()) - meaning.quantity
    if not left:
        return Decision(tuple(facts), good("pack.all_verified", order=parcel.order), asking=None)
    verdict = good("pack.verified", item=item_name(meaning.key, known), count=meaning.quantity, left=left)
    return Decision(tuple(facts), verdict, asking=None)


def _verified(parcel: Parcel, unit: Unit, quantity: int, code: str, serial: str) -> UnitVerified:
    return UnitVerified(
        parcel=parcel.id,
        order=parcel.order,
        line=unit.line,
        sku=unit.sku,
        lot=unit.lot,
        tote=unit.tote,
        quantity=quantity,
        code=code,
        serial=serial,
    )


def _units(units: Iterable[Unit]) -> int:
    return sum(unit.quantity for unit in units)


def _too_many(meaning: Meaning, here: list[Unit], known: Known) -> Verdict:
    return bad("pack.too_many", item=item_name(meaning.key, known), count=meaning.quantity, left=_units(here))


def _not_wanted(parcel: Parcel, sku: str, known: Known) -> Verdict:
    """Say by name why an item does not go into this parcel: one too many, a sister, or foreign."""
    name = item_name(sku, known)
    if any(unit.sku == sku for unit in (*parcel.verified, *parcel.rejected)):
        return bad("pack.over_scan", item=name, order=parcel.order)
    item = known.items.get(sku)
    for unit in parcel.left():
        wanted = known.items.get(unit.sku)
        if item is not None and wanted is not None and item.is_sister_of(wanted):
            return bad(
                "pack.sister", item=name, read=variant_name(sku, known), wanted=variant_name(unit.sku, known)
            )
    return bad("pack.foreign", item=name, order=parcel.order)


def undo(parcel: Parcel, known: Known) -> Decision:
    """Take the units that were verified last back into their tote."""
    if not parcel.verified:
        return Decision(verdict=bad("pack.nothing_to_undo"), asking=None)
    last = parcel.verified[-1]
    if parcel.filled and len(parcel.verified) == 1:
        return Decision(verdict=bad("pack.full_parcel_not_empty"), asking=None)
    return Decision(
        facts=(_back(parcel, last, last.quantity),),
        verdict=good("pack.undone", item=item_name(last.sku, known), count=last.quantity, tote=last.tote),
        asking=None,
    )


def _back(parcel: Parcel, unit: Unit, quantity: int) -> VerifyUndone:
    return VerifyUndone(parcel.id, parcel.order, unit.line, unit.sku, unit.lot, unit.tote, quantity)


def take_everything_back(parcel: Parcel) -> tuple[VerifyUndone, ...]:
    """Everything goes back into the totes, the last unit first."""
    return tuple(_back(parcel, unit, unit.quantity) for unit in reversed(parcel.verified))


# --- quantity ---------------------------------------------------------------------------------------------------


def ask_quantity(parcel: Parcel, known: Known) -> Decision:
    """The quantity key: after one item scan the number of units may be typed, where many are needed."""
    if not parcel.verified:
        return Decision(verdict=bad("pack.scan_one_first"), asking=None)
    last = parcel.verified[-1]
    if last.serial or (last.sku in known.items and known.items[last.sku].serial_controlled):
        return Decision(verdict=bad("pack.serials_are_scanned", item=item_name(last.sku, known)), asking=None)
    asked = HowMany(last.sku, last.lot, last.code)
    counted, needed = _counted_and_needed(parcel, asked)
    if needed < known.settings.type_quantity_from or counted == needed:
        verdict = bad("pack.scan_each", least=known.settings.type_quantity_from)
        return Decision(verdict=verdict, asking=None)
    return Decision(verdict=wait("pack.type_quantity", item=item_name(last.sku, known)), asking=asked)


def _counted_and_needed(parcel: Parcel, asked: HowMany) -> tuple[int, int]:
    counted = _units(unit for unit in parcel.verified if (unit.sku, unit.lot) == (asked.sku, asked.lot))
    left = _units(unit for unit in parcel.left() if (unit.sku, unit.lot) == (asked.sku, asked.lot))
    return counted, counted + left


def type_quantity(parcel: Parcel, asked: HowMany, text: str, known: Known) -> Decision:
    """The number of units of one item and lot in the parcel, those included that were scanned before."""
    counted, needed = _counted_and_needed(parcel, asked)
    quantity = whole_number(text)
    least = max(known.settings.type_quantity_from, counted + 1)
    if quantity is None or not least <= quantity <= needed:
        return Decision(verdict=bad("pack.quantity_range", read=text[:20], least=least, most=needed))
    here = [unit for unit in parcel.left() if (unit.sku, unit.lot) == (asked.sku, asked.lot)]
    meaning = Meaning(Kind.ITEM, asked.sku, quantity - counted, lot=asked.lot)
    decision = _count(parcel, here, meaning, asked.code, known)
    return Decision(decision.facts, decision.verdict, asking=Counted(quantity))


def whole_number(text: str) -> int | None:
    """A number that a person typed; ``None`` for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


# --- damaged and missing -----------------------------------------------------------------------------------------


def rejectable(parcel: Parcel) -> tuple[Unit, ...]:
    """What can be damaged or missing, as the numbered list has it: what is still in the totes, then the rest."""
    packed = {
        unit.source: Unit(unit.line, unit.sku, unit.lot, unit.tote, 1) for unit in reversed(parcel.verified)
    }
    left = parcel.left()
    sources = {unit.source for unit in left}
    return (*left, *(unit for source, unit in packed.items() if source not in sources))[:LONGEST_LIST]


def reject_scanned(parcel: Parcel, asked: WhichItem, meaning: Meaning, known: Known) -> Decision:
    """One unit of the scanned item is damaged or missing."""
    here = [unit for unit in (*parcel.left(), *reversed(parcel.verified)) if unit.sku == meaning.key]
    if not here:
        return Decision(verdict=_not_wanted(parcel, meaning.key, known))
    same_lot = [unit for unit in here if unit.lot == meaning.lot]
    return _reject(parcel, asked.cause, (same_lot or here)[0], known)


def reject_numbered(parcel: Parcel, asked: WhichItem, text: str, known: Known) -> Decision:
    """One unit of a row of the list is damaged or missing."""
    rows = rejectable(parcel)
    number = whole_number(text)
    if number is None or not 1 <= number <= len(rows):
        return Decision(verdict=bad("pack.choose_item", most=len(rows)))
    return _reject(parcel, asked.cause, rows[number - 1], known)


def _reject(parcel: Parcel, cause: RejectCause, unit: Unit, known: Known) -> Decision:
    facts: list[Fact] = []
    in_totes = any(other.source == unit.source for other in parcel.left())
    if not in_totes:
        facts.append(_back(parcel, unit, 1))
    facts.append(
        UnitRejected(
            parcel=parcel.id,
            order=parcel.order,
            line=unit.line,
            sku=unit.sku,
            lot=unit.lot,
            tote=unit.tote,
            quantity=1,
            cause=cause,
        )
    )
    packed = _units(parcel.verified) - (0 if in_totes else 1)
    left = _units(parcel.left()) - (1 if in_totes else 0)
    name = item_name(unit.sku, known)
    if not packed and (parcel.filled or not left):
        ended = "pack.rejected_parcel_is_empty" if left else "pack.rejected_nothing_left"
        verdict = good(ended, item=name, order=parcel.order)
        return Decision((*facts, ParcelParked(parcel.id)), verdict, asking=None)
    code = "pack.rejected_damaged" if cause is RejectCause.DAMAGED else "pack.rejected_missing"
    return Decision(tuple(facts), good(code, item=name), asking=None)
