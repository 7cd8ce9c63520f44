"""The last day of an announcement: so many working or calendar days by the pack's rule, with its holidays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from ..errors import InputError, PackError
from ..schema import Pack

__all__ = ["Calendar", "Period", "calendar_of", "parsed_day", "period_of"]

# settings of each kind of paper: how many days, of which kind, and whether the day of posting counts
_RULES = {
    "notice": ("notice_days", "notice_count", "notice_from"),
    "announcement": ("announcement_days", "announcement_count", "announcement_from"),
}
_COUNTS, _FROM = ("working", "calendar"), ("next_day", "same_day")
_DAY = timedelta(days=1)
_LONGEST = 3_660
_SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """free, working: days that are holidays, or working days in spite of the week, as YYYY-MM-DD or, for every year, MM-DD.

    years: those for which the pack lists days of their own; for others the holidays of the year are not known.
    """

    free: frozenset[str]
    working: frozenset[str]
    years: frozenset[int]

    def works(self, day: date) -> bool:
        """Whether offices are open."""
        names = {day.isoformat(), day.isoformat()[5:]}
        return bool(names & self.working) or (day.weekday() < _SATURDAY and not names & self.free)


@dataclass(frozen=True)
class Period:
    """start: the day of posting; last: the last day; days of kind `count`; free: weekdays that were skipped; unknown: years whose holidays
    the pack does not list."""

    start: date
    last: date
    days: int
    count: str
    free: tuple[date, ...]
    unknown: tuple[int, ...]


def calendar_of(pack: Pack) -> Calendar:
    """The pack's rule `holidays`; PackError `notice.bad_holiday` for a day that is none, or is neither holiday nor working."""
    kinds: dict[str, set[str]] = {"holiday": set(), "working": set()}
    years = set()
    for row in pack.rule("holidays"):
        text, kind = row["date"].strip(), row["day"].strip()
        try:
            date.fromisoformat(text if len(text) == 10 else f"2000-{text}")
        except ValueError as why:
            raise PackError("notice.bad_holiday", pack=pack.id, value=f"{text} {kind}") from why
        if kind not in kinds or not re.fullmatch(r"(\d{4}-)?\d{2}-\d{2}", text):
            raise PackError("notice.bad_holiday", pack=pack.id, value=f"{text} {kind}")
        kinds[kind].add(text)
        years |= {int(text[:4])} if len(text) == 10 else set()
    return Calendar(frozenset(kinds["holiday"]), frozenset(kinds["working"]), frozenset(years))


def period_of(start: date, kind: str, pack: Pack) -> Period:
    """The period of a notice or an announcement (`kind`) that is posted on `start`, by the pack's settings.

    working: so many working days; calendar: so many days, and on to the next working day where the last is none (Civil Code art. 203).
    PackError `notice.bad_rule` for settings that are none of what is understood.
    """
    values = {name: pack.value("settings", name) for name in _RULES[kind]}
    (_, days), (_, count), (_, begin) = values.items()
    if not days.isdigit() or not 0 < int(days) <= _LONGEST or count not in _COUNTS or begin not in _FROM:
        raise PackError("notice.bad_rule", pack=pack.id, value=", ".join(f"{name} {value}" for name, value in values.items()))
    calendar = calendar_of(pack)
    last = _last(start if begin == "same_day" else start + _DAY, int(days), count, calendar)
    every = [start + _DAY * step for step in range((last - start).days + 1)]
    free = tuple(day for day in every if day.weekday() < _SATURDAY and not calendar.works(day))
    unknown = tuple(sorted({day.year for day in every} - calendar.years))
    return Period(start, last, int(days), count, free if count == "working" else (), unknown)


def _last(first: date, days: int, count: str, calendar: Calendar) -> date:
    """The last of `days` days, `first` being the earliest that may count."""
    day = first
    if count == "calendar":
        day = first + _DAY * (days - 1)
        while not calendar.works(day):
            day += _DAY
        return day
    left = days
    while True:
        left -= calendar.works(day)
        if not left:
            return day
        day += _DAY


def parsed_day(text: str) -> date:
    """A day as people write it: 2026-11-24, 2026/11/24, 2026.11.24, 20261124, 2026年11月24日. InputError `notice.bad_day`."""
    found = re.fullmatch(r"\s*(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?:日|\D.*)?\s*", text)
    try:
        if found is None:
            raise ValueError(text)
        return date(*(int(part) for part in found.groups()))
    except ValueError as why:
        raise InputError("notice.bad_day", value=text) from why
