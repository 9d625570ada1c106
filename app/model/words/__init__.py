"""The one catalogue of words: every sentence that a person reads, by its code, with its parameters.

English is the source language; ``translate`` is gettext's seam for the others.
"""

from collections.abc import Callable

from app.model.answers import Param, Say
from app.model.words.central import CENTRAL
from app.model.words.commands import COMMANDS
from app.model.words.demo import DEMO
from app.model.words.devices import DEVICES
from app.model.words.floor_central import FLOOR_CENTRAL
from app.model.words.packing import PACKING
from app.model.words.picking import PICKING
from app.model.words.planning import PLANNING
from app.model.words.printing import PRINTING
from app.model.words.screens import SCREENS
from app.model.words.signing import SIGNING
from app.model.words.station import STATION
from app.model.words.supervising import SUPERVISING

WORDS: dict[str, str] = {
    **SIGNING,
    **SUPERVISING,
    **PICKING,
    **PACKING,
    **SCREENS,
    **DEMO,
    **COMMANDS,
    **CENTRAL,
    **FLOOR_CENTRAL,
    **PLANNING,
    **PRINTING,
    **DEVICES,
    **STATION,
}


def phrase(code: str, params: tuple[tuple[str, Param], ...], translate: Callable[[str], str] = str) -> str:
    """The sentence for a code. A code without words, or with other parameters, is shown as itself: still readable."""
    template = WORDS.get(code)
    try:
        if template is not None:
            return translate(template).format(**dict(params))
    except (LookupError, ValueError, AttributeError):
        pass
    return " ".join([code, *(f"{name}={value}" for name, value in params)])


def words(sentence: Say, translate: Callable[[str], str] = str) -> str:
    """The sentence that a dialogue said."""
    return phrase(sentence.code, sentence.params, translate)
