"""What every test may ask for: an empty database of either kind, and examples from Hypothesis without a stop-watch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import PostgresServer, running_postgres

# Machines that run tests are busy: no deadline, and slowness is no fault.
# Always new examples; a failure prints how to repeat it.
_PATIENT = settings(
    deadline=None, print_blob=True, derandomize=False, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("storehand", _PATIENT, max_examples=100)
settings.register_profile("quick", _PATIENT, max_examples=10)
settings.register_profile("thorough", _PATIENT, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "storehand"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for each process that runs tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Lend an empty PostgreSQL database, dropped afterwards."""
    with postgres_server.fresh_database() as name:
        yield postgres_server.url(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Lend an empty database, once of each kind that the central runs on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/central.db"
    url = request.getfixturevalue("postgres_url")
    assert isinstance(url, str)
    return url
