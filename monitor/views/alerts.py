"""Alerts: what is open, why each rule says what it says, and everything that was ever raised."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from monitor.alerts import telling
from monitor.alerts.channels import message
from monitor.alerts.spans import measured, spans
from monitor.alerts.words import move_word, severity_word
from monitor.locale import _, day, number
from monitor.model import FIRING, Judgement, Move, Severity
from monitor.series import as_written
from monitor.store import ledger, read
from monitor.views import address, alert_parts, desk, frame, parts, reader

EVERY = "all"
YEARS_BEFORE = 3  # shown before an alert: what it is compared with lies there

view = frame.heading(_("Alerts"), _("Each rule on the newest finished period of its series, and everything that was ever raised."))
now = read.end_of(view.as_of)
standings = reader.standings(view.situation, view.as_of)
entries = reader.history(view.situation.id, view.as_of)
names = {rule.id: rule.name for rule in view.situation.rules}
labels = parts.rule_names(view.situation.rules)
over_all = telling.silence_over(telling.WHOLE, entries, now)
writing = desk.may_write() and view.as_of == view.today
ranks = list(Severity)

st.header(_("Open now"), anchor=False)
firing = [one for one in standings if one.state.is_open or one.verdict.judgement is Judgement.FIRES]
for standing in sorted(firing, key=lambda one: -ranks.index(one.verdict.severity or one.rule.severity)):
    alert_parts.rule_row(standing, view.situation, now, labels[standing.rule.identity], over_all, writing)
if not standings:
    st.info(_("This situation has no rules yet, so nothing can be raised. On Rules you can write one."), icon=":material/rule:")
elif not firing and any(one.verdict.judgement is Judgement.CANNOT_SAY for one in standings):
    st.info(_("No rule fires, but some cannot say, for want of figures or since the newest are too old."), icon=":material/help:")
elif not firing:
    st.success(_("No rule fires on the figures known on this day."), icon=":material/check:")

others = [one for one in standings if one not in firing]
if others:
    silent = sum(one.verdict.judgement is Judgement.CANNOT_SAY for one in others)
    st.header(_("The other rules"), anchor=False)
    st.caption(_("{quiet} quiet, {silent} cannot say.").format(quiet=number(len(others) - silent), silent=number(silent)))
    for standing in sorted(others, key=lambda one: one.verdict.judgement is Judgement.QUIET):
        alert_parts.rule_row(standing, view.situation, now, labels[standing.rule.identity], over_all, writing)

alert_parts.whole_situation(view.situation, over_all, now, writing)
st.header(_("History"), anchor=False)
if not entries:
    st.caption(_("Nothing has been raised yet."))
    st.stop()
st.caption(_("Append-only. What is dated before the monitor was set up was computed from the figures as they were known then."))
with st.container(horizontal=True):
    raised_rules = [EVERY, *dict.fromkeys(one.rule for one in entries if one.rule)]
    address.one("rule", raised_rules, EVERY)
    rule = st.selectbox(
        _("Rule"), raised_rules, key="rule", format_func=lambda one: _("All rules") if one == EVERY else names.get(one, one), width=360
    )
    address.one("severity", [EVERY, *Severity], EVERY)
    severity = st.selectbox(
        _("Severity"),
        [EVERY, *Severity],
        key="severity",
        format_func=lambda one: _("Any") if one == EVERY else severity_word(one),
        width=140,
    )
    moves = [EVERY, *(move for move in Move if any(one.move is move for one in entries))]
    address.one("move", moves, EVERY)
    move = st.selectbox(
        _("What"), moves, key="move", format_func=lambda one: _("Everything") if one == EVERY else move_word(one), width=200
    )
shown = [one for one in entries if rule in (EVERY, one.rule) and severity in (EVERY, one.severity) and move in (EVERY, one.move)]
if not shown:
    st.info(_("No entry of this choice."), icon=":material/search_off:")
    st.stop()
over_time = [one for one in spans(entries) if rule in (EVERY, one.rule) and severity in (EVERY, one.severity)]
if over_time:
    chosen = [one for one in entries if any((one.rule, one.series) == (span.rule, span.series) for span in over_time)]
    alert_parts.timeline_chart(over_time, chosen, names, labels, now)
    st.caption(_("A bar is the time while an alert was open, a triangle a moment at which it is told, or would have been."))
st.dataframe(
    alert_parts.history_table(shown, names),
    hide_index=True,
    height=320,
    column_config={
        _("Known (UTC)"): st.column_config.DatetimeColumn(format="YYYY-MM-DD", timezone="UTC", width="small"),
        _("Why"): st.column_config.TextColumn(width="large"),
    },
    alt=_("The ledger of alerts"),
)
parts.download(ledger.frame(shown), parts.file_name("alerts", view.situation.id, as_of=view.as_of), "alerts_csv")

st.header(_("How often each rule was right"), anchor=False)
st.caption(
    _(
        "As far as people have said so with “It was right” and “It was wrong”. Alerts that nobody was told of, held back or computed afterwards, are not counted."
    )
)
counted = measured(list(names), entries)
st.dataframe(
    pd.DataFrame(
        {
            _("Rule"): [names[one.rule] for one in counted],
            _("Alerts"): [one.alerts for one in counted],
            _("Right"): [one.right for one in counted],
            _("Wrong"): [one.wrong for one in counted],
            _("Not yet judged"): [one.alerts - one.right - one.wrong for one in counted],
            _("Precision"): ["–" if one.precision is None else f"{one.precision:.0%}" for one in counted],
        }
    ),
    hide_index=True,
    alt=_("Measured precision of each rule"),
)

by_text = {message.key(one): (one, one.series) for one in reversed(entries) if one.move in FIRING and one.series}
if not by_text:  # people may have entered something where nothing was ever raised
    st.stop()
st.header(_("One alert"), anchor=False)


def in_words(key: str) -> str:
    """An alert in the list: the day, its rule, what happened."""
    one, of = by_text[key]
    return f"{one.at:%Y-%m-%d} {labels.get((one.rule, of)) or names.get(one.rule, one.rule)}: {move_word(one.move)}"


address.one("alert", list(by_text), next(iter(by_text)))
label = st.selectbox(_("Show an alert with the figures known at its date"), list(by_text), key="alert", width=480, format_func=in_words)
alert, series = by_text[label]
st.markdown(_("**{day}**: {sentence}").format(day=day(alert.at.date()), sentence=parts.plain(str(alert.verdict.sentence))))
known_then = as_written(reader.parts_of_series(alert.at.date(), series), series)
begin = (alert.verdict.period_end or alert.at.date()) - dt.timedelta(days=366 * YEARS_BEFORE)
window = known_then[known_then["period_end"] >= pd.Timestamp(begin)]
if window.empty:  # a silence may be of a series without figures
    st.caption(_("No figure of this series was known for that time."))
else:
    parts.trend_chart(window, view.situation.rules, [one for one in entries if one.at <= alert.at], "alert_chart")
    st.caption(_("The chart shows what was known on that day, and the three years before."))
written = next((one for one in view.situation.rules if one.identity == (alert.rule, series)), None)
if written is None:
    st.caption(_("The rule is no longer there, so its reasons cannot be worked out again; what it said stands."))
else:
    versions = desk.rule_versions(view.situation, written.id)
    if len(versions) > 1 and versions[-1].at > alert.at:
        st.caption(_("The rule was changed since. The reasons below are those of the rule as it is now; Rules has its versions."))
    alert_parts.reasons(desk.explained(written, view.situation, alert.at))
