"""A chart as a PNG, for messages. Rendered by vl-convert, which needs neither a browser nor the network."""

from __future__ import annotations

import altair as alt

WIDTH, SCALE = 640, 1.5


def png(chart: alt.LayerChart, title: str) -> bytes:
    """The chart with a title on white, ready to be attached to a message."""
    import vl_convert  # here, so that the start of a page does not pay for it

    titled = chart.properties(width=WIDTH, title=alt.TitleParams(title, anchor="start", limit=WIDTH), background="white", padding=12)
    return bytes(vl_convert.vegalite_to_png(titled.to_dict(), scale=SCALE, allowed_base_urls=[]))
