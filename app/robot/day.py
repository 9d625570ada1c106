"""One day at one terminal: sign in, pick, pack, resolve, until nothing is left; and on again after a restart."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.robot.eyes import Glance
from app.robot.hands import Hands, Tally
from app.robot.ledger import Ledger
from app.robot.packing import Packer
from app.robot.picking import Picker
from app.robot.plan import Plan
from app.robot.processes import Central, Storehand, Terminal
from app.robot.questions import is_about_signing, understand
from app.robot.scanner import Scanner
from app.robot.supervising import Supervisor
from app.robot.trouble import NotUnderstoodError, RobotError, TerminalGoneError
from app.robot.warehouse import Person, copy_files, read_warehouse

STATION = "ROBOT-1"
_ROLE_OF = {"PICKING": "picker", "PACKING": "packer", "EXCEPTIONS": "supervisor"}
_FULL_QUEUE = 12
"""So many totes at the drop places, and the robot packs before it picks on."""
_MOST_RESTARTS = 200
_ROUNDS = 60
_SCANNER_READY_S = 5.0
_SENT_S = 30.0


class Day:
    """A day under way. ``terminal`` and ``central`` are the processes, for those who mean them harm."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tally = Tally()
        self.ledger = Ledger()
        self.chance = random.Random(plan.seed)
        self.warehouse = read_warehouse(plan.files, plan.orders)
        plan.home.mkdir(parents=True, exist_ok=True)
        self.database = plan.database or f"sqlite:///{plan.home / 'central.db'}"
        self.storehand = Storehand(plan.storehand, self.database, plan.home)
        self.scanner = Scanner()
        self._diary = (plan.home / "robot.log").open("a", encoding="utf-8", buffering=1)
        self.hands = Hands(self.scanner, self.tally, plan.patience_s, plan.watch, self._diary)
        faults, chance = plan.faults, self.chance
        self.picker = Picker(self.hands, self.warehouse, self.ledger, faults, chance, plan.patience_s)
        self.packer = Packer(self.hands, self.warehouse, self.ledger, faults, chance, self.picker.waiting)
        self.supervisor = Supervisor(self.hands, self.warehouse)
        self.first_paint_ms = 0.0
        self.restarts = 0
        self.central: Central | None = None
        self.terminal: Terminal | None = None
        self._person: Person | None = None
        self._url = ""

    # --- opening and closing ---------------------------------------------------------------------------------

    def open(self) -> None:
        """Bring the warehouse in, start the central and the terminal."""
        files = self.plan.home / "import"
        copy_files(self.plan.files, files, set(self.warehouse.orders))
        self.storehand.import_files(files)
        self.central = self.storehand.central(0)
        self._url = self.plan.through(self.central.url)
        self._start_terminal(self.storehand.code())

    def close(self) -> None:
        """End everything."""
        if self.terminal is not None:
            self.terminal.end()
            self.terminal = None
        if self.central is not None:
            self.central.end()
            self.central = None
        self.scanner.close()
        self._diary.close()

    def restart_central(self) -> None:
        """Start the central again at its old address, after somebody killed it."""
        port = self.central.port if self.central is not None else 0
        self.central = self.storehand.central(port)

    def _start_terminal(self, code: str = "") -> None:
        self.terminal = self.storehand.station(self.plan.size, STATION, self._url, self.scanner.port, code)
        self.hands.take(self.terminal)
        seen = self.hands.wait_until(
            lambda glance: is_about_signing(understand(glance.ask)), "the terminal's first picture", 30.0
        )
        if not self.first_paint_ms:
            self.first_paint_ms = (time.perf_counter() - self.terminal.started) * 1000
        # The status says when the scanner is there; a narrow screen may cut that off.
        if self.hands.wait_for(lambda glance: "ready" in glance.status, _SCANNER_READY_S) is None and (
            "connecting" in seen.status
        ):
            raise NotUnderstoodError("the scanner does not become ready", self.hands.look())

    # --- the day ---------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Work until nothing is left to do.

        Raises:
            NotUnderstoodError: a screen that the robot cannot answer.
        """
        for _ in range(_ROUNDS):
            done = self._safely(self._pick)
            done += self._safely(self._pack)
            done += self._safely(self._resolve)
            if not done:
                break
        self._safely(self._finish)

    def _safely(self, part: Callable[[], int]) -> int:
        """Do a part of the day, also over restarts of the terminal."""
        done = 0
        for _ in range(_MOST_RESTARTS):
            try:
                return done + part()
            except TerminalGoneError:
                self._come_back()
                done += 1
        raise RobotError(f"the terminal ended {_MOST_RESTARTS} times")

    def _come_back(self) -> None:
        """The terminal is gone: start it again, sign in, and see what counted."""
        while True:
            try:
                self.restarts += 1
                self._restart_terminal()
                self._sign_in_again()
                self.tally.complaints += self._recovered()
                return
            except TerminalGoneError:
                if self.restarts > _MOST_RESTARTS:
                    raise

    def _restart_terminal(self) -> None:
        if self.terminal is not None:
            self.terminal.close()
        self.scanner.forget()
        self._start_terminal()

    def _recovered(self) -> list[str]:
        glance = self.hands.look()
        if glance.view == "PICKING":
            return self.picker.recover(glance)
        if glance.view == "PACKING":
            return self.packer.recover(glance)
        return []

    # --- signing ---------------------------------------------------------------------------------------------

    def _sign_in_again(self) -> None:
        """Whoever stood here before the restart scans the badge; nobody did if the terminal does not know."""
        glance = self.hands.look()
        question = understand(glance.ask)
        if question.kind == "unlock":
            self._show_badge(self._called(question["name"], glance))
        elif self._person is not None:
            self._show_badge(self._person)

    def _called(self, name: str, glance: Glance) -> Person:
        for person in self.warehouse.people:
            if person.name == name:
                return person
        raise NotUnderstoodError(f"nobody here is called {name}", glance)

    def _show_badge(self, person: Person) -> None:
        self._person = person
        until = time.monotonic() + self.plan.patience_s
        while self.hands.scan(f"BADGE:{person.badge}").word == "STOP" and time.monotonic() < until:
            # A terminal that has just enrolled has yet to be told who works here.
            self.hands.wait(0.5)
        glance = self.hands.wait_until(
            lambda seen: understand(seen.ask).kind not in {"badge", "unlock"}, "what follows a badge"
        )
        if understand(glance.ask).kind == "pin":
            self.hands.type(person.pin)
            self.hands.wait_until(
                lambda seen: not is_about_signing(understand(seen.ask)), "a PIN to be checked"
            )

    def _stand_at(self, view: str) -> None:
        """Come to a view: with the view key where one has the role, else as somebody who has."""
        role = _ROLE_OF[view]
        glance = self.hands.look()
        if self._person is None or is_about_signing(understand(glance.ask)) or not self._person.may(role):
            self._show_badge(self._somebody(role))
        for _ in _ROLE_OF:
            if self.hands.look().view == view:
                return
            self.hands.press("F8")
        raise NotUnderstoodError(f"the view {view} does not come", self.hands.look())

    def _somebody(self, role: str) -> Person:
        able = [person for person in self.warehouse.people if person.may(role)]
        if not able:
            raise RobotError(f"operators.csv has nobody who works as {role}")
        return min(able, key=lambda person: (role not in person.roles, len(person.roles)))

    # --- parts -----------------------------------------------------------------------------------------------

    def _pick(self) -> int:
        """Tours, until there is none or the packers have enough; how many totes were brought."""
        self._stand_at("PICKING")
        brought, made = len(self.ledger.dropped), self.tally.made
        for glance in self._looks():
            question = understand(glance.ask)
            if question.kind == "any_cart":
                if len(self.picker.waiting) >= _FULL_QUEUE or not self.picker.begin():
                    break
            elif not self.picker.step(glance, question):
                raise NotUnderstoodError(f"no picker understands: {glance.ask}", glance)
        self.tally.gestures["picking"] += self.tally.made - made
        return len(self.ledger.dropped) - brought

    def _pack(self) -> int:
        """Parcels, until the queue is empty; how many were closed."""
        self._stand_at("PACKING")
        self.packer.hope_again()
        closed, made = len(self.ledger.closed), self.tally.made
        patience = time.monotonic() + self.plan.patience_s
        for glance in self._looks():
            question = understand(glance.ask)
            if question.kind == "queue":
                if self.packer.begin(glance):
                    patience = time.monotonic() + self.plan.patience_s
                elif not self.packer.hopes or time.monotonic() > patience:
                    break
                else:
                    self.hands.wait(0.3)
            elif not self.packer.step(glance, question):
                raise NotUnderstoodError(f"no packer understands: {glance.ask}", glance)
        self.tally.gestures["packing"] += self.tally.made - made
        return len(self.ledger.closed) - closed

    def _resolve(self) -> int:
        """What is stuck."""
        self._stand_at("EXCEPTIONS")
        return self.supervisor.resolve_all()

    def _finish(self) -> int:
        """Close the pickups, wait until everything is sent, sign off."""
        self._stand_at("EXCEPTIONS")
        self.supervisor.close_manifests()
        if self.hands.wait_for(lambda glance: "to send" not in glance.status, _SENT_S) is None:
            self.tally.complaints.append("not everything was sent at the end of the day")
        self.hands.press("F9")
        return 0

    def _looks(self) -> Iterator[Glance]:
        """One look after the other; a screen that stays the same for too long is not understood."""
        last, since = "", time.monotonic()
        while True:
            glance = self.hands.look()
            shown = f"{glance.ask} {glance.number}"
            if shown != last:
                last, since = shown, time.monotonic()
            elif time.monotonic() - since > 3 * self.plan.patience_s:
                raise NotUnderstoodError("nothing changes any more", glance)
            yield glance


@contextmanager
def opened(plan: Plan) -> Iterator[Day]:
    """A day that is opened, and closed whatever happens."""
    day = Day(plan)
    try:
        day.open()
        yield day
    finally:
        day.close()
