"""A new situation's file: from answers to a situation that loads, and every answer that is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from monitor import places, situations, writing
from monitor.__main__ import app
from monitor.alerts import rules
from monitor.errors import SituationError
from monitor.model import SeriesKey, Severity, Situation
from monitor.settings import ROOT
from monitor.writing import Answers

WIDE = {"COLUMNS": "1000", "TERM": "dumb", "NO_COLOR": "1"}
LAKE_CHAD = Answers("lake-chad", "Lake Chad", "People around the lake.", ("NGA", "TCD"), ("CMR", "NER", "TCD"))
CODES = sorted(place for place in ("AFG", "CIV", "COD", "GBR", "LAO", "PRK", "PSE", "TUR", "VEN", "XXA"))


def loaded(folder: Path, answers: Answers) -> Situation:
    return situations.load(writing.write(folder, answers))


# -- The file ----------------------------------------------------------------------------------------------------------------


def test_the_file_says_what_was_answered_and_begins_the_rest(tmp_path: Path) -> None:
    found = loaded(tmp_path, LAKE_CHAD)
    assert (found.id, found.name, found.about) == ("lake-chad", "Lake Chad", "People around the lake.")
    assert (found.origins, found.hosts, found.rules) == (("NGA", "TCD"), ("CMR", "NER", "TCD"), ())
    assert [str(headline.series) for headline in found.headlines] == [
        "unhcr/idps/NGA/NGA/-",
        "unhcr/idps/TCD/TCD/-",
        "unhcr/refugees/CMR/NGA/-",
        "unhcr/refugees/NER/NGA/-",
        "unhcr/refugees/TCD/NGA/-",
    ]
    assert (found.people_terms, found.place_terms) == ({"en": writing.PEOPLE}, {"en": ("Nigeria", "Chad")})
    assert [(one.id, one.gdelt) for one in found.queries] == [("refugees", "(refugees OR displaced OR displacement) (nigeria OR chad)")]


def test_own_words_stand_by_language(tmp_path: Path) -> None:
    words = {"ar": ("لاجئ", "نازح"), "fr": ("réfugié",)}
    found = loaded(tmp_path, Answers("a", "A", "x", ("TCD",), (), words, {"fr": ("Tchad", "N'Djamena")}))
    assert (found.people_terms, found.place_terms) == (words, {"fr": ("Tchad", "N'Djamena")})


def test_every_block_is_commented_and_no_line_is_left_for_the_formatter() -> None:
    told = writing.text(LAKE_CHAD)
    for before in ("[[headline]]", "[news.people]", "[[news.query]]", "[sources.rss]", "origins", "routes"):
        block = told[: told.index(before)].rstrip().splitlines()[-1]
        assert block.startswith("#"), before
    assert told.endswith("\n")
    assert all(len(line) <= 130 for line in told.splitlines())


def test_the_rule_that_is_commented_out_is_one_that_can_be_used(tmp_path: Path) -> None:
    before, _, example = writing.text(LAKE_CHAD).partition("# [[rule]]")
    path = tmp_path / "lake-chad.toml"
    path.write_text(before + "[[rule]]" + example.replace("\n# ", "\n"), encoding="utf-8")
    (rule,) = situations.load(path).rules
    assert (rule.series, rule.severity) == (SeriesKey("unhcr", "idps", "NGA", "NGA"), Severity.HIGH)
    assert rules.check(rule) == ""


def test_a_file_that_is_there_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "lake-chad.toml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(SituationError, match=r"lake-chad\.toml is there already, and nothing was written"):
        writing.write(tmp_path, LAKE_CHAD)
    assert path.read_text(encoding="utf-8") == "mine"


def test_what_could_not_be_loaded_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(SituationError, match="'SYRIA' is not the code of a country"):
        writing.write(tmp_path, Answers("a", "A", "x", ("SYRIA",), ()))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SituationError, match="cannot be written"):
        writing.write(tmp_path / "nowhere", LAKE_CHAD)


words = st.text(min_size=1, max_size=20).map(writing.printable).filter(bool)
languages = st.dictionaries(st.sampled_from(["en", "ar", "uk"]), st.lists(words, min_size=1, max_size=3).map(tuple), max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        Answers,
        id=st.just("any"),
        name=words,
        about=words,
        origins=st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True).map(tuple),
        hosts=st.lists(st.sampled_from(CODES[:-1]), max_size=6, unique=True).map(tuple),
        people=languages,
        places=languages,
    )
)
def test_whatever_is_answered_comes_back_when_the_file_is_loaded(tmp_path: Path, answers: Answers) -> None:
    (tmp_path / "any.toml").unlink(missing_ok=True)
    found = loaded(tmp_path, answers)
    assert (found.name, found.about, found.origins, found.hosts) == (answers.name, answers.about, answers.origins, answers.hosts)
    assert not answers.people or found.people_terms == answers.people
    assert not answers.places or found.place_terms == answers.places


# -- Answers -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        (["Chad"], ("TCD",)),
        (["TCD"], ("TCD",)),
        (["tcd"], ("TCD",)),
        (["Nigeria, Chad,, TCD"], ("NGA", "TCD")),
        (["Nigeria", "Chad"], ("NGA", "TCD")),
        (["Moldova, Republic of"], ("MDA",)),  # the comma is a part of the name
        (["Moldova, Republic of; Chad"], ("MDA", "TCD")),
        (["turkey"], ("TUR",)),
        (["Stateless"], ("XXA",)),
    ],
)
def test_countries_are_given_by_name_or_code(given: list[str], codes: tuple[str, ...]) -> None:
    assert writing.countries(given) == codes


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Nigera", r"no country 'Nigera'; did you mean Nigeria \(NGA\) or Niger \(NER\)\?"),
        ("Chad, Maali", r"no country 'Maali'; did you mean Mali \(MLI\)"),
        ("Congo", r"'Congo' may be DR Congo \(COD\) or Congo \(COG\): write the code"),
        ("qqqqqqqq", r"no country 'qqqqqqqq': write its ISO 3166 code"),
        ("darien", "no country 'darien'"),  # a route is none
        ("SY-ID", "no country 'SY-ID'"),
        (" , ", "a country is due"),
    ],
)
def test_a_country_that_is_unknown_is_told_with_the_nearest(given: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        writing.countries([given])


def test_nobody_is_hosted_by_those_who_belong_to_no_country() -> None:
    assert writing.countries_of_asylum([""]) == ()
    assert writing.countries_of_asylum(["Chad"]) == ("TCD",)
    with pytest.raises(ValueError, match="Stateless is no country of asylum"):
        writing.countries_of_asylum(["XXA"])


@pytest.mark.parametrize("text", ["", "A", "a b", "-a", "a-", "a--b", "a/b", "../a", "ä", "a_b"])
def test_an_id_that_cannot_name_a_file_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="due"):
        writing.situation_id([text])


def test_an_id_is_no_place() -> None:
    assert writing.situation_id(["darien-gap"]) == "darien-gap"
    with pytest.raises(ValueError, match=r"'darien' is the code of a place \(Darién\)"):
        writing.situation_id(["darien"])


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([""], {}),
        (["refugee, displaced"], {"en": ("refugee", "displaced")}),
        (["en: refugee", "AR : لاجئ، نازح", "ar: مهاجر"], {"en": ("refugee",), "ar": ("لاجئ", "نازح", "مهاجر")}),
    ],
)
def test_words_are_given_by_language(given: list[str], found: dict[str, tuple[str, ...]]) -> None:
    assert writing.terms(given) == found


@pytest.mark.parametrize(("given", "told"), [("ar:", "has no words"), ("arabic: x", "begins with 'arabic'"), (":x", "begins with ''")])
def test_a_language_without_words_is_refused(given: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        writing.terms([given])


@pytest.mark.parametrize(
    ("origins", "asked"),
    [
        (("SYR",), "(refugees OR displaced OR displacement) syria"),
        (("COD", "TCD"), '(refugees OR displaced OR displacement) ("dr congo" OR chad)'),
        (("CIV",), '(refugees OR displaced OR displacement) "côte d\'ivoire"'),
    ],
)
def test_the_question_to_gdelt_has_parentheses_around_alternatives_only(origins: tuple[str, ...], asked: str) -> None:
    assert writing.query(origins) == asked


@pytest.mark.parametrize(("text", "first"), [("Sudn", "SDN"), ("Ukrain", "UKR"), ("Venezuella", "VEN"), ("UKRR", "UKR")])
def test_the_nearest_country_comes_first(text: str, first: str) -> None:
    assert places.nearest(text)[0] == first


def test_nothing_is_near_to_nonsense() -> None:
    assert places.nearest("zzzzzzzzzz") == ()


# -- The command -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.setenv("MONITOR_SEEDS_DIR", str(tmp_path / "seeds"))
    return tmp_path / "seeds" / "situations"


def run(*args: str, typed: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["situation", "new", *args], input=typed, env=WIDE)
    error = f"{result.exception}" if isinstance(result.exception, SituationError) else ""
    return result.exit_code, result.output + error


OPTIONS = ("--id", "lake-chad", "--name", "Lake Chad", "--origin", "Nigeria, Chad", "--host", "Cameroon", "--host", "NER")


def test_with_options_nothing_is_asked_and_the_file_is_one_of_the_situations(folder: Path) -> None:
    code, told = run(*OPTIONS, "--people", "refugee", "--people", "fr: réfugié", "--place", "fr: Tchad")
    assert (code, "Written: " in told, "?" in told) == (0, True, False)
    found = situations.load_all(folder)["lake-chad"]
    assert (found.origins, found.hosts, found.about) == (("NGA", "TCD"), ("CMR", "NER"), "Lake Chad")
    assert (found.people_terms, found.place_terms) == ({"en": ("refugee",), "fr": ("réfugié",)}, {"fr": ("Tchad",)})


def test_without_options_it_asks_and_asks_again_for_what_it_does_not_understand(folder: Path) -> None:
    code, told = run(typed="Lake Chad\nlake-chad\nLake Chad\n\nNigera\nNigeria\n\n\n\n")
    assert code == 0, told
    assert "'Lake Chad' cannot be an id" in told
    assert "did you mean Nigeria (NGA)" in told
    found = situations.load_all(folder)["lake-chad"]
    assert (found.origins, found.hosts, found.people_terms["en"], found.place_terms) == (("NGA",), (), writing.PEOPLE, {"en": ("Nigeria",)})


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("--id", "lake-chad", "--name", "x"), 2, "--origin is missing"),
        (("--name", "x", "--origin", "Chad"), 2, "--id is missing"),
        (("--id", "lake-chad", "--origin", "Chad"), 2, "--name is missing"),
        (("--id", "lake-chad", "--name", " ", "--origin", "Chad"), 2, "--name: a text is due"),
        (("--id", "Lake", "--name", "x", "--origin", "Chad"), 2, "--id: 'Lake' cannot be an id"),
        (("--id", "lake-chad", "--name", "x", "--origin", "Chadd"), 2, "did you mean Chad (TCD)"),
        (("--id", "sudan", "--name", "x", "--origin", "Chad"), 1, "sudan.toml is there already"),
        ((), 2, "--id is missing, and there is nobody to ask"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(folder: Path, args: tuple[str, ...], code: int, told: str) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    ended, said = run(*args, typed="")
    assert (ended, told in said) == (code, True), said
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
