"""UNHCR's flows by pair of countries: asylum applications and decisions, resettlement, naturalisation.

A row of the asylum tables is of one procedure, one level and either persons or cases; only rows of one and the same unit are
added. Countries name the first instance in different ways: FI; FA where it is not told from the appeal; NA (Germany until
2020); IN and EO, the two first instances of the United States. In each year a country uses one of them, or several for
different procedures, so their sum is the first instance. Temporary asylum, reviews and appeals are other things.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from monitor.connectors._reading import field
from monitor.connectors._unhcr import ID, Line, Table, lines, number
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside

APPLICATIONS = Table("asylum-applications", 2000, 2)
DECISIONS = Table("asylum-decisions", 2000, 2)
SOLUTIONS = Table("solutions", 1959)
FIRST_INSTANCE = frozenset({"FI", "FA", "NA", "IN", "EO"})
OTHER_LEVELS = frozenset({"AR", "RA", "JR", "TA", "TP", "SP", "BL", "TR", "CA"})
NEW = "N"
OTHER_TYPES = frozenset({"R", "A", "NA", "NR", "FA", "J", "BL", "SP", "V", "RA"})
UNITS = {"P": "persons", "C": "cases"}
OUTCOMES = {"dec_recognized": "recognized", "dec_other": "complementary", "dec_rejected": "rejected", "dec_closed": "closed"}
# Returns are in this table too, the same ones as in `population`, and are read there.
LASTING = {"resettlement": "resettlement_arrivals", "naturalisation": "naturalisations"}


class _Sums:
    """Rows of one series and year added up; a sum that lacks a part is no figure."""

    def __init__(self) -> None:
        self.values: dict[tuple[SeriesKey, int], int] = defaultdict(int)
        self.last: dict[tuple[SeriesKey, int], tuple[Line, Answer]] = {}
        self.lacking: dict[tuple[SeriesKey, int], str] = {}
        self.parts: dict[tuple[SeriesKey, int, tuple[str, ...]], int | None] = {}

    def add(self, key: SeriesKey, line: Line, value: int | None, answer: Answer) -> None:
        """Add a row. One that comes twice is one row; where it says two things, nothing says which is right."""
        slot = (key, line.year)
        part = (*slot, tuple(str(line.row.get(name)) for name in ("procedure_type", "dec_level")))
        if part in self.parts and self.parts[part] == value:
            return
        if value is None or value < 0 or part in self.parts:
            self.lacking[slot] = line.shown
        self.values[slot] += value or 0
        self.parts[part], self.last[slot] = value, (line, answer)

    def observations(self, parsed: Parsed) -> Iterator[Observation]:
        for slot, value in self.values.items():
            if slot not in self.lacking:
                line, answer = self.last[slot]
                yield _flow(slot[0], line, value, answer)
            else:
                parsed.set_aside.append(
                    SetAside(f"{slot[0].breakdown}: a part of the sum is missing, or told in two ways", self.lacking[slot])
                )


def _flow(key: SeriesKey, line: Line, value: int, answer: Answer) -> Observation:
    """A flow from 1 January to the day that the year stands for: six months of a year of which only the half is known."""
    return Observation(key, Frequency.YEAR, dt.date(line.year, 1, 1), line.end, value, answer, line.status)


def _first_instance(context: Context, table: Table, answer: Answer, unit: str, parsed: Parsed) -> Iterator[tuple[Line, str]]:
    """Lines of the first instance, each with its unit."""
    for line in lines(context, table, answer, parsed):
        level, code = (str(field(line.row, name, answer)) for name in ("dec_level", unit))
        if level not in FIRST_INSTANCE:
            if level not in OTHER_LEVELS:
                parsed.set_aside.append(SetAside(f"unknown level {level!r}", line.shown))
            continue
        if code in UNITS:
            yield line, UNITS[code]
        else:
            parsed.set_aside.append(SetAside(f"{unit} is {code!r}: neither persons nor cases", line.shown))


def read_applications(context: Context, answers: Sequence[Answer], parsed: Parsed) -> None:
    """New applications at the first instance."""
    sums = _Sums()
    for answer in answers:
        for line, unit in _first_instance(context, APPLICATIONS, answer, "app_pc", parsed):
            kind = str(field(line.row, "app_type", answer))
            if kind not in OTHER_TYPES | {NEW}:
                parsed.set_aside.append(SetAside(f"unknown type of application {kind!r}", line.shown))
            if kind == NEW:
                key = SeriesKey(ID, "asylum_applications", line.host, line.origin, unit)
                sums.add(key, line, number(line, "applied", answer, parsed), answer)
    parsed.observations += sums.observations(parsed)


def read_decisions(context: Context, answers: Sequence[Answer], parsed: Parsed) -> None:
    """Decisions of the first instance, by outcome."""
    sums = _Sums()
    for answer in answers:
        for line, unit in _first_instance(context, DECISIONS, answer, "dec_pc", parsed):
            for column, outcome in OUTCOMES.items():
                key = SeriesKey(ID, "asylum_decisions", line.host, line.origin, f"{outcome}-{unit}")
                sums.add(key, line, number(line, column, answer, parsed), answer)
    parsed.observations += sums.observations(parsed)


def read_solutions(context: Context, answers: Sequence[Answer], parsed: Parsed, columns: Mapping[str, str] = LASTING) -> None:
    """Resettlement by the country of arrival, naturalisation by the country of asylum."""
    for answer in answers:
        for line in lines(context, SOLUTIONS, answer, parsed):
            for column, indicator in columns.items():
                value = number(line, column, answer, parsed)
                if value is not None and line.origin != line.host:
                    parsed.observations.append(_flow(SeriesKey(ID, indicator, line.host, line.origin), line, value, answer))
                elif value:
                    parsed.set_aside.append(SetAside(f"{column} of {value} where origin and country of asylum are one", line.shown))
