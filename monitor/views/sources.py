"""Sources: what each is, on which terms, how it last did, and what it could not make sense of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from monitor.locale import _, number
from monitor.model import through
from monitor.views import frame, parts, reader

OUTCOMES: Mapping[str, tuple[Callable[[], str], parts.Color]] = {
    "ok": (lambda: _("well"), "green"),
    "partial": (lambda: _("in part"), "orange"),
    "degraded": (lambda: _("answered with nothing"), "orange"),
    "failed": (lambda: _("failed"), "red"),
    "switched off": (lambda: _("switched off"), "gray"),
}


def run_words(run: Mapping[str, Any]) -> str:
    """What the last run came to, in numbers."""
    counts = (
        (_("new"), run["new"] + run["mentions_new"]),
        (_("same"), run["same"] + run["mentions_same"]),
        (_("revised"), run["revised"]),
        (_("settled"), run["settled"]),
        (_("set aside"), run["set_aside"]),
    )
    return " · ".join(f"{word} {number(count)}" for word, count in counts)


def source_card(source: Mapping[str, Any], run: Mapping[str, Any] | None) -> None:
    """One source."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**[{source['name']}]({source['home']})**")
            if run is not None:
                word, color = OUTCOMES[run["outcome"]]
                st.badge(word(), color=color)
            elif through(source["id"]) in names:
                st.badge(_("came through {source}").format(source=names[through(source["id"])]), color="gray")
            else:
                bundled = source["cadence_seconds"] != source["cadence_seconds"]
                st.badge(_("bundled figures only") if bundled else _("not asked yet"), color="gray")
            if source["non_commercial"]:
                st.badge(_("non-commercial use only"), color="orange")
        st.markdown(source["about"])
        newest = newest_periods.get(source["id"])
        told = _("Newest period ends {day}.").format(day=newest.isoformat()) if newest else _("No figures.")
        if not pd.isna(source["lag_days"]) and source["lag_days"]:
            told += " " + _("Usually known {days} days after a period ends.").format(days=number(source["lag_days"]))
        st.caption(f"{told} {_('Licence')}: {source['licence']}. {_('Cite as')}: {source['citation']}.")
        if source["terms"]:
            st.caption(_("Terms: {terms}").format(terms=source["terms"]))
        if run is not None:
            last_run(source["id"], run)


def last_run(source: str, run: Mapping[str, Any]) -> None:
    """When a source was last asked, when that last went well, and what went wrong in plain words."""
    asked = f"{run['finished_at']:%Y-%m-%d %H:%M} UTC"
    good = f"{run['last_good']:%Y-%m-%d %H:%M} UTC" if not pd.isna(run["last_good"]) else _("never")
    st.caption(_("Asked {asked}, last well {good}: {counts}").format(asked=asked, good=good, counts=run_words(run)))
    for message in filter(None, run["messages"].split("\n")):
        st.text(f"⚠ {message}")  # plain text: it may quote an upstream's answer
    if run["set_aside"]:
        with st.expander(_("Set aside: {n}").format(n=number(run["set_aside"])), on_change="rerun", key=f"aside_{source}") as rows:
            if rows.open:
                st.dataframe(reader.rows_set_aside(source), hide_index=True, alt=_("Rows set aside, with reasons"))


view = frame.heading(_("Sources"), _("Where the figures come from, on which terms, and how each source last did."))
runs = {row["source"]: row for row in reader.last_runs().to_dict("records")}
newest_periods = reader.newest_periods(view.as_of)
if not runs:
    st.info(_("Nothing has been asked yet: all figures are bundled. `python -m monitor refresh` asks the sources."), icon=":material/info:")
table = reader.sources()
names = parts.source_names()
for one in table.to_dict("records"):
    source_card(one, runs.get(one["id"]))
parts.download(table.drop(columns=["cadence_seconds", "lag_days", "key_from"]), parts.file_name("sources", as_of=view.as_of), "sources_csv")
