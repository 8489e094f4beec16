"""seeds/corrections/*.toml: known errors of upstreams, as dated entries, and what is done about each.

An entry names one figure by its series, its period and the value that the source gives for it. It is applied only while
the source gives that very value; once it gives another, the entry is left alone and the run says that it is no longer
needed. What the source said is never lost: it stays in the remark of the corrected figure and in the raw answer, and a
vintage that was known before the entry was written stays what it was.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from monitor import normalise
from monitor.errors import CorrectionError
from monitor.model import INDICATORS, UTC, Measure, Observation, SeriesKey, Status, through

TEXTS = ("what", "reason", "reference", "reported")
KEYS = ("id", "date", "series", "period_start", "period_end", "given", "right", *TEXTS)
Period = tuple[SeriesKey, dt.date, dt.date]  # as Observation.period: the end before the start


class Kind(StrEnum):
    """What is done with the figure; the last two are what `right` says in words."""

    VALUE = "value"  # the right value takes its place
    WITHHELD = "not known"  # it is set to not reported
    MARKED = "as given"  # it stands, with a note


@dataclass(frozen=True, slots=True)
class Correction:
    """One known error. `given` is what the source says; `right` is None unless the kind is VALUE."""

    id: str
    date: dt.date  # of the entry: nobody knew better before
    series: SeriesKey
    period_start: dt.date
    period_end: dt.date
    given: float
    kind: Kind
    right: float | None
    what: str
    reason: str
    reference: str
    reported: str

    @property
    def period(self) -> Period:
        return (self.series, self.period_end, self.period_start)

    @property
    def remark(self) -> str:
        """What the figure itself carries, in the store and wherever it goes; empty for one that stands."""
        done = {Kind.VALUE: "corrected", Kind.WITHHELD: "withheld"}.get(self.kind, "")
        return f"{done}: the source says {shown(self.given)}" if done else ""

    @property
    def note(self) -> str:
        """What a person is told beside the figure."""
        return f"{self.what}. {self.reason} ({self.reference}; {self.reported}; entered {self.date})."


class Applied(NamedTuple):
    """Rows after the corrections, the ids of those that were met, and a sentence for each that is no longer needed."""

    rows: list[Observation]
    met: list[str]
    outdated: list[str]


def shown(value: float | None) -> str:
    """A value as the command line writes it."""
    return "nothing" if value is None else f"{value:,.12g}"


def of_source(entries: Iterable[Correction], source: str) -> list[Correction]:
    """The entries of one source, and of those that came through it."""
    return [one for one in entries if source in (one.series.source, through(one.series.source))]


def apply(rows: Sequence[Observation], entries: Iterable[Correction], today: dt.date) -> Applied:
    """Apply each entry to the figure that it names; what it makes passes the gate as any other row.

    With the clock of a replay before the day of an entry nothing is changed by it. A row known before the entry was written is kept, and followed by the corrected one as known on that day: "as known
    on" tells the past as it was.
    """
    due = {entry.period: entry for entry in entries}
    if not due:
        return Applied(list(rows), [], [])
    out: list[Observation] = []
    newest: dict[Period, Observation] = {}
    for row in rows:
        entry = due.get(row.period)
        if entry is None:
            out.append(row)
            continue
        out += _corrected(row, entry) if row.value == entry.given and entry.date <= today else [row]
        if row.period not in newest or _known(row) >= _known(newest[row.period]):
            newest[row.period] = row
    met = [due[period].id for period, row in newest.items() if row.value == due[period].given]
    told = [
        f"correction {due[period].id} is no longer needed: the source now says {shown(row.value)}"
        for period, row in newest.items()
        if row.value != due[period].given
    ]
    return Applied(out, met, told)


def _known(row: Observation) -> dt.datetime:
    return row.known_at or row.answer.retrieved_at


def _corrected(row: Observation, entry: Correction) -> list[Observation]:
    if entry.kind is Kind.MARKED:
        return [row]  # nothing of the figure changes; the note is read from the entry
    entered = dt.datetime.combine(entry.date, dt.time(), UTC)
    earlier = _known(row) < entered
    made = dataclasses.replace(
        row,
        value=entry.right,
        status=Status.NOT_REPORTED if entry.right is None else row.status,
        qualifier="; ".join(filter(None, (row.qualifier, entry.remark))),
        known_at=entered if earlier else row.known_at,
        known_estimated=row.known_estimated and not earlier,
    )
    return [row, made] if earlier else [made]


def notes(frame: pd.DataFrame, entries: Iterable[Correction]) -> list[str]:
    """The note of each row of a frame of figures as read from the store; empty for nearly all."""
    told = [""] * len(frame)
    due = {(*entry.series, entry.period_start, entry.period_end): entry for entry in entries}
    near = frame["period_end"].isin([pd.Timestamp(entry.period_end) for entry in due.values()]).to_numpy().nonzero()[0]
    for position in near:
        row = frame.iloc[position]
        entry = due.get((*(row[name] for name in SeriesKey._fields), row["period_start"].date(), row["period_end"].date()))
        if entry and _is_on(entry, row["value"], row["qualifier"]):
            told[position] = entry.note
    return told


def note(entries: Iterable[Correction], key: SeriesKey, start: dt.date, end: dt.date, value: float, qualifier: str) -> str:
    """The note of one figure; empty where it has none."""
    return next((one.note for one in entries if one.period == (key, end, start) and _is_on(one, value, qualifier)), "")


def _is_on(entry: Correction, value: float, qualifier: str) -> bool:
    """Whether the figure is the one that the entry speaks of; a later one of the source's own is not."""
    return value == entry.given if entry.kind is Kind.MARKED else entry.remark in qualifier


# -- Reading the files -------------------------------------------------------------------------------------------------


def load_all(folder: Path) -> list[Correction]:
    """Every entry of the folder, which need not be there; raises CorrectionError naming the file, the entry and the key."""
    found: list[Correction] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found += _read(tomllib.loads(path.read_text(encoding="utf-8")), path.stem)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
            raise CorrectionError(f"corrections/{path.name}: {error}") from None
    figures = [f"{one.series} {one.period_start}..{one.period_end}" for one in found]
    for what, named in (("id", [one.id for one in found]), ("figure", figures)):
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise CorrectionError(f"corrections: two entries for one {what}: {twice[0]}")
    return found


def _read(table: Mapping[str, Any], source: str) -> list[Correction]:
    unknown = sorted(set(table) - {"correction"})
    entries = table.get("correction", [])
    if unknown or not isinstance(entries, list):
        raise ValueError(f"{unknown[0] if unknown else 'correction'!r}: a list of [[correction]] is due, and nothing else")
    return [_entry(entry, source) for entry in entries]


def _entry(entry: Mapping[str, Any], source: str) -> Correction:
    try:
        for name in KEYS:
            if entry.get(name, "") == "":
                raise ValueError(f"{name!r} is missing")
        unknown = sorted(set(entry) - set(KEYS))
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r}; known are {', '.join(KEYS)}")
        return _checked(entry, source)
    except ValueError as error:
        raise ValueError(f"correction {entry.get('id', '?')!r}: {error}") from None


def _checked(entry: Mapping[str, Any], source: str) -> Correction:
    if not re.fullmatch(r"[a-z0-9-]+", str(entry["id"])):
        raise ValueError("'id' may have small letters, digits and -")
    for name in TEXTS:
        if not isinstance(entry[name], str):
            raise ValueError(f"{name!r} is {entry[name]!r}; a text is due")
    series = _series(entry["series"], source)
    date, start, end = (_day(entry, name) for name in ("date", "period_start", "period_end"))
    if not start <= end or date < start or (start < end and INDICATORS[series.indicator].measure is Measure.STOCK):
        raise ValueError("'period_end' must not come before 'period_start', nor 'date' before both; a stock is of one day")
    given, kind, right = _value(entry["given"], "given", series), Kind.VALUE, None
    if entry["right"] in (Kind.WITHHELD, Kind.MARKED):
        kind = Kind(entry["right"])
    else:
        right = _value(entry["right"], "right", series)
    if right == given:
        raise ValueError("'right' is what 'given' says: 'as given' marks a figure that stands")
    return Correction(entry["id"], date, series, start, end, given, kind, right, *(entry[name].rstrip(". ") for name in TEXTS))


def _series(text: Any, source: str) -> SeriesKey:
    key = SeriesKey.parse(str(text))
    unknown = normalise.unknown_name(key, frozenset())
    if unknown:
        raise ValueError(f"'series': {unknown}")
    if key.source != source:
        raise ValueError(f"'series' is of {key.source!r}; the file's name says {source!r}")
    return key


def _day(entry: Mapping[str, Any], name: str) -> dt.date:
    value = entry[name]
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise ValueError(f"{name!r} is {value!r}; a day such as 2014-12-31 is due, without quotes")
    return value


def _value(value: Any, name: str, series: SeriesKey) -> float:
    whole = INDICATORS[series.indicator].measure is not Measure.RATIO
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or value < 0 or (whole and value != int(value)):
        words = "" if name == "given" else f", {Kind.WITHHELD.value!r} or {Kind.MARKED.value!r}"
        raise ValueError(f"{name!r} is {value!r}; a number{' without a fraction' if whole else ''}{words} is due")
    return float(value)
