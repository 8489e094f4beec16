"""A first file for a new situation, from a few answers: each block commented, so that a person can go on from there.

The file is loaded before it is put in its place, so that what stands in the folder can always be used.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor import places, situations
from monitor.errors import SituationError
from monitor.model import PlaceKind
from monitor.news.mentions import printable

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PEOPLE = ("refugee", "asylum", "migrant", "displaced", "displacement", "returnee")
HOSTS_LEADING = 4  # countries of asylum of which the Overview leads with a figure, to begin with
SHORTEST = 3  # letters: GDELT refuses shorter words
Terms = Mapping[str, tuple[str, ...]]  # by language


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says of a new situation. Countries are ISO3 codes."""

    id: str
    name: str
    about: str
    origins: tuple[str, ...]
    hosts: tuple[str, ...]
    people: Terms = field(default_factory=dict)  # empty: common English words
    places: Terms = field(default_factory=dict)  # empty: the names of the countries of origin


def situation_id(texts: Sequence[str]) -> str:
    """The id of a new situation; raises ValueError for one that cannot name a file or is a place already."""
    text = line(texts)
    if not ID.fullmatch(text):
        raise ValueError(f"{text!r} cannot be an id: small letters, digits and single - between them are due, as in lake-chad")
    if places.find(text):
        raise ValueError(f"{text!r} is the code of a place ({places.name(text)}): choose another id")
    return text


def line(texts: Sequence[str]) -> str:
    """One line of text; raises ValueError when it says nothing."""
    told = printable(" ".join(texts))
    if not told:
        raise ValueError("a text is due")
    return told


def countries(texts: Iterable[str]) -> tuple[str, ...]:
    """ISO3 codes of countries given by name or code, one a text or several with commas or semicolons between.

    Raises ValueError for one that is unknown, with the nearest that are known, and for a name of several.
    """
    found = [_country(name) for text in texts for name in _names(text)]
    if not found:
        raise ValueError("a country is due, by its name or its ISO 3166 code")
    return tuple(dict.fromkeys(found))


def countries_of_asylum(texts: Sequence[str]) -> tuple[str, ...]:
    """The same for countries that host people; there may be none."""
    found = countries(texts) if any(_names(text) for text in texts) else ()
    strange = next((code for code in found if code in places.ORIGINS_ONLY), "")
    if strange:
        raise ValueError(f"{places.name(strange)} is no country of asylum")
    return found


def _names(text: str) -> Sequence[str]:
    if places.from_name(text):
        return [text]  # a comma may be a part of the name
    return [name for part in text.split(";") for name in ([part] if places.from_name(part) else part.split(",")) if name.strip()]


def _country(text: str) -> str:
    name = text.strip()
    place = places.find(name.upper())
    code = place.code if place and place.kind is PlaceKind.COUNTRY else places.from_name(name)
    several = [] if code else [known for known in places.by_name(name) if known not in places.NAMED]
    if several:
        raise ValueError(f"{name!r} may be {_listed(several)}: write the code")
    if code is None:
        near = places.nearest(name)
        raise ValueError(
            f"no country {name!r}" + (f"; did you mean {_listed(near)}?" if near else ": write its ISO 3166 code, such as SYR")
        )
    return code


def _listed(codes: Iterable[str]) -> str:
    return " or ".join(f"{places.name(code)} ({code})" for code in codes)


def terms(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Words by language: `ar: word, word`, or English ones without a language; nothing is no word. Raises ValueError for a language without words."""
    found: dict[str, tuple[str, ...]] = {}
    for text in filter(str.strip, texts):
        language, colon, words = text.partition(":")
        language, words = (language.strip().lower(), words) if colon else ("en", text)
        if not re.fullmatch(r"[a-z]{2,3}", language):
            raise ValueError(f"{text!r} begins with {language!r}; a language such as ar is due before the colon")
        several = tuple(filter(None, (printable(word) for word in re.split("[,;،]", words))))
        if not several:
            raise ValueError(f"{text!r} has no words")
        found[language] = tuple(dict.fromkeys((*found.get(language, ()), *several)))
    return found


def write(folder: Path, answers: Answers) -> Path:
    """The path of the new file; raises SituationError when there is one already, no folder, or the file could not be used."""
    target = folder / f"{answers.id}.toml"
    written = text(answers)
    with tempfile.TemporaryDirectory() as aside:
        trial = Path(aside) / target.name
        trial.write_text(written, encoding="utf-8")
        situations.load(trial)
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(written)
    except FileExistsError:
        raise SituationError(f"{target} is there already, and nothing was written: choose another id, or edit the file") from None
    except OSError as error:
        raise SituationError(f"{target} cannot be written: {error.strerror or error}") from None
    return target


def text(answers: Answers) -> str:
    """The file as a person goes on to edit it."""
    blocks = (
        _head(answers),
        _heading("What the Overview leads with"),
        *_headlines(answers),
        _heading("News"),
        _news(answers),
        _heading("Sources"),
        SOURCES,
        _heading("Rules"),
        _rules(answers),
    )
    return "\n".join(blocks)


def _heading(title: str) -> str:
    return f"# -- {title} ".ljust(120, "-") + "\n"


def _quoted(words: str) -> str:
    """A string of TOML, which a string of JSON is too."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def _array(words: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(word) for word in words) + "]"


def _head(answers: Answers) -> str:
    named = ", ".join(places.name(code) for code in dict.fromkeys((*answers.origins, *answers.hosts)))
    return f"""\
# {answers.name}: written by `python -m monitor situation new`. Change what you like; the id is the file's name.
# `python -m monitor refresh --situation {answers.id}` says what is wrong with it, and asks the sources when nothing is.

id = {_quoted(answers.id)}
name = {_quoted(answers.name)}
about = {_quoted(answers.about)} # one sentence, shown below the name

# Codes: {named}.
origins = {_array(answers.origins)}
hosts = {_array(answers.hosts)}
# Routes, regions and areas of monitor/places.py: of routes come detections and deaths, of european-union Eurostat's totals.
routes = []
regions = []
areas = []
"""


def _leading(answers: Answers) -> list[tuple[str, str]]:
    """(series, label) of the figures to begin with: displaced within each origin, hosted of the first."""
    within = [origin for origin in answers.origins if origin not in places.ORIGINS_ONLY]
    leading = [(f"unhcr/idps/{origin}/{origin}/-", f"Internally displaced in {places.name(origin)}") for origin in within]
    first, named = answers.origins[0], places.name(answers.origins[0])
    abroad = [host for host in answers.hosts if host != first][:HOSTS_LEADING]
    return leading + [(f"unhcr/refugees/{host}/{first}/-", f"Refugees from {named} hosted in {places.name(host)}") for host in abroad]


def _headlines(answers: Answers) -> Iterable[str]:
    yield "# A series is source/indicator/location/origin/breakdown, with - for an empty part. The first few, to begin with:\n"
    for series, label in _leading(answers):
        yield f"[[headline]]\nseries = {_quoted(series)}\nlabel = {_quoted(label)}\n"


def _news(answers: Answers) -> str:
    people = answers.people or {"en": PEOPLE}
    named = answers.places or {"en": tuple(_short(code) for code in answers.origins)}
    return f"""\
# A headline of a feed is kept when it has a term of `people` and a term of `places`, in any language; a term matches from
# the beginning of a word. Add the languages of the place.
[news.people]
{_by_language(people)}
[news.places]
{_by_language(named)}
# GDELT searches English translations of every language. Alternatives stand in parentheses, a phrase in double quotes.
[[news.query]]
id = "refugees"
name = {_quoted(answers.name)}
gdelt = {_quoted(query(answers.origins))}
"""


def _by_language(words: Terms) -> str:
    return "".join(f"{language} = {_array(several)}\n" for language, several in words.items())


def _short(code: str) -> str:
    """The name of a country as newsrooms write it: without what stands behind a comma or in brackets."""
    return re.split(r"[,(\[]", places.name(code))[0].strip()


def query(origins: Iterable[str]) -> str:
    """A question to GDELT: displacement and one of the countries of origin."""
    names = [_short(code).lower().replace('"', "") for code in origins]
    words = [f'"{name}"' if re.search(r"\W", name) else name for name in dict.fromkeys(names) if len(name) >= SHORTEST]
    either = f" ({' OR '.join(words)})" if len(words) > 1 else f" {words[0]}" if words else ""
    return f"(refugees OR displaced OR displacement){either}"


SOURCES = """\
# Every source is asked with what stands above. Some take options, which their blocks in the other situations show.
[sources.rss]
feeds = [
    "https://news.un.org/feed/subscribe/en/news/topic/migrants-and-refugees/feed/rss.xml",
    "https://www.thenewhumanitarian.org/rss/all.xml",
]
"""


def _rules(answers: Answers) -> str:
    series, label = next(iter(_leading(answers)), (f"gdelt/news_articles/{answers.id}/-/refugees", answers.name))
    return f"""\
# None yet: a level needs a reason, and only you have it. Take away the signs before these lines and say yours. Among the
# kinds are threshold (above), change (against = "last_year", ratio, floor) and record (since or years, floor). A figure whose
# period ended more than `stale_after_days` ago is too old to judge by.
#
# [[rule]]
# id = "first"
# name = {_quoted(label)}
# kind = "threshold"
# series = {_quoted(series)}
# above = 1_000_000
# stale_after_days = 550
# severity = "high"
# reason = "Why this level and no other, with figures."
# reason_source = "Where that comes from, or: own choice"
"""
