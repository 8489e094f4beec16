from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.archive import Archive
from tests.building import NOON

URL = "https://a.example/x?coo=SYR"


def test_a_file_begins_with_where_and_when_and_goes_on_with_the_body_as_it_came(tmp_path: Path) -> None:
    sha256, name = Archive(tmp_path).keep("unhcr", URL, b"{\n}\n", NOON)
    head, body = gzip.decompress((tmp_path / name).read_bytes()).split(b"\n", 1)
    assert json.loads(head) == {"url": URL, "retrieved_at": "2026-11-01T12:00:00+00:00", "sha256": sha256}
    assert body == b"{\n}\n"


def test_a_file_is_named_by_what_is_in_it(tmp_path: Path) -> None:
    sha256, name = Archive(tmp_path).keep("unhcr", URL, b"{}", NOON)
    assert sha256 == hashlib.sha256(b"{}").hexdigest()
    assert name == f"raw/unhcr/{sha256[:2]}/{sha256}.gz"


def test_the_same_body_is_kept_once_with_its_first_retrieval(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = archive.keep("unhcr", URL, b"{}", NOON)
    before = (tmp_path / first[1]).read_bytes()
    assert archive.keep("unhcr", "https://a.example/another", b"{}", NOON + dt.timedelta(days=1)) == first
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / first[1]]
    assert (tmp_path / first[1]).read_bytes() == before


def test_another_body_or_another_source_is_another_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert len({archive.keep(source, URL, body, NOON)[1] for source in ("unhcr", "odp") for body in (b"1", b"2")}) == 4


def test_what_is_left_of_a_write_that_was_broken_off_is_no_answer(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    name = archive.keep("unhcr", URL, b"{}", NOON)[1]
    whole = tmp_path / name
    whole.rename(whole.with_suffix(".1.part"))
    assert archive.keep("unhcr", URL, b"{}", NOON)[1] == name
    assert archive.read(name) == b"{}"


def test_a_file_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    assert Archive(tmp_path).read("raw/unhcr/00/00.gz") is None


@pytest.mark.parametrize("left", [0, 1, 20, -3])
def test_a_damaged_file_is_no_answer_and_is_mended_by_the_next_one_like_it(tmp_path: Path, left: int) -> None:
    archive = Archive(tmp_path)
    _, name = archive.keep("unhcr", URL, b"the body" * 50, NOON)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:left])
    assert archive.read(name) is None
    archive.keep("unhcr", URL, b"the body" * 50, NOON)
    assert archive.read(name) == b"the body" * 50


@given(st.binary(max_size=200))
def test_every_body_comes_back_as_it_went_in(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    assert archive.read(archive.keep("unhcr", URL, body, NOON)[1]) == body


@pytest.mark.parametrize(("age", "in_use", "stays"), [(89, False, True), (90, False, True), (91, False, False), (91, True, True)])
def test_a_file_goes_when_it_is_old_and_nothing_rests_on_it(tmp_path: Path, age: int, in_use: bool, stays: bool) -> None:
    archive = Archive(tmp_path)
    name = archive.keep("unhcr", URL, b"{}", NOON)[1]
    written = (NOON - dt.timedelta(days=age)).timestamp()
    os.utime(tmp_path / name, (written, written))
    gone = archive.prune([name] if in_use else [], NOON - dt.timedelta(days=90), 1000, ["unhcr"])
    assert (tmp_path / name).exists() is stays
    assert gone == (0 if stays else 1)


def test_nothing_is_deleted_outside_the_raw_folder(tmp_path: Path) -> None:
    database = tmp_path / "monitor.db"
    database.write_bytes(b"figures")
    os.utime(database, (0, 0))
    assert Archive(tmp_path).prune([], NOON, 0, ["unhcr"]) == 0
    assert database.exists()


def test_of_a_source_that_tells_much_the_oldest_files_go_first_and_those_of_others_stay(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    names = [archive.keep("unhcr", URL, bytes(str(day), "ascii") * 20, NOON)[1] for day in range(4)]
    other = archive.keep("odp", URL, b"{}", NOON)[1]
    for day, name in enumerate(names):
        os.utime(tmp_path / name, (1000 + day, 1000 + day))
    size = sum((tmp_path / name).stat().st_size for name in names[2:])
    assert archive.prune(names[:1], dt.datetime.fromtimestamp(0, dt.UTC), size, ["unhcr"]) == 1
    assert [(tmp_path / name).exists() for name in names] == [True, False, True, True]  # figures rest on the first
    assert (tmp_path / other).exists()
