"""Commands that one command starts: the same program and settings. What is secret goes by the environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.cli.failing import CommandError

STOREHAND = (sys.executable, "-P", "-m", "app.cli")
"""``-P``: a folder named ``app`` where somebody happens to stand is not ours."""
_ANSWERS_WITHIN_S = 120.0
_LONGEST_REASON = 600


@dataclass(frozen=True, slots=True)
class Children:
    """How commands are started on one site of one database, with the settings of this process."""

    database: str
    site: str
    config: Path | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    """Rules of the site, by the names of the settings."""

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment with what the child is told."""
        told = {"STOREHAND_CENTRAL__DATABASE": self.database, "STOREHAND_CENTRAL__SITE": self.site}
        if self.config is not None:
            told["STOREHAND_CONFIG"] = str(self.config.absolute())
        rules = {f"STOREHAND_SITE__{name.upper()}": value for name, value in self.rules.items()}
        return {**os.environ, **told, **rules}

    def ask(self, *arguments: str) -> str:
        """What a command prints.

        Raises:
            CommandError: ``command.reason`` with what it said instead.
        """
        done = subprocess.run(
            [*STOREHAND, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_ANSWERS_WITHIN_S,
            check=False,
        )
        if done.returncode != 0:
            said = " ".join((done.stderr or done.stdout).split())[-_LONGEST_REASON:]
            raise CommandError("command.reason", reason=said.rstrip("."))
        return done.stdout


def forget_settings(home: Path) -> Path:
    """Give this process and its children settings of their own: this machine's are for its real warehouse."""
    for variable in [name for name in os.environ if name.startswith("STOREHAND_")]:
        del os.environ[variable]
    file = home / "storehand.toml"
    file.write_text("", encoding="utf-8")
    os.environ["STOREHAND_CONFIG"] = str(file)
    return file
