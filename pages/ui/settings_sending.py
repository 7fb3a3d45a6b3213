"""Settings: when and how often messages may leave, the mail account, and a test mail."""

import streamlit as st

from core.channels.base import Outcome
from core.channels.smtp import EmailSettings, Security, is_address
from core.rules.timing import EARLIEST_HOUR, LATEST_HOUR, MARKETING_PER_30_DAYS
from core.services.sample_message import send_sample
from core.services.shop_settings import SmtpSettings, save_settings, seal_smtp_password, smtp_plain
from pages.ui.opt_out_replies import replies_card
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, is_demo, now, settings, t


def show() -> None:
    """Hours and cap, then the mail account; in the demo everything is practice."""
    if is_demo():
        st.info(t("settings.practice.demo"), icon=":material/science:")
    else:
        st.caption(t("settings.practice"))
    left, right = st.columns(2, gap="small")
    with left:
        with card(t("settings.hours")):
            _limits()
        with card(t("settings.sample")):
            _sample()
        replies_card()
    with right, card(t("settings.mail"), help=t("settings.mail.help")):
        _mail()


def _limits() -> None:
    held = settings()
    hours = list(range(EARLIEST_HOUR, LATEST_HOUR + 1))
    with st.form("settings:limits", border=False):
        first, last = st.select_slider(
            t("settings.window"), hours, (held.quiet_end, held.quiet_start), lambda hour: f"{hour}:00"
        )
        st.caption(t("settings.window.hint", first=EARLIEST_HOUR, last=LATEST_HOUR))
        options = {n: t("settings.cap.times", n=n) for n in range(1, MARKETING_PER_30_DAYS + 1)}
        cap = st.segmented_control(
            t("settings.cap"),
            options,
            format_func=options.__getitem__,
            default=held.cap_per_30_days,
            required=True,
        )
        st.caption(t("settings.cap.hint"))
        if st.form_submit_button(t("settings.limits.save"), type="primary"):
            save_settings(desk(), actor(), quiet_end=first, quiet_start=last, cap_per_30_days=cap)
            flash(t("settings.saved"))
            st.rerun()


def _mail() -> None:
    held = settings().smtp
    with st.form("settings:mail", border=False):
        sender = st.text_input(t("settings.sender"), held.sender, placeholder="shop@example.com")
        left, right = st.columns([3, 1])
        host = left.text_input(t("settings.host"), held.host, placeholder="smtp.qq.com")
        port = right.number_input(t("settings.port"), 1, 65_535, held.port)
        levels = {level.value: t(f"smtp.security.{level}") for level in Security}
        security = st.selectbox(t("settings.security"), levels, list(levels).index(held.security), levels.__getitem__)
        user = st.text_input(t("settings.user"), held.user, autocomplete="off")
        kept = t("settings.password.kept" if held.password_sealed else "settings.password.none")
        password = st.text_input(
            t("settings.password"),
            type="password",
            placeholder=kept,
            help=t("settings.password.help"),
            autocomplete="off",
        )
        reply_to = st.text_input(t("settings.reply_to"), held.reply_to, help=t("settings.reply_to.help"))
        if st.form_submit_button(t("settings.mail.save"), type="primary"):
            typed = {
                "host": host,
                "port": port,
                "security": security,
                "user": user,
                "sender": sender,
                "reply_to": reply_to,
            }
            _save_mail(
                held,
                {name: value.strip() if isinstance(value, str) else value for name, value in typed.items()},
                password,
            )


def _save_mail(held: SmtpSettings, typed: dict[str, object], password: str) -> None:
    """Check the account as the channel will, then keep it; an empty password keeps the one there is."""
    smtp = seal_smtp_password(desk(), SmtpSettings.model_validate(held.model_dump() | typed), password)
    if smtp.host or smtp.sender:
        EmailSettings.from_plain(smtp_plain(desk(), smtp))
    save_settings(desk(), actor(), smtp=smtp)
    flash(t("settings.saved"))
    st.rerun()


def _sample() -> None:
    smtp = settings().smtp
    if not is_demo() and not smtp.configured:
        st.caption(t("settings.sample.first"))
        return
    st.caption(t("settings.sample.demo" if is_demo() else "settings.sample.hint"))
    with st.form("settings:sample", border=False):
        address = st.text_input(t("settings.sample.to"), smtp.sender, placeholder="me@example.com")
        if not st.form_submit_button(t("settings.sample.act"), icon=":material/outgoing_mail:"):
            return
    if not is_address(address.strip()):
        st.error(t("settings.sample.address"), icon=":material/error:")
        return
    with st.spinner(t("settings.sample.sending")):
        delivery = send_sample(desk(), actor(), address, now=now())
    if delivery.outcome is Outcome.SENT:
        st.success(
            t("settings.sample.written" if is_demo() else "settings.sample.sent"), icon=":material/check_circle:"
        )
    else:
        st.error(t(f"delivery.{delivery.code}"), icon=":material/error:")
