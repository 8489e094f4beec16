"""The link of a message opens the Alerts page on that very alert."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from monitor.alerts.channels import message
from monitor.model import FIRING, Judgement, Move, SeriesKey, Severity, Transition, Verdict
from monitor.store import ledger
from tests.building_app import SITUATION, lived_in
from tests.views.conftest import Open


def test_the_link_of_a_message_opens_its_alert(tmp_path: Path, open_page: Open) -> None:
    store = lived_in(tmp_path)
    entries = ledger.entries(store, SITUATION, dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    first = next(one for one in entries if one.move in FIRING)  # the page shows the last one by itself
    link = urlsplit(message.link("http://localhost:8501", first))
    app = open_page(link.path.strip("/"), **dict(parse_qsl(link.query)))
    shown = next(one for one in app.selectbox if one.key == "alert")
    assert shown.value == dict(parse_qsl(link.query))["alert"]
    assert shown.value != next(message.key(one) for one in reversed(entries) if one.move in FIRING)


def test_alerts_of_one_day_have_links_of_their_own() -> None:
    verdict, day = Verdict(Judgement.FIRES, "It is."), dt.datetime(2020, 2, 28, tzinfo=dt.UTC)
    series = [SeriesKey("odp", "arrivals", "GRC", origin, kind) for origin in ("", "SYR") for kind in ("sea", "land")]
    entries = [Transition("s", "r", one, Move.RAISED, Severity.HIGH, day, verdict) for one in series]
    entries.append(replace(entries[0], move=Move.ESCALATED, at=day + dt.timedelta(hours=1)))
    assert len({message.link("http://localhost", one) for one in entries}) == 5
