"""The options page: what is stored is shown, what is shown is stored, and a fault in the user's packs is said."""

from __future__ import annotations

import pytest

pytest.importorskip("qgis.gui")
from qgis.core import QgsSettings
from qgis.PyQt.QtWidgets import QComboBox, QLabel

from shanshui.plugin.bridge import libraries, settings
from shanshui.ui.options.factory import PAGE, OptionsFactory


@pytest.fixture(autouse=True)
def clean(qgis_app):
    QgsSettings().remove("shanshui")
    yield
    QgsSettings().remove("shanshui")


@pytest.fixture
def own(tmp_path):
    """A user's folder with a later edition of the survey."""
    (tmp_path / "later").mkdir()
    text = "key,value,source,status\nid,survey,house,default\nedition,TD/T 2030,house,default\n"
    (tmp_path / "later" / "pack.csv").write_text(text, encoding="utf-8")
    return tmp_path


def page():
    made = OptionsFactory().createWidget(None)
    assert made.objectName() == PAGE
    return made


def edition_box(made) -> QComboBox:
    row = next(at for at in range(made.table.rowCount()) if made.table.cellWidget(at, 1) is not None)
    return made.table.cellWidget(row, 1)


def test_defaults_are_shown_and_stored_unchanged():
    page().apply()
    assert settings.load() == settings.Settings()


def test_every_widget_round_trips(own):
    made = page()
    made.folder.setFilePath(str(own))
    made.method.setCurrentIndex(made.method.findData("geodesic"))
    made.decimals.setValue(4)
    made.language.setCurrentIndex(made.language.findData("en"))
    made.operator.setText(" 操作员甲 ")
    box = edition_box(made)
    box.setCurrentIndex(box.findData("TD/T 1057-2020"))
    assert settings.load() == settings.Settings()  # nothing is stored before OK
    made.apply()
    expected = settings.Settings(str(own), (("survey", "TD/T 1057-2020"),), "geodesic", 4, "en", "操作员甲")
    assert settings.load() == expected
    again = page()
    assert (again.folder.filePath(), again.method.currentData(), again.decimals.value()) == (str(own), "geodesic", 4)
    assert (again.language.currentData(), again.operator.text(), edition_box(again).currentData()) == ("en", "操作员甲", "TD/T 1057-2020")
    again.apply()
    assert settings.load() == expected


def test_the_chosen_edition_is_the_one_algorithms_read(own):
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback

    from shanshui.plugin.bridge.run import Run

    def edition() -> str:
        return Run(QgsProcessingContext(), QgsProcessingFeedback(), {}).packs["survey"].edition

    settings.save(settings.Settings(packs_folder=str(own)))
    assert edition() == "TD/T 2030"
    settings.save(settings.Settings(packs_folder=str(own), editions=(("survey", "TD/T 1057-2020"),)))
    assert edition() == "TD/T 1057-2020"


def test_a_fault_is_a_sentence_and_goes_when_it_is_mended(own):
    made = page()
    assert made.fault.isHidden()
    bad = own / "later" / "rules.csv"
    bad.write_text("key,value\n", encoding="utf-8")
    made.folder.setFilePath(str(own))
    assert not made.fault.isHidden() and str(bad) in made.fault.text() and "{" not in made.fault.text()
    assert made.table.item(0, 2).text() == "–"
    bad.unlink()
    made.folder.setFilePath(f"{own}/")
    assert made.fault.isHidden() and made.table.item(0, 2).text() != "–"
    made.folder.setFilePath(str(own / "gone"))
    assert "gone" in made.fault.text()


def test_the_packages_are_listed_with_their_versions():
    made = page()
    assert not made.libraries.text()  # nothing is imported before somebody looks
    made.show()
    text = made.libraries.text()
    for name, version in libraries.found():
        assert name in text and (version or "not found") in text


def test_what_keeps_algorithms_from_running_is_said(monkeypatch):
    def sentences(made):
        made.show()
        return " ".join(one.text() for one in made.findChildren(QLabel) if one.isVisible())

    monkeypatch.setattr(libraries, "NEEDED", {"package_of_nobody": "x"})
    assert "package_of_nobody" in sentences(page())
    monkeypatch.setattr(libraries, "NEEDED", {"numpy": "unique"})
    assert "package_of_nobody" not in sentences(page())


def test_stored_nonsense_falls_back():
    store = QgsSettings()
    for name, value in (("area_method", "guess"), ("language", "fr"), ("decimals", "many"), ("editions", "no json"), ("operator", "")):
        store.setValue(settings.PREFIX + name, value)
    assert settings.load() == settings.Settings()
    store.setValue(settings.PREFIX + "decimals", 99)
    assert settings.load().decimals == 6


def test_an_edition_may_have_any_letters():
    settings.save(settings.Settings(editions=(("survey", "2026;=修订 “一”"),)))
    assert settings.load().editions == (("survey", "2026;=修订 “一”"),)
