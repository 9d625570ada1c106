"""``storehand central``: the server, until it is asked to end."""

import argparse
import errno
import json
import logging
import os
import signal
import socket
import ssl
import sys
import threading
from functools import partial
from pathlib import Path
from types import FrameType

import structlog

from app.central import tokens
from app.central.api.app import CentralSettings
from app.central.server import Listening
from app.central.server import serve as serve_forever
from app.cli.books import in_words, keep_rules, prepared, rate_book
from app.cli.failing import CommandError
from app.cli.settings import carrier_secrets, database_url, settings_for, site_of


def serve(arguments: argparse.Namespace) -> int:
    """Serve; one line of JSON on standard output says where, once it is ready."""
    settings = settings_for(arguments)
    told = settings.central
    site, url = site_of(arguments, settings), database_url(arguments, settings)
    where = Listening(
        arguments.host or told.host,
        told.port if arguments.port is None else arguments.port,
        arguments.certificate or told.certificate,
        arguments.key or told.key,
    )
    secrets = {(site, carrier): secret for carrier, secret in carrier_secrets(told).items()}
    central = CentralSettings(book=rate_book(settings), ship_from=told.ship_from, carrier_secrets=secrets)
    _check(where)
    _log_to_stderr()
    signal.signal(signal.SIGTERM, _end)
    if arguments.while_used is not None:
        _end_when_unused(arguments.while_used)
    with in_words(url):
        store = prepared(url, site, settings)
        try:
            keep_rules(store, site, settings)
            # Who brings its own central enrols next: it is told a code at once, or it would have to start a command.
            code = store.write(site, tokens.issue_enrolment) if arguments.while_used is not None else ""
            serve_forever(store, central, where, partial(_say_where, where, code))
        finally:
            store.close()
    return 0


def _end(_: int, __: FrameType | None) -> None:
    sys.exit(0)


def _check(where: Listening) -> None:
    """Say in words what the server would say in its own: nothing is begun before this is right."""
    if bool(where.certificate) != bool(where.key):
        raise CommandError("central.half_a_certificate")
    if where.certificate:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(where.certificate, where.key, password="")
        except OSError as error:  # SSLError is one
            raise CommandError(
                "central.wrong_certificate", certificate=where.certificate, key=where.key, reason=str(error)
            ) from error
    try:
        family, *_, address = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(address[:2], family=family):
            pass
    except socket.gaierror as error:
        raise CommandError("central.wrong_host", host=where.host, reason=str(error.strerror)) from error
    except OSError as error:
        code = "central.wrong_host" if error.errno == errno.EADDRNOTAVAIL else "central.port_taken"
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise CommandError(code, host=where.host, port=where.port, reason=reason) from error


def _say_where(where: Listening, code: str, port: int) -> None:
    scheme = "https" if where.certificate else "http"
    host = f"[{where.host}]" if ":" in where.host else where.host
    told = {"url": f"{scheme}://{host}:{port}", **({"code": code} if code else {})}
    print(json.dumps(told), flush=True)


def _end_when_unused(users: Path) -> None:
    from app.cli.standalone import wait_until_unused

    def watch() -> None:
        wait_until_unused(users)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="terminals-watch", daemon=True).start()


def _log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
