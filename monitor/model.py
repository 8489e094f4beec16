"""The contract: measures, indicators, series, observations, statuses, sources, situations and rules.

Every other room speaks in these words. This module imports nothing of ours and does nothing when imported.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, NamedTuple, Protocol

UTC = dt.UTC


class Measure(StrEnum):
    """What kind of number an indicator is; the kind decides what may be summed."""

    STOCK = "stock"  # people present on a day
    FLOW = "flow"  # people who moved within a period
    CUMULATIVE = "cumulative"  # people counted since a fixed date
    EVENTS = "events"  # detections, movements, deaths: not people present
    VOLUME = "volume"  # articles
    RATIO = "ratio"  # a share, or per thousand inhabitants


class Over(StrEnum):
    """The direction of a sum."""

    TIME = "time"
    PLACES = "places"


# A stock summed over time counts the same people again; a cumulative figure already is a sum over time;
# an article can be about two places; a ratio has no sum at all.
MAY_SUM: Mapping[Measure, frozenset[Over]] = {
    Measure.STOCK: frozenset({Over.PLACES}),
    Measure.FLOW: frozenset({Over.TIME, Over.PLACES}),
    Measure.CUMULATIVE: frozenset({Over.PLACES}),
    Measure.EVENTS: frozenset({Over.TIME, Over.PLACES}),
    Measure.VOLUME: frozenset({Over.TIME}),
    Measure.RATIO: frozenset(),
}


class Frequency(StrEnum):
    """The usual step of a series."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    IRREGULAR = "irregular"


class Status(StrEnum):
    """How firm a figure is."""

    REPORTED = "reported"
    PROVISIONAL = "provisional"  # the period is unfinished, or the source says that it will change
    ESTIMATED = "estimated"
    PROJECTED = "projected"
    NOT_REPORTED = "not_reported"  # the source names the period and gives no figure: missing is not zero


# A sum is as soft as its softest part; the firmest first.
SOFTNESS = (Status.REPORTED, Status.ESTIMATED, Status.PROVISIONAL, Status.PROJECTED, Status.NOT_REPORTED)
# A part of a sum that is this far behind the others has ended; until then its next figure is waited for.
GOES_ON = dt.timedelta(days=366)


class Severity(StrEnum):
    """How urgently an alert wants a person."""

    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class PlaceKind(StrEnum):
    """What a place code stands for."""

    COUNTRY = "country"  # ISO 3166-1 alpha-3, and the few codes that upstreams add to it
    AREA = "area"  # ISO 3166-2, or a p-code
    ROUTE = "route"
    REGION = "region"
    SITUATION = "situation"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that is counted. `breakdowns` lists the allowed values; empty means any text."""

    id: str
    name: str
    measure: Measure
    unit: str
    about: str
    breakdowns: tuple[str, ...] = ("",)
    addable: bool = True  # False: its breakdowns overlap, or are of different units, and are never added to one another


def _indicators(*rows: Indicator) -> Mapping[str, Indicator]:
    return {row.id: row for row in rows}


AGES = ("0-4", "5-11", "12-17", "18-59", "60+", "age-unknown")
BY_AGE = tuple(part for sex in ("female", "male") for part in (sex, *(f"{sex}-{age}" for age in AGES)))


def marked(text: str) -> str:
    """Marks a text for the message catalogue; whoever shows it translates it."""
    return text


INDICATORS: Mapping[str, Indicator] = _indicators(
    Indicator(
        "refugees",
        marked("Refugees hosted"),
        Measure.STOCK,
        marked("persons"),
        marked("Refugees and people in a refugee-like situation in the country of asylum on the last day of the period."),
    ),
    Indicator(
        "asylum_seekers",
        marked("Asylum-seekers"),
        Measure.STOCK,
        marked("persons"),
        marked("People whose claim is pending in the country of asylum on the last day of the period."),
    ),
    Indicator(
        "idps",
        marked("Internally displaced persons"),
        Measure.STOCK,
        marked("persons"),
        marked("People displaced within their own country on the last day of the period."),
        ("", "conflict", "disaster"),
    ),
    Indicator(
        "idps_assessed",
        marked("IDPs by assessment"),
        Measure.STOCK,
        marked("persons"),
        marked(
            "Internally displaced persons on the day of one round, as one operation and method of assessment (breakdown) counted them. Operations and methods overlap: never add two."
        ),
        (),
    ),
    Indicator(
        "stateless",
        marked("Stateless persons"),
        Measure.STOCK,
        marked("persons"),
        marked("People under the statelessness mandate in the country on the last day of the period."),
    ),
    Indicator(
        "registered_refugees",
        marked("Registered refugees"),
        Measure.STOCK,
        marked("persons"),
        marked("Refugees registered, or under temporary protection, in the country of asylum on the day."),
    ),
    Indicator(
        "population",
        marked("People in place"),
        Measure.STOCK,
        marked("persons"),
        marked("People who live or are trapped in a place: not a displacement figure."),
    ),
    Indicator(
        "returned_refugees",
        marked("Refugee returns"),
        Measure.FLOW,
        marked("persons"),
        marked("Refugees who left the country of asylum (location) for their country of origin in the period."),
    ),
    Indicator(
        "returned_idps",
        marked("IDP returns"),
        Measure.FLOW,
        marked("persons"),
        marked("Internally displaced persons who returned within the period."),
    ),
    Indicator(
        "arrivals",
        marked("Arrivals"),
        Measure.FLOW,
        marked("persons"),
        marked("People who arrived in the country or region in the period."),
        ("all", "sea", "land"),
    ),
    Indicator(
        "border_detections",
        marked("Border detections"),
        Measure.EVENTS,
        marked("detections"),
        marked("Detections of irregular border crossings on a route in the period. One person can be detected more than once."),
        ("sea", "land", "combined"),  # combined: a row that does not tell the two apart, and is in neither of them
    ),
    Indicator(
        "dead_and_missing",
        marked("Dead and missing"),
        Measure.EVENTS,
        marked("persons"),
        marked(
            "People recorded as dead or missing on a migration route in the period, a minimum. Cumulative: records of more than one incident, which are in none of the others."
        ),
        ("all", "dead", "missing", "cumulative"),
    ),
    Indicator(
        "displaced",
        marked("Displaced since a date"),
        Measure.CUMULATIVE,
        marked("persons"),
        marked("People displaced since the first day of the period, as a running total. Never add two of them."),
    ),
    Indicator(
        "news_articles",
        marked("News articles"),
        Measure.VOLUME,
        marked("articles"),
        marked("Articles that match the query (breakdown) in the period."),
        (),
    ),
    Indicator(
        "news_share",
        marked("Share of the news"),
        Measure.RATIO,
        marked("% of articles"),
        marked("Articles that match the query as a percentage of all articles monitored in the period."),
        (),
    ),
    Indicator(
        "asylum_applicants",
        marked("Asylum applicants"),
        Measure.FLOW,
        marked("persons"),
        marked("People who applied for asylum in the country in the period. Who applies again, there or elsewhere, is counted again."),
        ("all", "first-time"),
    ),
    Indicator(
        "asylum_applications",
        marked("Asylum applications"),
        Measure.FLOW,
        marked("applications"),
        marked(
            "New applications at the first instance in the period, the appeal where a country does not tell the two apart included. Repeated applications and appeals are not in it. Of persons and of cases, which can be of several persons: never add the two."
        ),
        ("persons", "cases"),
        addable=False,
    ),
    Indicator(
        "asylum_decisions",
        marked("Asylum decisions"),
        Measure.FLOW,
        marked("decisions"),
        marked(
            "Decisions of the first instance in the period, the appeal where a country does not tell the two apart included: refugee status recognized, other (complementary) protection, rejected, closed without a decision. Of persons and of cases: never add the two."
        ),
        tuple(f"{outcome}-{unit}" for unit in ("persons", "cases") for outcome in ("recognized", "complementary", "rejected", "closed")),
        addable=False,
    ),
    Indicator(
        "resettlement_arrivals",
        marked("Resettlement arrivals"),
        Measure.FLOW,
        marked("persons"),
        marked("Refugees of the origin who arrived in the country (location) for resettlement in the period."),
    ),
    Indicator(
        "naturalisations",
        marked("Naturalisations"),
        Measure.FLOW,
        marked("persons"),
        marked("Refugees who became citizens of the country of asylum in the period. Few countries report it."),
    ),
    Indicator(
        "refugees_by_age",
        marked("Refugees by age and sex"),
        Measure.STOCK,
        marked("persons"),
        marked(
            "Refugees in the country of asylum on the last day of the period whose sex is known, and of each sex by age. Ages of a sex are parts of it."
        ),
        BY_AGE,
        addable=False,
    ),
    Indicator(
        "asylum_seekers_by_age",
        marked("Asylum-seekers by age and sex"),
        Measure.STOCK,
        marked("persons"),
        marked(
            "Asylum-seekers in the country of asylum on the last day of the period whose sex is known, and of each sex by age. Ages of a sex are parts of it."
        ),
        BY_AGE,
        addable=False,
    ),
    Indicator(
        "idps_by_age",
        marked("Internally displaced persons by age and sex"),
        Measure.STOCK,
        marked("persons"),
        marked(
            "Internally displaced persons on the last day of the period whose sex is known, and of each sex by age. Ages of a sex are parts of it."
        ),
        BY_AGE,
        addable=False,
    ),
    Indicator(
        "stateless_by_age",
        marked("Stateless persons by age and sex"),
        Measure.STOCK,
        marked("persons"),
        marked(
            "Stateless persons in the country on the last day of the period whose sex is known, and of each sex by age. Ages of a sex are parts of it."
        ),
        BY_AGE,
        addable=False,
    ),
    Indicator(
        "internal_displacements",
        marked("Internal displacements"),
        Measure.EVENTS,
        marked("movements"),
        marked("Movements within the country in the period, as first reported. One person who is displaced twice counts twice."),
        ("conflict", "disaster", "development"),
    ),
    Indicator(
        "internal_displacements_year",
        marked("Internal displacements in a year"),
        Measure.EVENTS,
        marked("movements"),
        marked("Movements within the country in the year, validated. One person who is displaced twice counts twice."),
        ("conflict", "disaster"),
    ),
    Indicator(
        "disaster_displacements_year",
        marked("Disaster displacements in a year by hazard"),
        Measure.EVENTS,
        marked("movements"),
        marked("Movements within the country that disasters caused in the year, validated, by the kind of hazard."),
        (
            "drought",
            "earthquake",
            "erosion",
            "extreme-temperature",
            "flood",
            "mass-movement",
            "mixed-disasters",
            "sea-level-rise",
            "storm",
            "volcanic-activity",
            "wave-action",
            "wildfire",
        ),
    ),
)


class SeriesKey(NamedTuple):
    """(source, indicator, location, origin, breakdown); written with slashes, `-` for an empty part."""

    source: str
    indicator: str
    location: str
    origin: str = ""
    breakdown: str = ""

    def __str__(self) -> str:
        return "/".join(part or "-" for part in self)

    @classmethod
    def parse(cls, text: str) -> SeriesKey:
        """Read `source/indicator/location/origin/breakdown`; raises ValueError on any other shape."""
        parts = text.split("/")
        if len(parts) != 5 or not all(parts):
            raise ValueError(f"{text!r} is not source/indicator/location/origin/breakdown (with - for an empty part)")
        return cls(*("" if part == "-" else part for part in parts))


def parts(key: SeriesKey) -> tuple[SeriesKey, ...]:
    """The stored series that a written one adds up: the breakdown `sea+land` stands for two.

    Only breakdowns that the contract lists are taken apart, since another source's may hold a plus.
    """
    indicator = INDICATORS.get(key.indicator)
    if indicator is None or not any(indicator.breakdowns):
        return (key,)
    return tuple(key._replace(breakdown=breakdown) for breakdown in key.breakdown.split("+"))


@dataclass(frozen=True, slots=True)
class Answer:
    """One body that an upstream (or a bundled file) gave. `sha256` is of `body`; `url` holds no secret.

    Two answers are equal whether or not their bodies are still there.
    """

    source: str
    url: str
    body: bytes = field(compare=False)
    retrieved_at: dt.datetime
    sha256: str
    tag: str = ""  # the connector's own word for which of its calls this answers
    file: str = ""  # where the raw archive keeps it, relative to the data directory
    bundled: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure for one period as known at one moment.

    `value` is None only with status not_reported. `known_at` None means: when the answer was retrieved.
    """

    key: SeriesKey
    frequency: Frequency
    period_start: dt.date
    period_end: dt.date
    value: float | None
    answer: Answer
    status: Status = Status.REPORTED
    qualifier: str = ""
    known_at: dt.datetime | None = None
    known_estimated: bool = False

    @property
    def period(self) -> tuple[SeriesKey, dt.date, dt.date]:
        return (self.key, self.period_end, self.period_start)


@dataclass(frozen=True, slots=True)
class Mention:
    """One article. `identity` tells repeats apart within a situation; `seen_at` orders the list.

    `query` is set where the source searched for us; without it the gate asks whether the article is about the situation.
    """

    situation: str
    identity: str
    url: str
    title: str
    domain: str
    language: str
    country: str
    seen_at: dt.datetime
    dated: bool  # False: the feed gave no usable date, and the time of retrieval stands in
    query: str
    feed: str
    answer: Answer
    summary: str = ""  # read to decide whether the article is about the situation; not stored


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that was not accepted, with the reason and enough of it to find it again."""

    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class Footnote:
    """What a source says beside its figures of an indicator, from one day to another; an empty part stands for all of them."""

    source: str
    indicator: str
    location: str
    origin: str
    first_day: dt.date
    last_day: dt.date
    text: str
    answer: Answer


class Mark(Enum):
    """What `fetch` may yield between answers."""

    PART = "part"  # the answers since the last mark stand by themselves: they are read now, and their bodies are let go


@dataclass(slots=True)
class Parsed:
    """What a connector read out of its answers."""

    observations: list[Observation] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)  # sources with terms of their own, whose figures came through this one
    notes: list[str] = field(default_factory=list)  # how the answers were understood, for the person who checks
    footnotes: list[Footnote] = field(default_factory=list)  # all that the source has: one that is not among them is withdrawn


@dataclass(frozen=True, slots=True)
class Source:
    """A source as it describes itself: what it is, on which terms, and how to be a polite client of it.

    `cadence` is how often the schedule asks, `lag_days` how long after a period's end its figure is usually
    known, `pace` the seconds between two requests, `attempts` the tries for one request, `budget` the seconds
    for all requests of one run, `max_bytes` the largest answer taken. A source that came through a connector is called
    `<id of the connector's source>-<name>`, and is not asked by itself.
    """

    id: str
    name: str
    about: str
    home: str
    licence: str
    citation: str
    base: str = ""
    cadence: dt.timedelta = dt.timedelta(days=1)
    lag_days: int | None = None
    pace: float = 1.0
    attempts: int = 3
    budget: float = 80.0
    max_bytes: int = 32_000_000
    rest_after_failure: dt.timedelta = dt.timedelta(0)
    window: bool = False  # an answer holds only the newest items, so a late poll leaves a gap
    key_from: str = ""  # where to ask for the credential; empty: none needed
    key_optional: bool = False  # without the credential it is asked in another way instead of being switched off
    bases: Mapping[str, str] = field(default_factory=dict)  # further addresses; MONITOR_BASE_<ID>_<NAME> replaces one
    files: bool = False  # reads files that a person keeps, too; `check --file` hands it one
    terms: str = ""  # what else its terms ask for, in a sentence; empty: the licence says it all
    non_commercial: bool = False  # its figures, or some of them, are for non-commercial use only
    gives: tuple[str, ...] = ()  # the ids of its indicators; empty: articles only, or what a situation describes
    options: tuple[str, ...] = ()  # what a situation may set under [sources.<id>]
    sparse: bool = False  # names every cell of a table: a zero is stored only in a series that ever had another value


def through(source_id: str) -> str:
    """`tabular` for `tabular-italy`; empty for the id of a source that is asked itself."""
    before, dash, _ = source_id.partition("-")
    return before if dash else ""


def public(address: str) -> str:
    """An address without the user and password that may stand in it."""
    return re.sub(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", r"\1", address, flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a rule asks of a series: one kind with its parameters, or `all` or `any` of several conditions.

    `periods` is for how many finished periods running it must hold. `series` is where it looks, when that is not the
    rule's own series.
    """

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    of: tuple[Condition, ...] = ()
    periods: int = 1
    series: SeriesKey | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule on one series, with the reason for its level and where that reason comes from.

    A figure whose period ended more than `stale_after_days` ago is too old to judge by. `levels` are the parameters that
    a higher severity replaces. An alert stays open until the figure is below `clear_below` times its threshold. After
    an alert was told, another is told only when it is worse or `cooldown_days` later (by the ends of their periods).
    """

    id: str
    name: str
    series: SeriesKey
    severity: Severity
    reason: str
    reason_source: str
    condition: Condition
    stale_after_days: int
    levels: Mapping[Severity, Mapping[str, Any]] = field(default_factory=dict)
    clear_below: float = 1.0
    cooldown_days: int = 0
    least_history: int = 0  # finished periods before the newest

    @property
    def identity(self) -> tuple[str, SeriesKey]:
        """What the ledger knows it by: one written rule may be on several series."""
        return self.id, self.series


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that the Overview leads with."""

    series: SeriesKey
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A question put to a news archive; its id is the breakdown of the news series."""

    id: str
    name: str
    gdelt: str


@dataclass(frozen=True, slots=True)
class Situation:
    """A crisis that somebody follows: its places, its search terms, its rules."""

    id: str
    name: str
    about: str
    origins: tuple[str, ...]
    hosts: tuple[str, ...]
    routes: tuple[str, ...]
    regions: tuple[str, ...]
    areas: tuple[str, ...]
    people_terms: Mapping[str, tuple[str, ...]]  # by language
    place_terms: Mapping[str, tuple[str, ...]]  # by language
    queries: tuple[Query, ...]
    headlines: tuple[Headline, ...]
    rules: tuple[Rule, ...]
    sources: Mapping[str, Mapping[str, Any]]  # options of one source, which that connector checks

    @property
    def places(self) -> frozenset[str]:
        """Every place code that belongs to the situation, its own included."""
        return frozenset((self.id, *self.origins, *self.hosts, *self.routes, *self.regions, *self.areas))


class Get(Protocol):
    """How a connector asks: the path after the base address (or a whole URL), and what kind of body is due.

    `file:///a/b.csv` is a file below the folder that the settings name, `file:///a/` the JSON list of the files in one.
    `expect` is json, feed, csv, xlsx or html; `headers` win over the client's own.
    """

    def __call__(
        self, path: str, params: Sequence[tuple[str, str]] = (), *, tag: str = "", expect: str = "json", headers: Mapping[str, str] = ...
    ) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Context:
    """All that a connector may know of the world while it fetches and parses."""

    situation: Situation
    options: Mapping[str, Any]
    today: dt.date
    get: Get
    key: str = ""
    bases: Mapping[str, str] = field(default_factory=dict)  # the source's further addresses, for whole URLs


class Connector(Protocol):
    """The shape of a module in `connectors/`.

    `fetch` yields answers, as many as the source needs; it raises SourceError when the whole run is void, and
    yields one for a part that failed while the rest is good. `parse` sees every answer of one fetch, or, where `fetch`
    yields Mark.PART after answers that stand by themselves, those of one part at a time.
    """

    SOURCE: Source
    fetch: Callable[[Context], Iterator[Answer | Exception | Mark]]
    parse: Callable[[Context, Sequence[Answer]], Parsed]


class Judgement(StrEnum):
    """What a rule says of a series on a day."""

    FIRES = "fires"
    QUIET = "quiet"
    CANNOT_SAY = "cannot say"


class Point(NamedTuple):
    """One figure of a series as a rule sees it."""

    period_start: dt.date
    period_end: dt.date
    value: float | None
    status: Status


class Asked(NamedTuple):
    """One run of a source as a rule sees it."""

    at: dt.datetime
    good: bool


class Window(NamedTuple):
    """What a kind of rule sees: the finished points of its series by period, the newest last, and what stands beside them.

    `beside` holds the finished points of the other series that its parameters name, `asked` the runs of the series'
    source, oldest first. A figure whose period ended more than `stale_after_days` before the day is too old to judge by.
    """

    points: Sequence[Point]
    day: dt.date
    beside: Mapping[SeriesKey, Sequence[Point]]
    asked: Sequence[Asked] = ()
    series: SeriesKey | None = None
    stale_after_days: int | None = None

    @property
    def by_day(self) -> bool:
        """Whether a day without a figure is a gap. A stock or a running total is read when somebody counts: no gap."""
        indicator = INDICATORS.get(self.series.indicator) if self.series else None
        return indicator is not None and indicator.measure not in (Measure.STOCK, Measure.CUMULATIVE)

    def is_stale(self, end: dt.date) -> bool:
        """Whether a figure of a period that ended on a day is too old to judge by."""
        return self.stale_after_days is not None and (self.day - end).days > self.stale_after_days


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's answer, with the figures it rests on and one sentence that says why.

    `said` is the sentence, or an object that is one when written: putting figures into words costs more than judging
    them. `window` holds the earlier points that the newest was compared with.
    """

    judgement: Judgement
    said: object
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    value: float | None = None
    threshold: float | None = None
    reference_end: dt.date | None = None
    reference: float | None = None
    severity: Severity | None = None  # at which it fires
    window: tuple[Point, ...] = field(default=(), compare=False)

    @property
    def sentence(self) -> str:
        """One sentence for a reader, in the reader's language where it is judged now."""
        return str(self.said)


class Move(StrEnum):
    """A transition in the ledger: of the rule, then of people."""

    RAISED = "raised"
    ESCALATED = "escalated"  # a higher severity, or twice the value last told
    RAISED_AGAIN = "raised again"  # it still fires, for a later period, when the cooldown is over
    CLEARED = "cleared"
    UNDONE = "undone"  # a revision of the very figure that raised it
    LAPSED = "lapsed"  # it fired, and the figure behind it has become too old to say
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    UNSILENCED = "unsilenced"
    MARKED_TRUE = "marked true"
    MARKED_FALSE = "marked false"


FIRING = frozenset({Move.RAISED, Move.ESCALATED, Move.RAISED_AGAIN})
ENDED = frozenset({Move.CLEARED, Move.UNDONE, Move.LAPSED})


@dataclass(frozen=True, slots=True)
class Transition:
    """One entry of the ledger: a rule whose state changed, at the moment that became known, or what a person did.

    `muted` says why nobody is told; empty: it is told. A person's entry has `who`, and `why` where they wrote it;
    `until` ends a silence. A silence of a whole situation has an empty rule and series. `recorded_at` is when the ledger
    took the entry, None for one that it has not: it is no part of what the entry says, so it is not compared.
    """

    situation: str
    rule: str
    series: SeriesKey | None
    move: Move
    severity: Severity
    at: dt.datetime
    verdict: Verdict
    muted: str = ""
    who: str = ""
    why: str = ""
    until: dt.datetime | None = None
    recorded_at: dt.datetime | None = field(default=None, compare=False)


class Outcome(StrEnum):
    """How a run of one source ended."""

    OK = "ok"
    PARTIAL = "partial"  # some parts failed, the rest is stored
    BUNDLED = "bundled"  # figures that came with the program
    DEGRADED = "degraded"  # the source answered with nothing; nothing was stored
    FAILED = "failed"
    STOPPED = "stopped"  # the process was asked to end before the source had answered
    OFF = "switched off"  # needs a credential that is not there


@dataclass(slots=True)
class Run:
    """The report on one source in one refresh."""

    source: str
    started_at: dt.datetime
    finished_at: dt.datetime | None = None
    outcome: Outcome = Outcome.OK
    new: int = 0
    same: int = 0
    revised: int = 0
    settled: int = 0  # the same value with a firmer (or weaker) status
    mentions_new: int = 0
    mentions_same: int = 0
    set_aside: int = 0
    newest_period: dt.date | None = None
    messages: list[str] = field(default_factory=list)

    @property
    def stored(self) -> int:
        """Rows that the run added to the store."""
        return self.new + self.revised + self.settled + self.mentions_new


def same_day(day: dt.date, year: int) -> dt.date:
    """The same day of another year; the end of February stays the end of February."""
    if (day + dt.timedelta(days=1)).day == 1:
        first_of_next = (day + dt.timedelta(days=1)).replace(year=year + (1 if day.month == 12 else 0))
        return first_of_next - dt.timedelta(days=1)
    return day.replace(year=year)


def is_complete(point: Point) -> bool:
    """Whether a rule may judge the point: it has a value, and its period is neither unfinished nor ahead."""
    return point.value is not None and point.status not in (Status.PROVISIONAL, Status.PROJECTED)


def refuse_sum(indicators: Iterable[str], over: Over) -> str:
    """Why these indicators may not be summed in this direction; empty when they may."""
    ids = sorted(set(indicators))
    if not ids:
        return "there is nothing to sum"
    if len(ids) != 1:
        return f"{', '.join(ids)} are different indicators: their sum means nothing"
    indicator = INDICATORS[ids[0]]
    if over not in MAY_SUM[indicator.measure]:
        return f"{indicator.name} is a {indicator.measure} measure: it has no sum over {over}"
    return ""
