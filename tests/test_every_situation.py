"""One hostile look at every situation that ships: its file, and every page on it with little and with nothing in the store."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from monitor import bundle, normalise, situations
from monitor.connectors import registry
from monitor.model import Situation, parts
from monitor.settings import ROOT

SHIPPED = situations.load_all(ROOT / "seeds" / "situations")
PAGES = ("overview", "trends", "news", "alerts", "sources")
each = pytest.mark.parametrize("situation", SHIPPED.values(), ids=SHIPPED)


def words(app: AppTest) -> str:
    blocks = [*app.text, *app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.title, *app.header]
    return "\n".join(str(block.value) for block in blocks)


# -- The file ----------------------------------------------------------------------------------------------------------------


@each
def test_headlines_and_rules_are_of_a_source_that_exists_and_of_the_situations_own_places(situation: Situation) -> None:
    sources = {*registry(), *bundle.sources(ROOT / "seeds")}
    for series in [*(headline.series for headline in situation.headlines), *(rule.series for rule in situation.rules)]:
        assert series.source in sources, series
        assert series.location in situation.places, series
        assert not series.origin or series.origin in situation.origins, series
        assert [told for one in parts(series) if (told := normalise.unknown_name(one, {situation.id}))] == [], series


@each
def test_every_rule_has_a_reason_of_its_own_and_says_where_it_comes_from(situation: Situation) -> None:
    reasons = {rule.id: rule.reason for rule in situation.rules}  # one written rule may be on several series
    assert len(set(reasons.values())) == len(reasons)
    for rule in situation.rules:
        assert rule.reason_source.strip()
        assert rule.reason.endswith("."), rule.id
        assert rule.reason_source.startswith("Own choice") or any(sign.isdigit() for sign in rule.reason + rule.reason_source), rule.id


@each
def test_options_are_for_sources_that_exist(situation: Situation) -> None:
    assert set(situation.sources) <= set(registry())


@each
def test_news_is_searched_for_in_english_and_in_a_language_of_the_place(situation: Situation) -> None:
    for terms in (situation.people_terms, situation.place_terms):
        assert "en" in terms
        assert all(words for words in terms.values())
    assert situation.queries
    rules = [rule.series for rule in situation.rules if rule.series.source == "gdelt"]
    assert {series.breakdown for series in rules} <= {query.id for query in situation.queries}


def test_no_series_is_judged_by_one_rule_in_two_situations() -> None:
    told = [(str(rule.series), repr(rule.condition)) for one in SHIPPED.values() for rule in one.rules]
    assert sorted(told) == sorted(set(told))


# -- The pages ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["bundled figures only", "an empty store"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MONITOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MONITOR_TODAY", "2026-11-01")
    if request.param == "an empty store":
        shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
        figures = tmp_path / "seeds" / "figures.csv"
        figures.write_text(figures.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
        monkeypatch.setenv("MONITOR_SEEDS_DIR", str(tmp_path / "seeds"))
    st.cache_resource.clear()
    st.cache_data.clear()
    return str(request.param)


@each
def test_every_page_opens_and_says_in_plain_words_what_is_not_there(situation: Situation, store: str) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["situation"] = situation.id
    told = {}
    for page in PAGES:
        (app.run() if page == "overview" else app.switch_page(str(ROOT / "monitor" / "views" / f"{page}.py")).run())
        assert not app.exception, (page, app.exception)
        told[page] = words(app).replace("\\", "")  # what people wrote is shown as plain text
        if page == "overview":
            shown = {metric.label: metric.value for metric in app.metric}
    assert f"{situation.name}\n" in told["overview"] + "\n"
    assert list(shown) == [headline.label for headline in situation.headlines]
    assert told["overview"].count("No figure known on this day: ") == list(shown.values()).count("–")
    assert "No news figures yet" in told["news"]
    assert "No news figures yet" in told["overview"]
    assert "No article yet" in told["news"]
    for rule in situation.rules:
        assert f"**{rule.name}" in told["alerts"]  # a rule on several series says which one behind its name
        assert rule.reason in told["alerts"]
    if store == "an empty store":
        assert set(shown.values()) == {"–"}
        assert f"No rule fires, but {len(situation.rules)} of {len(situation.rules)} cannot say" in told["overview"]
        assert "No figures of this situation yet" in told["trends"]
        assert "has not been asked yet" in told["overview"]
