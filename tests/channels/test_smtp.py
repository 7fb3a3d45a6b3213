"""The account's settings and the first handshake."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.channels.base import Outcome, opened
from core.channels.email import EmailChannel
from core.channels.smtp import EmailSettings, Security, check_connection
from core.errors import Refusal
from core.i18n import LANGS, catalog
from tests.channels.conftest import Mailbox, a_message, free_port, only_xiaoyu, settings_for

Start = Callable[..., Controller]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and key that only these tests trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def encrypted(start: Start, certificate: Path, security: Security, **changes: Any) -> EmailSettings:
    options = {"ssl_context": server_side(certificate)} if security is Security.SSL else {"require_starttls": True}
    if security is Security.STARTTLS:
        options["tls_context"] = server_side(certificate)
    return settings_for(start(**options), security=security, **changes)


@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
def test_mail_leaves_over_an_encrypted_line(
    start_server: Start, mailbox: Mailbox, certificate: Path, security: Security
) -> None:
    settings = encrypted(start_server, certificate, security)
    with opened(EmailChannel(settings, ssl.create_default_context(cafile=str(certificate)))) as channel:
        assert channel.send(a_message()).outcome is Outcome.SENT
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    start_server: Start, certificate: Path, security: Security
) -> None:
    with pytest.raises(Refusal, match="smtp_certificate"):
        check_connection(encrypted(start_server, certificate, security))


def test_a_server_without_starttls_gets_no_password(start_server: Start) -> None:
    with pytest.raises(Refusal, match="smtp_starttls"):
        check_connection(settings_for(start_server(), security=Security.STARTTLS))


def test_ssl_at_a_plain_port_is_told(start_server: Start) -> None:
    with pytest.raises(Refusal, match="smtp_tls"):
        check_connection(settings_for(start_server(), security=Security.SSL))


def test_a_server_without_sign_in_is_told(start_server: Start) -> None:
    with pytest.raises(Refusal, match="smtp_no_login"):
        check_connection(settings_for(start_server(), user="xiaoyu", password="right"))


def test_the_right_password_is_let_in_and_the_wrong_one_told(start_server: Start) -> None:
    server = start_server(authenticator=only_xiaoyu, auth_require_tls=False)
    check_connection(settings_for(server, user="xiaoyu", password="right"))
    with pytest.raises(Refusal, match="smtp_login"):
        check_connection(settings_for(server, user="xiaoyu", password="wrong"))


def test_nobody_at_the_port_is_told() -> None:
    settings = EmailSettings("127.0.0.1", "shop@example.com", free_port(), security=Security.NONE, timeout=1.0)
    with pytest.raises(Refusal, match="smtp_unreachable"):
        check_connection(settings)


GOOD = {"host": "smtp.example.com", "sender": "shop@example.com"}


@pytest.mark.parametrize(
    ("_case", "changes", "refusal"),
    [
        ("no host", {"host": ""}, "smtp_host"),
        ("a host with a line break", {"host": "a\r\nb"}, "smtp_host"),
        ("a page instead of a host", {"host": "https://mail.example.com/"}, "smtp_host"),
        ("port 0", {"port": 0}, "smtp_port"),
        ("port too high", {"port": 65_536}, "smtp_port"),
        ("no sender", {"sender": ""}, "smtp_address"),
        ("two senders", {"sender": "a@example.com,b@example.com"}, "smtp_address"),
        ("sender with a line break", {"sender": "a@example.com\nBcc: b@example.com"}, "smtp_address"),
        ("broken reply address", {"reply_to": "nobody"}, "smtp_address"),
        ("full-width password", {"user": "a", "password": "１２３"}, "smtp_ascii"),
        ("opt-out without https", {"opt_out": "http://example.com"}, "smtp_opt_out"),
        ("opt-out with a bracket", {"opt_out": "https://example.com/>,<mailto:x"}, "smtp_opt_out"),
        ("password in clear", {"user": "a", "password": "b", "security": "none"}, "smtp_plain_password"),
        ("unknown security", {"security": "tls9"}, "smtp_security"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(_case: str, changes: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Refusal) as refused:
        EmailSettings.from_plain(GOOD | changes)
    assert refused.value.code == refusal
    assert all(f"error.{refusal}" in catalog(lang) for lang in LANGS)


def test_settings_are_read_as_typed() -> None:
    settings = EmailSettings.from_plain(
        {"host": " smtp.example.com ", "sender": "shop@example.com\n", "security": "starttls", "password": " p "}
    )
    assert (settings.host, settings.sender) == ("smtp.example.com", "shop@example.com")
    assert settings.security is Security.STARTTLS
    assert settings.password == " p "


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(EmailSettings.from_plain(GOOD | {"user": "a", "password": "hunter2"}))
