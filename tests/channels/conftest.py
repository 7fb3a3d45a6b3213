"""A real SMTP server on a free port, that can be told to misbehave."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from core.channels.base import Message
from core.channels.smtp import EmailSettings, Security
from core.documents.enums import Purpose

# What the server answers at a step, or what it does to the line: "drop", or a number of seconds to sleep.
Answer = str | float


class Mailbox:
    """Keeps what arrives; ``answers`` holds what to do at a step ("mail", "rcpt", "data", "text"), oldest first."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.peers: list[Any] = []
        self.answers: dict[str, list[Answer]] = {}

    async def handle_MAIL(self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return await self._answer("mail", server)

    async def handle_RCPT(self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        answer = await self._answer("rcpt", server)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        arrived = message_from_bytes(envelope.original_content or b"", EmailMessage, policy=default)
        assert isinstance(arrived, EmailMessage)
        self.mails.append(arrived)
        self.peers.append(session.peer)
        return await self._answer("data", server)

    async def _answer(self, step: str, server: SMTP) -> str:
        waiting = self.answers.get(step)
        answer = waiting.pop(0) if waiting else "250 OK"
        if answer == "drop":
            assert server.transport is not None
            server.transport.abort()
            return "250 nobody hears this"
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return "250 too late"
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def start_server(mailbox: Mailbox) -> Iterator[Callable[..., Controller]]:
    """Start a server for the mailbox; keyword arguments go to aiosmtpd."""
    running: list[Controller] = []

    def start(**options: Any) -> Controller:
        controller = Controller(mailbox, hostname="127.0.0.1", port=options.pop("port", 0) or free_port(), **options)
        controller.start()
        running.append(controller)
        return controller

    yield start
    for controller in running:
        # One that a test stopped itself has no server any more.
        if controller.server is not None:
            controller.stop()


@pytest.fixture
def account(start_server: Callable[..., Controller]) -> EmailSettings:
    """Settings of a running server without sign-in."""
    return settings_for(start_server())


def settings_for(server: Controller, **changes: Any) -> EmailSettings:
    plain = {"host": "127.0.0.1", "port": server.port, "sender": "shop@example.com", "security": Security.NONE}
    return EmailSettings(**({"timeout": 5.0} | plain | changes))


def only_xiaoyu(_: SMTP, __: Session, ___: Envelope, ____: str, credentials: Any) -> AuthResult:
    """Lets in one account."""
    right = (credentials.login, credentials.password) == (b"xiaoyu", b"right")
    return AuthResult(success=right, handled=right)


def a_message(number: int = 1, **changes: Any) -> Message:
    plain = {
        "message_id": str(number),
        "channel": "email",
        "address": f"m{number}@example.org",
        "subject": "小雨，您有一张 20 元券",
        "text": "小雨您好：\n.券码 ABCDE-FGHJK-MNPQR，月底前有效 😀",
        "shop_name": "好孩子母婴",
        "purpose": Purpose.MARKETING,
    }
    return Message(**(plain | changes))
