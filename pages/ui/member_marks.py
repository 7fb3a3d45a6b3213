"""The member list with rows to tick: leave several people out at once, or count them again."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.rules.masking import mask_person
from core.services.members import MemberLine
from core.services.not_counted import count_again, mark_members
from core.store.queries.members import Kind
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.member_bulk import tag_ticked_button
from pages.ui.member_table import SHOWN, standings
from pages.ui.portrait_mark import MARK, WHY, mark_fields
from pages.ui.runtime import actor, desk, now, t
from pages.ui.table import ROW_PIXELS, pick_rows

SEVERAL = "members:several"


def several() -> bool:
    """A switch: tick several people instead of opening one."""
    return st.toggle(t("mark.several"), key=SEVERAL, help=t("mark.several.help"))


def mark_rows(lines: Sequence[MemberLine], kind: Kind) -> str | None:
    """The page of people to tick, and the act on those ticked; nobody is opened here."""
    frame = pd.DataFrame(
        {
            t("members.column.who"): [mask_person(line.name, line.nickname, line.id) for line in lines],
            t("members.column.tier"): standings(lines),
            t("members.column.orders"): [line.orders for line in lines],
            t("members.column.net"): [format.yuan_round(line.net_fen) for line in lines],
        }
    )
    height = ROW_PIXELS * (min(len(lines), SHOWN) + 1) + 3
    chosen = pick_rows(frame, [line.id for line in lines], "members:marks", height=height)
    number = format.people(len(chosen))
    tag_ticked_button(chosen)
    if kind == "not_counted":
        confirm_dialog(
            st.button(t("mark.many.again", n=number), key="members:count", disabled=not chosen),
            "count-many",
            t("mark.again.title"),
            [],
            t("mark.many.again", n=number),
            lambda _: count_again(desk(), actor(), chosen, now=now()),
            done=lambda done: t("mark.many.done", n=format.people(done)),
            text=t("mark.again.text"),
        )
        return None
    confirm_dialog(
        st.button(t("mark.many", n=number), icon=":material/person_off:", key="members:mark", disabled=not chosen),
        "mark-many",
        t("mark.many", n=number),
        [],
        t("mark.many", n=number),
        lambda _: mark_members(
            desk(), actor(), chosen, st.session_state[MARK], reason=st.session_state[WHY], now=now()
        ),
        done=lambda done: t("mark.many.done", n=format.people(done)),
        text=t("mark.set.text"),
        fields=mark_fields,
    )
    return None
