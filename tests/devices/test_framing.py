"""Cutting what a scanner sends into scans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.framing import FRAMINGS, LONGEST_FRAME, Framer, Framing

FRAMING_KINDS = [
    *FRAMINGS.values(),
    Framing((b"\r",), prefix=b"~"),
    Framing((b"##", b"\r"), prefix=b"<<"),
    Framing((b"\r\n", b"\n"), prefix=b"\x02\x02"),
    Framing((b"aab",)),
]
STREAMS = st.lists(
    st.sampled_from(
        [b"\r", b"\n", b"\t", b"\x02", b"\x03", b"~", b"<", b"#", b"a", b"b", b"]C1", b"\x1d", b"\xff"]
    )
).map(b"".join)


def cut(framing: Framing, *pieces: bytes) -> tuple[list[bytes], int]:
    framer = Framer(framing)
    frames = [frame for piece in pieces for frame in framer.feed(piece)]
    return frames, framer.dropped


def brute_force(framing: Framing, stream: bytes) -> tuple[list[bytes], int]:
    """Go through the stream byte by byte, with the same promises."""
    frames: list[bytes] = []
    dropped = 0
    start: int | None = None if framing.prefix else 0
    at = 0
    while at < len(stream):
        suffix = next((each for each in framing.suffixes if stream.startswith(each, at)), b"")
        prefix = bool(framing.prefix) and stream.startswith(framing.prefix, at)
        if start is None:
            at += len(framing.prefix) if prefix else 1
            start = at if prefix else None
        elif suffix:
            if at > start:
                frames.append(stream[start:at])
            at += len(suffix)
            start = None if framing.prefix else at
        elif prefix and framing.begins_anew:
            dropped += at > start
            at += len(framing.prefix)
            start = at
        else:
            at += 1
    return frames, dropped


@given(st.sampled_from(FRAMING_KINDS), STREAMS, st.data())
def test_however_the_stream_is_split_the_scans_are_the_same(
    framing: Framing, stream: bytes, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    expected = brute_force(framing, stream)
    assert cut(framing, stream) == expected
    assert cut(framing, *pieces) == expected
    assert cut(framing, *(stream[at : at + 1] for at in range(len(stream)))) == expected


@given(
    st.sampled_from(["line", "crlf", "stx"]),
    st.lists(st.integers(LONGEST_FRAME - 2, LONGEST_FRAME + 3), min_size=1, max_size=4),
    st.integers(1, 5000),
)
def test_at_the_limit_too_the_scans_do_not_depend_on_the_split(
    name: str, lengths: list[int], step: int
) -> None:
    framing = FRAMINGS[name]
    stream = b"".join(framing.prefix + b"x" * length + framing.suffixes[0] for length in lengths)
    frames, dropped = cut(framing, *(stream[at : at + step] for at in range(0, len(stream), step)))
    assert [len(frame) for frame in frames] == [length for length in lengths if length <= LONGEST_FRAME]
    assert dropped == sum(length > LONGEST_FRAME for length in lengths)


def test_cr_lf_or_both_end_a_line_and_empty_scans_are_none() -> None:
    assert cut(FRAMINGS["line"], b"A\rB\nC\r\nD\r\r\n\n") == ([b"A", b"B", b"C", b"D"], 0)


def test_a_code_keeps_its_lone_cr_where_crlf_is_the_suffix() -> None:
    assert cut(FRAMINGS["crlf"], b"A\rB\r", b"\nC") == ([b"A\rB"], 0)


def test_between_stx_and_etx_a_code_may_contain_anything() -> None:
    assert cut(FRAMINGS["stx"], b"\x02]C110L\x1d\r\n21S\x03") == ([b"]C110L\x1d\r\n21S"], 0)


def test_noise_between_scans_is_left_out_where_there_is_a_prefix() -> None:
    assert cut(FRAMINGS["stx"], b"\x00noise\x02A\x03more\x03\x02B\x03") == ([b"A", b"B"], 0)


def test_a_scan_that_lost_its_end_is_dropped_and_told_and_the_next_is_whole() -> None:
    assert cut(FRAMINGS["stx"], b"\x02LOST\x02WHOLE\x03") == ([b"WHOLE"], 1)


def test_a_printable_prefix_may_come_again_inside_a_code() -> None:
    assert cut(Framing((b"\r",), prefix=b"~"), b"~A~B\r") == ([b"A~B"], 0)


def test_an_endless_scan_takes_no_memory_and_spoils_only_itself() -> None:
    framer = Framer(FRAMINGS["line"])
    for _ in range(1000):
        assert framer.feed(b"x" * 1000) == []
    assert len(framer._buffer) <= LONGEST_FRAME
    assert framer.feed(b"\rNEXT\r") == [b"NEXT"]
    assert framer.dropped == 1


@pytest.mark.parametrize(
    ("suffixes", "prefix"),
    [
        ((), b""),
        ((b"",), b""),
        ((b"\r", b"\r\n"), b""),
        ((b"abc", b"b"), b""),
        ((b"\r",), b"\r"),
        ((b"\r\n",), b"\r"),
    ],
)
def test_a_framing_that_cannot_work_is_refused(suffixes: tuple[bytes, ...], prefix: bytes) -> None:
    with pytest.raises(ValueError):
        Framing(suffixes, prefix)
