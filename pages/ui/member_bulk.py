"""Acts on many people of the list: a tag for everybody whom the filter finds, or for those ticked."""

from collections.abc import Callable

import streamlit as st

from core.documents.segment import Node
from core.services.member_tags import tag_found, tag_members, untag_found, untag_members
from core.store.queries.members import MemberFilter
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.member_filters import list_choices
from pages.ui.runtime import actor, desk, now, t

TAG, WAY = "members:bulk:tag", "members:bulk:way"


def tag_found_button(wanted: MemberFilter, tree: Node | None, total: int) -> None:
    """Give or take a tag of everybody whom the list finds now; the dialog says how many."""

    def act(_key: str) -> int:
        held = st.session_state
        give = tag_found if held[WAY] == "give" else untag_found
        return give(desk(), actor(), wanted, held[TAG] or "", tree=tree, now=now())

    _dialog("tag-found", st.button(
        t("bulk.tag", n=format.people(total)), icon=":material/sell:", type="tertiary", key="members:tag_found"
    ), total, act)  # fmt: skip


def tag_ticked_button(chosen: list[int]) -> None:
    """Give or take a tag of those ticked."""

    def act(_key: str) -> int:
        held = st.session_state
        give = tag_members if held[WAY] == "give" else untag_members
        return give(desk(), actor(), chosen, held[TAG] or "", now=now())

    opened = st.button(
        t("bulk.tag", n=format.people(len(chosen))), icon=":material/sell:", key="members:tag_ticked",
        disabled=not chosen,
    )  # fmt: skip
    _dialog("tag-ticked", opened, len(chosen), act)


def _dialog(name: str, opened: bool, people: int, act: Callable[[str], int]) -> None:
    number = format.people(people)
    confirm_dialog(
        opened,
        name,
        t("bulk.tag", n=number),
        [(t("bulk.people"), number)],
        t("bulk.act", n=number),
        act,
        done=lambda count: t("bulk.done", n=format.people(count)),
        text=t("bulk.text"),
        fields=_fields,
    )


def _fields() -> bool:
    """Which tag, and whether it is given or taken off."""
    st.segmented_control(
        t("bulk.way"), ["give", "take"], default="give", required=True, key=WAY,
        format_func=lambda way: t(f"bulk.way.{way}"),
    )  # fmt: skip
    st.selectbox(
        t("members.tag"), list_choices()[1], index=None, accept_new_options=True, key=TAG,
        placeholder=t("tags.add.example"),
    )  # fmt: skip
    return bool(st.session_state[TAG])
