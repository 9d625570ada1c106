"""What can go wrong on the way to paper. Each error has a code of the catalogue of words and its parameters."""

from app.model.answers import Param, Say, say
from app.model.words import words


class PrintError(Exception):
    """A paper that is not drawn, not written or not printed, with the reason as a coded sentence."""

    def __init__(self, code: str, **params: Param) -> None:
        self.words: Say = say(code, **params)
        super().__init__(words(self.words))

    @property
    def code(self) -> str:
        """The stable code, which tests assert."""
        return self.words.code

    @property
    def params(self) -> tuple[tuple[str, Param], ...]:
        """What goes into the sentence."""
        return self.words.params


class UnprintableTextError(PrintError):
    """A text holds characters that no font at hand can draw; they would come out as blanks or boxes."""

    def __init__(self, field: str, characters: str) -> None:
        """``characters`` are the ones that cannot be drawn, each once, in the order of the text."""
        named = ", ".join(
            f"{character} (U+{ord(character):04X})" if character.isprintable() else f"U+{ord(character):04X}"
            for character in characters
        )
        super().__init__("print.unprintable", field=field, characters=named)
        self.field = field
        self.characters = characters


class TooLongError(PrintError):
    """A text does not fit into its place on the paper, however small it is set and however it is wrapped."""

    def __init__(self, field: str, text: str, paper: str) -> None:
        super().__init__("print.too_long", field=field, length=len(text), paper=paper)
        self.field = field
