"""Rules of every kind, alone and composed, and histories with gaps and revisions, for property tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hypothesis import strategies as st

from monitor.alerts.kinds import registry
from monitor.alerts.state import History, Vintage
from monitor.model import UTC, Asked, Condition, Point, Rule, SeriesKey, Severity, Status
from tests.building_store import KEY, NEWS, TOTAL, month_end

LAND = KEY._replace(breakdown="land")
RATIOS = st.sampled_from([1.1, 1.5, 2, 3])
FLOORS = st.sampled_from([1, 50, 120])
KINDS: dict[str, st.SearchStrategy[dict[str, object]]] = {
    "threshold": st.fixed_dictionaries({"above": FLOORS})
    | st.fixed_dictionaries({"above": st.sampled_from([0.5, 1]), "of": st.just(LAND)}, optional={"per": st.just(2)}),
    "change": st.fixed_dictionaries(
        {"against": st.sampled_from(["previous", "last_year"]), "ratio": RATIOS | st.just(0.5), "floor": FLOORS}
    )
    | st.fixed_dictionaries({"against": st.just("mean"), "ratio": RATIOS, "floor": FLOORS, "periods": st.integers(2, 4)}),
    "record": st.fixed_dictionaries({"floor": FLOORS, "years": st.integers(1, 3)}, optional={"times": RATIOS, "same_period": st.booleans()})
    | st.fixed_dictionaries({"floor": FLOORS, "since": st.just(dt.date(2018, 3, 1))}),
    "surge": st.fixed_dictionaries({"ratio": RATIOS, "periods": st.integers(2, 4), "floor": FLOORS}),
    "season": st.fixed_dictionaries({"deviations": st.sampled_from([1, 2.5]), "least_years": st.just(3), "floor": FLOORS}),
    "disagreement": st.fixed_dictionaries({"other": st.just(LAND), "ratio": RATIOS}, optional={"floor": FLOORS}),
}
OTHERS: dict[str, tuple[SeriesKey, st.SearchStrategy[dict[str, object]]]] = {
    "doubling": (TOTAL, st.fixed_dictionaries({"floor": FLOORS})),
    "news": (NEWS, st.fixed_dictionaries({"ratio": RATIOS, "weeks": st.integers(3, 6), "floor": st.sampled_from([1, 50])})),
    "silence": (
        KEY,
        st.fixed_dictionaries({"after_days": st.integers(20, 60)}, optional={"runs": st.integers(1, 3)})
        | st.fixed_dictionaries({"runs": st.integers(1, 3)}),
    ),
}
assert {*KINDS, *OTHERS} == set(registry()), "a kind without property tests"


def _leaf() -> st.SearchStrategy[Condition]:
    return st.one_of(
        st.builds(
            Condition, st.just(kind), given, periods=st.sampled_from([1, 1, 2]), series=st.none() if kind == "disagreement" else ELSEWHERE
        )
        for kind, given in KINDS.items()
    )


ELSEWHERE = st.sampled_from([None, None, None, LAND])


def _composed(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.builds(Condition, st.sampled_from(["all", "any"]), of=several, periods=st.sampled_from([1, 2]))


def _falls(condition: Condition) -> bool:
    return condition.parameters.get("ratio", 1) < 1 or any(map(_falls, condition.of))  # type: ignore[operator]


@st.composite
def rules_of_every_kind(draw: st.DrawFn) -> Rule:
    """A rule that makes sense: one kind, or conditions within conditions, with or without what belongs to the whole rule."""
    kind = draw(st.sampled_from([*KINDS, "composed", "composed", *OTHERS]))
    series = OTHERS[kind][0] if kind in OTHERS else KEY
    if kind in OTHERS:
        condition = Condition(kind, draw(OTHERS[kind][1]))
    elif kind == "composed":
        condition = draw(_composed(_leaf() | _composed(_leaf())))
    else:
        condition = Condition(kind, draw(KINDS[kind]), periods=draw(st.sampled_from([1, 1, 2])))
    levels = (
        {Severity.CRITICAL: {"floor": draw(st.sampled_from([150, 250]))}} if "floor" in condition.parameters and draw(st.booleans()) else {}
    )
    return Rule(
        "a-rule",
        "A rule",
        series,
        Severity.HIGH,
        "because",
        "a report",
        condition,
        draw(st.sampled_from([45, 60, 200])),
        levels,
        1.0 if _falls(condition) else draw(st.sampled_from([1.0, 0.8])),
        draw(st.sampled_from([0, 0, 40, 180])),
        draw(st.sampled_from([0, 0, 3])),
    )


STATUSES = st.sampled_from([Status.REPORTED, Status.REPORTED, Status.REPORTED, Status.PROVISIONAL])


def _periods(series: SeriesKey, count: int) -> list[tuple[dt.date, dt.date]]:
    """Days of the news, dates of a running total, months of anything else."""
    first = dt.date(2018, 1, 1)
    if series == NEWS:
        return [(first + dt.timedelta(n), first + dt.timedelta(n)) for n in range(count)]
    ends = [month_end(2018 + n // 12, n % 12 + 1) for n in range(count)]
    return [(first if series == TOTAL else end.replace(day=1), end) for end in ends]


@st.composite
def vintages_of(draw: st.DrawFn, series: SeriesKey, most: int = 40) -> list[Vintage]:
    """Up to three vintages of each of some periods, a few of them absent, missing, unfinished or late."""
    found = []
    for start, end in _periods(series, draw(st.integers(1, most))):
        for after in draw(st.sampled_from([(10,), (10,), (12, 40), (5, 35, 90), (-5, 15), (70,), ()])):
            value = draw(st.one_of(st.integers(0, 300), st.integers(0, 300), st.none()))
            status = Status.NOT_REPORTED if value is None else draw(STATUSES)
            moment = dt.datetime.combine(end + dt.timedelta(after), dt.time(12), UTC)
            found.append(Vintage(moment, Point(start, end, value, status)))
    return sorted(found, key=lambda one: one.known_at)


ASKED = st.lists(st.tuples(st.integers(0, 1300), st.booleans()), max_size=12, unique_by=lambda one: one[0]).map(
    lambda rows: [Asked(dt.datetime(2018, 1, 1, 6, tzinfo=UTC) + dt.timedelta(days), good) for days, good in sorted(rows)]
)


@st.composite
def histories_for(draw: st.DrawFn, one: Rule) -> History:
    """All that a rule may learn of."""
    own = draw(vintages_of(one.series))
    return History(own, {LAND: draw(vintages_of(LAND))}, draw(ASKED))


def before(past: History, cut: dt.datetime) -> History:
    """What of a history was known at a moment."""

    def some(vintages: Sequence[Vintage]) -> list[Vintage]:
        return [one for one in vintages if one.known_at <= cut]

    return History(
        some(past.own), {key: some(vintages) for key, vintages in past.beside.items()}, [one for one in past.asked if one.at <= cut]
    )
