"""Apprise: a real mail to a mail server on this machine, and what its refusals come to."""

from __future__ import annotations

import importlib
import logging

import pytest

from monitor.alerts.channels import message, services
from monitor.errors import ChannelError
from tests.building_delivery import PASSWORD, PNG, a_message, an_item, entry, mail_server, receiver


def mailto(port: int, password: str = PASSWORD) -> str:
    return f"mailto://ada:{password}@127.0.0.1:{port}/?from=monitor@example.org&to=desk@example.org&mode=insecure&smtp=127.0.0.1"


def test_a_mail_has_text_html_and_the_chart_and_no_secret() -> None:
    told = a_message(an_item(entry(), PNG + b"made for the test"))
    with mail_server() as (port, came):
        services.send(mailto(port), told)
    (mail,) = came
    assert (mail["To"], mail["Subject"]) == ("desk@example.org", "[high] The Aegean: More than a hundred")
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    for part in (plain.get_content(), rich.get_content()):
        for due in (
            "150 is more than 100.",
            "January 2020",
            "Threshold: 100 detections",
            "CC BY 4.0",
            "Frontex (2020)",
            "acknowledge level",
        ):
            assert due in part
    assert told.items[0].link in plain.get_content()
    (chart,) = mail.iter_attachments()
    assert (chart.get_content_type(), chart.get_content()) == ("image/png", PNG + b"made for the test")
    assert PASSWORD not in mail.as_string()


@pytest.mark.parametrize(("answer", "permanent"), [("550 no such user", True), ("535 bad", True), ("450 come later", False)])
def test_what_a_mail_server_refuses_is_told_by_its_status(answer: str, permanent: bool) -> None:
    with mail_server(answer) as (port, _came), pytest.raises(ChannelError, match=f"answered {answer[:3]}") as told:
        services.send(mailto(port), a_message())
    assert told.value.permanent is permanent


def test_a_wrong_password_does_not_pass_and_is_told_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with mail_server() as (port, came), pytest.raises(ChannelError, match="answered 535") as told:
        services.send(mailto(port, "wr0ng"), a_message())
    assert came == []
    assert told.value.permanent
    assert "wr0ng" not in str(told.value) + "".join(record.getMessage() for record in caplog.records if record.name.startswith("apprise"))


@pytest.mark.parametrize(("status", "permanent"), [(401, True), (404, True), (429, False), (503, False)])
def test_what_a_service_refuses_is_told_by_its_status(status: int, permanent: bool) -> None:
    with receiver(status) as there, pytest.raises(ChannelError, match=f"HTTP {status}") as told:
        services.send(there.address.replace("http://", "json://"), a_message())
    assert told.value.permanent is permanent


def test_a_service_that_nobody_answers_may_come_back() -> None:
    with pytest.raises(ChannelError, match="cannot be reached") as told:
        services.send(mailto(1), a_message())
    assert not told.value.permanent


@pytest.mark.parametrize("address", ["nonsense://token", "slack://", "mailto://", "no address at all"])
def test_an_address_that_apprise_does_not_take_does_not_pass(address: str) -> None:
    with pytest.raises(ChannelError, match="does not know an address") as told:
        services.send(address, a_message())
    assert told.value.permanent
    assert "token" not in str(told.value)


def test_the_log_of_apprise_is_as_it_was_before() -> None:
    importlib.import_module("apprise")  # it gives its log a handler of its own when it is first imported, by whichever test
    logger = logging.getLogger("apprise")
    before = (logger.level, logger.propagate, logger.handlers[:])
    with receiver() as there:
        services.send(there.address.replace("http://", "json://"), a_message())
    assert (logger.level, logger.propagate, logger.handlers) == before
    assert [json for _, json in there.came]


def test_a_test_message_needs_no_alert() -> None:
    with mail_server() as (port, came):
        services.send(mailto(port), message.Message("msg_1", "", "", (), "This is a test."))
    assert came[0]["Subject"] == "Refugee Flow Monitor: This is a test."
