"""Words of the catalogue: screens."""

SCREENS: dict[str, str] = {}
