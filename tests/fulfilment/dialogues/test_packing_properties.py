"""Whatever is scanned, pressed and typed at a bench in whatever order: what must hold holds."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.model.answers import Command, Entry, LentChanged, Pressed, Typed
from app.model.facts import ParcelWeighed, UnitRejected, UnitVerified, VerifyUndone
from tests.fulfilment.dialogues.packing_bench import JOBS, SSCC, Bench, label, scan

CODES = [
    *(tote.code for job in JOBS for tote in job.totes),
    *(job.order for job in JOBS),
    *("tee-m", "tee-l", "mug", "milk", "phone", "screw", "screw-case"),
    *("BOX-S", "BOX-L", "HOSP-1", "DROP-1", "L1", "L2", "T7B", "FREE", "nonsense", ""),
]
scans = st.builds(scan, st.sampled_from(CODES), lot=st.sampled_from(["", "", "L1", "L2", "L9"]))
labels = st.builds(lambda n: scan(sscc(n), sscc=sscc(n)), st.integers(1, 6))
keys = st.builds(Pressed, st.sampled_from(list(Command)))
lines = st.builds(Typed, st.sampled_from(["", "1", "2", "3", "6", "12", "300", "500", "720", "torn"]))
news = st.just(LentChanged())


def sscc(number: int) -> str:
    return f"{SSCC[:-3]}{number:03}"


def bring_labels(bench: Bench) -> None:
    """What the central would do about every parcel that was weighed."""
    for fact in bench.facts:
        if isinstance(fact, ParcelWeighed):
            number = int(fact.parcel.removeprefix("P"))
            bench.known.learn("label", fact.parcel, label(fact.parcel, sscc(number), order=fact.order))


def next_scan(bench: Bench) -> Entry:
    """What a good packer would do next, so that random shifts get far."""
    parcel = bench.state.parcel
    match bench.prompt.step:
        case "verify" if parcel is not None:
            unit = parcel.left()[0]
            return scan(unit.sku.lower(), lot=unit.lot)
        case "weigh":
            return Typed(str(bench.right_weight()))
        case "scan_label" if parcel is not None:
            return scan(parcel.sscc, sscc=parcel.sscc)
        case "protect":
            return Typed("1")
        case "queue" if bench.prompt.rows:
            return scan(bench.prompt.rows[0].key)
        case "await_label":
            bring_labels(bench)
            return LentChanged()
        case _:
            return Pressed(Command.BACK)


@given(st.lists(st.one_of(st.none(), st.none(), scans, labels, keys, lines, news), max_size=80))
def test_a_whole_shift_of_anything_keeps_every_promise(entries: list[Entry | None]) -> None:
    bench = Bench()
    before = bench.state
    for entry in entries:
        code = bench.do(next_scan(bench) if entry is None else entry)
        verdict = bench.last.verdict
        if verdict is not None and verdict.tone.value == "bad":
            assert replace(bench.state, asking=None) == replace(before, asking=None), code
        before = bench.state
    assert bench.after_a_crash() == bench.without_question()
    assert_units_add_up(bench)


def assert_units_add_up(bench: Bench) -> None:
    """No tote ever gives more than what lay in it."""
    taken: dict[tuple[str, int, str, str], int] = {}
    for fact in bench.facts:
        if isinstance(fact, UnitVerified | UnitRejected | VerifyUndone):
            key = (fact.tote, fact.line, fact.sku, fact.lot)
            sign = -1 if isinstance(fact, VerifyUndone) else 1
            taken[key] = taken.get(key, 0) + sign * fact.quantity
    lay = {
        (tote.code, content.line, content.sku, content.lot): content.quantity
        for job in JOBS
        for tote in job.totes
        for content in tote.contents
    }
    assert all(0 <= quantity <= lay[key] for key, quantity in taken.items())


def test_a_good_packer_empties_the_queue_but_for_what_cannot_be_packed() -> None:
    bench = Bench()
    for hindered in ("ORD-4", "ORD-5", "ORD-6", "ORD-7", "ORD-8"):
        bench.known.learn("pack_job", hindered, None)
    for _ in range(200):
        if bench.prompt.step == "queue" and not bench.prompt.rows:
            break
        bench.do(next_scan(bench))
    assert bench.prompt.rows == ()
    assert sum(1 for fact in bench.facts if type(fact).__name__ == "ParcelClosed") == 5
