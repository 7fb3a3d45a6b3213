"""On a portrait: a tier that is held whatever the rules say, by whom and why; and holding one by hand."""

from datetime import timedelta

import streamlit as st

from core.i18n import catalog
from core.services.hand_holds import LONGEST_REASON, hold_by_hand, release_hold
from core.services.members import Portrait
from core.services.tier_overrides import holds_of
from core.store.tables import TierOverride
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.runtime import actor, desk, lang, now, t, today
from pages.ui.tiers import tier_names

OWN = "own"  # not a tier's code: the tier that the member has now
KEPT_DAYS = 90


def hold_lines(portrait: Portrait) -> None:
    """Each override in force with who and why, and the button that ends one given by hand."""
    at, zone = now(), desk().zone
    for hold in holds_of(desk(), portrait.member.id or 0):
        if hold.revoked_at is not None or (hold.ends_at is not None and hold.ends_at <= at):
            continue
        until = "" if hold.ends_at is None else format.day(zone.day(hold.ends_at - timedelta(seconds=1)), year=True)
        words = t("hold.until", day=until) if until else t("hold.for_good")
        held = t("hold.own") if hold.tier is None else tier_names().get(hold.tier, hold.tier)
        said = t(f"hold.by.{hold.source}", tier=format.md_escape(held), until=words)
        why = f" {t('hold.why', reason=format.md_escape(hold.reason))}" if hold.reason else ""
        day = format.day(zone.day(hold.recorded_at), year=True)
        st.info(f"{said}{why} :gray[:small[{t('hold.who', actor=_who(hold.actor), day=day)}]]", icon=":material/lock:")
        if hold.source != "plan":
            _release(hold)


def _who(name: str) -> str:
    key = f"audit.actor.{name}"
    return t(key) if key in catalog(lang()) else format.md_escape(name)


def _release(hold: TierOverride) -> None:
    number = hold.id or 0
    confirm_dialog(
        st.button(t("hold.release"), key=f"portrait:release:{number}", type="tertiary"),
        f"release:{number}",
        t("hold.release"),
        [],
        t("hold.release"),
        lambda _: release_hold(desk(), actor(), number, now=now()),
        done=lambda _: t("hold.released"),
        text=t("hold.release.say"),
    )


def hold_button(portrait: Portrait) -> None:
    """Hold a tier by hand: which, until when, and why; the rules go on being counted underneath."""
    if portrait.member.joined_at is None or portrait.member.not_counted is not None:
        return
    number, names = portrait.member.id or 0, tier_names()
    with st.popover(t("hold.give"), icon=":material/lock:"):
        tier = st.selectbox(
            t("hold.tier"),
            [OWN, *list(names)[1:]],
            format_func=lambda code: names.get(code, t("hold.own_tier")),
            key="portrait:hold:tier",
        )
        bounded = st.toggle(t("hold.bounded"), value=True, key="portrait:hold:bounded")
        last = None
        if bounded:
            last = st.date_input(
                t("hold.last_day"), today() + timedelta(days=KEPT_DAYS), min_value=today(), key="portrait:hold:day"
            )
        reason = st.text_input(t("hold.reason"), max_chars=LONGEST_REASON, key="portrait:hold:reason")
        opened = st.button(t("hold.go"), type="primary", key="portrait:hold", disabled=not reason.strip())
    held = names.get(tier, t("hold.own_tier"))
    confirm_dialog(
        opened,
        "hold",
        t("hold.give"),
        [(t("hold.tier"), held), (t("hold.last_day"), format.day(last, year=True) if last else t("hold.for_good"))],
        t("hold.go"),
        lambda key: hold_by_hand(
            desk(), actor(), number, None if tier == OWN else tier, reason=reason, last_day=last, key=key, now=now()
        ),
        done=lambda _: t("hold.done", tier=held),
        text=t("hold.say"),
    )
