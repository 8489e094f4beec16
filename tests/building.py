"""Builders that the tests of the connector side share: a situation, answers, rows, and a stand-in for `Context.get`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import hypothesis

from monitor.model import Answer, Context, Frequency, Mention, Observation, Query, SeriesKey, Situation, Source, Status

hypothesis.settings.register_profile("monitor", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("monitor")

TODAY = dt.date(2026, 11, 1)
NOON = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
RECORDINGS = Path(__file__).parent / "recordings"
TURKIYE = SeriesKey("unhcr", "refugees", "TUR", "SYR")

SITUATION = Situation(
    id="aegean",
    name="The Aegean",
    about="Made for the tests.",
    origins=("SYR", "AFG"),
    hosts=("TUR", "GRC", "DEU", "AUT"),
    routes=("eastern-mediterranean",),
    regions=("europe-mediterranean",),
    areas=("SY-ID",),
    people_terms={"en": ("refugee", "migrant"), "tr": ("mülteci", "göçmen"), "el": ("πρόσφυγ", "προσφυγ"), "ar": ("لاجئ",)},
    place_terms={"en": ("Greece", "Turkey", "Idlib"), "tr": ("Yunanistan", "İdlib"), "el": ("Ελλάδ", "Λέσβο"), "ar": ("تركيا", "إدلب")},
    queries=(Query("refugees", "Refugees", "(refugees OR migrants) (turkey OR greece)"), Query("idlib", "Idlib", "idlib displaced")),
    headlines=(),
    rules=(),
    sources={},
)


def recording(name: str) -> bytes:
    """The bytes of one file under recordings/."""
    return (RECORDINGS / name).read_bytes()


def answer(body: bytes | str | Any, *, source: str = "unhcr", tag: str = "", url: str = "", at: dt.datetime = NOON) -> Answer:
    """An answer with this body; anything but bytes and text is written as JSON."""
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    raw = text if isinstance(text, bytes) else text.encode()
    return Answer(
        source, url or f"https://{source}.example/answer", raw, at, hashlib.sha256(raw).hexdigest(), tag, f"raw/{source}/{tag}.gz"
    )


def observation(
    key: SeriesKey = TURKIYE, value: float | None = 2_347_756, day: dt.date = dt.date(2025, 12, 31), **changes: Any
) -> Observation:
    """A figure that keeps the contract, unless the changes break it."""
    row = Observation(key, Frequency.YEAR, day, day, value, answer({}), Status.REPORTED)
    return dataclasses.replace(row, **changes)


def mention(title: str = "Refugees reach Greece", url: str = "https://news.example/a", **changes: Any) -> Mention:
    """An article about SITUATION, unless the changes make it another."""
    row = Mention(
        SITUATION.id, url, url, title, "news.example", "", "", NOON, True, "", "https://news.example/feed", answer(b"", source="rss")
    )
    return dataclasses.replace(row, **changes)


@dataclasses.dataclass
class Upstream:
    """Stands for `Context.get`: `reply` says what comes back for (path, parameters); `asked` and `headers` remember every call."""

    source: Source
    reply: Callable[[str, Mapping[str, str]], Any]
    asked: list[tuple[str, dict[str, str]]] = dataclasses.field(default_factory=list)
    headers: list[dict[str, str]] = dataclasses.field(default_factory=list)

    def __call__(
        self,
        path: str,
        params: Sequence[tuple[str, str]] = (),
        *,
        tag: str = "",
        expect: str = "json",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:
        names = [name for name, _ in params]
        assert len(names) == len(set(names)), f"a parameter is sent twice: {names}"
        self.asked.append((path, dict(params)))
        self.headers.append(dict(headers))
        body = self.reply(path, dict(params))
        if isinstance(body, Exception):
            raise body
        return answer(body, source=self.source.id, tag=tag, url=path if "://" in path else self.source.base + path)

    def context(self, today: dt.date = TODAY, situation: Situation = SITUATION, key: str = "", **options: Any) -> Context:
        """What a connector is handed, with this upstream at the other end."""
        return Context(situation, options, today, self, key)
