"""One file a connector; `read` runs a connector as a refresh does, from the question to the parsed rows."""

from __future__ import annotations

from monitor.model import Answer, Connector, Context, Parsed


def read(connector: Connector, context: Context) -> tuple[Parsed, list[Exception]]:
    """What the connector made of its answers, and the parts that failed."""
    parts = list(connector.fetch(context))
    answers = [part for part in parts if isinstance(part, Answer)]
    return connector.parse(context, answers), [part for part in parts if isinstance(part, Exception)]


def reasons(parsed: Parsed) -> str:
    """Every reason for setting a row aside, in one text."""
    return "\n".join(row.reason for row in parsed.set_aside)
