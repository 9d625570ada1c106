"""Words of the catalogue: packing."""

PACKING: dict[str, str] = {}
