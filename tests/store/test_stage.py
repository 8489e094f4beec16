"""The stage: rows of one source wait on disk, part by part, until all of it is stored or nothing."""

from __future__ import annotations

import pytest

from monitor.model import Run
from monitor.store import Store, append
from monitor.store.stage import Stage
from tests.building_store import HOSTED, KEY, answer, at, figure, rows, save, values, vintages

REPORT = "2020-02-10"


def commit(staged: Stage, *given: str) -> Run:
    answers = [answer(known) for known in given or (REPORT,)]
    return append.commit(staged, Run("frontex", at(REPORT), at(REPORT)), answers)


def test_parts_of_a_fetch_are_stored_together(store: Store) -> None:
    with Stage(store) as staged:
        staged.add([figure(1, end="2020-01-31")])
        staged.add([figure(2, end="2019-12-31")])
        assert staged.keep() == []
        assert rows(store, "observation") == 0
        report = commit(staged)
    assert (report.new, str(report.newest_period)) == (2, "2020-01-31")
    assert values(store) == [2, 1]


def test_a_fetch_that_failed_leaves_nothing_and_the_one_before_it_whole(store: Store) -> None:
    with Stage(store) as staged:
        staged.add([figure(1, end="2020-01-31")])
        staged.keep()
        staged.add([figure(2, end="2019-12-31"), figure(5, key=HOSTED)])
        staged.drop()
        assert commit(staged).new == 1
    assert (values(store), rows(store, "series")) == ([1], 1)


def test_a_stage_that_is_not_committed_stores_nothing(store: Store) -> None:
    with Stage(store) as staged:
        staged.add([figure(1)])
    assert (rows(store, "observation"), rows(store, "series")) == (0, 0)
    with Stage(store) as staged:
        assert commit(staged).new == 0  # and the next one begins empty


@pytest.mark.parametrize(("second", "left", "aside"), [(1, [1, 7], 0), (2, [7], 2), (None, [7], 2)])
def test_two_values_for_one_period_in_two_parts_are_both_set_aside(
    store: Store, second: float | None, left: list[float], aside: int
) -> None:
    with Stage(store) as staged:
        staged.add([figure(1), figure(7, end="2020-02-29")])
        staged.add([figure(second, known="2020-02-11")])
        disputed = staged.keep()
        commit(staged, REPORT, "2020-02-11")
    assert len(disputed) == aside
    assert all("2020-01-01..2020-01-31" in row.row for row in disputed)
    assert values(store) == left


def test_two_vintages_that_the_source_dates_are_no_dispute(store: Store) -> None:
    with Stage(store) as staged:
        staged.add([figure(1, known_at=at("2020-02-05"))])
        staged.add([figure(2, known_at=at("2020-02-06"))])
        assert staged.keep() == []
        commit(staged)
    assert [(known, value) for known, value, _ in vintages(store)] == [("2020-02-05", 1), ("2020-02-06", 2)]


def test_two_situations_may_tell_the_same_and_a_later_value_is_a_later_vintage(store: Store) -> None:
    with Stage(store) as staged:
        for value in (1, 1, 2):
            staged.add([figure(value)])
            staged.keep()
        report = commit(staged)
    assert (report.new, report.same, report.revised) == (1, 0, 1)  # the second is told once


# -- zeros of a source that names every cell of a table ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered", "sparse", "stored"),
    [
        ([0, 0], True, []),  # nothing but zeros, and never anything else
        ([0, 0], False, [0, 0]),
        ([0, 5], True, [0, 5]),  # a real zero beside a value
        ([0, None], True, [None]),
    ],
)
def test_a_series_of_a_sparse_source_begins_with_a_value(
    store: Store, offered: list[float | None], sparse: bool, stored: list[float]
) -> None:
    with Stage(store, sparse=sparse) as staged:
        staged.add([figure(value, end=end) for value, end in zip(offered, ("2019-12-31", "2020-01-31"), strict=True)])
        commit(staged)
    assert values(store) == stored


def test_a_zero_that_supersedes_a_value_is_never_lost(store: Store) -> None:
    save(store, figure(10, known="2020-02-01"))
    with Stage(store, sparse=True) as staged:
        staged.add(
            [
                figure(0, known=REPORT),
                figure(0, known=REPORT, end="2020-02-29"),
                figure(0, known=REPORT, key=KEY._replace(breakdown="land")),
            ]
        )
        assert commit(staged).revised == 1
    assert values(store) == [0, 0]
    assert rows(store, "series") == 1
