"""Each act waits for its one verdict; what is never answered or never understood ends in words, not in a loop."""

import sys
from io import StringIO

import pytest

from app.robot.hands import Hands, Tally
from app.robot.processes import Terminal
from app.robot.scanner import Scanner
from app.robot.trouble import NotUnderstoodError, TerminalGoneError

ECHO = """
import os, sys, tty
line = os.open(sys.argv[1], os.O_RDONLY | os.O_NOCTTY)
tty.setraw(line)
number = 0
def say(words):
    sys.stdout.write("\\x1b[2J\\x1b[H status\\r\\n\\x1b[1;97mScan something\\x1b[0m\\r\\n" + words)
    sys.stdout.flush()
say("")
while True:
    code = b""
    while not code.endswith(b"\\r"):
        code += os.read(line, 1)
    number += 1
    {answer}
"""
ANSWERS = 'say(f"✓ OK #{number} " + code.decode().strip())'
TWICE = 'number += 1; say(f"✓ OK #{number} " + code.decode().strip())'
SILENT = "pass"
ENDS = "sys.exit(3)"


def at_a_terminal(scanner: Scanner, answer: str, tally: Tally, patience_s: float) -> tuple[Hands, Terminal]:
    terminal = Terminal((sys.executable, "-c", ECHO.replace("{answer}", answer), scanner.port), (60, 20))
    hands = Hands(scanner, tally, patience_s, lambda _: None, StringIO())
    hands.take(terminal)
    hands.wait_until(lambda glance: glance.ask == "Scan something", "the first picture", 10.0)
    return hands, terminal


def test_a_scan_gets_its_verdict_and_its_latency_is_measured() -> None:
    scanner, tally = Scanner(), Tally()
    hands, terminal = at_a_terminal(scanner, ANSWERS, tally, 5.0)
    answer = hands.scan("T-101")
    assert (answer.word, answer.number, answer.words) == ("OK", 1, "T-101")
    assert hands.scan("T-102").number == 2
    assert (tally.scans, tally.unanswered, len(tally.latencies)) == (2, 0, 2)
    assert tally.complaints == []
    terminal.end()
    scanner.close()


def test_two_verdicts_for_one_scan_are_a_complaint() -> None:
    scanner, tally = Scanner(), Tally()
    hands, terminal = at_a_terminal(scanner, TWICE, tally, 5.0)
    hands.scan("T-101")
    assert len(tally.complaints) == 1
    terminal.end()
    scanner.close()


def test_a_scan_that_nobody_answers_ends_with_a_picture_of_the_screen() -> None:
    scanner, tally = Scanner(), Tally()
    hands, terminal = at_a_terminal(scanner, SILENT, tally, 0.3)
    with pytest.raises(NotUnderstoodError, match=r"no verdict #1[\s\S]*\|Scan something"):
        hands.scan("T-101")
    assert tally.unanswered == 1
    terminal.end()
    scanner.close()


def test_a_secret_badge_stands_in_no_message() -> None:
    scanner, tally = Scanner(), Tally()
    hands, terminal = at_a_terminal(scanner, SILENT, tally, 0.3)
    with pytest.raises(NotUnderstoodError) as caught:
        hands.scan("BADGE:ZK4QW7N2M5TBX3JH6RDVPY9CLA")
    assert "ZK4Q" not in str(caught.value)
    terminal.end()
    scanner.close()


def test_a_terminal_that_ends_is_noticed_at_once() -> None:
    scanner, tally = Scanner(), Tally()
    hands, terminal = at_a_terminal(scanner, ENDS, tally, 5.0)
    with pytest.raises(TerminalGoneError, match="ended with 3"):
        hands.scan("T-101")
    terminal.close()
    scanner.close()


def test_what_was_sent_to_a_dead_terminal_is_forgotten() -> None:
    scanner, tally = Scanner(), Tally()
    hands, terminal = at_a_terminal(scanner, ENDS, tally, 5.0)
    with pytest.raises(TerminalGoneError):
        hands.scan("T-101")
    terminal.close()
    scanner.scan("T-102")
    scanner.forget()
    hands, terminal = at_a_terminal(scanner, ANSWERS, tally, 5.0)
    assert hands.scan("T-103").words == "T-103"
    terminal.end()
    scanner.close()
