"""What each page says on full, empty, stale and past data."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor import places
from monitor.model import Footnote, Frequency, Observation, Outcome, Run, SeriesKey, Source, Status
from monitor.settings import ROOT
from monitor.store import Store, append
from monitor.store.runs import describe
from tests.building_app import answer, at, lived_in, month
from tests.views.conftest import Open

PAGES = ("overview", "trends", "news", "alerts", "rules", "sources")


def words(app: AppTest) -> str:
    """Everything that a page says in its blocks of text."""
    blocks = [*app.text, *app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.title, *app.header]
    return "\n".join(str(block.value) for block in blocks)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("day", ["2012-01-01", "2020-02-28", "2026-11-01"])
def test_every_page_stands_on_bundled_figures_whatever_the_day(open_page: Open, page: str, day: str) -> None:
    assert open_page(page, as_of=day).title


@pytest.mark.parametrize("page", PAGES)
def test_every_page_stands_on_a_lived_in_store(open_page: Open, page: str, tmp_path: Path) -> None:
    lived_in(tmp_path)
    assert open_page(page).title


def test_a_headline_figure_names_its_date_its_age_its_source_and_that_it_is_bundled(open_page: Open) -> None:
    app = open_page()
    assert metrics(app)["Syrian refugees hosted in Türkiye"] == "2,347,756"
    assert "**31 December 2025** · 10 months old · bundled" in words(app)
    assert "known 15 Jun 2026 (estimated)" in words(app)


def test_on_28_february_2020_the_page_shows_that_mornings_knowledge(open_page: Open) -> None:
    app = open_page(as_of="2020-02-28")
    assert metrics(app)["Syrian refugees hosted in Türkiye"] == "3,622,366"
    assert metrics(app)["Displaced, NW Syria, since Dec 2019"] == "948,000"
    assert metrics(app)["Arrivals in Greece by sea and land"] == "–"
    assert "948,000 (1 December 2019 – 23 February 2020) is at or above 300,000." in words(app)


def test_rules_that_cannot_say_are_never_shown_as_all_well(open_page: Open) -> None:
    app = open_page()
    assert not app.success
    assert "cannot say" in words(app)


def test_news_starts_empty_and_says_so(open_page: Open) -> None:
    assert "No news figures yet" in words(open_page("news"))
    assert "No article yet" in words(open_page("news"))


def test_copies_of_a_story_are_one_row_of_the_list(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    (table,) = (frame.value for frame in open_page("news").dataframe)
    assert table.set_index("title")["copies"].to_dict() == {
        "=HYPERLINK story told twice": 2,
        **{f"Story {n} of the Aegean": 1 for n in (2, 3, 4)},
    }


def test_a_revision_is_listed_with_both_values(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    app = open_page("trends", indicator="arrivals", place=["GRC"])
    revised = app.dataframe[1].value
    assert revised[["Period", "Was", "Is", "Change"]].to_numpy().tolist() == [["July 2026", "2,000", "3,000", "+50.0%"]]


def test_before_a_revision_was_known_the_earlier_value_is_shown_and_no_revision(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    app = open_page("trends", indicator="arrivals", place=["GRC"], as_of="2026-08-21")
    assert app.dataframe[0].value["value"].tolist() == [2500.0, 2000.0]
    assert len(app.dataframe) == 1


def test_no_place_chosen_is_said_and_is_no_fault(open_page: Open) -> None:
    app = open_page("trends")
    app.multiselect(key="place").set_value([]).run()
    assert not app.exception
    assert "No figure of this choice was known on this day." in words(app)


def test_why_a_rule_says_what_it_says_stands_beside_it(open_page: Open) -> None:
    told = words(open_page("alerts"))
    assert "The newest figure is of April 2025, 550 days ago: too old to say." in told
    assert "Why this level: " in told


def test_the_history_shows_alerts_newest_first_and_only_up_to_the_day(open_page: Open) -> None:
    table = open_page("alerts", as_of="2020-02-28").dataframe[0].value
    moments = table["Known (UTC)"].tolist()
    assert moments == sorted(moments, reverse=True)
    assert str(max(moments).date()) <= "2020-02-28"


def test_what_an_upstream_answered_is_shown_as_plain_text_and_never_rendered(open_page: Open, tmp_path: Path) -> None:
    store = lived_in(tmp_path)
    quoted = "answered with: '![x](http://tracker.invalid/p.png) [a](http://evil.invalid)'"
    append.save(store, Run("rss", at("2026-11-01"), at("2026-11-01"), Outcome.FAILED, messages=[quoted]))
    app = open_page("sources")
    assert any("tracker.invalid" in str(text.value) for text in app.text)
    assert "tracker.invalid" not in "".join(str(block.value) for block in [*app.markdown, *app.warning, *app.caption])


def test_a_situation_without_figures_says_so_on_every_page(open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = tmp_path / "seeds"
    shutil.copytree(ROOT / "seeds", seeds)
    (seeds / "situations" / "nowhere.toml").write_text('id = "nowhere"\nname = "Nowhere"\nabout = "Nothing yet."\n', encoding="utf-8")
    monkeypatch.setenv("MONITOR_SEEDS_DIR", str(seeds))
    for page in PAGES:
        assert open_page(page, situation="nowhere").title


def test_half_a_month_is_not_compared_with_a_whole_one(open_page: Open, tmp_path: Path) -> None:
    store = lived_in(tmp_path)
    given = answer("odp", "2026-08-22")
    rows = [month(given, 2025, 8, 9000.0), replace(month(given, 2026, 8, 1234.0), status=Status.PROVISIONAL)]
    append.save(store, Run("odp", given.retrieved_at, given.retrieved_at), [given], rows)
    app = open_page()
    assert metrics(app)["Arrivals in Greece by sea and land"] == "3,000"  # July, which is over
    assert "August 2026 so far: 1,234 (provisional)" in words(app)


def test_a_break_in_a_series_is_marked_in_the_chart_below_it_and_in_the_table(open_page: Open) -> None:
    app = open_page("trends", indicator="registered_refugees", place=["TUR"], origin="SYR")
    assert "◇ 31 December 2014: The rise of 492,560" in words(app)
    table = app.dataframe[0].value
    assert table[table["correction"] != ""]["value"].tolist() == [1_552_839]
    assert "◇" not in words(open_page("trends", indicator="registered_refugees", place=["TUR"], origin="SYR", **{"from": "2015"}))


def test_a_corrected_headline_says_what_the_source_said_and_why(open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = Path(shutil.copytree(ROOT / "seeds", tmp_path / "seeds"))
    text = """[[correction]]\nid = "x"\ndate = 2026-10-01\nseries = "unhcr/refugees/TUR/SYR/-"
        period_start = 2025-12-31\nperiod_end = 2025-12-31\ngiven = 2_347_756\nright = 2_347_000
        what = "A slip"\nreason = "Counted twice"\nreference = "a report"\nreported = "to UNHCR"\n"""
    (seeds / "corrections" / "unhcr.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("MONITOR_SEEDS_DIR", str(seeds))
    app = open_page()
    assert metrics(app)["Syrian refugees hosted in Türkiye"] == "2,347,000"
    assert "corrected: the source says 2,347,756" in words(app)
    assert "◇ A slip. Counted twice (a report; to UNHCR; entered 2026-10-01)." in words(app)
    before = open_page(as_of="2026-09-30")
    assert metrics(before)["Syrian refugees hosted in Türkiye"] == "2,347,756"
    assert "A slip" not in words(before)


def test_sources_show_terms_the_last_run_and_plain_errors(open_page: Open, tmp_path: Path) -> None:
    lived_in(tmp_path)
    told = words(open_page("sources"))
    assert "api.unhcr.org: HTTP 503 service unavailable" in told
    assert "Licence: CC BY 4.0" in told
    assert "last well never" in told


def test_a_source_that_came_through_another_is_said_to_have(open_page: Open, tmp_path: Path) -> None:
    store = lived_in(tmp_path)
    own = Source("tabular-italy", "Italy: landings", "A table.", "https://example.org", "CC BY 4.0 of the ministry", "Ministry")
    with store.writing() as connection:
        describe(connection, [(own, True)])
    told = words(open_page("sources"))
    assert "Licence: CC BY 4.0 of the ministry" in told
    assert "came through Tables of your own" in told


def test_the_sources_page_marks_what_is_for_non_commercial_use_only_and_tells_the_terms(open_page: Open) -> None:
    said = words(open_page("sources"))
    assert "non-commercial use only" in said
    assert "Terms: Name IDMC" in said


# -- many series, and what a source says beside its figures ----------------------------------------------------------------


def matrix(store: Store) -> None:
    """Refugees of thirty origins in thirty countries, and notes on some of them."""
    given = answer("unhcr", "2026-10-01")
    codes = [code for code in places.countries() if code not in places.ORIGINS_ONLY][:30]
    day = dt.date(2025, 12, 31)
    observed = [
        Observation(SeriesKey("unhcr", "refugees", host, origin), Frequency.YEAR, day, day, 10.0, given)
        for host in codes
        for origin in codes
        if origin != host
    ]
    span = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    said = [
        Footnote("unhcr", "refugees", "TUR", "", *span, "As *given* by the Government.", given),
        Footnote("unhcr", "refugees", "", "SYR", dt.date(2019, 1, 1), dt.date(2022, 12, 31), "Registration was suspended.", given),
        Footnote("unhcr", "refugees", "ABW", "AFG", *span, "Of another pair.", given),
    ]
    append.save(store, Run("unhcr", at("2026-10-01"), at("2026-10-01")), [given], observed, footnotes=said)


def test_among_many_series_a_few_are_chosen_and_drawn(open_page: Open, tmp_path: Path) -> None:
    matrix(lived_in(tmp_path))
    app = open_page("trends", situation="world", indicator="refugees", place=["AFG", "ABW"], origin=["AGO", "ALB"])
    table = app.dataframe[0].value
    assert set(zip(table["location"], table["origin"], strict=True)) == {
        (host, origin) for host in ("AFG", "ABW") for origin in ("AGO", "ALB")
    }
    every = [str(option) for option in app.multiselect(key="place").options]
    assert len(every) >= 30
    many = open_page(
        "trends",
        situation="world",
        indicator="refugees",
        place=sorted(set(table["location"]) | {"AGO", "ALB", "AND", "ARE", "ARG", "ARM", "ATG", "AUS"}),
    )
    assert len(many.multiselect(key="place").value) == 8  # lines that can be told apart


def test_a_note_stands_beside_the_figures_that_it_concerns_in_plain_text(open_page: Open, tmp_path: Path) -> None:
    matrix(lived_in(tmp_path))
    told = [str(block.value) for block in open_page("trends", indicator="refugees", place="TUR", origin="SYR").text]
    assert told == ["from Syria 2019–2022: Registration was suspended.", "Türkiye 2025: As *given* by the Government."]
    later = [str(block.value) for block in open_page("trends", indicator="refugees", place="TUR", origin="SYR", **{"from": "2023"}).text]
    assert later == ["Türkiye 2025: As *given* by the Government."]
    assert "* As *given* by the Government." in [str(block.value) for block in open_page().text]


def test_a_note_that_was_not_known_on_the_day_is_not_shown(open_page: Open, tmp_path: Path) -> None:
    matrix(lived_in(tmp_path))
    assert not open_page("trends", indicator="refugees", place="TUR", origin="SYR", as_of="2026-09-30").text


def test_series_that_overlap_can_be_chosen_by_their_breakdown(open_page: Open, tmp_path: Path) -> None:
    store = lived_in(tmp_path)
    given = answer("unhcr", "2026-10-01")
    key = SeriesKey("unhcr", "asylum_applications", "DEU", "SYR")
    span = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    both = [Observation(key._replace(breakdown=unit), Frequency.YEAR, *span, 5.0, given) for unit in ("persons", "cases")]
    append.save(store, Run("unhcr", at("2026-10-01"), at("2026-10-01")), [given], both)
    asked = {"indicator": "asylum_applications", "place": "DEU", "origin": "SYR"}
    assert set(open_page("trends", **asked).dataframe[0].value["breakdown"]) == {"persons", "cases"}
    assert set(open_page("trends", **asked, by="cases").dataframe[0].value["breakdown"]) == {"cases"}
