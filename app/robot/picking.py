"""The robot as a picker: it answers the questions of a tour with what really lies in the warehouse."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.robot.eyes import Answer, Glance
from app.robot.hands import Hands
from app.robot.ledger import Ledger, Put
from app.robot.plan import Rates
from app.robot.questions import Question, understand
from app.robot.trouble import NotUnderstoodError
from app.robot.warehouse import Unit, Warehouse
from app.robot.worker import UNSEEN, Worker

_WALK = re.compile(r"This walk is (\d+) m; in order of location codes it would be (\d+) m")
_LOT = re.compile(r"(?:Only lot|\bLot) ([^\s,]+)")
_INTO = re.compile(r"Into tote (\S+) in slot \d+, order (\S+)")
_SLOT_ORDER = re.compile(r"is for order (\S+)|Slot \d+, order (\S+):")
_DROP_NEAREST = re.compile(r"The nearest is (\S+)")
_LATER = re.compile(r"[Nn]o network|does not answer|arrived|\b[Aa]gain\b")
_TYPE_FROM = 6
_ASK_AGAIN_S = 0.5
_TOUR_COMES_S = 15.0
_SHOWN_S = 0.5


@dataclass(frozen=True, slots=True)
class Effect:
    """What one answer would change: units banked and units in the hand afterwards, and what the robot then does."""

    banked: int
    hand: int
    act: Callable[[], None]


@dataclass(slots=True)
class Stop:
    """What the robot has decided about one task when it first saw it."""

    sku: str
    lot: str
    order: str
    mischief: list[str] = field(default_factory=list)
    scanned: int = 1
    """Units that the code scanned last stands for; their lot may be asked for."""


class Picker(Worker):
    """One tour after the other."""

    def __init__(
        self,
        hands: Hands,
        warehouse: Warehouse,
        ledger: Ledger,
        faults: Rates,
        chance: random.Random,
        patience_s: float,
    ) -> None:
        super().__init__(hands, warehouse, ledger, faults, chance)
        self._patience_s = patience_s
        self._orders: dict[str, str] = {}
        """Which order each tote on the cart is for."""
        self._at = ""
        self._hand: list[Unit] = []
        self._banked = 0
        self._carried = ""
        """The tote that is being brought to a drop place."""
        self._last: tuple[str, str, list[Unit]] | None = None
        """Location, tote and units of the last banked pick."""
        self._stop: Stop | None = None
        self._measured = False
        self._pending: list[Effect] | None = None
        self._serials = 0
        """How many units got a serial number: each its own."""
        self.waiting: dict[str, str] = {}
        """Totes at drop places, the oldest first, and the order that each is for; empty where it is for many."""
        self._buffered: dict[str, str] = {}
        """Totes that wait for the next zone, and the order that each is for."""

    # --- tours -----------------------------------------------------------------------------------------------

    def begin(self) -> bool:
        """Scan a cart for a tour. Whether there is one; what the terminal says when there is none is on the screen."""
        cart = self._chance.choice([*self._warehouse.carts, *self._buffered])
        self._start()
        until = time.monotonic() + self._patience_s
        while time.monotonic() < until:
            self._hands.scan(cart)
            glance = self._hands.wait_for(
                lambda seen: understand(seen.ask).kind != "any_cart" or _says_no(seen), _TOUR_COMES_S
            )
            if glance is None:
                raise NotUnderstoodError(f"asked for a tour for {cart} and nothing came", self._hands.look())
            self._hands.note("asked for a tour", glance)
            if understand(glance.ask).kind != "any_cart":
                if cart in self._buffered:
                    self._orders[cart] = self._buffered.pop(cart)
                return True
            if glance.answer is None or not _LATER.search(glance.answer.words):
                return False
            self._hands.wait(_ASK_AGAIN_S)
        return False

    def _start(self) -> None:
        self._banked, self._measured, self._carried = 0, False, ""
        self._orders = {}
        self._at, self._hand, self._last, self._stop = "", [], None, None

    def step(self, glance: Glance, question: Question) -> bool:
        """Answer one question of a tour; whether it is one."""
        answer = {
            "cart": self._scan_cart,
            "empty_tote": self._assign,
            "box": self._assign,
            "brought_tote": self._fetch,
            "location": self._go,
            "item": self._take,
            "lot": self._prove_lot,
            "serial": self._number_unit,
            "zero_check": self._look_whether_empty,
            "tote": self._bank,
            "how_many": self._type_quantity,
            "problem": self._leave,
            "found": self._leave,
            "damaged": self._leave,
            "blocked": self._leave,
            "sku": self._type_sku,
            "short_again": self._confirm_short,
            "drop_tote": self._lift_tote,
            "drop_place": self._drop,
            "buffer": self._leave_in_buffer,
            "undo_pick": self._leave,
            "put_down": self._leave,
            "urgent": self._take_along,
        }.get(question.kind)
        if answer is None:
            return False
        answer(glance, question)
        return True

    def _take_along(self, glance: Glance, question: Question) -> None:
        self._must_be_right(self._hands.type("1"), glance)

    # --- the start -------------------------------------------------------------------------------------------

    def _scan_cart(self, glance: Glance, question: Question) -> None:
        self._must_be_right(self._hands.scan(question["cart"]), glance)

    def _assign(self, glance: Glance, question: Question) -> None:
        said = _SLOT_ORDER.search(glance.detail)
        order = (said[1] or said[2]) if said is not None else ""
        tote = self._empty_tote(glance)
        self._orders[tote] = order
        answer = self._shoot(tote)
        if answer.word == "STOP":
            # The central has not heard yet that it is empty: take another one.
            del self._orders[tote]
            self._refuse(answer, glance)
            self._hands.wait(0.1)

    def _fetch(self, glance: Glance, question: Question) -> None:
        """The tote of the order, as another zone has left it."""
        tote = question["tote"]
        self._must_be_right(self._shoot(tote), glance)
        self._orders[tote] = self._buffered.pop(tote, "")

    def _empty_tote(self, glance: Glance) -> str:
        empty = [
            tote
            for tote in self._warehouse.totes
            if not self._warehouse.held_by(tote) and tote not in self._orders and tote not in self.waiting
        ]
        if not empty:
            raise NotUnderstoodError("an empty tote is asked for and there is none left", glance)
        return self._chance.choice(empty)

    # --- at a stop -------------------------------------------------------------------------------------------

    def _go(self, glance: Glance, question: Question) -> None:
        place = question["location"]
        check = self._warehouse.places[place].check_code if place in self._warehouse.places else ""
        code = check if check and self._chance.random() < 0.2 else place
        self._at, self._stop = place, None
        self._must_be_right(self._shoot(code), glance)

    def _take(self, glance: Glance, question: Question) -> None:
        stop = self._consider(glance, question)
        if stop.mischief and self._do_mischief(stop.mischief.pop(), stop, glance, question):
            return
        needed = (int(question["of"]) - len(self._hand)) if question["of"] else 1
        there = self._warehouse.there(self._at, stop.sku, stop.lot)
        if not there:
            self._report_short(glance, stop)
            return
        asked = len(self._hand) + needed
        if self._hand and asked >= _TYPE_FROM and "F3" in glance.keys and needed > 1 and there >= needed:
            self._hands.press("F3")
            return
        self._count(stop, min(needed, there), glance)

    def _consider(self, glance: Glance, question: Question) -> Stop:
        """What is to be taken here, decided when the task is first seen."""
        sku = question["sku"]
        lot_said = _LOT.search(glance.detail)
        lot = lot_said[1] if lot_said is not None else ""
        into = _INTO.search(glance.detail)
        order = into[2] if into is not None else ""
        if self._stop is None or (self._stop.sku, self._stop.lot) != (sku, lot) or self._stop.order != order:
            self._stop = Stop(sku, lot, order, [] if self._hand else self._draw())
        return self._stop

    def _draw(self) -> list[str]:
        return [
            name
            for name in ("undo", "tote_full", "damaged", "short", "sister_item", "wrong_item")
            if self._chance.random() < getattr(self._faults, name)
        ]

    def _count(self, stop: Stop, most: int, glance: Glance) -> None:
        """Scan one barcode that stands for no more than is needed and there."""
        item = self._warehouse.items[stop.sku]
        most = 1 if item.serial else most
        fitting = [(code, quantity) for code, quantity in item.codes if quantity <= most]
        if not fitting:
            self._hands.press("F2")
            self._hands.type("5")
            return
        several = [each for each in fitting if each[1] > 1]
        code, quantity = self._chance.choice(several if several and self._chance.random() < 0.5 else fitting)
        stop.scanned = quantity
        self._expect(
            Effect(self._banked, len(self._hand) + quantity, lambda: self._grasp(stop, quantity)),
            Effect(
                self._banked + len(self._hand) + quantity, 0, lambda: self._grasp_and_bank(stop, quantity)
            ),
        )
        answer = self._shoot(code)
        if answer.word == "WAIT":
            # Right, and its lot is asked for: not counted yet.
            self._pending = None
            return
        self._settle(answer, glance)

    def _grasp(self, stop: Stop, quantity: int) -> None:
        self._hand += self._warehouse.lift(self._at, stop.sku, stop.lot, quantity)

    def _grasp_and_bank(self, stop: Stop, quantity: int) -> None:
        """On a tour with one tote the last unit goes into it without a scan of its own."""
        self._grasp(stop, quantity)
        self._put(self._only_tote())

    def _only_tote(self) -> str:
        return list(self._orders)[-1]

    def _prove_lot(self, glance: Glance, question: Question) -> None:
        stop = self._stop
        if stop is None:
            self._hands.press("F7")
            return
        quantity = stop.scanned
        self._expect(
            Effect(self._banked, len(self._hand) + quantity, lambda: self._grasp(stop, quantity)),
            Effect(
                self._banked + len(self._hand) + quantity, 0, lambda: self._grasp_and_bank(stop, quantity)
            ),
        )
        self._settle(self._shoot(question["lot"]), glance)

    def _number_unit(self, glance: Glance, question: Question) -> None:
        stop = self._stop
        if stop is None:
            self._hands.press("F7")
            return
        self._serials += 1
        self._expect(
            Effect(self._banked, len(self._hand) + 1, lambda: self._grasp(stop, 1)),
            Effect(self._banked + len(self._hand) + 1, 0, lambda: self._grasp_and_bank(stop, 1)),
        )
        self._settle(self._shoot(f"SN-{self._at}-{stop.sku}-{self._serials:06}"), glance)

    def _bank(self, glance: Glance, question: Question) -> None:
        tote = question["tote"]
        self._orders.setdefault(tote, question["order"])
        quantity = len(self._hand)
        if quantity != int(question["quantity"]):
            raise NotUnderstoodError(
                f"{question['quantity']} are said to be in the hand, there are {quantity}", glance
            )
        self._expect(Effect(self._banked + quantity, 0, lambda: self._put(tote)))
        self._settle(self._shoot(tote), glance)

    def _put(self, tote: str) -> None:
        for unit in self._hand:
            self._ledger.puts.append(Put(tote, self._at, unit, 1))
        self._warehouse.inside[tote].update(self._hand)
        self._banked += len(self._hand)
        self._last = (self._at, tote, self._hand)
        self._hand = []

    def _type_quantity(self, glance: Glance, question: Question) -> None:
        stop = self._stop
        if stop is None:
            self._hands.press("F7")
            return
        most = int(question["most"])
        more = most - len(self._hand)
        if self._warehouse.there(self._at, stop.sku, stop.lot) < more:
            self._hands.press("F7")
            return
        self._expect(Effect(self._banked, most, lambda: self._grasp(stop, more)))
        self._settle(self._hands.type(str(most)), glance)

    def _type_sku(self, glance: Glance, question: Question) -> None:
        stop = self._stop
        if stop is None:
            self._hands.press("F7")
            return
        self._expect(
            Effect(self._banked, len(self._hand) + 1, lambda: self._grasp(stop, 1)),
            Effect(self._banked + len(self._hand) + 1, 0, lambda: self._grasp_and_bank(stop, 1)),
        )
        self._settle(self._hands.type(question["sku"]), glance)

    def _leave(self, glance: Glance, question: Question) -> None:
        """A question that a restart or a refusal left behind."""
        self._hands.press("F7")

    # --- what goes wrong -------------------------------------------------------------------------------------

    def _do_mischief(self, name: str, stop: Stop, glance: Glance, question: Question) -> bool:
        """Let something go wrong; whether the question was used up by it."""
        needed = int(question["of"] or 1)
        match name:
            case "sister_item" | "wrong_item":
                others = self._warehouse.sisters if name == "sister_item" else self._warehouse.strangers
                codes = [item.unit_code for item in others(stop.sku) if item.unit_code]
                if not codes:
                    return False
                answer = self._hands.scan(self._chance.choice(codes))
                if answer.word != "STOP":
                    raise NotUnderstoodError("a wrong item was not refused", glance)
            case "short":
                left = self._chance.randrange(needed)
                if left >= self._warehouse.there(self._at, stop.sku, stop.lot):
                    return False
                self._warehouse.lose(self._at, stop.sku, stop.lot, left)
            case "damaged":
                if not self._warehouse.there(self._at, stop.sku, stop.lot):
                    return False
                self._hands.press("F2")
                self._hands.type("2")
                if self._hands.type("1").word != "OK":
                    raise NotUnderstoodError("a damaged unit was not taken", self._hands.look())
                self._warehouse.lift(self._at, stop.sku, stop.lot, 1)
            case "tote_full":
                self._hands.press("F5")
            case "undo":
                return self._count_and_undo(stop, glance)
        self._happened(name, stop)
        return True

    def _happened(self, name: str, stop: Stop) -> None:
        self._ledger.injected[name] += 1
        if name in {"short", "damaged"}:
            wanting = (order for order, skus in self._warehouse.orders.items() if stop.sku in skus)
            self._ledger.excused.update(wanting)

    def _count_and_undo(self, stop: Stop, glance: Glance) -> bool:
        """Count one unit and take it back. A unit that completes a one-tote task is banked at once: not then."""
        if self._hand or stop.lot or not self._warehouse.there(self._at, stop.sku, stop.lot):
            return False
        before = self._banked
        self._count(stop, 1, glance)
        if self._banked != before or not self._hand:
            return True
        self._expect(Effect(before, len(self._hand) - 1, self._uncount))
        if self._settle(self._hands.press("F4"), glance) != "OK":
            raise NotUnderstoodError("the last count could not be undone", self._hands.look())
        self._happened("undo", stop)
        return True

    def _uncount(self) -> None:
        self._warehouse.lay_back(self._at, [self._hand.pop()])

    def _undo_pick(self, glance: Glance) -> None:
        """Take the last banked pick back."""
        if self._last is None:
            return
        self._expect(Effect(self._banked - len(self._last[2]), 0, self._unput))
        if self._settle(self._hands.press("F4"), glance) != "OK":
            raise NotUnderstoodError("the last pick could not be undone", self._hands.look())
        self._ledger.injected["undo"] += 1

    def _unput(self) -> None:
        """Units of the last pick go back to where they came from."""
        if self._last is None:
            return
        location, tote, units = self._last
        self._warehouse.inside[tote].subtract(units)
        self._warehouse.lay_back(location, units)
        self._ledger.puts += [Put(tote, location, unit, -1) for unit in units]
        self._banked -= len(units)
        self._last = None

    def _report_short(self, glance: Glance, stop: Stop) -> None:
        """Nothing more is there."""
        self._hands.press("F2")
        self._hands.type("1")
        asked = self._hands.look()
        question = understand(asked.ask)
        if question.kind == "found":
            self._hands.type(question["least"])
        again = self._hands.look()
        if understand(again.ask).kind != "short_again":
            raise NotUnderstoodError("a short must be confirmed by the location", again)
        self._ledger.injected["short_found"] += 1

    def _confirm_short(self, glance: Glance, question: Question) -> None:
        """What was found stays in the hand until its tote is scanned; on a tour with one tote it goes into that."""
        held = len(self._hand)
        kept = Effect(self._banked, held, lambda: None)
        banked = Effect(self._banked + held, 0, lambda: self._put(self._only_tote()))
        self._expect(*((kept, banked) if held else (kept,)))
        if self._settle(self._hands.scan(question["location"]), glance) != "STOP":
            self._stop = None

    def _look_whether_empty(self, glance: Glance, question: Question) -> None:
        left = sum(self._warehouse.bins[question["location"]].values())
        self._must_be_right(self._hands.type(str(left)), glance)

    # --- the end ---------------------------------------------------------------------------------------------

    def _lift_tote(self, glance: Glance, question: Question) -> None:
        if not self._measured:
            self._measure()
        self._must_be_right(self._shoot(question["tote"]), glance)

    def _measure(self) -> None:
        """The why key says how long the walk was."""
        self._measured = True
        self._hands.press("F6")
        told = _WALK.search(" ".join(" ".join(row.split()) for row in self._hands.look().rows))
        if told is not None:
            self._ledger.walked_m += int(told[1])
            self._ledger.in_location_order_m += int(told[2])

    def _drop(self, glance: Glance, question: Question) -> None:
        nearest = _DROP_NEAREST.search(glance.detail)
        place = nearest[1] if nearest is not None else self._warehouse.kind_of("drop")[0]
        self._carried = question["tote"]
        answer = self._shoot(place)
        if answer.word == "STOP":
            self._refuse(answer, glance)
            return
        self._left(self._carried, place)

    def _leave_in_buffer(self, glance: Glance, question: Question) -> None:
        tote, place = question["tote"], question["place"]
        self._must_be_right(self._shoot(place), glance)
        self._carried = ""
        self._buffered[tote] = self._orders.get(tote, "")
        self._ledger.dropped.append((tote, place))

    def _left(self, tote: str, place: str) -> None:
        self._carried = ""
        self.waiting[tote] = self._orders.get(tote, "")
        self._ledger.dropped.append((tote, place))

    # --- verdicts --------------------------------------------------------------------------------------------

    def _expect(self, *effects: Effect) -> None:
        self._pending = list(effects)

    def _settle(self, answer: Answer, glance: Glance) -> str:
        """Do what the verdict says happened: of the possible effects the one that the screen shows."""
        pending = self._pending or []
        if answer.word == "STOP":
            self._pending = None
            self._refuse(answer, glance)
            return answer.word
        self._refused = 0
        now = self._hands.look()
        effect = self._shown(now, pending)
        if effect is None and pending:
            now = self._hands.wait_for(lambda seen: self._shown(seen, pending) is not None, _SHOWN_S) or now
            effect = self._shown(now, pending)
        self._pending = None
        if effect is not None:
            effect.act()
        elif pending and answer is not UNSEEN:
            raise NotUnderstoodError(
                f"the verdict was {answer.word} and the screen shows something else", now
            )
        if self._last is not None and not self._hand and self._chance.random() < self._faults.undo / 4:
            self._undo_pick(now)
        return answer.word

    def _shown(self, glance: Glance, possible: list[Effect]) -> Effect | None:
        """The effect that the screen shows."""
        shown = _hand_shown(understand(glance.ask))
        return next(
            (each for each in possible if each.banked == glance.done and shown in {None, each.hand}), None
        )

    # --- after a restart -------------------------------------------------------------------------------------

    def recover(self, glance: Glance) -> list[str]:
        """Find out what of the last act counted, from the recovered screen; complaints about what cannot be."""
        question = understand(glance.ask)
        pending, self._pending = self._pending or [], None
        if question.kind == "any_cart":
            return self._recover_without_tour()
        if self._carried and question["tote"] != self._carried:
            self._left(self._carried, "")
        self._carried = ""
        if not glance.of:
            return []
        effect = self._shown(glance, pending)
        if effect is not None:
            effect.act()
            return []
        shown = _hand_shown(question)
        if glance.done == self._banked and shown in {None, len(self._hand)}:
            return []
        said = f"{glance.done} picked and {shown} in hand"
        return [f"after a restart the screen says {said}; in truth {self._banked} and {len(self._hand)}"]

    def _recover_without_tour(self) -> list[str]:
        """The last tote was dropped by the scan that nobody saw answered, or there was no tour."""
        if self._carried:
            self._left(self._carried, "")
        lost = [tote for tote in self._orders if self._warehouse.held_by(tote) and tote not in self.waiting]
        complaints = []
        if lost or self._hand:
            complaints.append(
                f"after a restart the tour is gone, with {', '.join(lost)} undropped and {len(self._hand)} in hand"
            )
        self._start()
        return complaints


def _hand_shown(question: Question) -> int | None:
    """Units in the hand as the question says; nothing where a narrow screen has cut it off."""
    if question.kind == "item":
        return int(question["number"]) - 1 if question["number"] else None
    if question.kind == "tote":
        return int(question["quantity"])
    return 0


def _says_no(glance: Glance) -> bool:
    return glance.answer is not None and glance.answer.word == "STOP"
