"""Price settings under edit: the platform's lines, the shop's own, what goes with what; the effect is shown before it is kept.

The form edits the first line of each kind; further lines of a document that came from elsewhere are kept as they are.
"""

from decimal import Decimal
from typing import Any, get_args

import streamlit as st

from core.documents.enums import Area
from core.documents.pricing import (
    ORDER,
    PLATFORM_KINDS,
    STACKINGS,
    Floor,
    PlatformKind,
    PlatformLine,
    PriceSettings,
    price_faults,
)
from core.rules.price_guard import GuardReport
from core.services.price_guard import guard_settings
from core.services.price_settings import read_price_settings, save_price_settings
from pages.ui import format
from pages.ui.money_field import yuan_field
from pages.ui.page import sentence
from pages.ui.parts import card, flash
from pages.ui.price_findings import AREAS, guarded
from pages.ui.runtime import actor, cached, desk, lang, now, t

STEPS = 3
FLOORS = get_args(Floor.model_fields["kind"].annotation)


@cached(Area.SETTINGS)
def _held() -> str:
    return read_price_settings(desk()).canonical()


@cached(*AREAS)
def _trial(text: str) -> GuardReport:
    return guard_settings(desk(), PriceSettings.read(text), now=now())


def show_settings() -> None:
    """The fields, what they would do, and the button that keeps them."""
    held = PriceSettings.read(_held())
    st.caption(t("prices.order"))
    left, right = st.columns(2, gap="small")
    with left:
        with card(t("prices.platform"), help=t("prices.platform.help")):
            platform = _platform(held)
        with card(t("prices.stacking"), help=t("prices.stacking.help")):
            stacking = _stacking(held)
    with right:
        with card(t("prices.own")):
            own = _own(held)
        with card(t("prices.floor"), help=t("prices.floor.help")):
            floor = _floor(held)
    typed = {**held.as_json(), "platform": platform, "floor": floor, **own, **stacking}
    _keep(held, PriceSettings.read(typed))


def _percent(label: str, bp: int, key: str, help: str | None = None) -> int:
    value = st.number_input(label, 0.0, 99.9, float(Decimal(bp) / 100), 1.0, "%g", key=key, help=help)
    return int(Decimal(str(value)) * 100)


def _line(held: PriceSettings, kind: PlatformKind) -> dict[str, Any] | None:
    """The fields of the first line of a kind; None while it is empty."""
    line = next((one for one in held.platform if one.kind == kind), PlatformLine(kind=kind))
    typed = line.as_json()
    stem = f"prices:set:{kind}"
    st.markdown(f"**{t(f'price.kind.{kind}')}**")
    first, second = st.columns(2, gap="small")
    with first:
        if kind == "official":
            typed["rate_bp"] = _percent(t("prices.rate"), line.rate_bp, f"{stem}:rate")
        else:
            label = t(f"prices.{kind}.from")
            typed["from_fen"] = yuan_field(label, line.from_fen or None, f"{stem}:from") or 0
    with second:
        if kind == "official":
            typed["most_fen"] = yuan_field(t("prices.most"), line.most_fen, f"{stem}:most") or None
        else:
            typed["off_fen"] = yuan_field(t(f"prices.{kind}.off"), line.off_fen or None, f"{stem}:off") or 0
    if kind == "cross_shop":
        typed["place"] = st.selectbox(
            t("prices.place"),
            ("list", "left"),
            index=("list", "left").index(line.place),
            format_func=lambda one: t(f"prices.place.{one}"),
            key=f"{stem}:place:{lang()}",
        )
    empty = not (typed["rate_bp"] or typed["off_fen"] or typed["from_fen"])
    return None if empty else typed


def _platform(held: PriceSettings) -> list[dict[str, Any]]:
    firsts = {next((i for i, one in enumerate(held.platform) if one.kind == kind), None) for kind in PLATFORM_KINDS}
    typed = [line for kind in PLATFORM_KINDS if (line := _line(held, kind)) is not None]
    return typed + [one.as_json() for index, one in enumerate(held.platform) if index not in firsts]


def _own(held: PriceSettings) -> dict[str, Any]:
    """Threshold reduction, newcomer coupon, points."""
    st.markdown(f"**{t('price.kind.reduction')}**")
    first = held.reductions[0] if held.reductions else None
    steps = []
    for number in range(max(STEPS, len(first.steps) if first else 0)):
        step = first.steps[number] if first and number < len(first.steps) else None
        found = _pair(f"prices:set:step:{number}", step.from_fen if step else None, step.off_fen if step else None)
        if any(found):
            steps.append({"from_fen": found[0] or 1, "off_fen": found[1] or 1})
    rest = [one.as_json() for one in held.reductions[1:]]
    reduction = {} if first is None else first.as_json()
    st.markdown(f"**{t('prices.newcomer_coupon')}**", help=t("prices.newcomer_coupon.help"))
    coupon = held.newcomer
    start, off = _pair(
        "prices:set:newcomer", (coupon.from_fen or None) if coupon else None, coupon.off_fen if coupon else None
    )
    st.markdown(f"**{t('price.kind.points')}**")
    return {
        "reductions": ([{**reduction, "steps": steps}] if steps else []) + rest,
        "newcomer": {"from_fen": start or 0, "off_fen": off} if off else None,
        "points": _points(held),
    }


def _pair(stem: str, start: int | None, off: int | None) -> tuple[int | None, int | None]:
    first, second = st.columns(2, gap="small")
    with first:
        typed = yuan_field(t("prices.from"), start, f"{stem}:from", placeholder=t("prices.none"))
    with second:
        return typed, yuan_field(t("prices.less"), off, f"{stem}:off", step=5.0, placeholder=t("prices.none"))


def _points(held: PriceSettings) -> dict[str, int] | None:
    use = held.points
    first, second = st.columns(2, gap="small")
    with first:
        rate = yuan_field(
            t("prices.points_rate"), use.rate_fen if use else None, "prices:set:points:rate", step=0.5,
            placeholder=t("prices.none"),
        )  # fmt: skip
    with second:
        most = _percent(t("prices.points_most"), use.most_bp if use else 1_000, "prices:set:points:most")
    return {"rate_fen": rate, "most_bp": most} if rate and most else None


def _stacking(held: PriceSettings) -> dict[str, Any]:
    classes = {}
    for left, right in zip(ORDER[::2], (*ORDER[1::2], None), strict=True):
        for column, kind in zip(st.columns(2, gap="small"), (left, right), strict=True):
            if kind is not None:
                classes[kind] = column.selectbox(
                    t(f"price.kind.{kind}"),
                    STACKINGS,
                    index=STACKINGS.index(held.classes.of(kind)),
                    format_func=lambda one: t(f"prices.class.{one}"),
                    key=f"prices:set:class:{kind}:{lang()}",
                )
    most = st.number_input(t("prices.most_coupons"), 1, 5, held.most_coupons, key="prices:set:most_coupons")
    return {"classes": classes, "most_coupons": int(most)}


def _floor(held: PriceSettings) -> dict[str, Any]:
    kind = st.segmented_control(
        t("prices.floor"),
        FLOORS,
        default=held.floor.kind,
        required=True,
        format_func=lambda one: t(f"prices.floor.{one}"),
        key="prices:set:floor",
        label_visibility="collapsed",
    )
    share = held.floor.share_bp
    if kind == "share":
        share = _percent(t("prices.floor_share"), min(share, 9_990), "prices:set:floor:share") or 1
    return {"kind": kind, "share_bp": share}


def _keep(held: PriceSettings, typed: PriceSettings) -> None:
    """What the change would do to the findings, its faults, and the button."""
    faults = price_faults(typed)
    changed = typed != held
    with card(t("prices.effect")):
        for fault in faults:
            st.error(sentence(fault), icon=":material/error:")
        if not changed:
            st.caption(t("prices.unchanged"))
        elif not faults:
            before, after = guarded().report, _trial(typed.canonical())
            numbers = {"before": len(before.below), "after": len(after.below)}
            st.markdown(t("prices.effect.below", **{name: format.number(count) for name, count in numbers.items()}))
            numbers = {"before": len(before.unfair), "after": len(after.unfair)}
            st.markdown(t("prices.effect.unfair", **{name: format.number(count) for name, count in numbers.items()}))
        if st.button(t("prices.save"), type="primary", key="prices:save", disabled=bool(faults) or not changed):
            save_price_settings(desk(), actor(), typed, now=now())
            flash(t("prices.saved"))
            st.rerun()
