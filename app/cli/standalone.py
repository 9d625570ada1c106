"""A warehouse on one machine: its terminals bring their own central as a child process.

Three files in the home folder tell who is there. ``central.users`` is held, shared, by every terminal; the central
ends when nobody holds it any more, however they ended. ``central.lock`` is held by the central itself: whoever gets
it starts one. ``central.json`` says where the running one listens. When the central dies, a terminal that is left
starts it again at the same address.
"""

import fcntl
import json
import logging
import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.cli.children import STOREHAND, Children
from app.cli.failing import CommandError
from app.cli.settings import made_folder, turn_over

_READY_WITHIN_S = 60.0
_GONE_WITHIN_S = 15.0
_LOOK_EVERY_S = 1.0
_LOOK_AFTER_TERMINALS_S = 0.2
_LONGEST_REASON = 600
_PLAIN_HTTP = {"STOREHAND_CENTRAL__CERTIFICATE": "", "STOREHAND_CENTRAL__KEY": ""}
"""It is reached from this machine alone."""
_log = logging.getLogger("storehand.standalone")


@dataclass(frozen=True, slots=True)
class OwnCentral:
    """The central of this machine."""

    url: str
    children: Children
    code: str = ""
    """One that it gave when it was started."""

    def new_code(self) -> str:
        """A code with which a terminal may enrol there."""
        return self.code or str(json.loads(self.children.ask("code", "--json"))["code"])


@contextmanager
def own_central(home: Path, children: Children) -> Iterator[OwnCentral]:
    """The central of this machine for as long as a terminal runs: started, or joined where one runs.

    Raises:
        CommandError: it does not start, in the words of its log.
    """
    made_folder(home)
    place = _Place(home, children)
    with place.used():
        central = place.start() if place.take() else place.found()
        ending = threading.Event()
        keeper = threading.Thread(
            target=place.keep_alive, args=(central.url, ending), name="own-central", daemon=True
        )
        keeper.start()
        try:
            yield central
        finally:
            ending.set()
            keeper.join()
    place.see_off()


class _Place:
    """The files by which the processes of this machine agree on its one central."""

    def __init__(self, home: Path, children: Children) -> None:
        self._children = children
        self._users = home / "central.users"
        self._lock = home / "central.lock"
        self._notice = home / "central.json"
        self._log = home / "central.log"
        self._held: int | None = None

    @contextmanager
    def used(self) -> Iterator[None]:
        """Say that this terminal runs. Waits for a central that is about to end."""
        handle = os.open(self._users, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    def take(self) -> bool:
        """Whether it is this process's turn to start the central."""
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._held = handle
        self._notice.unlink(missing_ok=True)
        return True

    def start(self, port: int = 0) -> OwnCentral:
        """Start the central and wait until it is ready; the lock goes over to it."""
        if self._held is None:
            raise RuntimeError("take the place first")
        handle, self._held = self._held, None
        try:
            return self._start(handle, port)
        finally:
            os.close(handle)

    def _start(self, handle: int, port: int) -> OwnCentral:
        turn_over(self._log)
        with self._log.open("ab") as log:
            begins = log.seek(0, os.SEEK_END)
            child = subprocess.Popen(
                [
                    *STOREHAND,
                    "central",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                    "--while-used",
                    str(self._users),
                ],
                env={**self._children.environment, **_PLAIN_HTTP},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C is the terminal's
                pass_fds=(handle,),
            )
        told = self._first_word(child)
        if not told:
            child.kill()
            child.wait()
            said = " ".join(self._log.read_bytes()[begins:].decode(errors="replace").split())
            raise CommandError("central.not_started", reason=said[-_LONGEST_REASON:] or str(self._log))
        self._notice.write_text(json.dumps({"url": told["url"]}), encoding="utf-8")
        # It ends by itself, maybe long after this terminal: somebody must take note, or it stays as a zombie.
        threading.Thread(target=child.wait, name="central-end", daemon=True).start()
        return OwnCentral(told["url"], self._children, told["code"])

    def _first_word(self, child: "subprocess.Popen[bytes]") -> dict[str, str]:
        """What a central says when it is ready; nothing where it does not come to that."""
        if child.stdout is None:
            return {}
        with child.stdout as out:
            line = out.readline() if select.select([out], [], [], _READY_WITHIN_S)[0] else b""
        told: dict[str, str] = json.loads(line) if line else {}
        return told

    def found(self) -> OwnCentral:
        """Where the central listens that another terminal started."""
        until = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < until:
            try:
                return OwnCentral(json.loads(self._notice.read_text(encoding="utf-8"))["url"], self._children)
            except (OSError, ValueError, KeyError):
                time.sleep(0.1)
            if self.take():  # whoever was starting it gave up
                return self.start()
        raise CommandError("central.not_found", file=str(self._notice))

    def keep_alive(self, url: str, ending: threading.Event) -> None:
        """Start the central again at the same address if it dies."""
        port = int(url.rpartition(":")[2])
        while not ending.wait(_LOOK_EVERY_S):
            try:
                if self.take():
                    _log.warning("the central of this machine is gone; it is started again")
                    self.start(port)
            except (CommandError, OSError) as error:
                _log.error("the central of this machine was not started: %s", error)

    def see_off(self) -> None:
        """Wait until the central has ended, unless other terminals use it."""
        handle = os.open(self._users, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            until = time.monotonic() + _GONE_WITHIN_S
            while not self.take() and not _used_by_others(handle) and time.monotonic() < until:
                time.sleep(0.05)
        finally:
            os.close(handle)
            if self._held is not None:
                os.close(self._held)


def wait_until_unused(users: Path) -> None:
    """Return once no terminal holds the file any more. From then on new terminals wait for the end of this process."""
    handle = os.open(users, os.O_RDWR | os.O_CREAT, 0o600)
    while not _held(handle, fcntl.LOCK_EX):
        time.sleep(_LOOK_AFTER_TERMINALS_S)


def _used_by_others(handle: int) -> bool:
    """Whether terminals hold the file: shared, where a central that ends holds it alone."""
    for how, shared in ((fcntl.LOCK_EX, False), (fcntl.LOCK_SH, True)):
        if _held(handle, how):
            fcntl.flock(handle, fcntl.LOCK_UN)
            return shared
    return False


def _held(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
