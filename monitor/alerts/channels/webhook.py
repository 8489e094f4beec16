"""A signed JSON webhook, after the Standard Webhooks specification (version 1), for which many languages have a verifier.

The signature is the HMAC-SHA256 of `<id>.<timestamp>.<body>` with the secret that both ends know, in Base64 after `v1,`. The
receiver refuses a timestamp that is minutes away from its own clock, so that nobody can send an old message again, and
passes over an id that it has seen: after a crash the same message may come twice.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping

from monitor.alerts.channels.message import Message, document
from monitor.errors import ChannelError

Post = Callable[[str, bytes, Mapping[str, str]], tuple[int, float | None]]
SHORTEST_SECRET = 24  # bytes, as the specification has it
PREFIX = "whsec_"
PASSING = frozenset({408, 425, 429})  # refusals that another try may meet no more
HOW = "python -c \"import secrets, base64; print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\""


def send(address: str, secret: str, message: Message, at: dt.datetime, post: Post) -> None:
    """Post a message; raises ChannelError where it was not taken."""
    if not address.lower().startswith(("http://", "https://")):
        raise ChannelError("the address of a webhook begins with https:// or http://", permanent=True)
    body = json.dumps(document(message), ensure_ascii=False).encode()
    status, wait = post(address, body, {"Content-Type": "application/json", **headers(key(secret), message.id, at, body)})
    if not 200 <= status < 300:
        raise refusal(status, wait)


def refusal(status: int, wait: float | None = None) -> ChannelError:
    """What a status other than a good one means: a redirect or a refusal does not pass, a fault of the server may."""
    if 300 <= status < 400:
        return ChannelError(f"HTTP {status}: the receiver is elsewhere, and a redirect is not followed", permanent=True)
    return ChannelError(f"the receiver answered HTTP {status}", permanent=400 <= status < 500 and status not in PASSING, wait=wait)


def key(secret: str) -> bytes:
    """The key of a secret such as `whsec_<Base64>`; raises ChannelError for one that is missing, malformed or too short."""
    try:
        found = base64.b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except (binascii.Error, ValueError):
        found = b""
    if len(found) < SHORTEST_SECRET:
        raise ChannelError(f"a secret such as {PREFIX}... with {SHORTEST_SECRET} bytes or more is due; make one: {HOW}", permanent=True)
    return found


def headers(secret: bytes, id: str, at: dt.datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message sent at a moment."""
    timestamp = str(int(at.timestamp()))
    signed = hmac.new(secret, b".".join((id.encode(), timestamp.encode(), body)), hashlib.sha256).digest()
    return {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": "v1," + base64.b64encode(signed).decode()}
