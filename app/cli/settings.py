"""From settings and arguments to the values that the parts need: the one place that reads ``config``."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.failing import CommandError
from config.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from config.settings import CentralSettings

_LARGEST_LOG = 8_000_000


def settings_for(arguments: argparse.Namespace) -> Settings:
    """The settings that this command runs with."""
    return load_settings(arguments.config)


def database_url(arguments: argparse.Namespace, settings: Settings) -> str:
    """The database of the command line, of the settings, or the SQLite file in the home folder."""
    named: str = arguments.database or settings.central.database
    return named or own_database(settings.home)


def own_database(home: Path) -> str:
    """The SQLite file of a warehouse on one machine."""
    return f"sqlite:///{home.absolute() / 'central.db'}"


def site_of(arguments: argparse.Namespace, settings: Settings) -> str:
    """The site of the command line or of the settings."""
    return arguments.site or settings.central.site


def carrier_secrets(told: "CentralSettings") -> dict[str, str]:
    """For each carrier the secret with which it signs, from the settings and from files.

    Raises:
        SettingsError: a file cannot be read or is empty, or a carrier has two secrets.
    """
    secrets = dict(told.carrier_secrets)
    for carrier, file in told.carrier_secret_files.items():
        where = f"central.carrier_secret_files.{carrier}"
        if carrier in secrets:
            raise SettingsError("setting.secret_twice", where=where, carrier=carrier)
        try:
            secret = Path(file).expanduser().read_text(encoding="utf-8").strip()
            reason = "" if secret else "it is empty"
        except (OSError, UnicodeDecodeError) as error:
            secret, reason = "", getattr(error, "strerror", None) or str(error)
        if reason:
            raise SettingsError("setting.secret_file", where=where, file=file, reason=reason)
        secrets[carrier] = secret
    return secrets


def made_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, unless it is there.

    Raises:
        CommandError: ``command.file``.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise CommandError("command.not_empty", path=str(folder)) from error
    except OSError as error:
        raise CommandError("command.file", file=str(folder), reason=error.strerror or str(error)) from error


def log_to(file: Path) -> None:
    """Send every log line to a file: a line on the terminal would tear the picture. One older file is kept."""
    import logging

    turn_over(file)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    stream = os.fdopen(handle, "a", encoding="utf-8")
    logging.basicConfig(
        stream=stream, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would tell each poll


def turn_over(file: Path) -> None:
    """Begin a log anew once it has grown large."""
    if file.exists() and file.stat().st_size > _LARGEST_LOG:
        file.replace(file.with_suffix(".old.log"))
