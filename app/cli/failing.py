"""Which errors are answers: those that somebody wrote words for. Anything else is a fault and shows its traceback."""


class CommandError(Exception):
    """A command cannot be done. ``status`` is the exit status."""

    def __init__(self, words: str, status: int = 2) -> None:
        super().__init__(words)
        self.status = status


def words_for(error: Exception) -> str | None:
    """The sentence for an error that is an answer; ``None`` for a fault of the program."""
    code = getattr(error, "code", None)
    expected = isinstance(error, CommandError | OSError) or isinstance(code, str)
    named = type(error).__name__ in {"SettingsError", "RateCardsRefused"}
    return str(error) if expected or named else None
