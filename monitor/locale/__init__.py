"""Languages: every string that we write passes through `_`, every date and number through Babel.

Catalogues are `<language>/LC_MESSAGES/monitor.mo` in this folder. `use` chooses the language of a thread; one
without a catalogue is English.
"""

from __future__ import annotations

import datetime as dt
import gettext
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

FOLDER = Path(__file__).parent
DEFAULT = "en_GB"
_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


@lru_cache(maxsize=16)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("monitor", FOLDER, [language], fallback=True)


def use(language: str) -> None:
    """Choose the language of this thread's texts, such as `tr` or `en_GB`."""
    _language.set(str(Locale.parse(language, sep="-" if "-" in language else "_")))


def _(message: str) -> str:
    """The message in the chosen language."""
    return _catalogue(_language.get()).gettext(message)


def number(value: float | None) -> str:
    """1234567.0 as 1,234,567; a dash for a missing value."""
    return "–" if value is None or value != value else str(format_decimal(value, locale=_language.get()))


def share(value: float | None) -> str:
    """27.8284 as 27.8, 0.00012345 as 0.000123: three digits that count, whatever the size; a dash for a missing value."""
    return str(format_decimal(value, format="@##", locale=_language.get())) if value and value == value else number(value)


def day(value: dt.date) -> str:
    """28 February 2020."""
    return str(format_date(value, "long", locale=_language.get()))


def short_day(value: dt.date) -> str:
    """28 Feb 2020."""
    return str(format_date(value, "medium", locale=_language.get()))


def period(start: dt.date, end: dt.date) -> str:
    """The shortest name of a period: a day, a month, a year, or its two ends."""
    next_day = end + dt.timedelta(days=1)
    if start == end:
        return day(end)
    if start.day == 1 and next_day.day == 1 and (start.year, start.month) == (end.year, end.month):
        return str(format_skeleton("yMMMM", start, locale=_language.get()))
    if (start.month, start.day) == (1, 1) and (end.month, end.day) == (12, 31) and start.year == end.year:
        return str(start.year)
    return f"{day(start)} – {day(end)}"


def in_period(start: dt.date, end: dt.date) -> str:
    """A period with its preposition: in January 2020, on 31 December 2020, from 3 March 2020 to 9 March 2020."""
    if start == end:
        return _("on {day}").format(day=day(end))
    named = period(start, end)
    whole = named != f"{day(start)} – {day(end)}"
    return _("in {period}").format(period=named) if whole else _("from {first} to {last}").format(first=day(start), last=day(end))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message that is put into words when it is read, in the language of whoever reads it.

    `words` may hold numbers, days, periods (two days), sentences and texts, each written in its own way. Of a period
    `{then}` is its name and `{in_then}` the name with its preposition: in January 2020, on 31 December 2020.
    """

    message: str
    words: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        words = {name: _word(value) for name, value in self.words.items()}
        within = {f"in_{name}": in_period(*value) for name, value in self.words.items() if isinstance(value, tuple)}
        return _(self.message).format(**words, **within)


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return period(*value)
    if isinstance(value, dt.date):
        return day(value)
    return number(value) if value is None or isinstance(value, (int, float)) else str(value)


def in_turn(sentences: Sequence[object]) -> Sentence:
    """Several sentences one after the other."""
    names = [f"s{place}" for place in range(len(sentences))]
    return Sentence(" ".join(f"{{{name}}}" for name in names), dict(zip(names, sentences, strict=True)))
