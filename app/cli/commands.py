"""What can be said on the command line, and who answers it."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from app.model.words import phrase

EPILOG = "Settings stand in storehand.toml, in STOREHAND_... variables, or here; see docs/settings.md."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Gives the exit status: 0 done, 1 the answer is no, 2 it could not be done and why."""
    os.umask(0o077)  # badges, addresses and tokens lie in what is written here
    parsed = _parser().parse_args(arguments)
    module, _, function = parsed.answer.partition(":")
    run: Callable[[argparse.Namespace], int] = getattr(import_module(f"app.cli.{module}"), function)
    try:
        status = run(parsed)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read it has seen enough
        return 0
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets words
        from app.cli.failing import refusal

        for line in refusal(error):
            print(f"storehand {parsed.command}: {line}", file=sys.stderr)
        return int(getattr(error, "exit_status", 2))
    return status


class _Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        said = phrase("command.usage", (("problem", " ".join(message.split())), ("program", self.prog)))
        self.exit(2, f"{self.prog}: {said} [command.usage]\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="storehand", description="Runs the floor of a warehouse.", epilog=EPILOG, allow_abbrev=False
    )
    parser.add_argument(
        "--config", type=Path, help="settings file (default: storehand.toml here, if there is one)"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    _add_seeing(commands)
    _add_running(commands)
    _add_keeping(commands)
    _add_planning(commands)
    _add_devices(commands)
    return parser


def _command(
    commands: "argparse._SubParsersAction[_Parser]", name: str, answer: str, words: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=words, allow_abbrev=False)
    command.set_defaults(answer=answer)
    return command


def _database(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--database", help="sqlite:///FILE or postgresql://... (default: central.db in the home folder)"
    )
    command.add_argument("--site", help="which site of the database (default: main)")


def _add_seeing(commands: "argparse._SubParsersAction[_Parser]") -> None:
    demo = _command(
        commands,
        "demo",
        "demo:run",
        "A small warehouse with everything in it, to try. A fresh start each time.",
    )
    demo.add_argument(
        "--sheet", type=Path, metavar="PDF", help="print badges, totes, commands and items as codes instead"
    )
    demo.add_argument(
        "--orders", type=_whole(1, 5_000), default=60, help="orders that wait, 1 to 5000 (default 60)"
    )
    demo.add_argument("--seed", type=int, default=1, help="the same seed makes the same warehouse")
    demo.add_argument(
        "--scanner", action="append", default=[], metavar="URL", help="a real scanner: device or pyserial URL"
    )

    robot = _command(
        commands, "robot", "robot:run", "An operator made of a screen reader and a scanner works a day."
    )
    robot.add_argument("--orders", type=_whole(1, 100_000), default=10, help="orders to ship (default 10)")
    robot.add_argument("--seed", type=int, default=1, help="the same seed makes the same day")
    robot.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    robot.add_argument(
        "--import", dest="folder", type=Path, metavar="DIR", help="a warehouse in the files of docs/import.md"
    )
    robot.add_argument(
        "--size", type=_size, default=(80, 24), help="columns x rows of the terminal (default 80x24)"
    )
    robot.add_argument("--faults", default="none", help="none (the default), usual, or a JSON file of rates")
    robot.add_argument("--database", help="an empty database (default: a SQLite file of its own)")


def _add_running(commands: "argparse._SubParsersAction[_Parser]") -> None:
    central = _command(commands, "central", "central:serve", "The server that terminals and shops talk to.")
    _database(central)
    central.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    central.add_argument(
        "--port", type=_whole(0, 65_535), help="port to listen on, 0 for any free one (default 8423)"
    )
    central.add_argument("--certificate", help="TLS certificate chain (PEM)")
    central.add_argument("--key", help="its private key (PEM)")
    central.add_argument("--while-used", type=Path, metavar="FILE", help=argparse.SUPPRESS)

    station = _command(commands, "station", "station:run", "A terminal for pickers, packers and supervisors.")
    station.add_argument(
        "name", nargs="?", default="STATION-1", help="this terminal's name (default STATION-1)"
    )
    station.add_argument(
        "--central", metavar="URL", help="where the central is, as https://central.example:8423"
    )
    station.add_argument("--ca", help="certificates to trust instead of the system's (PEM)")
    station.add_argument("--enrol", metavar="CODE", help="the one-time code that 'storehand code' printed")
    station.add_argument("--home", type=Path, help="folder of this host's stations")
    station.add_argument(
        "--scanner",
        action="append",
        default=[],
        metavar="URL",
        help="device path or pyserial URL; repeatable",
    )
    station.add_argument(
        "--standalone", action="store_true", help="a warehouse on this one machine: brings its own central"
    )


def _add_keeping(commands: "argparse._SubParsersAction[_Parser]") -> None:
    bring = _command(
        commands, "import", "keeping:bring_in", "Take in CSV files; docs/import.md has the formats."
    )
    bring.add_argument("path", type=Path, help="a folder of files, or one file")
    _database(bring)

    export = _command(commands, "export", "keeping:export", "Print what a shop wants to know, as CSV.")
    export.add_argument("what", choices=["orders"])
    _database(export)

    audit = _command(
        commands, "audit", "keeping:audit", "Recompute every balance and reservation; exit 1 if any differs."
    )
    audit.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    _database(audit)

    code = _command(
        commands,
        "code",
        "keeping:code",
        "Print a one-time code that enrols a terminal, good for ten minutes.",
    )
    code.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    _database(code)

    token = _command(
        commands, "token", "keeping:token", "Print a new token for a shop; it is shown only once."
    )
    token.add_argument("shop", help="the shop's name")
    _database(token)

    revoke = _command(
        commands, "revoke", "keeping:revoke", "Close a terminal or a shop out: its token is void at once."
    )
    revoke.add_argument("name", help="the terminal's or the shop's name")
    _database(revoke)


def _add_planning(commands: "argparse._SubParsersAction[_Parser]") -> None:
    plan = _command(commands, "plan", "plan:route", "Answer a planning question: JSON in, JSON out.")
    questions = plan.add_subparsers(dest="question", required=True, metavar="QUESTION", parser_class=_Parser)
    route = _command(
        questions, "route", "plan:route", "The shortest walk over some stops; see docs/planning.md."
    )
    batch = _command(
        questions, "batch", "plan_batch:batch", "The orders of a wave on tours; see docs/planning.md."
    )
    for question in (route, batch):
        question.add_argument(
            "file", type=_file_or_input, metavar="FILE|-", help="the request, or - for standard input"
        )


def _add_devices(commands: "argparse._SubParsersAction[_Parser]") -> None:
    printers = _command(
        commands,
        "printers",
        "printers:show",
        "List this host's printers and what is wrong with them; exit 1 if one would not print now.",
    )
    what = printers.add_subparsers(dest="what", metavar="test", parser_class=_Parser)
    test = _command(
        what, "test", "printers:test", "Print a label that says what its code says; see docs/printers.md."
    )
    test.add_argument("name", help="the printer's name in the settings")

    decode = _command(
        commands,
        "decode",
        "decode:run",
        "Say what a code says and what is wrong with it; exit 1 for a bad code.",
    )
    decode.add_argument(
        "text",
        metavar="TEXT|-",
        help="the code as it was scanned, AIM id in front, <GS> for the separator; - for standard input, one a line",
    )
    decode.add_argument("--json", action="store_true", help="one JSON object for each code")


def _file_or_input(text: str) -> Path | None:
    return None if text == "-" else Path(text)


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.lstrip("-").isdecimal():
            raise argparse.ArgumentTypeError(phrase("command.not_a_number", (("read", text),)))
        if not least <= int(text) <= most:
            told = (("read", text), ("least", least), ("most", most))
            raise argparse.ArgumentTypeError(phrase("command.range", told))
        return int(text)

    return read


def _size(text: str) -> tuple[int, int]:
    columns, _, rows = text.lower().partition("x")
    if not (
        columns.isdecimal() and rows.isdecimal() and 40 <= int(columns) <= 500 and 16 <= int(rows) <= 200
    ):
        raise argparse.ArgumentTypeError(phrase("command.size", (("read", text),)))
    return int(columns), int(rows)
