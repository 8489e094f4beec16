"""One crosswalk of places.

Countries are written as ISO 3166-1 alpha-3, areas below them as ISO 3166-2, routes, regions and situations as
lower-case words. `places.csv` puts the codes of UNHCR, Eurostat and GDELT (FIPS 10-4) beside ISO's, and the few codes
that upstreams use without ISO (Kosovo, stateless, unknown origin, Tibetan, Abyei). ISO itself comes from pycountry.

A code that is not in the crosswalk is unknown. Nothing is guessed from what it looks like: UNHCR's AUS is Austria.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
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
        Place("europe-mediterranean", "Europe: Italy, Malta, Cyprus, Greece and Spain", PlaceKind.REGION),
        Place("european-union", "European Union (27 countries)", PlaceKind.REGION),
        Place("north-west-syria", "North-west Syria (Idlib and Aleppo)", PlaceKind.REGION),
    )
}


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
