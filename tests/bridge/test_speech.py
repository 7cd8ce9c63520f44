"""Facts that are themselves codes are spoken, in the language of the sentence."""

from __future__ import annotations

import pytest

pytest.importorskip("qgis.core")

from shanshui.plugin.bridge.speech import sentence


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reason_with_facts_is_its_sentence(qgis_app, language):
    reason = {"code": "input.no_geometry", "facts": {"layer": "DLTB"}}
    told = sentence("check.rule_failed", {"rule": "SX0401", "layer": "DLTB", "reason": reason}, language)
    own = sentence("input.no_geometry", {"layer": "DLTB"}, language).rstrip("。.")
    assert own in told and "input.no_geometry" not in told and "DLTB" in own
