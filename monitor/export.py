"""What is shown is what is downloaded: CSV with the source, the licence and both dates in every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from monitor import corrections, denominators, places
from monitor.corrections import Correction
from monitor.model import INDICATORS

FIGURES = (
    "source",
    "indicator",
    "measure",
    "location",
    "location_name",
    "origin",
    "origin_name",
    "breakdown",
    "frequency",
    "period_start",
    "period_end",
    "value",
    "unit",
    "status",
    "qualifier",
    "known_at",
    "source_url",
    "licence",
    "citation",
    "known_at_estimated",
    "correction",
    "non_commercial",
)
PER_THOUSAND = (  # after the others, in a file of figures per thousand inhabitants
    "per_1000",
    "per_1000_unit",
    "population",
    "population_year",
    "population_status",
    "population_known_at",
    "population_source_url",
    "population_licence",
    "population_citation",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def figures(frame: pd.DataFrame, sources: pd.DataFrame, names: Mapping[str, str], entries: Sequence[Correction] = ()) -> pd.DataFrame:
    """Figures as read from the store, with the columns of a file in their fixed order.

    `sources` has id, licence, citation and non_commercial; `names` are names of situations, which may stand as a
    location; `entries` are the known errors, whose notes stand beside the figures that they concern.
    """
    terms = sources.set_index("id")
    out = frame.assign(
        measure=frame["indicator"].map(lambda name: INDICATORS[name].measure.value),
        unit=frame["indicator"].map(lambda name: INDICATORS[name].unit),
        location_name=frame["location"].map(lambda code: names.get(code) or places.name(code)),
        origin_name=frame["origin"].map(lambda code: places.name(code) if code else ""),
        licence=frame["source"].map(terms["licence"]),
        citation=frame["source"].map(terms["citation"]),
        known_at_estimated=frame["known_estimated"],
        correction=corrections.notes(frame, entries),
        non_commercial=frame["source"].map(terms["non_commercial"]).astype(bool),
    )
    return out[list(FIGURES)]


def per_thousand(
    frame: pd.DataFrame, population: pd.DataFrame, sources: pd.DataFrame, names: Mapping[str, str], entries: Sequence[Correction] = ()
) -> pd.DataFrame:
    """The same file, and beside each figure what it is per thousand inhabitants, of which year and by whose count.

    `value` stays the figure: nobody who reads the file by its columns takes a share for a number of people.
    """
    divided, terms = denominators.per_thousand(frame, population), sources.set_index("id")
    out = figures(frame, sources, names, entries)
    out = out.assign(**{name: divided[name] for name in PER_THOUSAND if name in divided})
    return out.assign(
        per_1000_unit=out["unit"] + " per 1,000 inhabitants",
        population_source_url=divided["population_url"],
        population_licence=divided["population_source"].map(terms["licence"]),
        population_citation=divided["population_source"].map(terms["citation"]),
    )[[*FIGURES, *PER_THOUSAND]]


def csv(frame: pd.DataFrame, *, mark: bool) -> bytes:
    """RFC 4180 in UTF-8; ISO dates, whole numbers without a point, missing as an empty cell.

    `mark` puts the byte order mark before it that makes Excel read UTF-8. No cell of text can run as a formula.
    """
    plain = pd.DataFrame({name: _cells(frame[name]) for name in frame.columns})
    text: str = plain.to_csv(index=False, lineterminator="\r\n")
    return (b"\xef\xbb\xbf" if mark else b"") + text.encode("utf-8")


def _cells(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d")
    if pd.api.types.is_bool_dtype(column):
        return column.map({True: "yes", False: "no"})
    if pd.api.types.is_numeric_dtype(column):
        return column.map(_number, na_action="ignore")
    return column.map(_text, na_action="ignore")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _text(value: object) -> str:
    text = str(value)
    return "'" + text if text.startswith(FORMULA_STARTS) else text
