"""Severities and moves as people read them, on pages and in messages."""

from __future__ import annotations

from monitor.locale import _
from monitor.model import Move


def severity_word(severity: str) -> str:
    """A severity in the reader's language."""
    return {"medium": _("medium"), "high": _("high"), "critical": _("critical")}[severity]


def move_word(move: Move) -> str:
    """A transition in the reader's language."""
    return {
        Move.RAISED: _("raised"),
        Move.ESCALATED: _("escalated"),
        Move.RAISED_AGAIN: _("raised again"),
        Move.CLEARED: _("cleared"),
        Move.UNDONE: _("undone by a revision"),
        Move.LAPSED: _("lapsed"),
        Move.ACKNOWLEDGED: _("acknowledged"),
        Move.SILENCED: _("silenced"),
        Move.UNSILENCED: _("silence lifted"),
        Move.MARKED_TRUE: _("marked true"),
        Move.MARKED_FALSE: _("marked false"),
    }[move]
