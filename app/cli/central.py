"""``storehand central``: the server, until it is asked to end."""

import argparse
import json
import logging
import os
import signal
import sys
import threading

import structlog

from app.central.api.app import CentralSettings
from app.central.server import Listening
from app.central.server import serve as serve_forever
from app.cli.books import prepared, rate_book
from app.cli.failing import CommandError
from app.cli.settings import database_url, settings_for, site_of


def serve(arguments: argparse.Namespace) -> int:
    """Serve; one line of JSON on standard output says where, once it is ready."""
    settings = settings_for(arguments)
    told = settings.central
    certificate, key = arguments.certificate or told.certificate, arguments.key or told.key
    if bool(certificate) != bool(key):
        raise CommandError("a certificate needs its key and a key its certificate: name both, or none")
    where = Listening(
        arguments.host or told.host, told.port if arguments.port is None else arguments.port, certificate, key
    )
    site = site_of(arguments, settings)
    _log_to_stderr()
    store = prepared(database_url(arguments, settings), site, settings)
    if arguments.with_parent:
        threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    try:
        serve_forever(
            store,
            CentralSettings(
                book=rate_book(settings),
                ship_from=told.ship_from,
                carrier_secrets={(site, carrier): secret for carrier, secret in told.carrier_secrets.items()},
            ),
            where,
            lambda port: _say_where(where, port),
        )
    finally:
        store.close()
    return 0


def _say_where(where: Listening, port: int) -> None:
    scheme = "https" if where.certificate else "http"
    print(json.dumps({"url": f"{scheme}://{where.host}:{port}"}), flush=True)


def _end_with_parent() -> None:
    """Whoever started this process holds its standard input open; when that ends, so does this."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
