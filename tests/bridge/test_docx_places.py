"""Places of a Word template: found wherever and however Word keeps them; the shipped templates are those of their texts."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from copy import deepcopy
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

import docx
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from shanshui.plugin.bridge.reports.docx_places import Document
from shanshui.plugin.core.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
BOX = (
    f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent>'
    "<w:p><w:r><w:t>box {{inner}}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
)


def template(folder: Path, *runs: str) -> tuple[Path, docx.document.Document]:
    """A document with one paragraph of these runs; not yet saved."""
    made = docx.Document()
    line = made.add_paragraph()
    for run in runs:
        line.add_run(run)
    return folder / "template.docx", made


def filled(path: Path, values: dict[str, str]) -> docx.document.Document:
    document = Document(path)
    document.fill(values, {})
    document.save(path)
    return docx.Document(path)


@pytest.mark.parametrize(
    "runs",
    [
        *(("in {{county}} now",), ("in {{", "county", "}} now"), ("in {", "{cou", "nty}", "} now")),
        *(("in ｛｛county｝｝ now",), ("in {{ county ", " }} now")),
    ],
)
def test_a_place_is_found_however_it_is_cut(tmp_path, runs):
    path, made = template(tmp_path, *runs)
    made.save(path)
    assert [(one.name, one.apart) for one in Document(path).places()] == [("county", False)]
    assert filled(path, {"county": "青岚县"}).paragraphs[0].text == "in 青岚县 now"


def test_runs_keep_their_looks_and_the_text_takes_those_of_the_places_first_letter(tmp_path):
    path, made = template(tmp_path, "before ", "{{a", "}} and {{b}}", " after")
    made.paragraphs[0].runs[1].bold = True
    made.save(path)
    line = filled(path, {"a": "one", "b": "two"}).paragraphs[0]
    assert line.text == "before one and two after"
    assert [(run.text, run.bold) for run in line.runs] == [("before ", None), ("one", True), (" and two", None), (" after", None)]


def test_tables_boxes_heads_and_feet_are_searched(tmp_path):
    path, made = template(tmp_path, "{{first}} ")
    made.paragraphs[0]._p.append(parse_xml(BOX))
    made.add_table(1, 1).cell(0, 0).paragraphs[0].add_run("{{cell}}")
    part = made.sections[0]
    part.header.paragraphs[0].add_run("{{head}}")
    part.footer.paragraphs[0].add_run("{{foot}}")
    made.add_section().footer.is_linked_to_previous = True
    made.save(path)
    assert [one.name for one in Document(path).places()] == ["first", "inner", "cell", "head", "foot"]
    done = filled(path, {name: name.upper() for name in ("first", "inner", "cell", "head", "foot")})
    words = "".join(done.element.body.itertext()) + done.sections[0].header.paragraphs[0].text + done.sections[0].footer.paragraphs[0].text
    assert all(word in words for word in ("FIRST", "box INNER", "CELL", "HEAD", "FOOT")) and "{{" not in words


def test_what_is_deleted_under_tracked_changes_is_no_place(tmp_path):
    path, made = template(tmp_path, "{{county}}")
    gone = parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author=""><w:r><w:delText>{{{{old}}}}</w:delText></w:r></w:del>')
    made.paragraphs[0]._p.append(gone)
    made.save(path)
    assert [one.name for one in Document(path).places()] == ["county"]


@pytest.mark.parametrize("words", ["in {{county now", "county}} now", "{{a}} {{b"])
def test_braces_that_are_not_closed_are_refused(tmp_path, words):
    path, made = template(tmp_path, words)
    made.save(path)
    with pytest.raises(InputError) as failed:
        Document(path)
    assert failed.value.code == "template.half_place"


def test_a_place_in_a_footnote_is_told(tmp_path):
    """It would be left standing in the paper: python-docx does not open footnotes."""
    path, made = template(tmp_path, "text")
    line = "<w:p><w:r><w:t>{{cou</w:t></w:r><w:r><w:t>nty}}</w:t></w:r></w:p>"
    words = f"<w:footnotes {nsdecls('w')}><w:footnote>{line}</w:footnote></w:footnotes>"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    part = Part(PackURI("/word/footnotes.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml", words.encode(), None)
    made.part.relate_to(part, kind)
    made.save(path)
    with pytest.raises(InputError) as failed:
        Document(path)
    assert (failed.value.code, failed.value.facts["place"]) == ("template.out_of_reach", "county")


def test_another_programs_file_is_refused(tmp_path):
    good, made = template(tmp_path, "x")
    made.save(good)
    broken = tmp_path / "broken.docx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<no" if name == "word/document.xml" else old.read(name))
    text = tmp_path / "text.docx"
    text.write_text("plain", encoding="utf-8")
    half = tmp_path / "half.docx"
    half.write_bytes(good.read_bytes()[:2000])
    empty = tmp_path / "empty.docx"
    with zipfile.ZipFile(empty, "w"):
        pass
    for path in (broken, text, half, empty):
        with pytest.raises(InputError) as failed:
            Document(path)
        assert failed.value.code == "template.not_docx" and failed.value.facts["path"] == path.name
    with pytest.raises(InputError) as failed:
        Document(tmp_path / "nothing.docx")
    assert failed.value.code == "template.not_found"


def test_the_shipped_templates_are_those_of_their_texts():
    spec = importlib.util.spec_from_file_location("ci_templates", ROOT / ".ci" / "templates.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    texts = sorted(maker.TEXTS.glob("*.txt"))
    assert {one.stem for one in texts} == {f"{kind}_{language}" for kind in ("notice", "announcement") for language in ("zh", "en")}
    for source in texts:
        built = maker.build(source.read_text(encoding="utf-8"), source.stem[-2:])
        shipped = docx.Document(ROOT / "resources" / "templates" / f"{source.stem}.docx")
        again = docx.Document(io.BytesIO(maker.packed(deepcopy(built))))
        assert [one.text for one in shipped.paragraphs] == [one.text for one in again.paragraphs]
        lines = [line for line in source.read_text(encoding="utf-8").splitlines() if line != "~"]
        words = [line[2:] if line[:2] in ("# ", "= ", "> ", "! ") else line for line in lines]
        assert [one.text for one in shipped.paragraphs] == words
