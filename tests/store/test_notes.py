"""What sources say beside their figures: added, withdrawn, and shown as known on a day."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from monitor.model import Answer, Footnote, Run
from monitor.store import Store, append, read
from tests.building_store import answer, at, day, rows

SAID = Footnote("unhcr", "refugees", "TUR", "", day("2015-01-01"), day("2015-12-31"), "Given by the Government.", answer())


def say(store: Store, when: str, *texts: str, **changes: Any) -> None:
    given: Answer = answer(when, source="unhcr", body=when.encode())
    said = [dataclasses.replace(SAID, text=text, answer=given, **changes) for text in texts]
    append.save(store, Run("unhcr", at(when), at(when)), [given], footnotes=said)


def texts(store: Store, as_of: str, **where: Any) -> list[str]:
    return list(read.notes(store, day(as_of), where)["text"])


def test_a_note_is_stored_once_and_what_is_no_longer_said_is_still_known_as_of_then(store: Store) -> None:
    say(store, "2020-02-10", "one", "two")
    say(store, "2020-03-10", "two", "three")
    say(store, "2020-04-10", "two", "three")
    assert rows(store, "note") == 3
    assert [texts(store, known) for known in ("2020-02-09", "2020-02-10", "2020-03-09")] == [[], ["one", "two"], ["one", "two"]]
    assert [texts(store, known) for known in ("2020-03-10", "2020-04-10")] == [["two", "three"]] * 2


def test_a_run_that_brings_no_notes_withdraws_none(store: Store) -> None:
    say(store, "2020-02-10", "one")
    say(store, "2020-03-10")
    assert texts(store, "2020-03-10") == ["one"]


def test_the_notes_of_another_source_stay(store: Store) -> None:
    say(store, "2020-02-10", "one")
    other = answer("2020-03-10", source="odp")
    append.save(
        store, Run("odp", at("2020-03-10"), at("2020-03-10")), [other], footnotes=[dataclasses.replace(SAID, source="odp", answer=other)]
    )
    assert texts(store, "2020-03-10", source=["unhcr"]) == ["one"]
    assert texts(store, "2020-03-10", source=["odp"]) == ["Given by the Government."]


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, True),
        ({"location": ""}, True),  # of every country of asylum
        ({"origin": "SYR"}, True),
        ({"indicator": ""}, True),
        ({"location": "DEU"}, False),
        ({"origin": "AFG"}, False),
        ({"indicator": "idps"}, False),
    ],
)
def test_an_empty_part_of_a_note_stands_for_all(store: Store, changes: dict[str, str], shown: bool) -> None:
    say(store, "2020-02-10", "one", **changes)
    found = texts(store, "2020-02-10", source=["unhcr"], indicator=["refugees"], location=["TUR"], origin=["SYR"])
    assert found == (["one"] if shown else [])
