"""Every code that the program may speak has words in both languages, every sentence gets its facts, and no words are left over."""

from __future__ import annotations

import ast
import csv
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("plugin", "processing_algorithms", "ui", ".ci")
HAN = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"^[a-z_]+(\.[A-Za-z_0-9]+)+$")
# calls whose first argument is a code: failures stop, findings and warnings ask for something to be done, the others only tell
FAILURES, ASKING, TELLING = ("Error",), ("Finding", "warn"), ("info", "sentence")
# facts that a speaker adds by itself: see outcome.table_for
SET_ASIDE = {"layer", "row", "unit", "area", "codes"}


@lru_cache(maxsize=1)
def messages() -> dict[str, dict[str, str]]:
    with (ROOT / "resources" / "messages.csv").open(encoding="utf-8-sig", newline="") as stream:
        listed = list(csv.DictReader(stream))
    codes = [row["code"] for row in listed]
    assert len(codes) == len(set(codes)), sorted({one for one in codes if codes.count(one) > 1})
    return {row["code"]: row for row in listed}


FAMILIES = {code.partition(".")[0] for code in messages()}


@lru_cache(maxsize=1)
def sources() -> dict[Path, ast.Module]:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if "vendor" not in path.parts]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text or "") if name}


def constants(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@lru_cache(maxsize=1)
def written() -> set[str]:
    """Every text constant of the code."""
    return {text for tree in sources().values() for text in constants(tree)}


@lru_cache(maxsize=1)
def cells() -> set[str]:
    """Every cell of the packs' rules and lists of columns, and what templates ask to be said: from these parts of codes are taken."""
    found: set[str] = set()
    for path in (ROOT / "resources" / "templates").glob("*.html"):
        found.update(re.findall(r'\bsay\("(\w+)"', path.read_text(encoding="utf-8")))
    for path in (ROOT / "resources" / "packs").rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            found.update(cell for row in csv.reader(stream) for cell in row)
    return found


def patterns() -> list[re.Pattern[str]]:
    """Codes built at run time, as in f"pack.{code}": the fixed parts around a part that is filled in."""
    found = []
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                head = str(node.values[0].value)
                if head.partition(".")[0] in FAMILIES and "." in head and re.fullmatch(r"[a-z_.]+", head):
                    parts = [re.escape(str(one.value)) if isinstance(one, ast.Constant) else r"(\w+)" for one in node.values]
                    found.append(re.compile("".join(parts)))
    return found


@dataclass(frozen=True)
class Spoken:
    """A call that speaks a code: who, where, the facts it gives, and whether all of them can be seen."""

    code: str
    how: str
    place: str
    facts: frozenset[str]
    whole: bool


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""


def keys(node: ast.AST | None, local: dict[str, set[str]]) -> tuple[set[str], bool]:
    """Names in a dict literal, or in a local name that was assigned one; False when not all can be seen."""
    if isinstance(node, ast.Name) and node.id in local:
        return local[node.id], True
    if not isinstance(node, ast.Dict):
        return set(), False
    names, whole = set(), True
    for key, value in zip(node.keys, node.values):
        more, seen = ({str(key.value)}, True) if isinstance(key, ast.Constant) else keys(value, local) if key is None else (set(), False)
        names, whole = names | more, whole and seen
    return names, whole


def facts_of(node: ast.Call, how: str, local: dict[str, set[str]]) -> tuple[set[str], bool]:
    if how == "Finding":
        given = next((one.value for one in node.keywords if one.arg == "facts"), node.args[5] if len(node.args) > 5 else None)
        return keys(given, local) if given is not None else (set(), True)
    if how == "sentence":
        return keys(node.args[1], local) if len(node.args) > 1 else (set(), True)
    names, whole = {one.arg for one in node.keywords if one.arg}, True
    for one in (keyword.value for keyword in node.keywords if keyword.arg is None):
        more, seen = keys(one, local)
        names, whole = names | more, whole and seen
    return names, whole


def literals(function: ast.AST) -> dict[str, set[str]]:
    """Keys of the local names that are assigned once, and a dict literal; those added later by name too."""
    named: dict[str, list[ast.AST]] = {}
    added: dict[str, set[str]] = {}
    for one in (one for one in ast.walk(function) if isinstance(one, ast.Assign)):
        target = one.targets[0]
        if isinstance(target, ast.Name):
            named.setdefault(target.id, []).append(one.value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and isinstance(target.slice, ast.Constant):
            added.setdefault(target.value.id, set()).add(str(target.slice.value))
    once = {name: values[0] for name, values in named.items() if len(values) == 1 and isinstance(values[0], ast.Dict)}
    seen = {name: keys(value, {}) for name, value in once.items()}
    return {name: names | added.get(name, set()) for name, (names, whole) in seen.items() if whole}


def spoken() -> Iterator[Spoken]:
    """Every call with a literal code, judged with the local names of the function it stands in."""
    for path, tree in sources().items():
        for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)):
            local = literals(function)
            for node in (one for one in ast.walk(function) if isinstance(one, ast.Call) and one.args):
                kind = "Error" if called(node).endswith("Error") else called(node)
                code = getattr(node.args[0], "value", None)
                if kind in (*FAILURES, *ASKING, *TELLING) and isinstance(code, str) and CODE.match(code):
                    names, whole = facts_of(node, kind, local)
                    yield Spoken(code, kind, f"{path.relative_to(ROOT).as_posix()}:{node.lineno}", frozenset(names), whole)


SPOKEN = list(dict.fromkeys(spoken()))


def test_enough_is_seen():
    assert len(SPOKEN) > 100 and sum(one.whole for one in SPOKEN) > 80


@pytest.mark.parametrize("code", sorted(messages()))
def test_words_are_there_in_both_languages(code):
    row = messages()[code]
    assert row["zh"] and row["en"] and not HAN.search(row["en"]) and None not in row
    assert placeholders(row["zh"]) == placeholders(row["en"]) or placeholders(row["zh"]) ^ placeholders(row["en"]) <= {"side", "side_en"}
    assert bool(row["next_zh"]) == bool(row["next_en"]) and not HAN.search(row["next_en"] or "")
    assert placeholders(row["next_zh"]) == placeholders(row["next_en"])


@pytest.mark.parametrize("one", SPOKEN, ids=lambda one: f"{one.place}-{one.code}")
def test_what_is_spoken_has_words_and_facts(one):
    row = messages().get(one.code)
    assert row is not None, f"{one.place}: {one.code} has no row in messages.csv"
    if one.how in (*FAILURES, *ASKING):
        assert row["next_zh"] and row["next_en"], f"{one.code} says what is wrong, not what to do next"
    if one.whole:
        asked = set().union(*(placeholders(row[name]) for name in ("zh", "en", "next_zh", "next_en")))
        assert asked <= one.facts, f"{one.place}: the sentence of {one.code} asks for {sorted(asked - one.facts)}"


def test_codes_kept_as_constants_have_words():
    """Reasons and codes that travel as plain texts: whatever looks like a code of a known family is one."""
    ends = re.compile(r"\.(csv|md|qml|svg|json|txt|xlsx|gpkg|qm|py|ini|tif|png|geojson|html|zip|pdf|qgz|model3|toml)$")
    alike = {text for text in written() if CODE.match(text) and text.partition(".")[0] in FAMILIES and not ends.search(text)}
    assert alike - set(messages()) - IMPORTED == set()


# dotted names of modules and attributes that begin like a family of codes
IMPORTED = {"library.found"}


def test_no_words_are_left_over():
    filled = patterns()

    def used(code: str) -> bool:
        if code in written():
            return True
        for pattern in filled:
            found = pattern.fullmatch(code)
            if found and all(part in written() or part in cells() for part in found.groups()):
                return True
        return False

    assert not [code for code in messages() if not used(code)]


def test_what_is_set_aside_gets_its_facts():
    """Reasons of set-aside rows are told with the facts that outcome.table_for knows of any row."""
    reasons = [code for code in messages() if code.startswith("geometry.")]
    asked = {code: placeholders(messages()[code]["zh"]) for code in reasons}
    assert len(reasons) >= 5 and not {code: names for code, names in asked.items() if not names <= SET_ASIDE}
