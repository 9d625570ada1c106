"""A station's folder: ``<home>/stations/<name>/`` with its journal, its lent work, its token and its spool.

One process at a time runs a station; a lock file holds the place.
"""

import fcntl
import json
import os
import re
import tomllib
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from app.station.client import CentralClient
from app.station.trouble import NotEnrolledError, StationInUseError, StationTrouble

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What makes this machine a station of a site. ``token`` is a secret; ``ca`` is a file, empty for the system's."""

    url: str
    site: str
    station: str
    token: str
    incarnation: str = ""
    ca: str = ""


class StationFolder:
    """The folder of the station ``name`` under ``home``. Nobody else on the machine may read it.

    Raises:
        StationTrouble: ``station.bad_name``, ``station.no_folder``.
    """

    def __init__(self, home: Path, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise StationTrouble("station.bad_name", (("name", name),))
        self.name = name
        self.path = home / "stations" / name
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise StationTrouble(
                "station.no_folder", (("folder", str(self.path)), ("reason", error.strerror or str(error)))
            ) from error

    @property
    def journal(self) -> Path:
        """The file of the journal."""
        return self.path / "journal.db"

    @property
    def lent(self) -> Path:
        """The file of what the central lent."""
        return self.path / "lent.db"

    @property
    def spool(self) -> Path:
        """The folder where documents are put for printing."""
        return self.path / "spool"

    @property
    def papers(self) -> Path:
        """The folder of labels and slips that were fetched."""
        return self.path / "papers"

    @property
    def _enrolment(self) -> Path:
        return self.path / "station.toml"

    def enrolment(self) -> Enrolment:
        """What makes this machine a station.

        Raises:
            NotEnrolledError: ``station.not_enrolled``, or ``station.bad_enrolment`` when the file is damaged.
        """
        try:
            told = tomllib.loads(self._enrolment.read_text(encoding="utf-8"))
            return Enrolment(**{field.name: str(told[field.name]) for field in fields(Enrolment)})
        except FileNotFoundError as error:
            raise NotEnrolledError("station.not_enrolled", (("name", self.name),)) from error
        except (OSError, ValueError, KeyError) as error:
            raise NotEnrolledError(
                "station.bad_enrolment",
                (("name", self.name), ("file", str(self._enrolment)), ("reason", str(error))),
            ) from error

    def enrol(self, url: str, code: str, ca: str = "") -> Enrolment:
        """Show the one-time code to the central at ``url`` and keep the token that it gives.

        Raises:
            CentralTrouble: the central refused the code, or did not answer.
        """
        client = CentralClient(url, ca=ca)
        try:
            answer = client.enrol(code, self.name)
        finally:
            client.close()
        enrolment = Enrolment(url, answer.site, answer.station, answer.token, answer.incarnation, ca)
        self._keep(enrolment)
        return enrolment

    def move_to(self, url: str, ca: str = "") -> Enrolment:
        """Keep the token, and reach the same central at another address, trusting another authority if one is named.

        Raises:
            NotEnrolledError: as ``enrolment``.
        """
        known = self.enrolment()
        enrolment = replace(known, url=url, ca=ca or known.ca)
        self._keep(enrolment)
        return enrolment

    def _keep(self, enrolment: Enrolment) -> None:
        # A JSON string is a TOML string.
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in asdict(enrolment).items()]
        building = self._enrolment.with_suffix(".new")
        building.unlink(missing_ok=True)
        handle = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(handle)
        building.replace(self._enrolment)

    def hold(self) -> "Hold":
        """Take the place of this station, until the process ends or lets go.

        Raises:
            StationInUseError: ``station.in_use``: who holds it.
        """
        return Hold(self.path / "lock", self.name)


class Hold:
    """A lock that ends with its process, however that ends."""

    def __init__(self, path: Path, name: str) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip()
            os.close(self._handle)
            raise StationInUseError("station.in_use", (("name", name), ("pid", holder or "?"))) from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
