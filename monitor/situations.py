"""seeds/situations/*.toml -> frozen Situation. Unknown keys, places and kinds are refused, with the file's name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor import normalise, places
from monitor.alerts import rules as alert_rules
from monitor.alerts import written
from monitor.errors import SituationError
from monitor.model import INDICATORS, Headline, PlaceKind, Query, Rule, SeriesKey, Situation, Source, parts, through

PLACES = {
    "origins": PlaceKind.COUNTRY,
    "hosts": PlaceKind.COUNTRY,
    "routes": PlaceKind.ROUTE,
    "regions": PlaceKind.REGION,
    "areas": PlaceKind.AREA,
}
ALL = "all"
TOP = {"id", "name", "about", "news", "headline", "rule", "sources", *PLACES}


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


def check_sources(situation: Situation, known: Mapping[str, Source]) -> None:
    """Raises SituationError where the file names a source, or an option of one, that there is not."""
    try:
        for series in [*(one.series for one in situation.headlines), *(key for rule in situation.rules for key in alert_rules.reads(rule))]:
            if series.source not in known and through(series.source) not in known:
                raise ValueError(f"{series}: {series.source!r} is not a source; known are {', '.join(sorted(known))}")
        for name, options in situation.sources.items():
            if name not in known:
                raise ValueError(f"[sources.{name}]: there is no such source; known are {', '.join(sorted(known))}")
            _refuse_unknown(_table(options, f"[sources.{name}]"), {*known[name].options, "skip"}, f"[sources.{name}]")
    except ValueError as error:
        raise SituationError(f"{situation.id}.toml: {error}") from None


def _build(table: Mapping[str, Any], stem: str) -> Situation:
    _refuse_unknown(table, TOP, "the file")
    if table["id"] != stem:
        raise ValueError(f"id is {table['id']!r}; the file's name says {stem!r}")
    _check_texts(table, ("name", "about"), "the file")
    codes = {group: _places(table.get(group, ()), kind, group) for group, kind in PLACES.items()}
    news = _table(table.get("news", {}), "[news]")
    _refuse_unknown(news, {"people", "places", "query"}, "[news]")
    queries = tuple(_query(entry) for entry in _tables(news.get("query", []), "news.query"))
    twice = [query.id for number, query in enumerate(queries) if query.id in [one.id for one in queries[:number]]]
    if twice:
        raise ValueError(f"two [[news.query]] share an id: {twice[0]!r}; each needs its own, since it becomes part of a series")
    return Situation(
        id=table["id"],
        name=table["name"],
        about=table["about"],
        **codes,
        people_terms=_terms(news, "people"),
        place_terms=_terms(news, "places"),
        queries=queries,
        headlines=tuple(_headline(entry, stem) for entry in _tables(table.get("headline", []), "headline")),
        rules=rules(_tables(table.get("rule", []), "rule"), stem),
        sources={name: _options(options, name) for name, options in _table(table.get("sources", {}), "[sources]").items()},
    )


def rules(tables: Sequence[Mapping[str, Any]], situation: str) -> tuple[Rule, ...]:
    """The rules of some [[rule]] tables of a situation; raises ValueError saying what to change."""
    for entry in tables:
        _refuse_negative(entry, f"rule {entry.get('id', '?')!r}")
    found = tuple(rule for entry in tables for rule in written.read(entry, lambda text: _series(text, situation)))
    wrong = next((told for rule in found if (told := alert_rules.check(rule))), "")
    if wrong:
        raise ValueError(wrong)
    ids = [entry["id"] for entry in tables]
    if len(set(ids)) != len(ids):
        raise ValueError(f"two rules share an id: {sorted(i for i in ids if ids.count(i) > 1)[0]!r}")
    identities = [rule.identity for rule in found]
    twice = next((one for one in identities if identities.count(one) > 1), None)
    if twice:
        raise ValueError(f"rule {twice[0]!r} has the series {twice[1]} twice")
    return found


def rules_of(text: Mapping[str, Any], situation: str) -> tuple[Rule, ...]:
    """The rules of a text that holds nothing else; raises ValueError saying what to change."""
    _refuse_unknown(text, {"rule"}, "the text")
    tables = _tables(text.get("rule", []), "rule")
    if not tables:
        raise ValueError("one [[rule]] is due")
    return rules(tables, situation)


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} is {value!r}; a table is due")
    return value


def _tables(value: Any, name: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is one table; each begins with [[{name}]], in two pairs of brackets")
    return [_table(entry, f"[[{name}]]") for entry in value]


def _terms(news: Mapping[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    """Search terms by language."""
    by_language = _table(news.get(name, {}), f"[news.{name}]")
    for language, terms in by_language.items():
        if not isinstance(terms, list) or not all(isinstance(term, str) and term for term in terms):
            raise ValueError(f"[news.{name}] {language} is {terms!r}; a list of words is due")
    return {language: tuple(terms) for language, terms in by_language.items()}


def _query(entry: Mapping[str, Any]) -> Query:
    _refuse_unknown(entry, {"id", "name", "gdelt"}, "[[news.query]]")
    _check_texts(entry, ("id", "name", "gdelt"), "[[news.query]]")
    if not re.fullmatch(r"[\w-]+", str(entry["id"])):
        raise ValueError(f"[[news.query]] id is {entry['id']!r}; letters, digits and - are due, since it becomes part of a series")
    return Query(entry["id"], entry["name"], entry["gdelt"])


def _headline(entry: Mapping[str, Any], situation: str) -> Headline:
    _refuse_unknown(entry, {"series", "label", "note"}, "[[headline]]")
    _check_texts(entry, ("label",), "[[headline]]")
    _check_texts(entry, [name for name in ("note",) if name in entry], "[[headline]]")
    return Headline(_series(entry["series"], situation), entry["label"], entry.get("note", ""))


def _check_texts(table: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    for name in names:
        if not isinstance(table[name], str) or not table[name].strip():
            raise ValueError(f"{where}: {name} is {table[name]!r}; a text is due")


def _refuse_negative(value: Any, where: str) -> None:
    """No figure is below 0, so no number of a rule can be."""
    if isinstance(value, int | float) and not value >= 0:
        raise ValueError(f"{where} is {value}; a number from 0 on is due, since no figure is below it")
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else ((f"[{n}]", one) for n, one in enumerate(value)):
            _refuse_negative(one, f"{where}: {name}")


def _refuse_unknown(table: Mapping[str, Any], known: Collection[str], where: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ValueError(f"{where} has the unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _options(value: Any, name: str) -> Mapping[str, Any]:
    """What a connector is told, which it checks itself; `skip = true` keeps it from being asked for this situation."""
    options = _table(value, f"[sources.{name}]")
    if not isinstance(options.get("skip", False), bool):
        raise ValueError(f"[sources.{name}] skip is {options['skip']!r}; true or false is due")
    return options


def _places(given: Any, kind: PlaceKind, group: str) -> tuple[str, ...]:
    """The codes of a group. `"all"` are all countries; as hosts without the nationalities that are none."""
    if given == ALL and kind is PlaceKind.COUNTRY:
        return tuple(code for code in places.countries() if group == "origins" or code not in places.ORIGINS_ONLY)
    if isinstance(given, str):
        raise ValueError(f"{group} is {given!r}; a list of codes is due" + (f', or "{ALL}"' if kind is PlaceKind.COUNTRY else ""))
    return tuple(_place(code, kind, group) for code in given)


def _place(code: str, kind: PlaceKind, group: str) -> str:
    place = places.find(code)
    if place is None or place.kind is not kind:
        raise ValueError(f"{group}: {code!r} is not the code of a {kind}")
    return code


def _series(text: Any, situation: str) -> SeriesKey:
    if not isinstance(text, str):
        raise ValueError(f"series is {text!r}; source/indicator/location/origin/breakdown is due")
    key = SeriesKey.parse(text)
    if key.indicator not in INDICATORS:
        raise ValueError(f"{text}: {key.indicator!r} is not an indicator; known are {', '.join(INDICATORS)}")
    unknown = next(filter(None, (normalise.unknown_name(part, {situation}) for part in parts(key))), "")
    if unknown:
        raise ValueError(f"{text}: {unknown}")
    return key
