"""Real printing software on this machine: ippeveprinter and a CUPS server, each in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
PATIENCE_S = 60

CUPSD = """
Listen 127.0.0.1:{port}
LogLevel debug
WebInterface No
Browsing No
DefaultAuthType None
<Location />
  Order allow,deny
  Allow localhost
</Location>
<Location /admin>
  Order allow,deny
  Allow localhost
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
CUPS_FILES = """
ServerRoot {folder}/root
CacheDir {folder}/cache
StateDir {folder}/run
RequestRoot {folder}/spool
TempDir {folder}/tmp
AccessLog {folder}/access
ErrorLog {folder}/error
PageLog {folder}/page
SystemGroup root
"""


def wait_for(look: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(place)) == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program and its children, gone afterwards."""
    with log.open("ab") as out:
        program = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield program
    finally:
        end(program, signal.SIGTERM)


def end(program: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(program.pid, number)
        program.wait(5)
    except ProcessLookupError:
        program.wait()
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()


@contextmanager
def service_discovery(folder: Path) -> Iterator[None]:
    """D-Bus and Avahi, without which ippeveprinter does not start; those that run already are left as they are."""
    bus = Path("/run/dbus/system_bus_socket")
    if answers(bus) and subprocess.run(["avahi-daemon", "--check"], check=False).returncode == 0:
        yield
        return
    bus.parent.mkdir(exist_ok=True)
    with running(["dbus-daemon", "--system", "--nofork", "--nopidfile"], folder / "dbus.log"):
        wait_for(lambda: answers(bus), "the bus")
        avahi = [
            "avahi-daemon",
            "-f",
            str(HERE / "avahi.conf"),
            "--no-drop-root",
            "--no-chroot",
            "--no-rlimits",
        ]
        with running(avahi, folder / "avahi.log"):
            wait_for(
                lambda: subprocess.run(["avahi-daemon", "--check"], check=False).returncode == 0, "avahi"
            )
            yield
    bus.unlink(missing_ok=True)


class Eve:
    """An ippeveprinter that can be switched off, on, and told faults."""

    def __init__(self, folder: Path, media: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        for name in ("spool", "out"):
            (folder / name).mkdir(parents=True)
        shutil.copy(HERE / "printer.sh", folder)
        told = (HERE / "label.conf").read_text()
        if media:
            told = told.replace("iso_a6_105x148mm", media).replace("10500", "21000").replace("14800", "29700")
        (folder / "label.conf").write_text(told)
        self._program: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        return f"ipp://localhost:{self.port}/ipp/print"

    def on(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._program = subprocess.Popen(
                [
                    *("ippeveprinter", "-r", "off", "-V", "2.0", "-n", "localhost", "-k", "-vv"),
                    *("-p", str(self.port), "-d", str(self.folder / "spool")),
                    *("-a", str(self.folder / "label.conf"), "-c", str(self.folder / "printer.sh")),
                    f"Label {self.port}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(lambda: listens(self.port), f"ippeveprinter: {(self.folder / 'log').read_text()[-500:]}")

    def off(self) -> None:
        """The plug is pulled: with all that it had begun."""
        if self._program is not None:
            end(self._program, signal.SIGKILL)
            self._program = None

    def fault(self, name: str) -> None:
        (self.folder / name).touch()

    def mend(self, name: str) -> None:
        (self.folder / name).unlink()

    @property
    def paper(self) -> list[bytes]:
        """What came out, in order."""
        return [page.read_bytes() for page in sorted((self.folder / "out").iterdir())]


class Cups:
    """A CUPS server with its queues."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        for name in ("root", "cache", "run", "spool", "tmp"):
            (folder / name).mkdir(parents=True)
        # Filters run as another user.
        (folder / "tmp").chmod(0o1777)
        for parent in (folder, *folder.parents):
            if parent.owner() == folder.owner() and parent != Path(parent.anchor):
                parent.chmod(parent.stat().st_mode | 0o011)
        (folder / "cupsd.conf").write_text(CUPSD.format(port=self.port))
        (folder / "cups-files.conf").write_text(CUPS_FILES.format(folder=folder))

    @contextmanager
    def on(self) -> Iterator[Cups]:
        command = [
            "cupsd",
            "-f",
            "-c",
            str(self.folder / "cupsd.conf"),
            "-s",
            str(self.folder / "cups-files.conf"),
        ]
        with running(command, self.folder / "out"):
            wait_for(lambda: listens(self.port), "cupsd")
            yield self

    def queue(self, name: str, *options: str) -> str:
        """Make a queue; gives the address for Storehand."""
        subprocess.run(
            ["lpadmin", "-h", f"127.0.0.1:{self.port}", "-p", name, "-E", *options],
            check=True,
            capture_output=True,
            timeout=PATIENCE_S,
        )
        return f"cups://127.0.0.1:{self.port}/{name}"
