"""Overview: what is hosted, displaced and arriving, which rules fire, how loud the news is; and how old each figure is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from monitor.alerts.words import severity_word
from monitor.locale import _, number, period, short_day
from monitor.model import Headline, Judgement, Severity
from monitor.series import Figure, newest
from monitor.views import address, frame, parts, reader
from monitor.watch import Standing


def headline_card(headline: Headline, figure: Figure | None, notes: Sequence[str] = ()) -> None:
    """One figure with its date, age, change and sparkline, and what its source says beside it."""
    if figure is None:
        st.metric(headline.label, "–", help=headline.note or None)
        st.caption(parts.why_no_figure(headline.series, view.as_of))
        return
    delta = None
    if figure.change is not None and figure.before_end is not None:
        told = _("{change:+.0%} on {before}")
        delta = told.format(change=figure.change, before=period(figure.before_start or figure.before_end, figure.before_end))
    st.metric(
        headline.label,
        number(figure.value),
        delta,
        delta_color="off",
        help=headline.note or None,
        chart_data=figure.history if len(figure.history) > 1 else None,
        chart_type="line",
    )
    st.caption(parts.freshness(figure))
    if noted := parts.note(figure):
        st.caption(f"◇ {noted}")
    if figure.so_far is not None:
        value, *span = figure.so_far
        st.caption(_("{period} so far: {value} (provisional)").format(period=period(*span), value=number(value)))
    st.caption(f"{parts.source_names().get(figure.key.source, '')} · {parts.known_words(figure)}")
    for note in notes:
        st.text(f"* {note}")  # plain text: it is the source's


def alert_card(standing: Standing) -> None:
    """One open alert: severity, what, and why in one sentence."""
    with st.container(border=True, height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            severity = standing.verdict.severity or standing.rule.severity
            st.badge(severity_word(severity), color=parts.SEVERITY_COLORS[severity])
            st.markdown(f"**{parts.plain(standing.rule.name)}**")
        raised = _("Raised {day}.").format(day=short_day(standing.last_fired.at.date())) if standing.last_fired else ""
        st.markdown(f"{standing.verdict.sentence} {raised}")


view = frame.heading(frame.chosen().situation.name, frame.chosen().situation.about)

troubled = parts.troubled_sources()
if troubled:
    told = _("Last asked, these sources did not answer well, so their last good figures stand: {names}. See Sources.")
    st.warning(told.format(names=", ".join(troubled)), icon=":material/warning:")

st.header(_("Open alerts"), anchor=False)
standings = reader.standings(view.situation, view.as_of)
by_severity = list(reversed(Severity))
firing = sorted(
    (one for one in standings if one.state.is_open or one.verdict.judgement is Judgement.FIRES),
    key=lambda one: by_severity.index(one.verdict.severity or one.rule.severity),
)
silent = [one for one in standings if one.verdict.judgement is Judgement.CANNOT_SAY]
if firing:
    with st.grid(min_column_width=340):
        for standing in firing:
            alert_card(standing)
elif not standings:
    st.info(_("This situation has no rules yet, so nothing can be raised. On Rules you can write one."), icon=":material/help:")
elif not silent:
    st.success(_("No rule fires on the figures known on this day."), icon=":material/check:")
if silent:
    told = _("{n} of {all} rules cannot say, for want of figures or since the newest are too old.")
    if not firing:
        told = _("No rule fires, but {n} of {all} cannot say, for want of figures or since the newest are too old.")
    st.info(told.format(n=len(silent), all=len(standings)), icon=":material/help:")

st.header(_("Headline figures"), anchor=False)
shown = {headline: reader.one_series(view.as_of, headline.series) for headline in view.situation.headlines}
with st.grid(min_column_width=300):
    for headline, figures in shown.items():
        with st.container(border=True, height="stretch"):
            figure = newest(figures, view.as_of)
            latest = figures[figures["period_end"] == pd.Timestamp(figure.period_end)] if figure else figures[:0]
            headline_card(headline, figure, parts.note_texts(latest, view.as_of))
if not shown:
    st.caption(_("The situation's file leads with no figure: Trends has all that are known."))
known = {str(headline.series): figures for headline, figures in shown.items() if len(figures)}
labels = {str(headline.series): headline.label for headline in shown}
if known:
    address.one("figure", list(known), next(iter(known)))
    chosen = st.selectbox(_("Show over time"), list(known), key="figure", format_func=lambda text: labels[text], width=480)
    history = reader.history(view.situation.id, view.as_of)
    parts.trend_chart(known[chosen], view.situation.rules, history, "overview_chart")
    parts.download(parts.exported(known[chosen]), parts.file_name("figures", as_of=view.as_of), "overview_csv")

st.header(_("News volume"), anchor=False)
news = reader.figures(view.as_of, location=(view.situation.id,), indicator=("news_share",))
if len(news):
    parts.trend_chart(news, view.situation.rules, (), "overview_news")
else:
    st.info(parts.why_no_news(view.situation), icon=":material/newspaper:")
