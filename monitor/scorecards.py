"""The scorecard of the shipped set beside the shapes known in the field, as tables in Markdown.

The shapes see final figures from 2012 on, after three years of burn-in, and mute six months, as in the published table. Ours
stand twice: measured in the same way, and as they are told (on figures as usually known, with escalations and the cooldown).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.alerts import rules
from monitor.alerts.episodes import Definition, Episode, by_month, computed, first_day, month_number
from monitor.alerts.scorecard import Alert, Case, intervals, tally
from monitor.alerts.shapes import FLOOR, SHAPES, Values, floored, told
from monitor.backtests import COMPUTED, DOCUMENTED, Tested
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


def columns(tested: Iterable[Tested], lag_days: int) -> list[Column]:
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


def fires_as(rule: Rule, points: Sequence[Point]) -> Callable[[Values, int], bool]:
    """A rule as a shape: what it says of each month on the final figures up to it."""
    upto = {month_number(point.period_end): place + 1 for place, point in enumerate(points)}

    def fires(values: Values, month: int) -> bool:
        known = points[: upto[month]]
        return rules.judge(rule, known, known[-1].period_end).judgement is Judgement.FIRES

    return fires


def _shape(one: Column, fires: Callable[[Values, int], bool], span: tuple[int, int, int, int]) -> list[Alert]:
    alerts = told(fires, by_month(one.points), *_days(span))
    lag = dt.timedelta(days=one.lag_days)
    return [alert._replace(known_at=dt.datetime.combine(alert.period_end + lag, dt.time(0), dt.UTC)) for alert in alerts]


def _case(one: Column, alerts: Sequence[Alert], label: str, span: tuple[int, int, int, int]) -> Case:
    return Case(str(one.rule.series), *_days(span), alerts, one.labels.get(label, ()), by_month(one.points))


def _days(span: tuple[int, int, int, int]) -> tuple[dt.date, dt.date]:
    return first_day(_month(span[:2])), first_day(_month(span[2:]) + 1) - dt.timedelta(days=1)


def _month(year_month: tuple[int, ...]) -> int:
    return year_month[0] * 12 + year_month[1] - 1


def lines(rows: Sequence[tuple[str, Sequence[Case]]]) -> str:
    """Rows of cases as a table in Markdown, with the bootstrap interval of 95 % beneath each share."""
    head = ["| " + " | ".join(HEAD) + " |", "|---" * len(HEAD) + "|"]
    return "\n".join([*head, *(_line(name, cases) for name, cases in rows)])


def _line(name: str, cases: Sequence[Case]) -> str:
    counted, between = tally(cases), intervals(cases)

    def with_interval(text: str, measure: str) -> str:
        low, high = between.get(measure, (0.0, 0.0))
        return f"{text} ({low:.2f}–{high:.2f})" if text != "–" and measure in between else text

    cells = (
        name,
        with_interval(_text(counted.alerts_a_year), "alerts_a_year"),
        with_interval(_text(counted.precision), "precision"),
        with_interval(f"{counted.caught}/{counted.episodes}" if counted.episodes else "–", "recall"),
        "–" if counted.median_delay is None else f"{counted.median_delay:g}",
        "–" if counted.worst_delay is None else str(counted.worst_delay),
        "–" if counted.median_days is None else f"{counted.median_days:g}",
        with_interval(_text(counted.stays), "stays"),
    )
    return "| " + " | ".join(cells) + " |"


def _text(share: float | None) -> str:
    return "–" if share is None else f"{share:.2f}"


def scaled(rule: Rule, by: float) -> Rule:
    """The rule with every floor and level times `by`, for series of another size."""
    return replace(rule, condition=_scaled(rule.condition, by))


def _scaled(condition: Condition, by: float) -> Condition:
    own = {name: value * by if name in ("floor", "above") else value for name, value in condition.parameters.items()}
    return replace(condition, parameters=own, of=tuple(_scaled(one, by) for one in condition.of))


def elsewhere(rule: Rule, series: Mapping[str, Sequence[Point]], floor: float, span: tuple[int, int, int, int] | None = None) -> list[Case]:
    """The rule on other series of months with another floor, against episodes computed with the same one, after the burn-in."""
    found = []
    for name, points in series.items():
        values = by_month(points)
        first = first_day(min(values) + BURN_IN) if span is None else _days(span)[0]
        last = first_day(max(values) - 2) - dt.timedelta(days=1) if span is None else _days(span)[1]
        alerts = told(fires_as(scaled(rule, floor / FLOOR), points), values, first, last)
        found.append(Case(name, first, last, alerts, computed(points, Definition(least=3 * floor)), values))
    return found


OTHERS: Mapping[str, tuple[Mapping[str, Sequence[str]], float]] = {
    "other borders (eastern land borders, Black Sea, Albania to Greece)": (
        {
            "source": ["frontex"],
            "indicator": ["border_detections"],
            "location": ["eastern-land-borders", "black-sea", "albania-greece"],
            "origin": [""],
        },
        1_000.0,
    ),
    "single nationalities on the five routes": (
        {
            "source": ["frontex"],
            "indicator": ["border_detections"],
            "location": ["eastern-mediterranean", "central-mediterranean", "western-mediterranean", "western-african", "western-balkan"],
            "origin": ["SYR", "AFG", "TUN", "EGY", "MAR", "SEN", "MLI", "GIN"],
        },
        1_000.0,
    ),
    "asylum applicants, by country of asylum": (
        {"source": ["eurostat"], "indicator": ["asylum_applicants"], "origin": [""], "breakdown": ["all"]},
        1_000.0,
    ),
    "arrivals of the Operational Data Portal": (
        {"source": ["odp"], "indicator": ["arrivals"], "origin": [""], "breakdown": ["all"]},
        1_000.0,
    ),
}
LEAST_MONTHS = BURN_IN + 6


def others(rule: Rule, found: Mapping[str, Mapping[str, Sequence[Point]]]) -> str:
    """The rule on series that nobody chose it on, as a table; `found` has the final points by group and series."""
    rows = []
    for name, (_, floor) in OTHERS.items():
        some = {key: points for key, points in found.get(name, {}).items() if len(by_month(points)) >= LEAST_MONTHS}
        told = f"{name}: {len(some)} series, floor {floor:,.0f}"
        told += "" if some or not found.get(name) else f"; {len(found[name])} more are shorter than {LEAST_MONTHS} months"
        rows.append((told, elsewhere(rule, some, floor)))
    return lines(rows)
