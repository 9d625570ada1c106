"""What an installation may set: in ``storehand.toml``, in the environment (``STOREHAND_...``), or on the command line.

The command line wins over the environment, which wins over the file, which wins over what is written here.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_PREFIX = "STOREHAND_"


class SettingsError(Exception):
    """A setting that cannot be used: where it stands and what would be right."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScannerSettings(_Part):
    """One scanner: a device path or a pyserial URL, and how it ends its codes."""

    url: str
    name: str = ""
    framing: Literal["line", "cr", "lf", "crlf", "tab", "stx"] = "line"
    baudrate: int = 9600


class StationSettings(_Part):
    """One kind of terminal on this host."""

    central: str = ""
    ca: str = ""
    scanners: tuple[ScannerSettings, ...] = ()
    wedge_prefix: Annotated[str, Field(min_length=1, max_length=1)] = "\x1f"
    print_commands: dict[Literal["label", "slip", "manifest", "sheet"], tuple[str, ...]] = Field(
        default_factory=dict
    )
    reserve_mb: int = 64


class CentralSettings(_Part):
    """The central on this host."""

    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8423
    site: str = "main"
    gs1_prefix: str = ""
    """The company prefix that parcels are numbered with; a made-up one where it is empty."""
    certificate: str = ""
    key: str = ""
    ship_from: tuple[str, ...] = ()
    """The lines of the sender on labels."""
    rate_cards: str = ""
    """A folder of rate cards; the shipped demo carriers where it is empty."""
    carrier_secrets: dict[str, str] = Field(default_factory=dict)
    """For each carrier the secret with which it signs its tracking messages."""


class Settings(_Part):
    """Everything that can be set."""

    home: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "storehand")
    station: StationSettings = StationSettings()
    central: CentralSettings = CentralSettings()


def load_settings(file: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the file named, else from ``$STOREHAND_CONFIG``, else from ``storehand.toml`` here if there is one.

    ``STOREHAND_CENTRAL__PORT=9000`` in the environment sets ``port`` in ``[central]``.

    Raises:
        SettingsError: the file cannot be read, or a setting is unknown or of the wrong form.
    """
    named = file or (Path(environment["STOREHAND_CONFIG"]) if "STOREHAND_CONFIG" in environment else None)
    path = named or Path("storehand.toml")
    values: dict[str, Any] = {}
    if named is not None or path.exists():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"{path}: {error}") from error
    source = f"{path} or environment" if values else "environment"
    for name, value in environment.items():
        if name.startswith(_PREFIX) and name != "STOREHAND_CONFIG":
            _set(values, name.removeprefix(_PREFIX).lower().split("__"), value)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{source}: {where}: {first['msg']}") from error


def _set(values: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        below = values.setdefault(part, {})
        if not isinstance(below, dict):
            raise SettingsError(f"environment: {part} is a single value, not a section")
        values = below
    values[path[-1]] = value
