"""Eurostat: asylum applicants by month of application, and people under temporary protection at the end of each month.

Only the countries that report to Eurostat are asked for, and the whole history each time, since every month can be
restated. The European Union's figure is the one that Eurostat gives: while a country is missing it gives none, and a sum of
the others would be a figure of something else. Figures are rounded to the nearest five, so that 0 may be 1 or 2.

A situation may name its tables: `datasets = ["migr_asyappctzm", "migr_asytpsm"]` under [sources.eurostat] adds temporary
protection; without it only the applicants are asked for.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from monitor import places
from monitor.connectors._jsonstat import Cell, Cube, cube
from monitor.connectors._reading import count, field, json_of, month_end
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Source, Status

SOURCE = Source(
    id="eurostat",
    name="Eurostat",
    about="Asylum applicants by citizenship and month, and people under temporary protection, in the countries that report to Eurostat.",
    home="https://ec.europa.eu/eurostat/web/migration-asylum/asylum/database",
    licence="Reuse with acknowledgement (Commission Decision 2011/833/EU; CC BY 4.0), some items of third countries excepted",
    citation="Source: Eurostat, migr_asyappctzm and migr_asytpsm",
    base="https://ec.europa.eu/eurostat",
    cadence=dt.timedelta(days=1),
    lag_days=60,
    pace=1.0,
    budget=240.0,
    max_bytes=20_000_000,
    terms="Say that the source is Eurostat, with the code of the table, and mark what you changed.",
    gives=("asylum_applicants", "registered_refugees"),
    options=("datasets",),
)
PATH = "/api/dissemination/statistics/1.0/data/"


class Dataset(NamedTuple):
    """A table of Eurostat: what it counts, its first year, and its kinds of applicant by their breakdown."""

    indicator: str
    first_year: int
    is_stock: bool
    applicants: Mapping[str, str]


DATASETS = {
    "migr_asyappctzm": Dataset("asylum_applicants", 2008, False, {"TOTAL": "all", "FRST": "first-time"}),
    "migr_asytpsm": Dataset("registered_refugees", 2022, True, {}),
}
DEFAULT = ("migr_asyappctzm",)
FIXED = {"freq": "M", "unit": "PER", "sex": "T", "age": "TOTAL"}
REGIONS = {"european-union": "EU27_2020"}
# The European Union, the EFTA countries, and the United Kingdom for its past.
REPORTING = frozenset({
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN", "IRL", "ITA",
    "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE", "CHE", "ISL", "LIE", "NOR", "GBR",
})  # fmt: skip
NO_CITIZENSHIP = frozenset({"EXT_EU27_2020", "EXT_EU28", "EU27_2020", "EU28"})  # sums over citizenships
CELLS_AT_ONCE = 450_000  # from 500,000 on, a notice comes instead of figures
FEW_CITIZENS = 40  # more are not listed one by one: one code that the table does not know would void the whole question
ALL_CITIZENS = 300
FLAGS = {
    "b": "break in the series",
    "d": "definition differs",
    "e": "estimated",
    "f": "forecast",
    "i": "imputed",
    "n": "not significant",
    "p": "",
    "s": "imputed",  # until January 2025
    "u": "low reliability",
}
NO_FIGURE = frozenset("mz:")  # cannot exist (z until January 2025), not available
CONFIDENTIAL = frozenset("cCNP")  # c until January 2025
STATUSES = (("f", Status.PROJECTED), ("p", Status.PROVISIONAL), ("eis", Status.ESTIMATED))
Question = list[tuple[str, str]]


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """Every table that the situation asks for; one of whose parts fails is left out whole, and the others go on."""
    for code in context.options.get("datasets", DEFAULT):
        try:
            answers = [_checked(context.get(PATH + code, asked, tag=code), asked) for asked in _questions(code, context)]
        except SourceError as error:
            yield _explained(error)
        else:
            yield from answers


def _explained(error: SourceError) -> SourceError:
    """The error with what Eurostat wrote of it: a wrong code and too large a question come as HTTP 400 and 413 with a label."""
    try:
        body = json.loads(error.told)
    except ValueError:
        return error
    told = _labels(body.get("error")) if isinstance(body, dict) else ""
    return SourceError(f"{error.message}: {told}", permanent=error.permanent, source=SOURCE.id) if told else error


def _questions(code: str, context: Context) -> Iterator[Question]:
    """Questions that each stay small enough to be answered at once, and each with the total of all citizenships."""
    if code not in DATASETS:
        told = f"the situation file names the dataset {code!r} under [sources.eurostat]; known are {', '.join(DATASETS)}"
        raise SourceError(told, permanent=True, source=SOURCE.id)
    table = DATASETS[code]
    geos = [REGIONS[region] for region in context.situation.regions if region in REGIONS]
    geos += [known for host in context.situation.hosts if host in REPORTING and (known := places.to_eurostat(host))]
    citizens = ["TOTAL", *(known for origin in context.situation.origins if (known := places.to_eurostat(origin)))]
    months = 12 * (context.today.year - table.first_year + 1)
    if len(citizens) > FEW_CITIZENS:
        citizens = []
    cells = months * (len(citizens) or ALL_CITIZENS) * max(1, len(table.applicants))
    step = max(1, CELLS_AT_ONCE // cells)
    for start in range(0, len(geos), step):
        several = {"applicant": table.applicants, "citizen": citizens, "geo": geos[start : start + step]}
        filters = [(name, value) for name, values in several.items() for value in values]
        yield [("format", "JSON"), ("lang", "EN"), *FIXED.items(), *filters, ("sinceTimePeriod", f"{table.first_year}-01")]


def _checked(answer: Answer, asked: Question) -> Answer:
    """The answer, once it is known to be one, to hold figures, and to answer the question that was put."""
    body = json_of(answer)
    _refuse_notice(body, answer)
    found = cube(body, answer)
    for name in {name for name, _ in asked} - {"format", "lang", "sinceTimePeriod"} | {"citizen", "time"}:
        field(found.codes, name, answer)
    for name, codes in found.codes.items():
        wanted = {value for filtered, value in asked if filtered == name}
        strange = sorted(set(codes) - wanted) if wanted else []
        if strange or (not wanted and name not in ("citizen", "time") and len(codes) > 1):
            raise SourceError(
                f"answered for {name} {', '.join(strange or codes)[:80]}, which was not asked", permanent=True, source=SOURCE.id
            )
    if not found.values:
        raise EmptyAnswer(f"{answer.url}: not one cell is filled, which is a wrong filter or a fault and never a zero", source=SOURCE.id)
    _updated(body, answer)
    return answer


def _refuse_notice(body: Any, answer: Answer) -> None:
    """An error, or the notice that the figures will be prepared, can come as HTTP 200."""
    for name, told in (("error", "the question is refused"), ("warning", "no figures but a notice")):
        if isinstance(body, dict) and name in body and "value" not in body:
            raise SourceError(f"{answer.url}: {told}: {_labels(body[name])}", permanent=name == "error", source=SOURCE.id)


def _labels(given: Any) -> str:
    """The texts of an error or a notice, or of several, in one line."""
    notices = given if isinstance(given, list) else [given] if given else []
    labels = "; ".join(str(notice.get("label", notice)) if isinstance(notice, dict) else str(notice) for notice in notices)
    return " ".join(labels.split())[:300]


def _updated(body: Any, answer: Answer) -> dt.datetime:
    """When Eurostat published what it answers; never later than the answer itself."""
    text = field(body, "updated", answer)
    try:
        return min(dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC), answer.retrieved_at)
    except (ValueError, OverflowError):
        raise SourceError(f"{answer.url}: 'updated' is {text!r}, which is no date", permanent=True, source=SOURCE.id) from None


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Observations of every cell that has a figure; what cannot be read is set aside."""
    parsed = Parsed()
    for answer in answers:
        body = json_of(answer)
        found, published = cube(body, answer), _updated(body, answer)
        origins = _origins(found, context, parsed, answer)
        for cell in found.cells():
            if cell.at["citizen"] not in origins:
                continue
            try:
                row = _observation(cell, origins[cell.at["citizen"]], published, answer, context)
            except ValueError as error:
                parsed.set_aside.append(SetAside(str(error), f"{answer.tag} {' '.join(cell.at.values())} = {cell.value!r}"))
                continue
            if row:
                parsed.observations.append(row)
    return parsed


def _origins(found: Cube, context: Context, parsed: Parsed, answer: Answer) -> dict[str, str]:
    """The origin that each citizenship of the answer stands for; those that do not concern the situation are left out."""
    origins = {"TOTAL": ""}
    for code in found.codes["citizen"]:
        origin = places.from_eurostat(code)
        if origin in context.situation.origins:
            origins[code] = str(origin)
        elif origin is None and code not in origins and code not in NO_CITIZENSHIP:
            parsed.set_aside.append(SetAside(f"unknown citizenship {code!r}", f"{answer.tag} {code}"))
    return origins


def _observation(cell: Cell, origin: str, published: dt.datetime, answer: Answer, context: Context) -> Observation | None:
    """The figure of a cell; None where there is none. Raises ValueError for what cannot be read."""
    table = DATASETS[answer.tag]
    start, end = _month(cell.at["time"])
    value, flag = count(cell.value), _flag(cell.flag)
    if value is not None and (flag.withheld or flag.empty):
        raise ValueError(f"a figure where the flag {cell.flag!r} says that there is none")
    if value is None and not flag.withheld:
        return None
    status = Status.PROVISIONAL if end > context.today else flag.status
    rounded = ("rounded to 5",) if value is not None and value % 5 == 0 else ()
    return Observation(
        SeriesKey(SOURCE.id, table.indicator, _location(cell.at["geo"]), origin, table.applicants.get(cell.at.get("applicant", ""), "")),
        Frequency.MONTH,
        end if table.is_stock else start,
        end,
        value,
        answer,
        Status.NOT_REPORTED if value is None else status,
        ", ".join((*rounded, *flag.remarks)),
        published,
    )


class _Flag(NamedTuple):
    """What the letters at a cell say: that its figure is withheld, that there is none, how firm it is, and a remark on it."""

    withheld: bool
    empty: bool
    status: Status
    remarks: tuple[str, ...]


# The same few flags, months and places stand at thousands of cells.
@lru_cache(maxsize=256)
def _flag(text: str) -> _Flag:
    letters = set(text) - set(" ,")
    unknown = letters - set(FLAGS) - NO_FIGURE - CONFIDENTIAL
    if unknown:
        raise ValueError(f"unknown flag {''.join(sorted(unknown))!r}")
    withheld = bool(letters & CONFIDENTIAL)
    status = next((status for several, status in STATUSES if letters & set(several)), Status.REPORTED)
    remarks = ["confidential"] if withheld else [FLAGS[flag] for flag in sorted(letters) if FLAGS.get(flag)]
    return _Flag(withheld, bool(letters & NO_FIGURE), status, tuple(remarks))


@lru_cache(maxsize=2048)
def _month(code: str) -> tuple[dt.date, dt.date]:
    found = re.fullmatch(r"(\d{4})-(\d{2})", code, re.ASCII)
    if not found:
        raise ValueError(f"{code!r} is no month")
    year, month = int(found[1]), int(found[2])
    return dt.date(year, month, 1), month_end(year, month)


@lru_cache(maxsize=256)
def _location(geo: str) -> str:
    return next((region for region, code in REGIONS.items() if code == geo), "") or str(places.from_eurostat(geo))
