"""What makes two articles one, and whether an article speaks of a situation. Pure functions on text."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit, urlunsplit

import pandas as pd
from courlan import clean_url

JOINERS = "\u200c\u200d"  # without a shape of their own, and part of how Persian and Arabic are written
TAG = re.compile(r"<[^>]*>")
SPACED_BEFORE = re.compile(r"\s+([,.:;!?%)\]}’”])")
SPACED_APOSTROPHE = re.compile(r"(?<=\w)\s*(['’])\s*(?=(?:s|t|re|ve|ll|d|de|da|te|ta|in|nin)\b)", re.IGNORECASE)


def canonical_url(url: str) -> str:
    """The address without fragment and tracking parameters, in lower-case host: what identifies an article."""
    try:
        scheme, host, path, query, _ = urlsplit(clean_url(url) or url)
    except ValueError:
        return url  # not an address at all
    return urlunsplit((scheme.lower(), host.lower(), path, query, ""))


def clean_title(text: str) -> str:
    """One line of plain text: entities resolved (also doubly escaped ones), tags and control characters gone, punctuation unspaced."""
    joined = printable(TAG.sub(" ", html.unescape(html.unescape(text))))
    return SPACED_APOSTROPHE.sub(r"\1", SPACED_BEFORE.sub(r"\1", joined))


def printable(text: str) -> str:
    """One line without control characters and halves of characters, which a database or a terminal would choke on."""
    kept = (" " if unicodedata.category(char).startswith("C") and char not in JOINERS else char for char in text)
    return " ".join("".join(kept).split())


def folded(text: str) -> str:
    """Lower case without accents and dots, so that İdlib, Idlib and idlib are one word."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("ı", "i")
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def matches(text: str, *groups: Mapping[str, Iterable[str]]) -> bool:
    """Whether the text has at least one term of every group, in any language.

    A term matches from the beginning of a word, since Turkish, Greek and Arabic change the ends of words.
    """
    haystack = folded(text)
    return all(any(_has(haystack, term) for terms in group.values() for term in terms) for group in groups)


def _has(haystack: str, term: str) -> bool:
    # Arabic writes "the", "and" and "to" onto the word, so these may stand before the term.
    return re.search(rf"(?<!\w)(?:[وبلف]?ال|[وبلف])?{re.escape(folded(term))}", haystack) is not None


def story(title: str) -> str:
    """The title as syndicated copies share it: letters and digits only."""
    return re.sub(r"\W+", " ", folded(title)).strip()


def stories(articles: pd.DataFrame) -> pd.DataFrame:
    """Articles with one row a story: the first-listed copy, and in `copies` how many share its title.

    `articles` has title; the order is kept. Wire stories are printed by many, and are one event.
    """
    key = articles["title"].map(story)
    return articles.assign(copies=articles.groupby(key)["title"].transform("size"))[~key.duplicated()]
