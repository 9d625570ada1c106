"""The log of what people asked for by request: who, where, what, why."""

from app.central import schema
from app.central.store import Tx


def note(tx: Tx, operator: str, station: str, action: str, subject: str, reason: str = "") -> None:
    """Write down that somebody intervened."""
    tx.conn.execute(
        schema.intervention.insert().values(
            site=tx.site,
            id=tx.new_id(),
            at=tx.now,
            operator=operator,
            station=station,
            action=action,
            subject=subject,
            reason=reason,
        )
    )
