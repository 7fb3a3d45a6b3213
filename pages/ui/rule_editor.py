"""The rules under edit: the common things first, each part behind its own tab."""

import streamlit as st

from core.documents.rules import RuleDocument
from pages.ui.points_editor import edit_growth, edit_points
from pages.ui.rule_benefits import edit_benefits
from pages.ui.rule_draft import RuleDraft
from pages.ui.rule_ladder import edit_ladder
from pages.ui.rule_milestones import edit_milestones
from pages.ui.rule_templates import choose_template, rule_files
from pages.ui.runtime import t

PARTS = ("ladder", "benefits", "points", "growth", "milestones", "templates")


def edit_rules(draft: RuleDraft, live: RuleDocument) -> None:
    """All fields of the document."""
    tabs = dict(zip(PARTS, st.tabs([t(f"tiers.part.{part}") for part in PARTS]), strict=True))
    # Points and growth first: what is switched on there shows in the ladder and the grid of the same run.
    with tabs["points"]:
        edit_points(draft)
    with tabs["growth"]:
        edit_growth(draft)
    with tabs["ladder"]:
        edit_ladder(draft)
    with tabs["benefits"]:
        edit_benefits(draft)
    with tabs["milestones"]:
        edit_milestones(draft)
    with tabs["templates"]:
        choose_template(draft, live)
        rule_files(draft)
