"""Facts outlive versions: what a released Storehand journaled is read by every later one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.model.facts.codec import FACT_TYPES, UnknownFactError, decode, encode

GOLDEN = Path(__file__).parent / "golden"
RELEASED = {path.name: path.read_text(encoding="utf-8").splitlines() for path in GOLDEN.glob("facts-*.jsonl")}
NEWEST = max(RELEASED)


@pytest.mark.parametrize("release", sorted(RELEASED))
def test_what_a_released_version_journaled_is_still_read(release: str) -> None:
    for envelope in RELEASED[release]:
        recorded = decode(envelope)
        assert json.loads(envelope)["type"] == recorded.fact.TYPE


def test_what_this_version_reads_it_writes_again_byte_for_byte() -> None:
    for envelope in RELEASED[NEWEST]:
        if json.loads(envelope)["v"] == FACT_TYPES[json.loads(envelope)["type"]].VERSION:
            assert encode(decode(envelope)) == envelope


def test_every_fact_of_this_version_has_its_golden_line() -> None:
    assert {json.loads(envelope)["type"] for envelope in RELEASED[NEWEST]} == set(FACT_TYPES)


def test_a_field_from_the_future_is_passed_over() -> None:
    told = json.loads(next(line for line in RELEASED[NEWEST] if '"type":"picked"' in line))
    before = decode(json.dumps(told))
    told["body"]["colour_of_the_sky"] = "blue"
    assert decode(json.dumps(told)).fact == before.fact


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "levitated"}, "fact.unknown_type"),
        ({"v": 99}, "fact.newer_version"),
        ({"body": {}}, "fact.malformed"),
        ({"at": "2026-11-22T06:30:00"}, "fact.malformed"),
        ({"seq": "many"}, "fact.malformed"),
    ],
)
def test_what_cannot_be_a_fact_is_refused_by_its_code(change: dict[str, object], code: str) -> None:
    told = json.loads(next(line for line in RELEASED[NEWEST] if '"type":"picked"' in line))
    with pytest.raises(UnknownFactError) as refused:
        decode(json.dumps({**told, **change}))
    assert refused.value.code == code


@pytest.mark.parametrize("nonsense", ["", "{", "[]", "null", "[" * 5000, '{"seq": 1}', "\x00"])
def test_nonsense_is_refused_and_never_a_crash(nonsense: str) -> None:
    with pytest.raises(UnknownFactError):
        decode(nonsense)
