"""The frame of the front end: page, situation, navigation. `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from monitor.errors import MonitorError
from monitor.locale import _
from monitor.views import frame

VIEWS = Path(__file__).parent / "monitor" / "views"

st.set_page_config(page_title=_("Refugee Flow Monitor"), page_icon="🧭", layout="wide")
page = st.navigation(
    [
        st.Page(VIEWS / "overview.py", title=_("Overview"), url_path="overview", default=True),
        st.Page(VIEWS / "trends.py", title=_("Trends"), url_path="trends"),
        st.Page(VIEWS / "news.py", title=_("News"), url_path="news"),
        st.Page(VIEWS / "alerts.py", title=_("Alerts"), url_path="alerts"),
        st.Page(VIEWS / "rules.py", title=_("Rules"), url_path="rules"),
        st.Page(VIEWS / "sources.py", title=_("Sources"), url_path="sources"),
    ],
    position="top",
)
try:
    frame.choose()
    page.run()
except MonitorError as error:  # a setting or a file that a person can mend: say it, on whichever page
    st.error(_("The monitor cannot show this page."))
    st.text(str(error))
