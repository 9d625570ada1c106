"""The database of a release: made and moved on by numbered revisions, and the sites in it."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.central import catalogue, schema
from app.central.refusal import ApiError
from app.central.store import Store, Tx, insert_new
from app.model.floor import Floor
from app.model.known import SiteSettings

if TYPE_CHECKING:
    from alembic.config import Config

_ONE_AT_A_TIME = 5_702_734_651
"""Any number that nobody else locks in this database."""


def upgrade(url: str) -> None:
    """Bring a database to this release; harmless when it is there."""
    from alembic import command

    store = Store(url)
    try:
        with store.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        store.close()


def configuration() -> "Config":
    """Alembic's settings; the revisions lie beside this file, in a checkout and when installed."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config


def create_site(
    store: Store,
    site: str,
    name: str,
    gs1_prefix: str,
    settings: SiteSettings | None = None,
    services: Collection[str] = (),
) -> bool:
    """Make a site, unless it is there; whether it is new.

    ``gs1_prefix`` is the GS1 company prefix for parcel numbers; ``services`` is what orders may ask for.

    Raises:
        ApiError: 422 ``site.wrong_id`` or ``site.wrong_prefix``.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", site):
        raise ApiError(422, "site.wrong_id", site=site)
    if not re.fullmatch(r"[0-9]{4,12}", gs1_prefix):
        raise ApiError(422, "site.wrong_prefix", prefix=gs1_prefix)

    def make(tx: Tx) -> bool:
        row = {
            "site": site,
            "name": name,
            "incarnation": tx.new_id(),
            "gs1_prefix": gs1_prefix,
            "settings": {},
        }
        if not insert_new(tx.conn, schema.site, row):
            return False
        catalogue.save_settings(tx, settings or SiteSettings(name=name), services)
        tx.publish("floor", "floor", catalogue.plain_floor(Floor()))
        return True

    return store.write(site, make)
