"""One crosswalk of places.

Countries are written as ISO 3166-1 alpha-3, areas below them as ISO 3166-2, routes, regions and situations as
lower-case words. `places.csv` puts the codes of UNHCR, Eurostat and GDELT (FIPS 10-4) beside ISO's, and the few codes
that upstreams use without ISO (Kosovo, stateless, unknown origin, Tibetan, Abyei). ISO itself comes from pycountry.

A code that is not in the crosswalk is unknown. Nothing is guessed from what it looks like: UNHCR's AUS is Austria.
"""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import pycountry

from monitor.model import PlaceKind


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its code in the store."""

    code: str
    name: str
    kind: PlaceKind


# Nationalities that are not countries: they occur as origins only.
ORIGINS_ONLY = frozenset({"XXA", "UNK", "TIB"})

NAMED: Mapping[str, Place] = {
    place.code: place
    for place in (
        Place("eastern-mediterranean", "Eastern Mediterranean route", PlaceKind.ROUTE),
        Place("central-mediterranean", "Central Mediterranean route", PlaceKind.ROUTE),
        Place("western-mediterranean", "Western Mediterranean route", PlaceKind.ROUTE),
        Place("western-balkan", "Western Balkan route", PlaceKind.ROUTE),
        Place("western-african", "Western African route", PlaceKind.ROUTE),
        Place("eastern-land-borders", "Eastern land borders route", PlaceKind.ROUTE),
        Place("black-sea", "Black Sea route", PlaceKind.ROUTE),
        Place("albania-greece", "Circular route from Albania to Greece", PlaceKind.ROUTE),
        Place("syria-turkiye", "Syria to Türkiye", PlaceKind.ROUTE),
        Place("iran-turkiye", "Iran to Türkiye", PlaceKind.ROUTE),
        Place("turkiye-europe-land", "Türkiye to Europe by land", PlaceKind.ROUTE),
        Place("afghanistan-iran", "Afghanistan to Iran", PlaceKind.ROUTE),
        Place("english-channel", "English Channel to the United Kingdom", PlaceKind.ROUTE),
        Place("italy-france", "Italy to France", PlaceKind.ROUTE),
        Place("belarus-european-union", "Belarus to the European Union", PlaceKind.ROUTE),
        Place("ukraine-europe", "Ukraine to Europe", PlaceKind.ROUTE),
        Place("sahara", "Sahara Desert crossing", PlaceKind.ROUTE),
        Place("horn-of-africa", "Horn of Africa route", PlaceKind.ROUTE),
        Place("eastern-horn-of-africa", "Eastern route to and from the Horn of Africa", PlaceKind.ROUTE),
        Place("northern-horn-of-africa", "Northern route from the Horn of Africa", PlaceKind.ROUTE),
        Place("southern-africa", "Route to Southern Africa", PlaceKind.ROUTE),
        Place("dr-congo-uganda", "DR Congo to Uganda", PlaceKind.ROUTE),
        Place("mayotte", "Sea crossings to Mayotte", PlaceKind.ROUTE),
        Place("darien", "Darién", PlaceKind.ROUTE),
        Place("mexico-united-states", "Border of Mexico and the United States", PlaceKind.ROUTE),
        Place("caribbean-united-states", "Caribbean to the United States", PlaceKind.ROUTE),
        Place("dominican-republic-puerto-rico", "Dominican Republic to Puerto Rico", PlaceKind.ROUTE),
        Place("haiti-dominican-republic", "Haiti to the Dominican Republic", PlaceKind.ROUTE),
        Place("venezuela-caribbean", "Venezuela to the Caribbean", PlaceKind.ROUTE),
        Place("europe-mediterranean", "Europe: Italy, Malta, Cyprus, Greece and Spain", PlaceKind.REGION),
        Place("european-union", "European Union (27 countries)", PlaceKind.REGION),
        Place("north-west-syria", "North-west Syria (Idlib and Aleppo)", PlaceKind.REGION),
    )
}

# Names in use that ISO does not have, as the UN, newsrooms and spreadsheets write them.
ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "BRN": ("Brunei",),
    "CIV": ("Ivory Coast",),
    "COD": (
        "Congo (Kinshasa)",
        "Democratic Republic of the Congo",
        "Democratic Republic of Congo",
        "Congo, Dem. Rep.",
        "DRC",
    ),
    "COG": (
        "Congo (Brazzaville)",
        "Republic of the Congo",
        "Congo, Rep.",
        "Congo-Brazzaville",
    ),
    "CPV": ("Cape Verde",),
    "CZE": ("Czech Republic",),
    "FSM": ("Micronesia",),
    "GBR": (
        "United Kingdom of Great Britain and Northern Ireland",
        "UK",
        "Great Britain",
    ),
    "GMB": ("The Gambia",),
    "HKG": ("Hong Kong Special Administrative Region, China",),
    "KOR": ("Republic of Korea",),
    "LAO": ("Lao PDR",),
    "MAC": ("Macao Special Administrative Region, China",),
    "MKD": (
        "The former Yugoslav Republic of Macedonia",
        "Macedonia",
    ),
    "MMR": ("Burma",),
    "NLD": ("Netherlands (Kingdom of the)",),
    "PRK": ("DPRK",),
    "PSE": (
        "Occupied Palestinian Territory",
        "State of Palestine",
        "oPt",
        "Palestinian Territories",
    ),
    "RUS": ("Russia",),
    "SWZ": ("Swaziland",),
    "TLS": ("East Timor",),
    "TUR": (
        "Turkey",
        "Turkiye",
    ),
    "UNK": ("Unknown",),
    "USA": (
        "USA",
        "US",
    ),
    "VAT": (
        "Holy See",
        "Vatican",
        "Vatican City",
    ),
    "XKX": ("Kosovo (S/RES/1244 (1999))",),
}
# Abbreviations of the UN's tables.
WRITTEN_OUT: Mapping[str, str] = {"rep": "republic", "dem": "democratic", "st": "saint"}
# ISO's name of one country that people also use for another.
AMBIGUOUS: Mapping[str, tuple[str, ...]] = {"Congo": ("COD", "COG"), "Korea": ("KOR", "PRK")}


@lru_cache(maxsize=1)
def _table() -> tuple[Mapping[str, str], ...]:
    text = resources.files("monitor").joinpath("places.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=4)
def _index(system: str) -> Mapping[str, str]:
    return {code: row["iso3"] for row in _table() for code in row[system].split()}


def _country(alpha_3: str) -> Any:
    return pycountry.countries.get(alpha_3=alpha_3)


def _subdivision(code: str) -> Any:
    return pycountry.subdivisions.get(code=code)  # type: ignore[no-untyped-call]


def countries() -> tuple[str, ...]:
    """The code of every country and of the nationalities that are none, in alphabetical order."""
    return tuple(sorted(_index("iso3")))


def from_unhcr(code: str) -> str | None:
    """ISO3 of a UNHCR three-letter code, or None when unknown."""
    return _index("unhcr").get(code)


def from_eurostat(code: str) -> str | None:
    """ISO3 of a Eurostat `geo` or `citizen` code (EL is Greece), or None when unknown."""
    return _index("eurostat").get(code)


def to_eurostat(code: str) -> str | None:
    """Eurostat's code of an ISO3 one (GRC is EL), or None where Eurostat has none."""
    return next((row["eurostat"] or None for row in _table() if row["iso3"] == code), None)


def from_fips(code: str) -> str | None:
    """ISO3 of a FIPS 10-4 code as GDELT uses it (CH is China), or None when unknown."""
    return _index("fips").get(code)


def from_m49(code: str) -> str | None:
    """ISO3 of a UN M49 number, or None when unknown."""
    country: Any = pycountry.countries.get(numeric=code.zfill(3))
    return str(country.alpha_3) if country else None


def from_iso2(code: str) -> str | None:
    """ISO3 of an ISO 3166-1 alpha-2 code (GR is Greece, UK is nothing), or None when unknown."""
    country: Any = pycountry.countries.get(alpha_2=code)
    return str(country.alpha_3) if country and country.alpha_2 == code else None


@lru_cache(maxsize=4096)
def by_name(name: str) -> tuple[str, ...]:
    """The codes of the places of exactly this name: none when unknown, several when ambiguous.

    Upper and lower case, accents, punctuation, blanks and a leading "the" make no difference, "Rep.", "Dem.", "St." and "&"
    are written out; nothing else is overlooked.
    """
    return _names().get(_plain(name), ())


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("&", " and ")).casefold()
    words = re.sub(r"[\W_]+", " ", "".join(letter for letter in letters if not unicodedata.combining(letter))).split()
    return " ".join(WRITTEN_OUT.get(word, word) for word in (words[1:] if words[:1] == ["the"] else words))


@lru_cache(maxsize=1)
def _names() -> Mapping[str, tuple[str, ...]]:
    known: dict[str, set[str]] = {}
    for code, called in _called():
        known.setdefault(_plain(called), set()).add(code)
    known.update((_plain(called), set(codes)) for called, codes in AMBIGUOUS.items())
    return {called: tuple(sorted(codes)) for called, codes in known.items()}


def _called() -> Iterator[tuple[str, str]]:
    """(code, name) for every name of every country, route and region."""
    yield from ((place.code, place.name) for place in NAMED.values())
    yield from ((code, called) for code, names in ALSO_CALLED.items() for called in names)
    for row in _table():
        country = _country(row["iso3"])
        names = (getattr(country, kind, "") for kind in ("name", "common_name", "official_name")) if country else ()
        for called in filter(None, (row["name"], *names)):
            before, comma, after = called.partition(", ")
            yield row["iso3"], called
            if comma:
                yield row["iso3"], f"{after} {before}"  # "Moldova, Republic of" is the Republic of Moldova


def folded(text: str) -> str:
    """A name without case, accents, blanks and punctuation, so that two spellings of one name are equal."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def from_name(text: str) -> str | None:
    """ISO3 of an English country name in one of its usual forms, or None when it is unknown or names several."""
    countries = [code for code in by_name(text) if code in _index("iso3")]
    return countries[0] if len(countries) == 1 else None


def nearest(text: str, most: int = 3) -> tuple[str, ...]:
    """The codes of the countries whose names or codes look most like a text, the likeliest first; none when none does."""
    names = {called: code for called, codes in _names().items() for code in codes if code in _index("iso3")}
    names |= {code.lower(): code for code in _index("iso3")}
    alike = difflib.get_close_matches(_plain(text), names, n=4 * most, cutoff=0.7)
    return tuple(dict.fromkeys(names[called] for called in alike))[:most]


@lru_cache(maxsize=4096)
def find(code: str) -> Place | None:
    """The country, area, route or region of this code; None when unknown."""
    if code in NAMED:
        return NAMED[code]
    own_names = _index("iso3")
    if code in own_names:
        country = _country(code)
        row = next(row for row in _table() if row["iso3"] == code)
        name = row["name"] or str(getattr(country, "common_name", country.name if country else code))
        return Place(code, name, PlaceKind.COUNTRY)
    area = _subdivision(code) if "-" in code and code.isupper() else None
    return Place(code, str(area.name), PlaceKind.AREA) if area else None


def name(code: str) -> str:
    """The name of a place, or its code where it has none (a situation's id is named by the situation)."""
    place = find(code)
    return place.name if place else code
