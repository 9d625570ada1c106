"""Words of the catalogue: picking."""

PICKING: dict[str, str] = {}
