"""A data folder as a user has it after some weeks: bundled figures, a revision, news, a source that failed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from monitor.model import Answer, Frequency, Mention, Observation, Outcome, Run, SeriesKey, SetAside, Status
from monitor.prepare import prepare
from monitor.settings import ROOT, Settings
from monitor.store import Store, append

TODAY = dt.date(2026, 11, 1)
SITUATION = "syria-turkiye-greece"
GREECE = SeriesKey("odp", "arrivals", "GRC", "", "all")


def at(day: str) -> dt.datetime:
    """Noon of a day, in UTC."""
    return dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")


def answer(source: str, day: str) -> Answer:
    """An answer of its own for each source and day."""
    return Answer(source, f"https://{source}.example/{day}", b"", at(day), f"{source}-{day}")


def installation(folder: Path) -> Settings:
    """The settings of an installation in a folder, on 1 November 2026."""
    return Settings(folder, f"sqlite:///{folder / 'monitor.db'}", today=TODAY, seeds_dir=ROOT / "seeds")


def lived_in(folder: Path) -> Store:
    """A store with something on every page."""
    store = prepare(installation(folder))
    for day, july in (("2026-08-04", 2000.0), ("2026-08-22", 3000.0)):
        rows = [month(answer("odp", day), 2026, 6, 2500.0), month(answer("odp", day), 2026, 7, july)]
        append.save(store, Run("odp", at(day), at(day)), [rows[0].answer], rows)
    counted = answer("worldbank", "2026-08-01")
    people = [inhabitants(counted, place, year) for place in ("TUR", "LBN") for year in range(2018, 2025)]
    append.save(store, Run("worldbank", at("2026-08-01"), at("2026-08-01")), [counted], people)
    news = answer("gdelt", "2026-11-01")
    shares = [share(news, dt.date(2026, 10, 2) + dt.timedelta(days=n), 0.2 + n % 7 / 100) for n in range(30)]
    append.save(store, Run("gdelt", at("2026-11-01"), at("2026-11-01")), [news], shares, [article(news, n) for n in range(5)])
    failed = Run("unhcr", at("2026-11-01"), at("2026-11-01"), Outcome.FAILED, messages=["api.unhcr.org: HTTP 503 service unavailable"])
    append.save(store, failed, put_aside=[SetAside("unknown place 'XYZ'", "unhcr/refugees/XYZ/SYR/- = 5")])
    return store


def month(given: Answer, year: int, number: int, value: float) -> Observation:
    """Arrivals in Greece in a month."""
    start = dt.date(year, number, 1)
    end = (start + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return Observation(GREECE, Frequency.MONTH, start, end, value, given)


def inhabitants(given: Answer, place: str, year: int, value: float | None = None) -> Observation:
    """The population of Türkiye or Lebanon in the middle of a year, round."""
    middle = dt.date(year, 7, 1)
    key = SeriesKey("worldbank", "population", place)
    return Observation(key, Frequency.YEAR, middle, middle, value or {"TUR": 80e6, "LBN": 5e6}[place], given, Status.ESTIMATED)


def share(given: Answer, day: dt.date, value: float) -> Observation:
    """The share of the news on a day; the last day is not over."""
    key = SeriesKey("gdelt", "news_share", SITUATION, "", "refugees")
    return Observation(key, Frequency.DAY, day, day, value, given, Status.PROVISIONAL if day == TODAY else Status.REPORTED)


def article(given: Answer, number: int) -> Mention:
    """One of a few articles; two of them are copies of one story."""
    title = "=HYPERLINK story told twice" if number < 2 else f"Story {number} of the Aegean"
    url = f"https://paper{number}.example/a"
    return Mention(SITUATION, url, url, title, f"paper{number}.example", "English", "", at("2026-10-31"), True, "refugees", "", given)
