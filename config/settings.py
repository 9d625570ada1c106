"""What an installation may set: in ``storehand.toml``, in the environment (``STOREHAND_...``), or on the command line.

The command line wins over the environment, which wins over the file, which wins over what is written here. Read by
hand and not by pydantic: that would cost a tenth of the time to the first paint.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from app.model.answers import Param
from app.model.known import SiteSettings
from app.model.words import phrase

T = TypeVar("T")

_PREFIX = "STOREHAND_"
_FILE = "STOREHAND_CONFIG"
FRAMINGS = ("line", "cr", "lf", "crlf", "tab", "stx")
PAPERS = ("label", "slip", "manifest", "sheet")
_SHOWN = 60


class SettingsError(Exception):
    """A setting that cannot be used, as a code of the catalogue of words: where it stands, what would be right."""

    def __init__(self, code: str, **params: Param) -> None:
        self.code, self.params = code, tuple(params.items())
        super().__init__(phrase(code, self.params))


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """One scanner: a device path or a pyserial URL, and how it ends its codes."""

    url: str
    name: str = ""
    framing: str = "line"
    """One of ``FRAMINGS``."""
    baudrate: int = 9600
    retrigger_ms: int = 200
    """The same code again within this time is the trigger that went twice."""


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """One printer of this host: its address, and which of ``PAPERS`` it prints."""

    url: str
    papers: tuple[str, ...] = ("label",)


@dataclass(frozen=True, slots=True)
class StationSettings:
    """The terminals of this host."""

    central: str = ""
    ca: str = ""
    scanners: tuple[ScannerSettings, ...] = ()
    wedge_prefix: str = "\x1f"
    printers: Mapping[str, PrinterSettings] = field(default_factory=dict)
    """By name. The first that prints a kind of paper gets it; to the others it can be moved."""
    print_commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each of ``PAPERS`` a program and its arguments, with ``{path}`` where the file goes."""
    reserve_mb: int = 64
    """Disk that is kept back, so that a full disk still takes what a person holds in the hand."""


@dataclass(frozen=True, slots=True)
class CentralSettings:
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
    carrier_secrets: Mapping[str, str] = field(default_factory=dict)
    """For each carrier the secret with which it signs its tracking messages."""
    carrier_secret_files: Mapping[str, str] = field(default_factory=dict)
    """The same, each in a file of its own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    home: Path = field(default_factory=lambda: Path.home() / ".local" / "share" / "storehand")
    station: StationSettings = StationSettings()
    central: CentralSettings = CentralSettings()
    site: SiteSettings = SiteSettings(name="")
    """The rules of the floor."""

    def site_rules(self, site: str) -> SiteSettings:
        """The rules of the floor; a site without a name is called as it is identified."""
        return self.site if self.site.name else replace(self.site, name=site)


def load_settings(file: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the file named, else from ``$STOREHAND_CONFIG``, else from ``storehand.toml`` here if there is one.

    ``STOREHAND_CENTRAL__PORT=9000`` in the environment sets ``port`` in ``[central]``.

    Raises:
        SettingsError: the file cannot be read, or a setting is unknown or of the wrong form.
    """
    named = file or (Path(environment[_FILE]) if environment.get(_FILE) else None)
    path = named or Path("storehand.toml")
    told = _told(path) if named is not None or path.exists() else {}
    for variable, value in sorted(environment.items()):
        if variable.startswith(_PREFIX) and variable != _FILE:
            _set(told, variable, value)
    return Settings(**_values(_ALL, told, _At(str(path))))


def _told(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError("setting.no_file", file=str(path), reason=error.strerror or str(error)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError("setting.no_toml", file=str(path), reason=str(error)) from error


class _Said(str):
    """A value from the environment: a text that may stand for something else, and the variable that said it."""

    __slots__ = ("variable",)
    variable: str


def _set(told: dict[str, Any], variable: str, value: str) -> None:
    said = _Said(value)
    said.variable = variable
    *sections, name = variable.removeprefix(_PREFIX).lower().split("__")
    for section in sections:
        told = told.setdefault(section, {})
        if not isinstance(told, dict):
            raise SettingsError("setting.no_section", where=variable, section=section)
    told[name] = said


# --- reading one setting -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _At:
    """Where in a file a setting stands."""

    file: str
    path: str = ""

    def inner(self, name: str) -> "_At":
        return _At(self.file, f"{self.path}.{name}" if self.path else name)

    def wrong(self, value: Any, wanted: str, *, secret: bool = False) -> SettingsError:
        return SettingsError(
            "setting.wrong",
            where=self.place(value),
            read="…" if secret else repr(value)[:_SHOWN],
            wanted=wanted,
        )

    def place(self, value: Any) -> str:
        return value.variable if isinstance(value, _Said) else f"{self.file}, {self.path}"


Reader = Callable[[Any, _At], Any]


def _plain(value: Any) -> Any:
    """What a value of the environment stands for where no text is wanted: it is written as in the file."""
    if not isinstance(value, _Said):
        return value
    try:
        return tomllib.loads(f"it = {value}")["it"]
    except tomllib.TOMLDecodeError:
        return value


def _text(value: Any, at: _At) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise at.wrong(value, "a text")
    return str(value)


def _secret(value: Any, at: _At) -> str:
    if not isinstance(value, str) or not value:
        raise at.wrong(value, "a text that is not empty", secret=True)
    return str(value)


def _folder(value: Any, at: _At) -> Path:
    text = _text(value, at)
    if not text:
        raise at.wrong(value, "a folder")
    return Path(text).expanduser()


def _character(value: Any, at: _At) -> str:
    plain = _plain(value)
    if not isinstance(plain, str) or len(plain) != 1 or plain in "\r\n":
        raise at.wrong(value, r'one character that nobody types, such as "\u001f"')
    return str(plain)


def _yes_or_no(value: Any, at: _At) -> bool:
    plain = _plain(value)
    if not isinstance(plain, bool):
        raise at.wrong(value, "true or false")
    return plain


def _whole(least: int, most: int) -> Reader:
    def read(value: Any, at: _At) -> int:
        plain = _plain(value)
        if not isinstance(plain, int) or isinstance(plain, bool) or not least <= plain <= most:
            raise at.wrong(value, f"a whole number from {least} to {most}")
        return plain

    return read


def _digits(value: Any, at: _At) -> str:
    text = _text(value, at)
    if text and not (text.isdecimal() and text.isascii() and 4 <= len(text) <= 12):
        raise at.wrong(value, '4 to 12 digits in quotes, as GS1 gave them: "4012345"')
    return text


def _choice(*known: str) -> Reader:
    def read(value: Any, at: _At) -> str:
        if value not in known:
            raise at.wrong(value, f"one of {', '.join(known)}")
        return str(value)

    return read


def _texts(value: Any, at: _At) -> tuple[str, ...]:
    plain = _plain(value)
    if not isinstance(plain, list) or not all(isinstance(each, str) for each in plain):
        raise at.wrong(value, 'a list of texts, such as ["one", "two"]')
    return tuple(_text(each, at) for each in plain)


def _command(value: Any, at: _At) -> tuple[str, ...]:
    words = _texts(value, at)
    if not words or not words[0] or not any("{path}" in word for word in words):
        raise at.wrong(
            value, 'a program and its arguments with {path} for the file: ["lp", "-d", "zebra", "{path}"]'
        )
    return words


def _table(reader: Reader, names: tuple[str, ...] = ()) -> Reader:
    """A section in which people choose the names, from ``names`` where there are some."""

    def read(value: Any, at: _At) -> dict[str, Any]:
        plain = _plain(value)
        if not isinstance(plain, dict):
            raise at.wrong(value, "a section of names and values")
        for name in plain if names else ():
            if name not in names:
                raise _unknown(plain, name, names, at)
        return {name: reader(each, at.inner(name)) for name, each in plain.items()}

    return read


def _section(kind: Callable[..., T], readers: Mapping[str, Reader]) -> Callable[[Any, _At], T]:
    def read(value: Any, at: _At) -> T:
        plain = _plain(value)
        if not isinstance(plain, dict):
            raise at.wrong(value, f"a section with {', '.join(readers)}")
        return kind(**_values(readers, plain, at))

    return read


def _values(readers: Mapping[str, Reader], told: Mapping[str, Any], at: _At) -> dict[str, Any]:
    for name in told:
        if name not in readers:
            raise _unknown(told, name, readers, at)
    return {name: readers[name](value, at.inner(name)) for name, value in told.items()}


def _unknown(told: Mapping[str, Any], name: str, known: Any, at: _At) -> SettingsError:
    return SettingsError(
        "setting.unknown", where=at.inner(name).place(_first(told[name])), wanted=", ".join(known)
    )


def _first(value: Any) -> Any:
    """A variable that is unknown by its section says so by its own name."""
    while isinstance(value, dict) and value:
        value = next(iter(value.values()))
    return value


def _scanner(value: Any, at: _At) -> ScannerSettings:
    if not isinstance(value, dict) or "url" not in value:
        raise at.wrong(value, 'a section with at least a url, such as { url = "/dev/ttyACM0" }')
    return _section(ScannerSettings, _SCANNER)(value, at)


def _scanners(value: Any, at: _At) -> tuple[ScannerSettings, ...]:
    plain = _plain(value)
    if not isinstance(plain, list):
        raise at.wrong(value, 'a list of scanners, such as [{ url = "/dev/ttyACM0" }]')
    return tuple(_scanner(each, at.inner(str(number))) for number, each in enumerate(plain, start=1))


def _papers(value: Any, at: _At) -> tuple[str, ...]:
    papers = _texts(value, at)
    if not papers or any(paper not in PAPERS for paper in papers):
        raise at.wrong(value, f"a list of {', '.join(PAPERS)}")
    return papers


def _printer(value: Any, at: _At) -> PrinterSettings:
    if not isinstance(value, dict) or "url" not in value:
        raise at.wrong(value, 'a section with at least a url, such as { url = "socket://10.0.0.5:9100" }')
    return _section(PrinterSettings, _PRINTER)(value, at)


_PRINTER: dict[str, Reader] = {"url": _text, "papers": _papers}
_SCANNER: dict[str, Reader] = {
    "url": _text,
    "name": _text,
    "framing": _choice(*FRAMINGS),
    "baudrate": _whole(300, 921_600),
    "retrigger_ms": _whole(0, 5_000),
}
_STATION: dict[str, Reader] = {
    "central": _text,
    "ca": _text,
    "scanners": _scanners,
    "wedge_prefix": _character,
    "printers": _table(_printer),
    "print_commands": _table(_command, PAPERS),
    "reserve_mb": _whole(1, 10_000),
}
_CENTRAL: dict[str, Reader] = {
    "database": _text,
    "host": _text,
    "port": _whole(0, 65_535),
    "site": _text,
    "gs1_prefix": _digits,
    "certificate": _text,
    "key": _text,
    "ship_from": _texts,
    "rate_cards": _text,
    "carrier_secrets": _table(_secret),
    "carrier_secret_files": _table(_text),
}
_SITE: dict[str, Reader] = {
    "name": _text,
    "type_quantity_from": _whole(1, 1_000),
    "prefill_quantity": _yes_or_no,
    "weight_tolerance_permille": _whole(0, 1_000),
    "weight_tolerance_g": _whole(0, 100_000),
    "idle_lock_s": _whole(10, 86_400),
    "wrap_weight_g": _whole(0, 10_000),
    "max_stops": _whole(1, 200),
    "mix_priorities": _yes_or_no,
    "singles_apart": _yes_or_no,
    "doubtful_first_mm": _whole(0, 1_000_000),
    "tour_minutes": _whole(1, 1_440),
}
_ALL: dict[str, Reader] = {
    "home": _folder,
    "station": _section(StationSettings, _STATION),
    "central": _section(CentralSettings, _CENTRAL),
    "site": _section(partial(SiteSettings, name=""), _SITE),
}
