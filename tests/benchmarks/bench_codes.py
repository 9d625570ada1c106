"""GS1 values judged by two: Storehand's table and libzint, which has GS1's rules in C; and what reading a scan costs.

``make bench ARGS='-k codes'``. CODES=1000000 compares more (default 100000). Prints how many values both accept, both
refuse, and where they differ; fails where they differ on anything but what libzint is known not to do.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter

import zint
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from devices.codes import read
from devices.codes.elements import wrong
from devices.codes.identifiers import identifier, identifiers
from tests.devices.codes.labels import value_of

COMPARED = int(os.environ.get("CODES", "100000"))
SEEDS = 4
"""So many right values of each AI are drawn; what is compared are small changes of them."""

NEWER = frozenset({"717", "8040", "8041", "8042", "8043"})
"""AIs that are not in the table of zint-bindings 1.2.2 yet."""

_LETTERS = "0123456789ABz%-/=_ ~#"
GTIN = "09506000134352"
SCANS = {
    "a case label": f"]C101{GTIN}17280200109AB-1\x1d21S/7",
    "a pallet label": f"]C10037610425002123456902{GTIN}3748\x1d10LOT-7",
    "a lost separator": f"]C101{GTIN}10AB-1217",
    "a Digital Link": f"]Q1https://a.example/01/{GTIN}/10/AB/21/X7?17=280101",
    "an EAN": "]E09506000134352",
    "a tote": "T-101",
    "digits that could be anything": f"]d201{GTIN}17280201{'10' * 10}\x1d21{'2110' * 5}",
}


def right_values() -> list[tuple[str, str]]:
    """Some right values of every AI that both know."""
    drawn: list[tuple[str, str]] = []

    @settings(
        max_examples=SEEDS * len(identifiers()),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from([one for one in identifiers() if one not in NEWER]), st.data())
    def draw(digits: str, data: st.DataObject) -> None:
        drawn.append((digits, data.draw(value_of(digits))))

    draw()
    return drawn


def changed(value: str, dice: random.Random) -> str:
    """The same value, or with one letter exchanged, left out or put in, or cut short."""
    letters = list(value)
    at = dice.randrange(len(letters))
    match dice.randrange(6):
        case 0 | 1:
            letters[at] = dice.choice(_LETTERS)
        case 2:
            del letters[at]
        case 3:
            letters.insert(at, dice.choice(_LETTERS))
        case 4:
            del letters[at:]
        case _:
            pass
    return "".join(letters)


def zint_refuses(digits: str, value: str) -> str:
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.DATAMATRIX
    symbol.warn_level = zint.WarningLevel.FAIL_ALL
    symbol.input_mode = zint.InputMode.GS1
    try:
        symbol.encode(f"[{digits}]{value}")
    except Exception as error:  # noqa: BLE001 zint has many
        return str(error)
    return ""


def known_to_differ(digits: str) -> bool:
    """Zint takes a lone zero where GS1 wants none in front (8011), and what stands behind a whole coupon (8110)."""
    return digits in {"8011", "8110"}


def test_codes_agree_with_zint() -> None:
    dice = random.Random(1)
    pool = right_values()
    verdicts: Counter[str] = Counter()
    differ: list[str] = []
    for _ in range(COMPARED):
        digits, value = dice.choice(pool)
        value = changed(value, dice)
        known = identifier(digits)
        assert known is not None
        if not value:
            continue
        ours, theirs = wrong(value, known), zint_refuses(digits, value)
        verdicts[
            "both refuse" if ours and theirs else "both accept" if not (ours or theirs) else "differ"
        ] += 1
        if bool(ours) != bool(theirs) and not (known_to_differ(digits) and ours):
            differ.append(f"({digits}){value}: {ours or 'accepted'} / {theirs or 'accepted'}")
    print(f"\n{COMPARED} values: {dict(verdicts)}")
    assert differ == []


def test_codes_are_read_in_time() -> None:
    print()
    for name, written in SCANS.items():
        raw, times = written.encode(), 1000
        read(raw)
        began = time.process_time()
        for _ in range(times):
            read(raw)
        print(f"{name}: {(time.process_time() - began) / times * 1e6:.0f} µs CPU")
