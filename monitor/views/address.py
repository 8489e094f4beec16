"""Deep links: what a reader chooses stands in the address as short codes, and the address restores it.

Streamlit's own binding writes the labels of options, which change with the language; codes do not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

T = TypeVar("T")
ON = "yes"  # of a switch


def one(key: str, options: Sequence[T], default: T) -> None:
    """Set the state of a single choice before its widget is drawn: as chosen, else as addressed, else the default."""
    chosen = [st.session_state[key]] if key in st.session_state else _addressed(key, options)
    st.session_state[key] = next((value for value in chosen if value in options), default)
    _write(key, [st.session_state[key]], [default])


def several(key: str, options: Sequence[T], default: Sequence[T], most: int) -> None:
    """Set the state of a multiple choice of at most `most`, keeping only what can be chosen. An empty choice of the reader stays empty."""
    chosen = list(st.session_state[key]) if key in st.session_state else _addressed(key, options) or list(default)
    possible = [value for value in chosen if value in options][:most]
    st.session_state[key] = possible if possible or not chosen else list(default)
    _write(key, st.session_state[key], default)


def switch(key: str, *, offered: bool) -> bool:
    """Set the state of a switch and return it: off unless switched on or addressed. One that is not offered is off and forgotten."""
    chosen = st.session_state[key] if key in st.session_state else st.query_params.get(key) == ON
    st.session_state[key] = bool(offered and chosen)
    _write(key, [ON] if st.session_state[key] else [], [])
    return bool(st.session_state[key])


def day(key: str, first: dt.date, last: dt.date) -> None:
    """Set the state of a day; the default is the last possible one."""
    if key not in st.session_state:
        try:
            st.session_state[key] = dt.date.fromisoformat(st.query_params.get(key, ""))
        except ValueError:
            st.session_state[key] = last
    chosen = st.session_state[key]
    st.session_state[key] = chosen if isinstance(chosen, dt.date) and first <= chosen <= last else last
    _write(key, [st.session_state[key]], [last])


def _addressed(key: str, options: Sequence[T]) -> list[T]:
    by_text = {str(option): option for option in options}
    return [by_text[text] for text in st.query_params.get_all(key) if text in by_text]


def _write(key: str, chosen: Sequence[object], default: Sequence[object]) -> None:
    texts = [str(value) for value in chosen]
    if texts == [str(value) for value in default]:
        if key in st.query_params:
            del st.query_params[key]
    elif st.query_params.get_all(key) != texts:
        st.query_params[key] = texts
