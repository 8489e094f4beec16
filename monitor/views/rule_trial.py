"""A rule tried on history: what it would have told on figures as known then, and how often it was right."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor.alerts import scorecard
from monitor.alerts.words import severity_word
from monitor.backtests import COMPUTED, DOCUMENTED, Trial
from monitor.locale import _, number
from monitor.model import Move, Rule
from monitor.series import as_written
from monitor.store import read
from monitor.views import desk, parts, reader
from monitor.views.frame import View


def shown(rule: Rule, view: View) -> None:
    """The alerts that the rule would have told, on the chart of its series and in a table, with its scorecard."""
    figures = as_written(reader.parts_of_series(view.as_of, rule.series), rule.series)
    if figures.empty:
        st.info(_("No figure of this series is known on this day."), icon=":material/search_off:")
        return
    trial = desk.tried(rule, view.as_of)
    told = trial.replay.told
    years = max(1.0, (figures["period_end"].max() - figures["period_start"].min()).days / 365.25)
    with st.grid(min_column_width=150):
        st.metric(_("Alerts told"), number(len(told)))
        st.metric(_("A year"), number(round(len(told) / years, 2)))
        st.metric(_("Of them because it got worse"), number(sum(one.move is Move.ESCALATED for one in told)))
        st.metric(_("Undone by a revision"), number(sum(one.move is Move.UNDONE for one in trial.replay.entries)))
    st.markdown(_("Now: {sentence}").format(sentence=desk.judged(rule, read.end_of(view.as_of)).sentence))
    parts.trend_chart(figures, [rule], trial.replay.entries, "rule_chart")
    st.caption(str(trial.replay.note))
    _scorecard(trial)
    if told:
        st.dataframe(
            pd.DataFrame(
                {
                    _("Known (UTC)"): [one.at.date() for one in reversed(told)],
                    _("Severity"): [severity_word(one.severity) for one in reversed(told)],
                    _("Why"): [one.verdict.sentence for one in reversed(told)],
                }
            ),
            hide_index=True,
            height=240,
            alt=_("The alerts that the rule would have told"),
        )


LABELS = {COMPUTED: lambda: _("Episodes computed from the figures"), DOCUMENTED: lambda: _("Crises documented by others")}


def _scorecard(trial: Trial) -> None:
    """How often it was right, held against each label that there is for the series."""
    if not trial.labels:
        st.caption(_("Nothing to hold it against: no episodes are computed of such figures, and no documented crisis names the place."))
        return
    cases = [trial.case(label) for label in trial.labels]
    measured = [(scorecard.tally([case]), scorecard.intervals([case])) for case in cases]
    counted = [one for one, _around in measured]
    st.dataframe(
        pd.DataFrame(
            {
                _("Held against"): [LABELS[label]() for label in trial.labels],
                _("Precision"): [scorecard.with_interval(scorecard.shown(one.precision), "precision", each) for one, each in measured],
                _("Recall"): [scorecard.with_interval(scorecard.shown(one.recall), "recall", each) for one, each in measured],
                _("Right"): [_("{right} of {all} alerts").format(right=one.right, all=one.alerts) for one in counted],
                _("Caught"): [_("{caught} of {all} episodes").format(caught=one.caught, all=one.episodes) for one in counted],
                _("Median delay (months)"): [number(one.median_delay) for one in counted],
                _("Worst"): [number(one.worst_delay) for one in counted],
                _("Days until known"): [number(one.median_days) for one in counted],
            }
        ),
        hide_index=True,
        alt=_("How often the rule would have been right"),
    )
    st.caption(_("In brackets the interval of 95 % of a bootstrap; few episodes make it wide. docs/scorecard.md says what is measured."))
