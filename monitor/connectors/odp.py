"""UNHCR Operational Data Portal: registered refugees by day, arrivals in Mediterranean Europe by month.

The calls are the ones that the portal's own charts make; they are undocumented, and their place ids come from the
situation file. A regional month has no date of its own, so the countries' newest report dates say how far the portal has
got. A country's month is the difference of two sums "since the first of a month".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.connectors._reading import count, field, json_of, month_end
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Source, Status

SOURCE = Source(
    id="odp",
    name="UNHCR Operational Data Portal",
    about="Refugees registered in a country of asylum, and arrivals by sea and land in Italy, Malta, Cyprus, Greece and Spain.",
    home="https://data.unhcr.org/",
    licence="CC BY 4.0",
    citation="UNHCR Operational Data Portal",
    base="https://data.unhcr.org",
    cadence=dt.timedelta(hours=6),
    lag_days=14,
    pace=1.0,
    max_bytes=5_000_000,
)
TIMESERIES = "/population/get/timeseries"
SUBLOCATION = "/population/get/sublocation"
SETTLING = dt.timedelta(days=14)  # July 2026 stood at 65 % of its settled value on 4 August and at 100 % on the 6th


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """Each registered series, then the region by month, then the countries since each first of a month.

    The registered series are optional: one that fails is reported, and the rest goes on.
    """
    for place in context.options.get("registered", ()):
        try:
            yield _checked(context.get(TIMESERIES, _registered(place), tag=f"registered {place['location']} {place['origin']}"))
        except SourceError as error:
            error.message = f"registered refugees in {place['location']}: {error.message}"
            yield error
    arrivals = context.options.get("arrivals")
    if arrivals:
        yield from _fetch_arrivals(context, arrivals)


def _checked(answer: Answer) -> Answer:
    for point in _points(answer):
        field(point, "data_date", answer)
        field(point, "individuals", answer)
    return answer


def _option(table: Mapping[str, Any], name: str) -> Any:
    if name not in table:
        raise SourceError(f"the situation file gives no {name!r} under [sources.odp]", permanent=True, source=SOURCE.id)
    return table[name]


def _registered(place: Mapping[str, str]) -> list[tuple[str, str]]:
    asked = [(name, str(_option(place, name))) for name in ("sv_id", "geo_id", "population_collection")]
    return [*asked, ("frequency", "day"), ("fromDate", "1900-01-01")]


def _fetch_arrivals(context: Context, arrivals: Mapping[str, Any]) -> Iterator[Answer]:
    # In January the December that is still settling is asked for as well.
    first = min(context.today.replace(month=1, day=1), _month_before(context.today))
    groups = {name: ",".join(ids) for name, ids in _option(arrivals, "groups").items()}
    view = ("sv_id", str(_option(arrivals, "sv_id")))
    for breakdown, ids in {"all": ",".join(groups.values()), **groups}.items():
        params = [view, ("population_group", ids), ("frequency", "month"), ("fromDate", first.isoformat())]
        yield context.get(TIMESERIES, params, tag=f"region {breakdown}")
    everywhere = [("geo_id", "0"), ("forcesublocation", "0"), view, ("population_group", ",".join(groups.values()))]
    for start in _months(first, context.today):
        yield context.get(SUBLOCATION, [*everywhere, ("fromDate", start.isoformat())], tag=f"since {start:%Y-%m}")


def _month_before(day: dt.date) -> dt.date:
    return (day.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first = month_end(first.year, first.month) + dt.timedelta(days=1)


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Observations of all three kinds of call."""
    parsed = Parsed()
    by_kind: dict[str, list[Answer]] = {"registered": [], "region": [], "since": []}
    for answer in answers:
        by_kind[answer.tag.split()[0]].append(answer)
    for answer in by_kind["registered"]:
        _read_registered(answer, parsed)
    since = [_Since(answer, context, parsed) for answer in by_kind["since"]]
    newest = max((day for sums in since for day in sums.newest.values()), default=None)
    for answer in by_kind["region"]:
        _read_region(answer, context, newest, parsed)
    _read_countries(since, context, parsed)
    return parsed


def _read_registered(answer: Answer, parsed: Parsed) -> None:
    _, location, origin = answer.tag.split()
    key = SeriesKey(SOURCE.id, "registered_refugees", location, origin)
    for point in _points(answer):
        try:
            day = dt.date.fromisoformat(str(field(point, "data_date", answer)))
            value = count(field(point, "individuals", answer))
        except ValueError as error:
            parsed.set_aside.append(SetAside(str(error), f"{key} {point}"))
            continue
        if value is not None:
            parsed.observations.append(Observation(key, Frequency.DAY, day, day, value, answer))


def _says_nothing(body: Any) -> bool:
    """`{"status": "no_data"}` and `{}` are this portal's other words for an empty list."""
    return body == {} or (isinstance(body, dict) and body.get("status") == "no_data")


def _points(answer: Answer) -> list[Any]:
    body = json_of(answer)
    data = None if _says_nothing(body) else field(body, "data", answer)
    points = field(data, "timeseries", answer) if data else None
    if not points:
        raise EmptyAnswer(f"{answer.url}: an empty series, which is a fault and not a zero", source=SOURCE.id)
    return list(points)


def _read_region(answer: Answer, context: Context, newest: dt.date | None, parsed: Parsed) -> None:
    key = SeriesKey(SOURCE.id, "arrivals", context.options["arrivals"]["region"], "", answer.tag.split()[1])
    for point in _points(answer):
        try:
            year, month = int(field(point, "year", answer)), int(field(point, "month", answer))
            start, end = dt.date(year, month, 1), month_end(year, month)
            value = count(field(point, "individuals", answer))
        except (TypeError, ValueError) as error:
            parsed.set_aside.append(SetAside(str(error), f"{key} {point}"))
            continue
        if value is not None and _begun(start, newest):
            status = _month_status(end, newest, context.today)
            parsed.observations.append(Observation(key, Frequency.MONTH, start, end, value, answer, status))


def _begun(start: dt.date, reported: dt.date | None) -> bool:
    """A month in which nobody has reported yet is not a month with nobody."""
    return reported is not None and reported >= start


def _month_status(end: dt.date, reported: dt.date | None, today: dt.date) -> Status:
    """Provisional until the portal has reports up to the end of the month, and two weeks to settle."""
    settled = reported is not None and reported >= end and today >= end + SETTLING
    return Status.REPORTED if settled else Status.PROVISIONAL


class _Since:
    """The sums since one first of a month: people by (geo_id, breakdown), and each country's newest report date."""

    def __init__(self, answer: Answer, context: Context, parsed: Parsed) -> None:
        self.answer = answer
        year, month = (int(part) for part in answer.tag.split()[1].split("-"))
        self.start, self.end = dt.date(year, month, 1), month_end(year, month)
        self.sums: dict[tuple[str, str], int] = {}
        self.newest: dict[str, dt.date] = {}
        groups = {group: breakdown for breakdown, ids in context.options["arrivals"]["groups"].items() for group in ids}
        body = json_of(answer)
        for row in () if _says_nothing(body) else field(body, "data", answer) or ():
            try:
                geo, group = str(field(row, "geomaster_id", answer)), str(field(row, "population_group_id", answer))
                value, day = count(field(row, "individuals", answer)), dt.date.fromisoformat(str(field(row, "date", answer)))
            except ValueError as error:
                parsed.set_aside.append(SetAside(str(error), str(row)[:200]))
                continue
            if group not in groups:
                parsed.set_aside.append(SetAside(f"population group {group} was not asked for", str(row)[:200]))
            elif value is not None:
                slot = (geo, groups[group])
                self.sums[slot] = self.sums.get(slot, 0) + value
                reported = min(day, context.today)  # a report dated ahead says nothing of the months ahead
                self.newest[geo] = max(reported, self.newest.get(geo, reported))


def _read_countries(since: Sequence[_Since], context: Context, parsed: Parsed) -> None:
    if not since:
        return
    arrivals = context.options["arrivals"]
    known = {str(place["geo_id"]) for place in arrivals["places"]} | set(arrivals.get("ignored", ()))
    for geo in sorted({geo for sums in since for geo, _ in sums.sums} - known):
        parsed.set_aside.append(SetAside(f"place id {geo} is not in the situation file", f"{since[0].answer.url}"))
    for place in arrivals["places"]:
        for position, sums in enumerate(since):
            later = since[position + 1] if position + 1 < len(since) else None
            _read_country_month(place, sums, later, context, parsed)


def _read_country_month(place: Mapping[str, str], sums: _Since, later: _Since | None, context: Context, parsed: Parsed) -> None:
    geo = str(place["geo_id"])
    reported = sums.newest.get(geo)
    if not _begun(sums.start, reported):
        return
    status = _month_status(sums.end, reported, context.today)
    months: dict[str, int] = {}
    for (row_geo, breakdown), value in sums.sums.items():
        if row_geo == geo:
            months[breakdown] = value - (later.sums.get((geo, breakdown), 0) if later else 0)
    whole = {} if min(months.values()) < 0 else {"all": sum(months.values())}
    for breakdown, value in {**months, **whole}.items():
        key = SeriesKey(SOURCE.id, "arrivals", place["location"], "", breakdown)
        if value < 0:
            told = "a later sum exceeds an earlier one: revised downward between the two"
            parsed.set_aside.append(SetAside(told, f"{key} {sums.start:%Y-%m} = {value}"))
        else:
            parsed.observations.append(Observation(key, Frequency.MONTH, sums.start, sums.end, value, sums.answer, status))
