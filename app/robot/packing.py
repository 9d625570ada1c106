"""The robot as a packer: it takes out of the totes what it put there, and weighs what it really packed."""

import random
import re
from collections import Counter
from dataclasses import dataclass, field

from app.robot.eyes import Answer, Glance
from app.robot.hands import Hands
from app.robot.ledger import Ledger
from app.robot.plan import Rates
from app.robot.questions import Question, understand
from app.robot.trouble import NotUnderstoodError
from app.robot.warehouse import Unit, Warehouse
from app.robot.worker import UNSEEN, Worker

_OPEN = re.compile(r"Order (\S+) is")
_IN_ITS_BOX = re.compile(r"is in its box \S+ already")
_PARCEL = re.compile(r"Order (\S+), parcel (\d+)")
_WRAP_G = 20
_TYPE_FROM = 6
_TRIES = 24
"""So often a tote is scanned that does not open: its picks may be on their way."""
_LABEL_S = 20.0


@dataclass(slots=True)
class Box:
    """The parcel in the robot's hands."""

    order: str
    units: list[Unit] = field(default_factory=list)
    sscc: str = ""


class Packer(Worker):
    """One parcel after the other."""

    def __init__(
        self,
        hands: Hands,
        warehouse: Warehouse,
        ledger: Ledger,
        faults: Rates,
        chance: random.Random,
        waiting: dict[str, str],
    ) -> None:
        super().__init__(hands, warehouse, ledger, faults, chance)
        self._waiting = waiting
        """Totes at drop places; the packer takes them from the picker."""
        self._box: Box | None = None
        self._aside: dict[str, Box] = {}
        """Parcels that wait for their label, by order."""
        self._lifted: tuple[str, list[Unit]] | None = None
        """Units in the hand and the tote that they came from."""
        self._hopeless: Counter[str] = Counter()
        self._rejecting: Unit | None = None

    def begin(self, glance: Glance) -> bool:
        """Open the next parcel of the queue; whether there was one."""
        for tote in self._candidates(glance):
            answer = self._hands.scan(tote)
            if answer.word == "OK":
                self._refused = 0
                self._opened(tote, answer)
                return True
            if self._hands.look().ask != glance.ask:
                return True
            self._hopeless[tote] += 1
        return False

    def _opened(self, tote: str, answer: Answer) -> None:
        """A parcel is open: of the tote's order, or of one of those that share the tote. A box is packed already."""
        said = _OPEN.search(answer.words)
        box = self._at_order(self._waiting.get(tote, tote) or (said[1] if said is not None else ""))
        if _IN_ITS_BOX.search(answer.words) and not box.units:
            self._pack(tote, self._warehouse.held_by(tote))

    def _candidates(self, glance: Glance) -> list[str]:
        """The totes to try: those whose parcel stands aside and can go on, then those at the drop places."""
        ready = [
            order for order in self._aside if any(row.startswith("▶") and order in row for row in glance.rows)
        ]
        waiting = [
            tote
            for tote in self._waiting
            if self._warehouse.held_by(tote) and self._waiting[tote] not in self._aside
        ]
        return [*ready, *(tote for tote in waiting if self._hopeless[tote] < _TRIES)]

    def hope_again(self) -> None:
        """Try every tote anew."""
        self._hopeless.clear()

    @property
    def hopes(self) -> bool:
        """Whether something may still come: a label, or picks that are on their way."""
        return bool(self._aside) or any(
            self._warehouse.held_by(tote) and self._hopeless[tote] < _TRIES for tote in self._waiting
        )

    def step(self, glance: Glance, question: Question) -> bool:
        """Answer one question at the bench; whether it is one."""
        answer = {
            "unit": self._verify,
            "unit_lot": self._prove_lot,
            "pack_quantity": self._type_quantity,
            "pack_problem": self._leave,
            "which_damaged": self._reject,
            "which_missing": self._reject,
            "hospital": self._to_hospital,
            "put_back": self._put_back,
            "carton": self._choose_carton,
            "wrap": self._wrap,
            "weight": self._weigh,
            "weight_again": self._weigh,
            "label_awaited": self._await_label,
            "no_label": self._set_aside,
            "label": self._scan_label,
            "card": self._leave,
        }.get(question.kind)
        if answer is None:
            return False
        answer(glance, question)
        return True

    # --- verifying -------------------------------------------------------------------------------------------

    def _at(self, glance: Glance) -> Box:
        """The parcel that the screen is about."""
        said = _PARCEL.search(glance.detail)
        order = said[1] if said is not None else self._waiting.get(understand(glance.ask)["tote"], "")
        if not order and self._box is None:
            raise NotUnderstoodError("nothing says which order this is", glance)
        return self._at_order(order) if order else self._box or Box("")

    def _verify(self, glance: Glance, question: Question) -> None:
        box = self._at(glance)
        totes = self._totes_of(box.order, question["tote"])
        if not totes:
            self._report_missing(glance)
            return
        tote = totes[0]
        unit = self._warehouse.held_by(tote)[0]
        if self._go_wrong(unit, glance):
            return
        alike = self._warehouse.inside[tote][unit]
        if not self._waiting[tote]:
            alike = min(alike, glance.of - glance.done)
        if self._counting_on(box, unit, alike, glance):
            return
        self._show(tote, unit, alike, glance)

    def _totes_of(self, order: str, first: str) -> list[str]:
        mine = [
            tote
            for tote, whose in self._waiting.items()
            if whose in {order, ""} and self._warehouse.held_by(tote)
        ]
        return sorted(mine, key=lambda tote: tote != first)

    def _show(self, tote: str, unit: Unit, alike: int, glance: Glance) -> None:
        """Scan a barcode that stands for no more than what lies in the tote."""
        item = self._warehouse.items[unit[0]]
        fitting = [each for each in item.codes if each[1] <= alike]
        code, quantity = self._chance.choice(fitting) if fitting else (item.sku, 1)
        self._lifted = (tote, [unit] * quantity)
        answer = self._shoot(code)
        if answer.word == "WAIT":
            return
        self._settle(answer, glance)

    def _counting_on(self, box: Box, unit: Unit, alike: int, glance: Glance) -> bool:
        """After one scan of many a packer types the number: press the quantity key where that is worth it."""
        counted = box.units.count(unit)
        if (
            not counted
            or counted + alike < _TYPE_FROM
            or alike < 2
            or box.units[-1] != unit
            or "F3" not in glance.keys
        ):
            return False
        if self._chance.random() < 0.5:
            return False
        return self._hands.press("F3").word != "STOP"

    def _type_quantity(self, glance: Glance, question: Question) -> None:
        box = self._at(glance)
        unit = box.units[-1] if box.units else ("", "")
        totes = [tote for tote in self._totes_of(box.order, "") if self._warehouse.inside[tote][unit]]
        if not totes:
            self._hands.press("F7")
            return
        tote = totes[0]
        more = self._warehouse.inside[tote][unit]
        if not self._waiting[tote]:
            more = min(more, glance.of - glance.done)
        self._lifted = (tote, [unit] * more)
        answer = self._hands.type(str(box.units.count(unit) + more))
        self._settle(answer, glance)
        if answer.word == "STOP":
            self._hands.press("F7")

    def _prove_lot(self, glance: Glance, question: Question) -> None:
        if self._lifted is None:
            self._hands.press("F7")
            return
        self._settle(self._shoot(self._lifted[1][0][1]), glance)

    def _settle(self, answer: Answer, glance: Glance) -> None:
        if answer is UNSEEN and not self._is_packed():
            return
        lifted, self._lifted = self._lifted, None
        self._must_be_right(answer, glance)
        if lifted is not None and answer.word != "STOP":
            self._pack(*lifted)

    def _is_packed(self) -> bool:
        """Whether the screen counts what was lifted last."""
        more = len(self._lifted[1]) if self._lifted is not None else 0
        packed = len(self._box.units) if self._box is not None else 0
        return self._hands.look().done == packed + more

    def _pack(self, tote: str, units: list[Unit]) -> None:
        box = self._box
        if box is None:
            raise RuntimeError("no parcel is open")
        self._warehouse.inside[tote].subtract(units)
        box.units += units
        self._ledger.packed += [(box.order, tote, unit, 1) for unit in units]

    # --- what goes wrong -------------------------------------------------------------------------------------

    def _go_wrong(self, unit: Unit, glance: Glance) -> bool:
        for name, others in (
            ("sister_item", self._warehouse.sisters),
            ("wrong_item", self._warehouse.strangers),
        ):
            if self._chance.random() >= getattr(self._faults, name) / 2:
                continue
            mine = {sku for sku, _ in (self._box.units if self._box is not None else [])}
            wanted = {
                sku
                for tote in self._totes_of(self._box.order if self._box is not None else "", "")
                for sku, _ in self._warehouse.held_by(tote)
            }
            codes = [
                item.unit_code for item in others(unit[0]) if item.unit_code and item.sku not in mine | wanted
            ]
            if codes:
                if self._hands.scan(self._chance.choice(codes)).word != "STOP":
                    raise NotUnderstoodError(
                        "an item that belongs elsewhere was not refused", self._hands.look()
                    )
                self._ledger.injected[name] += 1
                return True
        if self._chance.random() < self._faults.damaged_at_bench:
            self._rejecting = unit
            self._hands.press("F2")
            self._hands.type("1")
            return True
        return False

    def _report_missing(self, glance: Glance) -> None:
        """The screen wants more than the totes hold."""
        self._ledger.injected["missing_at_bench"] += 1
        self._rejecting = None
        self._hands.press("F2")
        self._hands.type("2")

    def _reject(self, glance: Glance, question: Question) -> None:
        unit = self._rejecting
        item = self._warehouse.items[unit[0]] if unit is not None else None
        answer = (
            self._hands.scan(item.unit_code) if item is not None and item.unit_code else self._hands.type("1")
        )
        if answer.word == "STOP":
            self._rejecting = None
            self._refuse(answer, glance)
            self._hands.press("F7")
            return
        self._rejected(self._at(glance))

    def _rejected(self, box: Box) -> None:
        """The broken unit is set aside; a missing one was never there."""
        unit, self._rejecting = self._rejecting, None
        self._ledger.excused.add(box.order)
        if unit is not None:
            totes = [tote for tote in self._totes_of(box.order, "") if self._warehouse.inside[tote][unit]]
            self._warehouse.inside[totes[0]][unit] -= 1
            self._ledger.injected["damaged_at_bench"] += 1

    def _leave(self, glance: Glance, question: Question) -> None:
        """A question that a restart left behind."""
        self._hands.press("F7")

    def _to_hospital(self, glance: Glance, question: Question) -> None:
        self._must_be_right(self._hands.scan(self._warehouse.kind_of("hospital")[0]), glance)
        self._box = None

    def _put_back(self, glance: Glance, question: Question) -> None:
        box = self._box
        if box is not None:
            for order, tote, unit, quantity in reversed(self._ledger.packed):
                if order == box.order and unit in box.units:
                    self._warehouse.inside[tote][unit] += quantity
                    box.units.remove(unit)
        self._must_be_right(self._hands.press("F7"), glance)
        self._box = None

    # --- the box ---------------------------------------------------------------------------------------------

    def _choose_carton(self, glance: Glance, question: Question) -> None:
        raise NotUnderstoodError("a carton is asked for, and the robot knows none by its code", glance)

    def _wrap(self, glance: Glance, question: Question) -> None:
        self._at(glance)
        self._must_be_right(self._hands.type(self._chance.choice(("", "1"))), glance)

    def _weigh(self, glance: Glance, question: Question) -> None:
        box = self._at(glance)
        if not box.units:  # the order's next box, which opened by itself
            for tote in self._totes_of(box.order, "")[:1]:
                self._pack(tote, self._warehouse.held_by(tote))
        weight = question["weight"] or str(self._on_the_scale(box, glance))
        self._must_be_right(self._hands.type(weight), glance)

    def _on_the_scale(self, box: Box, glance: Glance) -> int:
        """What the box weighs. A screen too narrow to name the carton leaves only the weight of what is in it."""
        contents = sum(self._warehouse.items[sku].weight_g for sku, _ in box.units)
        wraps = sum(_WRAP_G for sku, _ in box.units if self._warehouse.items[sku].fragile)
        named = [
            grams for name, grams in self._warehouse.cartons.items() if f"Carton {name}" in glance.detail
        ]
        carton = named[0] if named else 0
        return contents + wraps + carton or 1

    # --- the label -------------------------------------------------------------------------------------------

    def _await_label(self, glance: Glance, question: Question) -> None:
        self._at_order(question["order"] or question["offline"])
        if question["offline"]:
            self._set_aside(glance, question)
            return
        if self._hands.wait_for(lambda seen: seen.ask != glance.ask, _LABEL_S) is None:
            self._set_aside(glance, question)

    def _at_order(self, order: str) -> Box:
        if self._box is None or self._box.order != order:
            self._box = self._aside.pop(order, None) or Box(order)
        return self._box

    def _set_aside(self, glance: Glance, question: Question) -> None:
        box = self._at_order(question["order"] or question["offline"])
        answer = self._hands.press("F7")
        if answer.word != "STOP":
            self._aside[box.order] = box
            self._box = None

    def _scan_label(self, glance: Glance, question: Question) -> None:
        said = re.search(r"of order (\S+) and", glance.ask)
        box = self._at_order(said[1]) if said is not None else self._at(glance)
        box.sscc = question["sscc"]
        answer = self._shoot(f"]C100{box.sscc}")
        self._must_be_right(answer, glance)
        if answer.word != "STOP" and understand(self._hands.look().ask)["sscc"] != box.sscc:
            self._closed()

    def _closed(self) -> None:
        box, self._box = self._box, None
        if box is None:
            return
        self._refused = 0
        self._ledger.closed.append((box.order, box.sscc))
        for tote in [tote for tote, order in self._waiting.items() if order in {box.order, ""}]:
            if not self._warehouse.held_by(tote):
                del self._waiting[tote]

    # --- after a restart -------------------------------------------------------------------------------------

    def recover(self, glance: Glance) -> list[str]:
        """Find out what of the last scan counted, from the recovered screen; complaints about what cannot be."""
        question = understand(glance.ask)
        lifted, self._lifted = self._lifted, None
        if question.kind == "queue":
            if self._box is not None and self._box.sscc:
                self._closed()
            return []
        if self._box is not None and self._box.sscc and question.kind != "label":
            self._closed()
        if not glance.of:
            return []
        box = self._at(glance)
        if self._rejecting is not None:
            whole = len(box.units) + sum(
                len(self._warehouse.held_by(each)) for each in self._totes_of(box.order, "")
            )
            if glance.of == whole - 1:
                self._rejected(box)
            self._rejecting = None
        more = lifted[1] if lifted is not None else []
        if lifted is not None and glance.done == len(box.units) + len(more):
            self._pack(*lifted)
        elif glance.done != len(box.units):
            return [f"after a restart the screen says {glance.done} packed; in truth {len(box.units)}"]
        return []
