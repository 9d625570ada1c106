"""Files into the books: each kind in its turn, good rows in, bad rows reported, then orders rechecked and bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from app.central import allocating, catalogue, intake
from app.central.imports import saving
from app.central.imports.reading import Problem, Read, problem, read_csv
from app.central.imports.rows import Kind
from app.central.store import Store, Tx

T = TypeVar("T")

_AT_ONCE = 500
"""Rows in one transaction."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of a file: good rows read, what they changed, and what is wrong with the others."""

    name: str
    kind: Kind | None
    rows: int
    changed: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an import. ``freed`` are held orders that go on now, ``bound`` those that got stock."""

    files: tuple[FileReport, ...]
    freed: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was wrong anywhere."""
        return not any(file.problems for file in self.files)


def import_folder(store: Store, site: str, folder: Path) -> Report:
    """Import every file of a folder that is named after its kind, ``items.csv`` first and ``orders.csv`` last.

    Importing the same folder again changes nothing. Problems never stop the rest.
    """
    files = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.suffix.lower() == ".csv"}
    reports = [
        _import(store, site, kind, files.pop(f"{kind.value}.csv"))
        for kind in Kind
        if f"{kind.value}.csv" in files
    ]
    known = ", ".join(f"{kind.value}.csv" for kind in Kind)
    unknown = [
        FileReport(
            path.name, None, 0, 0, (problem(0, "", "import.unknown_file", read=path.name, wanted=known),)
        )
        for path in files.values()
    ]
    if not reports and not unknown:
        unknown = [FileReport(folder.name, None, 0, 0, (problem(0, "", "import.no_files", wanted=known),))]
    return _after(store, site, (*reports, *unknown))


def import_file(store: Store, site: str, file: Path | BinaryIO, kind: Kind | None = None) -> Report:
    """Import one file; its kind follows from its name unless given."""
    name = file.name if isinstance(file, Path) else str(getattr(file, "name", ""))
    if kind is None:
        try:
            kind = Kind(Path(name).stem.lower())
        except ValueError:
            known = ", ".join(f"{each.value}.csv" for each in Kind)
            wrong = problem(0, "", "import.unknown_file", read=name, wanted=known)
            return Report((FileReport(name, None, 0, 0, (wrong,)),))
    return _after(store, site, (_import(store, site, kind, file),))


def _after(store: Store, site: str, files: tuple[FileReport, ...]) -> Report:
    freed = store.write(site, intake.recheck_held)
    return Report(files, freed, allocating.run(store, site))


def _import(store: Store, site: str, kind: Kind, file: Path | BinaryIO) -> FileReport:
    try:
        read = read_csv(kind, file)
    except OSError as error:
        read = Read((), (problem(0, "", "import.unreadable", reason=error.strerror or str(error)),))
    problems = list(read.problems)
    changed = 0
    for saved in _save(store, site, kind, read, problems):
        changed += saved.changed
        problems += saved.problems
    name = file.name if isinstance(file, Path) else kind.value
    return FileReport(
        name, kind, len(read.rows), changed, tuple(sorted(problems, key=lambda each: each.line))
    )


def _save(store: Store, site: str, kind: Kind, read: Read, problems: list[Problem]) -> list[saving.Saved]:
    rows: Sequence[tuple[int, Any]] = read.rows
    if kind is Kind.OPERATORS:
        people = saving.hashed(store.read(site, catalogue.operators), rows)
        return _in_parts(store, site, people, saving.save_people)
    if kind is Kind.ORDERS:
        orders, wrong = saving.as_orders(rows, read.spoiled)
        problems += wrong
        return _in_parts(store, site, orders, saving.save_orders)
    if kind is Kind.STOCK:
        rows = sorted(rows, key=lambda each: each[1].at)  # a count is of what was there by then
    if kind in {Kind.AISLES, Kind.WALKWAYS}:  # the floor is replaced as a whole
        return [store.write(site, lambda tx: saving.save(kind, tx, rows))] if rows else []
    return _in_parts(store, site, rows, lambda tx, part: saving.save(kind, tx, part))


def _in_parts(
    store: Store, site: str, things: Sequence[T], save: Callable[[Tx, Sequence[T]], saving.Saved]
) -> list[saving.Saved]:
    done: list[saving.Saved] = []
    for start in range(0, len(things), _AT_ONCE):
        part = things[start : start + _AT_ONCE]
        done.append(store.write(site, lambda tx, part=part: save(tx, part)))  # type: ignore[misc]
    return done
