"""Scans that are typed by a keyboard scanner, collected from the keys of the whole program.

They begin with a prefix that nobody types and end with a suffix; time plays no part. What lies between never acts
as a key. Pure, and knows no screen library: keys come as their name and their character.
"""

from dataclasses import dataclass
from string import ascii_lowercase

from devices.framing import LONGEST_FRAME

_SPOILT = "\N{REPLACEMENT CHARACTER}"

# Terminals report control characters as keys, some without saying the character
_CHARACTERS: dict[str, str] = {
    **{f"ctrl+{letter}": chr(ord(letter) - ord("a") + 1) for letter in ascii_lowercase},
    "ctrl+@": "\x00",
    "ctrl+space": "\x00",
    "ctrl+left_square_bracket": "\x1b",
    "ctrl+backslash": "\x1c",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+underscore": "\x1f",
    "ctrl+shift+minus": "\x1f",
    "backspace": "\x08",
    "enter": "\r",
    "newline": "\n",
    "space": " ",
    "tab": "\t",
}
_GIVES_UP = frozenset({"escape", "f7"})


@dataclass(frozen=True, slots=True)
class NotMine:
    """The key belongs to no scan: let it act."""


@dataclass(frozen=True, slots=True)
class Consumed:
    """The key belongs to a scan: it must not act."""


@dataclass(frozen=True, slots=True)
class Completed:
    """The key ended a scan: these are its bytes, in UTF-8, without prefix and suffix."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a pasted text had in it: whole scans, and the rest, which is somebody's text."""

    scans: tuple[bytes, ...]
    rest: str


Answer = NotMine | Consumed | Completed


class WedgeCollector:
    """Collects the keys of one keyboard scanner into scans.

    ``prefix`` is one character that no key on the keyboard types by itself; any of ``suffix`` ends a scan. A scan
    that was begun and not ended is given up by F7, by Escape, by the next prefix or when it grows longer than 4096
    characters; what is left of such a long one is swallowed up to its suffix.
    """

    def __init__(self, prefix: str = "\x1f", suffix: tuple[str, ...] = ("\r", "\n")) -> None:
        if len(prefix) != 1 or not suffix or any(len(end) != 1 for end in suffix) or prefix in suffix:
            raise ValueError(
                f"a keyboard scanner needs one prefix character and other single characters as suffix, "
                f"not {prefix!r} and {suffix!r}"
            )
        self._prefix = prefix
        self._suffix = frozenset(suffix)
        self._typed: list[str] | None = None
        self._after_return = False

    @property
    def collecting(self) -> bool:
        """Whether a scan has begun and not ended: until then keys do not act, except those that give it up."""
        return self._typed is not None

    def key(self, name: str, character: str | None) -> Answer:
        """Take one key press, by its name and the character that it types, if any."""
        if name in _GIVES_UP:
            collected, self._typed = self._typed, None
            return NotMine() if collected is None else Consumed()
        return self._take(_character(name, character))

    def paste(self, text: str) -> Pasted:
        """Take a pasted text, as if each of its characters were typed."""
        scans: list[bytes] = []
        rest: list[str] = []
        for character in text:
            match self._take(character):
                case Completed(raw):
                    scans.append(raw)
                case NotMine():
                    rest.append(character)
                case Consumed():
                    pass
        return Pasted(tuple(scans), "".join(rest))

    def _take(self, character: str) -> Answer:
        after_return, self._after_return = self._after_return, False
        if character == self._prefix:
            self._typed = []
            return Consumed()
        if self._typed is None:
            # the second half of CR LF belongs to the scan that CR ended
            return Consumed() if after_return and character == "\n" else NotMine()
        if character not in self._suffix:
            if len(self._typed) <= LONGEST_FRAME:
                self._typed.append(character)
            return Consumed()
        typed, self._typed = self._typed, None
        self._after_return = character == "\r"
        if not typed or len(typed) > LONGEST_FRAME:
            return Consumed()
        return Completed("".join(typed).encode("utf-8", "replace"))


def _character(name: str, character: str | None) -> str:
    """The character that a key types. What types none would alter a scan unseen, so it is marked as spoilt."""
    if name.startswith("alt+"):  # a terminal sends Alt as ESC in front
        return "\x1b" + (character or name.removeprefix("alt+"))
    return character or _CHARACTERS.get(name, _SPOILT)
