"""A warehouse on one machine: terminals that bring their own central, and leave none behind."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.cli.running import Host

_SOON_S = 20.0


def test_a_machine_alone_works_from_the_first_start_and_leaves_nothing_behind(host: Host) -> None:
    with host.terminal("station", "PICK-1", "--standalone") as screen:
        screen.until(lambda: "network ok" in screen.text)
        assert central_of(host)
        assert screen.quit() == 0
    assert not central_of(host)
    assert {path.name for path in host.home.iterdir()} >= {"central.db", "central.log", "stations"}


def test_a_second_terminal_joins_and_keeps_the_central_when_the_first_goes(stocked: Host) -> None:
    with stocked.terminal("station", "PICK-1", "--standalone") as first:
        first.until(lambda: "network ok" in first.text)
        with stocked.terminal("station", "PICK-2", "--standalone") as second:
            second.until(lambda: "network ok" in second.text)
            served_by = central_of(stocked)
            assert first.quit() == 0
            second.rest(1.0)
            assert central_of(stocked) == served_by
            assert "network ok" in second.text
            assert second.quit() == 0
    assert not central_of(stocked)


def test_killed_terminals_leave_no_central_and_a_killed_central_comes_back(stocked: Host) -> None:
    with stocked.terminal("station", "PICK-1", "--standalone") as screen:
        screen.until(lambda: "network ok" in screen.text)
        before = central_of(stocked)
        os.kill(before, signal.SIGKILL)
        screen.until(lambda: "no network" in screen.text)
        screen.until(lambda: "network ok" in screen.text)
        assert central_of(stocked) not in {0, before}
        screen.process.kill()
        assert soon(lambda: not central_of(stocked))


def test_a_central_that_cannot_start_is_said_in_its_own_words(host: Host) -> None:
    host.home.mkdir(mode=0o700)
    (host.home / "central.db").write_bytes(b"this is no database at all" * 40)
    with host.terminal("station", "PICK-1", "--standalone") as screen:
        assert screen.ended() == 2
        assert "[central.not_started]" in screen.flat
        assert "[database.broken]" in screen.flat


def central_of(host: Host) -> int:
    """The process that holds the place of the central on this machine, 0 for none."""
    lock = host.home / "central.lock"
    if not lock.exists():
        return 0
    with lock.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(lock)
    return 0


def _holder(lock: Path) -> int:
    """A process that was started as this machine's central and has the lock open."""
    port = json.loads((lock.parent / "central.json").read_text())["url"].rpartition(":")[2]
    assert port.isdigit()
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if b"--while-used" in command and str(lock.parent).encode() in command:
                return int(process.name)
    return 0


def soon(seen: Callable[[], bool]) -> bool:
    until = time.monotonic() + _SOON_S
    while not seen():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
