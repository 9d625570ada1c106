"""What the demo warehouse sells: styles with their variants, invented names, plausible sizes and weights."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """A product and the variants it comes in. Sizes are millimetres of one packed unit, the weight is grams."""

    name: str
    code: str
    size: tuple[int, int, int]
    weight_g: int
    variants: tuple[tuple[tuple[str, str], ...], ...]
    flags: frozenset[str] = frozenset()
    hazard_class: str = ""
    case: int = 0
    """Units in a case with a barcode of its own; 0 where there is none."""


def _sizes(*colours: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple((("size", size), ("colour", colour)) for colour in colours for size in ("S", "M", "L", "XL"))


def _of(axis: str, *values: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(((axis, value),) for value in values)


_EXPIRING = frozenset({"lot", "expiry"})
_FRAGILE = frozenset({"fragile"})
_WEAR = (
    ("T-shirt Harbour", "TSH", 220),
    ("Work shirt Delta", "WSH", 380),
    ("Hoodie Quay", "HOO", 620),
    ("Trousers Crane", "TRC", 710),
    ("Rain jacket Pier", "RJP", 540),
    ("Fleece Sluice", "FLS", 480),
    ("Vest Anchor", "VST", 260),
    ("Shorts Buoy", "SHB", 300),
)
_FOOD = (
    ("Coffee beans 500 g", "COF", (90, 70, 220), 520, ("mild", "dark", "decaf", "espresso")),
    ("Tea 20 bags", "TEA", (130, 65, 75), 60, ("green", "black", "mint", "rooibos")),
    ("Oat bar", "OAT", (120, 35, 20), 45, ("apple", "cocoa", "nut", "berry")),
    ("Jam 340 g", "JAM", (70, 70, 95), 560, ("apricot", "cherry", "plum", "quince")),
    ("Honey 500 g", "HON", (80, 80, 105), 760, ("acacia", "forest", "lime", "heather")),
    ("Crispbread", "CRI", (220, 110, 60), 265, ("rye", "sesame", "spelt", "oat")),
    ("Olive oil 0.5 l", "OIL", (65, 65, 270), 930, ("mild", "fruity", "lemon", "garlic")),
    ("Protein powder", "PRO", (140, 140, 210), 980, ("vanilla", "cocoa", "plain", "banana")),
)
_HOME: tuple[tuple[str, str, tuple[int, int, int], int, tuple[str, ...], frozenset[str], str], ...] = (
    ("Mug Tide", "MUG", (110, 90, 100), 360, ("white", "navy", "sand", "moss"), _FRAGILE, ""),
    ("Bowl Tide", "BOW", (160, 160, 70), 480, ("white", "navy", "sand", "moss"), _FRAGILE, ""),
    ("Glass Reed, set of 2", "GLS", (190, 100, 120), 510, ("clear", "smoke", "green", "amber"), _FRAGILE, ""),
    ("Vase Dune", "VAS", (130, 130, 260), 900, ("white", "sand", "moss", "black"), _FRAGILE, ""),
    ("Nail varnish 10 ml", "NAI", (30, 30, 80), 55, ("red", "rose", "plum", "clear"), frozenset(), "3"),
    ("Lighter refill", "LIG", (50, 50, 150), 120, ("90 ml", "250 ml"), frozenset(), "2.1"),
    (
        "Torch Beacon",
        "TOR",
        (160, 45, 45),
        210,
        ("red", "black", "yellow", "blue"),
        frozenset({"serial"}),
        "",
    ),
    ("Notebook A5", "NOT", (210, 150, 15), 290, ("plain", "lined", "dotted", "squared"), frozenset(), ""),
    ("Pencil, box of 12", "PEN", (190, 60, 20), 95, ("HB", "2B", "4B", "H"), frozenset(), ""),
    ("Candle Wick", "CAN", (80, 80, 100), 310, ("fig", "pine", "linen", "plain"), frozenset(), ""),
    ("Dish towel, pair", "DIS", (200, 150, 30), 160, ("blue", "grey", "green", "red"), frozenset(), ""),
    ("Cushion Cove", "CUS", (400, 400, 150), 640, ("blue", "grey", "green", "red"), frozenset(), ""),
    ("USB cable", "USB", (120, 80, 25), 45, ("0.5 m", "1 m", "2 m", "3 m"), frozenset(), ""),
    ("Key ring Knot", "KEY", (60, 40, 15), 30, ("navy", "red", "sand", "black"), frozenset(), ""),
    ("Water bottle Ebb", "WAT", (75, 75, 240), 340, ("steel", "navy", "sand", "moss"), frozenset(), ""),
    ("Umbrella Squall", "UMB", (300, 60, 60), 420, ("black", "navy", "yellow", "red"), frozenset(), ""),
)


def styles() -> tuple[Style, ...]:
    """Every style that the demo sells, in a fixed order."""
    wear = [
        Style(
            name,
            code,
            (300, 240, 40 if weight < 400 else 80),
            weight,
            _sizes("navy", "black", "sand", "moss", "red", "white"),
        )
        for name, code, weight in _WEAR
    ]
    food = [
        Style(name, code, size, weight, _of("kind", *kinds), _EXPIRING, case=6)
        for name, code, size, weight, kinds in _FOOD
    ]
    home = [
        Style(
            name,
            code,
            size,
            weight,
            _of("kind", *kinds),
            flags,
            hazard,
            case=12 if code in {"NOT", "PEN", "USB"} else 0,
        )
        for name, code, size, weight, kinds, flags, hazard in _HOME
    ]
    socks = Style("Socks, pair", "SOX", (150, 90, 30), 70, _sizes("navy", "grey", "black", "white"), case=10)
    gloves = Style("Gloves nitrile, box", "GLO", (240, 120, 70), 610, _sizes("blue", "black"), case=10)
    return (*wear, *food, *home, socks, gloves)
