"""The builder of a group: all, any or none of some conditions, chosen by what they are about and then by name."""

import streamlit as st

from core.documents.segment import Node, parse_segment
from core.documents.segment_fields import FIELD_GROUPS
from core.errors import Refusal
from pages.ui.group_draft import DEEPEST, OPS, Part, add_group, add_leaf, leaf_parts, remove, tree_json
from pages.ui.group_leaf import field_name, leaf_fault, leaf_row
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.runtime import t


def builder(root: Part) -> Node | None:
    """Draw the conditions; the tree when it is sound."""
    with card(t("groups.builder"), help=t("groups.builder.help")):
        _group(root, 1)
    faults = [fault for leaf in leaf_parts(root) if (fault := leaf_fault(leaf))]
    if faults:
        st.info(t("groups.unfinished", n=len(faults)), icon=":material/edit:")
        return None
    try:
        return parse_segment(tree_json(root))
    except Refusal as refusal:
        st.error(
            t("groups.fault.empty") if refusal.code == "segment_empty" else sentence(refusal), icon=":material/error:"
        )
        return None


def _group(part: Part, depth: int) -> None:
    """One group: how its parts go together, the parts, and what can be added."""
    key = f"groups:{part['id']}:how"
    if key not in st.session_state:
        st.session_state[key] = part["op"]
    part["op"] = st.segmented_control(
        t("groups.how"), OPS, format_func=lambda op: t(f"groups.how.{op}"), key=key, required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    if not part["parts"] and depth == 1:
        st.caption(t("groups.everybody"))
    for one in list(part["parts"]):
        if one["kind"] == "leaf":
            gone = leaf_row(one)
        else:
            with st.container(border=True):
                _group(one, depth + 1)
                gone = st.button(
                    t("groups.remove_group"), icon=":material/delete:", key=f"groups:{one['id']}:gone", type="tertiary"
                )
        if gone:
            remove(part, one["id"])
            st.rerun()
    with st.container(horizontal=True):
        with st.popover(t("groups.add"), icon=":material/add:"):
            _fields(part)
        if depth < DEEPEST and st.button(
            t("groups.add_group"), icon=":material/account_tree:", key=f"groups:{part['id']}:add"
        ):
            add_group(part)
            st.rerun()


def _fields(part: Part) -> None:
    """What a condition is about, then the conditions there are about it."""
    words = {about: t(f"segment.about.{about}") for about in FIELD_GROUPS}
    about = st.pills(
        t("groups.about"), list(words), default=next(iter(words)), required=True,
        format_func=words.__getitem__, key=f"groups:{part['id']}:about",
    )  # fmt: skip
    with st.container(horizontal=True, gap="xsmall", width=460):
        for name in FIELD_GROUPS[str(about)]:
            if st.button(field_name(name), key=f"groups:{part['id']}:add:{name}"):
                add_leaf(part, name)
                st.rerun()
