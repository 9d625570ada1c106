"""What the robot is at every kind of work: it scans, sometimes twice, and does not take the same refusal for ever."""

import random

from app.robot.eyes import Answer, Glance
from app.robot.hands import Hands
from app.robot.ledger import Ledger
from app.robot.plan import Rates
from app.robot.trouble import NotUnderstoodError
from app.robot.warehouse import Warehouse

UNSEEN = Answer("OK", 0, "")
"""A verdict that was overtaken by the next before anybody could read it: only the screen says what came of it."""

_REFUSALS = 6


class Worker:
    """Somebody who works with these hands in this warehouse, and with whom these things go wrong."""

    def __init__(
        self, hands: Hands, warehouse: Warehouse, ledger: Ledger, faults: Rates, chance: random.Random
    ) -> None:
        self._hands = hands
        self._warehouse = warehouse
        self._ledger = ledger
        self._faults = faults
        self._chance = chance
        self._refused = 0

    def _shoot(self, code: str) -> Answer:
        """Scan; now and then the trigger goes twice."""
        if self._chance.random() >= self._faults.double_trigger:
            return self._hands.scan(code)
        self._ledger.injected["double_trigger"] += 1
        first, second = self._hands.scan_twice(code)
        return (first or UNSEEN) if second.word == "AGAIN" else UNSEEN

    def _must_be_right(self, answer: Answer, glance: Glance) -> None:
        if answer.word == "STOP":
            self._refuse(answer, glance)
        else:
            self._refused = 0

    def _refuse(self, answer: Answer, glance: Glance) -> None:
        """A refusal of what the robot took to be right: once can happen, again and again is a dead end."""
        self._refused += 1
        if self._refused >= _REFUSALS:
            raise NotUnderstoodError(f"refused {self._refused} times: {answer.words}", glance)
