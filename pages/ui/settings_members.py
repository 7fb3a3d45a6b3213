"""Settings: who counts as a member, with the numbers before it is changed."""

import streamlit as st

from core.services.joined_rule import JoinedCounts, JoinedRule, count_joined, set_joined_rule
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.parts import card
from pages.ui.runtime import actor, desk, now, settings, t

RULES: tuple[JoinedRule, ...] = ("auto", "first_order", "file")


def show() -> None:
    """The rule in force, what each one would make of the shop, and the change."""
    counts = count_joined(desk())
    held = settings().joined_rule
    with card(t("settings.joined")):
        st.markdown(t("settings.joined.now", n=format.people(counts.now)))
        chosen: JoinedRule = st.radio(
            t("settings.joined.rule"),
            RULES,
            RULES.index(held),
            format_func={rule: t(f"settings.joined.{rule}") for rule in RULES}.__getitem__,
            captions=[_caption(rule, counts) for rule in RULES],
            key="settings:joined",
        )
        after = _members(chosen, counts)
        asked = st.button(
            t("settings.joined.change", n=format.people(after)),
            type="primary",
            disabled=chosen == held,
            key="settings:join",
        )
    opened, who, at = desk(), actor(), now()
    confirm_dialog(
        asked,
        "joined",
        t("settings.joined.title"),
        [
            (t("settings.joined.before"), format.people(counts.now)),
            (t("settings.joined.after"), format.people(after)),
        ],
        t("settings.joined.act", n=format.people(after)),
        lambda _: set_joined_rule(opened, who, chosen, now=at),
        done=lambda members: t("settings.joined.done", n=format.people(members)),
        text=t("settings.joined.text"),
    )


def _members(rule: JoinedRule, counts: JoinedCounts) -> int:
    return counts.file if rule == "file" else counts.first_order


def _caption(rule: JoinedRule, counts: JoinedCounts) -> str:
    return t(f"settings.joined.{rule}.hint", n=format.people(_members(rule, counts)))
