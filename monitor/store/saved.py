"""Rules that people saved: every version, append-only, with its author."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import insert, select

from monitor.store import runs
from monitor.store.engine import Store
from monitor.store.schema import saved_rule


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a saved rule. `written` is its TOML; empty where it was withdrawn."""

    situation: str
    rule: str
    written: str
    who: str
    note: str
    at: dt.datetime


def append(store: Store, version: Version) -> None:
    """Append a version."""
    with store.writing() as connection:
        runs.keep_numbers(connection, saved_rule)
        values = {name: getattr(version, name) for name in Version.__slots__}
        connection.execute(insert(saved_rule).values(id=runs.next_id(connection, saved_rule), **values))


def versions(store: Store, situation: str, rule: str = "") -> list[Version]:
    """Every version of the saved rules of a situation, or of one of them, oldest first."""
    columns = [saved_rule.c[name] for name in Version.__slots__]
    chosen = select(*columns).where(saved_rule.c.situation == situation).order_by(saved_rule.c.id)
    with store.reading() as connection:
        return [Version(*row) for row in connection.execute(chosen.where(saved_rule.c.rule == rule) if rule else chosen)]


def current(all_versions: Iterable[Version]) -> list[Version]:
    """The newest version of each rule that is not withdrawn, in the order in which they were first saved."""
    newest = {one.rule: one for one in all_versions}
    return [one for one in newest.values() if one.written]
