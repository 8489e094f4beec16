"""UNHCR's people by pair of countries: how many at the end of the year and who returned within it; and by age and sex."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from monitor.connectors._reading import field
from monitor.connectors._unhcr import ID, Line, Table, lines, number
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside

POPULATION = Table("population", 1951)
DEMOGRAPHICS = Table("demographics", 2001, 1, (("ptype_show", "true"),))
STOCKS = ("refugees", "asylum_seekers", "idps", "stateless")
FLOWS = ("returned_refugees", "returned_idps")
WITHIN_ONE_COUNTRY = ("idps", "returned_idps")
ACROSS_A_BORDER = ("refugees", "asylum_seekers", "returned_refugees")
GROUPS = {"REF": "refugees_by_age", "ASY": "asylum_seekers_by_age", "IDP": "idps_by_age", "STA": "stateless_by_age"}
OTHER_GROUPS = frozenset({"OOC", "OIP", "RET", "RDP", "ROC", "IOC", "HST", "RST", "NAT", "VAR"})  # without an indicator by age
SEXES = {"f": "female", "m": "male"}
Cells = dict[str, int | None]
AGES = {"0_4": "0-4", "5_11": "5-11", "12_17": "12-17", "18_59": "18-59", "60": "60+"}
CELLS = ("total", *(f"{sex}_{part}" for sex in SEXES for part in (*AGES, "other", "total")))


def read_population(context: Context, answers: Sequence[Answer], parsed: Parsed) -> None:
    """Stocks on the day that the year stands for, returns from 1 January to that day."""
    for answer in answers:
        for line in lines(context, POPULATION, answer, parsed):
            for name in (*STOCKS, *FLOWS):
                value = number(line, name, answer, parsed)
                if value is None or not _applies(name, line.origin, line.host):
                    if value:
                        told = f"{name} of {value} where origin and country of asylum are {'one' if line.origin == line.host else 'two'}"
                        parsed.set_aside.append(SetAside(told, line.shown))
                    continue
                start = dt.date(line.year, 1, 1) if name in FLOWS else line.end
                key = SeriesKey(ID, name, line.host, line.origin)
                parsed.observations.append(Observation(key, Frequency.YEAR, start, line.end, value, answer, line.status))


def _applies(name: str, origin: str, host: str) -> bool:
    if name in WITHIN_ONE_COUNTRY:
        return origin == host
    return origin != host if name in ACROSS_A_BORDER else True


def read_demographics(context: Context, answers: Sequence[Answer], parsed: Parsed) -> None:
    """People by sex, and by age within each sex; of population types that have no indicator nothing is read."""
    read: dict[tuple[str, str, str, int], tuple[Line, Cells, Answer]] = {}
    disputed: set[tuple[str, str, str, int]] = set()
    for answer in answers:
        for line in lines(context, DEMOGRAPHICS, answer, parsed):
            group = str(field(line.row, "pop_type", answer))
            if group in GROUPS:
                slot = (GROUPS[group], line.host, line.origin, line.year)
                cells = {name: number(line, name, answer, parsed) for name in CELLS}
                if read.setdefault(slot, (line, cells, answer))[1] != cells:
                    disputed.add(slot)
            elif group not in OTHER_GROUPS:
                parsed.set_aside.append(SetAside(f"unknown population type {group!r}", line.shown))
    for slot, (line, cells, answer) in read.items():
        fault = "two rows of one population that differ" if slot in disputed else _contradiction(cells)
        if fault:
            parsed.set_aside.append(SetAside(fault, line.shown))
            continue
        for breakdown, value in _by_age(cells).items():
            key = SeriesKey(ID, slot[0], line.host, line.origin, breakdown)
            parsed.observations.append(Observation(key, Frequency.YEAR, line.end, line.end, value, answer, line.status))


def _contradiction(cells: Cells) -> str:
    """Why the cells of a row cannot be true of one population; empty where they can. Each is rounded to the nearest five."""
    wholes = {"f_total": "total", "m_total": "total", **{name: f"{name[0]}_total" for name in CELLS if not name.endswith("total")}}
    if any((value or 0) < 0 for value in cells.values()):
        return "fewer than no people"
    pairs = ((name, cells[name], cells[whole]) for name, whole in wholes.items())
    return next(
        (f"{name} is larger than what it is a part of" for name, part, all_ in pairs if part and all_ is not None and part > all_ + 5), ""
    )


def _by_age(cells: Cells) -> dict[str, int]:
    """Figures by breakdown. The zeros of people who were not counted by sex, or not by age, are no figures."""
    if not cells["f_total"] and not cells["m_total"] and cells["total"] != 0:
        return {}
    found: dict[str, int] = {}
    for sex, word in SEXES.items():
        of_sex = cells[f"{sex}_total"]
        if of_sex is None:
            continue
        found[word] = of_sex
        bands = {age: cells[f"{sex}_{age}"] for age in AGES}
        unknown = cells[f"{sex}_other"]
        if of_sex == 0 or any(bands.values()):
            found.update({f"{word}-{AGES[age]}": value for age, value in bands.items() if value is not None})
        if unknown is not None:
            found[f"{word}-age-unknown"] = unknown
    return found
