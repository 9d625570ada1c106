"""Words of the catalogue: central."""

CENTRAL: dict[str, str] = {}
