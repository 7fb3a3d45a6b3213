"""What is done with ticked promises: done, given to somebody, called off, labels printed; claimed; opened again."""

from collections.abc import Callable

import streamlit as st

from core.rules.benefits import KINDS
from core.services.gift_labels import count_addresses, labels_html, labels_xlsx, open_labels
from core.services.partners import give_codes
from core.services.promises import (
    Promise,
    assign_promises,
    cancel_promises,
    claim_promises,
    finish_promises,
    reopen_promise,
    summarise_promises,
)
from pages.ui import format
from pages.ui.money_field import yuan_field
from pages.ui.page import guard
from pages.ui.parts import flash
from pages.ui.runtime import actor, desk, lang, now, t, today

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OWNER_NAME = "promises:by"


def act_on_owed(picked: list[Promise]) -> None:
    """Who did it, at what cost, and the button that says for how many; beside it the rarer acts."""
    ids = tuple(one.id for one in picked)
    n = format.number(len(picked))
    with st.container(border=True):
        columns = st.columns([2, 2, 2.6], gap="small", vertical_alignment="bottom")
        with columns[0]:
            by = _person("by")
        with columns[1]:
            each = yuan_field(
                t("promises.each"), None, "promises:each", step=1.0, placeholder=t("promises.each.planned")
            )
        with columns[2]:
            st.button(
                t("promises.do", n=n),
                type="primary",
                icon=":material/check:",
                key="promises:do",
                disabled=not picked,
                on_click=_finish,
                args=(tuple(picked), by, each),
                width="stretch",
            )
        st.caption(t("promises.do.help") if picked else t("promises.tick_first"))
        with st.container(horizontal=True):
            _assign(ids)
            _labels(picked)
            _cancel(ids)


def act_on_offered(picked: list[Promise]) -> None:
    """Members asked for it: it becomes work."""
    ids = tuple(one.id for one in picked)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("promises.claim", n=format.number(len(picked))),
            type="primary",
            icon=":material/pan_tool_alt:",
            key="promises:claim",
            disabled=not picked,
            on_click=_claim,
            args=(ids,),
        )
        st.caption(t("promises.claim.help"), width="stretch")


def act_on_done(picked: list[Promise]) -> None:
    """What was ticked by mistake is opened again."""
    st.button(
        t("promises.reopen", n=format.number(len(picked))),
        icon=":material/undo:",
        key="promises:reopen",
        disabled=not picked,
        on_click=_reopen,
        args=(tuple(one.id for one in picked),),
    )


def _person(name: str) -> str:
    """A name of the shop's people, chosen or typed; the one given last stays."""
    known = list(summarise_promises(desk(), now=now()).owners)
    first = t("promises.me")
    chosen = st.selectbox(
        t(f"promises.{name}"),
        list(dict.fromkeys([first, *known])),
        key=f"promises:{name}:{lang()}",
        accept_new_options=True,
        persist_state="session",
    )
    return chosen or first


def _assign(ids: tuple[int, ...]) -> None:
    with st.popover(t("promises.assign"), icon=":material/person_add:", disabled=not ids):
        owner = _person("assign_to")
        st.button(
            t("promises.assign.act", n=format.number(len(ids))),
            key="promises:assign",
            on_click=_run,
            args=(lambda: assign_promises(desk(), actor(), ids, owner, now=now()), "promises.assigned"),
        )


def _cancel(ids: tuple[int, ...]) -> None:
    with st.popover(t("promises.cancel"), icon=":material/block:", disabled=not ids):
        reason = st.text_input(t("promises.cancel.reason"), key="promises:cancel:reason", max_chars=200)
        st.button(
            t("promises.cancel.act", n=format.number(len(ids))),
            key="promises:cancel",
            disabled=not reason.strip(),
            on_click=_run,
            args=(lambda: cancel_promises(desk(), actor(), ids, now=now(), note=reason), "promises.cancelled"),
        )


def _labels(picked: list[Promise]) -> None:
    """Addresses are opened at the click, for a reason that is written down; here only how many there are."""
    ids = [one.id for one in picked if KINDS.get(one.kind) is None or KINDS[one.kind].address]
    with st.popover(t("promises.labels"), icon=":material/label:", disabled=not ids):
        known = count_addresses(desk(), [one.member_id for one in picked if one.id in set(ids)])
        st.markdown(t("promises.labels.known", known=format.number(known), all=format.number(len(ids))))
        reason = st.text_input(t("promises.labels.reason"), key="promises:labels:reason", max_chars=200)
        st.caption(t("promises.labels.audited"))
        for name, make, ending, mime in (
            ("print", labels_html, "html", "text/html"),
            ("sheet", labels_xlsx, "xlsx", XLSX),
        ):

            def file(make: Callable[..., bytes] = make) -> bytes:
                return make(open_labels(desk(), actor(), ids, reason=reason, lang=lang(), now=now()), lang())

            st.download_button(
                t(f"promises.labels.get.{name}"),
                file,
                f"labels-{today():%Y%m%d}.{ending}",
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"promises:labels:{name}",
                disabled=not reason.strip() or not known,
            )


def _finish(picked: tuple[Promise, ...], by: str, each: int | None) -> None:
    with guard():
        partner = [one.id for one in picked if one.kind == "partner"]
        others = [one.id for one in picked if one.kind != "partner"]
        done = 0
        if partner:
            done += give_codes(desk(), actor(), partner, now=now(), by=by)
        if others:
            done += finish_promises(desk(), actor(), others, now=now(), by=by, each_fen=each)
        flash(t("promises.finished", n=format.number(done)))


def _claim(ids: tuple[int, ...]) -> None:
    _run(lambda: claim_promises(desk(), actor(), ids, now=now()), "promises.claimed")


def _reopen(ids: tuple[int, ...]) -> None:
    with guard():
        for number in ids:
            reopen_promise(desk(), actor(), number, now=now())
        flash(t("promises.reopened", n=format.number(len(ids))))


def _run(act: Callable[[], int], said: str) -> None:
    with guard():
        flash(t(said, n=format.number(act())))
