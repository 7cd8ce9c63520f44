"""Text files of unknown encoding as lines, and lines as text files of a stated one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from ...core.errors import InputError
from ...core.exchange.encodings import Guess, guess
from ...core.progress import SILENT, Progress

__all__ = ["TextFile", "TextOut", "opened"]

_LOOK = 1 << 20  # bytes that tell the encoding
_EVERY = 8192  # lines between two looks at the cancel button
_LOST = "\ufffd"


def opened(path: Path, encoding: str = "", progress: Progress = SILENT) -> TextFile:
    """A file to be read line by line; encoding "" is guessed. InputError `input.no_file`, `input.unreadable`."""
    return TextFile(path, encoding, progress)


class TextFile:
    """Iterate it for lines without their ends decoded (\\r, \\n and \\r\\n all end one). guess: what the encoding was taken from;
    lost: lines with bytes that do not fit it, counted while reading; first_lost: the first of them, from 1."""

    def __init__(self, path: Path, encoding: str, progress: Progress) -> None:
        if not path.is_file():
            raise InputError("input.no_file", path=str(path))
        self.path, self._progress = path, progress
        self.lost = self.first_lost = 0
        try:
            with path.open("rb") as stream:
                start = stream.read(_LOOK)
            self.size = max(path.stat().st_size, 1)
        except OSError as failure:
            raise InputError("input.unreadable", path=str(path), reason=failure.strerror or type(failure).__name__) from failure
        found = guess(start, len(start) < _LOOK)
        self.guess = Guess(encoding, 1.0, found.fits, found.sample) if encoding else found

    def __iter__(self) -> Iterator[str]:
        with self.path.open("rb") as raw, io.TextIOWrapper(raw, encoding=self.guess.encoding, errors="replace", newline=None) as text:
            for number, line in enumerate(text, 1):
                if number % _EVERY == 0:
                    self._progress.at(raw.tell() / self.size)
                if _LOST in line:
                    self.lost += 1
                    self.first_lost = self.first_lost or number
                yield line


class TextOut:
    """A text file being written; `put` answers with the byte offset behind what was written."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._encoding = encoding
        self._stream = path.open("wb")
        self._offset = 0

    def put(self, text: str) -> int:
        """Write text as it stands, its line ends included."""
        raw = text.encode(self._encoding)
        self._stream.write(raw)
        self._offset += len(raw)
        return self._offset

    def __enter__(self) -> TextOut:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()
