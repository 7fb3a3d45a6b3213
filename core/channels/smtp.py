"""The shop's SMTP account: its settings, checked, and a signed-in connection made of them."""

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Self

from core.errors import Refusal

# What a client without a public name says in EHLO (RFC 5321, 4.1.3): asking DNS would be slow and tell the machine's.
_CLIENT = "[127.0.0.1]"
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,255}")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


class Security(StrEnum):
    """How the line is encrypted: from the start, after STARTTLS, or not at all."""

    SSL = "ssl"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True)
class EmailSettings:
    """An SMTP account. ``opt_out``: mailbox or https page of the unsubscribe header; ``timeout``: seconds an answer.

    Refuses ``smtp_host``, ``smtp_port``, ``smtp_address``, ``smtp_ascii``, ``smtp_opt_out``, ``smtp_plain_password``.
    """

    host: str
    sender: str
    port: int = 465
    user: str = ""
    password: str = field(default="", repr=False)
    security: Security = Security.SSL
    reply_to: str = ""
    opt_out: str = ""
    timeout: float = 20.0

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise Refusal("smtp_host")
        if not 0 < self.port < 65_536:
            raise Refusal("smtp_port", port=self.port)
        if not is_address(self.sender) or (self.reply_to and not is_address(self.reply_to)):
            raise Refusal("smtp_address")
        if not (self.user + self.password).isascii():
            raise Refusal("smtp_ascii")
        if self.opt_out and not is_address(self.opt_out) and not re.fullmatch(r"https://[!-;=?-~]+", self.opt_out):
            raise Refusal("smtp_opt_out")
        if self.password and self.security is Security.NONE and not _is_this_machine(self.host):
            raise Refusal("smtp_plain_password")

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Settings from plain values as stored or typed; a name that is not a setting is a bug and raises TypeError."""
        if values.get("security", Security.SSL) not in list(Security):
            raise Refusal("smtp_security")
        plain = {"host": "", "sender": ""} | {name: _trimmed(name, value) for name, value in values.items()}
        if "security" in plain:
            plain["security"] = Security(plain["security"])
        return cls(**plain)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the settings."""
        return tuple(one.name for one in fields(cls))


def is_address(text: str) -> bool:
    """Whether a text is one mail address of plain ASCII that every server takes."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def connect(settings: EmailSettings, tls: ssl.SSLContext | None = None) -> smtplib.SMTP:
    """A signed-in connection; ``tls`` replaces the machine's own list of authorities.

    Refuses ``smtp_`` + ``certificate``, ``tls``, ``starttls``, ``login``, ``no_login`` or ``unreachable``.
    """
    tls = tls or ssl.create_default_context()
    try:
        if settings.security is Security.SSL:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, _CLIENT, timeout=settings.timeout, context=tls
            )
        else:
            smtp = smtplib.SMTP(settings.host, settings.port, _CLIENT, timeout=settings.timeout)
    except (smtplib.SMTPException, OSError) as fault:
        raise _refusal(fault) from fault
    try:
        _greet(smtp, settings, tls)
    except (smtplib.SMTPException, OSError) as fault:
        smtp.close()
        raise _refusal(fault) from fault
    except Refusal:
        smtp.close()
        raise
    return smtp


def check_connection(settings: EmailSettings, tls: ssl.SSLContext | None = None) -> None:
    """Connect, sign in and hang up: what the settings page does before it sends a test; refuses like ``connect``."""
    smtp = connect(settings, tls)
    smtp.close()


def _greet(smtp: smtplib.SMTP, settings: EmailSettings, tls: ssl.SSLContext) -> None:
    """EHLO, encryption, sign-in."""
    smtp.ehlo_or_helo_if_needed()
    if settings.security is Security.STARTTLS:
        # Never without: an attacker on the line could have removed the offer.
        if not smtp.has_extn("starttls"):
            raise Refusal("smtp_starttls")
        smtp.starttls(context=tls)
        smtp.ehlo_or_helo_if_needed()
    if settings.user:
        if not smtp.has_extn("auth"):
            raise Refusal("smtp_no_login")
        smtp.login(settings.user, settings.password)


def _refusal(fault: Exception) -> Refusal:
    """The refusal that an error of the connection stands for. A server's words stay out: they may name people."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return Refusal("smtp_certificate")
    if isinstance(fault, ssl.SSLError):
        return Refusal("smtp_tls")
    if isinstance(fault, smtplib.SMTPAuthenticationError) and fault.smtp_code >= 500:
        return Refusal("smtp_login", reply=fault.smtp_code)
    return Refusal("smtp_unreachable")


def _trimmed(name: str, value: Any) -> Any:
    """A typed value without the blanks around it; a password is left as it is."""
    return value.strip() if isinstance(value, str) and name != "password" else value


def _is_this_machine(host: str) -> bool:
    """Whether a host is this machine, where a password in clear crosses no line."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
