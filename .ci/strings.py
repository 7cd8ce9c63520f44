"""The interface's words: every tr("literal") of the code, gathered into i18n/shanshui_zh.ts, whose translations are kept.

Usage: .ci/strings.py        gather: new words are added as unfinished, words that are gone are dropped
       .ci/strings.py --qm   build i18n/shanshui_zh.qm by Qt's lrelease
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("plugin", "processing_algorithms", "ui")
WORDS = ROOT / "i18n" / "shanshui_zh.ts"
CONTEXT = "Shanshui"
LRELEASE = ("lrelease", "lrelease-qt5", "/usr/lib/qt5/bin/lrelease", "/usr/lib/qt6/bin/lrelease")


def words_of(source: str, name: str = "") -> list[str]:
    """The literals that a module gives to tr(), in order; SystemExit names the place of anything else, which no translator could see."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or "tr" not in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
            continue
        first = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str) or not first.value:
            raise SystemExit(f"{name}:{node.lineno}: tr() takes one literal text")
        found.append(first.value)
    return found


def gathered(root: Path = ROOT) -> list[str]:
    """The words of all rooms, each once, sorted."""
    found: set[str] = set()
    for room in ROOMS:
        for file in sorted((root / room).rglob("*.py")):
            if "vendor" not in file.parts:
                found.update(words_of(file.read_text(encoding="utf-8"), str(file.relative_to(root))))
    return sorted(found)


def translations(path: Path = WORDS) -> dict[str, str]:
    """Word → translation of a .ts file, "" for one that is not finished."""
    if not path.is_file():
        return {}
    found = {}
    for message in ET.parse(path).iter("message"):
        told = message.find("translation")
        unfinished = told is None or told.get("type") in ("unfinished", "vanished", "obsolete")
        found[message.findtext("source") or ""] = "" if unfinished else (told.text or "")
    return found


def ts(words: list[str], known: dict[str, str]) -> str:
    """The text of the .ts file for these words."""
    top = ET.Element("TS", version="2.1", language="zh_CN", sourcelanguage="en")
    context = ET.SubElement(top, "context")
    ET.SubElement(context, "name").text = CONTEXT
    for word in words:
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = word
        told = ET.SubElement(message, "translation")
        told.text = known.get(word, "")
        if not told.text:
            told.set("type", "unfinished")
    ET.indent(top)
    return '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n' + ET.tostring(top, encoding="unicode") + "\n"


def lrelease() -> str:
    """Qt's lrelease on this machine, or ""."""
    return next((found for one in LRELEASE if (found := shutil.which(one))), "")


def build(source: Path = WORDS, target: Path | None = None) -> Path:
    """The .qm built from a .ts by lrelease; SystemExit where there is no lrelease or it fails."""
    program, target = lrelease(), target or source.with_suffix(".qm")
    if not program:
        raise SystemExit("There is no lrelease (Debian: qttools5-dev-tools): the interface stays English.")
    done = subprocess.run([program, str(source), "-qm", str(target)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return target


def main(arguments: list[str]) -> None:
    """Gather, or build with --qm."""
    if arguments == ["--qm"]:
        build()
        return
    words, known = gathered(), translations()
    WORDS.parent.mkdir(exist_ok=True)
    WORDS.write_text(ts(words, known), encoding="utf-8")
    left = [word for word in words if not known.get(word)]
    print(f"{len(words)} words, {len(left)} without translation", *left, sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1:])
