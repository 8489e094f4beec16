"""The end of every form that writes: who does it, a note, the button, and what comes of pressing it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from monitor.errors import MonitorError
from monitor.locale import _
from monitor.views import parts


def signed(button: str, note: str, longest: int, *, key: str | None = None, primary: bool = False) -> tuple[str, str] | None:
    """A name, which is remembered for the next form, and a note of at most `longest` characters, once the button is pressed."""
    who = st.text_input(_("Your name"), st.session_state.get("who", ""), max_chars=60, key=key)
    why = st.text_input(note, max_chars=longest)
    if not st.form_submit_button(button, type="primary" if primary else "secondary"):
        return None
    st.session_state["who"] = who
    return who, why


def done(what: Callable[[], None]) -> bool:
    """Do it, and say whether that could be done; where it could not, the page says why."""
    try:
        what()
    except MonitorError as error:
        st.error(parts.plain(str(error)))
        return False
    return True
