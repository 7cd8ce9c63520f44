"""VCT read and written: the grammar byte by byte, round trips, broken files."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import InputError
from shanshui.plugin.core.exchange.vct.reading import Notes, read_vct
from shanshui.plugin.core.exchange.vct.writing import write_vct
from shanshui.plugin.core.table import Table

CRS = "EPSG:4527"
X, Y = 39_500_000.0, 3_500_000.0
HEAD = """HeadBegin
DataMark:LANDUSE-VCT
Version:3.0
CoordinateSystemType:P
Spheroid:CGCS2000,6378137.0,298.257222101
Parameters:117,1,39500000,0,3,39
Separator:,
HeadEnd
FeatureCodeBegin
2001010100,地类图斑,Polygon,DLTB
2001040000,线,Line,XZDW
2001020000,点,Point,DD
2001990000,注记,Annotation,ZJ
FeatureCodeEnd
TableStructureBegin
DLTB,2
BSM,Char,18
TBMJ,Float,15,2
0
XZDW,1
BSM,Char,18
0
DD,1
BSM,Char,18
0
ZJ,1
BSM,Char,18
0
KCXS,2,NoneGeometry
DM,Char,4
XS,Float,6,4
0
TableStructureEnd
"""


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["exchange"]


def read(text, pack, **more):
    notes = Notes()
    return {one.name: one for one in read_vct(text.splitlines(keepends=True), pack, notes, **more)}, notes


def written(tables, pack, pages=None, **more):
    parts = []

    def put(text):
        parts.append(text)
        return len("".join(parts).encode("gb18030"))

    done = write_vct(tables, pages or [None] * len(tables), CRS, "20260101", pack, put, **more)
    return "".join(parts), done


def squares():
    """A square with a square hole, the hole's filling, and a neighbour: three patches that share borders."""
    hole = shapely.box(X + 40, Y + 40, X + 60, Y + 60)
    shapes = [shapely.difference(shapely.box(X, Y, X + 100, Y + 100), hole), hole, shapely.box(X + 100, Y, X + 200, Y + 100)]
    rows = pd.DataFrame({"BSM": ["1", "2", "3"], "TBMJ": [9600.0, 400.0, 10000.25], "SJNF": pd.array([2019, None, 2020], dtype="Int64"),
                         "RQ": [date(2020, 1, 2), None, date(1999, 12, 31)], "BZ": ["水 田", None, "b"]})
    return Table(rows, np.array(shapes, dtype=object), CRS, "DLTB")


def test_a_published_sample_is_read(real_data, pack):
    path = real_data / "exchange" / "synthetic_min_v3.vct"
    tables, notes = read(path.read_text(encoding="gb18030"), pack)
    assert not notes.findings and notes.head.crs == "EPSG:4527" and notes.head.dialect == "vct3"
    assert list(tables) == ["DLTB"]
    assert shapely.area(tables["DLTB"].shapes).tolist() == [9600.0, 400.0]
    assert shapely.get_num_interior_rings(tables["DLTB"].shapes).tolist() == [1, 0]


def test_tables_come_back_as_they_were(pack):
    table = squares()
    plain = Table(pd.DataFrame({"DM": ["a", "b"], "XS": [0.1234, np.nan]}), None, CRS, "KCXS")
    points = Table(pd.DataFrame({"BSM": ["9", "8"]}), np.array([shapely.Point(X, Y), shapely.MultiPoint([(X, Y), (X + 1, Y)])]), CRS, "DD")
    lines = Table(pd.DataFrame({"BSM": ["7", "6"]}), np.array([shapely.LineString([(X, Y), (X + 9, Y)]), shapely.MultiLineString(
        [[(X, Y), (X + 1, Y)], [(X + 5, Y), (X + 6, Y)]])], dtype=object), CRS, "XZDW")
    text, done = written([table, plain, points, lines], pack)
    tables, notes = read(text, pack)
    assert not notes.findings
    assert done.rows == {"DLTB": 3, "KCXS": 2, "DD": 2, "XZDW": 2}
    for one in (table, plain, points, lines):
        back = tables[one.name]
        pd.testing.assert_frame_equal(back.rows, one.rows)
        assert back.geometry is None or shapely.equals(back.shapes, one.shapes).all()


def test_a_shared_border_is_written_once(pack):
    text, done = written([squares()], pack)
    # the common edge of the two squares, their outer rests, and the rim of the hole
    assert done.lines == 4
    ids = re.findall(r"\r\n21\r\n\d+\r\n((?:[-\d,]+\r\n)+?)0\r\n", text)
    signed = [int(one) for lines in ids for one in re.split(r"[,\s]+", lines) if one and int(one)]
    border = [one for one in signed if signed.count(-one)]
    assert len(border) == 4  # two lines, each forward for one patch and back for the other


def test_the_file_is_as_the_grammar_has_it(pack):
    text, _ = written([squares()], pack)
    assert text.startswith("HeadBegin\r\nDataMark:LANDUSE-VCT\r\nVersion:3.0\r\nCoordinateSystemType:P\r\nDim:2\r\n")
    assert "Parameters:117,1,39500000,0,3,39\r\n" in text and "Separator:,\r\nHeadEnd\r\n" in text
    assert "\nDLTB,5\r\nBSM,Char,1\r\nTBMJ,Float,15,2\r\nSJNF,Int4\r\nRQ,Date,8\r\nBZ,Char,3\r\n0\r\n" in text
    outer = text[text.index("PolygonBegin") :].splitlines()[1:11]
    # id, code, style, indirect, label, of lines, count with the zero, ids, end
    assert outer[2:4] == ["Unknown", "100"] and outer[5] == "21" and outer[8] == "0"
    assert int(outer[6]) == len(outer[7].split(",")) and "0" in outer[7].split(",")
    assert text.endswith("TableEnd\r\n\r\nAttributeEnd\r\n") and "\n" not in text.replace("\r\n", "")


def test_outer_rings_run_clockwise_and_holes_against(pack):
    text, _ = written([squares()], pack)
    lines = {}
    cells = text[text.index("LineBegin") : text.index("LineEnd")].split("\r\n0\r\n")
    for cell in cells[:-1]:
        rows = [row for row in cell.splitlines() if row and row != "LineBegin"]
        lines[int(rows[0])] = [tuple(map(float, row.split(","))) for row in rows[7:]]
    polygon = text[text.index("PolygonBegin") :].splitlines()[8]
    rings = [[int(one) for one in part.split(",")] for part in polygon.split(",0,")]
    turned = [[xy for one in ring for xy in (lines[one] if one > 0 else lines[-one][::-1])[:-1]] for ring in rings]
    assert [shapely.is_ccw(shapely.LinearRing(one)) for one in turned] == [False, True]


def test_parts_become_objects_and_one_row_again(pack):
    two = shapely.MultiPolygon([shapely.box(X, Y, X + 1, Y + 1), shapely.box(X + 5, Y, X + 6, Y + 1)])
    table = Table(pd.DataFrame({"BSM": ["1", "2"], "TBMJ": [2.0, 4.0]}), np.array([two, shapely.box(X + 1, Y, X + 5, Y + 1)]), CRS, "DLTB")
    text, done = written([table], pack)
    assert [one.code for one in done.findings] == ["vct.in_parts", "vct.own_code"]
    tables, notes = read(text, pack)
    assert notes.joined == 1 and tables["DLTB"].rows.equals(table.rows)
    assert shapely.equals(tables["DLTB"].shapes, table.shapes).all()


def test_a_feature_code_names_one_table(pack):
    page = schema.load_packs()["survey"].layers["DLTB"]
    old, new = squares(), Table(squares().rows, squares().shapes, CRS, "DLTB_T1")
    text, done = written([old, new], pack, [page, page])
    assert [(one.code, one.layer) for one in done.findings] == [("vct.own_code", "DLTB_T1")]
    tables, notes = read(text, pack)
    assert not notes.findings and [len(one) for one in tables.values()] == [3, 3]


def test_texts_that_would_break_a_row_are_changed_and_told(pack):
    table = Table(pd.DataFrame({"A": ["x,y", "p\r\nq", "s"]}), None, CRS, "T")
    text, done = written([table], pack)
    assert [one.facts["count"] for one in done.findings if one.code == "vct.text_changed"] == [2]
    tables, _ = read(text, pack)
    assert tables["T"].rows["A"].tolist() == ["x，y", "p q", "s"]


def test_index_offsets_point_at_the_objects(pack):
    text, done = written([squares()], pack, index=True)
    raw = text.encode("gb18030")
    index = done.index[0]
    for number, shape, row in zip(index.ids, index.shapes, index.rows):
        assert raw[shape:].split(b"\r\n")[0] == str(number).encode() and raw[row:].startswith(f"{number},".encode())


DIRECT = HEAD + """PolygonBegin
1
2001010100
Unknown
1
39500001,3500001
2
11
5
39500000,3500000
39500000,3500010
39500010,3500010
39500010,3500000
39500000,3500000
11
4
39500002,3500002
39500004,3500002
39500004,3500004
39500002,3500002
0
PolygonEnd
AnnotationBegin
5
2001990000
Unknown
1
青岚
39500001,3500002,30
0
AnnotationEnd
AttributeBegin
DLTB
1,001,98.00
TableEnd
ZJ
5,z
TableEnd
AttributeEnd
"""


def test_direct_polygons_and_annotation_are_read(pack):
    tables, notes = read(DIRECT, pack)
    assert not notes.findings
    assert shapely.area(tables["DLTB"].shapes).tolist() == [98.0]
    assert tables["ZJ"].rows.to_dict("records") == [{"BSM": "z", "TEXT": "青岚", "ANGLE": 30.0}]


def test_words_in_any_case_blank_lines_and_comments(pack):
    noisy = DIRECT.replace("HeadBegin", "COMMENTBEGIN\nnot read\nHeadEnd\nCommentEnd\n\nHEADBEGIN").replace("PolygonBegin", "polygonBEGIN\n\n")
    noisy = noisy.replace("39500010,3500010\n", "CommentBegin\n1,1\nCommentEnd\n\n39500010,3500010\n")
    tables, notes = read(noisy, pack)
    assert not notes.findings and shapely.area(tables["DLTB"].shapes).tolist() == [98.0]


@pytest.mark.parametrize(("was", "becomes", "code", "line"), [
    ("39500010,3500010\n", "39500010;3500010\n", "vct.no_coordinates", 45),
    ("39500010,3500010\n", "nan,3500010\n", "vct.no_coordinates", 45),
    ("2\n11\n5\n", "2\n11\nfive\n", "vct.no_count", 42),
    ("2\n11\n5\n", "2\n14\n5\n", "vct.curve", 41),
    ("Unknown\n1\n39500001", "Unknown\n7\n39500001", "vct.no_kind", 38),
    ("0\nPolygonEnd", "9\nPolygonEnd", "vct.no_zero", 54),
    ("1,001,98.00", "1,001", "vct.bad_row", 67),
    ("1,001,98.00", "1,001,ninety", "vct.bad_value", 67),
    ("1,001,98.00", "2,001,98.00", "vct.row_without_shape", 67),
])  # fmt: skip
def test_a_broken_line_is_named_and_the_rest_is_read(pack, was, becomes, code, line):
    assert was in DIRECT
    tables, notes = read(DIRECT.replace(was, becomes, 1), pack)
    found = [one for one in notes.findings if one.code == code]
    assert found and found[0].facts["line"] == line
    assert tables["ZJ"].rows["BSM"].tolist() == ["z"]
    assert notes.aside or code == "vct.bad_value"


@pytest.mark.parametrize(("ids", "code"), [("1,2", ""), ("1,-2", "vct.open_ring"), ("1,9", "vct.unknown_line"), ("1", "vct.open_ring")])
def test_signed_lines_must_meet(pack, ids, code):
    lines = "LineBegin\n" + "".join(
        f"{number}\n1099000000\nUnknown\n1\n1\n11\n2\n{X + a:.0f},{Y + b:.0f}\n{X + c:.0f},{Y + d:.0f}\n0\n"
        for number, a, b, c, d in ((3, 0, 0, 1, 0),)
    )
    lines += f"1\n1099000000\nUnknown\n1\n1\n11\n3\n{X:.0f},{Y:.0f}\n{X:.0f},{Y + 9:.0f}\n{X + 9:.0f},{Y + 9:.0f}\n0\n"
    lines += f"2\n1099000000\nUnknown\n1\n1\n11\n3\n{X + 9:.0f},{Y + 9:.0f}\n{X + 9:.0f},{Y:.0f}\n{X:.0f},{Y:.0f}\n0\nLineEnd\n"
    polygon = f"PolygonBegin\n8\n2001010100\nUnknown\n100\n{X + 1},{Y + 1}\n21\n{len(ids.split(','))}\n{ids}\n0\nPolygonEnd\n"
    tables, notes = read(HEAD + lines + polygon + "AttributeBegin\nDLTB\n8,1,81\nTableEnd\nAttributeEnd\n", pack)
    assert ([one.code for one in notes.findings][:1] or [""]) == [code]
    assert shapely.area(tables["DLTB"].shapes).tolist() == ([] if code else [81.0])


@pytest.mark.parametrize(("mark", "version", "dialect"), [
    ("LANDUSE-VCT", "3.0", "vct3"), ("landuse-vct", "3.1", "vct3"), ("LANDUSE.VCT", "2.0", "vct2"), ("CADASTRE.VCT", "", "cadastre"),
    ("CNSDTF-VCT", "GB/T17798-2007", "gb2007"), ("CNSDTF-VCT", "GB/T 17798-2007", "gb2007"), ("CNSDTF-VCT", "1.0", "gb1999"),
])  # fmt: skip
def test_dialects_are_told_by_mark_and_version(pack, mark, version, dialect):
    from shanshui.plugin.core.exchange.vct.head import dialect_of

    assert dialect_of({"datamark": mark, "version": version}, pack)["dialect"] == dialect


OLD = f"""HeadBegin
DataMark:LANDUSE.VCT
Version:2.0
Unit:M
Spheroid:西安(1980),6378.140,298.257
Parameters:120,0,,,,1,40500000,0,3,40
HeadEnd
FeatureCodeBegin
2001010100,地类图斑,Polygon,0,255,0,DLTB
FeatureCodeEnd
TableStructureBegin
DLTB,1
BSM,Char,18
0
TableStructureEnd
LineBegin
1
1099000000
界线
1
5
{X},{Y}
{X},{Y + 2}
{X + 2},{Y + 2}
{X + 2},{Y}
{X},{Y}
LineEnd
PolygonBegin
7
2001010100
图斑
{X + 1},{Y + 1}
1
1
8
2001010100
图斑
{X + 1},{Y + 1}
4
{X},{Y}
{X},{Y + 1}
{X + 1},{Y + 1}
{X},{Y}
PolygonEnd
AttributeBegin
DLTB
7,a
8,b
TableEnd
AttributeEnd
"""


def test_an_old_head_and_old_records(pack):
    tables, notes = read(OLD, pack)
    assert not notes.findings and notes.head.dialect == "vct2" and notes.head.crs == "EPSG:2364"
    assert shapely.area(tables["DLTB"].shapes).tolist() == [4.0, 0.5]


@pytest.mark.parametrize(("text", "code"), [
    ("", "vct.no_head"), ("IDRISI vector\n", "vct.no_head"), ("HeadBegin\nDataMark:XYZ\nHeadEnd\n", "vct.unknown_dialect"),
    ("HeadBegin\nDataMark:CNSDTF-VCT\nTopo:2\nHeadEnd\n", "vct.topology"), ("HeadBegin\nDataMark:LANDUSE-VCT\n", "vct.head_open"),
])  # fmt: skip
def test_what_is_no_vct_file_is_refused(pack, text, code):
    with pytest.raises(InputError) as failure:
        read(text, pack)
    assert failure.value.code == code


def test_zones_are_those_of_epsg(pack):
    import pyproj

    for row in pack.rule("zone_crs"):
        for at in range(int(row["zones"])):
            crs = pyproj.CRS.from_epsg(int(row["first_epsg"]) + at)
            zone = int(row["first_zone"]) + at
            given = {one.name: one.value for one in crs.coordinate_operation.params}
            central = 3 * zone if row["width"] == "3" else 6 * zone - 3
            assert given["Longitude of natural origin"] == central, row["name"]
            assert given["False easting"] == 500_000 + (1e6 * zone if row["prefixed"] == "1" else 0), row["name"]
            word = {"cgcs2000": "China 2000", "xian80": "Xian 1980", "beijing54": "Beijing 1954"}[row["datum"]]
            assert word in crs.datum.name.replace("Geodetic Coordinate System 2000", "2000") or word in crs.geodetic_crs.name.replace(
                "China Geodetic Coordinate System 2000", "China 2000"), crs.name
