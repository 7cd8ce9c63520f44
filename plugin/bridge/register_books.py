"""A folder of register books: one file a unit and format, each whole or not there, and an index of all units."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsMessageLog

from ..core.errors import Cancelled, LibraryError, OutputError, ShanshuiError
from ..core.finding import Finding
from ..core.progress import Progress
from ..core.registration.book.book import Book, Note
from ..core.registration.book.contents import Contents
from ..core.registration.levelling import add
from ..core.table import Table
from . import sinks
from .batch import check
from .book_ledger import Ground, Ledger
from .libraries import vendored
from .places import version
from .register_map import About, RegisterMaps
from .speech import explain, sentence

__all__ = ["FORMATS", "Entry", "Job", "able", "close", "file_name", "findings", "lacking", "made_folder", "write_books"]

FORMATS = ("pdf", "docx", "html", "xlsx")
_NEEDS = {"pdf": "", "docx": "docx", "html": "jinja2", "xlsx": "openpyxl"}
_SAVED_EVERY = 20  # books between two looks of the ledger at the disk
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\[\]\x00-\x1f]')
_LONGEST = 80  # characters of a file's name before its ending


@dataclass(frozen=True)
class Job:
    """Where books go and how they look. template: a layout of the user's or None; maker: who stands on the maps; lines, points: tables of
    BOUNDARY_LINES and JZD that the maps show."""

    folder: Path
    formats: tuple[str, ...]
    template: Path | None = None
    maker: str = ""
    lines: Table | None = None
    points: Table | None = None


@dataclass(frozen=True)
class Entry:
    """How the book of one unit went. files: those that are there now; made, kept: how many were written and how many were so already;
    failures: (code, facts) of those that could not be; book: None for a unit that has none."""

    number: str
    name: str
    book: Book | None = None
    files: tuple[str, ...] = ()
    made: int = 0
    kept: int = 0
    failures: tuple[tuple[str, dict[str, Any]], ...] = ()


def able(formats: Sequence[str], warn: Callable[..., None]) -> tuple[str, ...]:
    """The formats that can be written here; of the others it is said why. LibraryError `library.missing` where none can."""
    found, last = [], None
    for one in formats:
        try:
            if _NEEDS[one]:
                vendored(_NEEDS[one])
            found.append(one)
        except LibraryError as failure:
            last = failure
            warn("book.no_format", format=one, reason=explain(failure))
    if last is not None and not found:
        raise last
    return tuple(found)


def made_folder(text: str) -> Path:
    """The folder of a run, made where it is not there. OutputError `output.not_a_folder`, `output.no_folder`, `output.folder_closed`."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise OutputError("output.not_a_folder", path=str(path))
    if not path.parent.is_dir():
        raise OutputError("output.no_folder", path=str(path.parent))
    try:
        path.mkdir(exist_ok=True)
    except OSError as failure:
        raise OutputError("output.folder_closed", path=str(path.parent), reason=failure.strerror) from failure
    return path


def write_books(contents: Contents, job: Job, progress: Progress, warn: Callable[..., None]) -> tuple[list[Entry], bool]:
    """Write the books of all units; how each went, and whether the user stopped before the last.

    A file that is as a former run left it, and whose unit, patches, neighbours and rights are what they were, stays. What fails is said and the
    others go on. OutputError `output.no_folder`, `output.folder_closed`, and for a template as `RegisterMaps`.
    """
    with ExitStack() as stack:
        work = stack.enter_context(sinks.staged(job.folder / "index.xlsx"))
        writer = _Writer(contents, job, work, stack, warn, progress.check)
        if job.template is not None:
            writer.maps()  # a layout that is none is refused before the first book
        entries: list[Entry] = []
        stopped = False
        try:
            for at in range(len(contents.units)):
                progress.at(at / len(contents.units))
                entries.append(writer.entry(at))
                if at % _SAVED_EVERY == _SAVED_EVERY - 1:
                    writer.save()
        except Cancelled:
            stopped = True
        finally:
            writer.save()
        return entries, stopped


def file_name(book: Book, ending: str) -> str:
    """The name of a book's file: number, name of the unit and kind of book, without signs that some system refuses."""
    kind = sentence(f"book.file.{book.kind}", {}, book.language)
    stem = "_".join(one for one in (book.number, book.name) if one)[:_LONGEST]
    return f"{_FORBIDDEN.sub('_', stem).strip(' .') or '_'}_{kind}.{ending}"


class _Writer:
    """Writes one book after another; the map is drawn once a unit, and only where something must be written."""

    def __init__(
        self, contents: Contents, job: Job, work: Path, stack: ExitStack, warn: Callable[..., None], check_stop: Callable[[], None]
    ) -> None:
        self._contents, self._job, self._work, self._stack, self._warn, self._check_stop = contents, job, work, stack, warn, check_stop
        self._ledger = Ledger(job.folder)
        self._ground = Ground(contents.units, contents.sheets.patches, contents.sheets.areas.unit, (job.lines, job.points))
        self._maps: RegisterMaps | None = None
        self._taken: set[str] = set()
        self._numbers, self._names = (contents.units.text(field).tolist() for field in ("ZRZYDJDYH", "DJDYMC"))
        self._look = sha256(f"{version()} {job.maker}".encode())
        if job.template is not None:
            self._look.update(job.template.read_bytes())

    def save(self) -> None:
        """Write the ledger; on a full disk the next run makes more anew, and that is said."""
        try:
            self._ledger.save()
        except (ShanshuiError, OSError) as failure:
            reason = explain(failure) if isinstance(failure, ShanshuiError) else failure.strerror
            self._warn("book.not_remembered", reason=reason)

    def entry(self, at: int) -> Entry:
        """Write the files of the unit in row `at`."""
        number, name = self._numbers[at], self._names[at]
        if not number or number in self._taken:
            code = "book.number_twice" if number else "book.no_number"
            return self._said(Entry(number, name, failures=((code, {"unit": number, "name": name, "row": at + 1}),)))
        self._taken.add(number)
        try:
            book = self._contents.book(at)
        except Exception as failure:  # noqa: BLE001  (one unit's data must not keep the others from their books)
            return self._said(Entry(number, name, failures=(self._why(failure, number, ""),)))
        return self._said(self._files(at, book))

    def maps(self) -> RegisterMaps:
        """The maps, made when the first is asked for; what their template lacks is said once."""
        if self._maps is None:
            job, sheets = self._job, self._contents.sheets
            about = About(job.maker, self._contents.day)
            maps = RegisterMaps(self._contents.units, sheets.patches, sheets.pack, about, sheets.language, job.template, job.lines, job.points)
            self._maps = self._stack.enter_context(maps)
            for code, facts in self._maps.remarks():
                self._warn(code, **facts)
        return self._maps

    def _files(self, at: int, book: Book) -> Entry:
        inputs = self._inputs(at, book)
        files, failures, made, kept = list[str](), list[tuple[str, dict[str, Any]]](), 0, 0
        place = self._work / str(at)
        for ending in self._job.formats:
            self._check_stop()
            file, key = file_name(book, ending), f"{book.kind}/{book.language}/{ending}/{book.number}"
            if self._ledger.whole(key, file, inputs):
                kept += 1
            else:
                try:
                    self._write(at, book, ending, place, file)
                    self._ledger.add(key, file, inputs)
                except Cancelled:
                    raise
                except Exception as failure:  # noqa: BLE001  (a file that cannot be written must not keep the others)
                    failures.append(self._why(failure, book.number, file))
                    continue
                made += 1
            files.append(file)
        return Entry(book.number, book.name, book, tuple(files), made, kept, tuple(failures))

    def _inputs(self, at: int, book: Book) -> str:
        made = self._look.copy()
        made.update(repr(replace(book, day="")).encode("utf-8"))
        made.update(self._ground.mark(at).encode("ascii"))
        return made.hexdigest()

    def _write(self, at: int, book: Book, ending: str, place: Path, file: str) -> None:
        """Write a file in a folder of its own and move it where it belongs."""
        target = self._job.folder / file
        check(target)
        stage = place / ending
        stage.mkdir(parents=True)
        self._writer(ending)(stage / file, book, at, place)
        sinks.swap(stage, target)

    def _writer(self, ending: str) -> Callable[[Path, Book, int, Path], None]:
        if ending == "pdf":
            return self._pdf
        module = import_module(f".reports.book_{ending}", __package__)
        return lambda path, book, at, place: module.write(path, book, self._picture(at, book, place))

    def _pdf(self, path: Path, book: Book, at: int, place: Path) -> None:
        from .reports import book_pdf

        book_pdf.write(path, book, self.maps(), at)

    def _picture(self, at: int, book: Book, place: Path) -> Path | None:
        from .reports.book_words import figures

        path = place / "map.png"
        if path.is_file():
            return path
        return path if self.maps().picture(at, path, figures=figures(book)) else None

    def _why(self, failure: Exception, unit: str, file: str) -> tuple[str, dict[str, Any]]:
        """A failure as code and facts; the traceback of an unforeseen one goes to the log panel."""
        if isinstance(failure, ShanshuiError):
            return "book.failed", {"unit": unit, "reason": explain(failure)}
        if isinstance(failure, OSError):
            return "book.not_written", {"unit": unit, "file": file, "reason": failure.strerror or str(failure)}
        told = "".join(traceback.format_exception(type(failure), failure, failure.__traceback__))
        QgsMessageLog.logMessage(told, "Shanshui", Qgis.MessageLevel.Critical)
        return "book.failed", {"unit": unit, "reason": f"{type(failure).__name__}: {failure}"}

    def _said(self, entry: Entry) -> Entry:
        for code, facts in entry.failures:
            self._warn(code, **facts)
        return entry


def lacking(entry: Entry) -> tuple[Note, ...]:
    """What the index says is missing: files that could not be written first, then what the book lacks."""
    failed = tuple(Note(code, facts) for code, facts in entry.failures)
    return (*failed, *(entry.book.lacking if entry.book is not None else ()))


def findings(entries: Sequence[Entry], layer: str) -> list[Finding]:
    """Units whose books failed, and those without patches."""
    found = [Finding(code, "error", layer, one.number, facts=facts) for one in entries for code, facts in one.failures]
    for one in entries:
        if one.book is not None and Note("book.no_patches") in one.book.lacking:
            found.append(Finding("book.unit_without_patches", "warning", layer, one.number, facts={"unit": one.number}))
    return found


def close(contents: Contents, job: Job, entries: Sequence[Entry], stopped: bool, run: Any) -> dict[str, float]:
    """Write the index, say how it went; the run's numbers. ShanshuiError `book.stopped` where the user stopped it."""
    from .reports import book_index

    try:
        book_index.write_index(job.folder, contents, entries)
    except (ShanshuiError, OSError) as failure:
        run.warn("book.index_failed", reason=explain(failure) if isinstance(failure, ShanshuiError) else failure.strerror)
    units = len(contents.units)
    if stopped:
        raise ShanshuiError("book.stopped", done=len(entries), units=units)
    made, kept, failed = sum(one.made for one in entries), sum(one.kept for one in entries), sum(bool(one.failures) for one in entries)
    run.info("book.done", units=units, made=made, kept=kept, failed=failed)
    areas = [one.book.area_ha for one in entries if one.book is not None and one.book.area_ha is not None]
    return {"UNIT_COUNT": units, "MADE": made, "KEPT": kept, "FAILED": failed, "AREA_HA": add(areas)}
