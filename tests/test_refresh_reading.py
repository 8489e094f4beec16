"""What a refresh makes of a source's answers, failures and rows, before anything is stored."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from monitor import normalise, refresh
from monitor.archive import Archive
from monitor.connectors import registry
from monitor.corrections import Correction, Kind
from monitor.errors import EmptyAnswer, SourceError
from monitor.http import NO_HEADERS, Client
from monitor.model import Answer, Connector, Context, Mark, Outcome, Parsed, Run, SetAside, Situation, Source, Status
from monitor.settings import Settings
from tests.building import NOON, SITUATION, TODAY, answer, mention, observation

SOURCE = Source("unhcr", "Test", "", "", "", "", base="https://a.example")
Fetch = Callable[[Context], Iterator[Answer | Exception | Mark]]
Parse = Callable[[Context, Sequence[Answer]], Parsed]


class FakeClient:
    """Hands out a `get` and remembers for whom."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Sequence[str]]] = []
        self.anew = False
        self.stopping = threading.Event()

    def clock(self) -> dt.datetime:
        return NOON

    def for_source(self, source: Source, base: str, secrets: Sequence[str] = (), *, anew: bool = False, situations: int = 1) -> Any:
        self.asked.append((source.id, base, secrets))
        self.anew = anew
        return self.reply

    def reply(self, path: str, params: Any = (), *, tag: str = "", expect: str = "json", headers: Any = NO_HEADERS) -> Answer:
        return answer({}, tag=tag)


def gives(*parts: Answer | Exception | Mark) -> Fetch:
    """A fetch that yields these."""
    return lambda context: iter(parts)


def raises(error: Exception, *before: Answer) -> Fetch:
    def fetch(context: Context) -> Iterator[Answer | Exception]:
        yield from before
        raise error

    return fetch


def rows(*observations: Any, **more: Any) -> Parse:
    return lambda context, answers: Parsed(list(observations), **more)


def broken(error: Exception) -> Parse:
    def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
        raise error

    return parse


def reading(
    settings: Settings, fetch: Fetch, parse: Parse, situations: Sequence[Situation] = (SITUATION,), **source: Any
) -> refresh.Reading:
    connector = cast(Connector, SimpleNamespace(SOURCE=dataclasses.replace(SOURCE, **source), fetch=fetch, parse=parse))
    return refresh.read_source(connector, situations, settings, cast(Client, FakeClient()))


# -- Known errors ----------------------------------------------------------------------------------------------------------

WRONG = observation()
ENTRY = Correction("an-error", TODAY, WRONG.key, WRONG.period_start, WRONG.period_end, 2_347_756, Kind.VALUE, 1, *["text"] * 4)


def corrected(
    settings: Settings, *given: Any, entry: Correction = ENTRY, situations: Sequence[Situation] = (SITUATION,)
) -> refresh.Reading:
    connector = cast(Connector, SimpleNamespace(SOURCE=SOURCE, fetch=gives(answer({})), parse=rows(*given)))
    return refresh.read_source(connector, situations, settings, cast(Client, FakeClient()), [entry])


def test_a_known_error_is_corrected_and_the_run_says_nothing_of_it(settings: Settings) -> None:
    found = corrected(settings, WRONG, situations=(SITUATION, dataclasses.replace(SITUATION, id="other")))
    assert [row.value for row in found.observations] == [1]
    assert (found.run.messages, found.outdated, found.notes) == ([], [], ["correction an-error is needed"])


def test_an_error_that_the_source_has_mended_is_told_once_and_its_value_stands(settings: Settings) -> None:
    found = corrected(settings, observation(value=7), situations=(SITUATION, dataclasses.replace(SITUATION, id="other")))
    assert [row.value for row in found.observations] == [7]
    assert found.run.outcome is Outcome.OK
    assert found.run.messages == found.outdated == ["correction an-error is no longer needed: the source now says 7"]


def test_an_entry_of_another_source_is_no_matter(settings: Settings) -> None:
    other = dataclasses.replace(ENTRY, series=ENTRY.series._replace(source="odp"))
    assert corrected(settings, WRONG, entry=other).observations == [WRONG]
    through = dataclasses.replace(ENTRY, series=ENTRY.series._replace(source="unhcr-italy"))
    italian = dataclasses.replace(WRONG, key=through.series)
    assert [row.value for row in corrected(settings, italian, entry=through).observations] == [1]


def test_a_value_that_the_gate_would_refuse_can_be_corrected(settings: Settings) -> None:
    absurd = dataclasses.replace(ENTRY, given=normalise.LARGEST + 1)
    found = corrected(settings, observation(value=normalise.LARGEST + 1), entry=absurd)
    assert ([row.value for row in found.observations], found.set_aside) == ([1], [])


# -- How a run ends ------------------------------------------------------------------------------------------------------


def test_answers_whose_rows_are_accepted_are_a_good_run(settings: Settings) -> None:
    found = reading(settings, gives(answer({})), rows(observation()))
    assert (found.run.outcome, found.run.messages) == (Outcome.OK, [])
    assert (found.observations, len(found.answers)) == ([observation()], 1)
    assert found.run.started_at == found.run.finished_at == NOON


def test_a_part_that_fails_leaves_the_rest(settings: Settings) -> None:
    found = reading(settings, gives(SourceError("HTTP 404", permanent=True, source="unhcr"), answer({})), rows(observation()))
    assert found.run.outcome is Outcome.PARTIAL
    assert found.run.messages == ["HTTP 404 (trying again will not help)"]
    assert found.observations == [observation()]


TABLE = Source("unhcr-italy", "Italy", "", "", "CC BY 4.0", "")


def test_sources_and_notes_that_came_with_the_figures_are_kept_once(settings: Settings) -> None:
    both = (SITUATION, dataclasses.replace(SITUATION, id="other"))
    found = reading(settings, gives(answer({})), rows(observation(), sources=[TABLE], notes=["a note"]), both)
    assert (found.run.outcome, found.sources, found.notes) == (Outcome.OK, {"unhcr-italy": TABLE}, ["a note"])


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ([TABLE, dataclasses.replace(TABLE, licence="Another")], "unhcr-italy is described in two ways"),
        ([dataclasses.replace(TABLE, id="odp")], "odp is no source that came through unhcr"),
        ([dataclasses.replace(TABLE, id="odp-italy")], "odp-italy is no source that came through unhcr"),
        ([dataclasses.replace(TABLE, id="unhcr")], "unhcr is no source that came through unhcr"),
    ],
)
def test_a_source_may_describe_only_its_own_and_in_one_way(settings: Settings, sources: list[Source], told: str) -> None:
    found = reading(settings, gives(answer({})), rows(observation(), sources=sources))
    assert found.run.outcome is Outcome.FAILED
    assert told in found.run.messages[0]
    assert (found.observations, found.sources) == ([], {})


def test_every_part_that_fails_is_told(settings: Settings) -> None:
    found = reading(settings, gives(SourceError("one"), SourceError("two"), answer({})), rows(observation()))
    assert [message.split()[0] for message in found.run.messages] == ["one", "two"]


@pytest.mark.parametrize(
    ("fetch", "parse"),
    [
        (raises(SourceError("HTTP 503")), rows()),
        (raises(SourceError("HTTP 503"), answer({})), rows(observation())),
        (gives(answer({})), broken(SourceError("HTTP 503"))),
        (gives(SourceError("HTTP 503")), rows()),
    ],
)
def test_a_run_that_is_void_stores_nothing_and_says_why_in_one_line(settings: Settings, fetch: Fetch, parse: Parse) -> None:
    found = reading(settings, fetch, parse)
    assert found.run.outcome is Outcome.FAILED
    assert found.run.messages == ["HTTP 503 (trying again later may help)"]
    assert (found.answers, found.observations, found.mentions, found.contexts) == ([], [], [], [])


@pytest.mark.parametrize(
    "error", [KeyError("year"), ValueError("not\na number"), TypeError(), ZeroDivisionError("x"), RecursionError("deep")]
)
def test_a_connector_that_breaks_is_told_as_one_clear_line(settings: Settings, error: Exception) -> None:
    found = reading(settings, gives(answer({})), broken(error))
    assert found.run.outcome is Outcome.FAILED
    (message,) = found.run.messages
    assert type(error).__name__ in message
    assert "please report this" in message
    assert found.run.finished_at == NOON


@pytest.mark.parametrize(
    ("fetch", "parse"),
    [
        (raises(EmptyAnswer("nothing in it")), rows()),
        (gives(answer({})), broken(EmptyAnswer("nothing in it"))),
        (gives(EmptyAnswer("nothing in it")), rows()),
    ],
)
def test_an_empty_answer_is_degraded_and_not_failed(settings: Settings, fetch: Fetch, parse: Parse) -> None:
    found = reading(settings, fetch, parse)
    assert found.run.outcome is Outcome.DEGRADED
    assert "nothing in it" in found.run.messages[0]


def test_an_empty_answer_beside_a_failure_is_failed(settings: Settings) -> None:
    assert reading(settings, gives(EmptyAnswer("nothing"), SourceError("HTTP 503")), rows()).run.outcome is Outcome.FAILED


def test_an_empty_answer_beside_a_good_one_is_partial(settings: Settings) -> None:
    assert reading(settings, gives(EmptyAnswer("nothing"), answer({})), rows(observation())).run.outcome is Outcome.PARTIAL


def test_a_source_of_which_nothing_is_asked_says_so(settings: Settings) -> None:
    found = reading(settings, gives(), rows())
    assert (found.run.outcome, found.run.messages) == (Outcome.OK, ["no situation asks anything of this source"])


# -- The gate ------------------------------------------------------------------------------------------------------------


def test_some_rows_refused_are_set_aside_and_the_run_is_good(settings: Settings) -> None:
    found = reading(
        settings,
        gives(answer({})),
        rows(observation(), observation(value=-1, day=dt.date(2024, 12, 31)), set_aside=[SetAside("odd", "row")]),
    )
    assert (found.run.outcome, len(found.observations)) == (Outcome.OK, 1)
    assert [row.reason for row in found.set_aside] == ["odd", "impossible value -1"]


def test_all_rows_refused_by_the_gate_are_a_failure(settings: Settings) -> None:
    found = reading(settings, gives(answer({})), rows(observation(value=-1), observation(value=-2)))
    assert found.run.outcome is Outcome.FAILED
    assert found.run.messages == ["not one of 2 rows could be accepted, the first since: impossible value -1 (trying again will not help)"]
    assert (found.answers, found.observations) == ([], [])


def test_all_rows_set_aside_by_the_connector_are_a_failure_too(settings: Settings) -> None:
    """A renamed field that makes every row unreadable must not look like a quiet day."""
    found = reading(settings, gives(answer({})), rows(set_aside=[SetAside("an item without a title or a link", "1")] * 3))
    assert found.run.outcome is Outcome.FAILED
    assert "an item without a title or a link" in found.run.messages[0]


def test_an_answer_with_no_news_about_the_situation_is_a_good_run(settings: Settings) -> None:
    found = reading(settings, gives(answer({})), rows(mentions=[mention("Cheese in Greece")]))
    assert (found.run.outcome, found.mentions, len(found.answers)) == (Outcome.OK, [], 1)


def test_mentions_pass_the_gate_too(settings: Settings) -> None:
    found = reading(settings, gives(answer({})), rows(mentions=[mention(), mention(), mention("Cheese")]))
    assert len(found.mentions) == 1


# -- Parts ---------------------------------------------------------------------------------------------------------------

FIRST, SECOND = answer({"part": 1}, tag="1"), answer({"part": 2}, tag="2")


def by_tag(context: Context, answers: Sequence[Answer]) -> Parsed:
    assert all(one.body for one in answers)
    return Parsed([observation(day=dt.date(2020 + int(one.tag), 12, 31), answer=one) for one in answers])


def test_answers_that_stand_by_themselves_are_read_as_they_come_and_let_go(settings: Settings) -> None:
    seen: list[int] = []

    def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
        seen.append(len(answers))
        return by_tag(context, answers)

    found = reading(settings, gives(FIRST, Mark.PART, SECOND, Mark.PART), parse)
    assert (found.run.outcome, seen, len(found.observations)) == (Outcome.OK, [1, 1], 2)
    assert [one.body for one in found.answers] == [b"", b""]
    assert found.answers == [FIRST, SECOND]  # the same ones, by their digest


def test_what_comes_after_the_last_mark_is_read_too_and_an_empty_part_is_none(settings: Settings) -> None:
    found = reading(settings, gives(Mark.PART, FIRST, Mark.PART, Mark.PART, SECOND), by_tag)
    assert len(found.observations) == len(found.answers) == 2


def test_a_failure_after_some_parts_voids_them_and_not_another_situation(settings: Settings) -> None:
    def fetch(context: Context) -> Iterator[Answer | Exception | Mark]:
        yield from (FIRST, Mark.PART)
        if context.situation.id == "other":
            raise SourceError("HTTP 503")

    other = dataclasses.replace(SITUATION, id="other")
    for order in ((SITUATION, other), (other, SITUATION)):
        found = reading(settings, fetch, by_tag, order)
        assert (found.run.outcome, len(found.observations), found.answers) == (Outcome.PARTIAL, 1, [FIRST])


def test_a_part_of_which_nothing_is_accepted_is_no_failure_while_another_is(settings: Settings) -> None:
    def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
        return Parsed([observation(value=-1 if answers == [FIRST] else 1)])

    found = reading(settings, gives(FIRST, Mark.PART, SECOND, Mark.PART), parse)
    assert (found.run.outcome, found.run.set_aside, len(found.observations)) == (Outcome.OK, 1, 1)
    assert reading(settings, gives(FIRST, Mark.PART, FIRST, Mark.PART), parse).run.outcome is Outcome.FAILED


def test_rows_set_aside_are_all_counted_and_some_remembered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "MOST_ASIDE", 3)
    parse = rows(observation(), set_aside=[SetAside("odd", "row")] * 2)
    found = reading(settings, gives(FIRST, Mark.PART, SECOND), parse)
    assert (found.run.set_aside, len(found.set_aside)) == (4, 3)


@pytest.mark.parametrize(("skip", "asked"), [(True, 0), (False, 1)])
def test_a_situation_can_keep_a_source_from_being_asked(settings: Settings, skip: bool, asked: int) -> None:
    situation = dataclasses.replace(SITUATION, sources={"unhcr": {"skip": skip, "a": 1}})
    seen: list[Context] = []
    fetch: Fetch = lambda context: iter(seen.append(context) or ())  # noqa: E731
    found = reading(settings, fetch, rows(), [situation])
    assert [context.options for context in seen] == [{"a": 1}] * asked
    assert found.run.outcome is Outcome.OK


# -- What a connector is told --------------------------------------------------------------------------------------------


def test_a_source_that_needs_a_key_and_has_none_is_switched_off_and_not_asked(settings: Settings) -> None:
    found = reading(settings, raises(AssertionError("asked")), rows(), key_from="https://a.example/apply")
    assert found.run.outcome is Outcome.OFF
    assert found.run.messages == ["needs MONITOR_KEY_UNHCR: ask for it at https://a.example/apply"]
    assert found.run.finished_at == NOON


def test_a_source_that_can_do_without_its_key_is_asked_without_it(settings: Settings) -> None:
    found = reading(settings, gives(answer({})), rows(), key_from="https://a.example/apply", key_optional=True)
    assert (found.run.outcome, found.run.messages) == (Outcome.OK, [])


def context_of(settings: Settings, situation: Situation = SITUATION, **source: Any) -> tuple[Context, FakeClient]:
    seen: list[Context] = []
    client = FakeClient()
    connector = SimpleNamespace(
        SOURCE=dataclasses.replace(SOURCE, **source), fetch=lambda context: iter(seen.append(context) or ()), parse=rows()
    )
    refresh.read_source(cast(Connector, connector), [situation], settings, cast(Client, client))
    return seen[0], client


def test_a_key_is_handed_in_and_named_as_a_secret(settings: Settings) -> None:
    context, client = context_of(dataclasses.replace(settings, keys={"unhcr": "s3cret"}), key_from="https://a.example/apply")
    assert context.key == "s3cret"
    assert client.asked == [("unhcr", "https://a.example", ("s3cret",))]


@pytest.mark.parametrize("anew", [True, False])
def test_after_a_bad_run_the_source_is_asked_without_what_is_remembered(settings: Settings, anew: bool) -> None:
    client = FakeClient()
    connector = cast(Connector, SimpleNamespace(SOURCE=SOURCE, fetch=gives(), parse=rows()))
    refresh.read_source(connector, [SITUATION], settings, cast(Client, client), anew=anew)
    assert client.anew is anew


def test_the_base_address_of_the_settings_wins(settings: Settings) -> None:
    assert context_of(settings)[1].asked == [("unhcr", "https://a.example", ())]
    assert context_of(dataclasses.replace(settings, bases={"unhcr": "http://replay"}))[1].asked == [("unhcr", "http://replay", ())]


def test_a_further_address_is_handed_in_and_that_of_the_settings_wins(settings: Settings) -> None:
    ours = dataclasses.replace(settings, bases={"unhcr_rss": "http://replay/rss", "odp_rss": "http://replay/other"})
    further = {"rss": "https://a.example", "more": "https://b.example"}
    assert context_of(ours, bases=further)[0].bases == {"rss": "http://replay/rss", "more": "https://b.example"}
    assert context_of(ours)[0].bases == {}


def test_the_options_of_the_settings_win_over_those_of_the_situation_one_by_one(settings: Settings) -> None:
    situation = dataclasses.replace(SITUATION, sources={"unhcr": {"a": 1, "b": 1}, "odp": {"c": 1}})
    context, _ = context_of(dataclasses.replace(settings, options={"unhcr": {"b": 2}}), situation)
    assert context.options == {"a": 1, "b": 2}
    assert context.today == TODAY


def test_every_situation_is_asked_and_one_client_serves_them_all(settings: Settings) -> None:
    other = dataclasses.replace(SITUATION, id="other")
    found = reading(
        settings,
        gives(answer({})),
        lambda context, answers: Parsed([observation(day=dt.date(2024 if context.situation.id == "other" else 2025, 12, 31))]),
        (SITUATION, other),
    )
    assert len(found.answers) == len(found.observations) == 2


# -- Gaps in a feed ------------------------------------------------------------------------------------------------------

WINDOW = SimpleNamespace(SOURCE=registry()["rss"].SOURCE, parse=registry()["rss"].parse)


def feed(*numbers: int) -> bytes:
    items = "".join(f"<item><title>Refugees in Greece {n}</title><link>https://a.example/{n}</link></item>" for n in numbers)
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (feed(1, 2, 3), feed(3, 4, 5), False),  # one of the last poll's items is left
        (feed(1, 2, 3), feed(4, 5, 6), True),
        (feed(1, 2, 3), feed(1, 2, 3), False),
        (None, feed(4, 5, 6), False),  # the first poll
    ],
)
def test_a_feed_of_which_nothing_is_left_since_the_last_poll_may_have_a_gap(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, before: bytes | None, now: bytes, told: bool
) -> None:
    archive = Archive(settings.data_dir)
    earlier = archive.keep("rss", "u", before, NOON)[1] if before else ""
    monkeypatch.setattr(refresh.runs, "last_answer", lambda store, source, url: earlier)
    sha256, file = archive.keep("rss", "u", now, NOON)
    current = dataclasses.replace(answer(now, source="rss", tag="https://a.example/feed"), sha256=sha256, file=file)
    found = refresh.Reading(Run("rss", NOON), contexts=[(Context(SITUATION, {}, TODAY, cast(Any, None)), current)])
    refresh._note_gaps(cast(Any, None), archive, cast(Connector, WINDOW), found)
    assert bool(found.run.messages) is told
    assert all("https://a.example/feed" in message for message in found.run.messages)


def test_a_last_poll_that_is_no_longer_archived_is_no_gap(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh.runs, "last_answer", lambda store, source, url: "raw/rss/00/00.gz")
    found = refresh.Reading(Run("rss", NOON), contexts=[(Context(SITUATION, {}, TODAY, cast(Any, None)), answer(feed(1), source="rss"))])
    refresh._note_gaps(cast(Any, None), Archive(settings.data_dir), cast(Connector, WINDOW), found)
    assert found.run.messages == []


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], 0),
        ([Outcome.OK, Outcome.OFF], 0),
        ([Outcome.OK, Outcome.PARTIAL], 1),
        ([Outcome.DEGRADED], 1),
        ([Outcome.FAILED], 1),
    ],
)
def test_a_refresh_ends_with_0_when_every_source_went_well(outcomes: list[Outcome], code: int) -> None:
    assert refresh.exit_code([Run("x", NOON, outcome=outcome) for outcome in outcomes]) == code


# -- Several situations ------------------------------------------------------------------------------------------------------

OTHER = dataclasses.replace(SITUATION, id="other")


def asks(*calls: tuple[str, dict[str, Any]]) -> Fetch:
    def fetch(context: Context) -> Iterator[Answer | Exception]:
        for path, more in calls:
            yield context.get(path, **more)

    return fetch


class Counting(FakeClient):
    """Counts what is asked; `faults` are raised first."""

    def __init__(self, *faults: SourceError) -> None:
        super().__init__()
        self.faults, self.calls = list(faults), list[tuple[Any, ...]]()

    def reply(self, path: str, params: Any = (), *, tag: str = "", expect: str = "json", headers: Any = NO_HEADERS) -> Answer:
        self.calls.append((path, tuple(params), expect, dict(headers)))
        if self.faults:
            raise self.faults.pop(0)
        return answer({"n": len(self.calls)}, tag=tag)


def read_by(client: FakeClient, settings: Settings, fetch: Fetch, parse: Parse) -> refresh.Reading:
    connector = cast(Connector, SimpleNamespace(SOURCE=SOURCE, fetch=fetch, parse=parse))
    return refresh.read_source(connector, (SITUATION, OTHER), settings, cast(Client, client))


@pytest.mark.parametrize(
    ("second", "calls"),
    [
        (("/a", {}), 1),
        (("/a", {"tag": "another word for it"}), 1),
        (("/b", {}), 2),
        (("/a", {"params": [("n", "1")]}), 2),
        (("/a", {"expect": "csv"}), 2),
        (("/a", {"headers": {"X": "1"}}), 2),
    ],
)
def test_one_question_is_put_once_in_a_run(settings: Settings, second: tuple[str, dict[str, Any]], calls: int) -> None:
    client = Counting()
    found = read_by(client, settings, asks(("/a", {"tag": "first"}), second), rows())
    assert len(client.calls) == calls
    assert [one.tag for one in found.answers] == ["first", second[1].get("tag", "")] * 2


@pytest.mark.parametrize(("permanent", "calls", "outcome"), [(True, 1, Outcome.FAILED), (False, 2, Outcome.PARTIAL)])
def test_only_a_refusal_for_good_is_not_asked_again_for_the_next_situation(
    settings: Settings, permanent: bool, calls: int, outcome: Outcome
) -> None:
    client = Counting(SourceError("HTTP 404", permanent=permanent))
    found = read_by(client, settings, asks(("/a", {})), rows())
    assert (len(client.calls), found.run.outcome, len(found.run.messages)) == (calls, outcome, 1)


def test_a_figure_that_two_situations_share_is_counted_once_and_so_is_what_is_set_aside(settings: Settings) -> None:
    parse = rows(observation(), set_aside=[SetAside("no day", "row 1"), SetAside("no day", "row 1")], notes=["how it was read"])
    found = read_by(FakeClient(), settings, gives(answer({})), parse)
    assert (len(found.observations), len(found.set_aside), found.notes) == (1, 2, ["how it was read"])


@pytest.mark.parametrize("change", [{"value": 1.0}, {"status": Status.ESTIMATED}, {"qualifier": "about"}, {"known_at": NOON}])
def test_two_situations_that_learn_different_things_of_one_period_keep_both(settings: Settings, change: dict[str, Any]) -> None:
    learnt = iter((observation(), observation(**change)))
    found = read_by(FakeClient(), settings, gives(answer({})), lambda context, answers: Parsed([next(learnt)]))
    assert len(found.observations) == 2
