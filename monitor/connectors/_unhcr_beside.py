"""What UNHCR gives beside its tables: an estimate of each month since the last release, and footnotes.

Both are asked for whole: the nowcast has months of the current year only, no history, and nothing at all for a question that
names an origin; the footnotes are a few hundred, and one that is no longer among them has been withdrawn.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor import places
from monitor.connectors._reading import count, field, json_of, month_end, rows
from monitor.connectors._unhcr import ID, PAGE_ROWS, PATH, hosts, whole
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Footnote, Frequency, Observation, Parsed, SeriesKey, SetAside, Status

NOWCAST, FOOTNOTES = "nowcasting", "footnotes"
ESTIMATED = ("refugees", "asylum_seekers")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
FIRST_NOWCAST = (4, 1)  # the estimate of January comes in March: earlier in the year there may be none
# The figures that a population type of a footnote concerns; other types have no figures here.
CONCERNED: Mapping[str, tuple[str, ...]] = {
    "": ("",),
    "REF": ("refugees", "refugees_by_age"),
    "ASY": ("asylum_seekers", "asylum_seekers_by_age"),
    "IDP": ("idps", "idps_by_age"),
    "STA": ("stateless", "stateless_by_age"),
    "RET": ("returned_refugees",),
    "RDP": ("returned_idps",),
    "RST": ("resettlement_arrivals",),
    "NAT": ("naturalisations",),
}
YEARS = re.compile(r"\s*(\d{4})(?:\s*[-–]\s*(\d{4}))?\s*", re.ASCII)


def fetch(context: Context, name: str) -> Iterator[Answer]:
    """All pages. Raises EmptyAnswer when there is nothing, unless the year is too young for a nowcast."""
    page, due = 1, 1
    while page <= due:
        params = [("limit", str(PAGE_ROWS)), ("page", str(page)), ("cf_type", "ISO")]
        answer = context.get(f"{PATH}{name}/", params, tag=f"{name} {page}")
        body = json_of(answer)
        due = whole(field(body, "maxPages", answer), "maxPages", answer)
        if rows(body, "items", answer):
            yield answer
        elif name != NOWCAST or context.today >= dt.date(context.today.year, *FIRST_NOWCAST):
            raise EmptyAnswer(f"answered with no rows on page {page}", source=ID)
        page += 1


def read_nowcast(context: Context, answers: Sequence[Answer], parsed: Parsed) -> None:
    """Estimated stocks of all origins together at the end of each month, in the situation's countries of asylum."""
    wanted = frozenset(hosts(context))
    for answer in answers:
        for row in rows(json_of(answer), "items", answer):
            host, month = str(field(row, "coa_iso", answer)), str(field(row, "month", answer)).strip()
            year = whole(field(row, "year", answer), "year", answer)
            shown = f"{NOWCAST} {year} {month} {field(row, 'coa', answer)} ({host})"
            if not context.today.year - 1 <= year <= context.today.year:
                raise SourceError(f"answered with a nowcast of {year}", permanent=True, source=ID)
            if places.from_unhcr(str(row["coa"])) != host:
                told = f"UNHCR code {row['coa']} and ISO code {host} are not one country"
                parsed.set_aside.append(SetAside(told, shown))
            elif month not in MONTHS:
                parsed.set_aside.append(SetAside(f"{month!r} is no month", shown))
            elif host in wanted:
                _read_month(row, host, month_end(year, MONTHS.index(month) + 1), shown, answer, parsed)


def _read_month(row: Mapping[str, Any], host: str, end: dt.date, shown: str, answer: Answer, parsed: Parsed) -> None:
    remark = f"nowcast: {str(field(row, 'source', answer)).strip()}"
    for name in ESTIMATED:
        try:
            value = count(field(row, name, answer))
        except ValueError as error:
            parsed.set_aside.append(SetAside(f"{name}: {error}", shown))
            continue
        if value is not None:
            key = SeriesKey(ID, name, host)
            parsed.observations.append(Observation(key, Frequency.MONTH, end, end, value, answer, Status.ESTIMATED, remark))


def read_footnotes(context: Context, answers: Sequence[Answer], parsed: Parsed) -> None:
    """Every footnote, of whatever situation; one that cannot be placed is set aside."""
    for answer in answers:
        for row in rows(json_of(answer), "items", answer):
            text = " ".join(str(field(row, "text", answer)).split())
            try:
                spans = years_of(str(field(row, "year", answer)))
                origin, location = (_country(row, side, answer) for side in ("coo", "coa"))
            except ValueError as error:
                parsed.set_aside.append(SetAside(f"footnote: {error}", text[:200]))
                continue
            types = [kind.strip() for kind in str(field(row, "population_type", answer)).split(",")]
            for indicator in dict.fromkeys(name for kind in types for name in CONCERNED.get(kind, ()) if text):
                for first, last in spans:
                    days = dt.date(first, 1, 1), dt.date(last, 12, 31)
                    parsed.footnotes.append(Footnote(ID, indicator, location, origin, *days, text, answer))


def years_of(text: str) -> list[tuple[int, int]]:
    """First and last year of each part of `2021, 2023 - 2025`. Raises ValueError for anything else."""
    found = [YEARS.fullmatch(part) for part in text.split(",")]
    spans = [(int(one[1]), int(one[2] or one[1])) for one in found if one]
    if len(spans) < len(found) or any(not 1900 <= first <= last <= 2100 for first, last in spans):
        raise ValueError(f"{text!r} is no list of years")
    return spans


def _country(row: Mapping[str, Any], side: str, answer: Answer) -> str:
    """The country's code; empty where the footnote names none."""
    code, iso = (str(field(row, name, answer)).strip() for name in (side, f"{side}_iso"))
    if code in ("", "-") and iso in ("", "-"):
        return ""
    if places.from_unhcr(code) != iso:
        raise ValueError(f"UNHCR code {code} and ISO code {iso} are not one country")
    return iso
