"""Pieces that several pages show: freshness, series names, the trend chart with its table and file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from monitor import corrections, denominators, export, places
from monitor.charts import trend
from monitor.locale import _, number, period, share, short_day
from monitor.model import FIRING, INDICATORS, Measure, Outcome, Rule, SeriesKey, Situation, Transition, through
from monitor.series import Figure, thinned, with_gaps
from monitor.views import reader

MOST_TICKS = 8
MOST_NOTES = 5  # below one chart; the table and the file have them all
FARTHEST_LEVEL = 3.0  # times the highest figure
MARKDOWN = "\\`*_[]!$:#<>~|"  # what begins something in it, round brackets and quotes aside
STATUS_WORDS = {
    "reported": lambda: _("reported"),
    "provisional": lambda: _("provisional"),
    "estimated": lambda: _("estimated"),
    "projected": lambda: _("projected"),
    "not_reported": lambda: _("not reported"),
}
Color = Literal["red", "orange", "green", "violet", "gray"]
SEVERITY_COLORS: Mapping[str, Color] = {"medium": "orange", "high": "red", "critical": "violet"}


def indicator_name(indicator: str) -> str:
    """An indicator in the reader's language."""
    return _(INDICATORS[indicator].name)


def source_names() -> Mapping[str, str]:
    """The names of sources by id."""
    frame = reader.sources()
    return dict(zip(frame["id"], frame["name"], strict=True))


def troubled_sources() -> list[str]:
    """The names of the sources whose last run ended with a fault."""
    runs = reader.last_runs()
    bad = runs[~runs["outcome"].isin(["ok", "switched off"])]["source"]
    return [source_names().get(name, name) for name in bad]


def why_no_figure(series: SeriesKey, as_of: dt.date) -> str:
    """Why a series has no figure to show on a day, as far as the store can tell."""
    runs = reader.last_runs().set_index("source")["outcome"]
    asked = runs.get(through(series.source) or series.source)
    name = source_names().get(series.source, series.source)
    if len(reader.one_series(reader.today(), series)):
        told = _("No figure known on this day: the first became known later, or all are of unfinished periods.")
    elif asked is None:
        told = _("No figure known on this day: {source} has not been asked yet.")
    elif asked == Outcome.OFF:
        told = _("No figure known on this day: {source} is switched off, since it needs a key.")
    elif asked in (Outcome.OK, Outcome.BUNDLED):
        told = _("No figure known on this day: {source} was asked and has none.")
    else:
        told = _("No figure known on this day: {source} did not answer well when it was last asked.")
    return told.format(source=name)


def why_no_news(situation: Situation) -> str:
    """Why a situation has no news volume."""
    if not situation.queries:
        return _("No news volume: the situation's file has no query to ask GDELT with.")
    return _("No news figures yet. `python -m monitor refresh` asks GDELT and the feeds; nothing is bundled.")


def place_name(code: str) -> str:
    """A place or a situation by its name."""
    known = reader.all_situations()
    return known[code].name if code in known else places.name(code)


def plain(text: str, but: str = "") -> str:
    """What a person wrote, so that markdown shows it as it is; the characters in `but` are left to Streamlit to escape."""
    return "".join(f"\\{one}" if one in MARKDOWN and one not in but else one for one in " ".join(str(text).split()))


def rule_names(rules: Sequence[Rule]) -> dict[tuple[str, SeriesKey], str]:
    """The name of each rule by its identity; of one on several series with what tells this series from the others."""
    found = {}
    for rule in rules:
        beside = [one.series for one in rules if one.id == rule.id]
        found[rule.identity] = f"{rule.name} · {series_names(beside)[rule.series]}" if len(beside) > 1 else rule.name
    return found


def series_names(keys: Sequence[SeriesKey]) -> dict[SeriesKey, str]:
    """Series in words, each by what tells it from the others: indicator, place, origin, breakdown, source."""
    words = {key: _words(key) for key in dict.fromkeys(keys)}
    varying = [len({parts[n] for parts in words.values()}) > 1 for n in range(5)]
    if not any(varying):
        varying = [True, True, True, True, False]
    return {key: " · ".join(part for part, shown in zip(parts, varying, strict=True) if shown and part) for key, parts in words.items()}


def _words(key: SeriesKey) -> tuple[str, str, str, str, str]:
    known = reader.all_situations()
    place, breakdown = place_name(key.location), key.breakdown
    if key.location in known:  # of news: the query says more than the situation does
        place = next((query.name for query in known[key.location].queries if query.id == breakdown), place)
    by = {"all": _("sea and land"), "sea": _("by sea"), "land": _("by land")}.get(breakdown, "" if key.location in known else breakdown)
    origin = _("from {place}").format(place=place_name(key.origin)) if key.origin not in ("", key.location) else ""
    return indicator_name(key.indicator), place, origin, by, source_names().get(key.source, key.source)


def age(days: int) -> str:
    """An age in the largest sensible unit."""
    if days < 0:
        return _("period not over")
    if days < 60:
        return _("{n} days old").format(n=days)
    if days < 730:
        return _("{n} months old").format(n=round(days / 30.44))
    return _("{n} years old").format(n=number(round(days / 365.25, 1)))


def freshness(figure: Figure) -> str:
    """As-of date, age, status and origin of a figure in one line."""
    parts = [f"**{period(figure.period_start, figure.period_end)}**", age(figure.age_days)]
    if figure.status != "reported":
        parts.append(STATUS_WORDS[figure.status]())
    if figure.qualifier:
        parts.append(figure.qualifier)
    if figure.bundled:
        parts.append(_("bundled"))
    return " · ".join(parts)


def note(figure: Figure) -> str:
    """What is known to be wrong with a figure, or of a break in its series; empty for nearly all."""
    span = figure.period_start, figure.period_end
    return corrections.note(reader.known_errors(), figure.key, *span, figure.value, figure.qualifier)


def known_words(figure: Figure) -> str:
    """When a figure was known, and how sure that date is."""
    told = _("known {day} (estimated)") if figure.known_estimated else _("known {day}")
    return told.format(day=short_day(figure.known_at.date()))


def plotted(frame: pd.DataFrame, population: pd.DataFrame | None = None) -> pd.DataFrame:
    """A frame of figures with what the chart needs: gaps, a position in time, texts for the tooltip.

    With a population the values are per thousand inhabitants, and the tooltip says of how many.
    """
    regular = with_gaps(thinned(frame))
    keys = [SeriesKey(*row) for row in zip(*(regular[name] for name in SeriesKey._fields), strict=True)]
    names = series_names(keys)
    spans = list(zip(regular["period_start"].dt.date, regular["period_end"].dt.date, strict=True))
    running = regular["indicator"].map(lambda name: INDICATORS[name].measure in (Measure.STOCK, Measure.CUMULATIVE))
    values, told = regular["value"], [number(value) for value in regular["value"]]
    if population is not None:
        divided = denominators.per_thousand(regular, population)
        values, told = divided["per_1000"], _told_shares(divided)
    return pd.DataFrame(
        {
            "when": regular["period_end"].where(running, regular["period_start"]),
            "value": values,
            "name": [names[key] for key in keys],
            "told_period": [period(*span) for span in spans],
            "told_value": told,
            "told_status": [STATUS_WORDS[status]() for status in regular["status"]],
            "told_known": _known_days(regular),
            "told_note": corrections.notes(regular, reader.known_errors()),
            "firm": (regular["status"] != "provisional").astype(bool),
        }
    )


def _told_shares(divided: pd.DataFrame) -> list[str]:
    """Figures per thousand inhabitants in words: the share, the figure, and the population with its year."""
    told = _("{share} ({value} among {population} inhabitants in {year})")
    columns = (divided[name] for name in ("per_1000", "value", "population", "population_year"))
    return [
        told.format(share=share(per), value=number(value), population=number(people), year=year) if per == per else number(None)
        for per, value, people, year in zip(*columns, strict=True)
    ]


def _known_days(frame: pd.DataFrame) -> pd.Series:
    """The days on which figures were known, with a word where that day is estimated."""
    days = frame["known_at"].dt.strftime("%Y-%m-%d").fillna("")
    return days.where(~frame["known_estimated"].fillna(False).astype(bool), days + " " + _("(estimated)"))


def levels(rules: Sequence[Rule], keys: Sequence[SeriesKey], highest: float) -> pd.DataFrame:
    """The levels of threshold rules on these series. One far above the figures would flatten them, and is left out."""
    above = [rule.condition.parameters.get("above") for rule in rules if rule.series in keys and "of" not in rule.condition.parameters]
    rows = [
        (float(level), _("Alert level: {level}").format(level=number(level)))
        for level in above
        if level is not None and level <= FARTHEST_LEVEL * highest
    ]
    return pd.DataFrame(rows, columns=["value", "label"])


def alert_marks(history: Sequence[Transition], keys: Sequence[SeriesKey], figures: pd.DataFrame) -> pd.DataFrame:
    """Where in the chart the alerts of these series were raised: at the period that raised them."""
    shown = set(zip(figures["when"], figures["value"], strict=True))
    only = dict(zip(figures["when"], figures["value"], strict=True)) if len(keys) == 1 else {}
    rows = []
    for one in history:
        verdict = one.verdict
        if one.move in FIRING and one.series is not None and one.series in keys and verdict.period_end and verdict.period_start:
            running = INDICATORS[one.series.indicator].measure in (Measure.STOCK, Measure.CUMULATIVE)
            when = pd.Timestamp(verdict.period_end if running else verdict.period_start)
            # A rule may judge another value than the figure, such as a mean: then the mark stands on the figure.
            value = verdict.value if (when, verdict.value) in shown else only.get(when)
            if value is not None and value == value:
                rows.append((when, value, f"{short_day(one.at.date())}: {verdict.sentence}"))
    return pd.DataFrame(rows, columns=["when", "value", "told"]).drop_duplicates(["when", "value"])


def note_marks(figures: pd.DataFrame) -> pd.DataFrame:
    """Where in the chart a figure has a note: a known error of its source, or a break in the series."""
    noted = figures[(figures["told_note"] != "") & figures["value"].notna()]
    return noted[["when", "value"]].assign(told=noted["told_note"])


def year_ends(frame: pd.DataFrame) -> list[dt.date]:
    """The ends of years to label in a chart of yearly stocks, at most MOST_TICKS of them, the last among them."""
    ends = frame[(frame["frequency"] == "year") & (frame["period_start"] == frame["period_end"])]["period_end"]
    days = sorted({end.date() for end in ends if end.month == 12})
    return days[:: -max(1, -(-len(days) // MOST_TICKS))][::-1]


def trend_chart(
    frame: pd.DataFrame, rules: Sequence[Rule], history: Sequence[Transition], key: str, population: pd.DataFrame | None = None
) -> None:
    """The chart of a frame of figures of one unit, with the rules' levels and the alerts.

    With a population it is of figures per thousand inhabitants; levels and alerts, which are of the figures, are left out.
    """
    figures = plotted(frame, population)
    keys = [SeriesKey(*row) for row in frame[list(SeriesKey._fields)].drop_duplicates().itertuples(index=False)]
    indicator = INDICATORS[frame["indicator"].iloc[0]]
    first, last = short_day(figures["when"].min().date()), short_day(figures["when"].max().date())
    made = trend.chart(
        figures,
        unit=_(indicator.unit) if population is None else _("{unit} per 1,000 inhabitants").format(unit=_(indicator.unit)),
        ratio=indicator.measure is Measure.RATIO or population is not None,
        look=trend.DARK if st.context.theme.type == "dark" else trend.LIGHT,
        levels=levels(rules, keys, figures["value"].max()) if population is None else None,
        alerts=alert_marks(history, keys, figures) if population is None else None,
        notes=note_marks(figures),
        ticks=year_ends(frame),
    )
    st.altair_chart(made, width="stretch", key=key, alt=trend.described(list(figures["name"].unique()), first, last))
    for row in figures[figures["told_note"] != ""].tail(MOST_NOTES).itertuples():
        st.caption(f"◇ {row.told_period}: {row.told_note}")


def exported(frame: pd.DataFrame, population: pd.DataFrame | None = None) -> pd.DataFrame:
    """The figures with the columns of the file; with a population also those of figures per thousand inhabitants."""
    names = {name: one.name for name, one in reader.all_situations().items()}
    if population is not None:
        return export.per_thousand(frame, population, reader.sources(), names, reader.known_errors())
    return export.figures(frame, reader.sources(), names, reader.known_errors())


def notes_of(frame: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """What the sources say beside these figures: the notes that hold for a series of the frame and one of its periods."""
    if frame.empty:
        return pd.DataFrame()
    where = {name: tuple(frame[name].unique()) for name in ("source", "indicator", "location", "origin")}
    said = reader.notes(as_of, **where)
    return said[[_concerns(note, frame) for note in said.to_dict("records")]]


def note_texts(frame: pd.DataFrame, as_of: dt.date) -> list[str]:
    """The texts of the notes on these figures, each once."""
    said = notes_of(frame, as_of)
    return list(dict.fromkeys(said["text"])) if len(said) else []


def _concerns(note: Mapping[str, Any], frame: pd.DataFrame) -> bool:
    held = (frame["source"] == note["source"]) & frame["period_end"].between(note["first_day"], note["last_day"])
    for name in ("indicator", "location", "origin"):
        if note[name]:
            held &= frame[name] == note[name]
    return bool(held.any())


def notes_beside(frame: pd.DataFrame, as_of: dt.date) -> None:
    """The sources' own notes on the figures shown, in plain text: it is theirs, and may hold anything."""
    said = notes_of(frame, as_of)
    if said.empty:
        return
    st.caption(_("What the source says of these figures:"))
    for (text, origin, location), notes in said.groupby(["text", "origin", "location"], sort=False):
        years = ", ".join(_years(first, last) for first, last in sorted(set(zip(notes["first_day"], notes["last_day"], strict=True))))
        concerned = [place_name(location)] if location else []
        concerned += [_("from {place}").format(place=place_name(origin))] if origin else []
        st.text(f"{' '.join(concerned)} {years}: {text}".strip())


def _years(first: pd.Timestamp, last: pd.Timestamp) -> str:
    return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"


def table_columns() -> Mapping[str, Any]:
    """How a table of figures shows its columns, in this order; those that a table does not have are passed over."""
    column = st.column_config
    return {
        "location_name": column.TextColumn(_("Place")),
        "origin_name": column.TextColumn(_("Origin")),
        "breakdown": column.TextColumn(_("By"), width="small"),
        "period_start": column.DateColumn(_("From"), format="YYYY-MM-DD"),
        "period_end": column.DateColumn(_("To"), format="YYYY-MM-DD"),
        "value": column.NumberColumn(_("Value"), format="localized"),
        "unit": column.TextColumn(_("Unit")),
        "per_1000": column.NumberColumn(_("Per 1,000 inhabitants"), format="%.3g"),
        "population": column.NumberColumn(_("Inhabitants"), format="localized"),
        "population_year": column.NumberColumn(_("Inhabitants in"), format="%d"),
        "status": column.TextColumn(_("Status")),
        "qualifier": column.TextColumn(_("Remark")),
        "known_at": column.DatetimeColumn(_("Known on (UTC)"), format="YYYY-MM-DD", timezone="UTC"),
        "known_at_estimated": column.CheckboxColumn(_("Estimated"), help=_("Whether the day known is the period's end and the usual lag")),
        "citation": column.TextColumn(_("Source"), width="medium"),
        "source_url": column.TextColumn(_("Address or citation"), width="medium"),
        "licence": column.TextColumn(_("Licence")),
        "population_citation": column.TextColumn(_("Source of the inhabitants"), width="medium"),
        "correction": column.TextColumn(_("Note"), width="medium", help=_("A known error of the source, or a break in the series")),
        "non_commercial": column.CheckboxColumn(_("Non-commercial"), help=_("Whether the source allows non-commercial use only")),
    }


def download(frame: pd.DataFrame, file_name: str, key: str) -> None:
    """A button that makes the CSV of this very frame when it is pressed."""
    st.download_button(
        _("Download CSV"),
        lambda: export.csv(frame, mark=True),
        file_name=file_name,
        mime="text/csv",
        key=key,
        on_click="ignore",
        icon=":material/download:",
    )


def file_name(*parts: str, as_of: dt.date) -> str:
    """A file name that says what is in it and as known on which day."""
    return "_".join((*parts, as_of.isoformat())) + ".csv"
