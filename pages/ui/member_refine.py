"""Filters of the member list that are conditions of a group: where people stand, their tags, a field of the shop's own."""

from datetime import date

import streamlit as st

from core.documents.enums import Area
from core.documents.segment import Group, Leaf, Node
from core.documents.segment_fields import FIELDS
from core.services.custom_fields import FieldView, list_fields
from pages.ui.runtime import cached, desk, lang, t

STATES = FIELDS["lifecycle"].choices
TAGS, FIELD = "members:tag", "members:field"


@cached(Area.MEMBERS)
def own_fields() -> list[FieldView]:
    """The fields in use."""
    return list_fields(desk())


def refine_filters(tags: list[str]) -> Node | None:
    """Draw the row of filters; the condition they make together, none where nothing is asked."""
    fields = own_fields()
    row = st.columns([3.6, 1.5, 1.5], gap="small", vertical_alignment="bottom")
    with row[0]:
        states = st.pills(
            t("members.lifecycle"), STATES, selection_mode="multi", key=f"members:states:{lang()}",
            format_func=lambda state: t(f"outlook.state.{state}"), persist_state="session",
        )  # fmt: skip
    parts: list[Node] = [Leaf("lifecycle", "in", tuple(states))] if states else []
    parts += [Leaf("tag", "has", tag) for tag in tags]
    if fields:
        names = {one.code: one for one in fields}
        with row[1]:
            code = st.selectbox(
                t("members.field"), list(names), index=None, placeholder=t("members.any"), key=FIELD,
                format_func=lambda one: names[one].name if one in names else one, persist_state="session",
            )  # fmt: skip
        if code in names:
            with row[2]:
                leaf = _own(names[code])
            parts += [] if leaf is None else [leaf]
    return None if not parts else parts[0] if len(parts) == 1 else Group("all", tuple(parts))


def both(one: Node | None, other: Node | None) -> Node | None:
    """Both conditions at once, or the one that there is."""
    return Group("all", (one, other)) if one is not None and other is not None else one or other


def _own(field: FieldView) -> Leaf | None:
    """The value that is asked of one field: at least, from a day on, one of the choices, exactly."""
    key = f"members:field:{field.code}"
    match field.kind:
        case "choice":
            wanted = st.multiselect(t("members.field.is"), field.choices, key=key, placeholder=t("members.any"))
            return Leaf("custom", "in", tuple(wanted), key=field.code) if wanted else None
        case "flag":
            picked = st.segmented_control(
                t("members.field.is"), ["1", "0"], key=key, format_func={"1": t("fields.yes"), "0": t("fields.no")}.get
            )
            return None if picked is None else Leaf("custom", "is", picked == "1", key=field.code)
        case "number":
            least = st.number_input(t("members.field.least"), value=None, key=key)
            return None if least is None else Leaf("custom", "ge", f"{least:g}", key=field.code)
        case "date":
            day = st.date_input(t("members.field.since"), None, key=key)
            return Leaf("custom", "ge", day.isoformat(), key=field.code) if isinstance(day, date) else None
        case _:
            text = st.text_input(t("members.field.is"), key=key)
            return Leaf("custom", "is", text.strip(), key=field.code) if text.strip() else None
