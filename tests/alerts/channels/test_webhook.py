"""The signed webhook: what comes to a receiver on this machine, verified as a receiver would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from monitor import http
from monitor.alerts.channels import webhook
from monitor.errors import ChannelError
from tests.building_delivery import PNG, SECRET, a_message, an_item, entry, receiver
from tests.building_store import at

NOW = at("2020-02-10 12:00:00")


def test_a_receiver_gets_the_alert_signed_over_its_id_its_moment_and_its_body() -> None:
    told = a_message(an_item(entry(), PNG))
    with receiver() as there:
        webhook.send(there.address, SECRET, told, NOW, http.post)
    ((headers, body),) = there.came
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert headers["webhook-id"] == told.id
    signed = f"{told.id}.{headers['webhook-timestamp']}.".encode() + body
    due = hmac.new(base64.b64decode(SECRET[6:]), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(due).decode()
    assert headers["content-type"] == "application/json"
    (alert,) = json.loads(body)["alerts"]
    assert base64.b64decode(alert["chart"]["base64"]) == PNG
    assert (alert["value"], alert["threshold"], alert["period_end"]) == (150.0, 100.0, "2020-01-31")
    assert alert["source"] == {"name": "Frontex", "licence": "CC BY 4.0", "citation": "Frontex (2020)"}
    assert alert["acknowledge"]["command"].startswith("python -m monitor alerts acknowledge level ")
    assert SECRET[6:] not in str(headers) + body.decode()


def test_another_body_another_moment_and_another_id_are_signed_otherwise() -> None:
    key = webhook.key(SECRET)
    made = {
        webhook.headers(key, *given)["webhook-signature"]
        for given in (("a", NOW, b"{}"), ("b", NOW, b"{}"), ("a", at("2020-02-10 12:00:01"), b"{}"), ("a", NOW, b"{ }"))
    }
    assert len(made) == 4


@pytest.mark.parametrize(("status", "permanent"), [(302, True), (400, True), (401, True), (404, True), (408, False), (500, False)])
def test_what_is_not_taken_is_told_by_its_status(status: int, permanent: bool) -> None:
    with receiver(status) as there, pytest.raises(ChannelError, match=str(status)) as told:
        webhook.send(there.address, SECRET, a_message(), NOW, http.post)
    assert told.value.permanent is permanent
    assert len(there.came) == 1  # a redirect is not followed


@pytest.mark.parametrize(
    ("address", "permanent"),
    [
        ("http://127.0.0.1:1/token", False),
        ("http://[token/", True),
        ("https:///token", True),
        ("ftp://example.org/token", True),
        ("token", True),
    ],
)
def test_an_address_that_cannot_be_used_is_never_named(address: str, permanent: bool) -> None:
    with pytest.raises(ChannelError) as told:
        webhook.send(address, SECRET, a_message(), NOW, http.post)
    assert told.value.permanent is permanent
    assert "token" not in str(told.value)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_?", "hunt3r", "whsec_" + base64.b64encode(b"x" * 23).decode(), base64.b64encode(b"x" * 40).decode()]
)
def test_a_secret_that_is_none_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(ChannelError, match="24 bytes or more") as told:
        webhook.key(secret)
    assert told.value.permanent
    assert "hunt3r" not in str(told.value)


def test_the_shortest_secret_is_taken() -> None:
    assert webhook.key("whsec_" + base64.b64encode(b"x" * 24).decode()) == b"x" * 24
