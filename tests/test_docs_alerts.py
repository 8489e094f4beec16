"""docs/alerts.md: its channel is one, its snippet tells a genuine message from the others, its JSON is what is sent."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from monitor import http
from monitor.alerts.channels import described, message, webhook
from monitor.settings import ROOT
from tests.building_delivery import PNG, SECRET, a_message, an_item, entry, receiver
from tests.building_store import at

PAGE = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
NOW = at("2020-02-10 12:00:00")


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_channel_of_the_page_is_one_and_every_key_is_explained() -> None:
    (one,) = described.channels(tomllib.loads(block("toml"))["channels"], ["syria-turkiye-greece"]).values()
    assert (one.name, one.enabled) == ("office", True)
    assert set(described.KEYS) - set(re.findall(r"`(\w+)`", PAGE)) == set()
    assert f"{one.variable}_URL" in PAGE


@pytest.fixture
def is_genuine() -> Callable[..., bool]:
    names: dict[str, Any] = {}
    exec(block("python"), names)
    return names["is_genuine"]


def test_the_snippet_of_the_page_tells_a_genuine_message_from_the_others(is_genuine: Callable[..., bool]) -> None:
    with receiver() as there:
        webhook.send(there.address, SECRET, a_message(), NOW, http.post)
    ((headers, body),) = there.came
    now = NOW.timestamp()
    assert is_genuine(SECRET, headers, body, now)
    assert is_genuine(SECRET, headers, body, now + 300)
    assert not is_genuine(SECRET, headers, body, now + 301)  # sent again by somebody who overheard it
    assert not is_genuine(SECRET, headers, body, now - 301)
    assert not is_genuine(SECRET, headers, body + b" ", now)
    assert not is_genuine(SECRET, {**headers, "webhook-id": "msg_2"}, body, now)
    assert not is_genuine(SECRET, {**headers, "webhook-timestamp": str(int(now) + 1)}, body, now)
    assert not is_genuine("whsec_" + "A" * 40, headers, body, now)
    assert is_genuine(SECRET, {**headers, "webhook-signature": "v1,other " + headers["webhook-signature"]}, body, now)


def test_the_json_of_the_page_has_the_names_that_are_sent() -> None:
    shown, sent = json.loads(block("json")), message.document(a_message(an_item(entry(), PNG)))
    assert list(shown) == list(sent)
    (one,), (other,) = shown["alerts"], sent["alerts"]
    assert list(one) == list(other)
    assert {name: list(one[name]) for name in one if isinstance(one[name], dict)} == {
        name: list(other[name]) for name in other if isinstance(other[name], dict)
    }
