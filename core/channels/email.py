"""E-mail through the shop's own SMTP account (stdlib smtplib), one connection for a batch.

SMTP has no key that makes a message idempotent, so the channel is not: where the line breaks after DATA was begun the
outcome is *unknown*. The Message-ID follows from the message id, so that a receiver can tell a double.
"""

import hashlib
import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from core.channels.base import Delivery, Message, Reason, unsendable
from core.channels.smtp import EmailSettings, connect, is_address
from core.clock import real_now
from core.documents.enums import Purpose
from core.errors import Refusal

# 7-bit encodings only: not every server on the way takes 8-bit text.
_POLICY = SMTP.clone(cte_type="7bit")
_OK = 250
_TAKEN = (250, 251)
_CLOSING = 421
_TOO_LARGE = 552


class EmailChannel:
    """Sends over one SMTP connection, made again when the server has closed it. Not for several threads at once."""

    name = "email"
    idempotent = False
    needs_address = True
    cost_fen = 0

    def __init__(self, settings: EmailSettings, tls: ssl.SSLContext | None = None) -> None:
        self.settings = settings
        self._tls = tls
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        """Connect and sign in, if that is not done; refuses like ``smtp.connect``."""
        self._line()

    def send(self, message: Message) -> Delivery:
        """Hand over one mail; a line that the server closed since the last one is made again, once."""
        reason = unsendable(message) or _address_fault(message.address)
        if reason:
            return Delivery.permanent(reason)
        mail = compose(message, self.settings)
        reused = self._smtp is not None
        delivery = self._try(mail)
        lost_line = delivery.retry and self._smtp is None
        return self._try(mail) if reused and lost_line else delivery

    def close(self) -> None:
        """Say goodbye, if there still is a line."""
        if self._smtp is not None:
            # The batch is over: whether the server hears QUIT changes nothing for any message.
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._drop()

    def _try(self, mail: EmailMessage) -> Delivery:
        """One attempt; afterwards the line is ready for the next mail, or dropped."""
        try:
            smtp = self._line()
        except Refusal as refusal:
            reason = Reason.UNREACHABLE if refusal.code == "smtp_unreachable" else Reason.SETTINGS
            return Delivery.transient(reason, refusal.code)
        try:
            return self._introduce(smtp, mail) or self._hand_over(smtp, mail)
        except (smtplib.SMTPException, OSError):
            self._drop()
            return Delivery.transient(Reason.UNREACHABLE)

    def _introduce(self, smtp: smtplib.SMTP, mail: EmailMessage) -> Delivery | None:
        """MAIL and RCPT: the delivery when the server refuses, None when it wants the text."""
        code, _ = smtp.mail(self.settings.sender)
        if code != _OK:
            self._recover(code)
            if code == _TOO_LARGE or code < 500:
                return _refused(code, Reason.MESSAGE_REFUSED)
            # It refuses the shop, not this person: the mail is kept until the owner has mended the settings.
            return Delivery.transient(Reason.SENDER_REFUSED, str(code))
        code, _ = smtp.rcpt(mail["To"])
        if code not in _TAKEN:
            self._recover(code)
            return _refused(code, Reason.ADDRESS_REFUSED)
        return None

    def _hand_over(self, smtp: smtplib.SMTP, mail: EmailMessage) -> Delivery:
        """DATA: from here on silence means unknown, because the server may have taken the mail."""
        provider_id = str(mail["Message-ID"])
        try:
            code, _ = smtp.data(mail.as_bytes())
        except smtplib.SMTPDataError as fault:
            self._recover(fault.smtp_code)
            return _refused(fault.smtp_code, Reason.MESSAGE_REFUSED)
        except (smtplib.SMTPException, OSError):
            self._drop()
            return Delivery.unknown(Reason.CUT_OFF, provider_id)
        if code == _OK:
            return Delivery.sent(provider_id)
        self._recover(code)
        return _refused(code, Reason.MESSAGE_REFUSED)

    def _line(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = connect(self.settings, self._tls)
        return self._smtp

    def _recover(self, code: int) -> None:
        """Make the line ready again after a refusal, or drop it where the server is closing."""
        if self._smtp is not None and code != _CLOSING:
            try:
                if self._smtp.rset()[0] == _OK:
                    return
            except (smtplib.SMTPException, OSError):
                # The answer about this mail has been heard; only the line is gone.
                self._drop()
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def compose(message: Message, settings: EmailSettings) -> EmailMessage:
    """The mail of a message: UTF-8 text, and for marketing the unsubscribe header when the settings name where to."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(message.shop_name, addr_spec=settings.sender)
    mail["To"] = message.address
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(real_now())
    mail["Message-ID"] = message_id_header(message, settings.sender)
    if settings.reply_to:
        mail["Reply-To"] = settings.reply_to
    if settings.opt_out and message.purpose is Purpose.MARKETING:
        where = settings.opt_out if settings.opt_out.startswith("https://") else f"mailto:{settings.opt_out}"
        mail["List-Unsubscribe"] = f"<{where}>"
    mail.set_content(message.text)
    return mail


def message_id_header(message: Message, sender: str) -> str:
    """The same for each attempt at one message, another for every other shop, receiver and message."""
    # Shops share a sender's domain and each numbers its messages from 1: without the shop two of them would look alike.
    named = "\n".join((sender, message.shop_name, message.address or "", message.message_id))
    return f"<{hashlib.sha256(named.encode()).hexdigest()[:32]}@{sender.partition('@')[2]}>"


def _address_fault(address: str | None) -> Reason | None:
    if not address:
        return Reason.ADDRESS_MISSING
    return None if is_address(address) else Reason.ADDRESS_FORMAT


def _refused(code: int, reason: Reason) -> Delivery:
    """4xx says try later, everything else says no."""
    return Delivery.transient(Reason.BUSY, str(code)) if 400 <= code < 500 else Delivery.permanent(reason, str(code))
