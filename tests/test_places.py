from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import places
from monitor.model import PlaceKind

ROWS = list(csv.DictReader((Path(places.__file__).parent / "places.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("code", "iso3"),
    [
        ("AUS", "AUT"),  # the three that are ISO codes of another country
        ("ARE", "EGY"),
        ("MAR", "MTQ"),
        ("AUL", "AUS"),
        ("UAE", "ARE"),
        ("MOR", "MAR"),
        ("GFR", "DEU"),
        ("LEB", "LBN"),
        ("SUD", "SDN"),
        ("MYA", "MMR"),
        ("GAZ", "PSE"),
        ("ALG", "DZA"),
        ("NIG", "NGA"),
        ("GUI", "GIN"),
        ("GAM", "GMB"),
        ("TUR", "TUR"),
        ("SYR", "SYR"),
        ("STA", "XXA"),
        ("UKN", "UNK"),
        ("TIB", "TIB"),
        ("AUT", None),  # ISO's, not UNHCR's: never guessed
        ("DEU", None),
        ("OTH", None),
        ("VAR", None),
        ("-", None),
        ("", None),
        (" ", None),
        ("tur", None),
    ],
)
def test_a_unhcr_code_is_one_country_or_unknown(code: str, iso3: str | None) -> None:
    assert places.from_unhcr(code) == iso3


@pytest.mark.parametrize(
    ("code", "iso3"),
    [
        ("EL", "GRC"),
        ("UK", "GBR"),
        ("GR", None),
        ("GB", None),
        ("DE", "DEU"),
        ("XK", "XKX"),
        ("EU27_2020", None),
        ("TOTAL", None),
        ("", None),
    ],
)
def test_a_eurostat_code_is_one_country_or_unknown(code: str, iso3: str | None) -> None:
    assert places.from_eurostat(code) == iso3


@pytest.mark.parametrize(
    ("iso3", "code"), [("GRC", "EL"), ("GBR", "UK"), ("DEU", "DE"), ("XXA", "STLS"), ("TIB", None), ("EL", None), ("", None)]
)
def test_a_country_has_one_eurostat_code_or_none(iso3: str, code: str | None) -> None:
    assert places.to_eurostat(iso3) == code


def test_every_eurostat_code_leads_back_to_its_country() -> None:
    known = [(row["iso3"], row["eurostat"]) for row in ROWS if row["eurostat"]]
    assert all(places.from_eurostat(code) == iso3 and places.to_eurostat(iso3) == code for iso3, code in known)


@pytest.mark.parametrize(
    ("code", "iso3"),
    [
        ("CH", "CHN"),
        ("SZ", "CHE"),
        ("NG", "NER"),
        ("NI", "NGA"),
        ("NU", "NIC"),
        ("AU", "AUT"),
        ("AS", "AUS"),
        ("GZ", "PSE"),
        ("WE", "PSE"),
        ("SF", "ZAF"),
        ("UP", "UKR"),
        ("SU", "SDN"),
        ("OD", "SSD"),
        ("TU", "TUR"),
        ("GM", "DEU"),
        ("IZ", "IRQ"),
        ("BM", "MMR"),
        ("GR", "GRC"),
        ("WE GZ", None),
        ("OC", None),  # not a country
        ("", None),
    ],
)
def test_a_fips_code_is_one_country_or_unknown(code: str, iso3: str | None) -> None:
    assert places.from_fips(code) == iso3


@pytest.mark.parametrize(
    ("number", "iso3"), [("792", "TUR"), ("040", "AUT"), ("40", "AUT"), ("4", "AFG"), ("001", None), ("", None), ("x", None)]
)
def test_an_m49_number_is_one_country_or_unknown(number: str, iso3: str | None) -> None:
    assert places.from_m49(number) == iso3


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("TUR", "Türkiye", PlaceKind.COUNTRY),
        ("SYR", "Syria", PlaceKind.COUNTRY),
        ("GBR", "United Kingdom", PlaceKind.COUNTRY),
        ("XKX", "Kosovo", PlaceKind.COUNTRY),
        ("XXA", "Stateless", PlaceKind.COUNTRY),
        ("SY-ID", "Idlib", PlaceKind.AREA),
        ("eastern-mediterranean", "Eastern Mediterranean route", PlaceKind.ROUTE),
        ("north-west-syria", "North-west Syria (Idlib and Aleppo)", PlaceKind.REGION),
    ],
)
def test_a_place_is_found_by_its_code(code: str, name: str, kind: PlaceKind) -> None:
    found = places.find(code)
    assert found is not None
    assert (found.code, found.name, found.kind) == (code, name, kind)
    assert places.name(code) == name


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Syria", ["SYR"]), ("Syrian Arab Republic", ["SYR"]), (" SYRIAN  ARAB\nREPUBLIC ", ["SYR"]), ("Syrian Arab Rep.", ["SYR"]),
        ("Central African Rep.", ["CAF"]), ("Dem. Rep. of the Congo", ["COD"]), ("Rep. of Korea", ["KOR"]), ("Dem. People's Rep. of Korea", ["PRK"]),
        ("Czech Rep.", ["CZE"]), ("Iran (Islamic Rep. of)", ["IRN"]), ("United Rep. of Tanzania", ["TZA"]), ("St. Kitts & Nevis", ["KNA"]),
        ("Venezuela (Bolivarian Republic of)", ["VEN"]), ("Lao People's Dem. Rep.", ["LAO"]), ("Trinidad & Tobago", ["TTO"]),
        ("Türkiye", ["TUR"]), ("Turkiye", ["TUR"]), ("TÜRKİYE", ["TUR"]), ("Turkey", ["TUR"]), ("Côte d’Ivoire", ["CIV"]), ("Cote d'Ivoire", ["CIV"]),
        ("Iran (Islamic Republic of)", ["IRN"]), ("Islamic Republic of Iran", ["IRN"]), ("State of Palestine", ["PSE"]), ("The Gambia", ["GMB"]),
        ("Republic of Moldova", ["MDA"]), ("Republic of the Congo", ["COG"]), ("Democratic Republic of the Congo", ["COD"]), ("DR Congo", ["COD"]),
        ("Guinea Bissau", ["GNB"]), ("Guinea", ["GIN"]), ("Niger", ["NER"]), ("Nigeria", ["NGA"]), ("Kosovo*", ["XKX"]), ("Stateless", ["XXA"]),
        ("Eastern Mediterranean route", ["eastern-mediterranean"]),
        ("Congo", ["COD", "COG"]), ("Korea", ["KOR", "PRK"]),  # two countries each
        ("Syri", []), ("Syria (estimate)", []), ("SYR", []), ("Virgin Islands", []), ("Total", []), ("", []), ("the", []), ("*", []), ("-", []),
    ],
)  # fmt: skip
def test_a_place_is_found_by_exactly_its_name_and_never_by_a_likeness(name: str, codes: list[str]) -> None:
    assert list(places.by_name(name)) == codes


def test_only_names_that_are_known_to_be_ambiguous_stand_for_several_places() -> None:
    several = {called: codes for called, codes in places._names().items() if len(codes) != 1}
    assert set(several) == {"congo", "korea"}
    assert "" not in places._names()


def test_every_country_is_found_by_the_name_that_is_shown_of_it() -> None:
    assert [row["iso3"] for row in ROWS if row["iso3"] not in places.by_name(places.name(row["iso3"]))] == []
    assert {code for codes in places._names().values() for code in codes if not places.find(code)} == set()


@pytest.mark.parametrize(
    ("code", "iso3"), [("GR", "GRC"), ("GB", "GBR"), ("XX", None), ("EL", None), ("UK", None), ("gr", None), ("", None)]
)
def test_a_two_letter_code_is_isos(code: str, iso3: str | None) -> None:
    assert places.from_iso2(code) == iso3


@pytest.mark.parametrize("code", ["QQQ", "", "tur", "TR", "GFR", "SY-XX", "sy-id", "SYR ", "Eastern-Mediterranean", "-", "OTH"])
def test_a_code_that_is_not_in_the_crosswalk_is_unknown(code: str) -> None:
    assert places.find(code) is None
    assert places.name(code) == code


@pytest.mark.parametrize("system", ["iso3", "unhcr", "eurostat", "fips"])
def test_no_code_of_a_system_stands_for_two_places(system: str) -> None:
    codes = Counter(code for row in ROWS for code in row[system].split())
    assert {code: times for code, times in codes.items() if times > 1} == {}


def test_every_country_of_iso_is_in_the_crosswalk() -> None:
    assert {country.alpha_3 for country in pycountry.countries} <= {row["iso3"] for row in ROWS}


def test_every_row_that_iso_does_not_know_says_its_own_name() -> None:
    assert [row["iso3"] for row in ROWS if not row["name"] and not pycountry.countries.get(alpha_3=row["iso3"])] == []


def test_no_two_places_share_a_name() -> None:
    names = Counter(places.name(row["iso3"]) for row in ROWS)
    assert {name: times for name, times in names.items() if times > 1} == {}


@settings(deadline=None)
@given(st.text(max_size=8))
def test_any_text_is_a_known_place_or_none(code: str) -> None:
    known = {row["iso3"] for row in ROWS}
    assert all(
        found is None or found in known
        for found in (places.from_unhcr(code), places.from_eurostat(code), places.from_fips(code), places.from_m49(code))
    )
    found = places.find(code)
    assert found is None or found.code == code
    assert set(places.by_name(code)) <= known | set(places.NAMED)


# -- names -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "iso3"),
    [
        ("Syria", "SYR"),
        ("Syrian Arab Republic", "SYR"),
        ("Türkiye", "TUR"),
        ("turkey", "TUR"),
        ("Kosovo*", "XKX"),
        ("Cote d'Ivoire", "CIV"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Bolivarian Republic of Venezuela", "VEN"),
        ("Congo (Kinshasa)", "COD"),
        ("Republic of the Congo", "COG"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Guinea-Bissau", "GNB"),
        ("Stateless", "XXA"),
        ("Unknown", "UNK"),
        ("Unspecified sub-Saharan nationals", None),
        ("Nig", None),
        ("", None),
        ("*", None),
    ],
)
def test_a_country_is_known_by_its_usual_names_and_never_by_a_part_of_one(text: str, iso3: str | None) -> None:
    assert places.from_name(text) == iso3


def test_no_name_belongs_to_two_countries() -> None:
    for row in ROWS:
        country = pycountry.countries.get(alpha_3=row["iso3"])
        for called in (row["name"], getattr(country, "name", ""), *places.ALSO_CALLED.get(row["iso3"], ())):
            assert not called or called in places.AMBIGUOUS or places.from_name(called) == row["iso3"]
    assert set(places.ALSO_CALLED) <= {row["iso3"] for row in ROWS}


@given(st.text())
def test_any_text_is_a_known_country_or_none(text: str) -> None:
    code = places.from_name(text)
    assert code is None or places.find(code) is not None
