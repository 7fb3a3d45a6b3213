"""What the guard found, as sentences with the way to mend it; and the warning for rules and campaigns before they go out."""

from collections.abc import Sequence

import streamlit as st

from core.documents.campaign import CampaignDocument, read_campaign
from core.documents.enums import Area
from core.documents.offer import offer_faults
from core.documents.rules import RuleDocument, read_rules
from core.rules.deductions import RULES, SETTINGS, Deduction
from core.rules.price_guard import Below, Finding, GuardReport
from core.services.price_guard import Guarded, guard_campaign, guard_rules, read_guard
from pages.ui import format
from pages.ui.parts import card, link
from pages.ui.price_words import basket_words, deduction_name, kind_name, stack_words
from pages.ui.runtime import cached, desk, now, t
from pages.ui.table import plain_table

PAGE = "programme/prices.py"
SHOWN = 4
AREAS = (Area.ORDERS, Area.MEMBERS, Area.RULES, Area.CAMPAIGNS, Area.MESSAGES, Area.SETTINGS)


@cached(*AREAS)
def guarded() -> Guarded:
    """The guard's report of everything as it stands."""
    return read_guard(desk(), now=now())


@cached(*AREAS)
def _of_rules(text: str) -> GuardReport:
    return guard_rules(desk(), read_rules(text), now=now())


@cached(*AREAS)
def _of_campaign(text: str, campaign_id: int | None) -> GuardReport:
    return guard_campaign(desk(), read_campaign(text), campaign_id=campaign_id, now=now())


def warn_rules(document: RuleDocument) -> None:
    """One warning when prices would not be right under these rules; what the live rules bring about too is only counted."""
    report = _of_rules(document.canonical())
    new = report.beyond(guarded().report)
    _warn(new, "prices.warn_rules")
    before = len(report.findings) - len(new.findings)
    if before:
        st.caption(t("prices.before", n=format.number(before)))
        if not new.findings:
            _see()


def warn_campaign(document: CampaignDocument, campaign_id: int | None) -> None:
    """One warning when prices would not be right once this campaign is sent; nothing otherwise."""
    if document.offer is not None and not offer_faults(document.offer):
        _warn(_of_campaign(document.canonical(), campaign_id), "prices.warn_campaign")


def _warn(report: GuardReport, key: str) -> None:
    if not report.findings:
        return
    lines = [finding_words(one, kinds) for one, kinds in _grouped(report.unfair)[:2]]
    if report.below:
        lines.insert(0, t("prices.below", n=format.number(len(report.below))))
    st.warning("\n".join([t(key), *(f"- {line}" for line in lines)]), icon=":material/price_change:")
    _see()


def _see() -> None:
    link(t("prices.see"), PAGE, query={"prices": "guard"})


def _grouped(findings: Sequence[Finding]) -> list[tuple[Finding, tuple[str, ...]]]:
    """Alarms of one cause together: the worst of them, and all the kinds that it is about."""
    groups: dict[tuple[str | None, ...], list[Finding]] = {}
    for one in findings:
        # Each tier is compared with another one below it: only what is compared with the same people goes together.
        key = (one.code, one.versus, one.worst.variant, None if one.blame is None else one.blame.code)
        groups.setdefault(key, []).append(one)
    return [
        (max(group, key=lambda one: one.worst.gap_fen), tuple(one.kind for one in group)) for group in groups.values()
    ]


def _names(kinds: Sequence[str]) -> str:
    return format.md_escape(t("phrase.comma").join(kind_name(kind) for kind in kinds))


def finding_words(finding: Finding, kinds: Sequence[str]) -> str:
    """One finding as a sentence: who, against whom, how often, the worst of it."""
    gap = format.yuan(finding.worst.gap_fen)
    shown = {"kind": _names(kinds), "n": format.number(finding.count), "gap": gap}
    if finding.versus is not None:
        shown["versus"] = format.md_escape(kind_name(finding.versus))
    return t(f"prices.finding.{finding.code}", **shown)


def show_findings(report: GuardReport) -> None:
    """The findings first: the count of items below cost, then each alarm with its example and what to change."""
    if report.below:
        st.error(t("prices.below", n=format.number(len(report.below))), icon=":material/trending_down:")
    if report.unfair:
        st.warning(t("prices.unfair", n=format.number(len(report.unfair))), icon=":material/balance:")
    if not report.findings:
        st.success(t("prices.fine"), icon=":material/check_circle:")
        return
    ordered = sorted(report.findings, key=lambda one: one.code != "below_cost")
    for number, (finding, kinds) in enumerate(_grouped(ordered)):
        with card():
            _show(finding, kinds, number)
    if report.below:
        with card(t("prices.below_list"), help=t("prices.below_list.help")):
            _list_below(report.below)


def _show(finding: Finding, kinds: Sequence[str], number: int) -> None:
    worst = finding.worst
    st.markdown(f"**{finding_words(finding, kinds)}**")
    example = {"basket": basket_words(worst), "price": stack_words(worst)}
    lines = [t("prices.example", **{name: format.md_escape(text) for name, text in example.items()})]
    if worst.other is not None and finding.versus is not None:
        other = type(worst)(worst.basket, worst.variant, worst.other, None, 0)
        shown = {"kind": kind_name(finding.versus), "price": stack_words(other)}
        lines.append(t("prices.example.other", **{name: format.md_escape(text) for name, text in shown.items()}))
    if worst.variant != "plain":
        lines.append(t(f"prices.variant.{worst.variant}.say"))
    st.caption("  \n".join(lines))
    if finding.blame is not None:
        _fix(finding.blame, finding, kinds, number)


def _fix(blame: Deduction, finding: Finding, kinds: Sequence[str], number: int) -> None:
    """What to change and the way there."""
    name = format.md_escape(deduction_name(blame))
    st.markdown(t(f"prices.fix.{finding.code}", name=name, kind=_names(kinds)))
    if blame.source == SETTINGS:
        st.button(
            t("prices.to_settings"),
            icon=":material/tune:",
            key=f"prices:fix:{number}",
            on_click=_open,
            args=("settings",),
        )
    elif blame.source == RULES:
        link(t("prices.to_rules"), "programme/tiers.py")
    elif blame.source.startswith("journey:"):
        link(t("prices.to_reminders"), "marketing/reminders.py")
    else:
        link(t("prices.to_campaigns"), "marketing/campaigns.py")


def _open(view: str) -> None:
    st.session_state["prices:view"] = view


def _list_below(below: tuple[Below, ...]) -> None:
    plain_table(
        {
            t("prices.column.item"): [one.case.basket.lines[one.case.line].product for one in below],
            t("prices.column.pieces"): [one.case.basket.lines[one.case.line].quantity for one in below],
            t("prices.column.cost"): [format.yuan(one.cost_fen) for one in below],
            t("prices.column.lowest"): [format.yuan(one.pays_fen) for one in below],
            t("prices.column.who"): [kind_name(one.kind) for one in below],
            t("prices.column.stack"): [stack_words(one.case) for one in below],
        }
    )
