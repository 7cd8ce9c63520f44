"""The manifest names every file with its hash, and notices when one is no longer what it was."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import numpy as np
import pytest

pytest.importorskip("qgis.core")
from shanshui.plugin.bridge.manifest import Manifest, changed, sha256, write_manifest
from shanshui.plugin.core import schema

# FIPS 180-2, appendix B.1: the digest of "abc"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_hash_is_the_published_one(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256(tmp_path / "abc") == ABC


def test_what_was_told_is_written_and_a_changed_file_is_noticed(tmp_path):
    source, folder = tmp_path / "来源.gpkg", tmp_path / "成果 1"
    folder.mkdir()
    source.write_bytes(b"abc")
    result = folder / "图 1.png"
    result.write_bytes(b"x" * 3_000_000)
    packs = schema.load_packs()
    told = Manifest(
        "chain",
        {"county": source},
        {"SLIVER": np.float64(0.2), "LAYERS": [source, "河"], "DISSOLVE": True, "CONTROL": None},
        packs.values(),
        {"patches": np.int64(7)},
        {"map": result},
        ["一句话。"],
    )
    path = folder / "manifest.json"
    write_manifest(path, told, datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc))
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["written"] == "2026-01-02T03:04:05+00:00" and content["notes"] == ["一句话。"]
    assert content["inputs"]["county"]["sha256"] == ABC and content["outputs"]["map"]["bytes"] == 3_000_000
    assert content["outputs"]["map"]["file"] == "图 1.png"  # relative: the folder can be moved
    assert content["parameters"] == {"SLIVER": 0.2, "LAYERS": [str(source), "河"], "DISSOLVE": True, "CONTROL": None}
    assert content["counts"] == {"patches": 7}
    for one in content["packs"]:
        pack = packs[one["id"]]
        assert one["edition"] == pack.edition and sum(one["rows"].values()) == len(pack.origins)
        assert sum(one["not_standard"].values()) == len(pack.not_standard())
    assert {"qgis", "gdal", "python", "shapely"} <= set(content["versions"])
    assert changed(path) == []
    result.write_bytes(b"y")
    source.unlink()
    assert changed(path) == ["county", "map"]


def test_a_moved_folder_is_still_itself(tmp_path):
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "one").write_bytes(b"1")
    write_manifest(folder / "manifest.json", Manifest("t", outputs={"one": folder / "one"}))
    folder.rename(tmp_path / "b")
    assert changed(tmp_path / "b" / "manifest.json") == []
