"""Alerts: what fires, why each rule says what it says, and everything that was ever raised."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor.locale import _, day, short_day
from monitor.model import FIRING, Judgement, Move, Transition
from monitor.store import ledger
from monitor.views import address, frame, parts, reader
from monitor.watch import Standing

ICONS = {Judgement.FIRES: ":material/notifications_active:", Judgement.QUIET: ":material/check:", Judgement.CANNOT_SAY: ":material/help:"}


def state_word(judgement: Judgement) -> str:
    """A judgement in the reader's language."""
    return {Judgement.FIRES: _("Fires"), Judgement.QUIET: _("Quiet"), Judgement.CANNOT_SAY: _("Cannot say")}[judgement]


def move_word(move: Move) -> str:
    """A transition in the reader's language."""
    return {
        Move.RAISED: _("raised"),
        Move.ESCALATED: _("escalated"),
        Move.RAISED_AGAIN: _("raised again"),
        Move.CLEARED: _("cleared"),
        Move.UNDONE: _("undone by a revision"),
        Move.LAPSED: _("lapsed"),
        Move.ACKNOWLEDGED: _("acknowledged"),
        Move.SILENCED: _("silenced"),
        Move.UNSILENCED: _("silence lifted"),
        Move.MARKED_TRUE: _("marked true"),
        Move.MARKED_FALSE: _("marked false"),
    }[move]


def rule_row(standing: Standing) -> None:
    """One rule: its state, its sentence, its reason."""
    rule = standing.rule
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(state_word(standing.verdict.judgement), icon=ICONS[standing.verdict.judgement], color=color(standing))
            st.badge(parts.severity_word(rule.severity), color="gray")
            st.markdown(f"**{rule.name}**")
        known = _("Known {day}.").format(day=short_day(standing.known_at.date())) if standing.known_at else ""
        st.markdown(f"{standing.verdict.sentence} {known}")
        if standing.last_raised and standing.verdict.judgement is not Judgement.FIRES:
            told = _("Last raised {day}: {sentence}")
            st.caption(told.format(day=short_day(standing.last_raised.at.date()), sentence=standing.last_raised.verdict.sentence))
        st.caption(_("Why this level: {reason} ({source})").format(reason=rule.reason, source=rule.reason_source))


def color(standing: Standing) -> parts.Color:
    """Red and orange only for what fires."""
    if standing.verdict.judgement is Judgement.FIRES:
        return parts.SEVERITY_COLORS[standing.rule.severity]
    return "green" if standing.verdict.judgement is Judgement.QUIET else "gray"


def history_table(entries: list[Transition]) -> pd.DataFrame:
    """The ledger in words, newest first."""
    rules = {rule.id: rule.name for rule in view.situation.rules}
    return pd.DataFrame(
        {
            _("Known (UTC)"): [one.at for one in reversed(entries)],
            _("Rule"): [rules.get(one.rule, one.rule) for one in reversed(entries)],
            _("What"): [move_word(one.move) for one in reversed(entries)],
            _("Severity"): [parts.severity_word(one.severity) for one in reversed(entries)],
            _("Why"): [one.verdict.sentence for one in reversed(entries)],
        }
    )


view = frame.heading(_("Alerts"), _("Each rule on the newest finished period of its series, and everything that was ever raised."))
standings = reader.standings(view.situation, view.as_of)
if not standings:
    st.info(_("This situation has no rules yet, so nothing can be raised. CONTRIBUTING.md shows how to write one."), icon=":material/help:")
order = [Judgement.FIRES, Judgement.CANNOT_SAY, Judgement.QUIET]
for standing in sorted(standings, key=lambda one: order.index(one.verdict.judgement)):
    rule_row(standing)

st.header(_("History"), anchor=False)
entries = reader.history(view.situation.id, view.as_of)
if not entries:
    st.caption(_("Nothing has been raised yet."))
    st.stop()
st.caption(_("Append-only. What is dated before the monitor was set up was computed from the figures as they were known then."))
st.dataframe(
    history_table(entries),
    hide_index=True,
    height=320,
    column_config={
        _("Known (UTC)"): st.column_config.DatetimeColumn(format="YYYY-MM-DD", timezone="UTC", width="small"),
        _("Why"): st.column_config.TextColumn(width="large"),
    },
    alt=_("The ledger of alerts"),
)
parts.download(ledger.frame(entries), parts.file_name("alerts", view.situation.id, as_of=view.as_of), "alerts_csv")

raised = {f"{one.at:%Y-%m-%d} {one.rule}": (one, one.series) for one in reversed(entries) if one.move in FIRING and one.series}
address.one("alert", list(raised), next(iter(raised)))
label = st.selectbox(_("Show an alert with the figures known at its date"), list(raised), key="alert", width=480)
alert, series = raised[label]
st.markdown(_("**{day}**: {sentence}").format(day=day(alert.at.date()), sentence=alert.verdict.sentence))
known_then = reader.one_series(alert.at.date(), series)
parts.trend_chart(known_then, view.situation.rules, [one for one in entries if one.at <= alert.at], "alert_chart")
