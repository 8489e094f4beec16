"""Rules: what is watched and why; write a rule and see what it would have said on the history as it was known."""

from __future__ import annotations

import tomllib

import pandas as pd
import streamlit as st

from monitor import rulebook
from monitor.alerts import rules
from monitor.alerts.explain import in_words
from monitor.alerts.kinds import registry
from monitor.alerts.words import severity_word
from monitor.locale import _, short_day
from monitor.model import Rule
from monitor.views import address, desk, frame, parts, reader, rule_form, rule_trial
from monitor.views.signed import done, signed

NEW = "new"
LONGEST_NOTE = 200


def listed() -> pd.DataFrame:
    """Every rule of the situation in a line."""
    saved = {one.version.rule: one.version for one in saved_rules if not one.fault}  # one with a fault is not what is judged
    own = view.situation.rules
    return pd.DataFrame(
        {
            _("Rule"): [one.name for one in own],
            _("Place"): [parts.place_name(one.series.location) for one in own],
            _("Asks for"): [in_words(one.condition) for one in own],
            _("Severity"): [severity_word(one.severity) for one in own],
            _("Why this level"): [one.reason for one in own],
            _("From"): [
                _("{who}, {day}").format(who=saved[one.id].who, day=short_day(saved[one.id].at.date()))
                if one.id in saved
                else _("the situation's file")
                for one in own
            ],
        }
    )


def as_text(current: Rule | None) -> tuple[Rule | None, str]:
    """A rule written as TOML: all that a situation's file takes, conditions within conditions included."""
    text = st.text_area(_("The rule as TOML"), rulebook.as_toml(current) if current else "", height=340, key="rule_toml")
    if not text.strip():
        st.info(_("Write one [[rule]] as in a situation's file; a rule chosen above is a good beginning."), icon=":material/edit:")
        return None, ""
    try:
        (rule, *more) = rulebook.read_toml(text, view.situation)
    except tomllib.TOMLDecodeError as error:
        return None, _("This is no TOML: {error}").format(error=error)
    except ValueError as error:
        return None, str(error)
    return (None, _("One series at a time, please: save the rule once for each.")) if more else (rule, "")


def keep(rule: Rule) -> None:
    """Save the rule, with a name."""
    with st.form("save_rule"):
        given = signed(_("Save the rule"), _("What this version changes"), LONGEST_NOTE, primary=True)
        if given and done(lambda: desk.save_rule(view.situation, rule, *given)):
            st.session_state["just_saved"] = rule.name
            st.rerun()


def versions(rule_id: str) -> None:
    """The history of a saved rule, and its end."""
    found = desk.rule_versions(view.situation, rule_id)
    if not found:
        return
    st.header(_("Versions"), anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                _("When (UTC)"): [one.at for one in reversed(found)],
                _("Who"): [one.who for one in reversed(found)],
                _("Note"): [one.note for one in reversed(found)],
                _("What"): [_("saved") if one.written else _("withdrawn") for one in reversed(found)],
                _("TOML"): [one.written for one in reversed(found)],
            }
        ),
        hide_index=True,
        alt=_("The versions of the rule, the newest first"),
    )
    if desk.may_write() and found[-1].written:
        with st.form("withdraw_rule"):
            given = signed(_("Withdraw the rule"), _("Why it is withdrawn"), LONGEST_NOTE, key="withdraw_who")
            if given and done(lambda: desk.withdraw_rule(view.situation, rule_id, *given)):
                st.rerun()


view = frame.heading(
    _("Rules"), _("What is watched and why. Write a rule of your own and see what it would have said, on what was known at the time.")
)
saved_rules = desk.saved_rules(view.situation)
if "just_saved" in st.session_state:
    told = _("Saved: {name}. It is judged from now on, and Alerts shows what it says.")
    st.success(told.format(name=parts.plain(st.session_state.pop("just_saved"))), icon=":material/check:")
if view.situation.rules:
    st.dataframe(listed(), hide_index=True, alt=_("The rules of this situation"))
else:
    st.info(_("This situation has no rules yet."), icon=":material/rule:")
for broken in (one for one in saved_rules if one.fault):
    st.warning(
        _("The saved rule {rule} is not judged: {fault}").format(rule=parts.plain(broken.version.rule), fault=parts.plain(broken.fault))
    )

own = {one.version.rule for one in saved_rules if not one.fault}
of_file = {one.id for one in view.situation.rules} - own
locations = sorted(view.situation.places)
if not reader.choices("indicator", location=locations):
    st.info(_("No figures of this situation yet. `python -m monitor refresh` asks the sources."), icon=":material/search_off:")
    st.stop()
st.header(_("Try a rule"), anchor=False)
labels = parts.rule_names(view.situation.rules)
by_text = {f"{one.id} {one.series}": one for one in view.situation.rules}
address.one("rule", [NEW, *by_text], NEW)
picked = st.selectbox(
    _("Begin with"),
    [NEW, *by_text],
    key="rule",
    format_func=lambda one: _("A new rule") if one == NEW else labels[by_text[one].identity],
    width=480,
)
current = by_text.get(picked)
if st.session_state.get("rule_shown") != picked:  # another rule: the form begins with what that one holds
    for name in [name for name in st.session_state if str(name).startswith("rule_") or str(name).split("_")[0] in registry()]:
        del st.session_state[name]
    st.session_state["rule_shown"] = picked
composed = bool(current and not rule_form.holds_all_of(current))
ways = {"form": _("Form"), "toml": _("TOML")}
way = st.segmented_control(
    _("Write it as"), list(ways), default="toml" if composed else "form", format_func=ways.__getitem__, key="rule_way"
)
rule, fault = as_text(current) if way == "toml" else rule_form.written(locations, current, own, of_file | desk.rule_ids(view.situation))
if fault:
    st.warning(parts.plain(fault), icon=":material/edit:")
if rule is not None and not rules.check(rule):
    st.header(_("What it would have said"), anchor=False)
    st.caption(_("Its id: {id}").format(id=parts.plain(rule.id)))
    rule_trial.shown(rule, view)
    st.download_button(
        _("Download as TOML"), rulebook.as_toml(rule), f"{rule.id}.toml", "application/toml", on_click="ignore", icon=":material/download:"
    )
    if not fault and desk.may_write() and view.as_of == view.today:
        if rule.id not in of_file:
            keep(rule)
        else:
            st.caption(_("This is a rule of the situation's file. Give it another id to save it as one of your own."))
if not desk.may_write():
    st.caption(_("This page is read-only (MONITOR_READ_ONLY): a rule can be tried here, and saved as TOML for a situation's file."))
if current:
    versions(current.id)
