"""What a person is owed and was told: benefits, coupons, messages with reasons, consents, identities, tiers."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from core.i18n import catalog
from core.rules.codes import show_code
from core.rules.masking import mask_nickname
from core.services.consents import CHANNELS
from core.services.members import Portrait, TouchLine
from core.services.promises import promises_of
from pages.ui import format
from pages.ui.parts import card
from pages.ui.portrait_consent import opt_in_form, opt_out_button
from pages.ui.portrait_promise import name_person, show_promise
from pages.ui.runtime import desk, lang, now, t
from pages.ui.table import pick_row, plain_table
from pages.ui.tiers import tier_names

PROMISES = 7  # open ones first; as many as stand beside the benefits


def benefits_card(portrait: Portrait) -> None:
    """What the tier gives, by the rules in force."""
    with card(t("portrait.benefits"), fill=True):
        code = None if portrait.tier is None else portrait.tier.tier
        found = [(benefit, benefit.cells[code]) for benefit in portrait.rules.benefits if code in benefit.cells]
        if not found:
            st.caption(t("portrait.benefits.none" if code else "portrait.benefits.not_member"))
            return
        plain_table(
            {
                t("portrait.benefit"): [benefit.name(lang()) for benefit, _ in found],
                t("portrait.content"): [cell.value(lang()) for _, cell in found],
                t("portrait.often"): [t(f"benefit.period.{cell.period}", n=cell.quantity) for _, cell in found],
            }
        )


def promises_card(portrait: Portrait) -> None:
    """What was promised and must be done by hand, with the buttons to do it, and who looks after this person."""
    with card(t("portrait.promises"), fill=True):
        member_id = portrait.member.id or 0
        found = promises_of(desk(), member_id, now=now(), size=PROMISES)
        for one in found:
            show_promise(one)
        if not found:
            st.caption(t("portrait.promises.none"))
        if portrait.tier is not None:
            name_person(member_id)


def coupons_card(portrait: Portrait) -> None:
    """Coupons, used or not."""
    with card(t("portrait.coupons"), fill=True):
        if not portrait.coupons:
            st.caption(t("portrait.coupons.none"))
            return
        zone = desk().zone
        plain_table(
            {
                t("portrait.coupon"): [coupon.offer for coupon in portrait.coupons],
                t("portrait.code"): [show_code(coupon.code) if coupon.code else "–" for coupon in portrait.coupons],
                t("portrait.worth"): [format.yuan(coupon.value_fen) for coupon in portrait.coupons],
                t("portrait.until"): [
                    zone.local(coupon.valid_until - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M")
                    for coupon in portrait.coupons
                ],
                t("portrait.status"): [t(f"coupon.status.{coupon.status}") for coupon in portrait.coupons],
            }
        )


def messages_card(portrait: Portrait) -> None:
    """Every decision about the person: sent, waiting, or not sent and why."""
    with card(t("portrait.messages")):
        if not portrait.touches:
            st.caption(t("portrait.messages.none"))
            return
        zone = desk().zone
        frame = pd.DataFrame(
            {
                t("portrait.when"): [zone.local(touch.at).strftime("%Y-%m-%d %H:%M") for touch in portrait.touches],
                t("portrait.about"): [_about(touch) for touch in portrait.touches],
                t("portrait.way"): [
                    t(f"channel.{touch.channel}") if touch.channel else "–" for touch in portrait.touches
                ],
                t("portrait.became"): [_became(touch) for touch in portrait.touches],
            }
        )
        places = list(range(len(frame)))
        picked = pick_row(frame, places, f"portrait:touches:{portrait.member.id}", anywhere=True)
        st.caption(t("portrait.messages.click"))
        if picked is not None:
            _open(portrait.touches[picked])


def _open(touch: TouchLine) -> None:
    """The page of the campaign or of the reminder that a message came from."""
    kind, _, code = touch.rule.partition(":")
    if kind == "campaign":
        st.switch_page("marketing/campaigns.py", query_params={"campaign": code})
    elif kind == "journey":
        st.session_state["reminders:which"] = code
        st.switch_page("marketing/reminders.py")


def _about(touch: TouchLine) -> str:
    kind, _, code = touch.rule.partition(":")
    if touch.campaign:
        return touch.campaign
    return t(f"journey.{code}.name") if kind == "journey" else touch.rule


def _became(touch: TouchLine) -> str:
    """The reason where it was not sent, else where the message stands."""
    if touch.arm == "held_out":
        return t("message.reason.held_out")
    reason = f"message.reason.{touch.reason}"
    if touch.reason and reason in catalog(lang()):
        return t(reason)
    return t(f"message.status.{touch.status}") if touch.status else t("portrait.decided")


def contact_card(portrait: Portrait) -> None:
    """By what the person may be reached, since when, and from where we know."""
    member, zone = portrait.member, desk().zone
    with card(t("portrait.contact"), fill=True):
        if member.erased_at is not None:
            st.caption(t("rights.erased", day=format.day(zone.day(member.erased_at), year=True)))
            return
        if member.opted_out:
            st.warning(t("portrait.opted_out"), icon=":material/notifications_off:")
            opt_in_form(portrait)
        else:
            opt_out_button(portrait)
        for channel, agreed, known in (
            ("email", member.consent_email, member.email_cipher is not None),
            ("sms", member.consent_sms, member.phone_cipher is not None),
        ):
            icon = ":green[:material/check_circle:]" if agreed and known else ":gray[:material/cancel:]"
            state = "agreed" if agreed and known else "not_known" if not known else "not_agreed"
            st.markdown(f"{icon} {t(f'portrait.{channel}.{state}')}")
        for act in portrait.consents[:6]:
            word = "granted" if act.granted else "refused"
            channel = t(f"portrait.opt_in.way.{act.channel}") if act.channel in CHANNELS else act.channel
            day = format.day(zone.day(act.occurred_at), year=True)
            st.caption(t(f"portrait.consent.{word}", day=day, channel=channel, source=format.md_escape(act.source)))
        if not portrait.consents:
            st.caption(t("portrait.consents.none"))


def identity_card(portrait: Portrait) -> None:
    """What the person is recognised by."""
    with card(t("portrait.identities"), fill=True):
        for platform, kind, label in portrait.identities:
            where = t(f"platform.{platform}") if f"platform.{platform}" in catalog(lang()) else platform
            shown = format.md_escape(mask_nickname(label)) if label else t("portrait.sealed")
            parts = [t(f"portrait.identity.{kind}"), format.md_escape(where), shown]
            st.markdown(" · ".join(part for part in parts if part))
        if not portrait.identities:
            st.caption(t("portrait.identities.none"))


def history_card(portrait: Portrait) -> None:
    """How the tier came about."""
    with card(t("portrait.history"), fill=True):
        names, zone = tier_names(), desk().zone
        for change in reversed(portrait.history[-8:]):
            day = format.day(zone.day(change.changed_at), year=True)
            before = names.get(change.from_tier or "", "")
            move = (
                f"{before} → {names.get(change.to_tier, change.to_tier)}"
                if before
                else names.get(change.to_tier, change.to_tier)
            )
            st.markdown(f"{format.md_escape(move)}  \n:gray[:small[{day} · {t(f'tier.reason.{change.reason}')}]]")
        if not portrait.history:
            st.caption(t("portrait.history.none"))
