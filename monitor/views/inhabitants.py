"""The switch to figures per thousand inhabitants, and what a reader must know of the inhabitants."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from monitor import denominators, places
from monitor.locale import _
from monitor.model import PlaceKind
from monitor.views import address, parts, reader


def compares_countries(frame: pd.DataFrame) -> bool:
    """Whether the figures are of several countries, and may be set beside their inhabitants."""
    found = [places.find(code) for code in set(frame["location"])]
    countries = [one for one in found if one is not None and one.kind is PlaceKind.COUNTRY]
    return len(countries) > 1 and all(denominators.may_divide(name) for name in set(frame["indicator"]))


def switch(frame: pd.DataFrame, as_of: dt.date, key: str = "per_1000") -> pd.DataFrame | None:
    """The population to divide by, as known on the day, where the reader wants that; the switch is there if countries are compared."""
    comparing = compares_countries(frame)
    address.switch(key, offered=comparing)
    if comparing and st.toggle(_("Per 1,000 inhabitants"), key=key):
        return reader.population(as_of, set(frame["location"]))
    return None


def words(frame: pd.DataFrame, population: pd.DataFrame) -> str:
    """What the figures were divided by: whose count, which years stand in for others, and for which places there is none."""
    divided = denominators.per_thousand(frame, population)
    by = _("Each figure is divided by the inhabitants, refugees among them, in the year of its period ({source}).")
    told = [by.format(source=parts.source_names().get(denominators.SOURCE, denominators.SOURCE))]
    years = ", ".join(_("{used} for {year}").format(used=used, year=year) for year, used in denominators.stand_ins(divided))
    if years:
        told.append(_("Where that year's were not known, the newest known before it stand in: {years}.").format(years=years))
    lacking = ", ".join(parts.place_name(code) for code in denominators.without(divided))
    if lacking:
        told.append(
            _("Some or all figures of these are missing here, not zero, for want of a population: {places}.").format(places=lacking)
        )
    return " ".join(told)
