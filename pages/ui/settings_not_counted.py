"""Settings: the rules by which people are not counted, tried on the shop before they hold."""

import re

import streamlit as st

from core.documents.not_counted import MARKS, MOST_NAMES, CountRules, Mark
from core.services.not_counted import (
    CountPlan,
    count_marks,
    preview_count_rules,
    read_count_rules,
    save_count_rules,
)
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.member_filters import choices
from pages.ui.parts import card, link
from pages.ui.people import called
from pages.ui.portrait_mark import mark_name
from pages.ui.runtime import actor, desk, now, t
from pages.ui.table import plain_table

LIST = "members/list.py"
SHOWN = 200


def show() -> None:
    """Who is not counted now, the rules, and whom they would leave out."""
    counts = count_marks(desk())
    with card(t("not_counted.now")):
        said = t("phrase.comma").join(f"{mark_name(mark)} {format.people(n)}" for mark, n in sorted(counts.items()))
        st.markdown(
            t("not_counted.some", n=format.people(sum(counts.values())), marks=said)
            if counts
            else t("not_counted.nobody")
        )
        if counts:
            link(t("not_counted.list"), LIST, query={"kind": "not_counted"})
    with card(t("not_counted.rules"), help=t("not_counted.rules.help")):
        rules = _fields(read_count_rules(desk()))
    _change(rules)


def _fields(held: CountRules) -> CountRules:
    """The rules as the fields say; None where a field is left empty."""
    left, right = st.columns(2, gap="medium")
    with left:
        orders = _least("orders_a_day", held.orders_a_day)
        pieces = _least("pieces", held.pieces)
        tag_field, mark_field = st.columns([3, 2], gap="small")
        tags = list(dict.fromkeys([*([held.tag] if held.tag else []), *choices().tags]))
        tag = tag_field.selectbox(
            t("not_counted.tag"), tags, index=tags.index(held.tag) if held.tag else None,
            placeholder=t("not_counted.off"), key="not_counted:tag",
        )  # fmt: skip
        with mark_field:
            tag_mark = _mark_field("tag_mark", held.tag_mark)
    with right:
        names = st.text_area(
            t("not_counted.names"), "\n".join(held.names), height=180, key="not_counted:names",
            placeholder=t("not_counted.names.example"),
        )  # fmt: skip
        names_mark = _mark_field("names_mark", held.names_mark)
    listed = tuple(dict.fromkeys(name.strip() for name in re.split(r"[\n,，;；]", names) if name.strip()))
    return CountRules(
        names=listed[:MOST_NAMES], names_mark=names_mark, tag=tag or "", tag_mark=tag_mark,
        orders_a_day=orders, pieces=pieces,
    )  # fmt: skip


def _least(field: str, held: int | None) -> int | None:
    value = st.number_input(
        t(f"not_counted.{field}"), 2, 10_000, held, placeholder=t("not_counted.off"), key=f"not_counted:{field}"
    )
    return None if value is None else int(value)


def _mark_field(field: str, held: Mark) -> Mark:
    found: Mark = st.selectbox(
        t("not_counted.as"), MARKS, MARKS.index(held), format_func=mark_name, key=f"not_counted:{field}"
    )
    return found


def _change(rules: CountRules) -> None:
    """Whom the rules as they stand would leave out or let back; then follow them."""
    plan = preview_count_rules(desk(), rules)
    _who(plan)
    changed = len(plan.changed)
    asked = st.button(
        t("not_counted.save", n=format.people(changed)) if changed else t("not_counted.save_only"),
        type="primary", key="not_counted:save", disabled=rules == read_count_rules(desk()),
    )  # fmt: skip
    confirm_dialog(
        asked,
        "not-counted",
        t("not_counted.confirm"),
        [
            (t("not_counted.out"), format.people(len(plan.fresh))),
            (t("not_counted.back"), format.people(len(plan.released))),
        ],
        t("not_counted.act"),
        lambda _: save_count_rules(desk(), actor(), rules, now=now()),
        done=lambda done: t("not_counted.done", n=format.people(len(done.changed))),
        text=t("not_counted.text"),
    )


def _who(plan: CountPlan) -> None:
    if not plan.changed:
        st.caption(t("not_counted.same"))
        return
    people = [*plan.fresh, *plan.released][:SHOWN]
    fates = [plan.fresh.get(number) for number in people]
    plain_table(
        {
            t("members.column.who"): called(people),
            t("not_counted.becomes"): [mark_name(fate[0]) if fate else t("not_counted.counts") for fate in fates],
            t("not_counted.because"): [
                t(f"mark.rule.{fate[1]}") if fate else t("not_counted.no_rule") for fate in fates
            ],
        },
        most=6,
    )
    if len(plan.changed) > SHOWN:
        st.caption(t("not_counted.more", n=format.people(len(plan.changed) - SHOWN)))
