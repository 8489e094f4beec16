"""seeds/situations/*.toml -> frozen Situation. Unknown keys, places and kinds are refused, with the file's name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor import places
from monitor.alerts import rules as alert_rules
from monitor.errors import SituationError
from monitor.model import INDICATORS, Headline, PlaceKind, Query, Rule, SeriesKey, Severity, Situation

PLACES = {
    "origins": PlaceKind.COUNTRY,
    "hosts": PlaceKind.COUNTRY,
    "routes": PlaceKind.ROUTE,
    "regions": PlaceKind.REGION,
    "areas": PlaceKind.AREA,
}
TOP = {"id", "name", "about", "news", "headline", "rule", "sources", *PLACES}
RULE = ("id", "name", "kind", "series", "severity", "reason", "reason_source")


def load_all(folder: Path) -> dict[str, Situation]:
    """Every situation in the folder by id, in the order of the file names."""
    found = [load(path) for path in sorted(folder.glob("*.toml"))]
    if not found:
        raise SituationError(f"no situation in {folder}: at least one .toml file is due")
    return {situation.id: situation for situation in found}


def load(path: Path) -> Situation:
    """One situation; raises SituationError naming the file and what to change in it."""
    try:
        return _build(tomllib.loads(path.read_text(encoding="utf-8")), path.stem)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SituationError(f"{path.name}: {error}") from None
    except (KeyError, ValueError, TypeError) as error:
        what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise SituationError(f"{path.name}: {what}") from None


def _build(table: Mapping[str, Any], stem: str) -> Situation:
    _refuse_unknown(table, TOP, "the file")
    if table["id"] != stem:
        raise ValueError(f"id is {table['id']!r}; the file's name says {stem!r}")
    codes = {group: tuple(_place(code, kind, group) for code in table.get(group, ())) for group, kind in PLACES.items()}
    news = table.get("news", {})
    _refuse_unknown(news, {"people", "places", "query"}, "[news]")
    rules = tuple(_rule(entry) for entry in table.get("rule", ()))
    wrong = next((told for rule in rules if (told := alert_rules.check(rule))), "")
    if wrong:
        raise ValueError(wrong)
    ids = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise ValueError(f"two rules share an id: {sorted(i for i in ids if ids.count(i) > 1)[0]!r}")
    return Situation(
        id=table["id"],
        name=table["name"],
        about=table["about"],
        **codes,
        people_terms={lang: tuple(terms) for lang, terms in news.get("people", {}).items()},
        place_terms={lang: tuple(terms) for lang, terms in news.get("places", {}).items()},
        queries=tuple(Query(q["id"], q["name"], q["gdelt"]) for q in news.get("query", ())),
        headlines=tuple(Headline(_series(h["series"]), h["label"], h.get("note", "")) for h in table.get("headline", ())),
        rules=rules,
        sources=table.get("sources", {}),
    )


def _refuse_unknown(table: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise ValueError(f"{where} has the unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _place(code: str, kind: PlaceKind, group: str) -> str:
    place = places.find(code)
    if place is None or place.kind is not kind:
        raise ValueError(f"{group}: {code!r} is not the code of a {kind}")
    return code


def _series(text: str) -> SeriesKey:
    key = SeriesKey.parse(text)
    if key.indicator not in INDICATORS:
        raise ValueError(f"{text}: {key.indicator!r} is not an indicator; known are {', '.join(INDICATORS)}")
    return key


def _rule(entry: Mapping[str, Any]) -> Rule:
    for name in RULE:
        if not entry.get(name):
            raise ValueError(f"rule {entry.get('id', '?')!r}: {name!r} is missing (every rule says its reason and where that comes from)")
    return Rule(
        id=entry["id"],
        name=entry["name"],
        kind=entry["kind"],
        series=_series(entry["series"]),
        severity=Severity(entry["severity"]),
        reason=entry["reason"],
        reason_source=entry["reason_source"],
        parameters={name: value for name, value in entry.items() if name not in RULE},
    )
