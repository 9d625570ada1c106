"""The database that a command works on: opened, checked or brought to this release, with its site."""

import argparse
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, inspect, make_url, select, update
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError

from app.central import catalogue, migrate, schema
from app.central.store import Store, Tx
from app.cli.failing import CommandError
from app.cli.settings import database_url, made_folder, own_database, settings_for, site_of
from config.rates import load_rates

if TYPE_CHECKING:
    from app.model.rates import RateBook
    from config.settings import Settings

DEMO_PREFIX = "4099999"
"""A made-up GS1 company prefix, for those who have none yet."""

_DRIVERS = {"sqlite", "postgres", "postgresql", "postgresql+psycopg"}
_FAULTS = (DataError, IntegrityError, ProgrammingError)
"""What is wrong with the program and not with the database, but for a right that it lacks."""
_NO_RIGHT = "42501"


@contextmanager
def opened(arguments: argparse.Namespace, *, make: bool = False) -> Iterator[tuple[Store, str]]:
    """The store and the site of this command; ``make`` also makes the database and the site where they are new."""
    settings = settings_for(arguments)
    url, site = database_url(arguments, settings), site_of(arguments, settings)
    with in_words(url):
        store = prepared(url, site, settings) if make else found(url, site)
        try:
            yield store, site
        finally:
            store.close()


def prepared(url: str, site: str, settings: "Settings") -> Store:
    """The database of a URL at this release; its site is made where it is new."""
    _usable(url)
    if url == own_database(settings.home):
        made_folder(settings.home)
    store = Store(url)
    try:
        _check_revision(store, may_move=True)
        migrate.upgrade(url)
        prefix = settings.central.gs1_prefix or DEMO_PREFIX
        migrate.create_site(store, site, site, prefix, settings.site_rules(site), services(settings))
    except BaseException:
        store.close()
        raise
    return store


def found(url: str, site: str) -> Store:
    """The database of a URL as it is, which must be of this release and have the site."""
    file = _usable(url).database or ""
    if url.startswith("sqlite") and not Path(file).exists():
        raise CommandError("database.none", database=shown(url))
    store = Store(url)
    try:
        _check_revision(store, may_move=False)
        _check_site(store, site)
    except BaseException:
        store.close()
        raise
    return store


def keep_rules(store: Store, site: str, settings: "Settings") -> None:
    """Have the site's rules, services and number prefix as the settings say: what was set since it was made."""
    wanted, offered = settings.site_rules(site), frozenset(services(settings))
    prefix = settings.central.gs1_prefix

    def keep(tx: Tx) -> None:
        if catalogue.settings(tx) != wanted or catalogue.services(tx) != offered:
            catalogue.save_settings(tx, wanted, offered)
        table = schema.site
        if prefix:
            tx.conn.execute(update(table).where(table.c.site == tx.site).values(gs1_prefix=prefix))

    store.write(site, keep)


def rate_book(settings: "Settings") -> "RateBook":
    """The rate cards of the settings, else the demo carriers."""
    folder = settings.central.rate_cards
    return load_rates(Path(folder)) if folder else load_rates()


def services(settings: "Settings") -> Collection[str]:
    """What an order may ask for."""
    return rate_book(settings).askable()


# --- which database, and what is wrong with it ---------------------------------------------------------------


def _usable(url: str) -> URL:
    """The URL, where it names a database that a central can be on."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise CommandError("database.wrong_url", database=_without_secrets(url)) from error
    if parsed.drivername not in _DRIVERS:
        raise CommandError("database.wrong_url", database=shown(url))
    if parsed.drivername == "sqlite" and (not parsed.database or parsed.database == ":memory:"):
        raise CommandError("database.wrong_url", database=shown(url))
    return parsed


def shown(url: str) -> str:
    """A database as people may see it: no password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return _without_secrets(url)


def _without_secrets(url: str) -> str:
    start, at, rest = url.rpartition("@")
    return f"{start.partition('//')[0]}//…@{rest}" if at else rest


def _check_revision(store: Store, *, may_move: bool) -> None:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    name = shown(store.url)
    with store.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        tables = inspect(connection).get_table_names()
    script = ScriptDirectory.from_config(migrate.configuration())
    known = {revision.revision for revision in script.walk_revisions()}
    if current is None and tables:
        listed = ", ".join(sorted(tables)[:3])
        raise CommandError("database.foreign", database=name, tables=listed)
    if current is not None and current not in known:
        raise CommandError("database.newer", database=name, revision=current)
    if may_move or current == script.get_current_head():
        return
    raise CommandError("database.empty" if current is None else "database.older", database=name)


def _check_site(store: Store, site: str) -> None:
    with store.engine.connect() as connection:
        sites = list(connection.execute(select(schema.site.c.site).order_by(schema.site.c.site)).scalars())
    if site not in sites:
        listed = ", ".join(sites) or "none"
        raise CommandError("database.no_site", database=shown(store.url), site=site, sites=listed)


@contextmanager
def in_words(url: str) -> Iterator[None]:
    """What a database says when it cannot be used, in words that a person can act on."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, _FAULTS) and getattr(error.orig, "sqlstate", "") != _NO_RIGHT:
            raise
        reason = str(error.orig).partition("\n")[0].rstrip(".")
        raise CommandError(_code_of(error), database=shown(url), reason=reason) from error


def _code_of(error: DBAPIError) -> str:
    said = str(error.orig)
    if "sqlite" in type(error.orig).__module__:
        for mark, code in (
            ("not a database", "database.broken"),
            ("malformed", "database.broken"),
            ("unable to open", "database.no_file"),
            ("readonly", "database.no_file"),
            ("locked", "database.busy"),
        ):
            if mark in said:
                return code
        return "database.failed"
    connected = getattr(error.orig, "sqlstate", None) is not None
    return "database.failed" if connected else "database.unreachable"
