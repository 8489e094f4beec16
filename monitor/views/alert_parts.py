"""Pieces of the Alerts page: a rule with its state, its reasons, what a person may do, the timeline and its table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from monitor.alerts import telling
from monitor.alerts.explain import Explanation, silenced_words, told_words
from monitor.alerts.spans import Span, until
from monitor.alerts.words import move_word, severity_word
from monitor.charts import timeline, trend
from monitor.locale import _, number, period, short_day
from monitor.model import FIRING, Judgement, Move, SeriesKey, Situation, Transition
from monitor.views import desk, parts
from monitor.views.signed import done, signed
from monitor.watch import Standing

LONGEST_NOTE = 300
Names = Mapping[str, str]
Labels = Mapping[tuple[str, SeriesKey], str]
ICONS = {Judgement.FIRES: ":material/notifications_active:", Judgement.QUIET: ":material/check:", Judgement.CANNOT_SAY: ":material/help:"}


def state_word(judgement: Judgement) -> str:
    """A judgement in the reader's language."""
    return {Judgement.FIRES: _("Fires"), Judgement.QUIET: _("Quiet"), Judgement.CANNOT_SAY: _("Cannot say")}[judgement]


def color(standing: Standing) -> parts.Color:
    """Red and orange only for what fires."""
    if standing.verdict.judgement is Judgement.FIRES:
        return parts.SEVERITY_COLORS[standing.verdict.severity or standing.rule.severity]
    return "green" if standing.verdict.judgement is Judgement.QUIET else "gray"


def rule_row(standing: Standing, situation: Situation, now: dt.datetime, name: str, over_all: Transition | None, writing: bool) -> None:
    """One rule: its state, its sentence, what was told, its reason; and what a person may do."""
    rule, verdict = standing.rule, standing.verdict
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(state_word(verdict.judgement), icon=ICONS[verdict.judgement], color=color(standing))
            st.badge(severity_word(verdict.severity or rule.severity), color="gray")
            if standing.state.acknowledged:
                who = parts.plain(standing.state.acknowledged.who, but="[]")
                st.badge(_("acknowledged by {who}").format(who=who), icon=":material/visibility:", color="gray")
            st.markdown(f"**{parts.plain(name)}**")
        known = _("Known {day}.").format(day=short_day(standing.known_at.date())) if standing.known_at else ""
        st.markdown(f"{verdict.sentence} {known}")
        st.caption(_since(standing, now, over_all))
        why = _("Why this level: {reason} ({source})")
        st.caption(why.format(reason=parts.plain(rule.reason), source=parts.plain(rule.reason_source)))
        if writing and (standing.state.is_open or standing.last_fired):
            with st.popover(_("Act on this alert"), icon=":material/edit_note:"):
                _form(standing, situation, now)


def _since(standing: Standing, now: dt.datetime, over_all: Transition | None) -> str:
    """Since when it is open and what was told, or when it was last raised."""
    opened = standing.state.opened
    if opened:
        told = _("Open since {day}. {told}")
        held = standing.muted_by.why if standing.muted_by else ""
        words = told_words(standing.rule, standing.state, now, held, over_all)
        return told.format(day=short_day(opened.at.date()), told=parts.plain(words))
    if standing.last_fired:
        told = _("Last raised {day}: {sentence}")
        return told.format(day=short_day(standing.last_fired.at.date()), sentence=standing.last_fired.verdict.sentence)
    return _("Never raised.")


ACTIONS = {
    "acknowledge": lambda: _("I have seen it"),
    "true": lambda: _("It was right"),
    "false": lambda: _("It was wrong"),
    "silence": lambda: _("Silence it until a day"),
    "unsilence": lambda: _("Lift its silence"),
}
MOVES = {
    "acknowledge": Move.ACKNOWLEDGED,
    "true": Move.MARKED_TRUE,
    "false": Move.MARKED_FALSE,
    "silence": Move.SILENCED,
    "unsilence": Move.UNSILENCED,
}


def _form(standing: Standing, situation: Situation, now: dt.datetime) -> None:
    """Acknowledge, judge or silence, with a name and a note."""
    needs = {"acknowledge": standing.state.is_open, "unsilence": standing.state.silenced is not None}
    possible = [name for name in ACTIONS if needs.get(name, True)]
    with st.form(f"act-{standing.rule.id}-{standing.rule.series}", border=False):
        action = st.radio(_("What do you say?"), possible, format_func=lambda name: ACTIONS[name]())
        until_day = st.date_input(_("Silence until"), now.date() + dt.timedelta(days=7), min_value=now.date() + dt.timedelta(days=1))
        end = until_day if action == "silence" and isinstance(until_day, dt.date) else None
        given = signed(_("Enter it in the history"), _("A note for those who read it later"), LONGEST_NOTE)
        if given and done(lambda: desk.act(situation, standing.rule, MOVES[action], *given, end)):
            st.rerun()


def whole_situation(situation: Situation, over_all: Transition | None, now: dt.datetime, writing: bool) -> None:
    """The silence of the whole situation: said where there is one, and set or lifted by a person."""
    if over_all:
        st.info(parts.plain(silenced_words(over_all)), icon=":material/notifications_off:")
    if not writing:
        return
    word = _("Lift the silence of the whole situation") if over_all else _("Silence the whole situation")
    with st.popover(word, icon=":material/notifications_off:"), st.form("act-whole", border=False):
        end: object = None
        if not over_all:
            end = st.date_input(_("Silence until"), now.date() + dt.timedelta(days=7), min_value=now.date() + dt.timedelta(days=1))
        move, until_day = (Move.UNSILENCED, None) if over_all else (Move.SILENCED, end)
        given = signed(word, _("A note for those who read it later"), LONGEST_NOTE)
        if given and done(lambda: desk.act(situation, None, move, *given, until_day if isinstance(until_day, dt.date) else None)):
            st.rerun()


def history_table(entries: Sequence[Transition], names: Names) -> pd.DataFrame:
    """The ledger in words, newest first."""
    newest_first = list(reversed(entries))
    return pd.DataFrame(
        {
            _("Known (UTC)"): [one.at for one in newest_first],
            _("Rule"): [names.get(one.rule, one.rule) or _("all rules") for one in newest_first],
            _("Place"): [parts.place_name(one.series.location) if one.series else "" for one in newest_first],
            _("What"): [move_word(one.move) for one in newest_first],
            _("Severity"): [severity_word(one.severity) if one.move in FIRING else "" for one in newest_first],
            _("Why"): [one.why or one.verdict.sentence for one in newest_first],
            _("Told"): [_told(one) if one.move in FIRING else "" for one in newest_first],
            _("Who"): [one.who for one in newest_first],
        }
    )


def _told(entry: Transition) -> str:
    """Whether people were told of an entry that fires, and if not, why."""
    why = entry.muted or (_("computed afterwards") if telling.afterwards(entry) else "")
    return _("no: {why}").format(why=why) if why else _("yes")


def timeline_chart(shown: Sequence[Span], entries: Sequence[Transition], names: Names, labels: Labels, now: dt.datetime) -> None:
    """The alerts over time, one row a rule and series. `names` are those of rules by id, `labels` those by identity."""

    def row(one: Span | Transition) -> str:
        labelled = labels.get((one.rule, one.series)) if one.series else None
        return labelled or names.get(one.rule, one.rule)

    bars = pd.DataFrame(
        {
            "rule": [row(one) for one in shown],
            "begin": [one.raised.at for one in shown],
            "end": [until(one, now) for one in shown],
            "severity": [severity_word(one.severity) for one in shown],
            "told": [f"{short_day(one.raised.at.date())}: {one.raised.verdict.sentence}" for one in shown],
        }
    )
    told = [one for one in entries if one.move in FIRING and not one.muted]
    marks = pd.DataFrame(
        {
            "rule": [row(one) for one in told],
            "when": [one.at for one in told],
            "told": [f"{short_day(one.at.date())}: {move_word(one.move)}. {one.verdict.sentence}" for one in told],
        }
    )
    look = trend.DARK if st.context.theme.type == "dark" else trend.LIGHT
    alt = timeline.described(sorted(set(bars["rule"])), len(shown))
    st.altair_chart(timeline.chart(bars, marks, look=look), width="stretch", key="timeline", alt=alt)


def reasons(told: Explanation) -> None:
    """The facts behind a verdict, and the figures that were compared."""
    facts = pd.DataFrame(told.facts, columns=[_("Fact"), _("How it was")])
    st.dataframe(facts, hide_index=True, height="content", alt=_("The facts behind the answer"))
    if told.figures:
        st.dataframe(figures_table(told), hide_index=True, alt=_("The figures that were compared, the judged one first"))


def figures_table(told: Explanation) -> pd.DataFrame:
    """The figures of an explanation, the judged one first, then the others from the newest on."""
    ordered = sorted(told.figures, key=lambda one: (one.judged, one.point.period_end), reverse=True)
    names = parts.source_names()
    return pd.DataFrame(
        {
            _("Role"): [_("judged") if one.judged else _("compared with") for one in ordered],
            _("Period"): [period(one.point.period_start, one.point.period_end) for one in ordered],
            _("Value"): [number(one.point.value) for one in ordered],
            _("Status"): [parts.STATUS_WORDS[one.point.status.value]() for one in ordered],
            _("Known on"): [short_day(one.known_at.date()) for one in ordered],
            _("Source"): [names.get(one.series.source, one.series.source) for one in ordered],
            _("Series"): [str(one.series) for one in ordered],
        }
    )
