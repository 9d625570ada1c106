"""The table of application identifiers says what GS1 says."""

import hashlib
import re
from pathlib import Path

import pytest

from devices.codes.identifiers import TABLE, Row, identifier, identifiers

DICTIONARY = Path(__file__).parents[4] / "shared" / "data" / "gs1" / "gs1-syntax-dictionary.txt"
"""GS1's Barcode Syntax Dictionary (Apache-2.0), which lies beside the project and is no part of it."""

OF_GS1 = "cc00ac651c385aa809891de88b5743daf9d0c94ada905f978bc4990ad61030b0"
"""SHA-256 of GS1's own rows in the form of ``listing``, made from the dictionary as of 2025."""


def listing(table: dict[str, Row]) -> str:
    return "\n".join(
        "\t".join(
            (
                span,
                row.title,
                row.shape,
                "*" * row.fixed + "?" * row.attribute,
                row.requires,
                row.excludes,
                "-" if row.path is None else row.path,
            )
        )
        for span, row in sorted(table.items())
    )


def dictionary() -> dict[str, Row]:
    table = {}
    for line in DICTIONARY.read_text().splitlines():
        match = re.match(r"(\d\S*)\s+([*?]*)\s*(.*?)(?:\s+#\s*(.*))?$", line)
        if match is None:
            continue
        span, flags, words, title = match.groups()
        said: dict[str, str] = {}
        shape = []
        for word in words.split():
            name, _, value = word.partition("=")
            if name in {"req", "ex", "dlpkey"}:
                said[name] = value.replace(",", " ").replace("|", " | ")
            else:
                shape.append(word)
        table[span] = Row(
            title or "",
            " ".join(shape),
            fixed="*" in flags,
            attribute="?" in flags,
            requires=said.get("req", ""),
            excludes=said.get("ex", ""),
            path=said.get("dlpkey"),
        )
    return table


def test_the_table_is_what_gs1_published() -> None:
    assert hashlib.sha256(listing(TABLE).encode()).hexdigest() == OF_GS1


@pytest.mark.skipif(
    not DICTIONARY.exists(), reason="GS1's dictionary does not lie beside the project: ../shared/data/gs1"
)
def test_the_table_is_gs1s_dictionary_row_by_row() -> None:
    assert dictionary() == TABLE


def test_every_assigned_identifier_can_be_used() -> None:
    assert len(identifiers()) == 541
    for digits in identifiers():
        known = identifier(digits)
        assert known is not None
        assert known.parts, digits
        assert known.longest <= 90


def test_identifiers_that_begin_alike_are_equally_long() -> None:
    lengths: dict[str, set[int]] = {}
    for digits in identifiers():
        lengths.setdefault(digits[:2], set()).add(len(digits))
    assert all(len(found) == 1 for found in lengths.values())


@pytest.mark.parametrize("digits", ["", "0", "011", "800", "05", "89", "3106", "ab", "²1"])
def test_what_gs1_did_not_assign_is_none(digits: str) -> None:
    assert identifier(digits) is None
