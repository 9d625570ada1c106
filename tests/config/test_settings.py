"""Settings: which place wins, what each may be, and words for what it may not."""

from pathlib import Path

import pytest

from app.model.known import SiteSettings
from config.settings import FRAMINGS, PAPERS, PrinterSettings, ScannerSettings, SettingsError, load_settings
from devices.framing import FRAMINGS as KNOWN_FRAMINGS
from printing.spool import Kind

WHOLE = r"""
home = "~/warehouse"
[station]
central = "https://central:8423"
ca = "ca.pem"
wedge_prefix = "\u001d"
reserve_mb = 8
scanners = [
    { url = "/dev/ttyACM0", name = "ring", framing = "stx", baudrate = 115200, retrigger_ms = 500 },
    { url = "socket://10.0.0.7:9000" },
]
[station.printers.zebra]
url = "socket://10.0.0.5:9100"

[station.printers.office]
url = "cups://localhost/office"
papers = ["slip", "manifest"]

[station.print_commands]
label = ["lp", "-d", "zebra", "{path}"]
[central]
database = "postgresql://db/storehand"
host = "0.0.0.0"
port = 9000
site = "north"
gs1_prefix = "4012345"
certificate = "c.pem"
key = "k.pem"
ship_from = ["Storehand", "Kai 1", "20457 Hamburg"]
rate_cards = "cards"
carrier_secrets = { heron = "hush" }
carrier_secret_files = { wren = "/run/secrets/wren" }
[site]
name = "North"
max_stops = 12
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text)
    return file


def refused(
    folder: Path, text: str, environment: dict[str, str] | None = None
) -> tuple[str, dict[str, object]]:
    with pytest.raises(SettingsError) as caught:
        load_settings(written(folder, text), environment or {})
    return caught.value.code, dict(caught.value.params)


def test_every_setting_may_stand_in_the_file(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, WHOLE), {})
    assert settings.home == Path.home() / "warehouse"
    assert settings.station.scanners == (
        ScannerSettings("/dev/ttyACM0", "ring", "stx", 115_200, 500),
        ScannerSettings("socket://10.0.0.7:9000"),
    )
    assert settings.station.wedge_prefix == "\x1d"
    assert settings.station.print_commands == {"label": ("lp", "-d", "zebra", "{path}")}
    assert list(settings.station.printers.items()) == [
        ("zebra", PrinterSettings("socket://10.0.0.5:9100", ("label",))),
        ("office", PrinterSettings("cups://localhost/office", ("slip", "manifest"))),
    ]
    assert settings.central.port == 9000
    assert settings.central.ship_from == ("Storehand", "Kai 1", "20457 Hamburg")
    assert settings.central.carrier_secrets == {"heron": "hush"}
    assert settings.site_rules("north") == SiteSettings(name="North", max_stops=12)


def test_without_any_the_defaults_hold_and_a_site_is_called_as_it_is_identified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {})
    assert settings.home == Path.home() / ".local" / "share" / "storehand"
    assert settings.site_rules("main") == SiteSettings(name="main")


def test_the_environment_wins_over_the_file_and_speaks_as_the_file_does(tmp_path: Path) -> None:
    told = {
        "STOREHAND_CONFIG": str(written(tmp_path, WHOLE)),
        "STOREHAND_CENTRAL__PORT": "1",
        "STOREHAND_CENTRAL__GS1_PREFIX": "0400000",
        "STOREHAND_STATION__SCANNERS": '[{ url = "/dev/ttyS0" }]',
        "STOREHAND_STATION__PRINT_COMMANDS__SLIP": '["lp", "{path}"]',
        "STOREHAND_STATION__WEDGE_PREFIX": r'"\u001e"',
        "STOREHAND_CENTRAL__SHIP_FROM": '["One"]',
        "UNRELATED": "1",
    }
    settings = load_settings(None, told)
    assert (settings.central.port, settings.central.gs1_prefix) == (1, "0400000")
    assert settings.station.scanners == (ScannerSettings("/dev/ttyS0"),)
    assert set(settings.station.print_commands) == {"label", "slip"}
    assert settings.station.wedge_prefix == "\x1e"
    assert settings.central.ship_from == ("One",)


def test_the_file_here_is_used_unless_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "storehand.toml").write_text("[central]\nport = 5\n")
    assert load_settings(None, {}).central.port == 5
    other = written(tmp_path, "[central]\nport = 6\n")
    assert load_settings(None, {"STOREHAND_CONFIG": str(other)}).central.port == 6
    assert load_settings(written(tmp_path, ""), {"STOREHAND_CONFIG": "nowhere"}).central.port == 8423


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("homes = 1", "homes"),
        ("[central]\nprot = 1", "central.prot"),
        ('[station]\nscanners = [{ url = "x", speed = 1 }]', "station.scanners.1.speed"),
        ("[station.print_commands]\nletter = []", "station.print_commands.letter"),
        ("[site]\nstops = 1", "site.stops"),
    ],
)
def test_a_setting_that_nobody_knows_is_refused_with_those_that_there_are(
    tmp_path: Path, text: str, where: str
) -> None:
    code, told = refused(tmp_path, text)
    assert code == "setting.unknown"
    assert str(told["where"]).endswith(f", {where}")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("home = 1", "home"),
        ("central = 1", "central"),
        ("[central]\nport = 65536", "central.port"),
        ("[central]\nport = true", "central.port"),
        ("[central]\nport = '9'", "central.port"),
        ('[central]\nhost = "a\\u0007b"', "central.host"),
        ("[central]\ngs1_prefix = 4012345", "central.gs1_prefix"),
        ('[central]\ngs1_prefix = "12"', "central.gs1_prefix"),
        ('[central]\nship_from = "One"', "central.ship_from"),
        ('[central]\ncarrier_secrets = "hush"', "central.carrier_secrets"),
        ("[central.carrier_secrets]\nheron = 12345", "central.carrier_secrets.heron"),
        ('[station]\nscanners = ["/dev/ttyACM0"]', "station.scanners.1"),
        ('[station]\nscanners = [{ url = "x", framing = "etx" }]', "station.scanners.1.framing"),
        ('[station]\nwedge_prefix = "\\r"', "station.wedge_prefix"),
        ('[station]\nwedge_prefix = "ab"', "station.wedge_prefix"),
        ('[station.print_commands]\nlabel = ["lp"]', "station.print_commands.label"),
        ('[station.printers]\nzebra = "socket://x"', "station.printers.zebra"),
        (
            '[station.printers.zebra]\nurl = "socket://x"\npapers = ["letter"]',
            "station.printers.zebra.papers",
        ),
        ("[site]\nmax_stops = 0", "site.max_stops"),
    ],
)
def test_a_setting_of_the_wrong_form_is_refused_with_its_place(tmp_path: Path, text: str, where: str) -> None:
    code, told = refused(tmp_path, text)
    assert code == "setting.wrong"
    assert str(told["where"]).endswith(f", {where}")
    assert "12345" not in str(told["read"]) or where != "central.carrier_secrets.heron"


def test_a_variable_is_named_as_it_is_called(tmp_path: Path) -> None:
    for variable, code in (("STOREHAND_CENTRAL__PORT", "wrong"), ("STOREHAND_CENTRE__PORT", "unknown")):
        found, told = refused(tmp_path, "", {variable: "no port"})
        assert (found, told["where"]) == (f"setting.{code}", variable)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "nowhere.toml", {})
    assert caught.value.code == "setting.no_file"
    assert refused(tmp_path, "[central")[0] == "setting.no_toml"
    assert refused(tmp_path, "central = 1", {"STOREHAND_CENTRAL__PORT": "1"})[0] == "setting.no_section"


def test_the_names_of_framings_and_papers_are_those_of_the_devices_and_the_spool() -> None:
    assert set(FRAMINGS) == set(KNOWN_FRAMINGS)
    assert set(PAPERS) == {kind.value for kind in Kind}
