"""A paid plan under edit: price, term, the tier it holds, what it gives, and the goods whose purchase it is."""

import pandas as pd
import streamlit as st

from core.documents.paid_plan import MOST_BENEFITS, MOST_MONTHS, PaidPlan, paid_plan_faults
from core.errors import Refusal
from core.money import as_yuan, from_widget
from core.services.paid_plans import PlanView, match_purchases, save_plan
from core.services.plan_goods import Goods, count_orders, find_goods, name_goods
from pages.ui import format
from pages.ui.money_field import yuan_field
from pages.ui.page import guard, sentence
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.tiers import live_rules, tier_names

NEW = 0
FIRST_PRICE, FIRST_MONTHS, FIRST_REMIND = 88_00, 12, 14


def edit_plans(plans: list[PlanView]) -> None:
    """Which plan, its fields, what speaks against it, and the button."""
    held = {view.id: view.plan for view in plans}
    number = st.selectbox(
        t("plan.edit.which"), [*held, NEW], format_func=lambda n: held[n].name(lang()) if n else t("plan.edit.new"),
        key="plan:edit", width=320,
    )  # fmt: skip
    before = held.get(number)
    plan = _form(number, before)
    taken = [key for other, one in held.items() if other != number for key in one.product_keys]
    faults = [] if plan is None else paid_plan_faults(plan, live_rules()[0].codes, taken)
    for fault in faults:
        st.error(sentence(fault), icon=":material/block:")
    if plan is not None and plan.product_keys:
        orders = count_orders(desk(), plan.product_keys)
        if orders:
            st.info(t("plan.edit.orders", n=format.number(orders)), icon=":material/receipt_long:")
    if before is not None:
        st.caption(t("plan.edit.from_now"))
    st.button(
        t("plan.edit.save"), type="primary", key="plan:save", on_click=_save, args=(number, plan),
        disabled=plan is None or bool(faults) or plan == before,
    )  # fmt: skip


def _form(number: int, held: PaidPlan | None) -> PaidPlan | None:
    stem = f"plan:{number}"
    left, right = st.columns(2, gap="small")
    with left, card(t("plan.edit"), fill=True):
        zh, en = st.columns(2, gap="small")
        name_zh = zh.text_input(t("plan.edit.name_zh"), held.name_zh if held else "", max_chars=20, key=f"{stem}:zh")
        name_en = en.text_input(t("plan.edit.name_en"), held.name_en if held else "", max_chars=40, key=f"{stem}:en")
        one, two, three = st.columns(3, gap="small")
        with one:
            price = yuan_field(t("plan.edit.price"), held.price_fen if held else FIRST_PRICE, f"{stem}:price")
        months = two.number_input(
            t("plan.edit.months"), 1, MOST_MONTHS, held.months if held else FIRST_MONTHS, key=f"{stem}:months"
        )
        remind = three.number_input(
            t("plan.edit.remind"), 1, 60, held.remind_days if held else FIRST_REMIND, key=f"{stem}:remind"
        )
        one, two, three = st.columns(3, gap="small", vertical_alignment="bottom")
        names = tier_names()
        tiers = [None, *list(names)[1:]]
        tier = one.selectbox(
            t("plan.edit.tier"), tiers, tiers.index(held.tier) if held and held.tier in tiers else 0,
            lambda code: names[code] if code else t("plan.edit.no_tier"), key=f"{stem}:tier", help=t("plan.edit.tier.help"),
        )  # fmt: skip
        refund = two.selectbox(
            t("plan.edit.refund"), ("pro_rata", "none"), 1 if held and held.refund == "none" else 0,
            lambda way: t(f"plan.refund.{way}"), key=f"{stem}:refund", help=t("plan.edit.refund.help"),
        )  # fmt: skip
        on_sale = three.toggle(t("plan.edit.on_sale"), held.on_sale if held else True, key=f"{stem}:on_sale")
        goods = _goods(stem, held)
    with right, card(t("plan.edit.benefits"), help=t("plan.edit.benefits.help"), fill=True):
        benefits = _benefits(stem, held)
    if not name_zh.strip() or not name_en.strip() or not price:
        st.caption(t("plan.edit.incomplete"))
        return None
    try:
        return PaidPlan.read(
            {
                "name_zh": name_zh.strip(), "name_en": name_en.strip(), "price_fen": price, "months": int(months),
                "tier": tier, "benefits": benefits, "product_keys": goods, "remind_days": int(remind), "refund": refund,
                "on_sale": on_sale,
            }
        )  # fmt: skip
    except Refusal as refusal:
        st.error(sentence(refusal), icon=":material/block:")
        return None


def _goods(stem: str, held: PaidPlan | None) -> list[str]:
    """The goods that are this plan: found by a word of their title, kept as they are."""
    kept = list(held.product_keys) if held else []
    needle = st.text_input(t("plan.edit.find_goods"), key=f"{stem}:needle", help=t("plan.edit.goods.help"))
    found: list[Goods] = find_goods(desk(), needle) if needle.strip() else []
    titles = {one.key: one.title for one in (*name_goods(desk(), kept), *found)}
    if not kept and not titles:
        return []
    return list(
        st.multiselect(
            t("plan.edit.goods"), list(dict.fromkeys([*kept, *titles])), kept, format_func=lambda key: titles.get(key, key),
            key=f"{stem}:goods",
        )
    )  # fmt: skip


def _benefits(stem: str, held: PaidPlan | None) -> list[dict[str, object]]:
    zh, en, worth = t("plan.edit.benefit_zh"), t("plan.edit.benefit_en"), t("plan.edit.worth")
    lines = held.benefits if held else ()
    frame = pd.DataFrame(
        {
            zh: pd.Series([one.name_zh for one in lines], dtype="str"),
            en: pd.Series([one.name_en for one in lines], dtype="str"),
            worth: pd.Series([float(as_yuan(one.worth_fen)) for one in lines], dtype="float"),
        }
    )
    edited = st.data_editor(
        frame, hide_index=True, num_rows="dynamic", width="stretch", key=f"{stem}:benefits",
        column_config={worth: st.column_config.NumberColumn(min_value=0, format="¥%g")},
    )  # fmt: skip
    rows = [
        (str(one or "").strip(), str(other or "").strip(), value)
        for one, other, value in edited.astype(object).where(edited.notna(), None).itertuples(index=False, name=None)
    ]
    return [
        {"name_zh": one or other, "name_en": other or one, "worth_fen": from_widget(value or 0)}
        for one, other, value in rows[:MOST_BENEFITS]
        if one or other
    ]


def _save(number: int, plan: PaidPlan) -> None:
    with guard():
        save_plan(desk(), actor(), plan, plan_id=number or None, now=now())
        match_purchases(desk(), now=now())
        flash(t("plan.edit.saved"))
