"""The fields of a coupon offer, for a campaign and for a reminder."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import streamlit as st

from core.money import as_yuan, from_widget
from pages.ui.format import md_escape
from pages.ui.money_field import yuan_field
from pages.ui.offer_draft import KINDS, NONE, VALIDITIES, OfferDraft
from pages.ui.runtime import lang, t

_FOLD_BP = 10  # 1 折 is a tenth of the price: from_widget(8.5) = 850 hundredths of a 折 = 8500 bp that are paid


def offer_form(
    draft: OfferDraft,
    stem: str,
    tiers: Mapping[str, str],
    *,
    today: date,
    kinds: Sequence[str] = (*KINDS, NONE),
    validities: Sequence[str] = VALIDITIES,
    limits: bool = True,
) -> None:
    """Change a draft by its fields; ``stem`` starts their keys, ``tiers`` are names by code, lowest first."""
    draft.kind = st.segmented_control(
        t("offer.kind"),
        kinds,
        default=draft.kind,
        required=True,
        format_func=lambda one: t("offer.kind.none" if one == NONE else f"offer.kind.{one}"),
        key=f"{stem}:kind",
    )
    if draft.kind == NONE:
        st.caption(t("offer.none_say"))
        return
    if draft.kind == "platform":
        _platform(draft, stem)
    _face(draft, stem, validities)
    if draft.has_value:
        _by_tier(draft, stem, tiers)
    _validity(draft, stem, today, validities)
    if limits:
        _limits(draft, stem)


def _face(draft: OfferDraft, stem: str, validities: Sequence[str]) -> None:
    """What it takes off, or what it costs."""
    first, second, third = st.columns(3, gap="small", vertical_alignment="bottom")
    with first:
        match draft.kind:
            case "threshold":
                draft.threshold_fen = yuan_field(t("offer.from"), draft.threshold_fen, f"{stem}:threshold")
            case "platform":
                draft.threshold_fen = yuan_field(
                    t("offer.from"), draft.threshold_fen, f"{stem}:threshold", placeholder=t("offer.no_threshold")
                )
            case "percent":
                draft.off_bp = share_field(t("offer.share"), draft.off_bp, f"{stem}:share")
            case "amount":
                draft.amount_fen = yuan_field(t("offer.off"), draft.amount_fen, f"{stem}:amount", step=5.0)
            case "gift":
                draft.gift = st.text_input(t("offer.gift"), draft.gift, max_chars=40, key=f"{stem}:gift")
            case _:
                draft.cost_fen = yuan_field(t("offer.cost"), draft.cost_fen, f"{stem}:cost", step=1.0)
    with second:
        match draft.kind:
            case "threshold" | "platform":
                draft.amount_fen = yuan_field(t("offer.off"), draft.amount_fen, f"{stem}:amount", step=5.0)
            case "percent":
                draft.cap_fen = yuan_field(t("offer.cap"), draft.cap_fen, f"{stem}:cap", help=t("offer.cap.help"))
            case "gift":
                draft.cost_fen = yuan_field(t("offer.cost"), draft.cost_fen, f"{stem}:cost", step=1.0)
    if draft.kind == "percent":
        with third:
            draft.floor_fen = yuan_field(
                t("offer.from"), draft.floor_fen, f"{stem}:floor", placeholder=t("offer.no_threshold")
            )


def share_field(label: str, off_bp: int | None, key: str, *, hidden: bool = False) -> int | None:
    """Basis points off: typed as 折 (what is still paid) in Chinese, as per cent off in English."""
    folds = lang() == "zh"
    shown = None if off_bp is None else float(as_yuan((10_000 - off_bp) // _FOLD_BP if folds else off_bp))
    value = st.number_input(
        label,
        min_value=0.1 if folds else 1.0,
        max_value=9.9 if folds else 99.0,
        value=shown,
        step=0.5 if folds else 5.0,
        format="%g",
        key=f"{key}:{lang()}",
        label_visibility="collapsed" if hidden else "visible",
    )
    if value is None:
        return None
    return 10_000 - from_widget(value) * _FOLD_BP if folds else from_widget(value)


def _platform(draft: OfferDraft, stem: str) -> None:
    st.caption(t("offer.platform_say"))
    link, code = st.columns([3, 2], gap="small")
    draft.link = link.text_input(t("offer.platform_link"), draft.link, max_chars=500, key=f"{stem}:link")
    draft.code = code.text_input(t("offer.platform_code"), draft.code, max_chars=60, key=f"{stem}:code")


def _by_tier(draft: OfferDraft, stem: str, tiers: Mapping[str, str]) -> None:
    """Another value for some tiers."""
    draft.by_tier = st.toggle(t("offer.by_tier"), draft.by_tier, key=f"{stem}:by_tier", help=t("offer.by_tier.help"))
    if not draft.by_tier:
        return
    for column, (code, name) in zip(st.columns(len(tiers), gap="small"), tiers.items(), strict=True):
        with column:
            key = f"{stem}:tier:{code}"
            st.caption(md_escape(name))
            if draft.kind == "percent":
                value = draft.tier_offs.get(code, draft.off_bp)
                draft.tier_offs[code] = share_field(name, value, key, hidden=True)
            else:
                value = draft.tier_amounts.get(code, draft.amount_fen)
                draft.tier_amounts[code] = yuan_field(name, value, key, step=5.0, hidden=True)


def _validity(draft: OfferDraft, stem: str, today: date, validities: Sequence[str]) -> None:
    """How long a coupon holds."""
    left, right = st.columns([5, 3], gap="small", vertical_alignment="bottom")
    draft.validity = left.segmented_control(
        t("offer.validity"),
        validities,
        default=draft.validity,
        required=True,
        format_func=lambda one: t(f"offer.validity.{one}"),
        key=f"{stem}:validity",
    )
    with right:
        match draft.validity:
            case "days":
                draft.days = int(st.number_input(t("offer.days"), 1, 366, draft.days, key=f"{stem}:days"))
            case "hours":
                draft.hours = int(st.number_input(t("offer.hours"), 1, 8_784, draft.hours, key=f"{stem}:hours"))
            case _:
                span = (draft.first or today, draft.last or today + timedelta(days=14))
                picked = st.date_input(t("offer.dates"), span, key=f"{stem}:dates")
                if isinstance(picked, tuple) and len(picked) == 2:  # one day only while the second is being picked
                    draft.first, draft.last = picked


def _limits(draft: OfferDraft, stem: str) -> None:
    budget, total = st.columns(2, gap="small")
    with budget:
        draft.budget_fen = yuan_field(
            t("offer.budget"),
            draft.budget_fen,
            f"{stem}:budget",
            step=500.0,
            placeholder=t("offer.no_limit"),
            help=t("offer.budget.help"),
        )
    value = total.number_input(
        t("offer.total"),
        min_value=1,
        max_value=100_000_000,
        value=draft.total,
        step=100,
        placeholder=t("offer.no_limit"),
        key=f"{stem}:total",
    )
    draft.total = None if value is None else int(value)
