"""Answers in the documented shapes of the upstreams, made up and as large as the real ones: what benchmarks/connectors.py parses."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Any

import openpyxl

from monitor.model import Answer
from monitor.places import _table

TODAY = dt.date(2026, 11, 1)
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
COUNTRIES = [row for row in _table() if row["unhcr"] and row["iso3"]]


def answer(source: str, body: bytes | str | Any, tag: str = "", url: str = "") -> Answer:
    """An answer with this body; anything but bytes and text is written as JSON."""
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    raw = text if isinstance(text, bytes) else text.encode()
    return Answer(source, url or f"https://{source}.example/answer", raw, NOW, hashlib.sha256(raw).hexdigest(), tag)


def days(last: dt.date = TODAY) -> Iterator[dt.date]:
    """Days backwards from the one before."""
    return (last - dt.timedelta(days=back) for back in range(1, 60_000))


def table(rows: Iterable[Sequence[Any]], delimiter: str = ",") -> bytes:
    """A CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def workbook(rows: Iterable[Sequence[Any]], sheet: str) -> bytes:
    """An XLSX file of one sheet."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# -- JSON ------------------------------------------------------------------------------------------------------------------


def unhcr(rows: int) -> list[Answer]:
    empty = {"idps": "0", "returned_idps": "0", "returned_refugees": "-", "stateless": "-", "ooc": 0, "oip": "-", "hst": "-"}
    origin = next(row for row in COUNTRIES if row["iso3"] == "SYR")
    hosts = [row for row in COUNTRIES if row["iso3"] != "SYR"][:150]
    items = [
        {
            "year": year,
            **{"coo_id": 1, "coo_name": "A", "coo": origin["unhcr"], "coo_iso": "SYR"},
            **{"coa_id": 2, "coa_name": "B", "coa": host["unhcr"], "coa_iso": host["iso3"]},
            **{"refugees": 1000 + year, "asylum_seekers": str(year), **empty},
        }
        for year, host in islice(product(range(2025, 1951, -1), hosts), rows)
    ]
    return [answer("unhcr", {"page": 1, "maxPages": 1, "total": [], "items": items}, "population 1")]


def odp(rows: int) -> list[Answer]:
    def series(place: str) -> Answer:
        points = [
            {"data_date": f"{day}", "unix_timestamp": 1323993600, "individuals": 8000 + n}
            for n, day in enumerate(islice(days(), rows // 2))
        ]
        head = {"situation_view_id": "4", "situation_view_name": "Syria Regional Refugee Response", "situation_view_description": ""}
        return answer("odp", {**head, "data": {"timeseries": points}}, f"registered {place} SYR")

    return [series("TUR"), series("LBN")]


def gdelt(rows: int) -> list[Answer]:
    timeline = [{"date": f"{day:%Y%m%d}T000000Z", "value": 120 + day.day, "norm": 98210} for day in islice(days(), 93)][::-1]
    articles = [
        {
            **{
                "url": f"https://paper{n}.example/story?id={n}",
                "url_mobile": "",
                "title": f"Refugees reach Lesbos , Greece &amp; story {n}",
            },
            **{"seendate": "20261031T031500Z", "socialimage": f"https://paper{n}.example/i.jpg", "domain": f"paper{n}.example"},
            **{"language": "English", "sourcecountry": "Greece"},
        }
        for n in range(rows)
    ]
    details = {"title": "q", "date_resolution": "day"}
    volume = {"query_details": details, "timeline": [{"series": "Article Count", "data": timeline}]}
    return [answer("gdelt", volume, "volume refugees"), answer("gdelt", {"articles": articles}, "articles refugees")]


def idmc(rows: int) -> list[Answer]:
    text = "<b>Syrian Arab Republic: displacements</b>, of people who fled from one town to the next. " * 4
    empty = ("category", "subcategory", "type", "subtype", "old_id")
    blank = ("event_codes", "event_code_types", "sources", "source_url")
    events = [
        {
            **{"id": n, "country": "A", "iso3": ("SYR", "AFG", "IRQ", "TUR")[n % 4], "latitude": 35.9, "longitude": 36.6},
            **{"centroid": "[35.93, 36.63]", "role": "Recommended figure", "displacement_type": ("Conflict", "Disaster")[n % 2]},
            **{"qualifier": "more than", "figure": 100 + n, "displacement_date": f"{day}", "displacement_start_date": f"{day}"},
            **{"displacement_end_date": f"{day}", "year": day.year, "event_id": n // 3, "event_name": f"event {n // 3}"},
            **{"event_start_date": f"{day}", "event_end_date": f"{day}", **dict.fromkeys(empty), **dict.fromkeys(blank, "")},
            **{"standard_popup_text": text, "standard_info_text": text, "locations_name": "Idlib; Afrin"},
            **{"locations_coordinates": "35.93, 36.63; 36.51, 36.86", "locations_accuracy": "Town; Town"},
            **{"locations_type": "Origin; Destination", "displacement_occurred": None, "created_at": f"{day}T09:12:44Z"},
        }
        for n, day in zip(range(rows), [day for day in islice(days(), 1500) for _ in range(20)], strict=False)
    ]
    return [answer("idmc", events, "updates")]


def reliefweb(rows: int) -> list[Answer]:
    def page(first: int, size: int) -> Answer:
        data = [
            {
                "id": str(n),
                "score": 1,
                "href": f"https://api.reliefweb.int/v2/reports/{n}",
                "fields": {
                    "title": f"Syria: Displacement update No. {n} (30 October 2026)",
                    "date": {"original": "2026-10-30T00:00:00+00:00", "created": "2026-10-31T08:01:22+00:00"},
                    "primary_country": {"iso3": "syr"},
                    "url_alias": f"https://reliefweb.int/report/syrian-arab-republic/displacement-update-{n}",
                    "url": f"https://reliefweb.int/node/{n}",
                    "source": [{"shortname": "OCHA"}, {"shortname": "IOM"}],
                    "language": [{"name": "English"}],
                },
            }
            for n in range(first, first + size)
        ]
        return answer("reliefweb", {"time": 14, "totalCount": rows, "count": size, "data": data}, f"reports {first}")

    return [page(first, min(1000, rows - first)) for first in range(0, rows, 1000)]


def dtm(rows: int) -> list[Answer]:
    result = [
        {
            **{"operation": f"Village Survey {n % 3}", "admin0Name": "Afghanistan", "admin0Pcode": "AFG", "numPresentIdpInd": 700 + n},
            **{"reportingDate": f"{day}T00:00:00", "yearReportingDate": day.year, "monthReportingDate": day.month},
            **{"roundNumber": n // 60, "displacementReason": "Conflict", "numberMales": None, "numberFemales": None},
            **{"idpOriginAdmin1Name": f"Province {n}", "idpOriginAdmin1Pcode": f"AF{n}", "assessmentType": "BA"},
        }
        for n, day in zip(range(rows), [day for day in islice(days(), 1000) for _ in range(60)], strict=False)
    ]
    return [answer("dtm", {"isSuccess": True, "statusCode": 200, "errorMessages": None, "result": result}, "AFG")]


def hapi(rows: int) -> list[Answer]:
    hosts = [row["iso3"] for row in COUNTRIES if row["iso3"] != "SYR"][:200]
    flags = {"origin_has_hrp": True, "origin_in_gho": True, "asylum_has_hrp": False, "asylum_in_gho": True}
    data = [
        {
            **{"resource_hdx_id": "0" * 36, "origin_location_ref": 213, "origin_location_code": "SYR", "origin_location_name": "S"},
            **{"asylum_location_ref": 225, "asylum_location_code": host, "asylum_location_name": "T", **flags},
            **{"population_group": group, "gender": "all", "age_range": "all", "min_age": None, "max_age": None, "population": 2901478},
            **{"reference_period_start": f"{year}-01-01T00:00:00", "reference_period_end": f"{year}-12-31T23:59:59"},
        }
        for year, host, group in islice(product(range(2025, 2000, -1), hosts, ("REF", "ASY")), rows)
    ]
    return [answer("hapi", {"data": data[at : at + 10_000]}, "refugees-persons-of-concern SYR") for at in range(0, rows, 10_000)]


def eurostat(rows: int) -> list[Answer]:
    geos, citizens, applicants = ("EU27_2020", "EL", "BG", "CY", "DE"), ("TOTAL", "SY", "AF", "IQ"), ("FRST", "TOTAL")
    months = [f"{year}-{month:02}" for year in range(2008, 2027) for month in range(1, 13) if (year, month) < (2026, 10)]
    months = months[-max(1, rows // (len(geos) * len(citizens) * len(applicants))) :]
    codes = {"freq": ("M",), "unit": ("PER",), "citizen": citizens, "sex": ("T",), "applicant": applicants, "age": ("TOTAL",)}
    codes |= {"geo": geos, "time": tuple(months)}
    size = [len(found) for found in codes.values()]
    cells = len(geos) * len(citizens) * len(applicants) * len(months)
    body = {
        **{"version": "2.0", "class": "dataset", "label": "x", "source": "ESTAT", "updated": "2026-10-30T23:00:00+0100"},
        **{"value": {str(n): 5 * n for n in range(cells)}, "status": {"1": "p"}, "id": list(codes), "size": size},
        "dimension": {
            name: {"label": name, "category": {"index": {code: n for n, code in enumerate(found)}, "label": {code: code for code in found}}}
            for name, found in codes.items()
        },
    }
    return [answer("eurostat", body, "migr_asyappctzm")]


def worldbank(rows: int) -> list[Answer]:
    items = [
        {
            **{"indicator": {"id": "SP.POP.TOTL", "value": "Population, total"}, "country": {"id": "XX", "value": "A country"}},
            **{"countryiso3code": row["iso3"], "date": str(year), "value": 85_000_000, "unit": "", "obs_status": "", "decimal": 0},
        }
        for year, row in islice(product(range(2025, 1959, -1), COUNTRIES), rows)
    ]
    head = {"page": 1, "pages": 1, "per_page": 20_000, "total": len(items), "sourceid": "2", "lastupdated": "2026-10-01"}
    return [answer("worldbank", [head, items], "page 1")]


# -- CSV, XLSX, feeds ----------------------------------------------------------------------------------------------------------

MMP = (
    "Main ID,Incident ID,Incident Type,Region of Incident,Incident Date,Incident Year,Month,Number of Dead,Minimum Estimated Number of Missing,"
    "Total Number of Dead and Missing,Number of Survivors,Number of Females,Number of Males,Number of Children,Country of Origin,"
    "Region of Origin,Cause of Death,Country of Incident,Migration Route,Location of Incident,Coordinates,UNSD Geographical Grouping,"
    "Information Source,URL,Source Quality"
)


def mmp(rows: int) -> list[Answer]:
    routes = ("Eastern Mediterranean", "Central Mediterranean", "US-Mexico border crossing", "")
    records = [
        [
            *(
                f"2026.MMP{n}",
                f"2026.MMP{n}",
                "Incident",
                "Mediterranean",
                f"{day}",
                day.year,
                f"{day:%B}",
                2,
                15,
                17,
                "",
                "",
                "",
                "",
                "",
                "",
            ),
            *("Drowning", "Greece", routes[n % 4], f"Off the coast {n}", "37.1, 27.2", "Uncategorized", "IOM", "", 4),
        ]
        for n, day in zip(range(rows), [day for day in islice(days(), 4300) for _ in range(6)], strict=False)
    ]
    return [answer("mmp", table([next(csv.reader([MMP])), *records]), "records")]


def hdx(rows: int) -> list[Answer]:
    header = ("id", "operation", "country", "adminLevel", "people", "day", "round", "reason", "assessment")
    tags = ("#id", "#operation", "#country+code", "#adm+level", "#affected+idps", "#date", "#round", "#cause", "#assessment+type")
    records = [
        (n, f"Village survey {n % 3}", "AFG", 0, 700 + n, f"{day}T00:00:00", n // 60, f"reason {n}", "BA")
        for n, day in zip(range(rows), [day for day in islice(days(), 1000) for _ in range(60)], strict=False)
    ]
    return [answer("hdx", table([header, tags, *records]), "0")]


def tabular(rows: int) -> list[Answer]:
    some = [day for day in islice(days(), 4000) for _ in range(5)]
    records = [(f"{day:%d/%m/%Y}", f"{day:%d/%m/%Y}", "Mare", f"{1000 + n % 9000}", "") for n, day in enumerate(some[:rows])]
    body = table([("Report del", "Giorno", "Rotta", "Sbarchi", "Note"), *records], ";")
    return [answer("tabular", body, "landings", "file:///landings.csv")]


def frontex(rows: int) -> list[Answer]:
    months = [dt.date(year, month, 1) for year in range(2009, 2027) for month in range(1, 13) if (year, month) < (2026, 10)]
    routes = ("Eastern Mediterranean Route", "Central Mediterranean Route", "Western Balkan Route", "Western African Route", "Other")
    names = ["Syria", "Afghanistan", "Iraq", *(f"Nationality {n}" for n in range(rows // 5))]
    lines = islice(product(routes, ("Land", "Sea"), names), rows)
    header = ["Route", "Border type", "Nationality", *(f"{month:%b%Y}".upper() for month in months)]
    book = workbook([header, *([*line, *range(len(months))] for line in lines)], "Detections_of_IBC")
    address = "https://www.frontex.europa.eu/assets/Migratory_routes/2026/Monthly_detections_of_IBC_2026_10_30.xlsx"
    return [answer("frontex", book, "workbook", address)]


def rss(rows: int) -> list[Answer]:
    def feed(number: int) -> Answer:
        items = "".join(
            f"<item><title>Refugees cross into Greece, story {n}</title><link>https://news{number}.example/{n}?utm_source=feed</link>"
            f"<guid isPermaLink='false'>{n}</guid><pubDate>Sat, 31 Oct 2026 14:03:00 GMT</pubDate>"
            f"<description>&lt;p&gt;{'A short text about what happened. ' * 10}&lt;/p&gt;</description></item>"
            for n in range(min(50, rows))
        )
        body = f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>News</title>{items}</channel></rss>"
        return answer("rss", body, f"https://news{number}.example/feed")

    return [feed(number) for number in range(max(1, rows // 50))]
