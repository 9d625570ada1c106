"""``storehand robot``: an operator made of a screen reader and a virtual scanner works a day through the real parts."""

import argparse
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.children import STOREHAND, forget_settings
from app.cli.demo import write_files
from app.cli.failing import CommandError
from app.cli.settings import made_folder, settings_for
from app.cli.station import ended_by_signals
from app.model.words import phrase

if TYPE_CHECKING:
    from app.robot import Rates


def run(arguments: argparse.Namespace) -> int:
    """Work the day. Exit 0 only if each scan got one verdict, the books balance, and all shipped that could."""
    from app.robot import Plan
    from app.robot import run as work
    from app.robot.trouble import RobotError

    faults = _faults(arguments.faults)
    if arguments.folder is not None and not arguments.folder.is_dir():
        raise CommandError("command.no_path", path=str(arguments.folder))
    # Beside the real journals: what is measured is measured on the disk that they lie on.
    beside = settings_for(arguments).home
    made_folder(beside)
    home = Path(tempfile.mkdtemp(prefix="robot-", dir=beside))
    with ended_by_signals():
        told: dict[str, Any] = {}
        try:
            forget_settings(home)
            files = arguments.folder or write_files(home / "files", arguments.seed, arguments.orders)
            plan = Plan(
                storehand=STOREHAND,
                files=files.absolute(),
                home=home,
                orders=arguments.orders,
                seed=arguments.seed,
                size=arguments.size,
                faults=faults,
                database=arguments.database or "",
            )
            told = work(plan)
        except RobotError as error:
            raise CommandError("command.robot", reason=str(error), folder=str(home)) from error
        finally:
            if told.get("ok"):
                shutil.rmtree(home)
    if not told["ok"]:
        told["kept"] = str(home)  # its logs and databases say why
    print(json.dumps(told) if arguments.json else _summary(told))
    return 0 if told["ok"] else 1


def _faults(told: str) -> "Rates":
    from app.robot import rates

    try:
        return rates(told)
    except ValueError as error:
        raise CommandError("command.faults", reason=str(error)) from error
    except OSError as error:
        reason = f"{told}: {error.strerror or error}"
        raise CommandError("command.faults", reason=reason) from error


def _summary(told: Mapping[str, Any]) -> str:
    orders, times, metres = told["orders"], told["latency_ms"], told["metres"]
    lines = [
        ("robot.orders", {**orders, "waiting": _counted(orders["waiting"])}),
        (
            "robot.scans",
            {
                "scans": told["scans"],
                "verdicts": _counted(told["verdicts"]),
                "unanswered": told["unanswered"],
            },
        ),
        (
            "robot.work",
            {
                "labels": told["labels_proved"],
                "walked": metres["walked"],
                "ordered": metres["in_location_order"],
                "exceptions": _counted(told["exceptions"]),
            },
        ),
        (
            "robot.times",
            {"p50": times.get("p50", "-"), "p99": times.get("p99", "-"), "paint": told["first_paint_ms"]},
        ),
        ("robot.books", {"balanced": "yes" if told["ledger_balanced"] else "no"}),
        *(("robot.complaint", {"complaint": each}) for each in told["complaints"]),
    ]
    if "kept" in told:
        lines.append(("robot.kept", {"folder": told["kept"]}))
    return "\n".join(phrase(code, tuple(params.items())) for code, params in lines)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"
