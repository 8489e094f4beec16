"""The form of a rule: its series, its kind, its parameters. Gives a rule, or says in words what is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from monitor.alerts import rules
from monitor.alerts.kinds import registry
from monitor.alerts.words import severity_word
from monitor.locale import _
from monitor.model import INDICATORS, Condition, Rule, SeriesKey, Severity
from monitor.views import parts, reader

TYPES = {"against": ("previous", "last_year", "mean")}
LABELS = {  # of parameters; one that is not here is shown by its name
    "above": lambda: _("At or above"),
    "after_days": lambda: _("Silent after (days)"),
    "against": lambda: _("Compared with"),
    "deviations": lambda: _("Deviations from the median"),
    "floor": lambda: _("At least (floor)"),
    "last_year": lambda: _("the same period last year"),
    "least_weeks": lambda: _("Least weeks with a figure"),
    "least_years": lambda: _("Least earlier years"),
    "mean": lambda: _("the mean of the periods before"),
    "of": lambda: _("As a share of"),
    "other": lambda: _("The other source's series"),
    "per": lambda: _("Per (1,000 for per thousand)"),
    "periods": lambda: _("Number of periods"),
    "previous": lambda: _("the period before"),
    "ratio": lambda: _("Ratio"),
    "runs": lambda: _("Failed runs in a row"),
    "same_period": lambda: _("Only the same period of each year"),
    "since": lambda: _("Since"),
    "times": lambda: _("Times"),
    "weeks": lambda: _("Weeks of the baseline"),
    "years": lambda: _("Number of years"),
}
FIRST = {
    "floor": 1000.0,
    "above": 1000.0,
    "ratio": 2.0,
    "times": 2.0,
    "years": 3,
    "periods": 5,
    "deviations": 3.0,
    "least_years": 5,
    "weeks": 8,
    "per": 1000.0,
}
SINCE = dt.date(2016, 1, 1)


def label_of(name: str) -> str:
    """A parameter, or one of its values, in the reader's language."""
    return LABELS[name]() if name in LABELS else name


def written(locations: Sequence[str], current: Rule | None, own: Collection[str], taken: Collection[str]) -> tuple[Rule | None, str]:
    """The rule that the form holds, and what is wrong with it.

    `locations` are the places of the situation, `own` the ids of the saved rules: begun from one of those, it is a new
    version of it. `taken` are all ids that were ever given; begun from anything else, it gets one of its own.
    """
    name = st.text_input(
        _("Name"), current.name if current else "", key="rule_name", max_chars=120, placeholder=_("What it watches, in a line")
    )
    series = _series(locations, current)
    condition = _condition(series, current)
    severity, stale, whole = _whole(current)
    reason = st.text_area(_("Why this level"), current.reason if current else "", key="rule_reason", max_chars=500, height=80)
    where = st.text_input(
        _("Where that reason comes from"), current.reason_source if current else "", key="rule_reason_source", max_chars=200
    )
    levels = _levels(condition, severity, current)
    missing = [
        told for told, text in ((_("a name"), name), (_("a reason"), reason), (_("the source of the reason"), where)) if not text.strip()
    ]
    identity = current.id if current and current.id in own else unused(slug(name), taken)
    rule = Rule(identity, name.strip(), series, severity, reason.strip(), where.strip(), condition, stale, levels, **whole)
    fault = rules.check(rule)
    if missing:
        fault = fault or _("Still to be written: {what}.").format(what=", ".join(missing))
    return (rule, fault)


def slug(name: str) -> str:
    """A short id from a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "rule"


def key_or_text(text: str) -> SeriesKey | str | None:
    """The series that a text names; the text itself where it names none, which the rule then refuses; None for nothing."""
    try:
        return SeriesKey.parse(text) if text else None
    except ValueError:
        return text


def unused(identity: str, taken: Collection[str]) -> str:
    """The id, or the first of id-2, id-3 ... that no other rule has or had."""
    return next(one for one in (identity, *(f"{identity}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


PARTS = ("indicator", "location", "origin", "source", "breakdown")


def _series(locations: Sequence[str], current: Rule | None) -> SeriesKey:
    """The series, chosen part by part, each among what the store has for the parts before it."""
    given = current.series if current else None
    labels = (_("Indicator"), _("Place"), _("Country of origin"), _("Source"), _("By"))
    where: dict[str, Sequence[str]] = {"location": locations}
    with st.grid(min_column_width=220):
        for part, label in zip(PARTS, labels, strict=True):
            unchanged = given is not None and all(where[name] == (getattr(given, name),) for name in PARTS[: PARTS.index(part)])
            before = getattr(given, part) if unchanged else None
            where[part] = (_part(part, label, reader.choices(part, **where), before),)
    return SeriesKey(**{part: where[part][0] for part in PARTS})


def _part(part: str, label: str, stored: Sequence[str], before: str | None) -> str:
    """One part of the series. What the rule has is kept though the store lacks it: nothing else is put in its place unasked."""
    options = sorted({*stored, *([before] if before is not None else [])}, key=lambda value: _word(part, value))
    start = options.index(before) if before in options else 0
    return str(st.selectbox(label, options, start, key=f"rule_{part}", format_func=lambda value: _word(part, value)))


def _word(part: str, value: str) -> str:
    """A part of a series in words."""
    if part == "indicator":
        return parts.indicator_name(value)
    if part == "source":
        return parts.source_names().get(value, value)
    if part == "location":
        return parts.place_name(value)
    if part == "origin":
        return parts.place_name(value) if value else _("All origins together")
    return value or "–"


def _condition(series: SeriesKey, current: Rule | None) -> Condition:
    """The kind and its parameters."""
    measure = INDICATORS[series.indicator].measure
    kinds = [name for name, kind in registry().items() if measure in kind.MEASURES]
    was = current.condition if current and current.condition.kind in kinds else None
    kind = st.selectbox(_("Kind of rule"), kinds, kinds.index(was.kind) if was else kinds.index("threshold"), key="rule_kind", width=260)
    module = registry()[kind]
    st.caption((module.__doc__ or "").strip().split("\n")[0])
    given: dict[str, Any] = {}
    with st.grid(min_column_width=180):
        for name, types in module.PARAMETERS.items():
            before = was.parameters.get(name) if was else None
            value = _parameter(name, types, name in module.REQUIRED, before, f"{kind}_{name}")
            if value is not None:
                given[name] = value
        running = st.number_input(_("For periods running"), 1, 36, was.periods if was else 1, key="rule_for")
    return Condition(kind, given, periods=int(running))


def _parameter(name: str, types: Any, required: bool, before: Any, key: str) -> Any:
    """One parameter; None where an optional one is left empty."""
    label = label_of(name) if required else _("{name} (may stay empty)").format(name=label_of(name))
    if name in TYPES:
        return st.selectbox(label, TYPES[name], TYPES[name].index(before) if before else 1, key=key, format_func=label_of)
    if types is bool:
        return st.checkbox(label_of(name), bool(before), key=key) or None
    if types is dt.date:
        return st.date_input(label, before or (SINCE if required else None), key=key)
    if types is SeriesKey:
        text = st.text_input(label, str(before or ""), key=key, placeholder="worldbank/population/TUR/-/-")
        return key_or_text(text.strip())
    start: float | None = before if before is not None else FIRST.get(name, 1) if required else None
    if types is int:
        whole = st.number_input(label, value=None if start is None else int(start), step=1, key=key)
        return None if whole is None else int(whole)
    if types is str:
        return st.text_input(label, before or "", key=key) or None
    number = st.number_input(label, value=None if start is None else float(start), key=key, format="%g")
    return None if number is None else int(number) if float(number).is_integer() else float(number)


def _whole(current: Rule | None) -> tuple[Severity, int, dict[str, Any]]:
    """What belongs to the rule and to none of its conditions."""
    with st.grid(min_column_width=180):
        severity = st.selectbox(
            _("Severity"),
            list(Severity),
            list(Severity).index(current.severity) if current else 0,
            key="rule_severity",
            format_func=severity_word,
        )
        stale = st.number_input(_("Too old after (days)"), 0, 5000, current.stale_after_days if current else 120, key="rule_stale")
        cooldown = st.number_input(
            _("Told again after (days, 0: never)"), 0, 5000, current.cooldown_days if current else 180, key="rule_cooldown"
        )
        clear = st.number_input(
            _("Stays open down to this share of the threshold"), 0.05, 1.0, current.clear_below if current else 1.0, 0.05, key="rule_clear"
        )
        history = st.number_input(_("Least earlier periods"), 0, 500, current.least_history if current else 0, key="rule_history")
    return (
        severity or Severity.MEDIUM,
        int(stale),
        {"cooldown_days": int(cooldown), "clear_below": float(clear), "least_history": int(history)},
    )


def _levels(condition: Condition, severity: Severity, current: Rule | None) -> Mapping[Severity, Mapping[str, Any]]:
    """What a higher severity asks of the kind's first number."""
    leading = leading_of(condition)
    higher = list(Severity)[list(Severity).index(severity) + 1 :]
    if leading is None or not higher:
        return {level: kept for level in higher if (kept := _kept(level, None, condition, current))}
    found: dict[Severity, Mapping[str, Any]] = {}
    with st.grid(min_column_width=180):
        for level in higher:
            before = current.levels.get(level, {}).get(leading) if current else None
            label = _("{severity}: {parameter}").format(severity=severity_word(level).capitalize(), parameter=label_of(leading).lower())
            value = st.number_input(
                label, value=None if before is None else float(before), key=f"rule_level_{level}_{leading}", format="%g"
            )
            kept = _kept(level, leading, condition, current)
            if value is not None:
                kept = {**kept, leading: int(value) if float(value).is_integer() else float(value)}
            if kept:
                found[level] = kept
    return found


def _kept(level: Severity, leading: str | None, condition: Condition, current: Rule | None) -> dict[str, Any]:
    """What a level of the rule asks beside the leading parameter: the form does not show it, and must not lose it."""
    if current is None or current.condition.kind != condition.kind:
        return {}
    return {name: value for name, value in current.levels.get(level, {}).items() if name != leading}


def leading_of(condition: Condition) -> str | None:
    """The first number of a condition: what the form lets a higher severity ask more of."""
    numbers = (name for name, value in condition.parameters.items() if isinstance(value, (int, float)) and not isinstance(value, bool))
    return next(numbers, None)


def holds_all_of(rule: Rule) -> bool:
    """Whether the form shows everything that a rule holds."""
    plain = not (rule.condition.of or rule.condition.series)
    return plain and all(set(given) <= {leading_of(rule.condition)} for given in rule.levels.values())
