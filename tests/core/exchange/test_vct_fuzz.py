"""VCT written and read is the same; a file with any byte changed is read or refused, soon and in little memory."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import InputError
from shanshui.plugin.core.exchange.vct.reading import Notes, read_vct
from shanshui.plugin.core.exchange.vct.writing import write_vct
from shanshui.plugin.core.table import Table

CRS, X, Y = "EPSG:4528", 40_500_000.0, 3_300_000.0
PACK = schema.load_packs()["exchange"]
# what a cell may hold and come back: no separator, no line end, not only blanks
TEXT = st.text(st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters=",\ufffd\ufeff\x1a"), max_size=12)
WAYS = ["change", "drop", "double", "cut"]
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}


def text_of(table: Table) -> str:
    parts: list[str] = []
    write_vct([table], [None], CRS, "20260101", PACK, lambda text: parts.append(text) or 0)
    return "".join(parts)


@st.composite
def coverages(draw: st.DrawFn) -> Table:
    """Cells of a grid joined at random, so that borders are shared, holes and parts occur; with attributes."""
    wide, high = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    owner = draw(st.lists(st.integers(0, 4), min_size=wide * high, max_size=wide * high))
    corners = [(X + 10.5 * (i % wide), Y + 7.25 * (i // wide)) for i in range(wide * high)]
    cells = [shapely.box(x, y, X + 10.5 * (i % wide + 1), Y + 7.25 * (i // wide + 1)) for i, (x, y) in enumerate(corners)]
    shapes = [shapely.union_all([cell for cell, one in zip(cells, owner) if one == name]) for name in sorted(set(owner))]
    count = len(shapes)
    rows = pd.DataFrame({
        "BSM": [f"{i}" for i in range(count)],
        "MC": draw(st.lists(st.none() | TEXT, min_size=count, max_size=count)),
        "MJ": draw(st.lists(st.floats(-1e9, 1e9, allow_nan=False), min_size=count, max_size=count)),
        "N": pd.array(draw(st.lists(st.none() | st.integers(-(2**53), 2**53), min_size=count, max_size=count)), dtype="Int64"),
    })
    return Table(rows, np.array(shapes, dtype=object), CRS, "T")


@settings(max_examples=60, **SLOW)
@given(coverages())
def test_what_is_written_is_read(table: Table) -> None:
    notes = Notes()
    back = next(iter(read_vct(text_of(table).splitlines(keepends=True), PACK, notes)))
    assert not notes.findings
    plain = [None if one is None or not one.strip() else one for one in table.rows["MC"]]
    assert back.rows["MC"].tolist() == plain
    assert back.rows["N"].astype("Int64").equals(table.rows["N"])
    assert np.allclose(back.rows["MJ"].astype(float), table.rows["MJ"], rtol=1e-12, atol=1e-9)
    assert shapely.equals(back.shapes, table.shapes).all()


def sample() -> bytes:
    hole = shapely.box(X + 4, Y + 4, X + 6, Y + 6)
    shapes = [shapely.difference(shapely.box(X, Y, X + 10, Y + 10), hole), hole, shapely.box(X + 10, Y, X + 20, Y + 10)]
    rows = pd.DataFrame({"BSM": ["1", "2", "3"], "MC": ["水田", None, "b"]})
    return text_of(Table(rows, np.array(shapes, dtype=object), CRS, "DLTB")).encode("gb18030")


@settings(max_examples=300, **SLOW)
@given(st.lists(st.tuples(st.integers(0, 9_999), st.sampled_from(WAYS), st.binary(max_size=6)), min_size=1, max_size=4))
def test_a_damaged_file_is_read_or_refused(damage: list[tuple[int, str, bytes]]) -> None:
    raw = sample()
    for place, what, extra in damage:
        at = place % max(len(raw), 1)
        if what == "change":
            raw = raw[:at] + extra + raw[at + len(extra) :]
        elif what == "drop":
            raw = raw[:at] + raw[at + 20 :]
        elif what == "double":
            raw = raw[:at] + raw[max(at - 200, 0) : at] + raw[at:]
        else:
            raw = raw[:at]
    start = time.process_time()
    try:
        for table in read_vct(raw.decode("gb18030", "replace").splitlines(keepends=True), PACK, Notes()):
            assert len(table) <= 1000
    except InputError as refused:
        assert refused.code.startswith("vct.")
    assert time.process_time() - start < 2.0


@pytest.mark.parametrize(("was", "claim"), [("\r\n11\r\n5\r\n", "\r\n11\r\n900000000\r\n"), ("\r\n21\r\n", "\r\n21\r\n999999999\r\n")])
def test_a_count_that_is_not_true_takes_no_memory(was: str, claim: str) -> None:
    text = sample().decode("gb18030")
    assert was in text
    tracemalloc.start()
    for _ in read_vct(text.replace(was, claim, 1).splitlines(keepends=True), PACK, Notes()):
        pass
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()
