"""Adds up what the tests of every QGIS version came to, and says why tests were skipped. Usage: tally.py RESULTS-FOLDER."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree


def outcomes(report: Path) -> tuple[Counter[str], Counter[str]]:
    """How many test cases of a JUnit report passed, failed and were skipped, and the reasons of the skipped ones."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        elif (skipped := case.find("skipped")) is not None:
            counts["skipped"] += 1
            reasons[skipped.get("message", "no reason given")] += 1
        else:
            counts["passed"] += 1
    return counts, reasons


def line(counts: Counter[str]) -> str:
    """The closing line of a count."""
    return f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped"


def main(folder: Path) -> int:
    total: Counter[str] = Counter()
    for report in sorted(folder.glob("qgis-*.xml")):
        counts, reasons = outcomes(report)
        total += counts
        print(f"QGIS {report.stem[5:]}: {sum(counts.values())} tests ran: {line(counts)}")
        for reason, times in sorted(reasons.items()):
            print(f"    skipped {times} ×: {reason}")
    for kind in ("not-run", "broken"):
        for note in sorted(folder.glob(f"qgis-*.{kind}")):
            print(f"QGIS {note.name[5 : -len(kind) - 1]}: {kind.replace('-', ' ')}: {note.read_text(encoding='utf-8').strip()}")
            total["failed"] += kind == "broken"
    print(line(total))
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
