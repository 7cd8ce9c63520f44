"""The family of failures: a code and facts, never a sentence.

ShanshuiError                 stops the work
├── InputError                data or a parameter the user can mend
│   ├── FieldError            a field is missing or of the wrong kind
│   ├── CrsError              no CRS, a datum without parameters, a zone that does not fit
│   └── ControlError          a control total that cannot be met
├── PackError                 a page of a standard that cannot be read (file, row)
├── OutputError               a destination that cannot be written; what was there is still there
├── LibraryError              a package that this QGIS does not bring
└── Cancelled                 the user stopped the run

The words for each code stand in resources/messages.csv and are spoken by plugin/bridge/speech.py.
"""

from __future__ import annotations

__all__ = [
    "Cancelled",
    "ControlError",
    "CrsError",
    "FieldError",
    "InputError",
    "LibraryError",
    "OutputError",
    "PackError",
    "ShanshuiError",
]


class ShanshuiError(Exception):
    """A failure named by `code`, with the `facts` its sentence needs."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code, facts)

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({listed})"


class InputError(ShanshuiError):
    """Data or a parameter that the user can mend."""


class FieldError(InputError):
    """A field that is missing or of the wrong kind."""


class CrsError(InputError):
    """A layer without CRS, a datum without parameters, or a zone that does not fit."""


class ControlError(InputError):
    """A control total that cannot be met."""


class PackError(ShanshuiError):
    """A page of a standard that cannot be read; facts name `file` and `row`."""


class OutputError(ShanshuiError):
    """A destination that cannot be written; what was there before is still there."""


class LibraryError(ShanshuiError):
    """A package or function that this QGIS does not bring."""


class Cancelled(ShanshuiError):  # noqa: N818  (no error: the user's wish)
    """The user stopped the run."""

    def __init__(self) -> None:
        super().__init__("run.cancelled")
