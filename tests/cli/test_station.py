"""``storehand station``, started as people start it: on a terminal, with a home folder, against a real central."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from devices.virtual import VirtualScanner
from tests.cli.conftest import Served
from tests.cli.running import Host


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_station_without_a_terminal_says_that_it_needs_one(host: Host) -> None:
    said = host.say("station", "PACK-1")
    assert (said.status, said.code) == (2, "command.needs_terminal")


def test_a_station_that_is_not_enrolled_says_so_and_how(host: Host) -> None:
    with host.terminal("station", "PACK-1") as screen:
        assert screen.ended() == 2
        assert "[station.not_enrolled]" in screen.flat
        assert "storehand station PACK-1 --central URL --enrol CODE" in screen.flat


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("station", "no/name"), "station.bad_name"),
        (("station", "--home", "/dev/null/x"), "command.file"),
        (("station", "--enrol", "CODE"), "command.needs_central"),
        (("station", "--central", "central:8423"), "command.wrong_url"),
        (("station", "--central", "http://central:none"), "command.wrong_url"),
        (("station", "--central", "http://127.0.0.1:9", "--enrol", "main.AAAA"), "central.offline"),
        (
            ("station", "--central", "https://127.0.0.1:9", "--ca", "none.pem", "--enrol", "main.AAAA"),
            "central.ca",
        ),
    ],
)
def test_a_station_that_cannot_begin_says_why_in_one_line(
    host: Host, arguments: tuple[str, ...], code: str
) -> None:
    with host.terminal(*arguments) as screen:
        assert screen.ended() == 2
        assert f"[{code}]" in screen.flat
        assert "Traceback" not in screen.flat


def test_a_code_lets_one_station_in_once_and_later_starts_need_none(host: Host, served: Served) -> None:
    code = served.code()
    with host.terminal("station", "IN-1", "--central", served.url, "--enrol", code) as screen:
        screen.until(lambda: "network ok" in screen.text)
        assert screen.quit() == 0
    with host.terminal("station", "IN-1") as screen:
        screen.until(lambda: "network ok" in screen.text)
    with host.terminal("station", "IN-2", "--central", served.url, "--enrol", code) as screen:
        assert screen.ended() == 2
        assert "[station.wrong_code]" in screen.flat
    folder = host.home / "stations" / "IN-1"
    assert mode(folder) == 0o700
    assert {mode(file) for file in folder.iterdir() if file.is_file()} == {0o600}


def test_a_second_start_of_a_name_and_a_second_owner_of_a_port_are_refused_in_words(
    host: Host, served: Served
) -> None:
    with VirtualScanner() as scanner:
        told = ("--central", served.url, "--scanner", scanner.url)
        with host.terminal("station", "TWICE-1", *told, "--enrol", served.code()) as screen:
            screen.until(lambda: "scanner 1 ready" in screen.text)
            with host.terminal("station", "TWICE-1", *told, "--enrol", served.code()) as second:
                assert second.ended() == 2
                assert "[station.in_use]" in second.flat
                assert str(screen.process.pid) in second.flat
            with host.terminal("station", "TWICE-2", *told, "--enrol", served.code()) as second:
                second.until(lambda: "used by another program" in second.text)
                second.until(lambda: "already in use" in second.text)
            screen.until(lambda: "network ok" in screen.text)


def test_a_scanner_that_is_not_there_is_looked_for_and_said(host: Host, served: Served) -> None:
    station = ("station", "LOST-1", "--central", served.url, "--enrol", served.code())
    with host.terminal(*station, "--scanner", "/dev/no-such-scanner") as screen:
        screen.until(lambda: "scanner 1 lost" in screen.text)


def test_a_station_follows_its_central_to_another_address(host: Host, served: Served) -> None:
    with host.terminal("station", "MOVED-1", "--central", served.url, "--enrol", served.code()) as screen:
        screen.until(lambda: "network ok" in screen.text)
    elsewhere = served.url.replace("127.0.0.1", "localhost")
    with host.terminal("station", "MOVED-1", "--central", elsewhere) as screen:
        screen.until(lambda: "network ok" in screen.text)
    assert elsewhere in (host.home / "stations" / "MOVED-1" / "station.toml").read_text()


def test_a_station_reaches_its_central_over_https_with_a_ca_of_ones_own(stocked: Host) -> None:
    authority, certificate, key = _certificate(stocked.folder)
    with stocked.central("--certificate", certificate, "--key", key) as url:
        assert url.startswith("https://")
        code = stocked.told("code").strip()
        distrusting = ("station", "PACK-1", "--central", url, "--enrol", code)
        with stocked.terminal(*distrusting) as screen:
            assert screen.ended() == 2
            assert "[central.certificate]" in screen.flat
        with stocked.terminal(*distrusting, "--ca", authority.name) as screen:  # from where it stands
            screen.until(lambda: "network ok" in screen.text)


def _certificate(folder: Path) -> tuple[Path, Path, Path]:
    """An authority of one's own and a certificate of 127.0.0.1 by it, made with openssl."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-subj", "/CN=Own authority", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *new[:-2], "-subj", "/CN=central", "-keyout", "central.key", "-out", "central.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    openssl("x509", "-req", "-in", "central.csr", *by, "-out", "central.pem")
    return folder / "ca.pem", folder / "central.pem", folder / "central.key"
