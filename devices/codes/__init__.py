"""What is written in a code: GS1 element strings, AIM ids, check digits, SSCC.

Pure: bytes in, readings or reasons out; no device and no clock.
"""

from devices.codes.numbers import NoSuchNumber, check_digit, gtin14, make_sscc
from devices.codes.reading import read

__all__ = ["NoSuchNumber", "check_digit", "gtin14", "make_sscc", "read"]
