"""The interface's words: every tr literal is in the .ts and translated, none is stale, and Qt speaks them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / ".ci" / "strings.py"
if not SOURCE.is_file():
    pytest.skip("the gathering script is not part of an installed plugin", allow_module_level=True)
spec = importlib.util.spec_from_file_location("strings_of_shanshui", SOURCE)
strings = importlib.util.module_from_spec(spec)
spec.loader.exec_module(strings)


def test_every_word_is_there_and_no_other():
    assert sorted(strings.translations()) == strings.gathered()


def test_every_word_is_translated():
    unfinished = [word for word, told in strings.translations().items() if not told]
    assert unfinished == []
    for word, told in strings.translations().items():
        assert re.search("[\u4e00-\u9fff]", told), word
        assert sorted(re.findall(r"\{\w*\}", word)) == sorted(re.findall(r"\{\w*\}", told)), word


def test_the_file_is_as_it_would_be_gathered():
    assert strings.WORDS.read_text(encoding="utf-8") == strings.ts(strings.gathered(), strings.translations())


@pytest.mark.parametrize("call", ['tr(f"{a} b")', "tr(name)", 'tr("a" + "b")', 'tr("a", "b")', 'speech.tr("")', 'tr(text="a")'])
def test_what_no_translator_could_see_is_refused(call):
    with pytest.raises(SystemExit) as caught:
        strings.words_of(f"x = 1\n{call}\n", "room.py")
    assert str(caught.value).startswith("room.py:2:")


def test_gathering_keeps_translations_and_drops_stale_words(tmp_path):
    room = tmp_path / "ui"
    room.mkdir()
    (room / "one.py").write_text('a = tr("Old word") + tr("New word")\nb = speech.tr("Old word")\n', encoding="utf-8")
    words = strings.gathered(tmp_path)
    assert words == ["New word", "Old word"]
    file = tmp_path / "words.ts"
    file.write_text(strings.ts(words, {"Old word": "旧词 <&>", "Gone": "没了"}), encoding="utf-8")
    assert strings.translations(file) == {"New word": "", "Old word": "旧词 <&>"}
    assert 'type="unfinished"' in file.read_text(encoding="utf-8") and "Gone" not in file.read_text(encoding="utf-8")


def test_no_word_is_spoken_when_a_module_is_imported():
    import ast

    for room in strings.ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            if "vendor" in file.parts:
                continue
            tree = ast.parse(file.read_text(encoding="utf-8"))
            inside = {id(one) for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda)) for one in ast.walk(node)}
            for node in ast.walk(tree):
                early = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr" and id(node) not in inside
                assert not early, f"{file}:{node.lineno}"


def test_qt_speaks_chinese(tmp_path):
    pytest.importorskip("qgis.core")
    if not strings.lrelease():
        pytest.skip("no lrelease on this machine")
    from qgis.PyQt.QtCore import QTranslator

    built = strings.build(strings.WORDS, tmp_path / "shanshui_zh.qm")
    translator = QTranslator()
    assert translator.load(str(built))
    for word, told in strings.translations().items():
        assert translator.translate(b"Shanshui", word.encode("utf-8")) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [("zh_CN", "手册"), ("zh-Hans", "手册"), ("zh", "手册"), ("zh_Hans_CN", "手册"), ("en_US", "Manual"), ("de", "Manual")],
)
def test_the_plugin_finds_its_language(name, told, tmp_path, monkeypatch):
    pytest.importorskip("qgis.core")
    if not strings.lrelease():
        pytest.skip("no lrelease on this machine")
    from qgis.core import QgsSettings

    from shanshui.plugin.bridge import speech, translator

    strings.build(strings.WORDS, tmp_path / "shanshui_zh.qm")
    monkeypatch.setattr(translator, "I18N", tmp_path)
    before = QgsSettings().value("locale/userLocale")
    QgsSettings().setValue("locale/userLocale", name)
    try:
        leave = translator.install()
        assert speech.tr("Manual") == told
        leave()
        assert speech.tr("Manual") == "Manual"
    finally:
        QgsSettings().remove("locale/userLocale") if before is None else QgsSettings().setValue("locale/userLocale", before)
