"""Languages: numbers, days and periods as people write them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from babel import UnknownLocaleError

from monitor import locale
from monitor.locale import _, day, number, period, share, short_day
from tests.building_store import day as date


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    locale.use(locale.DEFAULT)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (999.0, "999"), (3_622_366.0, "3,622,366"), (0.302, "0.302"), (2.13, "2.13"), (None, "–"), (float("nan"), "–")],
)
def test_a_number_has_its_thousands_and_missing_is_a_dash(value: float | None, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(27.8284, "27.8"), (0.000123456, "0.000123"), (100.4, "100"), (12.0, "12"), (0.0, "0"), (None, "–"), (float("nan"), "–")],
)
def test_a_share_has_three_digits_that_count(value: float | None, shown: str) -> None:
    assert share(value) == shown


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("2020-02-28", "2020-02-28", "28 February 2020"),
        ("2020-02-01", "2020-02-29", "February 2020"),
        ("2019-02-01", "2019-02-28", "February 2019"),
        ("2020-02-01", "2020-02-28", "1 February 2020 – 28 February 2020"),
        ("2019-12-01", "2019-12-31", "December 2019"),
        ("2019-01-01", "2019-12-31", "2019"),
        ("2019-01-01", "2019-06-30", "1 January 2019 – 30 June 2019"),
        ("2018-01-01", "2019-12-31", "1 January 2018 – 31 December 2019"),
        ("2019-12-01", "2020-02-23", "1 December 2019 – 23 February 2020"),
        ("2019-02-01", "2020-02-29", "1 February 2019 – 29 February 2020"),
    ],
)
def test_a_period_has_its_shortest_name(start: str, end: str, shown: str) -> None:
    assert period(date(start), date(end)) == shown


def test_days_are_written_long_and_short() -> None:
    assert (day(date("2020-02-28")), short_day(date("2020-02-28"))) == ("28 February 2020", "28 Feb 2020")


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en_GB", ("1,234.5", "28 February 2020")), ("tr", ("1.234,5", "28 Şubat 2020")), ("el-GR", ("1.234,5", "28 Φεβρουαρίου 2020"))],
)
def test_another_language_writes_numbers_and_days_its_own_way(language: str, shown: tuple[str, str]) -> None:
    locale.use(language)
    assert (number(1234.5), day(date("2020-02-28"))) == shown
    assert share(1.25) == ("1.25" if language == "en_GB" else "1,25")


def test_a_language_without_a_catalogue_speaks_english() -> None:
    locale.use("tr")
    assert _("No figure is known.") == "No figure is known."


def test_an_unknown_language_is_refused_and_the_old_one_stays() -> None:
    with pytest.raises(UnknownLocaleError):
        locale.use("xx")
    assert number(1234.5) == "1,234.5"


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2020-01-01", "2020-01-31", "in January 2020"),
        ("2020-01-01", "2020-12-31", "in 2020"),
        ("2020-12-31", "2020-12-31", "on 31 December 2020"),
        ("2020-03-03", "2020-03-09", "from 3 March 2020 to 9 March 2020"),
    ],
)
def test_a_period_has_its_preposition(first: str, last: str, told: str) -> None:
    span = (date(first), date(last))
    assert locale.in_period(*span) == told
    assert str(locale.Sentence("5 {in_then}.", {"then": span})) == f"5 {told}."
