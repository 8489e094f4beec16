"""News: how loud a subject is among all articles monitored, and the newest of them. Volume is not displacement."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor.locale import _
from monitor.news.mentions import stories
from monitor.series import newest
from monitor.views import frame, parts, reader


def article_table(articles: pd.DataFrame) -> pd.DataFrame:
    """The columns of the list and of its file."""
    names = ["seen_at", "title", "url", "domain", "language", "country", "copies", "dated", "source", "query", "feed", "known_at"]
    return articles[names]


view = frame.heading(_("News"), _("How much is written, as a share of all articles monitored. Many articles are not many people."))

st.header(_("Volume"), anchor=False)
share = reader.figures(view.as_of, location=(view.situation.id,), indicator=("news_share",))
if share.empty:
    st.info(parts.why_no_news(view.situation), icon=":material/newspaper:")
else:
    parts.trend_chart(share, view.situation.rules, reader.history(view.situation.id, view.as_of), "news_chart")
    st.caption(_("Per cent of all articles that GDELT monitored on the day. The ring is a day that is not over."))
    latest = newest(share, view.as_of)
    if latest is not None:
        st.caption(_("Newest day: {freshness}").format(freshness=parts.freshness(latest)))
    counts = reader.figures(view.as_of, location=(view.situation.id,), indicator=("news_articles", "news_share"))
    parts.download(parts.exported(counts), parts.file_name("news_volume", as_of=view.as_of), "news_volume_csv")

st.header(_("Articles"), anchor=False)
articles = reader.mentions(view.situation.id, view.as_of)
if articles.empty:
    st.caption(_("No article yet."))
else:
    found = article_table(stories(articles))
    st.dataframe(
        found,
        hide_index=True,
        height=560,
        column_order=["seen_at", "title", "url", "domain", "language", "copies"],
        column_config={
            "seen_at": st.column_config.DatetimeColumn(_("Seen (UTC)"), format="YYYY-MM-DD HH:mm", timezone="UTC", width="small"),
            "title": st.column_config.TextColumn(_("Title"), width="large"),
            "url": st.column_config.LinkColumn(_("Article"), display_text=_("open"), width="small"),
            "domain": st.column_config.TextColumn(_("Publisher")),
            "language": st.column_config.TextColumn(_("Language")),
            "copies": st.column_config.NumberColumn(_("Copies"), help=_("Articles with the same title"), width="small"),
        },
        alt=_("The newest articles"),
    )
    parts.download(found, parts.file_name("articles", view.situation.id, as_of=view.as_of), "articles_csv")
