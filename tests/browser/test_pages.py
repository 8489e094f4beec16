"""Every page in a real browser: painted, downloadable, addressable, and silent towards the rest of the world."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from monitor import export
from tests.browser.conftest import Reader

pytestmark = pytest.mark.browser
WIDE_LIGHT, PHONE_DARK = (1440, "light"), (390, "dark")


@pytest.mark.parametrize("reader", [WIDE_LIGHT, PHONE_DARK], indirect=True, ids=["wide-light", "phone-dark"])
@pytest.mark.parametrize(
    ("path", "title", "charts"),
    [
        ("/", "Syria – Türkiye – Greece", 2),
        ("/trends", "Trends", 1),
        ("/news", "News", 1),
        ("/alerts", "Alerts", 2),
        ("/rules", "Rules", 1),
        ("/sources", "Sources", 0),
    ],
)
def test_a_page_opens_with_its_charts_painted_and_nothing_wider_than_the_window(reader: Reader, path: str, title: str, charts: int) -> None:
    page = reader.open(path, charts)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 1


def download(reader: Reader, button: int = 0) -> list[dict[str, str]]:
    with reader.page.expect_download() as waiting:
        reader.page.get_by_role("button", name="Download CSV").nth(button).click()
    text = waiting.value.path().read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def test_the_file_of_a_chart_holds_the_figures_that_are_shown(reader: Reader) -> None:
    reader.open("/trends?indicator=refugees&place=TUR&origin=SYR&from=2019&to=2025")
    rows = download(reader)
    assert tuple(rows[0]) == export.FIGURES
    unhcr = {row["period_end"]: row["value"] for row in rows if row["source"] == "unhcr"}
    assert unhcr["2024-12-31"] == "2901478"
    assert unhcr["2025-12-31"] == "2347756"
    assert min(unhcr) == "2019-12-31"


def test_figures_per_thousand_inhabitants_are_on_the_axis_in_the_address_and_in_the_file(reader: Reader) -> None:
    page = reader.open("/trends?indicator=refugees&place=TUR&place=LBN&origin=SYR&from=2019", 1)
    page.get_by_text("Per 1,000 inhabitants").first.click()
    page.wait_for_url(re.compile("per_1000=yes"))
    expect(page.locator('[data-testid="stVegaLiteChart"] svg')).to_contain_text("persons per 1,000 inhabitants")
    reader.settled(1)
    rows = {(row["source"], row["location"], row["period_end"]): row for row in download(reader)}
    row = rows["unhcr", "TUR", "2025-12-31"]
    assert tuple(row) == (*export.FIGURES, *export.PER_THOUSAND)
    assert (row["value"], row["per_1000"], row["population"], row["population_year"]) == ("2347756", "29.34695", "80000000", "2024")


def test_the_file_of_articles_runs_no_formula(reader: Reader) -> None:
    reader.open("/news")
    rows = download(reader, 1)
    assert "'=HYPERLINK story told twice" in {row["title"] for row in rows}


def test_a_deep_link_restores_the_choices_and_a_choice_rewrites_the_address(reader: Reader) -> None:
    page = reader.open("/trends?indicator=border_detections&place=eastern-mediterranean&as_of=2020-02-28")
    expect(page.get_by_text("You see what was known on 28 February 2020")).to_be_visible()
    expect(page.get_by_test_id("stMultiSelect").first).to_contain_text("Eastern Mediterranean route")
    page.get_by_label("Indicator").click()
    page.get_by_role("option", name="Internally displaced persons").click()
    page.wait_for_url(re.compile("indicator=idps"))
    reader.settled()
    assert "as_of=2020-02-28" in page.url


def test_an_address_with_nonsense_in_it_shows_the_defaults(reader: Reader) -> None:
    page = reader.open("/trends?indicator=%3Cscript%3E&place=XXX&from=1&as_of=never&situation=nowhere")
    expect(page.get_by_test_id("stMultiSelect").first).to_contain_text("Türkiye")
    page.wait_for_url(re.compile(r"/trends$"))


def test_the_morning_of_28_february_2020_shows_what_was_known_and_nothing_later(reader: Reader) -> None:
    page = reader.open("/?as_of=2020-02-28")
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("948,000 (1 December 2019 – 23 February 2020) is at or above 300,000")
    expect(main).to_contain_text("3,622,366")
    expect(main).not_to_contain_text("2,347,756")
    expect(main).to_contain_text("No news figures yet")


def test_a_revision_is_shown_with_what_it_was_and_since_when(reader: Reader) -> None:
    page = reader.open("/trends?indicator=arrivals&place=GRC")
    expect(page.get_by_role("region", name="Figures that were revised")).to_be_visible()


def test_the_choices_stay_when_another_page_is_opened(reader: Reader) -> None:
    page = reader.open("/?as_of=2020-02-28")
    page.get_by_role("link", name="Alerts").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alerts")
    reader.settled()
    expect(page.get_by_text("You see what was known on 28 February 2020")).to_be_visible()
    assert "as_of=2020-02-28" in page.url


def test_a_rule_is_written_saved_and_withdrawn(reader: Reader) -> None:
    page = reader.open("/rules?rule=aegean-sea-doubled+frontex%2Fborder_detections%2Feastern-mediterranean%2F-%2Fsea", 1)
    page.get_by_label("Name", exact=True).fill("Thrice last year")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_text("Its id: thrice-last-year")).to_be_visible(timeout=30_000)
    reader.settled()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_text("It is judged from now on")).to_be_visible(timeout=30_000)
    reader.open("/rules?rule=thrice-last-year+frontex%2Fborder_detections%2Feastern-mediterranean%2F-%2Fsea", 1)
    expect(page.get_by_role("heading", name="Versions")).to_be_visible()
    page.get_by_label("Your name").last.fill("Ben")
    page.get_by_role("button", name="Withdraw the rule").click()
    expect(page.get_by_role("heading", name="Versions")).to_have_count(0, timeout=30_000)


def test_the_address_of_an_alert_shows_that_alert(reader: Reader) -> None:
    page = reader.open("/alerts?alert=2019-11-09+00:00:00+aegean-sea-record+frontex/border_detections/eastern-mediterranean/-/sea", 2)
    expect(page.get_by_text("11,160 in September 2019 is the highest since March 2016").last).to_be_visible()
    expect(page.get_by_role("region", name="The facts behind the answer")).to_be_visible()


def test_what_a_person_says_of_an_alert_is_entered_with_a_name(reader: Reader) -> None:
    page = reader.open("/alerts", 2)
    page.get_by_role("button", name="Act on this alert").first.click()
    form = page.get_by_test_id("stPopoverBody")
    form.get_by_text("It was wrong").click()
    form.get_by_label("Your name").fill("Ada")
    form.get_by_role("button", name="Enter it in the history").click()
    reader.settled()
    reader.open("/alerts?move=marked+false", 2)
    expect(page.get_by_test_id("stMain")).not_to_contain_text("No entry of this choice")
    assert "move=" in page.url


def test_a_failed_source_says_so_in_plain_words(reader: Reader) -> None:
    page = reader.open("/sources")
    expect(page.get_by_text("api.unhcr.org: HTTP 503 service unavailable")).to_be_visible()
    page.get_by_text("Set aside: 1").click()
    expect(page.get_by_role("region", name="Rows set aside, with reasons")).to_be_visible()
