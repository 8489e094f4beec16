"""Languages: every string that we write passes through `_`, every date and number through Babel.

Catalogues are `<language>/LC_MESSAGES/monitor.mo` in this folder. `use` chooses the language of a thread; one
without a catalogue is English.
"""

from __future__ import annotations

import datetime as dt
import gettext
from contextvars import ContextVar
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
