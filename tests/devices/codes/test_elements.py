"""Element strings and values, judged as GS1's own engine judges them.

The cases state facts that GS1 published with its Barcode Syntax Engine (strings and what the engine says of them); the
reasons are ours.
"""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.model.words import WORDS
from devices.codes.elements import GS, Element, Refused, bracketed, compare, elements, lacking
from devices.codes.identifiers import identifiers
from tests.devices.codes.labels import build, value_of

GTIN = "12345678901231"
SSCC = "123456789012345675"


def judged(written: str) -> str:
    """Why an element string, with ``^`` for FNC1, is refused; empty where it is accepted."""
    try:
        elements(written.replace("^", GS))
    except Refused as refusal:
        return refusal.code
    return ""


def judged_bracketed(written: str) -> str:
    try:
        bracketed(written)
    except Refused as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize(
    "written",
    [
        "^991234",
        "^0112345678901231",
        "^0112345678901231^",
        "^0112345678901231991234",
        "^0112345678901231^991234",
        "^2421",
        "^242123456",
        "^242123456^10ABC123",
        "^242123456^",
        "^81111234",
        "^81111234^10ABC123",
        "^800112341234512398",
        "^800112341234512398^0112345678901231",
        "^7007211225211231",
        "^7007211225",
        "^800302112345678900ABC",
        "^800302112345678900",
        "^800302112345678900^10ABC123",
        "^800302112345678900ABCDEFGHIJKLMNOP",
        "^7230121234567890123456789012345678",
        "^7230123",
        "^31001234561012345",
        "^1012345^11991225",
        "^390012345^11991225",
    ],
)
def test_what_gs1_accepts_is_accepted(written: str) -> None:
    assert judged(written) == ""


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "gs1.empty"),
        ("^", "gs1.empty"),
        ("^891234", "gs1.unknown_identifier"),
        ("^99~ABC", "gs1.wrong_character"),
        ("^99ABC~", "gs1.wrong_character"),
        ("^01A2345678901231", "gs1.not_digits"),
        ("^011234567890123A", "gs1.not_digits"),
        ("^0112345678901234", "gs1.check_digit"),
        ("^011234567890123", "gs1.too_short"),
        ("^01123456789012312", "gs1.unknown_identifier"),
        ("^011234567890123^", "gs1.too_short"),
        ("^01123456789012345^", "gs1.check_digit"),
        ("^01123456789012345^991234", "gs1.check_digit"),
        ("^2421234567", "gs1.too_long"),
        ("^8111123", "gs1.too_short"),
        ("^811112345", "gs1.too_long"),
        ("^80011234123451239", "gs1.too_short"),
        ("^8001123412345123981", "gs1.too_long"),
        ("^80011234123451239^0112345678901231", "gs1.too_short"),
        ("^8001123412345123981^01123456789012312", "gs1.too_long"),
        ("^70072112252", "gs1.too_short"),
        ("^7007211225211", "gs1.too_short"),
        ("^700721122521123", "gs1.too_short"),
        ("^70072112252212311", "gs1.too_long"),
        ("^800302112345678901ABC", "gs1.check_digit"),
        ("^800302112345678900ABCDEFGHIJKLMNOPQ", "gs1.too_long"),
        ("^72301212345678901234567890123456789", "gs1.too_long"),
        ("^723012", "gs1.too_short"),
    ],
)
def test_what_gs1_refuses_is_refused_with_the_reason(written: str, reason: str) -> None:
    assert judged(written) == reason
    assert reason in WORDS


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("(00)123456789012345675", ""),
        ("(00)A23456789012345675", "gs1.not_digits"),
        ("(10) ", "gs1.wrong_character"),
        ("(8010)123456_", "gs1.wrong_character"),
        ("(8010)1234#IR-/U4", ""),
        ("(8013)123456ABOO", "gs1.check_pair"),
        ("(8030)ABC:123", "gs1.wrong_character"),
        ("(8030)123=", "gs1.padding"),
        ("(8030)12=", ""),
        ("(8030)1==", ""),
        ("(8030)===", "gs1.padding"),
        ("(8030)1=2", "gs1.wrong_character"),
        ("(00)123456789012345670", "gs1.check_digit"),
        ("(8013)123456ABXX", "gs1.check_pair"),
        ("(8013)A", "gs1.too_short"),
        ("(8013)1987654Ad4X4bL5ttr2310c2K", ""),
        ("(8013)12345678901234567890123NT", ""),
        ("(401)123", "gs1.too_short"),
        ("(7023)12A4", "gs1.company_prefix"),
        ("(7040)1AB=", "gs1.wrong_character"),
        ("(8001)12340000012311", "gs1.zero"),
        ("(8003)112345678901281234567890123456", "gs1.not_zero"),
        ("(8011)023456789012", "gs1.zero_in_front"),
        ("(8011)0", "gs1.zero_in_front"),
        ("(4321)2", "gs1.code_list"),
        ("(8001)12341234512321", "gs1.code_list"),
        ("(426)987", "gs1.country"),
        ("(7030)987ABC", "gs1.country"),
        ("(7030)999ABC", ""),
        ("(4307)AA", "gs1.country"),
        ("(3910)9870", "gs1.currency"),
        ("(8007)AB1234", "gs1.account"),
        ("(8007)FR12_45678901234", "gs1.account"),
        ("(8007)AB12345678901234", "gs1.account"),
        ("(8007)FR12345678901234", "gs1.account"),
        ("(8007)FR7630006000011234567890189", ""),
        ("(8007)MT90MALT011000012345MTLCAST001SABC", ""),
        ("(8008)20122515300", "gs1.too_short"),
        ("(8008)201225153005", ""),
        ("(4326)201300", "gs1.date"),
        ("(4326)201200", "gs1.date"),
        ("(4324)2012252400", "gs1.time"),
        ("(4324)2012252360", "gs1.time"),
        ("(8008)201225230060", "gs1.time"),
        ("(8026)123456789012310099", "gs1.piece"),
        ("(8026)123456789012310100", "gs1.piece"),
        ("(8026)123456789012310302", "gs1.piece"),
        ("(4300)ABC%0g", "gs1.percent"),
        ("(4300)ABC%20D", ""),
        ("(4309)18000000010000000000", "gs1.place"),
        ("(4309)00000000003600000001", "gs1.place"),
        ("(4309)18000000003600000000", ""),
        ("(4330)000000X", "gs1.code_list"),
        ("(4330)000000-", ""),
        ("(7258)3/2", "gs1.piece"),
        ("(7258)0/2", "gs1.piece"),
        ("(7258)1//", "gs1.piece"),
        ("(7258)2/3", ""),
        ("(7250)20000229", ""),
        ("(7250)19000229", "gs1.date"),
        ("(8014)123456789RJ", "gs1.check_pair"),
        ("(11)000229", ""),
        ("(11)010229", "gs1.date"),
        ("(01)95012345678903(3103)000123", ""),
        ("(01)95012345678902(3103)000123", "gs1.check_digit"),
        ("(01)95012345678903(11)131313", "gs1.date"),
    ],
)
def test_each_check_of_a_value_says_what_gs1_says(written: str, reason: str) -> None:
    assert judged_bracketed(written) == reason
    assert reason in {"", *WORDS}


@pytest.mark.parametrize(
    ("coupon", "right"),
    [
        ("(8112)001234561234560123456", True),
        ("(8112)101234561234560123456", True),
        ("(8112)0012345612345611234567", True),
        ("(8112)061234567890121234569123456789012345", True),
        ("(8112)201234561234560123456", False),
        ("(8112)0", False),
        ("(8112)07", False),
        ("(8112)01123456", False),
        ("(8112)00123456", False),
        ("(8112)00123456123456", False),
        ("(8112)001234561234560", False),
        ("(8112)0012345612345601234567", False),
        ("(8112)00123456123456012345a", False),
        ("(8110)012345612345611110123", True),
        ("(8110)0123456123456111101231011012310123456", True),
        ("(8110)0123456123456111101231011110123" + "0123456", True),
        ("(8110)0123456123456111101231011012" + "39", True),
        ("(8110)01234561234561111012335006064500606", True),
        ("(8110)01234561234561111012335006064500607", False),
        ("(8110)71234567890123", False),
        ("(8110)012345", False),
        ("(8110)0123456123456", False),
        ("(8110)01234561234560", False),
        ("(8110)01234561234561", False),
        ("(8110)012345612345611", False),
        ("(8110)0123456123456116123456", False),
        ("(8110)01234561234561111", False),
        ("(8110)012345612345611115", False),
        ("(8110)012345612345611119", False),
        ("(8110)0123456123456111101231", False),
        ("(8110)01234561234561111012314", False),
        ("(8110)01234561234561111012320", False),
        ("(8110)0123456123456111101232115", False),
        ("(8110)01234561234561111012321101230", False),
        ("(8110)0123456123456111101233", False),
        ("(8110)0123456123456111101233200010", False),
        ("(8110)0123456123456111101234200010", False),
        ("(8110)0123456123456111101236", False),
        ("(8110)01234561234561111012360", False),
        ("(8110)01234561234561111012361", False),
        ("(8110)01234561234561111012361" + "1234567", True),
        ("(8110)01234561234561111012393", False),
        ("(8110)012345612345611110123903", False),
        ("(8110)01234561234561111012390002", False),
        ("(8110)01234561234561111012390000", True),
        ("(8110)012345612345611110123900000", False),
    ],
)
def test_a_coupon_is_read_field_by_field(coupon: str, right: bool) -> None:
    assert judged_bracketed(coupon) == ("" if right else "gs1.coupon")


@pytest.mark.parametrize(
    "written",
    [
        "(10)(11)98765",
        "(10)12345(11)",
        "(1A)12345",
        "1(12345",
        "12345",
        "()12345",
        "(1)12345",
        "(15",
        "(",
        "(12345)12345",
        "(01)123456789012312(10)12345",
        "(10)12345^",
        "(17)9(90)217",
        "",
    ],
)
def test_what_is_not_written_as_identifiers_in_brackets_is_refused(written: str) -> None:
    assert judged_bracketed(written) != ""


def test_a_bracket_in_a_value_may_be_escaped() -> None:
    assert [str(each) for each in bracketed("(10)12345\\(11)991225")] == ["(10)12345(11)991225"]
    assert [str(each) for each in bracketed("(10)12345\\(")] == ["(10)12345("]
    assert [each.value for each in bracketed("(10)12345(11)991225")] == ["12345", "991225"]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("(400)ABC(400)ABC", ""),
        ("(400)ABC(99)DEF(400)ABC", ""),
        ("(400)ABC(400)AB", "gs1.contradiction"),
        ("(400)ABC(400)ABC(400)XYZ", "gs1.contradiction"),
        ("(99)ABC(400)ABC(400)XYZ", "gs1.contradiction"),
        (f"(01){GTIN}(02){GTIN}", "gs1.two_items"),
        (f"(01){GTIN}(99)ABC123(02){GTIN}", "gs1.two_items"),
        (f"(01){GTIN}(255)5412345000150", "gs1.excluded"),
        (f"(01){GTIN}(37)123", "gs1.excluded"),
        ("(21)ABC123(235)XYZ", "gs1.excluded"),
        ("(3940)1234(8111)9999", "gs1.excluded"),
        ("(3940)1234(3941)9999", "gs1.excluded"),
        ("(3955)123456(3929)123", "gs1.excluded"),
        ("(420)1234(421)040ABC", "gs1.excluded"),
    ],
)
def test_fields_that_do_not_go_together_refuse_the_code(written: str, reason: str) -> None:
    assert judged_bracketed(written) == reason


@pytest.mark.parametrize(
    ("written", "lacks"),
    [
        (f"(02){GTIN}", "02"),
        (f"(02){GTIN}(37)123", "37"),
        (f"(99)AAA(02){GTIN}(37)123", "37"),
        (f"(02){GTIN}(37)123(00){SSCC}", ""),
        (f"(91)XXX(02){GTIN}(92)YYY(37)123(93)ZZZ(00){SSCC}", ""),
        ("(21)ABC123", "21"),
        (f"(21)ABC123(01){GTIN}", ""),
        ("(21)ABC123(8006)123456789012310510", ""),
        (f"(01){GTIN}(250)ABC123", "250"),
        (f"(01){GTIN}(21)XYZ999(250)ABC123", ""),
        (f"(01){GTIN}(3925)12599", "3925"),
        (f"(01){GTIN}(3925)12599(30)123", ""),
        (f"(01){GTIN}(3925)12599(3100)654321", ""),
        (f"(01){GTIN}(3925)12599(3165)654321", ""),
        (f"(01){GTIN}(3925)12599(3295)654321", ""),
        (f"(01){GTIN}(3925)12599(3575)654321", ""),
        (f"(01){GTIN}(3925)12599(3695)654321", ""),
        (f"(01){GTIN}(3925)12599(3300)654321", "3925"),
    ],
)
def test_a_field_that_needs_another_one_is_found(written: str, lacks: str) -> None:
    found = next(lacking(bracketed(written)), None)
    assert (found.identifier if found is not None else "") == lacks


@given(st.lists(st.sampled_from(identifiers()), min_size=1, max_size=5, unique=True), st.data())
def test_any_label_built_from_the_table_reads_back_equal(drawn: list[str], data: st.DataObject) -> None:
    content = [(digits, data.draw(value_of(digits))) for digits in drawn]
    assume(_go_together(content))
    assert [(each.identifier, each.value) for each in elements(build(content))] == content


EXCLUSIVE = ["01", "02", "03", "37", "235", "21", "255", "415", "3100", "3101", "3940", "8111", "420", "421"]


@given(st.lists(st.sampled_from(EXCLUSIVE), min_size=2, max_size=5, unique=True), st.data())
def test_labels_whose_fields_do_not_go_together_are_refused(drawn: list[str], data: st.DataObject) -> None:
    content = [(digits, data.draw(value_of(digits))) for digits in drawn]
    assume(not _go_together(content))
    assert judged(build(content)) in {"gs1.excluded", "gs1.two_items"}


def _go_together(content: list[tuple[str, str]]) -> bool:
    try:
        compare([Element(digits, value) for digits, value in content])
    except Refused:
        return False
    return True


def test_a_refusal_says_which_field_it_is_and_where_it_begins() -> None:
    with pytest.raises(Refused) as refused:
        elements(f"01{GTIN}17281301")
    assert (refused.value.code, refused.value.identifier, refused.value.position) == ("gs1.date", "17", 17)
