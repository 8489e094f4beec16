"""The gate: rows -> (accepted, set aside with the reason). No figure is mended here and nothing is guessed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Callable, Iterable, Set
from typing import Any

from monitor import places
from monitor.model import INDICATORS, Measure, Mention, Observation, PlaceKind, SeriesKey, SetAside, Situation, Status
from monitor.news.mentions import canonical_url, clean_title, matches, printable

Slot = tuple[SeriesKey, dt.date, dt.date, dt.datetime | None]
EARLIEST = dt.date(1900, 1, 1)
LARGEST = 10_000_000_000  # more people, detections or articles than this in one figure is a fault of the upstream


def check(observations: Iterable[Observation], today: dt.date, situations: Set[str]) -> tuple[list[Observation], list[SetAside]]:
    """Sort observations into those that keep the contract and those that do not.

    The same figure twice is one figure; two different values for one period are both set aside, since nothing says
    which is right. `situations` are the ids that may stand as the location of a news series.
    """
    accepted: dict[Slot, Observation] = {}
    refused: list[SetAside] = []
    disputed: set[Slot] = set()
    for row in observations:
        reason = refusal(row, today, situations)
        slot = (*row.period, row.known_at)
        other = accepted.get(slot)
        if not reason and other is not None and (other.value, other.status) != (row.value, row.status):
            reason = f"two values for one period: {other.value} and {row.value}"
            disputed.add(slot)
        if reason:
            refused.append(SetAside(reason, describe(row)))
        elif other is None:
            accepted[slot] = row
    refused += [SetAside("two values for one period: this is the first", describe(accepted.pop(slot))) for slot in disputed]
    return list(accepted.values()), refused


def check_mentions(mentions: Iterable[Mention], situation: Situation) -> list[Mention]:
    """The mentions that are about the situation, each once, with a clean title and an identity that repeats share."""
    kept: dict[str, Mention] = {}
    for row in mentions:
        title = clean_title(row.title)
        text = f"{title} {clean_title(row.summary)}"
        linked = row.url.lower().startswith(("https://", "http://"))  # anything else would be a link that runs or leads nowhere
        if title and linked and (row.query or matches(text, situation.people_terms, situation.place_terms)):
            # An id that is no address is the feed's own: two feeds may both have an article 1001.
            identity = canonical_url(row.identity) if "://" in row.identity else f"{row.feed} {row.identity}".strip()
            texts: dict[str, Any] = {name: printable(getattr(row, name)) for name in ("url", "domain", "language", "country")}
            kept.setdefault(printable(identity), dataclasses.replace(row, identity=printable(identity), title=title, **texts))
    return list(kept.values())


def describe(row: Observation) -> str:
    """One line by which a person finds the row again."""
    return f"{row.key} {row.period_start}..{row.period_end} = {row.value}"


def refusal(row: Observation, today: dt.date, situations: Set[str]) -> str:
    """Why the row breaks the contract; empty when it does not."""
    return next((reason for test in TESTS if (reason := test(row, today, situations))), "")


def unknown_name(key: SeriesKey, situations: Set[str]) -> str:
    """Which part of a series is not in the vocabulary or the crosswalk; empty when all are."""
    indicator = INDICATORS.get(key.indicator)
    if indicator is None:
        return f"unknown indicator {key.indicator!r}"
    if indicator.breakdowns and key.breakdown not in indicator.breakdowns:
        return f"unknown breakdown {key.breakdown!r} of {indicator.id}"
    if key.location in situations:
        return "" if indicator.measure in (Measure.VOLUME, Measure.RATIO) else "a situation is no location of people"
    place = places.find(key.location)
    if place is None or place.code in places.ORIGINS_ONLY:
        return f"unknown place {key.location!r}"
    if key.origin:
        origin = places.find(key.origin)
        if origin is None or origin.kind is not PlaceKind.COUNTRY:
            return f"unknown country of origin {key.origin!r}"
    return ""


def _names(row: Observation, today: dt.date, situations: Set[str]) -> str:
    return unknown_name(row.key, situations)


def _value(row: Observation, today: dt.date, situations: Set[str]) -> str:
    missing = row.status is Status.NOT_REPORTED
    if (row.value is None) != missing:
        return "a value with status not_reported" if missing else "no value: missing is not zero"
    if row.value is None:
        return ""
    if row.value != row.value or row.value == math.inf or row.value < 0:
        return f"impossible value {row.value}"
    if INDICATORS[row.key.indicator].measure is not Measure.RATIO:
        if row.value > LARGEST:
            return f"absurd value {row.value:,}"
        if not float(row.value).is_integer():
            return f"{row.value} is not a whole number"
    return ""


def _period(row: Observation, today: dt.date, situations: Set[str]) -> str:
    if row.period_end < row.period_start:
        return "the period ends before it begins"
    if row.period_start < EARLIEST:
        return f"the period begins before {EARLIEST.year}"
    if row.period_start > today:
        return "the period lies in the future"
    lasting = row.period_end > row.period_start
    if row.period_end > today and row.status is not Status.PROVISIONAL:
        return "an unfinished period must be provisional"
    if INDICATORS[row.key.indicator].measure is Measure.STOCK and lasting:
        return "a stock is of one day"
    if row.known_at and row.known_at.date() < row.period_start:
        return "known before its period began"
    return ""


TESTS: tuple[Callable[[Observation, dt.date, Set[str]], str], ...] = (_names, _value, _period)
