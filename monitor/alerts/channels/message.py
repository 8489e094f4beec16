"""What a message says: the sentences, the figures with their sources, the links, how to acknowledge; as text, HTML and JSON."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

from monitor import places
from monitor.alerts import state
from monitor.alerts.words import move_word, severity_word
from monitor.locale import _, day, number, period
from monitor.model import FIRING, INDICATORS, Move, Rule, SeriesKey, Transition

PRODUCT = "Refugee Flow Monitor"


@dataclass(frozen=True, slots=True)
class Terms:
    """A source as a message names it."""

    name: str
    licence: str
    citation: str


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the ledger with all that is said of it. `picture` is a PNG, empty where there is none."""

    entry: Transition
    rule: str  # its name
    reason: str  # why the rule has its level
    series: str  # in words
    unit: str
    terms: Terms
    link: str
    picture: bytes = field(default=b"", repr=False)

    @property
    def file_name(self) -> str:
        """Of the picture."""
        return f"{self.entry.rule}_{self.entry.at:%Y-%m-%d}_{identity(self.entry)[:6]}.png"

    @property
    def command(self) -> str:
        """How to acknowledge without a page."""
        words = ["python", "-m", "monitor", "alerts", "acknowledge", self.entry.rule]
        words += ["--series", str(self.entry.series)] if self.entry.series else []
        return shlex.join([*words, "--situation", self.entry.situation, "--who", _("YOUR-NAME")])


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel is told of one situation at one time. `id` is the same for every try to send it."""

    id: str
    situation: str
    name: str  # of the situation
    items: tuple[Item, ...]
    note: str = ""  # for a message without items: a test

    @property
    def title(self) -> str:
        return _title(self)


def identity(entry: Transition) -> str:
    """A name of an entry that stays the same when the store is built anew."""
    parts = (entry.situation, entry.rule, str(entry.series or ""), f"{entry.at:%Y-%m-%dT%H:%M:%SZ}", entry.move.value)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def key(entry: Transition) -> str:
    """What names an alert in an address: at one moment a rule on a series moves once."""
    return f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.rule} {entry.series or ''}".strip()


def link(base: str, entry: Transition) -> str:
    """The Alerts page on this alert, as it stands today, so that it can be acknowledged; empty when nobody said where the page is."""
    if not base:
        return ""
    query = {"situation": entry.situation} | ({"alert": key(entry)} if entry.move in FIRING else {})
    return f"{base.rstrip('/')}/alerts?{urlencode(query, safe='/:')}"


def named(series: SeriesKey | None, situations: Mapping[str, str]) -> str:
    """A series in words: indicator, place, origin, breakdown. `situations` are names by id."""
    if series is None:
        return ""
    indicator = INDICATORS.get(series.indicator)
    words = [_(indicator.name) if indicator else series.indicator, situations.get(series.location) or places.name(series.location)]
    if series.origin:
        words.append(_("from {place}").format(place=places.name(series.origin)))
    return " · ".join([*words, *([series.breakdown] if series.breakdown else [])])


def item(
    entry: Transition, rule: Rule | None, base: str, sources: Mapping[str, Terms], situations: Mapping[str, str], picture: bytes = b""
) -> Item:
    """An entry with what is said of it; a rule that is no longer written is named by its id."""
    series = entry.series
    indicator = INDICATORS.get(series.indicator) if series else None
    terms = sources.get(series.source, Terms(series.source, "", "")) if series else Terms("", "", "")
    return Item(
        entry,
        rule.name if rule else entry.rule,
        f"{rule.reason} ({rule.reason_source})" if rule else "",
        named(series, situations),
        _(indicator.unit) if indicator else "",
        terms,
        link(base, entry),
        picture,
    )


def told_move(move: Move) -> str:
    """What happened, as a message says it: to somebody who was told of it before."""
    own = {Move.RAISED_AGAIN: _("still going on"), Move.UNDONE: _("undone by a revision of the figure")}
    return own.get(move) or move_word(move)


def _title(message: Message) -> str:
    if not message.items:
        return f"{PRODUCT}: {message.note}"
    firing = [one for one in message.items if one.entry.move in FIRING]
    if len(message.items) == 1:
        (one,) = message.items
        word = severity_word(one.entry.severity) if firing else told_move(one.entry.move)
        return f"[{word}] {message.name}: {one.rule}"
    worst = max((one.entry.severity for one in firing), key=state.RANKS.index, default=None)
    word = severity_word(worst) if worst else _("over")
    return f"[{word}] {message.name}: " + _("{n} changes of alerts").format(n=len(message.items))


def facts(one: Item) -> list[tuple[str, str]]:
    """The figures of an item as pairs of a name and a value."""
    verdict = one.entry.verdict
    rows = [(_("Series"), one.series)]
    if verdict.period_start and verdict.period_end:
        rows.append((_("Period"), period(verdict.period_start, verdict.period_end)))
    if verdict.value is not None:
        rows.append((_("Value"), f"{number(verdict.value)} {one.unit}".strip()))
    if verdict.threshold is not None:
        rows.append((_("Threshold"), f"{number(round(verdict.threshold, 2))} {one.unit}".strip()))
    rows.append((_("Known on"), day(one.entry.at.date())))
    rows.append((_("Source"), one.terms.citation or one.terms.name))
    rows.append((_("Licence"), one.terms.licence))
    rows.append((_("Why this level"), one.reason))
    return [(name, value) for name, value in rows if value]


def _heading(one: Item) -> str:
    return f"{one.rule}: {told_move(one.entry.move)} ({severity_word(one.entry.severity)})"


def text(message: Message) -> str:
    """The message as plain text."""
    blocks = [message.note] if message.note else []
    for one in message.items:
        lines = [_heading(one), one.entry.verdict.sentence, "", *(f"{name}: {value}" for name, value in facts(one))]
        if one.link:
            lines.append(_("See it, acknowledge it or silence it: {link}").format(link=one.link))
        if one.entry.move in FIRING:
            lines.append(_("Or on the machine of the monitor: {command}").format(command=one.command))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def html(message: Message) -> str:
    """The message as HTML of few tags, which mail programs and messengers read alike."""
    parts = [f"<p>{escape(message.note)}</p>"] if message.note else []
    for one in message.items:
        rows = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in facts(one))
        parts.append(f"<h3>{escape(_heading(one))}</h3><p><b>{escape(one.entry.verdict.sentence)}</b></p><ul>{rows}</ul>")
        if one.link:
            told = escape(_("See it, acknowledge it or silence it: {link}")).replace("{link}", _anchor(one.link))
            parts.append(f"<p>{told}</p>")
        if one.entry.move in FIRING:
            told = escape(_("Or on the machine of the monitor: {command}")).replace("{command}", f"<code>{escape(one.command)}</code>")
            parts.append(f"<p>{told}</p>")
    return "\n".join(parts)


def _anchor(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'


def document(message: Message) -> dict[str, Any]:
    """The message for a program: what a webhook sends as JSON. Moments are UTC, missing figures null."""
    return {
        "type": "alerts" if message.items else "test",
        "id": message.id,
        "title": message.title,
        "text": message.note or " ".join(one.entry.verdict.sentence for one in message.items),
        "situation": {"id": message.situation, "name": message.name},
        "alerts": [_record(one) for one in message.items],
    }


def _record(one: Item) -> dict[str, Any]:
    entry, verdict = one.entry, one.entry.verdict
    return {
        "id": identity(entry),
        "move": entry.move.value,
        "severity": entry.severity.value,
        "rule": {"id": entry.rule, "name": one.rule, "reason": one.reason},
        "sentence": verdict.sentence,
        "series": str(entry.series or ""),
        "series_name": one.series,
        "period_start": _iso(verdict.period_start),
        "period_end": _iso(verdict.period_end),
        "value": verdict.value,
        "unit": one.unit,
        "threshold": verdict.threshold,
        "known_at": f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
        "source": {"name": one.terms.name, "licence": one.terms.licence, "citation": one.terms.citation},
        "link": one.link,
        "acknowledge": {"link": one.link, "command": one.command} if entry.move in FIRING else None,
        "chart": {"type": "image/png", "name": one.file_name, "base64": base64.b64encode(one.picture).decode()} if one.picture else None,
    }


def _iso(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def pictures(message: Message) -> Sequence[tuple[str, bytes]]:
    """The pictures of a message with the names of their files."""
    return [(one.file_name, one.picture) for one in message.items if one.picture]
