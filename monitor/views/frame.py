"""What every page stands in: the situation, and the day as known on which everything is shown. Both are in the address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import streamlit as st

from monitor.locale import _, day
from monitor.model import Situation
from monitor.views import address, reader

FIRST_DAY = dt.date(2012, 1, 1)
FIRST_SITUATION = "syria-turkiye-greece"  # the one with bundled figures; without it the first of the folder


@dataclass(frozen=True, slots=True)
class View:
    """What the reader has chosen for all pages."""

    situation: Situation
    as_of: dt.date
    today: dt.date


def choose() -> None:
    """The two choices that hold for all pages, above the page."""
    reader.begin()
    known = reader.all_situations()
    today = reader.today()
    first = min(FIRST_DAY, today)
    address.one("situation", list(known), FIRST_SITUATION if FIRST_SITUATION in known else next(iter(known)))
    address.day("as_of", first, today)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(_("Situation"), list(known), key="situation", format_func=lambda name: known[name].name, width=380)
        st.date_input(
            _("As known on"),
            min_value=first,
            max_value=today,
            key="as_of",
            format="YYYY-MM-DD",
            width=180,
            help=_("Everything on every page is shown as it was known at the end of this day (UTC)."),
        )


def chosen() -> View:
    """The choices as they stand."""
    today = reader.today()
    return View(reader.all_situations()[st.session_state["situation"]], st.session_state["as_of"] or today, today)


def heading(title: str, about: str) -> View:
    """The title of a page, and a word when it shows the past."""
    view = chosen()
    st.title(title, anchor=False)
    st.caption(about)
    if view.as_of < view.today:
        told = _("You see what was known on {day}. Later figures and revisions are hidden.")
        st.info(told.format(day=day(view.as_of)), icon=":material/history:")
    return view
