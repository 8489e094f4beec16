"""What the benchmarks parse is what the connectors expect: a benchmark of rows that are set aside would measure nothing."""

from __future__ import annotations

import pytest

from benchmarks import connectors

ROWS = 60


@pytest.mark.parametrize("name", connectors.CASES)
def test_the_canned_answers_of_a_source_are_understood_to_the_last_row(name: str) -> None:
    given = connectors.answers(name, ROWS)
    parsed = connectors.parse(name, given)
    assert parsed.observations or parsed.mentions
    assert parsed.set_aside == []
    assert all(connectors.CASES[name].floor(answer.body) for answer in given)


@pytest.mark.parametrize("name", connectors.CASES)
def test_a_larger_case_is_a_larger_answer(name: str) -> None:
    small, large = (sum(len(answer.body) for answer in connectors.answers(name, rows)) for rows in (ROWS, 4 * ROWS))
    assert large > 1.2 * small
