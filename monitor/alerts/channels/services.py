"""The many services that Apprise knows: e-mail, Slack, Teams, Telegram, ntfy and a hundred more, each by one address.

An address of Apprise is a secret as a whole (`mailtos://user:password@host`, a token of Slack), and what Apprise logs may
hold parts of it: only the status that the service answered is kept of that.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from monitor.alerts.channels.message import PRODUCT, Message, html, pictures
from monitor.alerts.channels.webhook import PASSING
from monitor.errors import ChannelError

HTTP_STATUS = re.compile(r"error=(\d{3})\b")
SMTP_STATUS = re.compile(r"\((\d{3}), b|was refused: (\d{3}) ")


def send(address: str, message: Message) -> None:
    """Send a message; raises ChannelError where it was not taken."""
    import apprise  # here, so that the start of a page does not pay for it
    from apprise.attachment.memory import AttachMemory

    asset = apprise.AppriseAsset(app_id=PRODUCT, app_desc=PRODUCT, app_url="", image_url_mask="", image_url_logo="", async_mode=False)
    service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if service is None:
        raise ChannelError("Apprise does not know an address such as this one, or something lacks in it", permanent=True)
    speaker = apprise.Apprise(asset=asset)
    speaker.add(service)
    attach: Any = AttachMemory  # without types
    attached = [attach(content=data, name=name, mimetype="image/png") for name, data in pictures(message)]
    with _overheard() as logged:
        taken = speaker.notify(body=html(message), title=message.title, body_format=apprise.NotifyFormat.HTML, attach=attached or None)
    if not taken:
        raise refusal(str(service.service_name), logged)


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What Apprise logs, which goes nowhere else: it says more than it returns, and more than may be kept."""
    lines: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("apprise")
    level, propagate, handlers = logger.level, logger.propagate, logger.handlers[:]
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def refusal(service: str, logged: Iterable[str]) -> ChannelError:
    """What the log of a failed attempt comes to: the last status in it, and whether that may pass."""
    lines = list(logged)
    mail = [int(code) for line in lines for found in SMTP_STATUS.finditer(line) for code in found.groups() if code]
    if mail:
        return ChannelError(f"{service}: the mail server answered {mail[-1]}", permanent=mail[-1] >= 500)
    web = [int(found[1]) for line in lines for found in HTTP_STATUS.finditer(line)]
    if web:
        return ChannelError(f"{service} answered HTTP {web[-1]}", permanent=400 <= web[-1] < 500 and web[-1] not in PASSING)
    return ChannelError(f"{service} cannot be reached, or did not say why it refused")
