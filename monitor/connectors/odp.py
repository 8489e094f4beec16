"""UNHCR Operational Data Portal: registered refugees by day, arrivals in Mediterranean Europe by month.

The calls are the ones that the portal's own charts make; they are undocumented, and their place ids come from the
situation file. A regional month has no date of its own, so the countries' newest report dates say how far the portal has
got. A country's month is the difference of two sums "since the first of a month".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.connectors._reading import count, field, json_of, month_end, rows
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
    terms="Name UNHCR Operational Data Portal; the calls are undocumented and may end without notice.",
    gives=("registered_refugees", "arrivals"),
    options=("registered", "arrivals"),
)
TIMESERIES = "/population/get/timeseries"
SUBLOCATION = "/population/get/sublocation"
TOMORROW = dt.timedelta(days=1)
Slot = tuple[str, str]  # place id and population group
EVERYWHERE = ("", "")  # a row that names no place may be of any
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
    points = rows(data, "timeseries", answer) if data else None
    if not points:
        raise EmptyAnswer(f"{answer.url}: an empty series, which is a fault and not a zero", source=SOURCE.id)
    return points


def _read_region(answer: Answer, context: Context, newest: dt.date | None, parsed: Parsed) -> None:
    key = SeriesKey(SOURCE.id, "arrivals", context.options["arrivals"]["region"], "", answer.tag.split()[1])
    for point in _points(answer):
        try:
            year, month = int(field(point, "year", answer)), int(field(point, "month", answer))
            start, end = dt.date(year, month, 1), month_end(year, month)
            value = count(field(point, "individuals", answer))
        except (TypeError, ValueError, OverflowError) as error:
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
    """The sums since one first of a month: (people, newest report) by place id and group, and which cannot be told."""

    def __init__(self, answer: Answer, context: Context, parsed: Parsed) -> None:
        self.answer, self.context, self.parsed = answer, context, parsed
        year, month = (int(part) for part in answer.tag.split()[1].split("-"))
        self.start, self.end = dt.date(year, month, 1), month_end(year, month)
        self.sums: dict[Slot, tuple[int, dt.date]] = {}
        self.doubtful: set[Slot] = set()
        self.newest: dict[str, dt.date] = {}
        body = json_of(answer)
        found = None if _says_nothing(body) else field(body, "data", answer)
        for row in rows(body, "data", answer) if found else ():
            self._read(row)

    def _read(self, row: Any) -> None:
        geo, group, people, date = (
            field(row, name, self.answer) for name in ("geomaster_id", "population_group_id", "individuals", "date")
        )
        slot = (str(geo), str(group)) if str(geo).isdecimal() else EVERYWHERE
        if str(group) not in {one for ids in self.context.options["arrivals"]["groups"].values() for one in ids}:
            self._aside(f"population group {group} was not asked for", row)
            return
        try:
            value, day = count(people), self._day(date)
            if slot is EVERYWHERE or (value or 0) < 0:
                raise ValueError(f"no place has the id {geo!r}" if slot is EVERYWHERE else f"impossible sum {value}")
            if value is not None and self.sums.get(slot, (value,))[0] != value:
                raise ValueError(f"two sums of one place and group: {self.sums[slot][0]} and {value}")
        except ValueError as error:
            self._aside(str(error), row)
            self.doubtful.add(slot)
            return
        if value is None:
            self.doubtful.add(slot)
        else:
            self.sums[slot] = (value, day)
            self.newest[slot[0]] = max(day, self.newest.get(slot[0], day))

    def _day(self, date: object) -> dt.date:
        """The day of the newest report in a sum, which lies within the days that are summed."""
        day = dt.date.fromisoformat(str(date))
        if not self.start <= day <= self.context.today + TOMORROW:  # where the portal is, the day may have begun
            raise ValueError(f"a sum from {self.start} on whose newest report is of {day}")
        return min(day, self.context.today)

    def _aside(self, reason: str, row: Any) -> None:
        self.parsed.set_aside.append(SetAside(reason, str(row)[:200]))


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
    months: dict[str, int | None] = {}
    for breakdown, ids in context.options["arrivals"]["groups"].items():
        key = SeriesKey(SOURCE.id, "arrivals", place["location"], "", breakdown)
        try:
            value = _difference(geo, ids, sums, later)
        except ValueError as error:
            parsed.set_aside.append(SetAside(str(error), f"{key} {sums.start:%Y-%m}"))
            months[breakdown] = None
            continue
        if value is not None:
            months[breakdown] = value
    told = [value for value in months.values() if value is not None]
    if len(told) == len(months) and min(told, default=-1) >= 0:
        months["all"] = sum(told)
    for breakdown, value in months.items():
        key = SeriesKey(SOURCE.id, "arrivals", place["location"], "", breakdown)
        if value is not None and value < 0:
            reason = "a later sum exceeds an earlier one: revised downward between the two"
            parsed.set_aside.append(SetAside(reason, f"{key} {sums.start:%Y-%m} = {value}"))
        elif value is not None:
            parsed.observations.append(Observation(key, Frequency.MONTH, sums.start, sums.end, value, sums.answer, status))


def _difference(geo: str, groups: Sequence[str], sums: _Since, later: _Since | None) -> int | None:
    """People in the month of `sums`; None where no group has any. Raises ValueError where one of two sums lacks a part of the other."""
    found: int | None = None
    for slot in ((geo, group) for group in groups):
        if {slot, EVERYWHERE} & (sums.doubtful | (later.doubtful if later else set())):
            raise ValueError("a sum that this month rests on could not be read")
        mine, after = sums.sums.get(slot), later.sums.get(slot) if later else None
        if later and after and not mine:
            raise ValueError(f"a sum from {later.start} on, and none from {sums.start} on")
        if later and mine and not after and mine[1] >= later.start:
            raise ValueError(f"a report of {mine[1]} is missing in the sum from {later.start} on")
        if mine:
            found = (found or 0) + mine[0] - (after[0] if after else 0)
    return found
