"""Files on disk as answers: only what lies below the folder that the settings name, whatever the address tries."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import files
from monitor.archive import Archive
from monitor.errors import EmptyAnswer, NotThere, SourceError
from monitor.http import Client
from monitor.model import Answer, Source
from tests.building import NOON

SOURCE = Source("tabular", "Tables", "", "", "", "", pace=1, attempts=3, budget=30, max_bytes=100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files, with a secret beside it."""
    (tmp_path / "secret.csv").write_text("secret")
    (tmp_path / "files-too").mkdir()
    (tmp_path / "files-too" / "secret.csv").write_text("secret")
    made = tmp_path / "files"
    (made / "rounds" / "older").mkdir(parents=True)
    (made / "landings.csv").write_text("date,people\n")
    (made / "rounds" / "round 1 #é.csv").write_text("a,b\n")
    return made


def get(folder: Path | None, address: str, expect: str = "csv", base: str = "https://example.org") -> Answer:
    archive = Archive((folder or Path("/nowhere")).parent / "data")
    return Client(archive, lambda: NOON, archive.data_dir / "http", files=folder).for_source(SOURCE, base)(
        address, tag="tag", expect=expect
    )


def refused(folder: Path | None, address: str, expect: str = "csv") -> SourceError:
    with pytest.raises(SourceError) as told:
        get(folder, address, expect)
    assert told.value.source == "tabular"
    assert "secret" not in told.value.message.replace(address, "")
    return told.value


def test_a_file_is_an_answer_like_any_other_and_is_archived(folder: Path) -> None:
    answer = get(folder, "file:///landings.csv")
    assert (answer.body, answer.tag, answer.retrieved_at, answer.source) == (b"date,people\n", "tag", NOON, "tabular")
    assert Archive(folder.parent / "data").read(answer.file) == answer.body
    assert answer.url == "file:///landings.csv"  # and nothing of where the folder is


@pytest.mark.parametrize(
    "address", ["file:///rounds/round%201%20%23%C3%A9.csv", "file:///rounds/round 1 %23é.csv", "file:/rounds/round%201%20%23é.csv"]
)
def test_an_address_is_unquoted_once(folder: Path, address: str) -> None:
    if "://" in address:
        assert get(folder, address).body == b"a,b\n"
    else:
        assert files.read(folder, address, 100) == b"a,b\n"


def test_a_folder_is_the_list_of_the_addresses_of_its_files(folder: Path) -> None:
    for name in (".hidden.csv", "~$round 1.csv", "b.xlsx"):
        (folder / "rounds" / name).write_text("x")
    answer = get(folder, "file:///rounds/", expect="json")
    assert json.loads(answer.body) == ["file:///rounds/b.xlsx", "file:///rounds/round%201%20%23%C3%A9.csv"]
    assert get(folder, json.loads(answer.body)[1]).body == b"a,b\n"
    assert json.loads(get(folder, "file:///", expect="json").body) == ["file:///landings.csv"]


@pytest.mark.parametrize(
    "address",
    [
        "file:///../secret.csv",
        "file:///rounds/../../secret.csv",
        "file:///%2e%2e/secret.csv",
        "file:///rounds/%2E%2E/%2e%2e/secret.csv",
        "file:///..%2Fsecret.csv",
        "file:///..%5csecret.csv",
        "file:///..\\secret.csv",
        "file:///rounds/..",
        "file:///../files-too/secret.csv",  # a name that begins as the folder's own
        "file:///./landings.csv",
        "file:///landings.csv%00.txt",
        "file:///landings%0a.csv",
        "file:///../",
        "file://example.org/landings.csv",
        "file://../secret.csv",
        "file:///landings.csv?x=1",
        "file:///landings.csv#x",
        "file:///%ff.csv",
        "FILE:///../secret.csv",
        "file://[landings.csv",
    ],
)
def test_an_address_that_leads_elsewhere_or_is_odd_is_refused(folder: Path, address: str) -> None:
    assert refused(folder, address).permanent


@pytest.mark.parametrize(
    "address", ["file:////etc/passwd", "file:///etc/passwd", "file:///%2Fetc%2Fpasswd", "file:///C:/secret.csv", "file:///~/secret.csv"]
)
def test_an_absolute_path_is_one_below_the_folder(folder: Path, address: str) -> None:
    assert "not there" in refused(folder, address).message


@pytest.mark.parametrize("target", ["secret.csv", "files-too", "../../../../../../../../etc"])
def test_a_link_that_leads_out_is_refused_and_one_within_is_followed(folder: Path, target: str) -> None:
    (folder / "link").symlink_to(folder.parent / target)
    (folder / "inner.csv").symlink_to("landings.csv")
    inside = "" if target.endswith("csv") else "/passwd" if "etc" in target else "/secret.csv"
    assert "leads out of the folder of files" in refused(folder, f"file:///link{inside}").message
    assert "leads out of the folder of files" in refused(folder, "file:///link/", "json").message
    assert get(folder, "file:///inner.csv").body == b"date,people\n"


def test_a_link_to_itself_is_refused(folder: Path) -> None:
    (folder / "loop.csv").symlink_to("loop.csv")
    refused(folder, "file:///loop.csv")


def test_a_folder_that_is_itself_a_link_is_the_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(folder)
    assert get(tmp_path / "linked", "file:///landings.csv").body == b"date,people\n"
    assert json.loads(get(tmp_path / "linked", "file:///rounds/", "json").body) == ["file:///rounds/round%201%20%23%C3%A9.csv"]


def test_a_pipe_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.csv")
    assert "no plain file" in refused(folder, "file:///pipe.csv").message


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("file:///nothing.csv", "not there: put it into the folder of files"),
        ("file:///nothing/", "not there"),
        ("file:///rounds", "a folder where a file is due"),
        ("file:///landings.csv/", "a folder where a file is due"),
    ],
)
def test_what_is_not_there_is_told_with_what_to_do(folder: Path, address: str, told: str) -> None:
    assert told in refused(folder, address, "json" if address.endswith("/") else "csv").message


def test_without_a_folder_no_file_is_read() -> None:
    assert "no folder of files is configured" in refused(None, "file:///etc/passwd").message


@pytest.mark.parametrize(
    ("address", "missing"), [("file:///nothing.csv", True), ("file:///nothing/", True), ("file:///rounds", False), ("file:///../x", False)]
)
def test_what_is_missing_is_told_apart_from_what_is_refused(folder: Path, address: str, missing: bool) -> None:
    assert isinstance(refused(folder, address, "json" if address.endswith("/") else "csv"), NotThere) is missing
    assert isinstance(refused(None, address), NotThere)


@pytest.mark.parametrize(("size", "taken"), [(100, True), (101, False)])
def test_a_file_is_as_large_as_an_answer_may_be(folder: Path, size: int, taken: bool) -> None:
    (folder / "large.csv").write_bytes(b"1" * size)
    if taken:
        assert len(get(folder, "file:///large.csv").body) == size
    else:
        assert "larger than 0 MB" in refused(folder, "file:///large.csv").message


def test_a_file_is_looked_at_as_an_answer_is(folder: Path) -> None:
    (folder / "empty.csv").write_bytes(b"\xef\xbb\xbf \r\n")
    (folder / "page.csv").write_bytes(b"<!DOCTYPE html><title>Sign in</title>")
    told = refused(folder, "file:///empty.csv")
    assert isinstance(told, EmptyAnswer)
    assert told.message == "file:///empty.csv: an empty file"
    assert "a file with something else than CSV" in refused(folder, "file:///page.csv").message
    assert "a file with something else than a workbook" in refused(folder, "file:///landings.csv", "xlsx").message


def test_a_file_that_is_written_to_while_it_is_read_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import stamina

    opened = files._content
    calls: list[Path] = []

    def changing(path: Path, most: int) -> bytes:
        calls.append(path)
        if len(calls) == 1:
            raise files.ChangingError
        return opened(path, most)

    monkeypatch.setattr(files, "_content", changing)
    with stamina.set_testing(True, attempts=2, cap=True):
        assert get(folder, "file:///landings.csv").body == b"date,people\n"
    assert len(calls) == 2


def test_a_change_between_two_looks_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, path, looks = os.fstat, folder / "landings.csv", []

    def fstat(descriptor: int) -> os.stat_result:
        looks.append(descriptor)
        if len(looks) == 2:
            path.write_text("date,people\n2026-04-01,5\n")
        return real(descriptor)

    monkeypatch.setattr(files.os, "fstat", fstat)
    with pytest.raises(files.ChangingError):
        files._content(path, 100)


def test_a_base_address_can_be_a_folder_and_a_path_does_not_become_a_file_by_itself(folder: Path) -> None:
    assert get(folder, "/landings.csv", base="file://").body == b"date,people\n"
    with pytest.raises(SourceError, match="cannot be asked"):
        get(folder, "file:landings.csv", base="nonsense")


@given(st.text(max_size=30))
def test_no_address_reads_anything_from_beside_the_folder(name: str) -> None:
    here = Path(__file__).parent / "recordings" / "tabular"
    try:
        body = files.read(here, f"file:///{name}", 1_000_000)
    except SourceError:
        return
    inside = {path.read_bytes() for path in here.iterdir() if path.is_file()}
    assert body in inside or body.startswith(b"[")
