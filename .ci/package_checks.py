"""Judges a plugin's zip by the rules of the plugin repository: metadata, contents, and three scanners over our own code."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlparse

LARGEST = 25_000_000
REQUIRED = ("name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker", "repository")
BOOLEAN = ("experimental", "deprecated", "server", "hasProcessingProvider")
LINKS = ("homepage", "tracker", "repository")
PLACEHOLDERS = ("http://bugs", "http://repo", "http://homepage")
DATA = {".csv", ".json", ".svg", ".png", ".qml", ".qpt", ".model3", ".qm", ".html", ".css", ".xml", ".docx", ".xlsx", ".j2"}
SUFFIXES = DATA | {".py", ".ui", ".txt", ".md"}
BINARY = (".so", ".pyd", ".dll", ".dylib", ".exe", ".pyc")
NUMBER = r"\d+\.\d+(\.\d+)?"
FORMS = {
    "name": r"[\w -]+",
    "version": NUMBER,
    "qgisMinimumVersion": NUMBER,
    "qgisMaximumVersion": NUMBER,
    "description": r"[^<>\n]+",
    "author": "[^/]+",
    "email": r"[^@\s]+@[^@\s]+\.\w+",
    **dict.fromkeys(BOOLEAN, "(?i)true|false|yes|no"),
}
ABSENT = ("tests/", "Makefile", "plugin/decisions/", "pyproject.toml")


def faults(zipped: Path, folder: Path) -> list[str]:
    """Every reason to refuse the zip, as sentences; it is unzipped into `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    if zipped.stat().st_size > LARGEST:
        return [f"the zip has {zipped.stat().st_size} bytes, more than {LARGEST}"]
    with zipfile.ZipFile(zipped) as book:
        found = list(contents(book))
        if found:
            return found
        book.extractall(folder)
    plugin = next(folder.iterdir())
    return [*metadata(plugin), *scanned(plugin)]


def contents(book: zipfile.ZipFile) -> Iterator[str]:
    """Faults of names and files."""
    names = book.namelist()
    if book.testzip():
        yield f"{book.testzip()} is damaged"
    if {name.split("/")[0] for name in names} != {"shanshui"}:
        yield "there must be one top folder, shanshui"
    for needed in ("__init__.py", "metadata.txt", "LICENSE", "i18n/shanshui_zh.qm"):
        if f"shanshui/{needed}" not in names:
            yield f"{needed} is missing"
    for name in names:
        parts, inside = name.split("/"), name.partition("/")[2]
        vendor = inside.startswith("plugin/vendor/")
        if ".." in name or "\\" in name or name.startswith("/") or re.match("[A-Za-z]:", name):
            yield f"{name} is no plain name"
        elif any(part.startswith(".") or part in ("__pycache__", "__MACOSX") for part in parts) or inside.startswith(ABSENT):
            yield f"{name} does not belong into the zip"
        elif not vendor and inside != "LICENSE" and PurePosixPath(name).suffix not in SUFFIXES:
            yield f"{name} is of a kind that is not shipped"
        elif vendor and PurePosixPath(name).suffix in BINARY:
            yield f"{name} is a binary"


def metadata(plugin: Path) -> Iterator[str]:
    """Faults of metadata.txt: what is required, and the form of what is there."""
    parser = configparser.ConfigParser()
    parser.optionxform = str
    try:
        parser.read_string((plugin / "metadata.txt").read_text(encoding="utf-8"))
        given = {key: value.strip() for key, value in parser.items("general")}
    except (configparser.Error, UnicodeDecodeError) as failure:
        yield f"metadata.txt cannot be read: {failure}"
        return
    yield from (f"metadata.txt: {key} is missing" for key in REQUIRED if not given.get(key))
    for key, form in FORMS.items():
        if given.get(key) and not re.fullmatch(form, given[key]):
            yield f"metadata.txt: {key} has no good form: {given[key]}"
    for key in LINKS:
        link = urlparse(given.get(key, ""))
        if link.scheme not in ("http", "https") or not link.netloc or given[key] in PLACEHOLDERS:
            yield f"metadata.txt: {key} is no link"
    if not (plugin / given.get("icon", "?")).is_file():
        yield "metadata.txt: icon is not in the zip"
    if "plugin" in given.get("name", "").lower() or "supportsQt6" in given:
        yield "metadata.txt: the name must not say plugin, and supportsQt6 is no longer read"
    low, high = (tuple(map(int, re.findall(r"\d+", given.get(key, "")))) for key in ("qgisMinimumVersion", "qgisMaximumVersion"))
    if low > high:
        yield "metadata.txt: qgisMinimumVersion is above qgisMaximumVersion"


def scanned(plugin: Path) -> Iterator[str]:
    """What bandit, detect-secrets and flake8 find in our own code; the vendored packages are others' work."""
    vendor = plugin / "plugin" / "vendor"
    report = _output("bandit", "-r", str(plugin), "-x", str(vendor), "-f", "json", "-q", "-ll")
    for one in json.loads(report)["results"]:
        yield f"bandit {one['test_id']} {Path(one['filename']).relative_to(plugin)}:{one['line_number']} {one['issue_text']}"
    spared = ("--exclude-files", r"metadata\.txt", "--exclude-files", "plugin/vendor/")
    report = _output("detect_secrets", "scan", "--all-files", *spared, ".", cwd=plugin)
    for name, secrets in json.loads(report)["results"].items():
        yield from (f"detect-secrets {name}:{one['line_number']} {one['type']}" for one in secrets)
    report = _output("flake8", "--isolated", "--select=E9,F,W6", "--exclude", str(vendor), str(plugin))
    yield from (f"flake8 {line.replace(str(plugin) + '/', '')}" for line in report.splitlines())


def _output(tool: str, *arguments: str, cwd: Path | None = None) -> str:
    """What a scanner prints; a scanner that fails is no clean scan."""
    done = subprocess.run([sys.executable, "-m", tool, *arguments], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode not in (0, 1) or (done.returncode and not done.stdout):
        raise RuntimeError(f"{tool} failed: {done.stderr[-2000:]}")
    return done.stdout
