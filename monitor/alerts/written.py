"""Rules as people write them: a table of TOML to rules, and a rule back to such a table.

`series` may be a list: then one table is one rule on each of them. `for` is a number of periods running; `all` and `any`
take their conditions from [[rule.of]]; [rule.levels.high] holds the parameters that a higher severity replaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from monitor.alerts import conditions
from monitor.alerts.kinds import registry
from monitor.model import Condition, Rule, SeriesKey, Severity

TEXTS = ("id", "name", "kind", "severity", "reason", "reason_source")
NUMBERS = {"stale_after_days": (int,), "cooldown_days": (int,), "least_history": (int,), "clear_below": (int, float)}
SHARED = frozenset({*TEXTS, *NUMBERS, "series", "levels"})
Key = Callable[[Any], SeriesKey]


def read(table: Mapping[str, Any], key: Key = SeriesKey.parse) -> list[Rule]:
    """The rules of one table, one for each of its series; `key` reads a series and refuses an unknown one.

    Raises ValueError naming the rule and what to change.
    """
    name = table.get("id", "?")
    for text in TEXTS:
        if not isinstance(table.get(text), str) or not table[text]:
            raise ValueError(f"rule {name!r}: {text!r} is missing or no text (every rule says its reason and where that comes from)")
    if not re.fullmatch(r"[\w-]+", name):
        raise ValueError(f"rule {name!r}: an id is letters, digits and -, since it becomes part of addresses and commands")
    if "stale_after_days" not in table:
        raise ValueError(f"rule {name!r}: 'stale_after_days' is missing: from which age on is a figure too old to judge by?")
    for number, kinds in NUMBERS.items():
        if number in table and (not isinstance(table[number], kinds) or isinstance(table[number], bool) or table[number] != table[number]):
            raise ValueError(f"rule {name!r}: {number} is {table[number]!r}, which is of the wrong type")
    given = table.get("series")
    series = given if isinstance(given, list) and given else [given]
    try:
        condition = _condition({k: v for k, v in table.items() if k not in SHARED or k == "kind"}, key)
        levels = _levels(table.get("levels", {}), key)
        return [
            Rule(
                **{text: table[text] for text in ("id", "name", "reason", "reason_source")},
                series=_series(one, key),
                severity=Severity(table["severity"]),
                condition=condition,
                levels=levels,
                **{number: table[number] for number in NUMBERS if number in table},
            )
            for one in series
        ]
    except ValueError as error:
        raise ValueError(f"rule {name!r}: {error}") from None


def _condition(table: Mapping[str, Any], key: Key) -> Condition:
    if not isinstance(table, dict) or not isinstance(table.get("kind"), str):
        raise ValueError("each condition is a table with a `kind`")
    inner = table.get("of", [])
    nested = table["kind"] in (conditions.ALL, conditions.ANY)
    if nested and not isinstance(inner, list):
        raise ValueError("`of` is one table; each begins with [[rule.of]], in two pairs of brackets")
    periods = table.get("for", 1)
    if not isinstance(periods, int) or isinstance(periods, bool):
        raise ValueError(f"for is {periods!r}; a number of periods is due")
    left_out = {"kind", "for", "series", *(("of",) if nested else ())}
    return Condition(
        kind=table["kind"],
        parameters=_typed(table["kind"], {k: v for k, v in table.items() if k not in left_out}, key),
        of=tuple(_condition(one, key) for one in inner) if nested else (),
        periods=periods,
        series=_series(table["series"], key) if "series" in table else None,
    )


def _typed(kind: str, given: Mapping[str, Any], key: Key) -> dict[str, Any]:
    """The parameters, with those that name a series as keys."""
    types = registry()[kind].PARAMETERS if kind in registry() else {}
    return {name: _series(value, key) if types.get(name) is SeriesKey else value for name, value in given.items()}


def _series(text: Any, key: Key) -> SeriesKey:
    if not isinstance(text, str):
        raise ValueError(f"series is {text!r}; source/indicator/location/origin/breakdown is due")
    return key(text)


def _levels(table: Any, key: Key) -> dict[Severity, Mapping[str, Any]]:
    if not isinstance(table, dict) or not all(isinstance(values, dict) for values in table.values()):
        raise ValueError(f"levels is {table!r}; a table for each higher severity is due, such as [rule.levels.high]")
    return {Severity(name): dict(values) for name, values in table.items()}


def write(rule: Rule) -> dict[str, Any]:
    """The table that `read` takes for this rule; what is at its default is left out."""
    table: dict[str, Any] = {"id": rule.id, "name": rule.name, "series": str(rule.series)}
    table |= _write_condition(rule.condition)
    table |= {name: getattr(rule, name) for name in NUMBERS if getattr(rule, name) != DEFAULTS.get(name)}
    table |= {"severity": rule.severity.value, "reason": rule.reason, "reason_source": rule.reason_source}
    if rule.levels:
        table["levels"] = {level.value: dict(values) for level, values in rule.levels.items()}
    return table


DEFAULTS = {"cooldown_days": 0, "least_history": 0, "clear_below": 1.0}


def _write_condition(condition: Condition) -> dict[str, Any]:
    table: dict[str, Any] = {"kind": condition.kind}
    table |= {name: str(value) if isinstance(value, SeriesKey) else value for name, value in condition.parameters.items()}
    if condition.periods > 1:
        table["for"] = condition.periods
    if condition.series:
        table["series"] = str(condition.series)
    if condition.of:
        table["of"] = [_write_condition(one) for one in condition.of]
    return table
