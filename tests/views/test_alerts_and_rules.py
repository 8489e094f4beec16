"""The Alerts and the Rules page: what people enter, what a rule would have said, what is saved."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor import backtests, rulebook, situations, watch
from monitor.model import Judgement, Move, Rule, SeriesKey, Severity, Transition, Verdict
from monitor.settings import ROOT
from monitor.store import Store, ledger, saved
from monitor.views import rule_form
from tests.building_app import SITUATION, installation, lived_in
from tests.views.conftest import Open
from tests.views.test_pages import words

OPEN_RULE = "act-hosted-in-turkiye-unhcr/refugees/TUR/SYR/-"
SEA = "aegean-sea-doubled frontex/border_detections/eastern-mediterranean/-/sea"
RULE = "aegean-sea-doubled"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return lived_in(tmp_path)


def by_people(store: Store) -> list[tuple[str, str, str]]:
    """(rule, move, who) of what people entered."""
    entries = ledger.entries(store, SITUATION, dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    return [(one.rule, one.move.value, one.who) for one in entries if one.who]


def act(app: AppTest, place: int, action: str, who: str) -> AppTest:
    """Fill in the form of the alert in that place and enter it."""
    app.radio[place].set_value(action)
    names = [one for one in app.text_input if one.label == "Your name"]
    names[place].set_value(who)
    app.button[place].click()
    return app.run()


def test_what_a_person_enters_stands_in_the_ledger_and_on_the_page(store: Store, open_page: Open) -> None:
    app = act(open_page("alerts"), 0, "true", "Ada")
    assert not app.exception
    assert [move for _, move, _ in by_people(store)] == ["marked true"]
    precision = next(one.value for one in app.dataframe if "Precision" in one.value)
    assert set(precision["Precision"]) == {"–"}  # what was computed afterwards was told to nobody
    app = act(app, 0, "silence", "Ada")
    assert [move for _, move, _ in by_people(store)] == ["marked true", "silenced"]


def test_nothing_is_entered_without_a_name(store: Store, open_page: Open) -> None:
    app = act(open_page("alerts"), 0, "true", "  ")
    assert "A name is due" in " ".join(str(one.value) for one in app.error)
    assert by_people(store) == []


@pytest.mark.parametrize("why", ["read-only", "the past"])
def test_nobody_can_write_where_the_page_is_read_only_or_shows_the_past(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "read-only":
        monkeypatch.setenv("MONITOR_READ_ONLY", "1")
    past = {"as_of": "2020-02-28"} if why == "the past" else {}
    assert len(open_page("alerts", **past).radio) == 0
    assert [one.label for one in open_page("rules", rule=SEA, **past).button] == []


def test_the_history_is_filtered_by_the_address(store: Store, open_page: Open) -> None:
    app = open_page("alerts", rule="displaced-north-west-syria", move="escalated", as_of="2020-02-28")
    table = app.dataframe[0].value
    assert list(table["What"]) == ["escalated"]
    assert table["Why"][0] == "800,000 (1 December 2019 – 12 February 2020) is at or above 300,000."


def test_an_alert_is_explained_with_what_was_known_at_its_date(store: Store, open_page: Open) -> None:
    app = open_page("alerts", alert="2019-11-09 00:00:00 aegean-sea-record frontex/border_detections/eastern-mediterranean/-/sea")
    facts = next(one.value for one in app.dataframe if "Fact" in one.value)
    told = dict(zip(facts["Fact"], facts["How it was"], strict=True))
    assert (told["Value"], told["Known on"]) == ("11,160", "9 Nov 2019")
    figures = next(one.value for one in app.dataframe if "Role" in one.value)
    assert list(figures["Role"])[:2] == ["judged", "compared with"]
    assert next(iter(figures["Value"])) == "11,160"


def test_a_rule_of_the_file_shows_what_it_has_said_over_the_years(store: Store, open_page: Open) -> None:
    app = open_page("rules", rule=SEA)
    told = {one.label: one.value for one in app.metric}
    assert (told["Alerts told"], told["Of them because it got worse"]) == ("8", "3")
    assert "Each of 196 periods is replayed from the moment at which the store has it as known." in words(app)
    scores = next(one.value for one in app.dataframe if "Precision" in one.value and "Recall" in one.value)
    assert list(scores["Held against"]) == ["Episodes computed from the figures", "Crises documented by others"]


def test_changing_a_number_changes_what_it_would_have_said(store: Store, open_page: Open) -> None:
    app = open_page("rules", rule=SEA)
    before = next(one.value for one in app.metric if one.label == "Alerts told")
    app.number_input(key="change_floor").set_value(100_000.0).run()
    after = next(one.value for one in app.metric if one.label == "Alerts told")
    assert int(after) < int(before)


def test_a_rule_is_written_saved_judged_and_withdrawn(store: Store, open_page: Open) -> None:
    app = open_page("rules", rule=SEA)
    app.text_input(key="rule_name").set_value("Sea detections: thrice last year").run()
    app.number_input(key="change_ratio").set_value(3.0).run()
    who = next(one for one in app.text_input if one.label == "Your name")
    who.set_value("Ada")
    next(one for one in app.button if one.label == "Save the rule").click().run()
    assert not app.exception
    (version,) = saved.versions(store, SITUATION)
    assert (version.rule, version.who) == ("sea-detections-thrice-last-year", "Ada")
    situation = situations.load(ROOT / "seeds" / "situations" / f"{SITUATION}.toml")
    (rule,) = (one for one in rulebook.filled(store, situation).rules if one.id == version.rule)
    assert (rule.condition.kind, rule.condition.parameters["ratio"]) == ("change", 3)
    raised = [one for one in ledger.entries(store, SITUATION, installation(Path()).clock()) if one.rule == version.rule]
    assert raised[0].move is Move.RAISED

    app = open_page("rules", rule=f"{version.rule} {rule.series}")
    next(one for one in app.text_input if one.key == "withdraw_who").set_value("Ben")
    next(one for one in app.button if one.label == "Withdraw the rule").click().run()
    assert [one.who for one in saved.versions(store, SITUATION)] == ["Ada", "Ben"]
    assert rulebook.filled(store, situation) == situation


def test_a_rule_that_makes_no_sense_is_refused_in_words_beside_the_form(store: Store, open_page: Open) -> None:
    app = open_page("rules", rule=SEA)
    app.number_input(key="change_ratio").set_value(1.0).run()
    assert any("ratio must be above 1" in str(one.value) for one in app.warning)
    assert [one.label for one in app.button] == []


def test_a_rule_may_be_written_as_toml_with_conditions_within_conditions(store: Store, open_page: Open) -> None:
    app = open_page("rules", rule=SEA)
    app.segmented_control(key="rule_way").set_value("toml").run()
    text = app.text_area(key="rule_toml").value
    assert 'id = "aegean-sea-doubled"' in text
    composed = text.replace('id = "aegean-sea-doubled"', 'id = "both"').replace(
        'kind = "change"\nagainst = "last_year"\nratio = 2.0\nfloor = 5000\n',
        'kind = "all"\nof = [{kind = "change", against = "last_year", ratio = 2, floor = 5000}, {kind = "threshold", above = 50000}]\n',
    )
    assert composed.count("threshold") == 1
    app.text_area(key="rule_toml").set_value(composed).run()
    assert not app.exception
    assert 0 < int(next(one.value for one in app.metric if one.label == "Alerts told")) < 8
    app.text_area(key="rule_toml").set_value("no toml").run()
    assert any("This is no TOML" in str(one.value) for one in app.warning)


def test_a_saved_rule_that_cannot_be_read_is_named_and_harms_no_page(store: Store, open_page: Open) -> None:
    moment = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    saved.append(store, saved.Version(SITUATION, "old", '[[rule]]\nid = "old"\n', "Ada", "", moment))
    for page in ("overview", "alerts", "rules"):
        app = open_page(page)
        assert not app.exception
    assert any("The saved rule old is not judged" in str(one.value) for one in app.warning)


def entered(store: Store, series: SeriesKey | None, move: Move, rule: str = "", moment: str = "2026-10-30", **more: str) -> None:
    """An entry of the ledger as it would have come to be."""
    when = dt.datetime.fromisoformat(f"{moment}T12:00:00+00:00")
    one = Transition(SITUATION, rule, series, move, Severity.HIGH, when, Verdict(Judgement.CANNOT_SAY, "It is silent."), **more)  # type: ignore[arg-type]
    ledger.append(store, [one], when)


def test_a_ledger_of_people_alone_breaks_no_page(store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    entered(store, None, Move.SILENCED, who="Ada")
    all_entries = ledger.entries
    monkeypatch.setattr(ledger, "entries", lambda *given, **more: [one for one in all_entries(*given, **more) if one.who])
    app = open_page("alerts")
    assert "One alert" not in [one.value for one in app.header]


def test_an_alert_on_a_series_without_figures_breaks_no_page(store: Store, open_page: Open) -> None:
    entered(store, SeriesKey("odp", "arrivals", "ITA", "", "sea"), Move.RAISED, "silent")
    app = open_page("alerts", alert="2026-10-30 12:00:00 silent odp/arrivals/ITA/-/sea")
    assert "It is silent." in words(app)
    assert "No figure of this series was known for that time." in words(app)


@pytest.mark.parametrize(("text", "told"), [("", "Write one [[rule]]"), ("[rule]\nid = 'x'\n", "two pairs of brackets")])
def test_toml_that_is_no_rule_is_said_to_be_none(store: Store, open_page: Open, text: str, told: str) -> None:
    app = open_page("rules", rule=SEA)
    app.segmented_control(key="rule_way").set_value("toml").run()
    app.text_area(key="rule_toml").set_value(text).run()
    assert not app.exception
    assert told in " ".join(str(one.value) for one in [*app.warning, *app.info])
    assert bool(app.warning) == bool(text)


def test_a_new_rule_never_takes_the_id_of_another(store: Store, open_page: Open) -> None:
    moment = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    saved.append(store, saved.Version(SITUATION, "rule", "", "Ada", "withdrawn", moment))
    app = open_page("rules", rule=SEA)
    app.text_input(key="rule_name").set_value("Νέα αφίξεις").run()
    assert "Its id: rule-2" in words(app)


def saved_as(store: Store, rule: Rule) -> str:
    """The rule of the file, saved under another id; what the page calls it."""
    moment = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    saved.append(store, saved.Version(SITUATION, rule.id, rulebook.as_toml(rule), "Ada", "", moment))
    return f"{rule.id} {rule.series}"


def of_file(identity: str) -> Rule:
    situation = situations.load(ROOT / "seeds" / "situations" / f"{SITUATION}.toml")
    return next(one for one in situation.rules if one.id == identity)


def test_the_form_keeps_the_series_of_a_rule_though_the_store_has_none(store: Store, open_page: Open) -> None:
    series = SeriesKey("odp", "arrivals", "CYP", "SOM", "land")
    app = open_page("rules", rule=saved_as(store, replace(of_file("arrivals-greece-month"), id="cyprus", series=series)))
    assert "Somalia" in app.selectbox(key="rule_origin").options
    assert [app.selectbox(key=f"rule_{part}").value for part in rule_form.PARTS] == ["arrivals", "CYP", "SOM", "odp", "land"]
    app.selectbox(key="rule_location").set_value("GRC").run()
    assert "Somalia" not in app.selectbox(key="rule_origin").options


def test_the_form_keeps_what_a_level_asks_beside_its_first_number(store: Store, open_page: Open) -> None:
    levels = {Severity.CRITICAL: {"ratio": 4, "floor": 9000}}
    own = replace(of_file(RULE), id="levelled", levels=levels)
    app = open_page("rules", rule=saved_as(store, own))
    assert app.segmented_control(key="rule_way").value == "toml"
    app.segmented_control(key="rule_way").set_value("form").run()
    who = next(one for one in app.text_input if one.label == "Your name")
    who.set_value("Ben")
    next(one for one in app.button if one.label == "Save the rule").click().run()
    (rule,) = rulebook.read_toml(
        saved.versions(store, SITUATION)[-1].written, situations.load(ROOT / "seeds" / "situations" / f"{SITUATION}.toml")
    )
    assert (rule.id, rule.levels) == ("levelled", levels)


def test_a_saved_rule_whose_id_the_file_has_taken_is_not_named_as_its_author(store: Store, open_page: Open) -> None:
    saved_as(store, replace(of_file(RULE), name="Another"))
    app = open_page("rules", rule=SEA)
    rules = app.dataframe[0].value
    assert set(rules["From"]) == {"the situation's file"}
    assert "Its id: aegean-sea-doubled" not in [one.value for one in app.caption]


def test_only_what_was_known_in_time_is_said_to_be_told(store: Store, open_page: Open) -> None:
    series = of_file(RULE).series
    entered(store, series, Move.RAISED, RULE)
    entered(store, series, Move.MARKED_TRUE, RULE, "2026-10-31", who="Ada")
    app = open_page("alerts")
    told = next(one.value for one in app.dataframe if "Told" in one.value)
    assert next(one for one in told["Told"] if one) == "yes"
    assert "no: computed afterwards" in set(told["Told"])
    precision = next(one.value for one in app.dataframe if "Precision" in one.value)
    assert dict(zip(precision["Alerts"], precision["Precision"], strict=True)) == {0: "–", 1: "100%"}


def test_a_whole_situation_is_silenced_and_the_silence_lifted(store: Store, open_page: Open) -> None:
    app = open_page("alerts")
    for label, who in (("Silence the whole situation", "Ada"), ("Lift the silence of the whole situation", "Ben")):
        [one for one in app.text_input if one.label == "Your name"][-1].set_value(who)
        next(one for one in app.button if one.label == label).click()
        app.run()
        assert not app.exception
        assert ("The whole situation is silenced by Ada until 8 Nov 2026." in words(app)) == (who == "Ada")
    assert by_people(store) == [("", "silenced", "Ada"), ("", "unsilenced", "Ben")]


def test_what_people_wrote_is_shown_as_it_is(store: Store, open_page: Open) -> None:
    entered(store, of_file("hosted-in-turkiye").series, Move.ACKNOWLEDGED, "hosted-in-turkiye", who="[Ada](https://x.example) *")
    saved_as(store, replace(of_file("hosted-in-turkiye"), id="own", name="![x](y) $a$", reason="<b> :red[no]\n\n# Big"))
    app = open_page("alerts")
    shown = [str(one.value) for one in [*app.markdown, *app.caption]]
    assert "**\\!\\[x\\](y) \\$a\\$**" in shown
    assert any("\\<b\\> \\:red\\[no\\] \\# Big" in one for one in shown)
    assert any("\\[Ada\\](https\\://x.example) \\*" in one and "\\\\[" not in one for one in shown)


def test_rules_on_series_of_one_place_are_told_apart(store: Store, open_page: Open) -> None:
    base = of_file("arrivals-greece-month")
    moment = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    text = rulebook.as_toml(replace(base, id="two", name="Two")).replace(
        '"odp/arrivals/GRC/-/all"', '["odp/arrivals/GRC/-/sea", "odp/arrivals/GRC/-/land"]'
    )
    saved.append(store, saved.Version(SITUATION, "two", text, "Ada", "", moment))
    shown = words(open_page("alerts"))
    assert "**Two · by sea**" in shown
    assert "**Two · by land**" in shown
    assert {"Two · by sea", "Two · by land"} <= set(open_page("rules").selectbox(key="rule").options)


def test_a_rule_is_tried_once_for_the_same_figures(store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Rule] = []
    run = backtests.run
    monkeypatch.setattr(backtests, "run", lambda store, rules, *more: (asked.extend(rules), run(store, rules, *more))[1])
    app = open_page("rules", rule=SEA)
    app.run()
    assert len(asked) == 1
    app.number_input(key="change_floor").set_value(100_000.0).run()
    assert [one.condition.parameters["floor"] for one in asked] == [5000, 100_000]


def test_an_alert_of_a_rule_that_was_changed_since_says_whose_reasons_it_shows(store: Store, open_page: Open) -> None:
    situation = situations.load(ROOT / "seeds" / "situations" / f"{SITUATION}.toml")
    (own,) = (one for one in situation.rules if one.id == RULE)
    mine, moment = replace(own, id="mine"), dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    changed = "The rule was changed since."
    for version in range(2):
        rulebook.save(store, situation, mine, "Ada", f"{version}", moment + dt.timedelta(days=version))
        watch.update_ledger(store, {SITUATION: rulebook.filled(store, situation)}, moment + dt.timedelta(days=version))
        app = open_page("alerts", rule="mine", alert=f"2019-09-09 00:00:00 mine {mine.series}")
        assert (changed in words(app)) == (version == 1)
