"""Which page a layer follows: by its name, by a word of it, by its fields, or none."""

from __future__ import annotations

import pytest

from shanshui.plugin.core.checks import engine
from shanshui.plugin.core.checks.pages import page_of, pages_of


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("DLTB", "DLTB"),
        ("dltb", "DLTB"),
        ("地类图斑", "DLTB"),
        ("Land survey patch", "DLTB"),
        ("qinglan — DLTB", "DLTB"),
        ("DLTB_2023", "DLTB"),
        ("county XZQ", "XZQ"),
        ("STBHHX_LX", "STBHHX_LX"),
        ("STBHHX_2024", "STBHHX"),
        ("999901_DLTB", "DLTB"),
        ("999901_STBHHX_LX", "STBHHX"),
        ("roads", None),
    ],
)
def test_by_name(packs, bench, name, page):
    found = page_of(bench.table(name, 1, BSM=["1"]), pages_of(packs.values()))
    assert (found[1].name if found else None) == page


def test_by_fields(packs, bench):
    """A layer called anything, with the fields of one page; a table of the same fields, or one with few of them, is not taken for it."""
    pages = pages_of(packs.values())
    names = packs["survey"].layer("DLTB").names
    whole = bench.table("export 1", 1, **{name: [None] for name in names})
    assert page_of(whole, pages)[1].name == "DLTB"
    assert page_of(bench.table("export 1", None, **{name: [None] for name in names}), pages) is None
    assert page_of(bench.table("export 1", 1, **{name: [None] for name in names[:5]}), pages) is None


def test_two_layers_of_one_page_keep_two_names(packs, bench):
    layers = [bench.table(name, 1, BSM=["1"]) for name in ("DLTB", "DLTB_2024", "DLTB", "x", "x")]
    found = engine.recognise(layers, packs.values())
    assert [one.name for one in found] == ["DLTB", "DLTB_2024", "DLTB (2)", "x", "x (2)"]
    assert [one.page.name if one.page else None for one in found] == ["DLTB", "DLTB", "DLTB", None, None]
    later = engine.recognise([bench.table(name, 1, BSM=["1"]) for name in ("HAX_T9", "HAX", "DLTB_2024", "DLTB_2025")], packs.values())
    assert [one.name for one in later] == ["HAX_T9", "HAX", "DLTB", "DLTB_2025"]
    assert all(engine.meant(bench.made("layer_empty", "DLTB"), one) for one in found[:3])
