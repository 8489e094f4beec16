"""What the commands share: the choice of situations and of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

import typer

from monitor import prepare
from monitor.model import Situation
from monitor.settings import Settings

Day = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As known at the end of this day.")]
SourceIds = Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")]
SituationIds = Annotated[list[str] | None, typer.Option("--situation", help="Only this situation; may be repeated.")]


def chosen_situations(settings: Settings, chosen: Sequence[str] | None = None) -> dict[str, Situation]:
    """The situations of these ids, all without any; refuses an unknown one."""
    known = prepare.checked_situations(settings)
    unknown = sorted(set(chosen or ()) - set(known))
    if unknown:
        raise typer.BadParameter(f"no situation {unknown[0]!r}; there are {', '.join(known)}")
    return {name: known[name] for name in chosen or known}


def chosen_day(value: dt.datetime | None, settings: Settings) -> dt.date:
    """The day that was given, else that of the clock."""
    return value.date() if value else settings.clock().date()
