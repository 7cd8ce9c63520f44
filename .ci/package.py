"""Builds dist/shanshui-<version>.zip from the tracked files, judges it as the plugin repository does, and tries it in a profile of its own."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import package_checks
import package_trial

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "package"
NAME = "shanshui"
FILES = ("metadata.txt", "__init__.py", "LICENSE", "README.md")
ROOMS = ("plugin", "processing_algorithms", "ui", "resources")
STAY = ("plugin/decisions/", "plugin/vendor/")
# zip knows no earlier time; with it and sorted names the same files give the same bytes
TIME = (1980, 1, 1, 0, 0, 0)


def shipped() -> list[str]:
    """The tracked files that belong into the plugin, so that nothing of the work lying about slips in."""
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode("utf-8").split("\0") if name and (ROOT / name).is_file()]
    rooms = [name for name in names if name.split("/")[0] in ROOMS and not name.startswith(STAY)]
    return [name for name in FILES if name in names] + [name for name in rooms if not any(part.startswith(".") for part in name.split("/"))]


def translations(folder: Path) -> None:
    """Each .ts of i18n as a built .qm."""
    for source in sorted((ROOT / "i18n").glob("*.ts")):
        tool = shutil.which("lrelease") or shutil.which("lrelease-qt5") or "/usr/lib/qt5/bin/lrelease"
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([tool, "-silent", str(source), "-qm", str(folder / f"{source.stem}.qm")], check=True)


def vendored(folder: Path) -> list[str]:
    """The pinned pure-Python packages with their licences, and what they are called."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    group = re.search(r"^vendor = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    if group is None:
        sys.exit("pyproject.toml has no dependency group vendor")
    pins = re.findall(r'"([^"]+)"', group.group(1))
    asked = ["--no-deps", "--no-compile", "--only-binary=:all:", "--disable-pip-version-check", "-q", "--target", str(folder), *pins]
    subprocess.run([sys.executable, "-m", "pip", "install", *asked], check=True)
    for info in folder.glob("*.dist-info"):
        # what pip notes about this machine; licence and metadata stay
        for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
            (info / name).unlink(missing_ok=True)
        if not [one for one in info.rglob("*") if one.is_file() and one.name.upper().startswith(("LICEN", "COPYING"))]:
            sys.exit(f"{info.name} brings no licence")
    shutil.rmtree(folder / "bin", ignore_errors=True)
    # python-docx brings its template twice; nothing reads the unpacked one, whose hidden files the repository refuses
    shutil.rmtree(folder / "docx" / "templates" / "default-docx-template", ignore_errors=True)
    return pins


def stage(folder: Path) -> list[str]:
    """Everything that goes into the zip, in one folder; gives the names of the vendored packages."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in shipped():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    translations(folder / "i18n")
    return vendored(folder / "plugin" / "vendor")


def pack(folder: Path, target: Path) -> None:
    """The folder as a zip whose bytes depend on nothing but names and contents."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            entry = zipfile.ZipInfo(f"{NAME}/{path.relative_to(folder).as_posix()}", TIME)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o100644 << 16, 3
            book.writestr(entry, path.read_bytes())


def main() -> int:
    about = configparser.ConfigParser(interpolation=None)
    about.read(ROOT / "metadata.txt", encoding="utf-8")
    staged, zipped = WORK / NAME, ROOT / "dist" / f"{NAME}-{about['general']['version']}.zip"
    pins = stage(staged)
    pack(staged, zipped)
    pack(staged, WORK / "again.zip")
    print(f"{zipped.relative_to(ROOT)}: {zipped.stat().st_size / 1e6:.2f} MB; vendored, not judged: {', '.join(pins)}")
    faults = package_checks.faults(zipped, WORK / "unzipped")
    if zipped.read_bytes() != (WORK / "again.zip").read_bytes():
        faults.append("two packings of the same files differ")
    for fault in faults:
        print(f"  {fault}")
    if faults:
        return 1
    print("judged as the plugin repository does: metadata, contents, bandit, detect-secrets, flake8: nothing found")
    print(package_trial.run(zipped, WORK / "trial"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
