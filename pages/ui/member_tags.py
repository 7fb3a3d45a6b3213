"""The tags of the shop: how many people each has, the rules that keep some current, and ready rules to switch on."""

import pandas as pd
import streamlit as st

from core.documents.enums import Area
from core.documents.segment import Node
from core.documents.tag_templates import TAG_TEMPLATES
from core.services.member_tags import LONGEST, TagLine, drop_rule, drop_tag, list_tags, save_rule
from core.services.saved_groups import list_groups
from pages.ui import format
from pages.ui.chosen import choose
from pages.ui.confirm import confirm_dialog
from pages.ui.group_words import group_sentence
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, cached, desk, now, t
from pages.ui.table import pick_row

GROUPS = "members/groups.py"


@cached(Area.MEMBERS, Area.ORDERS)
def tag_lines() -> list[TagLine]:
    """Every tag with its numbers."""
    return list_tags(desk())


def tags_section() -> None:
    """The list, what can be done with the one that is picked, ready rules, and a rule of one's own."""
    found = tag_lines()
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("tags.list"), fill=True):
        if found:
            _list(found)
        else:
            st.caption(t("tags.list.none"))
    with right:
        _ready({line.tag for line in found if line.rule is not None})
        _own_rule()


def _list(found: list[TagLine]) -> None:
    frame = pd.DataFrame(
        {
            t("tags.column.tag"): [line.tag for line in found],
            t("tags.column.people"): [format.number(line.people) for line in found],
            t("tags.column.by_rule"): [format.number(line.by_rule) if line.rule else "–" for line in found],
            t("tags.column.kept"): [_kept(line) for line in found],
        }
    )
    widths = {t("tags.column.kept"): st.column_config.TextColumn(width=190)}
    picked = pick_row(frame, [line.tag for line in found], "tags", columns=widths, anywhere=True)
    line = next((one for one in found if one.tag == picked), None)
    if line is None:
        st.caption(t("tags.pick"))
        return
    if line.rule is not None:
        st.markdown(t("tags.rule_is", rule=group_sentence(line.rule)))
    with st.container(horizontal=True):
        st.button(
            t("tags.see", n=format.people(line.people)), icon=":material/group:", key="tags:see", on_click=_open_list,
            args=(line.tag,),
        )  # fmt: skip
        if line.rule is not None:
            _stop(line)
        _delete(line)


def _kept(line: TagLine) -> str:
    if line.rule is None:
        return t("tags.by_hand")
    at = line.evaluated_at
    return t("tags.kept_by_rule") if at is None else t("tags.kept_at", at=format.moment(at, desk().zone))


def _open_list(tag: str) -> None:
    """Before the next run: the switch of the sections is drawn by then and takes no other value."""
    st.session_state["members:tag"] = [tag]
    st.session_state["members:section"] = "people"


def _stop(line: TagLine) -> None:
    confirm_dialog(
        st.button(t("tags.stop"), icon=":material/pause:", key="tags:stop"),
        "tag-stop",
        t("tags.stop.title", tag=format.md_escape(line.tag)),
        [(t("tags.column.by_rule"), format.number(line.by_rule))],
        t("tags.stop"),
        lambda _: drop_rule(desk(), actor(), line.tag, now=now()),
        done=lambda gone: t("tags.stopped", n=format.people(gone)),
        text=t("tags.stop.text"),
    )


def _delete(line: TagLine) -> None:
    confirm_dialog(
        st.button(t("tags.delete"), icon=":material/delete:", type="tertiary", key="tags:delete"),
        "tag-delete",
        t("tags.delete.title", tag=format.md_escape(line.tag)),
        [(t("tags.column.people"), format.number(line.people))],
        t("tags.delete.act", n=format.people(line.people)),
        lambda _: drop_tag(desk(), actor(), line.tag, now=now()),
        done=lambda gone: t("tags.deleted", n=format.people(gone)),
    )


def _ready(ruled: set[str]) -> None:
    """Advocates and advisers: what each asks, one click to switch it on, one to change it first."""
    with card(t("tags.ready"), help=t("tags.ready.help")):
        for one in TAG_TEMPLATES:
            name = t(f"tag.template.{one.code}")
            st.markdown(f":blue-badge[:material/auto_awesome: {name}]  \n:small[{group_sentence(one.tree)}]")
            with st.container(horizontal=True):
                if name in ruled:
                    st.caption(t("tags.on"))
                    continue
                st.button(t("tags.switch_on"), key=f"tags:on:{one.code}", on_click=_save, args=(name, one.tree))
                if st.button(t("tags.change"), type="tertiary", key=f"tags:change:{one.code}"):
                    choose(one.tree)
                    st.switch_page(GROUPS)


def _own_rule() -> None:
    """A tag that follows a kept group."""
    with card(t("tags.own"), help=t("tags.own.help")):
        groups = {group.id: group for group in list_groups(desk())}
        if not groups:
            st.caption(t("tags.own.none"))
            return
        tag = st.text_input(t("tags.own.tag"), max_chars=LONGEST, key="tags:own:tag")
        number = st.selectbox(
            t("tags.own.group"), list(groups), format_func=lambda one: groups[one].name, key="tags:own:group",
            index=None, placeholder=t("tags.own.pick"),
        )  # fmt: skip
        if number is not None:
            st.caption(group_sentence(groups[number].tree))
        ready = bool(tag.strip()) and number is not None
        st.button(
            t("tags.own.act"), key="tags:own:act", disabled=not ready, on_click=_save,
            args=(tag, groups[number].tree if number is not None else None),
        )  # fmt: skip


def _save(tag: str, tree: Node) -> None:
    with guard():
        flash(t("tags.rule_saved", tag=tag, n=format.people(save_rule(desk(), actor(), tag, tree, now=now()))))
