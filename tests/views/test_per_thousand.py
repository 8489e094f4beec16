"""Trends per thousand inhabitants: when the switch is there, and what then changes on the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from tests.building_app import lived_in
from tests.views.conftest import Open
from tests.views.test_pages import words

TWO = {"indicator": "refugees", "place": ["TUR", "LBN"], "origin": "SYR", "from": "2019", "to": "2025"}


def axis(app: AppTest) -> dict[str, Any]:
    """How the chart's figures are laid out."""
    (chart,) = app.get("vega_lite_chart")
    found: dict[str, Any] = json.loads(chart.proto.spec)["layer"][0]["encoding"]["y"]
    return found


def drawn(app: AppTest) -> pd.DataFrame:
    """The points of the chart."""
    (chart,) = app.get("vega_lite_chart")
    return pa.ipc.open_stream(chart.proto.datasets[0].data.data).read_pandas()


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        (TWO, True),
        ({**TWO, "place": ["TUR"]}, False),
        ({**TWO, "place": ["TUR", "XXX"]}, False),
        ({"indicator": "border_detections", "place": ["eastern-mediterranean", "turkiye-europe-land"]}, False),
        ({"indicator": "population", "place": ["TUR", "LBN"]}, False),
    ],
)
def test_the_switch_is_there_where_countries_are_compared(
    open_page: Open, tmp_path: Path, address: dict[str, str | list[str]], offered: bool
) -> None:
    lived_in(tmp_path)
    app = open_page("trends", **{**address, "per_1000": "yes"})
    assert [toggle.value for toggle in app.toggle] == ([True] if offered else [])
    assert ("inhabitants" in axis(app)["title"]) is offered
    assert ("per_1000" in app.query_params) is offered


def test_switching_writes_the_address_and_back_again(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    app = open_page("trends", **TWO)
    assert (axis(app)["title"], app.toggle[0].value) == ("persons", False)
    app.toggle[0].set_value(True).run()
    assert (axis(app)["title"], app.query_params["per_1000"]) == ("persons per 1,000 inhabitants", "yes")
    app.toggle[0].set_value(False).run()
    assert axis(app)["title"] == "persons"
    assert "per_1000" not in app.query_params


@pytest.mark.parametrize("address", ["no", "True", "1", ""])
def test_any_other_word_in_the_address_is_off(open_page: Open, tmp_path: Path, address: str) -> None:
    lived_in(tmp_path)
    app = open_page("trends", **TWO, per_1000=address)
    assert (app.toggle[0].value, "per_1000" in app.query_params) == (False, False)


def test_table_and_words_name_the_people_and_their_year(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    app = open_page("trends", **TWO, per_1000="yes")
    table = app.dataframe[0].value
    hosted = table[(table["source"] == "unhcr") & (table["location"] == "TUR")].set_index("period_end")
    newest = hosted.loc["2025-12-31"]
    assert (newest["value"], newest["population"], newest["population_year"]) == (2_347_756, 80_000_000, 2024)
    assert newest["per_1000"] == pytest.approx(29.34695)
    assert hosted.loc["2020-12-31", "population_year"] == 2020
    assert newest["population_citation"].startswith("World Bank")
    assert "Each figure is divided by the inhabitants" in words(app)
    assert "stand in: 2024 for 2025." in words(app)
    assert "for want of a population" not in words(app)


def test_the_chart_draws_the_shares_and_its_tooltip_tells_of_how_many(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    app = open_page("trends", **TWO, per_1000="yes")
    assert axis(app)["axis"]["format"] == "~f"  # shares are small: no k, no M
    (point,) = (row for row in drawn(app).to_dict("records") if "Türkiye" in row["name"] and row["told_period"] == "31 December 2025")
    assert point["value"] == pytest.approx(29.34695)
    assert point["told_value"] == "29.3 (2,347,756 among 80,000,000 inhabitants in 2024)"


def test_places_without_people_are_named_and_not_drawn_as_zero(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    app = open_page("trends", **{**TWO, "place": ["TUR", "LBN", "JOR"]}, per_1000="yes")
    assert "not zero, for want of a population: Jordan." in words(app)
    table = app.dataframe[0].value
    assert table[table["location"] == "JOR"]["per_1000"].isna().all()
    assert not any(name.startswith("Jordan") for name in drawn(app)["name"])


def test_before_any_population_was_known_the_page_says_so(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    app = open_page("trends", **{**TWO, "to": "2024"}, per_1000="yes", as_of="2026-07-31")
    assert "No population of these places and years was known on this day." in words(app)
    assert not app.get("vega_lite_chart")
    assert app.dataframe[0].value["per_1000"].isna().all()


def test_without_the_switch_the_table_is_as_ever(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    assert not {"per_1000", "population"} & set(open_page("trends", **TWO).dataframe[0].value)
