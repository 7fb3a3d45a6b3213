"""The top-up plan under edit, with what the rules for prepaid cards allow said in plain words."""

import pandas as pd
import streamlit as st

from core.documents.stored_value import (
    BEARER_CAP_FEN,
    COOLING_OFF_DAYS,
    LEAST_BONUS_DAYS,
    MOST_LEVELS,
    REGISTERED_CAP_FEN,
    StoredValuePlan,
    TopUpLevel,
    plan_faults,
)
from core.errors import Refusal
from core.money import as_yuan, from_widget
from core.services.stored_value import DUTIES, save_plan
from pages.ui import format
from pages.ui.money_field import yuan_field
from pages.ui.page import guard, sentence
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, now, t

FIRST = ((300_00, 15_00), (500_00, 35_00), (1_000_00, 100_00))
FIRST_DAYS = 365


def edit_plan(held: StoredValuePlan | None) -> None:
    """Levels, bonus days, cap; faults in words; the button is there when there are none."""
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("stored.plan"), fill=True):
        plan = _form(held)
        faults = [] if plan is None else plan_faults(plan)
        for fault in faults:
            st.error(sentence(fault), icon=":material/block:")
        if held is not None:
            st.caption(t("stored.plan.from_now"))
        st.button(
            t("stored.plan.save"), type="primary", key="stored:save", on_click=_save, args=(plan,),
            disabled=plan is None or bool(faults) or plan == held,
        )  # fmt: skip
    with right, card(t("stored.law"), fill=True):
        limits = {
            "cap": format.yuan(REGISTERED_CAP_FEN),
            "bearer": format.yuan(BEARER_CAP_FEN),
            "days": COOLING_OFF_DAYS,
        }
        st.markdown(t("stored.law.limits", **limits))
        st.markdown("\n".join(f"- {t(f'stored.duty.{duty}')}" for duty in DUTIES))
        st.caption(t("stored.law.source"))


def _form(held: StoredValuePlan | None) -> StoredValuePlan | None:
    zh, en = st.columns(2, gap="small")
    name_zh = zh.text_input(
        t("stored.plan.name_zh"), held.name_zh if held else "储值卡", max_chars=20, key="stored:name_zh"
    )
    name_en = en.text_input(
        t("stored.plan.name_en"), held.name_en if held else "Store card", max_chars=40, key="stored:name_en"
    )
    levels = [(level.pay_fen, level.bonus_fen) for level in held.levels] if held else list(FIRST)
    pays, gives = t("stored.pays"), t("stored.bonus_given")
    frame = pd.DataFrame(
        {pays: [float(as_yuan(pay)) for pay, _ in levels], gives: [float(as_yuan(bonus)) for _, bonus in levels]}
    )
    column = st.column_config.NumberColumn
    edited = st.data_editor(
        frame, hide_index=True, num_rows="dynamic", width="stretch", key="stored:levels",
        column_config={pays: column(min_value=0, format="¥%g"), gives: column(min_value=0, format="¥%g")},
    )  # fmt: skip
    one, other = st.columns(2, gap="small")
    with one:
        endless = st.toggle(
            t("stored.plan.endless"), held is not None and held.bonus_days is None, key="stored:endless"
        )
        days = st.number_input(
            t("stored.plan.bonus_days"), LEAST_BONUS_DAYS, 3_660, held.bonus_days or FIRST_DAYS if held else FIRST_DAYS,
            key="stored:days", disabled=endless,
        )  # fmt: skip
    with other:
        st.caption(t("stored.plan.principal"))
        cap = yuan_field(
            t("stored.plan.cap"),
            held.cap_fen if held else REGISTERED_CAP_FEN,
            "stored:cap",
            help=t("stored.plan.cap.help"),
        )
    rows = edited.dropna(how="all").fillna(0).itertuples(index=False, name=None)
    made = [(from_widget(pay), from_widget(bonus)) for pay, bonus in rows]
    if not made or not name_zh.strip() or not name_en.strip() or any(pay <= 0 for pay, _ in made):
        st.warning(t("stored.plan.incomplete", most=MOST_LEVELS), icon=":material/edit:")
        return None
    try:
        return StoredValuePlan.read(
            {
                "name_zh": name_zh.strip(),
                "name_en": name_en.strip(),
                "levels": [TopUpLevel(pay_fen=pay, bonus_fen=bonus).as_json() for pay, bonus in sorted(made)],
                "bonus_days": None if endless else int(days),
                "cap_fen": cap or REGISTERED_CAP_FEN,
            }
        )
    except Refusal as refusal:
        st.error(sentence(refusal), icon=":material/block:")
        return None


def _save(plan: StoredValuePlan) -> None:
    with guard():
        save_plan(desk(), actor(), plan, now=now())
        flash(t("stored.plan.saved"))
