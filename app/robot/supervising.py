"""The robot as a supervisor: it resolves what is stuck as far as a look at the shelf can, and closes the pickups."""

import re
from collections import Counter
from dataclasses import dataclass

from app.robot.eyes import Glance
from app.robot.hands import Hands
from app.robot.questions import understand
from app.robot.trouble import NotUnderstoodError
from app.robot.warehouse import Warehouse

_CHOICE = re.compile(r"(\d) ([a-z ]+?)(?=\s+\d |\s*$|…)")
_KINDS = (
    *("order held", "no stock", "short pick", "wrong stock", "blocked location", "damaged", "unexplained"),
    *("put back", "tote conflict", "hospital", "no carrier", "label unreadable", "label failed"),
    *("tour overdue", "no movement", "delivery trouble", "event refused", "clock off", "unknown barcode"),
    "serial twice",
)
_GOOD_FIXES = ("count", "recheck", "retry label", "write off", "unblock", "put back", "done", "ship part")
"""What a robot can do about something, in the order in which it tries."""
_REASON = "seen by the robot"
_ANSWER_S = 5.0
_MOST = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One exception as it is painted."""

    kind: str
    row: str
    detail: str

    @property
    def key(self) -> str:
        """What tells it from others."""
        return f"{self.row} {self.detail}"


class Supervisor:
    """Works the exception view."""

    def __init__(self, hands: Hands, warehouse: Warehouse) -> None:
        self._hands = hands
        self._warehouse = warehouse
        self.seen: Counter[str] = Counter()
        """Exceptions by kind."""
        self.left: Counter[str] = Counter()
        """Those that the robot could not resolve, by kind."""
        self.held: Counter[str] = Counter()
        """Orders that are held, by the words that say why."""
        self.manifests = 0
        self._tried: dict[str, set[str]] = {}
        self._known: set[str] = set()

    # --- the inbox -------------------------------------------------------------------------------------------

    def resolve_all(self) -> int:
        """Resolve what can be resolved; how many were."""
        resolved = 0
        self.left.clear()
        glance = self._at_inbox()
        for _ in range(_MOST):
            if understand(glance.ask).kind != "desk_inbox":
                return resolved
            entry = _marked(glance)
            if entry.key not in self._known:
                self._known.add(entry.key)
                self.seen[entry.kind] += 1
                if entry.kind == "order_held":
                    self.held[entry.detail] += 1
            if self._resolve(entry):
                resolved += 1
                glance = self._after(entry) or glance
                continue
            self.left[entry.kind] += 1
            self._hands.press("Down")
            glance = self._hands.look()
            if _marked(glance).key == entry.key:
                return resolved
        raise NotUnderstoodError(f"the inbox does not get shorter after {_MOST} entries", glance)

    def _at_inbox(self) -> Glance:
        for _ in range(4):
            glance = self._hands.look()
            if understand(glance.ask).kind in {"desk_inbox", "desk_empty"}:
                return glance
            self._hands.press("F7")
        raise NotUnderstoodError("the list of what is stuck does not come", self._hands.look())

    def _after(self, entry: Entry) -> Glance | None:
        """The list once a resolved entry is gone from it."""
        return self._hands.wait_for(lambda seen: _marked(seen).key != entry.key, _ANSWER_S)

    def _resolve(self, entry: Entry) -> bool:
        """Take the marked entry and do what can be done; whether it is resolved."""
        self._hands.press("Enter")
        glance = self._hands.look()
        question = understand(glance.ask)
        if question.kind == "desk_fix":
            fix = self._choose(entry, question["fixes"])
            if not fix:
                self._hands.press("F7")
                return False
            self._hands.type(fix)
            glance = self._hands.look()
            question = understand(glance.ask)
        if question.kind == "desk_quantity":
            counted = self._counted(entry, glance)
            if counted is None:
                self._hands.press("F7")
                return False
            self._hands.type(str(counted))
            glance = self._hands.look()
            question = understand(glance.ask)
        if question.kind != "desk_reason":
            self._hands.press("F7")
            return False
        self._hands.type(_REASON)
        return self._central_says_yes()

    def _choose(self, entry: Entry, fixes: str) -> str:
        """The number of the next fix to try for this entry; empty when all that a robot can do was tried."""
        offered: dict[str, str] = {name.strip(): number for number, name in _CHOICE.findall(fixes)}
        tried = self._tried.setdefault(entry.key, set())
        for name in _GOOD_FIXES:
            if name in offered and name not in tried:
                tried.add(name)
                return offered[name]
        return ""

    def _counted(self, entry: Entry, glance: Glance) -> int | None:
        """Go there and count: the location and the item stand somewhere in the entry's words."""
        for told in (glance.detail, f"{entry.detail} {entry.row}", " ".join(glance.lines)):
            words = set(re.split(r"[\s,;()]+", told))
            words |= {word.rstrip(".:") for word in words}
            places = [code for code in self._warehouse.places if code in words]
            skus = [sku for sku in self._warehouse.items if sku in words]
            if len(places) == 1 and len(skus) == 1:
                lots = {
                    lot for sku, lot in self._warehouse.bins[places[0]] if sku == skus[0] and lot in words
                }
                lot = lots.pop() if len(lots) == 1 else ""
                return self._warehouse.there(places[0], skus[0], lot)
        return None

    def _central_says_yes(self) -> bool:
        glance = self._hands.wait_for(
            lambda seen: seen.answer is not None and seen.answer.word != "WAIT", _ANSWER_S
        )
        return glance is not None and glance.answer is not None and glance.answer.word == "OK"

    # --- manifests -------------------------------------------------------------------------------------------

    def close_manifests(self) -> None:
        """Close the pickup of every carrier that has parcels."""
        self._at_inbox()
        for _ in range(8):
            if "wait for their pickup" in self._hands.press("Tab").words:
                break
        else:
            return
        for _ in range(_MOST):
            shown = self._hands.wait_for(lambda seen: understand(seen.ask).kind == "desk_manifests", 2.0)
            if shown is None:
                break
            self._hands.press("Enter")
            self._hands.type("1")
            if not self._central_says_yes():
                break
            self.manifests += 1
            self._hands.wait_for(lambda seen, before=shown.rows: seen.rows != before, _ANSWER_S)  # type: ignore[misc]
        self._hands.press("F7")


def _marked(glance: Glance) -> Entry:
    row = next((row for row in glance.rows if row.startswith("▶")), "")
    kind = next((kind for kind in _KINDS if f" {kind}" in row), "not readable")
    return Entry(kind.replace(" ", "_"), re.sub(r" \[.*?\]", "", row), glance.detail)
