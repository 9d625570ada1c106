"""The one widget: it shows painted lines and repaints only those rows that changed."""

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from app.screens.looks import Line, Look

Painter = Callable[[int, int], tuple[Line, ...]]


_SETTLED_S = 0.3
"""So long after it took another size, a terminal has shown all that was painted for the old one."""


class Canvas(Widget):
    """Shows what a painter paints for its size. ``repaint`` asks the painter anew; the painter must not raise."""

    DEFAULT_CSS = "Canvas { width: 1fr; height: 1fr; }"
    can_focus = False

    def __init__(self, painter: Painter, styles: dict[Look, Style]) -> None:
        super().__init__()
        self._painter = painter
        self._styles = styles
        self._lines: tuple[Line, ...] = ()

    def repaint(self) -> tuple[int, ...]:
        """Paint again; only rows that differ from what stands there are sent to the terminal. Gives those rows."""
        columns, rows = self.size
        if not columns or not rows:
            return ()
        before, self._lines = self._lines, self._painter(columns, rows)
        if len(before) != len(self._lines):
            self.refresh()
            return tuple(range(rows))
        changed = tuple(y for y, (old, new) in enumerate(zip(before, self._lines, strict=True)) if old != new)
        if changed:
            self.refresh(*(Region(0, y, columns, 1) for y in changed))
        return changed

    def on_resize(self) -> None:
        """A terminal of another size is painted from the start, and once more: what was on its way may land late."""
        self._lines = ()
        self.repaint()
        self.set_timer(_SETTLED_S, self.refresh)

    def render_line(self, y: int) -> Strip:
        """One row, as Textual's Line API asks for it."""
        ground = self._styles[Look.PLAIN]
        line = self._lines[y] if y < len(self._lines) else ()
        segments = [Segment(span.text, self._styles[span.look]) for span in line]
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    @property
    def text(self) -> str:
        """What is painted, without looks."""
        return "\n".join("".join(span.text for span in line) for line in self._lines)
