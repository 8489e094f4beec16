from __future__ import annotations

from pathlib import Path

import pytest

from monitor import places, settings, situations
from monitor.connectors import registry
from monitor.errors import SituationError
from monitor.model import Condition, SeriesKey, Severity, Source
from monitor.prepare import checked_situations
from monitor.settings import ROOT

SHIPPED = sorted((ROOT / "seeds" / "situations").glob("*.toml"))
GOOD = """
id = "aegean"
name = "The Aegean"
about = "Made for the tests."
origins = ["SYR"]
hosts = ["TUR"]
routes = ["eastern-mediterranean"]
regions = ["europe-mediterranean"]
areas = ["SY-ID"]
[news.people]
en = ["refugee"]
[news.places]
en = ["Greece"]
[[news.query]]
id = "refugees"
name = "Refugees"
gdelt = "refugees greece"
[[headline]]
series = "unhcr/refugees/TUR/SYR/-"
label = "Hosted"
[[rule]]
id = "hosted"
name = "Hosted in Türkiye"
kind = "threshold"
series = "unhcr/refugees/TUR/SYR/-"
above = 1_000_000
stale_after_days = 550
severity = "high"
reason = "A reason."
reason_source = "Own choice"
[sources.rss]
feeds = ["https://a.example/rss"]
"""


def write(folder: Path, text: str, name: str = "aegean") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_file_becomes_a_situation(tmp_path: Path) -> None:
    found = situations.load(write(tmp_path, GOOD))
    assert (found.id, found.name, found.origins, found.hosts) == ("aegean", "The Aegean", ("SYR",), ("TUR",))
    assert found.places == {"aegean", "SYR", "TUR", "eastern-mediterranean", "europe-mediterranean", "SY-ID"}
    assert found.people_terms == {"en": ("refugee",)}
    assert [(query.id, query.gdelt) for query in found.queries] == [("refugees", "refugees greece")]
    assert found.headlines[0].series == SeriesKey("unhcr", "refugees", "TUR", "SYR")
    assert (found.rules[0].severity, found.rules[0].condition, found.rules[0].stale_after_days) == (
        Severity.HIGH,
        Condition("threshold", {"above": 1_000_000}),
        550,
    )
    assert found.sources == {"rss": {"feeds": ["https://a.example/rss"]}}


def test_all_are_all_countries_and_as_hosts_no_nationality_that_is_none(tmp_path: Path) -> None:
    found = situations.load(write(tmp_path, GOOD.replace('["SYR"]', '"all"').replace('["TUR"]', '"all"')))
    assert set(found.origins) - set(found.hosts) == places.ORIGINS_ONLY
    assert {"SYR", "TUR", "XKX", "AUS"} <= set(found.hosts)
    assert list(found.origins) == sorted(set(found.origins)) == list(places.countries())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_situation_names_no_source_that_nobody_asks(path: Path) -> None:
    assert set(situations.load(path).sources) <= set(registry())


def test_only_a_name_a_word_and_an_id_are_needed(tmp_path: Path) -> None:
    found = situations.load(write(tmp_path, 'id = "aegean"\nname = "The Aegean"\nabout = "x"'))
    assert (found.rules, found.queries, found.headlines, found.places) == ((), (), (), {"aegean"})


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "aegean"', 'id = "another"', "the file's name says 'aegean'"),
        ('id = "aegean"\n', "", "'id' is missing"),
        ('name = "The Aegean"\n', "", "'name' is missing"),
        ('about = "Made for the tests."\n', "", "'about' is missing"),
        ('about = "Made', 'colour = "red"\nabout = "Made', "unknown key 'colour'"),
        ("[news.people]", "[news.peoples]", "unknown key 'peoples'"),
        ('["SYR"]', '"every"', "origins is 'every'; a list of codes is due, or \"all\""),
        ('["eastern-mediterranean"]', '"all"', "routes is 'all'; a list of codes is due"),
        ('feeds = ["https://a.example/rss"]', 'skip = "yes"', "[sources.rss] skip is 'yes'"),
        ("[sources.rss]\nfeeds", "[sources]\nrss", "[sources.rss] is ['https://a.example/rss']; a table is due"),
        ('["SYR"]', '["SYRIA"]', "origins: 'SYRIA' is not the code of a country"),
        ('["TUR"]', '["GFR"]', "hosts: 'GFR' is not the code of a country"),
        ('["TUR"]', '"TUR"', "hosts is 'TUR'; a list of codes is due"),
        ('["TUR"]', '["SY-ID"]', "hosts: 'SY-ID' is not the code of a country"),
        ('["SY-ID"]', '["SYR"]', "areas: 'SYR' is not the code of a area"),
        ('["eastern-mediterranean"]', '["europe-mediterranean"]', "routes: 'europe-mediterranean' is not the code of a route"),
        ('label = "Hosted"', "", "'label' is missing"),
        ('gdelt = "refugees greece"', "", "'gdelt' is missing"),
        ('"unhcr/refugees/TUR/SYR/-"\nlabel', '"unhcr/refugees/TUR/SYR"\nlabel', "is not source/indicator/location/origin/breakdown"),
        ('"unhcr/refugees/TUR/SYR/-"\nlabel', '"unhcr/people/TUR/SYR/-"\nlabel', "'people' is not an indicator"),
        ('kind = "threshold"', 'kind = "guess"', "kind 'guess' is unknown"),
        ('severity = "high"', 'severity = "urgent"', "'urgent'"),
        ('reason = "A reason."', 'reason = ""', "'reason' is missing"),
        ('reason_source = "Own choice"', "", "'reason_source' is missing"),
        ("above = 1_000_000", 'above = "many"', "above is 'many', which is of the wrong type"),
        ("above = 1_000_000", "above = true", "above is True, which is of the wrong type"),
        ("above = 1_000_000", "", "'above' is missing"),
        ("stale_after_days = 550", "", "'stale_after_days' is missing"),
        ("stale_after_days = 550", "stale_after_days = 550\nbelow = 1", "below"),
        ("[sources.rss]", GOOD[GOOD.index("[[rule]]") : GOOD.index("[sources.rss]")] + "[sources.rss]", "two rules share an id: 'hosted'"),
        ("[news.people]", "[news.people", "aegean.toml"),
    ],
)
def test_a_fault_is_told_with_the_files_name_and_what_to_change(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(SituationError) as error:
        situations.load(write(tmp_path, GOOD.replace(old, new, 1)))
    assert "aegean.toml" in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[[rule]]", "[rule]"),  # one pair of brackets: the likeliest slip
        ("[[headline]]", "[headline]"),
        ("[[news.query]]", "[news.query]"),
        ('label = "Hosted"', 'label = "Hosted"\nlable = "x"'),  # unknown keys are refused at every level
        ('gdelt = "refugees greece"', 'gdelt = "refugees greece"\ngdlet = "x"'),
        ('en = ["refugee"]', 'en = "refugee"'),  # each letter would become a term of its own
        ('[news.people]\nen = ["refugee"]', '[news]\npeople = ["refugee"]'),
        ('"unhcr/refugees/TUR/SYR/-"\nabove', "5\nabove"),
        ('id = "refugees"', 'id = "two words"'),  # an id becomes a part of a series
        ('id = "refugees"', 'id = "a/b"'),
    ],
)
def test_a_slip_is_a_fault_of_the_file_and_never_a_crash_nor_taken_in_silence(tmp_path: Path, old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(SituationError, match=r"aegean\.toml"):
        situations.load(write(tmp_path, GOOD.replace(old, new, 1)))


SOURCES = {
    "unhcr": Source("unhcr", "", "", "", "", ""),
    "rss": Source("rss", "", "", "", "", "", options=("feeds",)),
    "tabular": Source("tabular", "", "", "", "", "", options=("table",)),
}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "The Aegean"', "name = 5", "name is 5; a text is due"),
        ('name = "The Aegean"', 'name = " "', "name is ' '; a text is due"),
        ('about = "Made for the tests."', "about = []", "about is []; a text is due"),
        ('name = "Refugees"', "name = 5", "[[news.query]]: name is 5; a text is due"),
        ('gdelt = "refugees greece"', "gdelt = 5", "[[news.query]]: gdelt is 5; a text is due"),
        ('gdelt = "refugees greece"', 'gdelt = ["refugees"]', "a text is due"),
        ('id = "refugees"', "id = 5", "[[news.query]]: id is 5; a text is due"),
        ('label = "Hosted"', "label = 5", "[[headline]]: label is 5; a text is due"),
        ('label = "Hosted"', 'label = "Hosted"\nnote = 5', "[[headline]]: note is 5; a text is due"),
        ('reason = "A reason."', "reason = 5", "rule 'hosted': 'reason' is missing or no text"),
        ("above = 1_000_000", "above = -1", "rule 'hosted': above is -1; a number from 0 on is due"),
        ("above = 1_000_000", "above = -0.1", "above is -0.1"),
        ("above = 1_000_000", "above = nan", "above is nan"),
        ("stale_after_days = 550", "stale_after_days = -1", "stale_after_days is -1"),
        (
            "[[headline]]",
            '[[news.query]]\nid = "refugees"\nname = "Again"\ngdelt = "x"\n[[headline]]',
            "two [[news.query]] share an id: 'refugees'",
        ),
        (
            '"unhcr/refugees/TUR/SYR/-"\nlabel',
            '"unhrc/refugees/TUR/SYR/-"\nlabel',
            "'unhrc' is not a source; known are rss, tabular, unhcr",
        ),
        ('"unhcr/refugees/TUR/SYR/-"\nabove', '"unhrc/refugees/TUR/SYR/-"\nabove', "'unhrc' is not a source"),
        ('"unhcr/refugees/TUR/SYR/-"\nabove', '"tabula-x/refugees/TUR/SYR/-"\nabove', "'tabula-x' is not a source"),
        ("[sources.rss]", "[sources.rsss]", "[sources.rsss]: there is no such source; known are rss, tabular, unhcr"),
        ("[sources.rss]", "[sources]\nunhcr = 5\n[sources.rss]", "[sources.unhcr] is 5; a table is due"),
        ("feeds = [", "feed = [", "[sources.rss] has the unknown key 'feed'; known are feeds"),
        ("[sources.rss]", "[sources.unhcr]\nflows = true\n[sources.rss]", "[sources.unhcr] has the unknown key 'flows'"),
    ],
)
def test_what_no_source_and_no_rule_can_mean_is_refused_with_the_key_and_what_is_due(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(SituationError) as error:
        situations.check_sources(situations.load(write(tmp_path, GOOD.replace(old, new, 1))), SOURCES)
    assert str(error.value).startswith("aegean.toml: ")
    assert told in str(error.value)


@pytest.mark.parametrize("source", ["unhcr", "tabular-italy"])
def test_a_series_of_a_source_or_of_a_table_that_came_through_one_is_taken(tmp_path: Path, source: str) -> None:
    situations.check_sources(situations.load(write(tmp_path, GOOD.replace("unhcr/", f"{source}/"))), SOURCES)
    situations.check_sources(situations.load(write(tmp_path, GOOD.replace("above = 1_000_000", "above = 0"))), SOURCES)


def test_the_shipped_situations_name_the_sources_and_options_that_there_are() -> None:
    assert checked_situations(settings.load({})).keys() == {path.stem for path in SHIPPED}


def test_a_file_in_another_encoding_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "aegean.toml").write_bytes(GOOD.encode("iso-8859-9"))
    with pytest.raises(SituationError, match=r"aegean\.toml"):
        situations.load(tmp_path / "aegean.toml")


def test_a_folder_is_read_in_the_order_of_its_names_and_must_not_be_empty(tmp_path: Path) -> None:
    with pytest.raises(SituationError, match="no situation in"):
        situations.load_all(tmp_path)
    write(tmp_path, GOOD)
    write(tmp_path, 'id = "a"\nname = "A"\nabout = "x"', "a")
    assert list(situations.load_all(tmp_path)) == ["a", "aegean"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_situation_loads_and_speaks_of_its_own_places(path: Path) -> None:
    found = situations.load(path)
    assert found.id == path.stem
    for series in [*(headline.series for headline in found.headlines), *(rule.series for rule in found.rules)]:
        assert series.location in found.places, series
        assert not series.origin or series.origin in found.origins, series
    assert all(places.find(code) for code in found.places - {found.id})


def test_there_is_a_shipped_situation() -> None:
    assert SHIPPED
