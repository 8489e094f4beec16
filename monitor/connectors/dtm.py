"""IOM Displacement Tracking Matrix, API v3: internally displaced persons by operation, method and round, by country.

A round comes in several rows (by reason, by place of origin), which are added; rounds, operations and methods of
assessment are not. Countries only: the API's admin levels below are named by p-codes, for which there is no crosswalk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.connectors._reading import field, json_of, rows
from monitor.connectors._rounds import Part, breakdown, given, total, word
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Observation, Parsed, SeriesKey, SetAside, Source

SOURCE = Source(
    id="dtm",
    name="IOM Displacement Tracking Matrix",
    about="Internally displaced persons in a country, as each operation counted them round by round.",
    home="https://dtm.iom.int/",
    licence="© IOM; non-commercial use, no derivative works (reported); terms for derived figures not confirmed",
    citation="International Organization for Migration (IOM), Displacement Tracking Matrix (DTM)",
    base="https://dtmapi.iom.int",
    lag_days=60,
    pace=0.5,
    budget=240.0,
    key_from="https://dtm-apim-portal.iom.int/",
    terms="IOM keeps the copyright; derivative works are not allowed (reported), and whether a derived figure is one is not confirmed: ask IOM before you publish.",
    non_commercial=True,
    gives=("idps_assessed",),
    options=("expected",),
)
COUNTRIES = "/v3/displacement/country-list"
FIGURES = "/v3/displacement/admin0"


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """Every round of each origin that the API lists. A country that fails voids the run.

    The API says of a country without figures that it found none, which is no fault, unless the situation file names the
    country under `expected`.
    """
    if not context.situation.origins:
        return
    headers = {"Ocp-Apim-Subscription-Key": context.key}
    listing = context.get(COUNTRIES, tag="countries", headers=headers)
    listed = {str(field(row, "admin0Pcode", listing)) for row in _result(listing)}
    if not listed:
        raise EmptyAnswer("listed no country at all", source=SOURCE.id)
    answers = []
    for origin in context.situation.origins:
        if origin in listed:
            answer = context.get(FIGURES, [("Admin0Pcode", origin)], tag=origin, headers=headers)
            if _result(answer):
                answers.append(answer)
    given = {answer.tag for answer in answers}
    lost = [origin for origin in context.options.get("expected", ()) if origin in context.situation.origins and origin not in given]
    if lost:
        raise EmptyAnswer(f"has no figures of {', '.join(lost)}, where the situation file expects them", source=SOURCE.id)
    yield from answers


def _result(answer: Answer) -> list[Any]:
    """The rows; none where the API says that it has none. A refusal comes with HTTP 200 as well."""
    body = json_of(answer)
    if field(body, "isSuccess", answer) is True:
        if field(body, "result", answer) is None:
            return []
        return rows(body, "result", answer)
    given = body.get("errorMessages")
    told = "; ".join(str(message) for message in given) if isinstance(given, list) else str(given or "")
    if told.lower().startswith("no data"):
        return []
    raise SourceError(f"answered HTTP 200 and no success: {told[:200] or 'without a reason'}", source=SOURCE.id)


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """One observation for each operation, method and round."""
    parsed = Parsed()
    for answer in answers:
        parts = [part for row in _result(answer) if (part := _part(row, answer, parsed)) is not None]
        for found in total(parts):
            if isinstance(found, Observation):
                parsed.observations.append(found)
            else:
                parsed.set_aside.append(found)
    return parsed


def _part(row: Any, answer: Answer, parsed: Parsed) -> Part | None:
    country = field(row, "admin0Pcode", answer)
    if country != answer.tag:
        raise SourceError(f"answered for {country}, where {answer.tag} was asked", permanent=True, source=SOURCE.id)
    operation, method = (word(field(row, name, answer)) for name in ("operation", "assessmentType"))
    day = field(row, "reportingDate", answer)
    value, number = given(field(row, "numPresentIdpInd", answer)), given(field(row, "roundNumber", answer))
    piece = tuple(str(field(row, name, answer)) for name in ("displacementReason", "idpOriginAdmin1Pcode", "idpOriginAdmin1Name"))
    if not operation or not method:
        parsed.set_aside.append(SetAside("without an operation or a method: operations overlap, so it cannot be placed", _shown(row)))
        return None
    key = SeriesKey(SOURCE.id, "idps_assessed", country, country, breakdown(operation, method))
    return Part(key, str(day if number is None else number), day, piece, value, answer)


def _shown(row: Mapping[str, Any]) -> str:
    return f"{row['admin0Pcode']} {row['operation']} round {row['roundNumber']} {row['reportingDate']}"
