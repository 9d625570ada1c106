"""A central in a process of its own: ``python -m tests.central.process URL``. Says its port on standard output."""

import sys
from contextlib import closing
from datetime import timedelta

from app.central.api.app import CentralSettings
from app.central.server import Listening, serve
from app.central.store import Store
from tests.central.books import NOON
from tests.central.floor import Ticking, a_book


def main(url: str) -> None:
    with closing(Store(url, Ticking(NOON + timedelta(hours=1)))) as store:
        serve(store, CentralSettings(a_book()), Listening(), lambda port: print(port, flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
