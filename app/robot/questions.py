"""The questions that a terminal asks, as the robot understands them: it reads the one line that asks."""

import re
from dataclasses import dataclass

_PATTERNS = {
    # signing
    "badge": r"Scan your badge to sign in",
    "unlock": r"Locked\. (?P<name>.+): scan your badge to go on",
    "pin": r"(?P<name>.+): type your PIN",
    "leave_or_pass": r"(?P<name>.+): scan your badge again to leave",
    # picking
    "any_cart": r"Scan a cart to get a tour",
    "urgent": r"Type 1 to take urgent order (?P<order>\S+) along",
    "take_over": r"Scan cart (?P<cart>\S+) again to take the tour over",
    "cart": r"Scan cart (?P<cart>\S+)",
    "empty_tote": r"Scan an empty tote for slot (?P<slot>\d+)",
    "box": r"Take a (?P<carton>\S+) for slot (?P<slot>\d+) and scan the code on it",
    "brought_tote": r"Scan tote (?P<tote>\S+) from (?P<place>\S+) for slot (?P<slot>\d+)",
    "short_again": r"Scan location (?P<location>\S+) again: (?P<found>\d+) found",
    "location": r"Scan location (?P<location>\S+)$",
    "item": r"Scan item SKU (?P<sku>\S+) (?P<name>.+?)(?:: (?P<number>\d+) of (?P<of>\d+)|…)$",
    "lot": r"Scan lot (?P<lot>\S+)$",
    "zero_check": r"Is (?P<location>\S+) empty\?",
    "serial": r"Scan the serial number of ",
    "drop_tote": r"Scan tote (?P<tote>\S+) to drop it",
    "tote": r"Scan tote (?P<tote>\S+): (?P<quantity>\d+) for (?:order (?P<order>\S+)|\d+ orders)",
    "buffer": r"Scan buffer (?P<place>\S+) for tote (?P<tote>\S+)",
    "undo_pick": r"Type which pick goes back|Type 1 to take this pick back",
    "put_down": r"Type \d to leave the tour on cart",
    "drop_place": r"Scan drop place for tote (?P<tote>\S+)",
    "found": r"Type how many were found: (?P<least>\d+) to (?P<most>\d+)",
    "damaged": r"Type how many are damaged",
    "how_many": r"Type how many: (?P<least>\d+) to (?P<most>\d+)",
    "blocked": r"Type (?P<answer>\d) to confirm that location (?P<location>\S+) is blocked",
    "sku": r"Type SKU (?P<sku>\S+) from the item",
    "problem": r"Type 1 short, 2 damaged|Type 4 if location",
    # packing
    "queue": r"Scan a tote, an order or a parcel label",
    "unit": r"Scan each unit, for example (?P<name>.+) from tote (?P<tote>\S+)\.|Scan each unit",
    "unit_lot": r"Scan the lot label of (?P<name>.+)\.",
    "pack_quantity": r"How many (?P<name>.+?) are in the parcel|How many ",
    "pack_problem": r"1 damaged, 2 missing",
    "which_damaged": r"Scan the damaged unit",
    "which_missing": r"Scan another unit of the missing item",
    "hospital": r"Order (?P<order>\S+) is short\. (?:Bring|Put)",
    "put_back": r"Order (?P<order>\S+) is cancelled",
    "carton": r"Scan the code of the carton",
    "wrap": r"Wrap the fragile units",
    "weight": r"Close the box, weigh it",
    "weight_again": r"(?P<weight>\d+) g is not what it should weigh",
    "label_awaited": r"The label of order (?P<order>\S+) is being made|No network: order (?P<offline>\S+) is awaiting",
    "no_label": r"Order (?P<order>\S+) gets no label",
    "label": r"Stick the label with SSCC (?P<sscc>\d{18})",
    "card": r"Reprint the label with F12",
    # the supervisor's desk
    "desk_inbox": r"Enter takes the marked one",
    "desk_empty": r"Nothing here\. Tab shows the next list",
    "desk_list": r"Enter: release, hold or cancel|Enter takes the marked tour|The terminals of this site",
    "desk_manifests": r"Enter closes the pickup of the marked carrier",
    "desk_stock": r"Enter or F3 sets the counted quantity",
    "desk_fix": r"What to do\? (?P<fixes>.+)",
    "desk_quantity": r"Type how many were counted there",
    "desk_sku": r"Type or scan the SKU",
    "desk_reason": r"(?P<fix>.+): type why\.$",
    "desk_manifest": r"Close the manifest of (?P<carrier>\S+)\? Type 1",
    "desk_other": r"Order \S+: 1 release|Take tour|Tote \S+ is empty|Which SKU is|Label of parcel",
}
_QUESTIONS = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with what the sentence says; ``kind`` is empty for a sentence that the robot does not know."""

    kind: str
    said: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.said.get(name, "")


def understand(ask: str) -> Question:
    """The question that a line asks."""
    for kind, pattern in _QUESTIONS.items():
        found = pattern.match(ask)
        if found is not None:
            return Question(kind, {name: text for name, text in found.groupdict().items() if text})
    return Question("", {})


_BEFORE_WORK = frozenset({"badge", "unlock", "pin", "leave_or_pass"})


def is_about_signing(question: Question) -> bool:
    """Whether somebody must sign in before there is work."""
    return question.kind in _BEFORE_WORK
