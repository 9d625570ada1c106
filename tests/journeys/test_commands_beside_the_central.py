"""Commands on the database of a central that runs: SQLite allows them as long as nobody loses its locks."""

from pathlib import Path

import pytest

from app.robot.processes import Storehand
from tests.journeys.days import STOREHAND, demo_plan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_command_that_ends_leaves_the_log_of_a_running_central_alone(tmp_path: Path) -> None:
    """A process that closes any handle of the file loses its locks; the next one then removes the log under it.

    SQLite, "How To Corrupt An SQLite Database File", 2.2.
    """
    plan = demo_plan(tmp_path, orders=1)
    plan.home.mkdir()
    storehand = Storehand(STOREHAND, f"sqlite:///{plan.home / 'central.db'}", plan.home)
    storehand.import_files(plan.files)
    central = storehand.central(0)
    log = plan.home / "central.db-wal"
    try:
        before = log.stat().st_ino
        storehand.code()
        assert storehand.audit() == []
        assert log.exists(), "the central goes on writing into a log that nobody will ever read"
        assert log.stat().st_ino == before
    finally:
        central.end()
