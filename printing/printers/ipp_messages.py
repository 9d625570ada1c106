"""IPP messages as bytes (RFC 8010): what is asked, and what comes back, which is read as hostile. Pure."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

_VERSION = b"\x02\x00"
_END = 0x03
_DELIMITERS = 0x0F
_BEGIN_COLLECTION, _END_COLLECTION, _MEMBER = 0x34, 0x37, 0x4A
_DEEPEST = 8


class Group(IntEnum):
    """The groups of attributes that a client needs."""

    OPERATION = 0x01
    JOB = 0x02
    PRINTER = 0x04
    UNSUPPORTED = 0x05


class Tag(IntEnum):
    """The forms of values that a client writes."""

    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49


class Operation(IntEnum):
    """What a client asks for (RFC 8011, 5.4.15)."""

    PRINT_JOB = 0x0002
    VALIDATE_JOB = 0x0004
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


Attributes = Mapping[str, tuple[Any, ...]]
"""By name the values: ``int``, ``bool``, ``str``, ``bytes``, pairs for ranges, triples for resolutions, and again
``Attributes`` for collections."""
Asked = Sequence[tuple[Tag, str, str | int | bool | Sequence[str]]]


class GarbledError(ValueError):
    """These bytes are no IPP message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a printer answered. ``groups`` are in their order, each with its tag."""

    status: int
    groups: tuple[tuple[int, Attributes], ...]

    def of(self, group: Group) -> list[Attributes]:
        """All groups of a kind: one for each job in a list of jobs."""
        return [attributes for tag, attributes in self.groups if tag == group]

    def first(self, group: Group) -> Attributes:
        """The first group of a kind, empty where there is none."""
        return next(iter(self.of(group)), {})


def question(operation: Operation, number: int, asked: Asked, job: Asked = ()) -> bytes:
    """A request: the operation's own attributes after the two that come first always, then those of the job."""
    parts = [_VERSION, struct.pack(">HI", operation, number), bytes([Group.OPERATION])]
    parts.append(_attribute(Tag.CHARSET, "attributes-charset", "utf-8"))
    parts.append(_attribute(Tag.LANGUAGE, "attributes-natural-language", "en"))
    parts.extend(_attribute(*one) for one in asked)
    if job:
        parts.append(bytes([Group.JOB]))
        parts.extend(_attribute(*one) for one in job)
    parts.append(bytes([_END]))
    return b"".join(parts)


def _attribute(tag: Tag, name: str, value: str | int | bool | Sequence[str]) -> bytes:
    many = [value] if isinstance(value, str | int) else list(value)
    written = []
    for number, one in enumerate(many):
        if isinstance(one, bool):
            data = bytes([one])
        elif isinstance(one, int):
            data = struct.pack(">i", one)
        else:
            data = one.encode()
        told = b"" if number else name.encode()
        written.append(struct.pack(">BH", tag, len(told)) + told + struct.pack(">H", len(data)) + data)
    return b"".join(written)


def read_answer(data: bytes) -> Answer:
    """Take an answer apart.

    :raises GarbledError: for anything that is not one.
    """
    try:
        return _Reader(data).answer()
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise GarbledError(str(error)) from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def answer(self) -> Answer:
        major, _, status, _ = self._take(">BBHI")
        if major not in {1, 2}:
            raise GarbledError(f"version {major}")
        groups: list[tuple[int, dict[str, tuple[Any, ...]]]] = []
        name = ""
        while (tag := self._take(">B")[0]) != _END:
            if tag <= _DELIMITERS:
                groups.append((tag, {}))
                name = ""
                continue
            name = self._text() or name
            if not groups or not name:
                raise GarbledError("a value before its group or its name")
            value = self._value(tag, 0)
            group = groups[-1][1]
            group[name] = (*group.get(name, ()), value)
        return Answer(status, tuple(groups))

    def _value(self, tag: int, depth: int) -> Any:
        data = self._bytes()
        if tag == _BEGIN_COLLECTION:
            return self._collection(depth + 1)
        if tag in {0x21, 0x23}:
            return struct.unpack(">i", data)[0]
        if tag == 0x22:
            return bool(data[0])
        if tag == 0x32:
            return struct.unpack(">iib", data)
        if tag == 0x33:
            return struct.unpack(">ii", data)
        if tag in {0x35, 0x36}:  # a text with its language
            (language,) = struct.unpack_from(">H", data)
            return data[2 + language + 2 :].decode()
        if tag >= 0x40:
            return data.decode()
        return data

    def _collection(self, depth: int) -> dict[str, tuple[Any, ...]]:
        if depth > _DEEPEST:
            raise GarbledError("collections too deep in one another")
        members: dict[str, tuple[Any, ...]] = {}
        name = ""
        while True:
            tag = self._take(">B")[0]
            self._bytes()
            if tag == _END_COLLECTION:
                self._bytes()
                return members
            if tag == _MEMBER:
                name = self._text()
                continue
            members[name] = (*members.get(name, ()), self._value(tag, depth))

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _bytes(self) -> bytes:
        (length,) = self._take(">H")
        data = self._data[self._at : self._at + length]
        if len(data) != length:
            raise GarbledError("it ends in the middle of a value")
        self._at += length
        return data

    def _text(self) -> str:
        return self._bytes().decode()
