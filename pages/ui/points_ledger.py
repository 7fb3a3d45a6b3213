"""One member's points: search, balance, lots, and every move with its cause."""

from datetime import UTC, datetime

import streamlit as st

from core.rules.masking import mask_person
from core.services.members import MemberLine, list_people, open_member, search_people
from core.services.points_ledger import LotLine, PointsView, read_points
from core.services.points_moves import MoveLine, points_moves
from core.store.queries.members import MemberFilter
from pages.ui import format
from pages.ui.find_person import person_label
from pages.ui.parts import card, link
from pages.ui.runtime import desk, now, t
from pages.ui.table import plain_table

SEARCH, WHO = "points:q", "points:who"
PORTRAIT = "members/portrait.py"
LATEST = datetime.max.replace(tzinfo=UTC)


def from_address() -> bool:
    """A link may name a member (``member``); taken once. Whether it did."""
    reference = st.query_params.pop("member", None)
    if reference is None:
        return False
    st.session_state[WHO] = open_member(desk(), reference)
    return True


def show_ledger() -> None:
    """The search, and below it the one who was found."""
    needle = st.text_input(
        t("points.search"), key=SEARCH, icon=":material/search:", placeholder=t("members.search.placeholder")
    )
    if needle.strip():
        found = search_people(desk(), needle, now=now())
        if not found:
            st.caption(t("search.none", needle=format.md_escape(needle)))
            return
        people = {one.id: one for one in found}
        chosen = st.radio(
            t("points.found"),
            list(people),
            format_func=lambda number: format.md_escape(person_label(people[number])),
            key="points:pick",
        )
        st.session_state[WHO] = chosen
    who = st.session_state.get(WHO)
    if who is None:
        st.caption(t("points.search.say"))
        return
    person = list_people(desk(), MemberFilter(ids=(who,), anybody=True), now=now())
    if person:
        _show(person[0])


def _name(line: MemberLine) -> str:
    return format.md_escape(mask_person(line.name, line.nickname, line.id))


def _show(line: MemberLine) -> None:
    held = read_points(desk(), line.id, now=now())
    with card(_name(line)):
        for column, name in zip(st.columns(5), ("available", "pending", "spent", "expired", "debt"), strict=True):
            column.metric(t(f"points.figure.{name}"), format.number(getattr(held, name)))
        link(t("points.portrait"), PORTRAIT, query={"member": line.public_id}, icon="person")
    left, right = st.columns([2, 3], gap="small")
    with left, card(t("points.lots"), help=t("points.lots.help"), fill=True):
        _lots(held)
    with right, card(t("points.moves"), fill=True):
        _moves(points_moves(desk(), line.id))


def _lots(held: PointsView) -> None:
    if not held.lots:
        st.caption(t("points.lots.none"))
        return
    lots = sorted(held.lots, key=lambda lot: (lot.pending, lot.expires_at or LATEST, lot.active_at))
    plain_table(
        {
            t("points.lot.left"): [format.number(lot.remaining) for lot in lots],
            t("points.lot.of"): [format.number(lot.earned) for lot in lots],
            t("points.lot.from"): [t(f"points.cause.{lot.kind}") for lot in lots],
            t("points.lot.state"): [_state(lot) for lot in lots],
        }
    )


def _state(lot: LotLine) -> str:
    zone = desk().zone
    if lot.pending:
        return t("points.lot.waits", day=zone.day(lot.active_at).isoformat())
    if lot.expires_at is None:
        return t("points.lot.good")
    return t("points.lot.until", day=format.until(zone.day(lot.expires_at)).isoformat())


def _moves(lines: list[MoveLine]) -> None:
    if not lines:
        st.caption(t("points.moves.none"))
        return
    zone = desk().zone
    plain_table(
        {
            t("portrait.when"): [zone.local(one.at).strftime("%Y-%m-%d %H:%M") for one in lines],
            t("points.move.what"): [_move(one) for one in lines],
            t("points.move.n"): [format.number(one.amount) for one in lines],
            t("points.move.why"): [_cause(one) for one in lines],
        },
        most=14,
    )


def _move(one: MoveLine) -> str:
    return f"{t(f'points.account.{one.source}')} → {t(f'points.account.{one.target}')}"


def _cause(one: MoveLine) -> str:
    """An order or refund with its number, what was done, or what was said."""
    kind = t(f"points.cause.{one.cause_kind}")
    if one.cause_kind == "interaction" and one.cause:
        return t(f"rules.earning.{one.cause}")
    if one.cause_kind == "points_fact":
        return one.cause or kind
    return f"{kind} {one.cause.rpartition(':')[2]}".strip()
