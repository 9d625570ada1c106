"""Words of the catalogue: signing."""

SIGNING: dict[str, str] = {}
