"""Numbers with a check digit: GTIN, GLN, SSCC."""

from app.model.answers import Param, say
from app.model.words import words

SSCC_DIGITS = 18
GTIN_LENGTHS = frozenset({8, 12, 13, 14})


class NoSuchNumber(ValueError):
    """A number cannot be made from what was given. ``said`` has the reason by its code, the text says it in words."""

    def __init__(self, code: str, **params: Param) -> None:
        self.said = say(code, **params)
        super().__init__(words(self.said))


def is_number(text: str) -> bool:
    """Whether these are decimal digits 0 to 9 and nothing else (``str.isdigit`` also takes ``²`` and ``٣``)."""
    return text.isascii() and text.isdigit()


def check_digit(digits: str) -> int:
    """The digit that belongs behind these digits, modulo 10 with weights 3 and 1 from the right.

    GS1 General Specifications, section 7.9.1. ``digits`` must be 0 to 9 only (ValueError).
    """
    if not is_number(digits):
        raise ValueError(f"{digits!r} is not a number: a check digit is made from digits 0 to 9")
    return -sum(int(digit) * (1 if odd % 2 else 3) for odd, digit in enumerate(reversed(digits))) % 10


def has_right_check_digit(number: str) -> bool:
    """Whether the last digit of a number is the one that its other digits ask for."""
    return len(number) > 1 and is_number(number) and check_digit(number[:-1]) == int(number[-1])


def gtin14(text: str) -> str:
    """The 14 digits of a GTIN-8, -12, -13 or -14; empty when this is none or its check digit is wrong."""
    return text.zfill(14) if len(text) in GTIN_LENGTHS and has_right_check_digit(text) else ""


def upc_a(text: str) -> str:
    """The 12 digits that a UPC-E stands for; empty when this is none.

    Six digits are the bare number, seven have the number system (0 or 1) in front, eight also the check digit behind,
    which must be right. GS1 General Specifications, section 5.2.2.4.2.
    """
    if not is_number(text) or len(text) not in {6, 7, 8}:
        return ""
    system, bare, check = {6: ("0", text, ""), 7: (text[0], text[1:], ""), 8: (text[0], text[1:7], text[7:])}[
        len(text)
    ]
    if system not in "01":
        return ""
    match bare[5]:
        case "0" | "1" | "2":
            body = f"{bare[:2]}{bare[5]}0000{bare[2:5]}"
        case "3":
            body = f"{bare[:3]}00000{bare[3:5]}"
        case "4":
            body = f"{bare[:4]}00000{bare[4]}"
        case _:
            body = f"{bare[:5]}0000{bare[5]}"
    right = str(check_digit(system + body))
    return system + body + right if check in {"", right} else ""


def make_sscc(extension: int, prefix: str, serial: int) -> str:
    """The 18 digits of a logistic unit's number: extension digit, company prefix, serial, check digit.

    Raises ``NoSuchNumber`` with ``sscc.extension``, ``sscc.prefix`` or ``sscc.serial``; the serial must fit into
    the digits that the prefix leaves free.
    """
    if extension not in range(10):
        raise NoSuchNumber("sscc.extension", extension=extension)
    if not (is_number(prefix) and 4 <= len(prefix) <= 12):
        raise NoSuchNumber("sscc.prefix", prefix=prefix)
    free = SSCC_DIGITS - 2 - len(prefix)
    if serial not in range(10**free):
        raise NoSuchNumber("sscc.serial", serial=serial, prefix=prefix, most=10**free - 1)
    digits = f"{extension}{prefix}{serial:0{free}}"
    return f"{digits}{check_digit(digits)}"
