"""HDX HAPI v2: refugees and returns as UNHCR counts them by year, displaced persons by assessment as IOM counts them.

Totals and their breakdowns come as rows side by side; only those of all genders and all ages are read. The yearly rows
say a whole calendar year even while they hold the mid-year count, so the clock decides which of the two they are. HAPI is
a copy that follows UNHCR's release at an unknown distance, hence the long weeks in which nobody can tell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.connectors._reading import as_of_year, count, field, json_of, rows
from monitor.connectors._rounds import Part, breakdown, day_of, total, word
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Source, Status

SOURCE = Source(
    id="hapi",
    name="HDX Humanitarian API",
    about="Refugees, asylum-seekers, stateless persons and returns by year (from UNHCR), displaced persons by assessment round (from IOM).",
    home="https://hapi.humdata.org/",
    licence="Per dataset: UNHCR CC BY 4.0 (reported); IOM DTM non-commercial use, no derivative works (reported)",
    citation="HDX Humanitarian API; UNHCR Refugee Population Statistics Database; IOM Displacement Tracking Matrix (DTM)",
    base="https://hapi.humdata.org",
    lag_days=166,
    pace=1.1,  # the terms allow one request a second
    budget=300.0,
    key_from="https://hapi.humdata.org/docs",
    terms="Licences are per dataset: what IOM counts (idps_assessed) is for non-commercial use; for what UNHCR counts name UNHCR.",
    non_commercial=True,
    gives=("refugees", "asylum_seekers", "idps", "stateless", "returned_refugees", "returned_idps", "idps_assessed"),
    options=("expected",),
)
PEOPLE, RETURNS, IDPS = "refugees-persons-of-concern", "returnees", "idps"
ROWS = 10_000  # the most that one call gives
MANY = 25  # from here on one question for all is shorter than one for each
INDICATOR = {
    "REF": "refugees",
    "ASY": "asylum_seekers",
    "IDP": "idps",
    "STA": "stateless",
    "RET": "returned_refugees",
    "RDP": "returned_idps",
}
NOT_READ = frozenset({"ROC", "OIP", "IOC", "OOC", "HST", "RST", "NAT", "RRI", "all"})  # known groups without an indicator
WITHIN_ONE_COUNTRY = ("idps", "returned_idps")
ACROSS_A_BORDER = ("refugees", "asylum_seekers", "returned_refugees")
FLOWS = ("returned_refugees", "returned_idps")
RELEASE_WINDOW = ((6, 1), (9, 1))


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """All pages of people, returns and assessments of the situation's origins. One page that fails voids the run."""
    origins = context.situation.origins
    if not origins:
        return
    # A plain location_code is ignored on the first two: they would answer with the whole world.
    totals = [("gender", "all"), ("age_range", "all")]
    people = list(_ask(context, PEOPLE, "origin_location_code", totals))
    if not people:
        raise EmptyAnswer("answered with no refugees of any origin asked for", source=SOURCE.id)
    returns = list(_ask(context, RETURNS, "origin_location_code", totals))
    idps = list(_ask(context, IDPS, "location_code", [("admin_level", "0")]))
    given = {str(field(row, "location_code", answer)) for answer in idps for row in rows(json_of(answer), "data", answer)}
    lost = [origin for origin in context.options.get("expected", ()) if origin in origins and origin not in given]
    if lost:
        raise EmptyAnswer(f"has no assessment of {', '.join(lost)}, where the situation file expects one", source=SOURCE.id)
    yield from (*people, *returns, *idps)


def _ask(context: Context, kind: str, by: str, params: Sequence[tuple[str, str]]) -> Iterator[Answer]:
    origins = context.situation.origins
    for origin in origins if len(origins) < MANY else ("",):
        yield from _pages(context, kind, [(by, origin), *params] if origin else params, origin)


def _pages(context: Context, kind: str, params: Sequence[tuple[str, str]], origin: str) -> Iterator[Answer]:
    """Pages with rows, until a short one: the envelope holds no total."""
    before, offset = "", 0
    while True:
        asked = [*params, ("output_format", "json"), ("limit", str(ROWS)), ("offset", str(offset))]
        answer = context.get(
            f"/api/v2/affected-people/{kind}", asked, tag=f"{kind} {origin}".strip(), headers={"X-HDX-HAPI-APP-IDENTIFIER": context.key}
        )
        found = rows(json_of(answer), "data", answer)
        if len(found) > ROWS or answer.sha256 == before:
            raise SourceError("answered with another page than asked, so limit and offset are ignored", permanent=True, source=SOURCE.id)
        for row in found:
            _check_echo(row, params, answer)
        if found:
            yield answer
        if len(found) < ROWS:
            return
        before, offset = answer.sha256, offset + ROWS


def _check_echo(row: Any, params: Sequence[tuple[str, str]], answer: Answer) -> None:
    for name, asked in params:
        given = field(row, name, answer)
        if name not in ("gender", "age_range") and str(given) != asked:  # those two are looked at when the rows are read
            raise SourceError(f"answered for {name} {given}, where {asked} was asked", permanent=True, source=SOURCE.id)


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Totals of people and returns by year, and one figure for each assessment round."""
    parsed = Parsed()
    parts: list[Part] = []
    for answer in answers:
        for row in rows(json_of(answer), "data", answer):
            if answer.tag.split()[0] == IDPS:
                parts += _part(row, context, answer, parsed)
            else:
                _read_people(row, context, answer, parsed)
    for found in total(parts):
        if isinstance(found, Observation):
            parsed.observations.append(found)
        else:
            parsed.set_aside.append(found)
    return parsed


def _read_people(row: Any, context: Context, answer: Answer, parsed: Parsed) -> None:
    origin, host, group, gender, ages, people, first, last = (
        field(row, name, answer)
        for name in (
            "origin_location_code",
            "asylum_location_code",
            "population_group",
            "gender",
            "age_range",
            "population",
            "reference_period_start",
            "reference_period_end",
        )
    )
    origins, hosts = context.situation.origins, (*context.situation.hosts, *context.situation.origins)
    if not all(isinstance(told, str) and told for told in (origin, host, gender, ages)):
        parsed.set_aside.append(SetAside("a row that does not say of whom it is", _shown(row)))
        return
    if origin not in origins or host not in hosts or gender != "all" or ages != "all" or str(group) in NOT_READ:
        return
    indicator = INDICATOR.get(str(group))
    try:
        value, start, end = count(people), day_of(first), day_of(last)
    except ValueError as error:
        parsed.set_aside.append(SetAside(str(error), _shown(row)))
        return
    if indicator is None:
        parsed.set_aside.append(SetAside(f"unknown population group {group!r}", _shown(row)))
    elif not _applies(indicator, origin, host):
        told = f"{indicator} where origin and country of asylum are {'one' if origin == host else 'two'}"
        parsed.set_aside.append(SetAside(told, _shown(row)))
    elif value is not None:
        as_of = _as_of(start, end, context.today)
        if as_of is None:
            parsed.set_aside.append(SetAside("mid-year or end-year count cannot be told apart now", _shown(row)))
            return
        day, status = as_of
        key = SeriesKey(SOURCE.id, indicator, host, origin)
        begins = start if indicator in FLOWS else day
        parsed.observations.append(Observation(key, Frequency.YEAR, begins, day, value, answer, status))


def _applies(indicator: str, origin: str, host: str) -> bool:
    if indicator in WITHIN_ONE_COUNTRY:
        return origin == host
    return origin != host if indicator in ACROSS_A_BORDER else True


def _as_of(start: dt.date, end: dt.date, today: dt.date) -> tuple[dt.date, Status] | None:
    """The day that the row describes. A calendar year says little of it; any other period is taken at its word."""
    if (start, end) == (dt.date(start.year, 1, 1), dt.date(start.year, 12, 31)):
        return as_of_year(start.year, today, RELEASE_WINDOW)
    return end, Status.REPORTED


def _part(row: Any, context: Context, answer: Answer, parsed: Parsed) -> Iterator[Part]:
    country, operation, method, number, people, last, level = (
        field(row, name, answer)
        for name in (
            "location_code",
            "operation",
            "assessment_type",
            "reporting_round",
            "population",
            "reference_period_end",
            "admin_level",
        )
    )
    if country not in context.situation.origins or str(level) != "0":
        return
    if not word(operation) or not word(method):
        parsed.set_aside.append(SetAside("without an operation or a method: operations overlap, so it cannot be placed", _shown(row)))
        return
    key = SeriesKey(SOURCE.id, "idps_assessed", country, country, breakdown(operation, method))
    yield Part(key, str(last if number is None else number), last, "", people, answer)


def _shown(row: Mapping[str, Any]) -> str:
    names = ("location_code", "origin_location_code", "asylum_location_code", "population_group", "operation", "reference_period_start")
    return " ".join(str(row[name]) for name in names if name in row)
