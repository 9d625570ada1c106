"""From settings and arguments to the values that the parts need: the one place that reads ``config``."""

import argparse
import os
from pathlib import Path

from config.settings import Settings, load_settings


def settings_for(arguments: argparse.Namespace) -> Settings:
    """The settings that this command runs with."""
    return load_settings(arguments.config)


def database_url(arguments: argparse.Namespace, settings: Settings) -> str:
    """The database of the command line, of the settings, or the SQLite file in the home folder."""
    named: str = arguments.database or settings.central.database
    if named:
        return named
    settings.home.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{settings.home / 'central.db'}"


def site_of(arguments: argparse.Namespace, settings: Settings) -> str:
    """The site of the command line or of the settings."""
    return arguments.site or settings.central.site


def log_to(file: Path) -> None:
    """Send every log line to a file: a line on the terminal would tear the picture."""
    import logging

    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    stream = os.fdopen(handle, "a", encoding="utf-8")
    logging.basicConfig(
        stream=stream, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
