"""``storehand decode``: what a code says and what is wrong with it, and exit statuses."""

from __future__ import annotations

import io
import json

import pytest

from tests.cli.running import Host

GTIN = "09506000134352"


def told(host: Host, text: str) -> tuple[int, dict[str, object]]:
    said = host.say("decode", "--json", text)
    return said.status, json.loads(said.out)


def test_a_label_is_told_field_by_field_with_what_each_means(host: Host) -> None:
    status, found = told(host, f"]C101{GTIN}172802003103001250<GS>10AB-1<GS>21S/7")
    assert status == 0
    assert (found["aim"], found["kind"], found["gtin"], found["problem"]) == ("]C1", "gs1", GTIN, None)
    elements = found["elements"]
    assert isinstance(elements, list)
    assert [(each["ai"], each["title"], each["value"], each["meaning"]) for each in elements] == [
        ("01", "GTIN", GTIN, GTIN),
        ("17", "USE BY or EXPIRY", "280200", "2028-02-29"),
        ("3103", "NET WEIGHT (kg)", "001250", "1.250 kg"),
        ("10", "BATCH/LOT", "AB-1", "AB-1"),
        ("21", "SERIAL", "S/7", "S/7"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "ai", "position"),
    [
        (f"]C101{GTIN}17281301", "gs1.date", "17", 17),
        ("]C10109506000134353", "gs1.check_digit", "01", 1),
        (f"]C102{GTIN}", "gs1.no_count", "02", 1),
        ("]C110AB-1", "gs1.lacking", "10", 1),
        (f"(01){GTIN}(37)4", "gs1.excluded", "01", 1),
        ("]E09506000134353", "gs1.check_digit", "", 0),
        (f"]Q1https://a.example/01/{GTIN}?10=A", "link.belongs_into_path", "10", 37),
        ("https://id.gs1.org/ARFKk4XB0CDKWcnpq", "link.compressed", "", 0),
    ],
)
def test_a_bad_code_is_said_to_be_one_and_where(
    host: Host, text: str, code: str, ai: str, position: int
) -> None:
    status, found = told(host, text)
    problem = found["problem"]
    assert isinstance(problem, dict)
    assert (status, problem["code"], problem["ai"], problem["position"]) == (1, code, ai, position)


def test_without_json_people_read_it(host: Host) -> None:
    said = host.say("decode", f"]d201{GTIN}7007280101280131<GS>391297812345")
    assert said.status == 1
    assert "(7007) HARVEST DATE: 2028-01-01/2028-01-31" in said.out
    assert "(3912) AMOUNT: 978 123.45" in said.out
    assert "(3912) at character 34" in said.out
    assert "[gs1.lacking]" in said.out


@pytest.mark.parametrize(
    "text", ["9506000134352", f"(01){GTIN}(10)A", "]Q1https://any.example/x", "TOTE-7", "]C0T-1"]
)
def test_a_good_code_leaves_with_zero(host: Host, text: str) -> None:
    assert host.say("decode", text).status == 0


def test_what_a_lost_separator_can_have_hidden_is_listed(host: Host) -> None:
    _, found = told(host, f"]C101{GTIN}10AB-1217")
    assert found["instead"] == [f"(01){GTIN}(10)AB-1(21)7"]


def test_codes_come_from_standard_input_one_a_line(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    given = f"]C101{GTIN}10A\x1d21B\n]C1ABC\n".encode() + b"\xff\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    said = host.say("decode", "--json", "-")
    assert said.status == 1
    first, second, third = (json.loads(line) for line in said.out.splitlines())
    assert [each["ai"] for each in first["elements"]] == ["01", "10", "21"]
    assert (second["problem"]["code"], third["kind"]) == ("gs1.unknown_identifier", "text")


def test_no_control_character_of_a_code_reaches_the_terminal(host: Host) -> None:
    said = host.say("decode", "]C110A\x1b[2J\x07")
    assert (said.status, "\x1b" in said.out, "\x07" in said.out) == (1, False, False)


def test_what_no_scanner_sends_is_refused(host: Host) -> None:
    said = host.say("decode", "9" * 5000)
    assert (said.status, "[decode.too_long]" in said.err) == (2, True)
