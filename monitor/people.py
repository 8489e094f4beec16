"""What people do about alerts: acknowledge, silence, judge. Each is an entry of the ledger, with a name."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from monitor.alerts import state
from monitor.errors import ActionError
from monitor.model import Judgement, Move, Rule, Severity, Situation, Transition, Verdict
from monitor.store import Store, ledger
from monitor.watch import of_rule

NO_VERDICT = Verdict(Judgement.CANNOT_SAY, "")


def act(
    store: Store,
    situation: Situation,
    rule: Rule | None,
    move: Move,
    who: str,
    now: dt.datetime,
    why: str = "",
    until: dt.datetime | None = None,
) -> Transition:
    """Append what a person did about a rule, or about a whole situation (`rule` None: a silence).

    Raises ActionError when it makes no sense: nobody's name, nothing open to acknowledge, nothing raised to judge, a
    silence without an end that lies ahead.
    """
    entries = ledger.entries(store, situation.id, now, as_recorded=True)
    fault = refusal(entries, rule, move, who.strip(), now, until)
    if fault:
        raise ActionError(fault)
    stand = state.derived(of_rule(entries, rule)) if rule else state.State()
    concerned = (stand.worst or stand.last_raised) if move is not Move.SILENCED else stand.worst
    # The figures of the alert that it is about; whether the rule fires is none of a person's saying.
    verdict = replace(concerned.verdict, judgement=Judgement.CANNOT_SAY, severity=None) if concerned else NO_VERDICT
    severity = concerned.severity if concerned else rule.severity if rule else Severity.MEDIUM
    series = rule.series if rule else None
    same = [one.at for one in entries if (one.rule, one.series, one.move) == (rule.id if rule else "", series, move)]
    at = max([now.replace(microsecond=0), *(moment + dt.timedelta(seconds=1) for moment in same)])  # a double click is two entries
    entry = Transition(situation.id, rule.id if rule else "", series, move, severity, at, verdict, "", who.strip(), why.strip(), until)
    ledger.append(store, [entry], now)  # needs no `alone`: a refresh under way keeps nobody from answering
    return entry


def refusal(entries: list[Transition], rule: Rule | None, move: Move, who: str, now: dt.datetime, until: dt.datetime | None) -> str:
    """Why this cannot be done; empty when it can."""
    if not who:
        return "who does this? A name is due: the ledger keeps it"
    if rule is None and move not in (Move.SILENCED, Move.UNSILENCED):
        return f"a whole situation cannot be {move}: name a rule"
    stand = state.derived(of_rule(entries, rule) if rule else [one for one in entries if one.series is None])
    if move is Move.ACKNOWLEDGED and not stand.is_open:
        return "nothing is open to acknowledge"
    if move in (Move.MARKED_TRUE, Move.MARKED_FALSE) and stand.last_raised is None:
        return "it was never raised: there is nothing to judge"
    if move is Move.SILENCED and (until is None or until <= now):
        return "until when? A silence needs an end that lies ahead"
    if move is Move.UNSILENCED and stand.silenced is None:
        return "there is no silence to lift"
    return ""
