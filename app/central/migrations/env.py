"""Alembic's entry: migrations run on the connection that ``app.central.migrate`` hands over."""

from typing import Any, Literal, cast

from alembic import context
from sqlalchemy import String

from app.central import schema


def _plain(kind: str, thing: Any, autogen: Any) -> str | Literal[False]:
    """In revisions our own types are written as the text columns that they are."""
    if kind == "type" and isinstance(thing, schema.Instant | schema.Day):
        return f"sa.String(length={cast('String', thing.impl_instance).length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    render_item=_plain,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
