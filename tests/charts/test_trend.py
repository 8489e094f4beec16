"""The chart as Vega-Lite sees it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from monitor.charts import trend


def figures(*values: float | None, names: tuple[str, ...] = ("Greece",), firm: bool = True) -> pd.DataFrame:
    rows = [
        {
            "when": pd.Timestamp(2020, n + 1, 1),
            "value": value,
            "name": name,
            "told_period": "",
            "told_value": "",
            "told_status": "",
            "told_known": "",
            "firm": firm,
        }
        for name in names
        for n, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def spec(frame: pd.DataFrame, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = trend.chart(frame, unit="persons", ratio=False, look=trend.LIGHT, **more).to_dict()
    return made


def marks(made: dict[str, Any]) -> list[str]:
    return [layer["mark"]["type"] for layer in made["layer"]]


def data(made: dict[str, Any], layer: int) -> list[dict[str, Any]]:
    name = made["layer"][layer].get("data", made.get("data", {})).get("name")
    rows: list[dict[str, Any]] = made["datasets"][name]
    return rows


def test_a_missing_value_stays_missing_so_that_the_line_breaks() -> None:
    made = spec(figures(1.0, None, 3.0))
    assert [row["value"] for row in data(made, 0)] == [1.0, None, 3.0]
    assert "aggregate" not in str(made)
    assert "invalid" not in str(made)  # Vega's default breaks the path at a missing value


def test_one_series_has_no_legend_and_two_have_one_and_the_room_for_it() -> None:
    one, two = spec(figures(1.0)), spec(figures(1.0, names=("Greece", "Italy")))
    assert one["layer"][0]["encoding"]["color"]["legend"] is None
    assert two["layer"][0]["encoding"]["color"]["legend"]["orient"] == "top"
    assert two["height"] > one["height"] == trend.HEIGHT


def test_firm_figures_are_dots_and_provisional_ones_rings() -> None:
    mixed = pd.concat([figures(1.0), figures(2.0, firm=False)])
    _, dots, rings = spec(mixed)["layer"]
    assert (dots["mark"]["filled"], dots["transform"]) == (True, [{"filter": "datum.firm"}])
    assert (rings["mark"]["filled"], rings["transform"]) == (False, [{"filter": "!datum.firm"}])


def test_without_provisional_figures_there_is_no_empty_layer_of_rings() -> None:
    assert marks(spec(figures(1.0))) == ["line", "point"]


def test_levels_and_alerts_are_drawn_only_where_there_are_some() -> None:
    empty = {"levels": pd.DataFrame(columns=["value", "label"]), "alerts": pd.DataFrame(columns=["when", "value", "told"])}
    assert marks(spec(figures(1.0), **empty)) == ["line", "point"]
    full = {
        "levels": pd.DataFrame({"value": [5.0], "label": ["the level"]}),
        "alerts": pd.DataFrame({"when": [pd.Timestamp(2020, 1, 1)], "value": [1.0], "told": ["why"]}),
    }
    assert marks(spec(figures(1.0), **full)) == ["line", "point", "rule", "text", "point"]


def test_a_figure_with_a_note_has_a_diamond_that_tells_it() -> None:
    assert marks(spec(figures(1.0), notes=pd.DataFrame(columns=["when", "value", "told"]))) == ["line", "point"]
    noted = spec(figures(1.0), notes=pd.DataFrame({"when": [pd.Timestamp(2020, 1, 1)], "value": [1.0], "told": ["a break"]}))
    layer = noted["layer"][-1]
    assert (layer["mark"]["shape"], layer["encoding"]["tooltip"][0]["field"]) == ("diamond", "told")
    assert [row["told"] for row in data(noted, -1)] == ["a break"]


@pytest.mark.parametrize(("ratio", "written"), [(True, "~f"), (False, "~s")])
def test_small_shares_are_written_as_they_are_and_counts_with_k_and_m(ratio: bool, written: str) -> None:
    made = trend.chart(figures(0.2), unit="%", ratio=ratio, look=trend.DARK).to_dict()
    assert made["layer"][0]["encoding"]["y"]["axis"]["format"] == written


def test_more_rows_than_a_browser_draws_well_are_refused() -> None:
    with pytest.raises(Exception, match="5000"):
        spec(figures(*[1.0] * 11, names=tuple(str(n) for n in range(500))))
