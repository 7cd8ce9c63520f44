"""Whatever parcels are written come back; whatever bytes are read, the reader ends in time, within memory, and with an answer."""

from __future__ import annotations

import io
import time
import tracemalloc

import numpy as np
import pandas as pd
import pytest
import shapely

pytest.importorskip("hypothesis")
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from shanshui.plugin.core import schema
from shanshui.plugin.core.exchange.encodings import decoded, guess
from shanshui.plugin.core.exchange.txt.dialects import dialects
from shanshui.plugin.core.exchange.txt.reading import read_txt
from shanshui.plugin.core.exchange.txt.writing import header, write_txt
from shanshui.plugin.core.table import Table

PACK = schema.load_packs()["exchange"]
DIALECTS = dialects(PACK)
CRS, X, Y = "EPSG:4527", 39_500_000.0, 3_500_000.0
FIELDS = {"number": "DKBH", "name": "DKMC", "sheet": "TFH", "use": "DKYT", "code": "DLBM", "type": "LX"}
SECONDS, BYTES = 5.0, 60e6
calm = settings(max_examples=80, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))

text = st.text(st.characters(codec="gbk", exclude_categories=("Cc",), exclude_characters=",，@\r\n"), max_size=12).map(lambda one: one.strip())
corner = st.tuples(st.integers(0, 400), st.integers(0, 400))


@st.composite
def shape(draw):
    """Unions of triangles and boxes less others, on a grid of 1 mm to 1 m: parts, holes, islands, spikes."""
    unit = draw(st.sampled_from((0.001, 0.013, 1.0)))
    pieces = []
    for _ in range(draw(st.integers(1, 4))):
        corners = draw(st.lists(corner, min_size=3, max_size=6, unique=True))
        pieces.append(shapely.convex_hull(shapely.MultiPoint(corners)))
    made = pieces[0]
    for at, piece in enumerate(pieces[1:]):
        made = shapely.union(made, piece) if at % 2 else shapely.symmetric_difference(made, piece)
    parts = [one for one in shapely.get_parts(made) if one.area > 0]
    assume(parts)
    moved = shapely.transform(shapely.multipolygons(parts) if len(parts) > 1 else parts[0], lambda xy: np.rint((xy * unit + (X, Y)) * 1000) / 1000)
    assume(moved.is_valid and moved.area > 0)
    return moved


@st.composite
def parcels(draw):
    shapes = draw(st.lists(shape(), min_size=1, max_size=4))
    rows = {column: [draw(text) for _ in shapes] for column in FIELDS.values()}
    return Table(pd.DataFrame(rows, dtype=object), np.array(shapes, dtype=object), CRS, "T")


def file_of(table, dialect):
    done = write_txt(table, FIELDS, dialect, "planar", PACK)
    return (header(dialect, CRS, "2026-01-31", {}, PACK) + "".join(done.texts)).encode("gbk"), done


def read(raw, dialect="auto"):
    return read_txt(io.StringIO(decoded(raw, guess(raw).encoding)[0], newline=None), PACK, "T", dialect)


@calm
@given(parcels(), st.sampled_from(DIALECTS))
def test_what_is_written_is_read_back(table, dialect):
    raw, done = file_of(table, dialect)
    back = read_txt(io.StringIO(raw.decode("gbk"), newline=None), PACK, "T", dialect.name)
    assert done.row == list(range(len(back.table))) == list(range(len(table)))
    meant = shapely.normalize(shapely.remove_repeated_points(table.shapes))  # rounding to the millimetre doubles vertices
    assert shapely.equals_exact(meant, shapely.normalize(back.table.shapes), 5e-4).all()
    for field in dialect.carries:
        if field != "kind":
            meant = ["" if one == dialect.empty else one for one in table.text(FIELDS[field])]
            assert back.table.text(FIELDS[field]).tolist() == meant


RING = shapely.box(X, Y, X + 9, Y + 9).difference(shapely.box(X + 2, Y + 2, X + 4, Y + 4))
SEED, _ = file_of(
    Table(pd.DataFrame({"DKBH": ["1", "2"], "DKMC": ["甲", "乙"]}, dtype=object),
          np.array([RING, shapely.box(X + 20, Y, X + 29, Y + 9)], dtype=object), CRS, "T"), DIALECTS[0])
piece = st.one_of(st.binary(max_size=6), st.sampled_from([b"@", b",", b"\r", b"\n", b"\0", b"=", b"[", b"1e308", b"-", b"9" * 400, b"nan", b"J1,1,"]))


@calm
@given(st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 60), piece), min_size=1, max_size=8), st.integers(1, 3))
def test_mutated_bytes_are_answered_in_time_and_memory(changes, times):
    raw = SEED * times
    for at, cut, new in changes:
        raw = raw[:at] + new + raw[at + cut :]
    began = time.process_time()
    tracemalloc.start()
    try:
        found = read(raw)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < SECONDS and most < BYTES
    assert all(one.code.startswith(("txt.", "text.")) for one in found.findings)
    heads = sum(len(one.table) for one in [found]) + sum((one.rows["REASON"] != "txt.lost_line").sum() for one in found.aside)
    assert heads == sum("@" in line for line in _heads(raw))  # no parcel is lost in silence


def _heads(raw):
    """Lines that are heads by the plain rule: an @ in them, and no key=value before the parcels."""
    from shanshui.plugin.core.exchange.txt.parcels import read_lines

    sheet = read_lines(io.StringIO(decoded(raw, guess(raw).encoding)[0], newline=None), 1e-8)
    lines = list(io.StringIO(decoded(raw, guess(raw).encoding)[0], newline=None))
    return [lines[one.line - 1].replace("＠", "@") for one in sheet.parcels]


@calm
@given(st.binary(max_size=3000))
def test_any_bytes_are_answered(raw):
    began = time.process_time()
    read(raw)
    assert time.process_time() - began < SECONDS


def test_a_large_file_takes_memory_by_its_points_only():
    """100,000 points in one ring, and 20,000 rings in one parcel that lie side by side."""
    angle = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    many = np.column_stack([X + 1000 * np.cos(angle), Y + 1000 * np.sin(angle)])
    body = "9,1,1,甲,面,,,,@\n" + "".join(f"J{i},1,{y:.3f},{x:.3f}\n" for i, (x, y) in enumerate(many))
    rings = "".join(
        "".join(f"J{i},1,{Y + dy + 5 * (i // 200):.3f},{X + dx + 5 * (i % 200):.3f}\n" for dx, dy in ((0, 3), (3, 3), (3, 0), (0, 0), (0, 3)))
        for i in range(20_000))
    began = time.process_time()
    found = read_txt(io.StringIO(body + "9,1,2,乙,面,,,,@\n" + rings), PACK, "T")
    assert time.process_time() - began < 30 * SECONDS
    assert len(found.table) == 2 and shapely.get_num_geometries(found.table.shapes[1]) == 20_000
    assert found.table.shapes[1].area == pytest.approx(9 * 20_000)
