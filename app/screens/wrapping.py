"""Text that fits: measured in cells of the terminal, since a Chinese character takes two."""

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells

BETWEEN = "  "


def cut(text: str, columns: int) -> str:
    """The beginning of a text; an ellipsis says that there was more."""
    if cell_len(text) <= columns:
        return text
    return (chop_cells(text, columns - 1)[0] if columns > 1 else "") + "…"[:columns]


def tail(text: str, columns: int) -> str:
    """The end of a text, for what is being typed; an ellipsis says that there was more."""
    if cell_len(text) <= columns:
        return text
    while text and cell_len(text) >= columns:
        text = text[1:]
    return "…"[:columns] + text


def padded(text: str, columns: int) -> str:
    """The text with blanks behind it, exactly so wide; cut where it is longer."""
    text = cut(text, columns)
    return text + " " * (columns - cell_len(text))


def wrap(text: str, columns: int) -> list[str]:
    """The whole text over as many lines as it needs, broken at blanks; a longer word is broken where it must be."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= columns:
            lines[-1] += f" {word}"
        elif word:
            lines += [word] if cell_len(word) <= columns else chop_cells(word, columns)
    return lines or [""]


def flow(texts: Sequence[str], columns: int) -> list[str]:
    """Several texts over as few lines as a person can still read: those that are short share a line."""
    lines: list[str] = []
    for text in texts:
        if lines and cell_len(lines[-1]) + len(BETWEEN) + cell_len(text) <= columns:
            lines[-1] += BETWEEN + text
        else:
            lines += wrap(text, columns)
    return lines
