"""The database that a command works on: opened, brought to this release, with its site."""

import argparse
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.central import migrate
from app.central.store import Store
from app.cli.settings import database_url, settings_for, site_of
from config.rates import load_rates

if TYPE_CHECKING:
    from app.model.rates import RateBook
    from config.settings import Settings

DEMO_PREFIX = "4099999"
"""A made-up GS1 company prefix, for those who have none yet."""


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[tuple[Store, str]]:
    """The store and the site of this command."""
    settings = settings_for(arguments)
    store = prepared(database_url(arguments, settings), site_of(arguments, settings), settings)
    try:
        yield store, site_of(arguments, settings)
    finally:
        store.close()


def prepared(url: str, site: str, settings: "Settings") -> Store:
    """The database of a URL at this release; its site is made where it is new."""
    migrate.upgrade(url)
    store = Store(url)
    migrate.create_site(
        store, site, site, settings.central.gs1_prefix or DEMO_PREFIX, services=services(settings)
    )
    return store


def rate_book(settings: "Settings") -> "RateBook":
    """The rate cards of the settings, else the demo carriers."""
    folder = settings.central.rate_cards
    return load_rates(Path(folder)) if folder else load_rates()


def services(settings: "Settings") -> Collection[str]:
    """What an order may ask for."""
    return rate_book(settings).askable()
