"""A warehouse on one machine: the terminal brings its own central as a child process.

The child holds the database by a lock file. A second terminal on the machine finds the lock taken and joins the
central that is there already.
"""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.failing import CommandError

if TYPE_CHECKING:
    from config.settings import Settings

_READY_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class OwnCentral:
    """The central of this machine, and how a terminal gets the code with which it may enrol there."""

    url: str
    new_code: Callable[[], str]


@contextmanager
def own_central(settings: "Settings", home: Path, database: str = "") -> Iterator[OwnCentral]:
    """The central of this machine for as long as the terminal runs: started, or joined where one runs."""
    home.mkdir(parents=True, exist_ok=True)
    database = database or settings.central.database or f"sqlite:///{home / 'central.db'}"
    notice = home / "central.json"
    handle = os.open(home / "central.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield OwnCentral(_running(notice), partial(_new_code, database, settings))
            return
        child = _start(database, settings, home)
        try:
            url = _wait_until_ready(child, home)
            notice.write_text(json.dumps({"url": url}), encoding="utf-8")
            yield OwnCentral(url, partial(_new_code, database, settings))
        finally:
            notice.unlink(missing_ok=True)
            _end(child)
    finally:
        os.close(handle)


def _start(database: str, settings: "Settings", home: Path) -> "subprocess.Popen[str]":
    command = [
        sys.executable,
        "-m",
        "app.cli",
        "central",
        "--database",
        database,
        "--site",
        settings.central.site,
    ]
    # The child ends when its standard input does: a terminal that is killed leaves no central behind.
    with (home / "central.log").open("a", encoding="utf-8") as log:
        return subprocess.Popen(
            [*command, "--port", "0", "--with-parent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )


def _wait_until_ready(child: "subprocess.Popen[str]", home: Path) -> str:
    line = child.stdout.readline() if child.stdout is not None else ""
    try:
        return str(json.loads(line)["url"])
    except (ValueError, KeyError) as error:
        raise CommandError(f"the central did not start; {home / 'central.log'} says why") from error


def _running(notice: Path) -> str:
    until = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < until:
        try:
            return str(json.loads(notice.read_text(encoding="utf-8"))["url"])
        except (OSError, ValueError, KeyError):
            time.sleep(0.1)
    raise CommandError(
        f"another terminal holds the central of this machine, but does not say where it is: {notice}"
    )


def _new_code(database: str, settings: "Settings") -> str:
    command = [sys.executable, "-m", "app.cli", "code", "--json", "--database", database]
    told = subprocess.run(
        [*command, "--site", settings.central.site],
        capture_output=True,
        text=True,
        check=False,
        timeout=_READY_WITHIN_S,
    )
    if told.returncode != 0:
        raise CommandError(told.stderr.strip())
    return str(json.loads(told.stdout)["code"])


def _end(child: "subprocess.Popen[str]") -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(timeout=15)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
