"""The application identifiers (AI) of GS1: what each one's value looks like, and which others it goes with.

The facts are those of GS1's Barcode Syntax Dictionary (which is published under the Apache License 2.0). One row is one
AI or a range of them:

- ``shape``: parts one after the other, each of a kind (``N`` digits, ``X`` character set 82, ``Y`` set 39, ``Z``
  base64 for file names), a length (``6``, or ``..20`` for 1 to 20) and the checks that it must pass, by their names in
  ``devices.codes.values``. A part in brackets may be missing.
- ``fixed``: the length is predefined, no separator follows.
- ``attribute``: it may stand behind the question mark of a Digital Link.
- ``requires``: one of these has to be there too, ``+`` joins those that must be there together; ``n`` is any digit.
- ``excludes``: none of these may be there too.
- ``path``: it is the key of a Digital Link; the qualifiers that may follow it in this order, ``|`` between
  alternatives.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from devices.codes.values import CHARACTERS, CHECKS, Check, file_safe


@dataclass(frozen=True, slots=True)
class Row:
    """One AI or a range of them, as the table says it. ``path`` is None where it is no key of a Digital Link."""

    title: str
    shape: str
    fixed: bool = False
    attribute: bool = False
    requires: str = ""
    excludes: str = ""
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a value: what it is made of, how long it is, and the checks that it must pass."""

    letters: frozenset[str]
    not_allowed: str
    """Why another character is refused, by the code in the catalogue."""
    least: int
    most: int
    optional: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """An application identifier, ready to use. AIs in ``requires`` and ``excludes`` are given by their first digits."""

    row: Row
    parts: tuple[Part, ...]
    requires: tuple[tuple[str, ...], ...]
    excludes: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]
    longest: int
    """So many characters a value has at most."""


def identifier(digits: str) -> Identifier | None:
    """The AI of these digits; nothing where GS1 has not assigned it."""
    return _ready(digits) if digits in _rows() else None


@cache
def _ready(digits: str) -> Identifier:
    row = _rows()[digits]
    parts = tuple(_part(part) for part in row.shape.split())
    return Identifier(
        row,
        parts,
        tuple(tuple(map(_first_digits, group.split("+"))) for group in row.requires.split()),
        tuple(map(_first_digits, row.excludes.split())),
        () if row.path is None else tuple(tuple(sequence.split()) for sequence in row.path.split("|")),
        sum(part.most for part in parts),
    )


@cache
def identifiers() -> tuple[str, ...]:
    """All assigned AIs, in order."""
    return tuple(sorted(_rows()))


def digits_of_identifier(pair: str) -> int:
    """How many digits an AI has that begins with these two; 0 where none begins so."""
    return _lengths().get(pair, 0)


@cache
def _lengths() -> dict[str, int]:
    return {digits[:2]: len(digits) for digits in _rows()}


@cache
def _rows() -> dict[str, Row]:
    return {digits: row for span, row in TABLE.items() for digits in _range(span)}


def _range(span: str) -> Iterable[str]:
    first, _, last = span.partition("-")
    return (f"{number:0{len(first)}}" for number in range(int(first), int(last or first) + 1))


def _first_digits(pattern: str) -> str:
    """The digits before ``n``. All AIs that begin alike are equally long, so that the first digits are enough."""
    return pattern.rstrip("n")


_PART = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)")


def _part(written: str) -> Part:
    match = _PART.fullmatch(written)
    if match is None:
        raise ValueError(written)
    bracket, kind, up_to, length, checks = match.groups()
    letters, not_allowed = CHARACTERS[kind]
    of_kind = (file_safe,) if kind == "Z" else ()
    return Part(
        letters,
        not_allowed,
        1 if up_to else int(length),
        int(length),
        bool(bracket),
        of_kind + tuple(CHECKS[name] for name in checks.split(",") if name),
    )


TABLE: dict[str, Row] = {
    "00": Row("SSCC", "N18,csum,gcppos2", fixed=True, attribute=True, path=""),
    "01": Row(
        "GTIN", "N14,csum,gcppos2", fixed=True, attribute=True, excludes="255 37", path="22 10 21 | 235"
    ),
    "02": Row("CONTENT", "N14,csum,gcppos2", fixed=True, attribute=True, excludes="01 03", requires="37"),
    "03": Row("MTO GTIN", "N14,csum,gcppos2", fixed=True, excludes="01 02 37 235"),
    "10": Row("BATCH/LOT", "X..20", attribute=True, requires="01 02 03 8006 8026"),
    "11": Row("PROD DATE", "N6,yymmd0", fixed=True, attribute=True, requires="01 02 03 8006 8026"),
    "12": Row("DUE DATE", "N6,yymmd0", fixed=True, attribute=True, requires="8020"),
    "13": Row("PACK DATE", "N6,yymmd0", fixed=True, attribute=True, requires="01 02 03 8006 8026"),
    "15": Row(
        "BEST BEFORE or BEST BY", "N6,yymmd0", fixed=True, attribute=True, requires="01 02 03 8006 8026"
    ),
    "16": Row("SELL BY", "N6,yymmd0", fixed=True, attribute=True, requires="01 02 03 8006 8026"),
    "17": Row("USE BY or EXPIRY", "N6,yymmd0", fixed=True, attribute=True, requires="01 02 03 255 8006 8026"),
    "20": Row("VARIANT", "N2", fixed=True, attribute=True, requires="01 02 03 8006 8026"),
    "21": Row("SERIAL", "X..20", requires="01 03 8006", excludes="235"),
    "22": Row("CPV", "X..20", requires="01"),
    "235": Row("TPX", "X..28", requires="01"),
    "240": Row("ADDITIONAL ID", "X..30", attribute=True, requires="01 02 03 8006 8026"),
    "241": Row("CUST. PART No.", "X..30", attribute=True, requires="01 02 03 8006 8026"),
    "242": Row("MTO VARIANT", "N..6", attribute=True, requires="01 02 8006 8026"),
    "243": Row("PCN", "X..20", attribute=True, requires="01 03"),
    "250": Row("SECONDARY SERIAL", "X..30", attribute=True, requires="01+21 03+21 8006+21"),
    "251": Row("REF. TO SOURCE", "X..30", attribute=True, requires="01 03 8006"),
    "253": Row("GDTI", "N13,csum,gcppos1 [X..17]", attribute=True, path=""),
    "254": Row("GLN EXTENSION COMPONENT", "X..20", requires="414"),
    "255": Row(
        "GCN", "N13,csum,gcppos1 [N..12]", attribute=True, path="", excludes="01 02 415 8006 8020 8026"
    ),
    "30": Row("VAR. COUNT", "N..8", attribute=True, requires="01 02"),
    "3100-3105": Row("NET WEIGHT (kg)", "N6", fixed=True, attribute=True, requires="01 02", excludes="310n"),
    "3110-3115": Row("LENGTH (m)", "N6", fixed=True, attribute=True, requires="01 02", excludes="311n"),
    "3120-3125": Row("WIDTH (m)", "N6", fixed=True, attribute=True, requires="01 02", excludes="312n"),
    "3130-3135": Row("HEIGHT (m)", "N6", fixed=True, attribute=True, requires="01 02", excludes="313n"),
    "3140-3145": Row("AREA (m²)", "N6", fixed=True, attribute=True, requires="01 02", excludes="314n"),
    "3150-3155": Row("NET VOLUME (l)", "N6", fixed=True, attribute=True, requires="01 02", excludes="315n"),
    "3160-3165": Row("NET VOLUME (m³)", "N6", fixed=True, attribute=True, requires="01 02", excludes="316n"),
    "3200-3205": Row("NET WEIGHT (lb)", "N6", fixed=True, attribute=True, requires="01 02", excludes="320n"),
    "3210-3215": Row("LENGTH (in)", "N6", fixed=True, attribute=True, requires="01 02", excludes="321n"),
    "3220-3225": Row("LENGTH (ft)", "N6", fixed=True, attribute=True, requires="01 02", excludes="322n"),
    "3230-3235": Row("LENGTH (yd)", "N6", fixed=True, attribute=True, requires="01 02", excludes="323n"),
    "3240-3245": Row("WIDTH (in)", "N6", fixed=True, attribute=True, requires="01 02", excludes="324n"),
    "3250-3255": Row("WIDTH (ft)", "N6", fixed=True, attribute=True, requires="01 02", excludes="325n"),
    "3260-3265": Row("WIDTH (yd)", "N6", fixed=True, attribute=True, requires="01 02", excludes="326n"),
    "3270-3275": Row("HEIGHT (in)", "N6", fixed=True, attribute=True, requires="01 02", excludes="327n"),
    "3280-3285": Row("HEIGHT (ft)", "N6", fixed=True, attribute=True, requires="01 02", excludes="328n"),
    "3290-3295": Row("HEIGHT (yd)", "N6", fixed=True, attribute=True, requires="01 02", excludes="329n"),
    "3300-3305": Row(
        "GROSS WEIGHT (kg)", "N6", fixed=True, attribute=True, requires="00 01", excludes="330n"
    ),
    "3310-3315": Row("LENGTH (m), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="331n"),
    "3320-3325": Row("WIDTH (m), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="332n"),
    "3330-3335": Row("HEIGHT (m), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="333n"),
    "3340-3345": Row("AREA (m²), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="334n"),
    "3350-3355": Row("VOLUME (l), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="335n"),
    "3360-3365": Row("VOLUME (m³), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="336n"),
    "3370-3375": Row("KG PER m²", "N6", fixed=True, attribute=True, requires="01", excludes="337n"),
    "3400-3405": Row(
        "GROSS WEIGHT (lb)", "N6", fixed=True, attribute=True, requires="00 01", excludes="340n"
    ),
    "3410-3415": Row("LENGTH (in), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="341n"),
    "3420-3425": Row("LENGTH (ft), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="342n"),
    "3430-3435": Row("LENGTH (yd), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="343n"),
    "3440-3445": Row("WIDTH (in), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="344n"),
    "3450-3455": Row("WIDTH (ft), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="345n"),
    "3460-3465": Row("WIDTH (yd), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="346n"),
    "3470-3475": Row("HEIGHT (in), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="347n"),
    "3480-3485": Row("HEIGHT (ft), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="348n"),
    "3490-3495": Row("HEIGHT (yd), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="349n"),
    "3500-3505": Row("AREA (in²)", "N6", fixed=True, attribute=True, requires="01 02", excludes="350n"),
    "3510-3515": Row("AREA (ft²)", "N6", fixed=True, attribute=True, requires="01 02", excludes="351n"),
    "3520-3525": Row("AREA (yd²)", "N6", fixed=True, attribute=True, requires="01 02", excludes="352n"),
    "3530-3535": Row("AREA (in²), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="353n"),
    "3540-3545": Row("AREA (ft²), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="354n"),
    "3550-3555": Row("AREA (yd²), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="355n"),
    "3560-3565": Row(
        "NET WEIGHT (tr oz)", "N6", fixed=True, attribute=True, requires="01 02", excludes="356n"
    ),
    "3570-3575": Row("NET VOLUME (oz)", "N6", fixed=True, attribute=True, requires="01 02", excludes="357n"),
    "3600-3605": Row(
        "NET VOLUME (qt (US))", "N6", fixed=True, attribute=True, requires="01 02", excludes="360n"
    ),
    "3610-3615": Row(
        "NET VOLUME (gal.)", "N6", fixed=True, attribute=True, requires="01 02", excludes="361n"
    ),
    "3620-3625": Row(
        "VOLUME (qt (US)), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="362n"
    ),
    "3630-3635": Row(
        "VOLUME (gal (US)), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="363n"
    ),
    "3640-3645": Row("NET VOLUME (in³)", "N6", fixed=True, attribute=True, requires="01 02", excludes="364n"),
    "3650-3655": Row("NET VOLUME (ft³)", "N6", fixed=True, attribute=True, requires="01 02", excludes="365n"),
    "3660-3665": Row("NET VOLUME (yd³)", "N6", fixed=True, attribute=True, requires="01 02", excludes="366n"),
    "3670-3675": Row(
        "VOLUME (in³), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="367n"
    ),
    "3680-3685": Row(
        "VOLUME (ft³), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="368n"
    ),
    "3690-3695": Row(
        "VOLUME (yd³), log", "N6", fixed=True, attribute=True, requires="00 01", excludes="369n"
    ),
    "37": Row("COUNT", "N..8", attribute=True, requires="00+02 00+8026"),
    "3900-3909": Row("AMOUNT", "N..15", attribute=True, requires="255 8020", excludes="390n 391n 394n 8111"),
    "3910-3919": Row("AMOUNT", "N3,iso4217 N..15", attribute=True, requires="8020", excludes="391n"),
    "3920-3929": Row(
        "PRICE",
        "N..15",
        attribute=True,
        requires="01+30 01+31nn 01+32nn 01+35nn 01+36nn",
        excludes="392n 393n",
    ),
    "3930-3939": Row(
        "PRICE", "N3,iso4217 N..15", attribute=True, requires="30 31nn 32nn 35nn 36nn", excludes="393n"
    ),
    "3940-3943": Row("PRCNT OFF", "N4", attribute=True, requires="255", excludes="394n 8111"),
    "3950-3955": Row(
        "PRICE/UoM", "N6", attribute=True, requires="30 31nn 32nn 35nn 36nn", excludes="392n 393n 395n 8005"
    ),
    "400": Row("ORDER NUMBER", "X..30", attribute=True),
    "401": Row("GINC", "X..30,gcppos1", attribute=True, path=""),
    "402": Row("GSIN", "N17,csum,gcppos1", attribute=True, path=""),
    "403": Row("ROUTE", "X..30", attribute=True, requires="00"),
    "410": Row("SHIP TO LOC", "N13,csum,gcppos1", fixed=True, attribute=True),
    "411": Row("BILL TO", "N13,csum,gcppos1", fixed=True, attribute=True),
    "412": Row("PURCHASE FROM", "N13,csum,gcppos1", fixed=True, attribute=True),
    "413": Row("SHIP FOR LOC", "N13,csum,gcppos1", fixed=True, attribute=True),
    "414": Row("LOC No.", "N13,csum,gcppos1", fixed=True, attribute=True, path="254 | 7040"),
    "415": Row("PAY TO", "N13,csum,gcppos1", fixed=True, attribute=True, requires="8020", path="8020"),
    "416": Row("PROD/SERV LOC", "N13,csum,gcppos1", fixed=True, attribute=True),
    "417": Row("PARTY", "N13,csum,gcppos1", fixed=True, attribute=True, path="7040"),
    "420": Row("SHIP TO POST", "X..20", attribute=True, excludes="421"),
    "421": Row("SHIP TO POST", "N3,iso3166 X..9", attribute=True, excludes="4307"),
    "422": Row("ORIGIN", "N3,iso3166", attribute=True, requires="01 02 03 8006 8026", excludes="426"),
    "423": Row(
        "COUNTRY - INITIAL PROCESS",
        "N3,iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166",
        attribute=True,
        requires="01 02 03",
        excludes="426",
    ),
    "424": Row("COUNTRY - PROCESS", "N3,iso3166", attribute=True, requires="01 02 03", excludes="426"),
    "425": Row(
        "COUNTRY - DISASSEMBLY",
        "N3,iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166",
        attribute=True,
        requires="01 02 03",
        excludes="426",
    ),
    "426": Row("COUNTRY - FULL PROCESS", "N3,iso3166", attribute=True, requires="01 02 03"),
    "427": Row("ORIGIN SUBDIVISION", "X..3", attribute=True, requires="01+422 02+422 03+422"),
    "4300": Row("SHIP TO COMP", "X..35,pcenc", attribute=True, requires="00"),
    "4301": Row("SHIP TO NAME", "X..35,pcenc", attribute=True, requires="00"),
    "4302": Row("SHIP TO ADD1", "X..70,pcenc", attribute=True, requires="00"),
    "4303": Row("SHIP TO ADD2", "X..70,pcenc", attribute=True, requires="4302"),
    "4304": Row("SHIP TO SUB", "X..70,pcenc", attribute=True, requires="00"),
    "4305": Row("SHIP TO LOC", "X..70,pcenc", attribute=True, requires="00"),
    "4306": Row("SHIP TO REG", "X..70,pcenc", attribute=True, requires="00"),
    "4307": Row("SHIP TO COUNTRY", "X2,iso3166alpha2", attribute=True, requires="00"),
    "4308": Row("SHIP TO PHONE", "X..30", attribute=True, requires="00"),
    "4309": Row("SHIP TO GEO", "N10,latitude N10,longitude", attribute=True, requires="00"),
    "4310": Row("RTN TO COMP", "X..35,pcenc", attribute=True, requires="00"),
    "4311": Row("RTN TO NAME", "X..35,pcenc", attribute=True, requires="00"),
    "4312": Row("RTN TO ADD1", "X..70,pcenc", attribute=True, requires="00"),
    "4313": Row("RTN TO ADD2", "X..70,pcenc", attribute=True, requires="4312"),
    "4314": Row("RTN TO SUB", "X..70,pcenc", attribute=True, requires="00"),
    "4315": Row("RTN TO LOC", "X..70,pcenc", attribute=True, requires="00"),
    "4316": Row("RTN TO REG", "X..70,pcenc", attribute=True, requires="00"),
    "4317": Row("RTN TO COUNTRY", "X2,iso3166alpha2", attribute=True, requires="00"),
    "4318": Row("RTN TO POST", "X..20", attribute=True, requires="00"),
    "4319": Row("RTN TO PHONE", "X..30", attribute=True, requires="00"),
    "4320": Row("SRV DESCRIPTION", "X..35,pcenc", attribute=True, requires="00"),
    "4321": Row("DANGEROUS GOODS", "N1,yesno", attribute=True, requires="00"),
    "4322": Row("AUTH TO LEAVE", "N1,yesno", attribute=True, requires="00"),
    "4323": Row("SIG REQUIRED", "N1,yesno", attribute=True, requires="00"),
    "4324": Row("NOT BEF DEL DT", "N6,yymmd0 N4,hhmi", attribute=True, requires="00"),
    "4325": Row("NOT AFT DEL DT", "N6,yymmd0 N4,hhmi", attribute=True, requires="00"),
    "4326": Row("REL DATE", "N6,yymmdd", attribute=True, requires="00"),
    "4330": Row("MAX TEMP F.", "N6 [X1],hyphen", attribute=True, requires="00", excludes="4331"),
    "4331": Row("MAX TEMP C.", "N6 [X1],hyphen", attribute=True, requires="00", excludes="4330"),
    "4332": Row("MIN TEMP F.", "N6 [X1],hyphen", attribute=True, requires="00", excludes="4333"),
    "4333": Row("MIN TEMP C.", "N6 [X1],hyphen", attribute=True, requires="00", excludes="4332"),
    "7001": Row("NSN", "N13", attribute=True, requires="01 02 8006 8026"),
    "7002": Row("MEAT CUT", "X..30", attribute=True, requires="01 02"),
    "7003": Row("EXPIRY TIME", "N6,yymmdd N4,hhmi", attribute=True, requires="01 02 03"),
    "7004": Row("ACTIVE POTENCY", "N..4", attribute=True, requires="01+10 03+10"),
    "7005": Row("CATCH AREA", "X..12", attribute=True, requires="01 02"),
    "7006": Row("FIRST FREEZE DATE", "N6,yymmdd", attribute=True, requires="01 02"),
    "7007": Row("HARVEST DATE", "N6,yymmdd [N6],yymmdd", attribute=True, requires="01 02"),
    "7008": Row("AQUATIC SPECIES", "X..3", attribute=True, requires="01 02"),
    "7009": Row("FISHING GEAR TYPE", "X..10", attribute=True, requires="01 02"),
    "7010": Row("PROD METHOD", "X..2", attribute=True, requires="01 02 03"),
    "7011": Row("TEST BY DATE", "N6,yymmdd [N4],hhmi", attribute=True, requires="01 02 03"),
    "7020": Row("REFURB LOT", "X..20", attribute=True, requires="01+416 03+416 8006+416"),
    "7021": Row("FUNC STAT", "X..20", attribute=True, requires="01 03 8006"),
    "7022": Row("REV STAT", "X..20", attribute=True, requires="01+7021 03+7021 8006+7021"),
    "7023": Row("GIAI - ASSEMBLY", "X..30,gcppos1", attribute=True),
    "7030": Row("PROCESSOR # 0", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7031": Row("PROCESSOR # 1", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7032": Row("PROCESSOR # 2", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7033": Row("PROCESSOR # 3", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7034": Row("PROCESSOR # 4", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7035": Row("PROCESSOR # 5", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7036": Row("PROCESSOR # 6", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7037": Row("PROCESSOR # 7", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7038": Row("PROCESSOR # 8", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7039": Row("PROCESSOR # 9", "N3,iso3166999 X..27", attribute=True, requires="01 02"),
    "7040": Row("UIC+EXT", "N1 X1 X1 X1,importeridx"),
    "7041": Row("UFRGT UNIT TYPE", "X..4,packagetype", requires="00"),
    "710": Row("NHRN PZN", "X..20", attribute=True, requires="01"),
    "711": Row("NHRN CIP", "X..20", attribute=True, requires="01"),
    "712": Row("NHRN CN", "X..20", attribute=True, requires="01"),
    "713": Row("NHRN DRN", "X..20", attribute=True, requires="01"),
    "714": Row("NHRN AIM", "X..20", attribute=True, requires="01"),
    "715": Row("NHRN NDC", "X..20", attribute=True, requires="01"),
    "716": Row("NHRN AIC", "X..20", attribute=True, requires="01"),
    "717": Row("NHRN SRN", "X..20", attribute=True, requires="01"),
    "7230": Row("CERT # 1", "X2 X..28", attribute=True, requires="01 8004"),
    "7231": Row("CERT # 2", "X2 X..28", attribute=True, requires="01 8004"),
    "7232": Row("CERT # 3", "X2 X..28", attribute=True, requires="01 8004"),
    "7233": Row("CERT # 4", "X2 X..28", attribute=True, requires="01 8004"),
    "7234": Row("CERT # 5", "X2 X..28", attribute=True, requires="01 8004"),
    "7235": Row("CERT # 6", "X2 X..28", attribute=True, requires="01 8004"),
    "7236": Row("CERT # 7", "X2 X..28", attribute=True, requires="01 8004"),
    "7237": Row("CERT # 8", "X2 X..28", attribute=True, requires="01 8004"),
    "7238": Row("CERT # 9", "X2 X..28", attribute=True, requires="01 8004"),
    "7239": Row("CERT # 10", "X2 X..28", attribute=True, requires="01 8004"),
    "7240": Row("PROTOCOL", "X..20", attribute=True, requires="01 8006", excludes="03"),
    "7241": Row("AIDC MEDIA TYPE", "N2,mediatype", attribute=True, requires="8017 8018"),
    "7242": Row("VCN", "X..25", attribute=True, requires="8017 8018"),
    "7250": Row("DOB", "N8,yyyymmdd", attribute=True, requires="8018", excludes="7251"),
    "7251": Row("DOB TIME", "N8,yyyymmdd N4,hhmi", attribute=True, requires="8018", excludes="7250"),
    "7252": Row("BIO SEX", "N1,iso5218", attribute=True, requires="8018"),
    "7253": Row("FAMILY NAME", "X..40,pcenc", attribute=True, requires="8017 8018", excludes="7256 7259"),
    "7254": Row("GIVEN NAME", "X..40,pcenc", attribute=True, requires="8017 8018", excludes="7256 7259"),
    "7255": Row("SUFFIX", "X..10", attribute=True, requires="8017 8018", excludes="7256 7259"),
    "7256": Row("FULL NAME", "X..90,pcenc", attribute=True, requires="8017 8018"),
    "7257": Row("PERSON ADDR", "X..70,pcenc", attribute=True, requires="8018"),
    "7258": Row("BIRTH SEQUENCE", "X3,posinseqslash", attribute=True, requires="8018+7259"),
    "7259": Row("BABY", "X..40,pcenc", attribute=True, requires="8018", excludes="7256"),
    "8001": Row(
        "DIMENSIONS", "N4,nonzero N5,nonzero N3,nonzero N1,winding N1", attribute=True, requires="01"
    ),
    "8002": Row("CMT No.", "X..20", attribute=True),
    "8003": Row("GRAI", "N1,zero N13,csum,gcppos1 [X..16]", attribute=True, path=""),
    "8004": Row("GIAI", "X..30,gcppos1", attribute=True, path="7040"),
    "8005": Row("PRICE PER UNIT", "N6", attribute=True, requires="01 02"),
    "8006": Row(
        "ITIP", "N14,csum,gcppos2 N4,pieceoftotal", attribute=True, excludes="01 03 37", path="22 10 21"
    ),
    "8007": Row("IBAN", "X..34,iban", attribute=True, requires="415"),
    "8008": Row("PROD TIME", "N6,yymmdd N2,hh [N2],mi [N2],ss", attribute=True, requires="01 02 03"),
    "8009": Row("OPTSEN", "X..50", attribute=True, requires="00 01 03"),
    "8010": Row("CPID", "Y..30,gcppos1", attribute=True, path="8011"),
    "8011": Row("CPID SERIAL", "N..12,nozeroprefix", requires="8010"),
    "8012": Row("VERSION", "X..20", attribute=True, requires="01 03 8006"),
    "8013": Row("GMN", "X..25,csumalpha,gcppos1", attribute=True, path=""),
    "8014": Row("MUDI", "X..25,csumalpha,gcppos1,hasnondigit", requires="01"),
    "8017": Row("GSRN - PROVIDER", "N18,csum,gcppos1", attribute=True, excludes="8018", path="8019"),
    "8018": Row("GSRN - RECIPIENT", "N18,csum,gcppos1", attribute=True, excludes="8017", path="8019"),
    "8019": Row("SRIN", "N..10", requires="8017 8018"),
    "8020": Row("REF No.", "X..25", requires="415"),
    "8026": Row(
        "ITIP CONTENT",
        "N14,csum,gcppos2 N4,pieceoftotal",
        attribute=True,
        requires="37",
        excludes="02 03 8006",
    ),
    "8030": Row(
        "DIGSIG",
        "Z..90",
        attribute=True,
        requires="00 01+21 03+21 253 255 8003 8004 8006+21 8010+8011 8017 8018",
    ),
    "8040": Row("IMEI", "N15", requires="01+21"),
    "8041": Row("IMEI2", "N15", requires="01+21+8040"),
    "8042": Row("ESIM", "N32", requires="01+21+8040"),
    "8043": Row("PSIM", "N18 [N..2]", requires="01+21+8040"),
    "8110": Row("", "X..70,couponcode", attribute=True),
    "8111": Row("POINTS", "N4", attribute=True, requires="255"),
    "8112": Row("", "X..70,couponposoffer", attribute=True),
    "8200": Row("PRODUCT URL", "X..70", requires="01"),
    "90": Row("INTERNAL", "X..30", attribute=True),
    "91-99": Row("INTERNAL", "X..90", attribute=True),
}
