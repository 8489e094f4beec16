"""The one cached reader: keyed by the version of the store, so a page is fresh right after a refresh and free otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import streamlit as st

from monitor import corrections, denominators, rulebook, situations, watch
from monitor import settings as environment
from monitor.corrections import Correction
from monitor.model import SeriesKey, Situation, Transition
from monitor.model import parts as parts_of
from monitor.prepare import prepare
from monitor.settings import Settings
from monitor.store import Store, ledger, read, runs

Where = tuple[tuple[str, tuple[str, ...]], ...]

VERSION = "store_version"


@st.cache_resource(show_spinner=False)
def opened() -> tuple[Settings, Store]:
    """The settings and the store of this installation."""
    settings = environment.load()
    return settings, prepare(settings)


def today() -> dt.date:
    """The day of the clock, which a replay can set."""
    return opened()[0].clock().date()


def begin() -> None:
    """Look up the version of the store, once in each run of a page: all that the page shows is of one state of it."""
    st.session_state[VERSION] = _stored_version()


def version() -> int:
    """The version of the store as the page began (outside a page: as it is): what is cached is kept by it."""
    begun = st.session_state.get(VERSION)
    return _stored_version() if begun is None else int(begun)


def _stored_version() -> int:
    return runs.version(opened()[1])


def all_situations() -> Mapping[str, Situation]:
    """Every situation by id, with the rules that people saved beside those of its file."""
    return _all_situations(version())


@st.cache_resource(max_entries=2, show_spinner=False)
def _all_situations(version: int) -> Mapping[str, Situation]:
    settings, store = opened()
    return rulebook.all_filled(store, situations.load_all(settings.seeds_dir / "situations"))


@st.cache_resource(show_spinner=False)
def known_errors() -> Sequence[Correction]:
    """The corrections and notes on figures that the seeds hold."""
    return corrections.load_all(opened()[0].seeds_dir / "corrections")


def figures(as_of: dt.date, **where: Sequence[str]) -> pd.DataFrame:
    """Figures as known on a day; `where` maps parts of the series key to allowed values."""
    return _figures(version(), as_of, tuple((name, tuple(values)) for name, values in sorted(where.items())))


@st.cache_data(max_entries=200, show_spinner=False)
def _figures(version: int, as_of: dt.date, where: Where) -> pd.DataFrame:
    return read.figures(opened()[1], as_of, dict(where))


def one_series(as_of: dt.date, key: SeriesKey) -> pd.DataFrame:
    """The figures of one series."""
    return figures(as_of, **{name: (part,) for name, part in key._asdict().items()})


def parts_of_series(as_of: dt.date, key: SeriesKey) -> pd.DataFrame:
    """The figures of the series that a rule names; of a sum such as `sea+land`, those of its parts."""
    return pd.concat([one_series(as_of, part) for part in parts_of(key)], ignore_index=True)


def population(as_of: dt.date, locations: Iterable[str]) -> pd.DataFrame:
    """The inhabitants of some places by year, as known on a day."""
    return figures(as_of, source=(denominators.SOURCE,), indicator=(denominators.POPULATION,), location=tuple(sorted(locations)))


def vintages(keys: Sequence[SeriesKey]) -> pd.DataFrame:
    """Every vintage of these series."""
    return _vintages(version(), tuple(keys))


@st.cache_data(max_entries=50, show_spinner=False)
def _vintages(version: int, keys: tuple[SeriesKey, ...]) -> pd.DataFrame:
    return read.vintages(opened()[1], keys)


def choices(part: str, **where: Sequence[str]) -> list[str]:
    """The different values of one part of the series key among the stored series."""
    return _choices(version(), part, tuple((name, tuple(values)) for name, values in sorted(where.items())))


@st.cache_data(max_entries=100, show_spinner=False)
def _choices(version: int, part: str, where: Where) -> list[str]:
    return read.choices(opened()[1], part, dict(where))


def notes(as_of: dt.date, **where: Sequence[str]) -> pd.DataFrame:
    """What sources say beside these figures, as known on a day."""
    return _notes(version(), as_of, tuple((name, tuple(values)) for name, values in sorted(where.items())))


@st.cache_data(max_entries=100, show_spinner=False)
def _notes(version: int, as_of: dt.date, where: Where) -> pd.DataFrame:
    return read.notes(opened()[1], as_of, dict(where))


def mentions(situation: str, as_of: dt.date) -> pd.DataFrame:
    """The newest articles of a situation known on a day."""
    return _mentions(version(), situation, as_of)


@st.cache_data(max_entries=20, show_spinner=False)
def _mentions(version: int, situation: str, as_of: dt.date) -> pd.DataFrame:
    return read.mentions(opened()[1], situation, as_of)


def standings(situation: Situation, as_of: dt.date) -> list[watch.Standing]:
    """Every rule of a situation as it stands on a day."""
    return _standings(version(), situation.id, as_of)


@st.cache_data(max_entries=50, show_spinner=False)
def _standings(version: int, situation: str, as_of: dt.date) -> list[watch.Standing]:
    return watch.standings(opened()[1], all_situations()[situation], read.end_of(as_of))


def history(situation: str, as_of: dt.date) -> list[Transition]:
    """The ledger of a situation up to a day, oldest first."""
    return _history(version(), situation, as_of)


@st.cache_data(max_entries=50, show_spinner=False)
def _history(version: int, situation: str, as_of: dt.date) -> list[Transition]:
    return ledger.entries(opened()[1], situation, read.end_of(as_of))


def sources() -> pd.DataFrame:
    """What each source says of itself."""
    return _sources(version())


@st.cache_data(max_entries=2, show_spinner=False)
def _sources(version: int) -> pd.DataFrame:
    return read.sources(opened()[1])


def last_runs() -> pd.DataFrame:
    """The newest run of each source that has been asked."""
    return _last_runs(version())


@st.cache_data(max_entries=2, show_spinner=False)
def _last_runs(version: int) -> pd.DataFrame:
    return read.last_runs(opened()[1])


def newest_periods(as_of: dt.date) -> Mapping[str, dt.date]:
    """The end of the newest period of each source."""
    return _newest_periods(version(), as_of)


@st.cache_data(max_entries=20, show_spinner=False)
def _newest_periods(version: int, as_of: dt.date) -> Mapping[str, dt.date]:
    return read.newest_periods(opened()[1], as_of)


def rows_set_aside(source: str) -> pd.DataFrame:
    """What the newest run of a source set aside."""
    return read.rows_set_aside(opened()[1], source)
