"""The function keys: one meaning in every view. F10 and F11 belong to terminals; F1 does too, so it only helps."""

from app.model.answers import Command

KEYS: dict[str, Command] = {
    "f1": Command.HELP,
    "f2": Command.PROBLEM,
    "f3": Command.QUANTITY,
    "f4": Command.UNDO,
    "f5": Command.FULL,
    "f6": Command.WHY,
    "f7": Command.BACK,
    "f8": Command.VIEW,
    "f9": Command.SIGN_OFF,
    "f12": Command.REPRINT,
    "end": Command.PAUSE,
    "up": Command.UP,
    "down": Command.DOWN,
    "tab": Command.PANE,
}

KEY_OF: dict[Command, str] = {
    **{command: key.upper() if key[1:].isdigit() else key.capitalize() for key, command in KEYS.items()},
    Command.CHOOSE: "Enter",
}
