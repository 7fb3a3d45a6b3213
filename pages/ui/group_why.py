"""Why one person is in a group: every condition with whether it holds, and what is known of the person."""

import streamlit as st

from core.documents.segment import FIELDS, Group, Leaf, Node, Not
from core.rules.segment_words import phrase, value_words
from core.services.explain_segment import Judged, explain_segment
from pages.ui import format
from pages.ui.group_words import names_in
from pages.ui.page import guard
from pages.ui.runtime import desk, lang, now, t

_YES, _NO = ":green[:material/check_circle:]", ":red[:material/cancel:]"


def why_dialog(tree: Node, member_id: int, name: str) -> None:
    """Open the dialog; ``name`` as the screen calls the person, safe in Markdown."""

    @st.dialog(t("groups.why.title", name=name))
    def body() -> None:
        with guard():
            found = explain_segment(desk(), tree, member_id, now=now())
            key = "groups.why.in" if found.inside else "groups.why.out" if found.counted else "groups.why.not_counted"
            st.markdown(f"**{t(key)}**")
            st.markdown("\n".join(_lines(found.root, 0)))

    body()


def held_lines(held: tuple[tuple[Leaf, bool], ...]) -> str:
    """The conditions of a kept moment, each with whether it held, as one Markdown list."""
    names = names_in(lang())
    return "\n".join(f"- {_YES if yes else _NO} {format.md_escape(phrase(leaf, lang(), names))}" for leaf, yes in held)


def _known(leaf: Leaf, value: int | str) -> str:
    """What is known of the person, with its unit where it is a number."""
    words = format.md_escape(value_words(leaf, value, lang(), names_in(lang())))
    sort = FIELDS[leaf.field].sort
    if leaf.field == "top_spend_share" or sort == "fen":
        return f"{words} {t('groups.unit.yuan')}"
    return f"{words} {t(f'groups.unit.{leaf.field}')}" if sort == "number" else words


def _lines(judged: Judged, depth: int) -> list[str]:
    """A nested Markdown list: leaves as they are said, groups by how their parts go together."""
    mark, indent = _YES if judged.held else _NO, "    " * depth
    match judged.node:
        case Leaf() as leaf:
            said = format.md_escape(phrase(leaf, lang(), names_in(lang())))
            known = ""
            if judged.value is not None:
                known = f" :gray[{t('groups.why.known', value=_known(leaf, judged.value))}]"
            own = [f"{indent}- {mark} {said}{known}"]
        case Not():
            own = [f"{indent}- {mark} {t('groups.why.not')}"]
        case Group(op=op):
            own = [f"{indent}- {mark} {t(f'groups.why.{op}')}"]
    return own + [line for part in judged.parts for line in _lines(part, depth + 1)]
