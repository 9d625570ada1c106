"""Every command of Storehand. Each command imports what it needs when it runs: the terminal must paint at once."""

from app.cli.commands import main

__all__ = ["main"]
