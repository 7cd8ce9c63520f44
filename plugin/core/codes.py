"""Code lists of a standard: codes with parents, names in both languages, colours and editions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .errors import PackError

__all__ = ["COLUMNS", "Code", "CodeList"]

COLUMNS = ("code", "name_zh", "name_en", "parent", "colour", "edition", "source", "status")


@dataclass(frozen=True)
class Code:
    """One code: `colour` is #rrggbb or "", `parent` the code above it in the same list or "", `extra` the further columns of its page."""

    code: str
    name_zh: str
    name_en: str
    parent: str = ""
    colour: str = ""
    edition: str = ""
    source: str = ""
    status: str = "default"
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    def name(self, language: str) -> str:
        """The name in `zh`, or in English for any other language."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True)
class CodeList:
    """The codes of one domain in the order of their page."""

    name: str
    entries: Mapping[str, Code] = field(hash=False)

    def __contains__(self, code: object) -> bool:
        return code in self.entries

    def __getitem__(self, code: str) -> Code:
        if code not in self.entries:
            raise PackError("pack.no_code", domain=self.name, value=code)
        return self.entries[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def above(self, code: str) -> tuple[Code, ...]:
        """The codes above `code`, nearest first; PackError `pack.no_code` for a code that is not in the list."""
        found: list[Code] = []
        at = self[code]
        while at.parent:
            at = self[at.parent]
            found.append(at)
        return tuple(found)

    def top(self, code: str) -> Code:
        """The first-level code that `code` belongs to (itself where it has no parent)."""
        return (self[code], *self.above(code))[-1]

    def below(self, code: str) -> tuple[Code, ...]:
        """The codes right under `code`, in the order of the page."""
        return tuple(one for one in self.entries.values() if one.parent == code)

    @property
    def leaves(self) -> tuple[Code, ...]:
        """The codes that stand above no other."""
        parents = {one.parent for one in self.entries.values()}
        return tuple(one for one in self.entries.values() if one.code not in parents)
