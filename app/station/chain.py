"""The hash chain through a journal, as ``app.model.wire.Upload`` describes it."""

import hashlib
import json
from typing import NamedTuple

NO_HASH = bytes(32)
"""What stands before the first event."""


class Row(NamedTuple):
    """One journal row: its number, the envelope byte for byte, and the chain's hash up to and with it."""

    seq: int
    envelope: str
    hash: bytes


def link(previous: bytes, envelope: str) -> bytes:
    """The chain's next hash: SHA-256 over the previous one and the envelope's UTF-8 bytes."""
    return hashlib.sha256(previous + envelope.encode()).digest()


def numbered_anew(rows: list[Row]) -> list[Row]:
    """The same events as a chain of their own, numbered from 1."""
    anew: list[Row] = []
    chain = NO_HASH
    for seq, row in enumerate(rows, 1):
        outer = json.loads(row.envelope) | {"seq": seq}
        envelope = json.dumps(outer, separators=(",", ":"), ensure_ascii=False)
        chain = link(chain, envelope)
        anew.append(Row(seq, envelope, chain))
    return anew
