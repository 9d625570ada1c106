"""The database of a release: what the revisions make is what the program believes in."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, select

from app.central import catalogue, migrate, schema
from app.central.refusal import ApiError
from app.central.store import Store
from app.model.known import SiteSettings
from tests.central.books import SITE, open_books


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_books(database_url)) as books:
        yield books


def shape(engine: Engine) -> dict[str, dict[str, Any]]:
    """All that a database can tell of its tables."""
    seen = inspect(engine)
    return {
        table: {
            "columns": [
                (each["name"], str(each["type"]), each["nullable"], each["default"])
                for each in seen.get_columns(table)
            ],
            "key": seen.get_pk_constraint(table),
            "foreign": sorted(seen.get_foreign_keys(table), key=repr),
            "unique": sorted(seen.get_unique_constraints(table), key=repr),
            "checks": sorted(seen.get_check_constraints(table), key=repr),
            "indexes": sorted(seen.get_indexes(table), key=repr),
        }
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def test_the_migrated_schema_is_the_schema_of_the_program(store: Store) -> None:
    migrated = shape(store.engine)
    with store.engine.begin() as connection:
        schema.metadata.drop_all(connection)
        schema.metadata.create_all(connection)
    assert migrated == shape(store.engine)
    assert set(migrated) == set(schema.metadata.tables)
    assert migrated["stock"]["checks"]


def test_upgrading_again_changes_nothing(store: Store) -> None:
    migrate.upgrade(store.url)
    assert store.read(SITE, catalogue.settings).name == "Test site"


def test_a_site_is_made_once(store: Store) -> None:
    assert not migrate.create_site(store, SITE, "Other", "4012345")
    assert store.read(SITE, catalogue.settings).name == "Test site"
    assert migrate.create_site(store, "north", "North", "4012345", SiteSettings(name="North", idle_lock_s=60))
    assert store.read("north", catalogue.settings).idle_lock_s == 60
    with store.engine.connect() as connection:
        incarnations = list(connection.execute(select(schema.site.c.incarnation)).scalars())
    assert len(set(incarnations)) == 2


@pytest.mark.parametrize(
    ("site", "prefix", "code"),
    [
        ("a.b", "4012345", "site.wrong_id"),
        ("", "4012345", "site.wrong_id"),
        ("a", "40x", "site.wrong_prefix"),
    ],
)
def test_a_site_that_cannot_be_is_refused(store: Store, site: str, prefix: str, code: str) -> None:
    with pytest.raises(ApiError) as refused:
        migrate.create_site(store, site, "Name", prefix)
    assert refused.value.code == code


def test_migrations_work_from_any_directory(tmp_path: Path) -> None:
    said = "from app.central.migrate import upgrade; upgrade('sqlite:///here.db')"
    subprocess.run([sys.executable, "-c", said], cwd=tmp_path, check=True)
    assert (tmp_path / "here.db").stat().st_size > 0
