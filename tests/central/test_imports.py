"""A warehouse from CSV files: good rows go in, bad rows are named by line and column, again changes nothing."""

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from app.central import audit, catalogue, ground, imports, orders
from app.central.imports import Kind, Report, read_csv
from app.central.imports.rows import columns, required
from app.central.store import Store
from app.model.floor import Aisles, Floor, Proof, Walkway
from app.model.items import Barcode, PackLevel
from app.model.orders import OrderStatus
from app.model.people import Experience, pin_material
from app.model.stock import bin_place
from app.model.words import WORDS, phrase
from tests.central.books import SITE, balance, open_books

FILES = {
    "items": """sku,name,style,variant,length_mm,width_mm,height_mm,weight_g,lot,expiry,serial,fragile,hazard_class
TEE-M,T-shirt,TEE,size=M; colour=navy,300,200,20,180,no,no,no,no,
TEE-L,T-shirt,TEE,size=L; colour=navy,300,200,20,190,no,no,no,no,
MILK,Milk 1 l,,,90,60,200,1030,yes,yes,no,no,
""",
    "barcodes": """barcode,sku,quantity,level
4006381333931,TEE-M,1,unit
14006381333938,TEE-M,12,case
4006381333948,TEE-L,1,
MILK-1,MILK,1,unit
""",
    "zones": "zone,scan,other_lot,zero_check\nA,check_code; item,yes,no\n",
    "locations": """location,zone,kind,x_mm,y_mm,pickable,check_code
A-01-1,A,pick_face,1000,2000,yes,17
R-01-1,R,reserve,9000,2000,,
D-1,D,drop,0,0,,
""",
    "walkways": "x1_mm,y1_mm,x2_mm,y2_mm\n0,0,10000,0\n",
    "equipment": "code,kind,slots\nC-1,cart,6\nT-1,tote,\nT-2,tote,\n",
    "cartons": (
        "carton,name,inner_length_mm,inner_width_mm,inner_height_mm,outer_length_mm,outer_width_mm,outer_height_mm,"
        "empty_weight_g,max_weight_g\nS,Small,300,200,100,310,210,110,120,5000\n"
    ),
    "operators": """id,name,roles,badge,pin
ann,Ann,picker;packer,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
sue,Sue,supervisor,ssssssssssssssssssssssssssssssss,4711
""",
    "stock": """reference,kind,at,location,sku,lot,expires,quantity
OPEN-1,opening,2026-11-23T06:00:00Z,A-01-1,TEE-M,,,10
OPEN-1,opening,2026-11-23T06:00:00Z,A-01-1,TEE-L,,,10
ASN-7,receipt,2026-11-23T07:00:00+01:00,R-01-1,MILK,L1,2027-01-31,24
C-1,count,2026-11-23T09:00:00Z,A-01-1,TEE-L,,,8
""",
    "orders": """number,priority,ship_by,service,policy,name,street,city,postcode,country,email,line,sku,variant,\
quantity
1001,2,2026-11-24T16:00:00Z,standard,wait,Ada,Main 1,Berlin,10115,DE,a@b.de,1,TEE-M,size=M; colour=navy,2
1001,2,2026-11-24T16:00:00Z,standard,wait,Ada,Main 1,Berlin,10115,DE,a@b.de,2,MILK,,1
1002,,2026-11-24T16:00:00Z,standard,,Bob,Main 2,Berlin,10115,DE,b@b.de,1,TEE-M,size=L; colour=navy,1
""",
}


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_books(database_url)) as books:
        yield books


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "warehouse"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def take_in(store: Store, kind: str, text: str | bytes) -> Report:
    raw = text if isinstance(text, bytes) else text.encode()
    return imports.import_file(store, SITE, io.BytesIO(raw), Kind(kind))


def problems(report: Report) -> list[tuple[int, str, str]]:
    found = [each for file in report.files for each in file.problems]
    for each in found:
        assert each.code in WORDS
        assert phrase(each.code, each.params)
    return [(each.line, each.column, each.code) for each in found]


def test_a_folder_becomes_a_warehouse(store: Store, folder: Path) -> None:
    report = imports.import_folder(store, SITE, folder)
    assert problems(report) == []
    assert report.bound == ("1001",)
    items = store.read(SITE, catalogue.items)
    assert items["TEE-M"].is_sister_of(items["TEE-L"])
    assert items["TEE-M"].barcodes == (
        Barcode("4006381333931", 1),
        Barcode("14006381333938", 12, PackLevel.CASE),
    )
    assert items["MILK"].expiry_controlled
    places = store.read(SITE, catalogue.locations)
    assert (places["A-01-1"].pickable, places["R-01-1"].pickable, places["D-1"].pickable) == (
        True,
        True,
        False,
    )
    assert balance(store, bin_place("A-01-1"), "TEE-L") == (8, 0)
    assert balance(store, bin_place("R-01-1"), "MILK", "L1") == (24, 1)
    held = store.read(SITE, lambda tx: orders.view(tx, "1002"))
    assert (held.status, held.holds[0].code) == (OrderStatus.HELD, "hold.variant_mismatch")
    assert store.read(SITE, audit.audit) == ()


def test_importing_a_folder_twice_changes_nothing(store: Store, folder: Path) -> None:
    imports.import_folder(store, SITE, folder)
    head = _head(store)
    again = imports.import_folder(store, SITE, folder)
    assert problems(again) == []
    assert [file.changed for file in again.files] == [0] * len(FILES)
    assert _head(store) == head


def test_secrets_of_badges_and_pins_are_not_kept(store: Store, folder: Path) -> None:
    imports.import_folder(store, SITE, folder)
    people = store.read(SITE, catalogue.operators)
    assert "s" * 32 not in repr(people)
    assert people["ann"].pin_verifier == ""
    assert PasswordHasher().verify(people["sue"].pin_verifier, pin_material("4711", "s" * 32))


def test_a_bad_row_is_named_and_the_good_ones_go_in(store: Store) -> None:
    report = take_in(
        store,
        "items",
        "sku,name,length_mm,width_mm,height_mm,weight_g,lot,expiry\n"
        "A,Good,1,1,1,1,,\n"
        "B,Bad,ten,1,0,1,maybe,\n"
        "C,Short,1,1\n"
        "D,No lot,1,1,1,1,no,yes\n"
        ",No SKU,1,1,1,1,,\n"
        "A,Other,2,1,1,1,,\n"
        "E,Good,1,1,1,1,,\n",
    )
    assert problems(report) == [
        (3, "length_mm", "input.whole_number"),
        (3, "height_mm", "input.at_least"),
        (3, "lot", "input.yes_or_no"),
        (4, "", "import.cells"),
        (5, "", "input.wrong"),
        (6, "sku", "input.missing"),
        (7, "sku", "import.repeated"),
    ]
    assert set(store.read(SITE, catalogue.items)) == {"A", "E"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", (0, "", "import.empty")),
        (b"\r\n \r\n", (0, "", "import.empty")),
        ("x1_mm,y1_mm,x2_mm,y2_mm\n0,0,1,1\n0,0,ä,1".encode("latin-1"), (3, "", "import.encoding")),
        (b"x1_mm,y1_mm,x2_mm\n0,0,1\n", (1, "y2_mm", "import.missing_column")),
        (b"x1_mm,y1_mm,x2_mm,y2_mm,x1_mm\n0,0,1,1,2\n", (1, "x1_mm", "import.column_twice")),
        (b'x1_mm,y1_mm,x2_mm,y2_mm\n0,0,"1,1\n2,2,3,3\n', (2, "", "import.cells")),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(raw: bytes, expected: tuple[int, str, str]) -> None:
    read = read_csv(Kind.WALKWAYS, io.BytesIO(raw))
    assert read.rows == ()
    assert [(each.line, each.column, each.code) for each in read.problems] == [expected]


@pytest.mark.parametrize(
    "raw",
    [
        b"x1_mm,y1_mm,x2_mm,y2_mm\n0,0,1,1\n",
        b"\xef\xbb\xbfX1_MM;y1_mm; x2_mm;y2_mm\r\n0;0;1;1\r\n",
        "\ufeffx1_mm\ty1_mm\tx2_mm\ty2_mm\r0\t0\t1\t1".encode("utf-16-le"),
        b"\n\nx1_mm|y1_mm|x2_mm|y2_mm\n\n0|0|1|1\n\n",
        b'"x1_mm","y1_mm","x2_mm","y2_mm"\n"0"," 0 ","1","1"\n',
    ],
)
def test_marks_delimiters_and_line_ends_do_not_matter(raw: bytes) -> None:
    read = read_csv(Kind.WALKWAYS, io.BytesIO(raw))
    assert read.problems == ()
    assert len(read.rows) == 1


def test_a_column_that_nobody_knows_is_named_and_passed_over() -> None:
    read = read_csv(Kind.WALKWAYS, io.BytesIO(b"x1_mm,y1_mm,x2_mm,y2_mm,colour\n0,0,1,1,red\n"))
    assert len(read.rows) == 1
    assert [each.code for each in read.problems] == ["import.unknown_column"]


def test_a_line_number_is_that_of_the_editor_also_after_a_cell_of_several_lines() -> None:
    read = read_csv(Kind.EQUIPMENT, io.BytesIO(b'code,kind,slots\n"a\nb",tote,\nT-1,tote,\nT-2,boat,\n'))
    assert [(each.line, each.column) for each in read.problems] == [(2, "code"), (5, "kind")]


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://x")', "Ω≈ç√ 中文 🧦", "a" * 200, "O'Neil; DROP TABLE item"]
)
def test_formulas_and_odd_names_are_data(store: Store, name: str) -> None:
    cell = '"' + name.replace('"', '""') + '"'
    report = take_in(store, "items", f"sku,name,length_mm,width_mm,height_mm,weight_g\nA,{cell},1,1,1,1\n")
    assert problems(report) == []
    assert store.read(SITE, catalogue.items)["A"].name == name


def test_a_huge_cell_is_a_bad_value_of_its_row() -> None:
    raw = b"code,kind,slots\n" + b"x" * 1_000_000 + b",tote,\nT-1,tote,\n"
    read = read_csv(Kind.EQUIPMENT, io.BytesIO(raw))
    assert [(each.line, each.code) for each in read.problems] == [(2, "input.shorter")]
    assert len(dict(read.problems[0].params)["read"].__str__()) < 100
    assert len(read.rows) == 1


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.sampled_from(Kind))
def test_no_bytes_whatever_crash_the_reader(raw: bytes, kind: Kind) -> None:
    header = ",".join(columns(kind)).encode()
    for each in (raw, header + b"\n" + raw):
        for found in read_csv(kind, io.BytesIO(each)).problems:
            assert phrase(found.code, found.params)


def test_a_stock_row_that_is_known_posts_nothing_and_one_with_another_quantity_is_refused(
    store: Store, folder: Path
) -> None:
    imports.import_folder(store, SITE, folder)
    again = FILES["stock"].replace(
        "OPEN-1,opening,2026-11-23T06:00:00Z,A-01-1,TEE-M,,,10",
        "OPEN-1,opening,2026-11-23T06:00:00Z,A-01-1,TEE-M,,,11",
    )
    assert problems(take_in(store, "stock", again)) == [(2, "quantity", "stock.posted_otherwise")]
    assert balance(store, bin_place("A-01-1"), "TEE-M") == (10, 2)


def test_tomorrows_delivery_of_the_same_items_is_booked(store: Store, folder: Path) -> None:
    imports.import_folder(store, SITE, folder)
    header = FILES["stock"].splitlines()[0]
    more = f"{header}\nASN-8,receipt,2026-11-23T10:00:00Z,A-01-1,TEE-M,,,10\n"
    assert problems(take_in(store, "stock", more)) == []
    assert balance(store, bin_place("A-01-1"), "TEE-M") == (20, 2)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("R,receipt,2026-11-23T10:00:00Z,A-01-1,NONE,,,1", ("sku", "stock.unknown_sku")),
        ("R,receipt,2026-11-23T10:00:00Z,Z-9,TEE-M,,,1", ("location", "stock.unknown_location")),
        ("R,receipt,2026-11-23T10:00:00Z,A-01-1,MILK,,,1", ("lot", "stock.lot_missing")),
        ("R,receipt,2026-11-23T10:00:00Z,A-01-1,MILK,L2,,1", ("expires", "stock.expiry_missing")),
        ("R,receipt,2026-11-23T10:00:00Z,A-01-1,MILK,L1,2027-02-01,1", ("expires", "stock.lot_expiry")),
        ("R,receipt,2026-11-23T10:00:00Z,A-01-1,TEE-M,L1,,1", ("lot", "stock.lot_not_wanted")),
        ("R,receipt,2026-11-23T10:00:00Z,A-01-1,TEE-M,,2027-02-01,1", ("expires", "stock.expiry_not_wanted")),
        ("R,receipt,2026-11-23T10:00:00Z,A-01-1,TEE-M,,,0", ("quantity", "stock.quantity")),
        ("R,receipt,2036-11-23T10:00:00Z,A-01-1,TEE-M,,,1", ("at", "stock.in_the_future")),
        ("R,receipt,2026-11-23T10:00:00,A-01-1,TEE-M,,,1", ("at", "input.time_zone")),
        ("R,gift,2026-11-23T10:00:00Z,A-01-1,TEE-M,,,1", ("kind", "input.one_of")),
    ],
)
def test_a_wrong_stock_row_says_what_is_wrong(
    store: Store, folder: Path, row: str, expected: tuple[str, str]
) -> None:
    imports.import_folder(store, SITE, folder)
    text = f"{FILES['stock'].splitlines()[0]}\n{row}\n"
    assert problems(take_in(store, "stock", text)) == [(2, *expected)]


def test_an_order_with_one_bad_row_stays_out_as_a_whole(store: Store, folder: Path) -> None:
    imports.import_folder(store, SITE, folder)
    header = FILES["orders"].splitlines()[0]
    row = "{},2,2026-11-24T16:00:00Z,standard,wait,{},Main 1,Berlin,10115,DE,a@b.de,{},TEE-M,,{}"
    rows = [
        ("2001", "Ada", 1, 1),
        ("2001", "Ada", 2, "x"),
        ("2002", "Ada", 1, 1),
        ("2002", "Eve", 2, 1),
        ("2003", "Ada", 1, 1),
    ]
    text = "\n".join([header, *(row.format(*each) for each in rows)])
    assert problems(take_in(store, "orders", text)) == [
        (2, "number", "import.order_incomplete"),
        (3, "quantity", "input.whole_number"),
        (5, "name", "import.order_differs"),
    ]
    for number, there in (("2001", False), ("2002", False), ("2003", True)):
        assert bool(store.read(SITE, lambda tx, n=number: orders.views(tx, [n]))) is there  # type: ignore[misc]


def test_a_held_order_is_mended_by_importing_it_again_and_another_is_a_conflict(
    store: Store, folder: Path
) -> None:
    imports.import_folder(store, SITE, folder)
    mended = (
        FILES["orders"]
        .replace("TEE-M,size=L; colour=navy,1", "TEE-L,size=L; colour=navy,1")
        .replace("MILK,,1", "MILK,,2")
    )
    report = take_in(store, "orders", mended)
    assert problems(report) == [(2, "number", "import.order_conflict")]
    assert report.bound == ("1002",)


def test_a_barcode_of_another_item_and_two_people_with_one_badge_are_refused(
    store: Store, folder: Path
) -> None:
    imports.import_folder(store, SITE, folder)
    assert problems(
        take_in(store, "barcodes", "barcode,sku,quantity\n4006381333931,TEE-L,1\n9,NONE,1\n")
    ) == [
        (2, "barcode", "import.barcode_taken"),
        (3, "sku", "import.unknown_sku"),
    ]
    twin = f"id,name,roles,badge,pin\nbob,Bob,picker,{'a' * 32},\n"
    assert problems(take_in(store, "operators", twin)) == [(2, "badge", "operator.badge_taken")]


def test_no_report_shows_a_secret(store: Store) -> None:
    report = take_in(store, "operators", "id,name,roles,badge,pin\nbob,Bob,supervisor,tooshort,12ab\n")
    assert problems(report) == [(2, "badge", "input.wrong"), (2, "pin", "input.form")]
    assert "tooshort" not in repr(report)
    assert "12ab" not in repr(report)


def test_a_file_of_no_known_name_and_an_empty_folder_are_named(store: Store, tmp_path: Path) -> None:
    assert problems(imports.import_folder(store, SITE, tmp_path))[0][2] == "import.no_files"
    (tmp_path / "prices.csv").write_text("a,b\n")
    assert problems(imports.import_folder(store, SITE, tmp_path)) == [(0, "", "import.unknown_file")]
    assert problems(imports.import_file(store, SITE, tmp_path / "prices.csv")) == [
        (0, "", "import.unknown_file")
    ]
    assert problems(imports.import_file(store, SITE, tmp_path / "items.csv")) == [
        (0, "", "import.unreadable")
    ]


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_and_each_column_is_documented(kind: Kind) -> None:
    page = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
    (section,) = [part for part in page.split("\n## ") if part.startswith(f"{kind.value}.csv")]
    table = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("| `")]
    named = {name.strip().strip("`"): needed.strip() == "yes" for name, needed in table}
    assert named == {name: name in required(kind) for name in columns(kind)}


def _head(store: Store) -> int:
    from sqlalchemy import select

    from app.central import schema

    return store.read(SITE, lambda tx: int(tx.conn.execute(select(schema.site.c.head)).scalar_one()))


def test_a_zone_says_what_is_scanned_there(store: Store) -> None:
    report = take_in(store, "zones", "zone,scan,other_lot\nA,check_code; item; tote,yes\nB,,\n")
    assert report.ok
    zones = store.read(SITE, catalogue.zones)
    assert zones["A"].proofs == (Proof.CHECK_CODE, Proof.ITEM, Proof.TOTE)
    assert zones["A"].other_lot_allowed
    assert set(zones["B"].proofs) == {Proof.LOCATION, Proof.ITEM}
    assert take_in(store, "zones", "zone,scan,other_lot\nB,,\n").files[0].changed == 0


def test_a_zone_whose_buffer_is_no_place_for_totes_is_refused_and_says_which_there_are(store: Store) -> None:
    take_in(store, "locations", "location,zone,kind,x_mm,y_mm\nA-1,A,,0,0\nBUF-1,A,buffer,0,0\n")
    report = take_in(store, "zones", "zone,mode,buffer\nA,zone,BUF-1\nB,zone,A-1\nC,zone,NOWHERE\nD,zone,\n")
    wrong = [
        (each.line, each.column, each.code, dict(each.params)["wanted"]) for each in report.files[0].problems
    ]
    assert wrong == [(3, "buffer", "import.no_buffer", "BUF-1"), (4, "buffer", "import.no_buffer", "BUF-1")]
    assert set(store.read(SITE, catalogue.zones)) == {"A", "D"}


def test_a_zone_in_which_nobody_proves_where_they_stand_is_refused(store: Store) -> None:
    assert problems(take_in(store, "zones", "zone,scan\nA,item\n"))


def test_an_item_asks_for_more_than_its_zone_and_an_operator_is_a_trainee(store: Store) -> None:
    take_in(
        store,
        "items",
        "sku,name,length_mm,width_mm,height_mm,weight_g,verify\nX,Thing,1,1,1,1,each_unit; tote\n",
    )
    take_in(
        store,
        "operators",
        "id,name,roles,badge,experience\nbob,Bob,picker,bbbbbbbbbbbbbbbbbbbbbbbbbbbb,trainee\n",
    )
    assert store.read(SITE, catalogue.items)["X"].verify == (Proof.EACH_UNIT, Proof.TOTE)
    assert store.read(SITE, catalogue.operators)["bob"].experience is Experience.TRAINEE


AISLES_CSV = "aisles,blocks,slots,slot_pitch_mm,aisle_pitch_mm,cross_aisle_mm,up,down\n"


def test_a_floor_of_aisles_is_one_row(store: Store) -> None:
    assert problems(take_in(store, "aisles", f"{AISLES_CSV}4,2,10,1000,3000,2000,1;3,2\n")) == []
    floor = store.read(SITE, catalogue.floor)
    assert floor == Floor(aisles=Aisles(4, 2, 10, 1000, 3000, 2000, up=(1, 3), down=(2,)))
    assert take_in(store, "aisles", f"{AISLES_CSV}4,2,10,1000,3000,2000,1;3,2\n").files[0].changed == 0


@pytest.mark.parametrize(
    "row",
    ["0,2,10,1000,3000,2000,,", "4,2,10,1000,3000,2000,4,", "4,2,10,1000,3000,2000,1,1", "4,2,x,1,1,1,,"],
)
def test_a_floor_that_cannot_be_is_refused(store: Store, row: str) -> None:
    assert len(problems(take_in(store, "aisles", f"{AISLES_CSV}{row}\n"))) == 1
    assert store.read(SITE, catalogue.floor) == Floor()


def test_a_second_floor_in_one_file_is_refused_and_the_first_taken(store: Store) -> None:
    text = f"{AISLES_CSV}4,2,10,1000,3000,2000,,\n5,2,10,1000,3000,2000,,\n"
    assert problems(take_in(store, "aisles", text)) == [(3, "", "import.one_floor")]
    assert store.read(SITE, catalogue.floor).aisles == Aisles(4, 2, 10, 1000, 3000, 2000)


def test_a_location_to_pick_from_must_lie_in_a_slot(store: Store) -> None:
    take_in(store, "aisles", f"{AISLES_CSV}4,2,10,1000,3000,2000,,\n")
    rows = ("GOOD,A,,3000,1500", "ACROSS,A,,3000,12000", "FAR,A,,20000,1500", "D-1,D,drop,0,-900")
    text = "\n".join(("location,zone,kind,x_mm,y_mm", *rows))
    assert problems(take_in(store, "locations", text)) == [
        (3, "x_mm", "import.in_no_slot"),
        (4, "x_mm", "import.in_no_slot"),
    ]
    assert store.read(SITE, catalogue.locations).keys() == {"GOOD", "D-1"}


def test_known_locations_that_a_new_floor_leaves_in_no_slot_are_named_and_come_to_at_a_corner(
    store: Store,
) -> None:
    take_in(store, "locations", "location,zone,kind,x_mm,y_mm\nA-1,A,,20000,1500\n")
    told = take_in(store, "aisles", f"{AISLES_CSV}4,2,10,1000,3000,2000,,\n")
    assert problems(told) == [(2, "aisles", "import.in_no_slot")]
    assert store.read(SITE, catalogue.floor).aisles is not None
    assert "A-1" in store.read(SITE, ground.of_site).locations


def test_drawn_walkways_replace_aisles(store: Store) -> None:
    take_in(store, "aisles", f"{AISLES_CSV}4,2,10,1000,3000,2000,,\n")
    take_in(store, "walkways", "x1_mm,y1_mm,x2_mm,y2_mm\n0,0,10000,0\n")
    assert store.read(SITE, catalogue.floor) == Floor((Walkway(0, 0, 10_000, 0),))
