"""The scorecard of the shipped set beside the shapes known in the field, as tables in Markdown.

The shapes see final figures from 2012 on, after three years of burn-in, and mute six months, as in the published table. Ours
stand twice: measured in the same way, and as they are told (on figures as usually known, with escalations and the cooldown).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.alerts import rules
from monitor.alerts.episodes import Definition, Episode, by_month, computed, first_day, last_day, month_number
from monitor.alerts.scorecard import Alert, Case, intervals, shown, tally, with_interval
from monitor.alerts.shapes import FLOOR, SHAPES, Values, floored, told
from monitor.backtests import COMPUTED, DOCUMENTED, Trial
from monitor.errors import ContractError
from monitor.model import Condition, Judgement, Point, Rule

SHIPPED = "route-doubled"  # the rule of `seeds/situations/routes-to-europe.toml`
WHOLE, CHOSEN, HELD_OUT = (2012, 1, 2025, 1), (2012, 1, 2018, 12), (2019, 1, 2025, 1)
SPANS = {"All months": WHOLE, "The months on which the set was chosen": CHOSEN, "The months held out": HELD_OUT}
LABELS = {COMPUTED: "episodes computed from the figures", DOCUMENTED: "crises documented by others"}
BURN_IN = 36  # months
HEAD = (
    "rule",
    "alerts a series and year",
    "precision",
    "recall",
    "median delay, months",
    "worst",
    "median days until known",
    "next three months ≥ 80 %",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One series of the table: its rule, its final points, its episodes by label, and what the rule told as the program tells."""

    rule: Rule
    points: Sequence[Point]
    labels: Mapping[str, Sequence[Episode]]
    told: Sequence[Alert]
    lag_days: int


def columns(tested: Iterable[Trial], lag_days: int) -> list[Column]:
    """The series of a set of replays. Raises ContractError where a series is not of months from 2009 on."""
    found = [Column(one.replay.rule, one.points, one.labels, one.replay.alerts, lag_days) for one in tested]
    for one in found:
        values = by_month(one.points)
        missing = [month for month in range(_month(WHOLE[:2]) - BURN_IN, _month(WHOLE[2:]) + 1) if month not in values]
        if missing:
            raise ContractError(
                f"{one.rule.series}: {len(missing)} months are missing, the first {first_day(missing[0]):%Y-%m}; refresh first"
            )
    return found


def table(some: Sequence[Column], label: str, span: tuple[int, int, int, int]) -> str:
    """One table: every shape, then ours as the shapes are measured, then ours as it is told."""
    shapes: dict[str, Callable[[Column], list[Alert]]] = {
        name: lambda one, fires=fires: _shape(one, floored(fires), span)  # type: ignore[misc]
        for name, fires in SHAPES.items()
    }
    shapes["**ours, in the same way**"] = lambda one: _shape(one, fires_as(one.rule, one.points), span)
    shapes["**ours, as it is told**"] = lambda one: list(one.told)
    return lines([(name, [_case(one, alerts(one), label, span) for one in some]) for name, alerts in shapes.items()])


def fires_as(rule: Rule, points: Sequence[Point], first_print: float = 1.0) -> Callable[[Values, int], bool]:
    """A rule as a shape: what it says of each month on the final figures up to it, the newest at a share of its own."""
    upto = {month_number(point.period_end): place + 1 for place, point in enumerate(points)}

    def fires(values: Values, month: int) -> bool:
        newest = points[upto[month] - 1]
        known = [*points[: upto[month] - 1], newest._replace(value=first_print * (newest.value or 0.0))]
        return rules.judge(rule, known, newest.period_end).judgement is Judgement.FIRES

    return fires


def _shape(one: Column, fires: Callable[[Values, int], bool], span: tuple[int, int, int, int]) -> list[Alert]:
    alerts = told(fires, by_month(one.points), *_days(span))
    lag = dt.timedelta(days=one.lag_days)
    return [alert._replace(known_at=dt.datetime.combine(alert.period_end + lag, dt.time(0), dt.UTC)) for alert in alerts]


def _case(one: Column, alerts: Sequence[Alert], label: str, span: tuple[int, int, int, int]) -> Case:
    return Case(str(one.rule.series), *_days(span), alerts, one.labels.get(label, ()), by_month(one.points))


def _days(span: tuple[int, int, int, int]) -> tuple[dt.date, dt.date]:
    return first_day(_month(span[:2])), last_day(_month(span[2:]))


def _month(year_month: tuple[int, ...]) -> int:
    return year_month[0] * 12 + year_month[1] - 1


def lines(rows: Sequence[tuple[str, Sequence[Case]]]) -> str:
    """Rows of cases as a table in Markdown, with the bootstrap interval of 95 % beneath each share."""
    head = ["| " + " | ".join(HEAD) + " |", "|---" * len(HEAD) + "|"]
    return "\n".join([*head, *(_line(name, cases) for name, cases in rows)])


def _line(name: str, cases: Sequence[Case]) -> str:
    counted, between = tally(cases), intervals(cases)
    cells = (
        name,
        with_interval(shown(counted.alerts_a_year), "alerts_a_year", between),
        with_interval(shown(counted.precision), "precision", between),
        with_interval(f"{counted.caught}/{counted.episodes}" if counted.episodes else "–", "recall", between),
        "–" if counted.median_delay is None else f"{counted.median_delay:g}",
        "–" if counted.worst_delay is None else str(counted.worst_delay),
        "–" if counted.median_days is None else f"{counted.median_days:g}",
        with_interval(shown(counted.stays), "stays", between),
    )
    return "| " + " | ".join(cells) + " |"


def scaled(rule: Rule, by: float) -> Rule:
    """The rule with every floor and level times `by`, for series of another size."""
    return replace(rule, condition=_scaled(rule.condition, by))


def _scaled(condition: Condition, by: float) -> Condition:
    own = {name: value * by if name in ("floor", "above") else value for name, value in condition.parameters.items()}
    return replace(condition, parameters=own, of=tuple(_scaled(one, by) for one in condition.of))


@dataclass(frozen=True, slots=True)
class Group:
    """Series that nobody chose the set on: how to find them, the floor of their size, and the share that a first print is of the last."""

    where: Mapping[str, Sequence[str]]
    floor: float = 1_000.0
    first_print: float = 1.0


FIRST_PRINT = 0.74  # the median of UNHCR's monthly asylum applications in 34 releases of 2015 to 2017
DETECTIONS = {"source": ["frontex"], "indicator": ["border_detections"]}
ROUTES = ["eastern-mediterranean", "central-mediterranean", "western-mediterranean", "western-african", "western-balkan"]
NATIONALITIES = ["SYR", "AFG", "TUN", "EGY", "MAR", "SEN", "MLI", "GIN"]
APPLICANTS = {"source": ["eurostat"], "indicator": ["asylum_applicants"], "origin": [""], "breakdown": ["all"]}
OTHERS: Mapping[str, Group] = {
    "other borders (eastern land borders, Black Sea, Albania to Greece)": Group(
        {**DETECTIONS, "location": ["eastern-land-borders", "black-sea", "albania-greece"], "origin": [""]}
    ),
    "single nationalities on the five routes": Group({**DETECTIONS, "location": ROUTES, "origin": NATIONALITIES}),
    "asylum applicants, by country of asylum": Group(APPLICANTS),
    "the same, each newest month at 74 % of its last value": Group(APPLICANTS, first_print=FIRST_PRINT),
    "arrivals of the Operational Data Portal": Group({"source": ["odp"], "indicator": ["arrivals"], "origin": [""], "breakdown": ["all"]}),
}
LEAST_MONTHS = BURN_IN + 6


def elsewhere(rule: Rule, series: Mapping[str, Sequence[Point]], group: Group) -> list[Case]:
    """The rule on other series of months with another floor, against episodes computed with the same one, after the burn-in."""
    fitted = scaled(rule, group.floor / FLOOR)
    found = []
    for name, points in series.items():
        values = by_month(points)
        first, last = first_day(min(values) + BURN_IN), last_day(max(values) - 3)
        alerts = told(fires_as(fitted, points, group.first_print), values, first, last)
        found.append(Case(name, first, last, alerts, computed(points, Definition(least=3 * group.floor)), values))
    return found


def others(rule: Rule, found: Mapping[str, Mapping[str, Sequence[Point]]]) -> str:
    """The rule on series that nobody chose it on, as a table; `found` has the final points by group and series."""
    rows = []
    for name, group in OTHERS.items():
        some = {key: points for key, points in found.get(name, {}).items() if len(by_month(points)) >= LEAST_MONTHS}
        short = len(found.get(name, {})) - len(some)
        told = f"{name}: {len(some)} series" + (f", {short} shorter than {LEAST_MONTHS} months" if short else "")
        rows.append((told, elsewhere(rule, some, group)))
    return lines(rows)
