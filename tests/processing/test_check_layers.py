"""Check layers through Processing: layers as they are, states from run to run, findings in one CRS, the report."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

pytest.importorskip("qgis.core")

from qgis.core import NULL, QgsFeature, QgsGeometry, QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsVectorLayer

EAST, NORTH = 40_500_000, 3_300_000


def layer(name, *rows, fields="BSM:string", kind="Polygon", crs="EPSG:4528"):
    """A memory layer; rows are (WKT or None, value …)."""
    made = QgsVectorLayer(f"{kind}?{f'crs={crs}&' if crs else ''}" + "&".join(f"field={one}" for one in fields.split()), name, "memory")
    features = []
    for wkt, *values in rows:
        feature = QgsFeature(made.fields())
        feature.setAttributes(list(values))
        if wkt:
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
        features.append(feature)
    assert made.dataProvider().addFeatures(features)[0]
    return made


def box(x, y, side=100):
    west, south = EAST + x, NORTH + y
    return f"POLYGON(({west} {south},{west + side} {south},{west + side} {south + side},{west} {south + side},{west} {south}))"


@pytest.fixture
def run(provider):
    def check(layers, **given):
        import processing

        feedback, context = QgsProcessingFeedback(False), QgsProcessingContext()
        found = processing.run(
            "shanshui:check_layers", {"LAYERS": layers, "FINDINGS": "memory:", **given}, context=context, feedback=feedback
        )
        findings = found["FINDINGS"]
        if not isinstance(findings, QgsVectorLayer):
            findings = context.takeResultLayer(findings) or QgsVectorLayer(findings, "found", "ogr")
        return found, findings, feedback.textLog()

    return check


def rows(findings, *names):
    return sorted(tuple(None if one[name] == NULL else one[name] for name in names) for one in findings.getFeatures())


VILLAGES = "BSM:string(18) ZLDWDM:string(19) ZLDWMC:string(50) DCMJ:double MSSM:string(2)"


def villages(*changes):
    listed = [[box(0, 0), "999901001000000001", "9999010010010000000", "甲村", 10.0, "00"]]
    listed.append([box(100, 0), "999901001000000002", "9999010010020000000", "乙村", 20.0, "00"])
    for row, at, value in changes:
        listed[row][at] = value
    return layer("CJDCQ", *listed, fields=VILLAGES)


def test_findings_speak_both_languages_and_name_the_rule(run):
    found, findings, log = run([villages((0, 5, "09"), (1, 3, None))], RULES="value_unknown, value_missing", PACK="survey")
    told = rows(findings, "CODE", "FEATURE", "FIELD", "SEVERITY", "STATE", "WORDS", "GROUP")
    assert ("SX0503", "999901001000000001", "MSSM", "error", "open", "check.value_unknown", "logic") in told
    assert ("SX0502", "999901001000000002", "ZLDWMC", "error", "open", "check.value_missing", "logic") in told
    one = next(each for each in findings.getFeatures() if each["CODE"] == "SX0503")
    assert "09" in one["MESSAGE_ZH"] and "代码表" in one["MESSAGE_ZH"] and "“09”" in one["MESSAGE_EN"]
    assert found["OPEN"] == findings.featureCount() == len(told) and found["EXCEPTIONS"] == found["FIXED"] == 0
    assert one["X"] == EAST + 50 and re.fullmatch(r"\d{4}-\d\d-\d\d", one["FIRST_SEEN"]) and findings.crs().authid() == "EPSG:4528"
    assert "SX0503" in log and "SX0502" in log


def test_no_sentence_lacks_a_fact(run, tmp_path):
    """Every finding of a layer with many faults is told without a gap, in both languages."""
    texts = ("BSM", "YSDM", "DLBM", "DLMC", "ZZSXDM", "GDPDJB", "CZCSXM")
    fields = " ".join([*(f"{one}:string" for one in texts), "TBMJ:double KCXS:double XZDWKD:double MSSM:string"])
    land = layer(
        "DLTB", (box(0, 0), "1 ", "5", "0301", "果园", "LS", "2", "201A", -5.0, 3.0, 3.0, "09"),
        (None, "1", "5", "011", "", "", "", "", 1e20, 0.1, 1.0, ""),
        (box(200, 0), "1", "5", "1006", "农村道路", "", "", "203", 1.0, None, 9.5, "00"),
        (box(400, 0), "9", "5", "0702", "", "", "", "", 1.0, None, None, "00"), fields=fields,
    )  # fmt: skip
    _, findings, log = run([land])
    texts = [one[name] for one in findings.getFeatures() for name in ("MESSAGE_ZH", "MESSAGE_EN")]
    assert len({one["CODE"] for one in findings.getFeatures()}) > 15
    assert not [one for one in texts if re.search(r"\{[a-z_]+\}", one) or one.startswith("check.")]
    assert not re.search(r"\{[a-z_]+\}", log)


def test_shapes_are_read_as_they_are(run):
    """A bow-tie is neither mended nor set aside, arcs are seen, a row without a shape stays a row."""
    bow = f"POLYGON(({EAST} {NORTH},{EAST + 10} {NORTH + 10},{EAST + 10} {NORTH},{EAST} {NORTH + 10},{EAST} {NORTH}))"
    arc = f"CURVEPOLYGON(CIRCULARSTRING({EAST} {NORTH},{EAST + 10} {NORTH + 10},{EAST} {NORTH}))"
    land = layer("ground", (bow, "1"), (None, "2"), (arc, "3"), kind="CurvePolygon")
    _, findings, _ = run([land], RULES="geometry_curved,geometry_missing")
    assert rows(findings, "CODE", "FEATURE") == [("SX0304", "3")]
    named = layer("XZQ", (bow, "1"), (None, "2"))
    assert rows(run([named], RULES="geometry_missing")[1], "CODE", "FEATURE", "X") == [("SX0301", "2", None)]
    assert "XZQ" in run([land], RULES="SX0603")[2]  # what was not run, and for lack of what


def test_a_table_is_checked_beside_layers(run):
    table = layer("ZRZK", (None, "A", 10.0, 4.0, 5.0, 0.0), (None, "B", 9.0, 4.0, 5.0, 0.0), kind="None", crs="",
                  fields="ZRZYDJDYH:string DJDYZMJ:double GYMJ:double JTMJ:double ZYQMJ:double")  # fmt: skip
    _, findings, _ = run([table, villages()], RULES="parts_differ", PACK="registration")
    assert rows(findings, "CODE", "LAYER", "FEATURE", "WAS", "SHOULD", "X") == [("SX0651", "ZRZK", "#1", "10.00", "9.00", None)]


def test_states_go_from_run_to_run(run, tmp_path):
    path = str(tmp_path / "found.gpkg")
    before = run([villages((0, 5, "09"), (1, 3, None), (1, 5, "08"))], RULES="value_unknown,value_missing", PACK="survey", FINDINGS=path)[1]
    assert before.startEditing()
    for one in before.getFeatures():
        if one["WAS"] == "09":
            before.changeAttributeValue(one.id(), before.fields().indexOf("STATE"), "exception")
            before.changeAttributeValue(one.id(), before.fields().indexOf("REASON"), "省厅同意")
    assert before.commitChanges()
    found, findings, _ = run([villages((0, 5, "09"), (1, 3, None))], RULES="value_unknown,value_missing", PACK="survey", PREVIOUS=path)
    told = {(one["FEATURE"][-1], one["FIELD"]): (one["STATE"], None if one["REASON"] == NULL else one["REASON"]) for one in findings.getFeatures()}
    assert told["1", "MSSM"] == ("exception", "省厅同意")
    assert told["2", "ZLDWMC"] == ("open", None) and told["2", "MSSM"] == ("fixed", None)
    assert (found["EXCEPTIONS"], found["FIXED"]) == (1, 1) and found["OPEN"] == len(told) - 2
    assert {one["MESSAGE_ZH"] for one in findings.getFeatures()} and all(one["MESSAGE_EN"] for one in findings.getFeatures())


def test_findings_of_layers_in_two_systems_lie_in_the_first(run):
    degrees = layer("XZQ", ("POLYGON((120 29.8,120.001 29.8,120.001 29.801,120 29.801,120 29.8))", "1"), crs="EPSG:4490")
    _, findings, _ = run([villages(), degrees], RULES="crs_differs,value_pattern")
    far = [one for one in findings.getFeatures() if one["LAYER"] == "XZQ" and one["FEATURE"] == "1"]
    assert findings.crs().authid() == "EPSG:4528" and far and all(40_400_000 < one["X"] < 40_600_000 for one in far)
    box = far[0].geometry().boundingBox()
    assert 90 < box.width() < 100 and [one["CODE"] for one in findings.getFeatures() if one["CODE"] == "SX0203"] == ["SX0203"]


class Reader(HTMLParser):
    """The text of a page, and the tags left open."""

    def __init__(self):
        super().__init__()
        self.text, self.open = [], []

    def handle_starttag(self, tag, attributes):
        assert not any(name in ("src", "href") for name, _ in attributes)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("数据质检报告", "属性逻辑", "例外")), ("en", ("Report of checks", "Attribute logic", "exceptions"))]
)
def test_the_report_stands_alone_and_says_what_was_done(run, tmp_path, monkeypatch, language, words):
    from shanshui.plugin.bridge import settings

    monkeypatch.setattr(settings.Settings, "output_language", property(lambda self: language))
    path = tmp_path / "report.html"
    odd = villages((0, 3, "<b>甲&村"), (0, 5, "09"))
    found, _, _ = run([odd], REPORT=str(path), PACK="survey")
    assert found["REPORT"] == str(path)
    source = path.read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(source)
    text = " ".join("".join(reader.text).split())
    assert not reader.open and "http" not in source and "{" not in text.split("</style>")[-1].split("}")[-1]
    assert all(one in text for one in (*words, "SX0503", "SX0603", "CJDCQ", "TD/T 1057-2020"))
    assert not re.search(r"check\.report\.|\{[a-z_]+\}", text)
    assert (language == "zh") is ("代码表" in text)


def test_words_that_mean_nothing_are_refused(run):
    for given, words in (({"RULES": "nonsense"}, "nonsense"), ({"PACK": "nowhere"}, "nowhere"), ({"PREVIOUS": villages()}, "CJDCQ")):
        with pytest.raises(QgsProcessingException, match=words):
            run([villages()], **given)


def test_a_report_without_jinja_is_a_sentence_and_the_findings_are_written(run, tmp_path, monkeypatch):
    from shanshui.plugin.bridge.reports import check_report
    from shanshui.plugin.core.errors import LibraryError

    def missing(name):
        raise LibraryError("library.missing", library=name)

    monkeypatch.setattr(check_report, "vendored", missing)
    found, findings, log = run([villages((0, 5, "09"))], REPORT=str(tmp_path / "report.html"), RULES="value_unknown")
    assert findings.featureCount() == 1 and not (tmp_path / "report.html").exists() and "jinja2" in log and not found.get("REPORT")


def test_a_report_that_cannot_be_written_is_refused_before_the_work(run, tmp_path):
    with pytest.raises(QgsProcessingException, match="nowhere"):
        run([villages()], REPORT=str(tmp_path / "nowhere" / "report.html"))


def test_facts_of_a_finding_are_kept_for_later_runs(run):
    _, findings, _ = run([villages((0, 5, "09"))], RULES="value_unknown")
    facts = json.loads(next(findings.getFeatures())["FACTS"])
    assert facts["was"] == "09" and facts["rule"] == "SX0503" and facts["whole"] is True
