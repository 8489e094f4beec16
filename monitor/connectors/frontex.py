"""Frontex: detections of irregular border crossings by route, border type, nationality and month.

One workbook restates the whole history each month; the day of its publication stands in its name only. The page that
links to it refuses clients that do not look like a browser. A blank cell of its sheet is read as nobody; where that is
all there is, the zero is marked as an estimate.

A workbook that somebody has put into `frontex/` in the folder of files is as good as one of the page: the newest is read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from monitor.connectors._described import file_address
from monitor.connectors._detections import LAG_DAYS, ROUTES, Reading, newest_month, published
from monitor.connectors._reading import json_of
from monitor.errors import NotThere, SourceError
from monitor.model import Answer, Context, Parsed, Source

SOURCE = Source(
    id="frontex",
    name="Frontex",
    about="Detections of irregular border crossings by route and month. One person can be detected more than once.",
    home="https://www.frontex.europa.eu/what-we-do/monitoring-and-risk-analysis/migratory-map/",
    licence="Reuse terms not confirmed: attribute Frontex",
    citation="Frontex, monthly detections of irregular border crossings (FRAN and JORA data)",
    base="https://www.frontex.europa.eu",
    cadence=dt.timedelta(days=1),
    lag_days=LAG_DAYS,
    pace=2.0,
    max_bytes=16_000_000,
    terms="Its terms were not read: name Frontex and the day of the data.",
    gives=("border_detections",),
    options=("workbook",),
    files=True,
)
PAGE = "/what-we-do/monitoring-and-risk-analysis/migratory-map/"
LIKE_A_BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) refugee-flow-monitor"}
FOLDER = "frontex/"  # in the folder of files
LINK = re.compile(r"""href\s*=\s*["']([^"'\[\]]+)["']""", re.IGNORECASE)  # brackets would make urllib look for an IPv6 address


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """The newest of the workbooks in the folder and the one that the page links to, or the one that the option `workbook` gives.

    When the page or its workbook fails that is told, and the newest of the folder stands in.
    """
    if not set(context.situation.routes) & set(ROUTES.values()):
        return
    named = file_address(context.options["file"]) if "file" in context.options else str(context.options.get("workbook", ""))
    if named:
        yield _workbook(context, named)
        return
    kept: list[_Book] = []
    for found in _kept(context):
        if isinstance(found, SourceError):
            yield found
        else:
            kept.append(found)
    newest = max(kept, key=lambda book: book.edition, default=None)
    try:
        yield _newer(context, newest)
    except SourceError as error:
        if newest is None:
            raise
        yield error
        yield newest.answer


class _Book(NamedTuple):
    """A workbook, and what makes it newer than another: its newest month, then the day in its name."""

    edition: tuple[dt.date, dt.date]
    answer: Answer


def _read(context: Context, answer: Answer) -> _Book:
    return _Book((newest_month(answer), _day(context, answer.url) or dt.date.min), answer)


def _workbook(context: Context, address: str) -> Answer:
    return context.get(address, tag="workbook", expect="xlsx", headers=LIKE_A_BROWSER)


def _kept(context: Context) -> Iterator[_Book | SourceError]:
    """The workbooks of the folder that may be the newest: the last one by the day in its name, and each without such a day."""
    try:
        addresses = json_of(context.get(file_address(FOLDER), tag="folder"))
    except NotThere:
        return
    except SourceError as error:
        yield error
        return
    books = [address for address in addresses if address.lower().endswith(".xlsx")]
    dated = [address for address in books if _day(context, address)]
    last = max(dated, key=lambda address: (_day(context, address), address), default="")
    for address in books:
        if address == last or address not in dated:
            try:
                yield _read(context, _workbook(context, address))
            except SourceError as error:
                yield error


def _newer(context: Context, kept: _Book | None) -> Answer:
    """The workbook of the page, or the one that is kept where that is as new."""
    page = context.get(PAGE, tag="page", expect="html", headers=LIKE_A_BROWSER)
    link = newest_link(page.body.decode("utf-8", "replace"), page.url)
    if kept is None:
        return _workbook(context, link)
    day = _day(context, kept.answer.url)
    if day and day >= (published(link) or dt.date.max):
        return kept.answer
    return max(kept, _read(context, _workbook(context, link)), key=lambda book: book.edition).answer


def _day(context: Context, address: str) -> dt.date | None:
    """The day in a name, unless it lies ahead."""
    day = published(address)
    return day if day and day <= context.today else None


def newest_link(page: str, address: str) -> str:
    """The workbook of the newest day that the page links to, on the page's own host; raises SourceError without one."""
    links = [urljoin(address, unescape(link)) for link in LINK.findall(page)]
    own = [link for link in links if urlsplit(link)[:2] == urlsplit(address)[:2]]
    dated = [(day, link) for link in own if (day := published(link))]
    if not dated:
        raise SourceError(f"{address}: the page has no link to a workbook of monthly detections", source=SOURCE.id)
    return max(dated)[1]


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """For the situation's routes: all nationalities together (origin empty), and each of the situation's origins."""
    parsed = Parsed()
    for answer in answers:
        Reading(context, answer, parsed).read()
    return parsed
