"""Trends: one indicator over time for the places and origins of your choice; its revisions, its table, its file."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor import denominators
from monitor.locale import _, number, period, short_day
from monitor.model import INDICATORS, SeriesKey
from monitor.series import MOST_POINTS, revisions
from monitor.views import address, frame, inhabitants, parts, reader

ALL_ORIGINS = "all"
MOST_PLACES, MOST_ORIGINS, MOST_BREAKDOWNS = 8, 8, 8  # lines that a reader can still tell apart


def origin_name(code: str) -> str:
    """An origin in words; the empty one is every origin together."""
    return _("All origins together") if code == ALL_ORIGINS else parts.place_name(code)


def default_places(codes: list[str], preferred: list[str]) -> list[str]:
    """The places of the headlines that have this indicator, else the first place."""
    return list(dict.fromkeys(code for code in preferred if code in codes))[:MOST_PLACES] or codes[:1]


def revision_table(keys: list[SeriesKey]) -> pd.DataFrame:
    """The figures whose value changed after they were first known."""
    changed = revisions(reader.vintages(keys), view.as_of)
    names = parts.series_names(keys)
    return pd.DataFrame(
        {
            _("Series"): [names[row.key] for row in changed],
            _("Period"): [period(row.period_start, row.period_end) for row in changed],
            _("Was"): [number(row.before) for row in changed],
            _("Known on"): [short_day(row.before_known.date()) for row in changed],
            _("Is"): [number(row.value) for row in changed],
            _("Since"): [short_day(row.known.date()) + (" " + _("(estimated)") if row.known_estimated else "") for row in changed],
            _("Change"): [f"{(row.value - row.before) / row.before:+.1%}" if row.before else "" for row in changed],
        }
    )


view = frame.heading(_("Trends"), _("Pick an indicator, places and a period. What you see is what the file holds."))
locations = sorted(view.situation.places)
stored = set(reader.choices("indicator", location=locations))
if not stored:
    st.info(_("No figures of this situation yet. `python -m monitor refresh` asks the sources."), icon=":material/search_off:")
    st.stop()
indicators = [name for name in INDICATORS if name in stored]

first_headline = next((one.series.indicator for one in view.situation.headlines if one.series.indicator in indicators), indicators[0])
with st.grid(min_column_width=260):
    address.one("indicator", indicators, first_headline)
    indicator = st.selectbox(_("Indicator"), indicators, key="indicator", format_func=parts.indicator_name)
    codes = sorted(reader.choices("location", indicator=(indicator,), location=locations), key=parts.place_name)
    preferred = [headline.series for headline in view.situation.headlines if headline.series.indicator == indicator]
    address.several("place", codes, default_places(codes, [key.location for key in preferred]), MOST_PLACES)
    chosen_places = st.multiselect(
        _("Places"), codes, key="place", format_func=parts.place_name, placeholder=_("Choose places"), max_selections=MOST_PLACES
    )
    origins = [code or ALL_ORIGINS for code in reader.choices("origin", indicator=(indicator,), location=chosen_places)] or [ALL_ORIGINS]
    origins.sort(key=lambda code: (code != ALL_ORIGINS, parts.place_name(code)))
    shown_origin = next((key.origin or ALL_ORIGINS for key in preferred if (key.origin or ALL_ORIGINS) in origins), origins[0])
    address.several("origin", origins, [shown_origin], MOST_ORIGINS)
    chosen_origins = st.multiselect(_("Country of origin"), origins, key="origin", format_func=origin_name, max_selections=MOST_ORIGINS)

st.caption(f"{_(INDICATORS[indicator].about)} {_('Measure')}: {INDICATORS[indicator].measure}.")
asked = {"location": chosen_places, "origin": ["" if code == ALL_ORIGINS else code for code in chosen_origins]}
breakdowns = reader.choices("breakdown", indicator=(indicator,), **asked)
if len(breakdowns) > 1:
    address.several("by", breakdowns, breakdowns[:MOST_BREAKDOWNS], MOST_BREAKDOWNS)
    asked["breakdown"] = st.multiselect(
        _("By"), breakdowns, key="by", format_func=lambda text: text or _("in all"), max_selections=MOST_BREAKDOWNS
    )
found = reader.figures(view.as_of, indicator=(indicator,), **asked)
if found.empty:
    st.info(_("No figure of this choice was known on this day."), icon=":material/search_off:")
    st.stop()

years = list(range(found["period_end"].dt.year.min(), found["period_end"].dt.year.max() + 1))
with st.container(horizontal=True):
    address.one("from", years, years[0])
    first = st.selectbox(_("From year"), years, key="from", width=140)
    later = [year for year in years if year >= first]
    address.one("to", later, later[-1])
    last = st.selectbox(_("To year"), later, key="to", width=140)
found = found[found["period_end"].dt.year.between(first, last)]

if found.empty:
    st.info(_("No figure of this choice lies in these years."), icon=":material/search_off:")
    st.stop()

population = inhabitants.switch(found, view.as_of)
drawn = found if population is None else denominators.with_a_share(found, population)
if drawn.empty:
    st.info(_("No population of these places and years was known on this day."), icon=":material/search_off:")
else:
    parts.trend_chart(drawn, view.situation.rules, reader.history(view.situation.id, view.as_of), "trend_chart", population)
if population is None:
    st.caption(
        _(
            "A ring is a provisional figure, a gap a missing one, a triangle the period that raised an alert, a diamond a figure with a note."
        )
    )
elif len(drawn):
    st.caption(
        _(
            "A ring is a provisional figure, a gap a missing one, a diamond a figure with a note. Alert levels, which are of figures, are left out."
        )
    )
    st.caption(inhabitants.words(found, population))
if len(found) > MOST_POINTS:
    st.caption(_("The chart shows fewer points than the file has: the last of each week or month."))

parts.notes_beside(found, view.as_of)

table = parts.exported(found, population)
st.dataframe(
    table,
    hide_index=True,
    height=320,
    column_order=[name for name in parts.table_columns() if name in table],
    column_config=parts.table_columns(),
    alt=_("The figures of the chart"),
)
per = () if population is None else ("per_1000",)
parts.download(table, parts.file_name(indicator, *per, *chosen_places, as_of=view.as_of), "trend_csv")

keys = [SeriesKey(*row) for row in found[list(SeriesKey._fields)].drop_duplicates().itertuples(index=False)]
changed = revision_table(keys)
st.header(_("Revisions"), anchor=False)
if changed.empty:
    st.caption(_("No figure of these series has changed since it was first known."))
else:
    st.dataframe(changed, hide_index=True, alt=_("Figures that were revised"))
