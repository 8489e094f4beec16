"""An Atom feed of alerts (RFC 4287), which any feed reader can subscribe to. Ids and dates stay the same from one writing to the next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from xml.etree import ElementTree as ET  # only writes here

from monitor.alerts.channels.message import PRODUCT, Item, Message, facts, html, identity, told_move
from monitor.alerts.words import severity_word
from monitor.locale import _

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# The characters that XML 1.0 does not allow, in no form.
FORBIDDEN = dict.fromkeys([*(n for n in range(32) if n not in (9, 10, 13)), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])


def feed(items: Sequence[Item], page: str, address: str = "") -> bytes:
    """The feed of these items, newest first. `page` is the monitor's address, `address` the feed's own; both may be empty."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(_tag("feed"))
    _text(root, "id", _urn(page or PRODUCT))
    _text(root, "title", _("{product}: alerts").format(product=PRODUCT))
    _text(root, "updated", _moment(max((one.entry.at for one in items), default=BEGINNING)))
    _text(ET.SubElement(root, _tag("author")), "name", PRODUCT)
    _link(root, "alternate", page)
    _link(root, "self", address)
    for one in items:
        _entry(root, one)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _entry(root: ET.Element, one: Item) -> None:
    made = ET.SubElement(root, _tag("entry"))
    _text(made, "id", _urn(identity(one.entry)))
    _text(made, "title", f"{one.rule}: {told_move(one.entry.move)} ({severity_word(one.entry.severity)})")
    _text(made, "updated", _moment(one.entry.at))
    _text(made, "published", _moment(one.entry.at))
    _link(made, "alternate", one.link)
    for term in (one.entry.situation, one.entry.severity.value, one.entry.move.value):
        ET.SubElement(made, _tag("category"), term=_allowed(term))
    _text(made, "summary", one.entry.verdict.sentence)
    rights = dict(facts(one)).get(_("Licence"))
    if rights:
        _text(made, "rights", rights)
    _text(made, "content", html(Message("", one.entry.situation, "", (one,)))).set("type", "html")


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(parent: ET.Element, name: str, value: str) -> ET.Element:
    made = ET.SubElement(parent, _tag(name))
    made.text = _allowed(value)
    return made


def _link(parent: ET.Element, relation: str, address: str) -> None:
    if address:
        kind = {"type": MEDIA_TYPE} if relation == "self" else {}
        ET.SubElement(parent, _tag("link"), {"rel": relation, "href": _allowed(address), **kind})


def _allowed(value: str) -> str:
    return value.translate(FORBIDDEN)


def _urn(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"refugee-flow-monitor/alerts/{name}").urn


def _moment(value: dt.datetime) -> str:
    return f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
