"""docs/rules.md: every kind and every parameter is explained there, and every example is a rule that makes sense."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields

import pytest

from monitor import settings, situations
from monitor.alerts import conditions, rules, written
from monitor.alerts.kinds import registry
from monitor.model import Rule

PAGE = (settings.ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def of_example(text: str) -> list[Rule]:
    (table,) = tomllib.loads(text)["rule"]
    return written.read(table, lambda given: situations._series(given, "syria-turkiye-greece"))


@pytest.mark.parametrize("text", EXAMPLES, ids=[re.search(r'id = "(.+)"', text)[1] for text in EXAMPLES])  # type: ignore[index]
def test_an_example_is_a_rule_that_makes_sense(text: str) -> None:
    found = of_example(text)
    assert found
    assert not any(map(rules.check, found))


@pytest.mark.parametrize("kind", sorted(registry()))
def test_a_kind_has_a_section_with_each_of_its_parameters_and_an_example(kind: str) -> None:
    section = SECTIONS[kind]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(registry()[kind].PARAMETERS)
    assert f'kind = "{kind}"' in section
    assert "annot say" in section or kind == "doubling"


def test_nothing_is_explained_that_is_not_there() -> None:
    assert set(SECTIONS) == set(registry())


def test_what_every_rule_has_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", PAGE[PAGE.index("## What every rule has") : PAGE.index("## What is never judged")]))
    assert {one.name for one in fields(Rule)} - {"condition"} <= explained
    assert {*written.SHARED} <= explained


def test_the_examples_show_all_that_a_condition_can_be() -> None:
    shown = [one.condition for text in EXAMPLES for one in of_example(text)]
    assert {one.kind for one in shown} >= {*registry(), conditions.ALL} - {conditions.ANY}
    (composed,) = (one for one in shown if one.of)
    assert (composed.of[0].kind, composed.of[0].of[0].periods) == (conditions.ANY, 2)
    assert composed.of[1].series is not None
