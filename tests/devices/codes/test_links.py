"""Digital Links, judged as GS1's own engine judges them.

The addresses and verdicts are facts that GS1 published with its Barcode Syntax Engine; the reasons are ours.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.words import WORDS
from devices.codes import read
from devices.codes.elements import Refused
from devices.codes.links import is_address, link

GTIN = "12312312312333"
SSCC = "006141411234567890"


def said(address: str) -> str:
    """The elements of a link in brackets, the reason against it, or nothing for an address that is none."""
    try:
        found = link(address) if is_address(address) else None
    except Refused as refusal:
        return refusal.code
    return "" if found is None else "".join(map(str, found))


@pytest.mark.parametrize(
    ("address", "elements"),
    [
        (f"http://a/00/{SSCC}", f"(00){SSCC}"),
        (f"HTTP://a/00/{SSCC}", f"(00){SSCC}"),
        (f"https://a/00/{SSCC}", f"(00){SSCC}"),
        (f"HTTPS://a/00/{SSCC}", f"(00){SSCC}"),
        (f"https://xn--fsq.xn--0zwm56d/01/{GTIN}", f"(01){GTIN}"),
        (f"https://a./01/{GTIN}", f"(01){GTIN}"),
        (f"https://a:65535/01/{GTIN}", f"(01){GTIN}"),
        (f"https://192.0.2.1/01/{GTIN}", f"(01){GTIN}"),
        (f"https://3232235777/01/{GTIN}", f"(01){GTIN}"),
        (f"https://0xC0.0xA8.0x01.0x01/01/{GTIN}", f"(01){GTIN}"),
        (f"https://[2001:db8::1]/01/{GTIN}", f"(01){GTIN}"),
        (f"https://a/stem/00/{SSCC}", f"(00){SSCC}"),
        (f"https://a/more/stem/00/{SSCC}", f"(00){SSCC}"),
        (f"https://a/00/faux/00/{SSCC}", f"(00){SSCC}"),
        (f"https://a/01/{GTIN}/22/TEST/10/ABC/21/XYZ", f"(01){GTIN}(22)TEST(10)ABC(21)XYZ"),
        (f"https://a/01/{GTIN}/235/TEST", f"(01){GTIN}(235)TEST"),
        ("https://a/253/1231231231232", "(253)1231231231232"),
        ("https://a/253/1231231231232TEST5678901234567", "(253)1231231231232TEST5678901234567"),
        ("https://a/8018/123456789012345675/8019/123", "(8018)123456789012345675(8019)123"),
        (f"https://a/stem/00/{SSCC}?", f"(00){SSCC}"),
        (f"https://a/stem/00/{SSCC}?99=ABC", f"(00){SSCC}(99)ABC"),
        ("https://a/stem/401/12345678?99=ABC", "(401)12345678(99)ABC"),
        (f"https://a/01/{GTIN}?99=ABC&98=XYZ", f"(01){GTIN}(99)ABC(98)XYZ"),
        (f"https://a/01/{GTIN}?&&&99=ABC&&&&&&98=XYZ&&&", f"(01){GTIN}(99)ABC(98)XYZ"),
        (f"https://a/01/{GTIN}?99=ABC&unknown=666&98=XYZ", f"(01){GTIN}(99)ABC(98)XYZ"),
        (f"https://a/01/{GTIN}?unknown=666&99=ABC&98=XYZ", f"(01){GTIN}(99)ABC(98)XYZ"),
        (f"https://a/01/{GTIN}?99=ABC&98=XYZ&unknown=666", f"(01){GTIN}(99)ABC(98)XYZ"),
        (f"https://a/01/{GTIN}?99=ABC&singleton&98=XYZ", f"(01){GTIN}(99)ABC(98)XYZ"),
        (f"https://a/01/{GTIN}?singleton&99=ABC&98=XYZ", f"(01){GTIN}(99)ABC(98)XYZ"),
        (f"https://a/01/{GTIN}?s1&u1=555&99=ABC&s2&u2=6&98=XYZ&s3", f"(01){GTIN}(99)ABC(98)XYZ"),
        (f"https://a/01/{GTIN}/22/ABC%2d123?99=ABC&98=XYZ%2f987", f"(01){GTIN}(22)ABC-123(99)ABC(98)XYZ/987"),
        (f"https://a/01/{GTIN}/22/ABC+123?99=ABC&98=XYZ%2f987", f"(01){GTIN}(22)ABC+123(99)ABC(98)XYZ/987"),
        (f"https://a/01/{GTIN}/22/test/10/abc/21/xyz#", f"(01){GTIN}(22)test(10)abc(21)xyz"),
        (f"https://a/01/{GTIN}/22/test/10/abc/21/xyz#fragment", f"(01){GTIN}(22)test(10)abc(21)xyz"),
        (f"https://a/stem/00/{SSCC}?99=ABC#fragment", f"(00){SSCC}(99)ABC"),
        ("https://id.gs1.org/01/09520123456788", "(01)09520123456788"),
        ("https://id.gs1.org/01/09520123456788/22/2A", "(01)09520123456788(22)2A"),
        ("https://id.gs1.org/01/09520123456788/10/ABC123", "(01)09520123456788(10)ABC123"),
        ("https://id.gs1.org/01/09520123456788/21/12345", "(01)09520123456788(21)12345"),
        (
            "https://id.gs1.org/01/09520123456788/10/ABC1/21/12345?17=180426",
            "(01)09520123456788(10)ABC1(21)12345(17)180426",
        ),
        (
            "https://example.com/01/09520123456788?3103=000195&3922=0299&17=201225",
            "(01)09520123456788(3103)000195(3922)0299(17)201225",
        ),
        (
            "https://id.gs1.org/00/952012345678912345?02=09520123456788&37=25&10=ABC123",
            "(00)952012345678912345(02)09520123456788(37)25(10)ABC123",
        ),
        ("https://id.gs1.org/414/9520123456788/254/32a%2Fb", "(414)9520123456788(254)32a/b"),
        (
            "https://example.com/8004/9520614141234567?01=9520123456788",
            "(8004)9520614141234567(01)09520123456788",
        ),
        (
            "https://id.gs1.org/01/09520123456788/235/XYZ?10=ABC123",
            "(01)09520123456788(235)XYZ(10)ABC123",
        ),
    ],
)
def test_what_gs1_reads_in_an_address_is_read(address: str, elements: str) -> None:
    assert said(address) == elements


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://",
        "http://",
        "http:///",
        "http://a",
        "http://a/",
        "http://a/b",
        "http://a/b/",
        f"HtTp://a/b/00/{SSCC}",
        f"https://00/{SSCC}",
        f"https://[fe80::1%25lo]/01/{GTIN}",
        f"https://$a/{SSCC}",
        f"https://a$/{SSCC}",
        f"https://a/gtin/{GTIN}",
        f"https://a/stem/00/{SSCC}/",
        "https://example.com/01/09520123456788/89/ABC123?99=XYZ",
        "https://shop.example/tote?id=7",
    ],
)
def test_an_address_without_a_key_is_any_address(address: str) -> None:
    assert said(address) == ""


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://a/01/2112345678900", "gs1.too_short"),
        ("https://a/01/416000336108", "gs1.too_short"),
        ("https://a/01/02345673", "gs1.too_short"),
        ("https://a/01/12312312312334", "gs1.check_digit"),
        ("https://a/253/1231231231232TEST56789012345678", "gs1.too_long"),
        (f"https://a/01/{GTIN}?99=", "gs1.too_short"),
        (f"https://a/01/{GTIN}/10/", "gs1.too_short"),
        (f"https://a/01/{GTIN}?99=ABC&999=faux", "gs1.unknown_identifier"),
        (f"https://a/01/{GTIN}/22/ABC%2d123?99=ABC&98=XYZ+987", "gs1.wrong_character"),
        (f"https://a/01/{GTIN}/10/A%00B", "gs1.wrong_character"),
        (f"https://a/01/{GTIN}/10/A%1dB", "gs1.wrong_character"),
        (f"https://a/01/{GTIN}/21/XYZ/10/ABC", "link.order"),
        (f"https://a/01/{GTIN}/22/A/10/B/235/C", "link.order"),
        ("https://example.com/01/09520123456788?10=ABC123", "link.belongs_into_path"),
        ("https://id.gs1.org/01/09520123456788/10/ABC123?99=XYZ789&01=09520123456788", "link.twice"),
        ("https://id.gs1.org/01/09520123456788/10/ABC123?99=XYZ789&10=ABC123", "link.twice"),
        ("https://id.gs1.org/01/09520123456788/10/ABC123?99=XYZ789&99=XYZ789", "link.twice"),
        ("https://example.com/01/09520123456788?99=XYZ&89=ABC123", "gs1.unknown_identifier"),
        (f"https://a/00/{SSCC}?21=7", "link.no_attribute"),
        (f"https://a/01/{GTIN}?x=a b", "link.character"),
        (f"https://a/01/{GTIN}?02=09520123456788", "gs1.two_items"),
        ("https://id.gs1.org/ARFKk4XB0CDKWcnpq", "link.compressed"),
    ],
)
def test_a_link_that_gs1_refuses_is_refused_with_the_reason(address: str, reason: str) -> None:
    assert said(address) == reason
    assert reason in WORDS


@pytest.mark.parametrize("mark", ["", "]Q1", "]Q2", "]d1", "]J0", "]z0"])
@pytest.mark.parametrize("scheme", ["https", "HTTPS", "http"])
def test_a_link_is_read_behind_any_aim_id(mark: str, scheme: str) -> None:
    reading = read(f"{mark}{scheme}://any.example/01/{GTIN}/10/L-1/21/S7?17=280200".encode())
    assert (reading.aim, reading.gtin, reading.lot, reading.serial) == (mark, GTIN, "L-1", "S7")
    assert f"{reading.expires}" == "2028-02-29"
    assert reading.instead == ()


def test_a_web_address_that_is_no_link_stays_text() -> None:
    assert read(b"]Q1https://shop.example/t/7").text == "https://shop.example/t/7"
    assert read(b"]Q1https://shop.example/t/7").refused == ""


@given(st.text(max_size=40))
def test_no_address_whatever_breaks_the_reading(rest: str) -> None:
    reading = read(f"]Q1https://a/01/{GTIN}{rest}".encode("utf-8", "surrogatepass"))
    assert reading.refused in {"", *WORDS}
