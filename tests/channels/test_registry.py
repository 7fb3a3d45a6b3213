"""Channels by name, the console, and the sentences they need."""

import io
from pathlib import Path

import pytest

from core.channels.base import Delivery, Outcome, Reason, masked
from core.channels.console import ConsoleChannel
from core.channels.email import EmailChannel
from core.channels.practice import PracticeChannel
from core.channels.registry import KINDS, build_channel, channel_kind
from core.channels.smtp import EmailSettings, Security
from core.documents.enums import MessageStatus
from core.errors import Refusal
from core.i18n import LANGS, catalog
from tests.channels.conftest import a_message

EMAIL = {"host": "smtp.example.com", "sender": "shop@example.com", "security": "ssl"}


@pytest.mark.parametrize(
    ("name", "kind"), [("practice", PracticeChannel), ("console", ConsoleChannel), ("email", EmailChannel)]
)
def test_a_channel_is_built_by_its_name_and_keeps_its_promises(name: str, kind: type, tmp_path: Path) -> None:
    channel = build_channel(name, EMAIL, tmp_path)
    known = channel_kind(name)
    assert isinstance(channel, kind)
    assert (channel.name, channel.idempotent) == (known.name, known.idempotent)
    assert (channel.needs_address, channel.cost_fen) == (known.needs_address, known.cost_fen)


def test_only_mail_and_the_call_list_reach_people() -> None:
    assert {name for name, kind in KINDS.items() if kind.outward} == {"email", "call_list"}
    assert not KINDS["email"].idempotent


@pytest.mark.parametrize(("name", "refusal"), [("call_list", "channel_in_store"), ("pigeon", "channel_unknown")])
def test_what_cannot_be_built_is_refused(name: str, refusal: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=refusal):
        build_channel(name, {}, tmp_path)


def test_a_setting_that_does_not_exist_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        build_channel("email", EMAIL | {"pasword": "x"}, tmp_path)


@pytest.mark.parametrize("lang", LANGS)
def test_everything_has_its_words(lang: str) -> None:
    sentences = catalog(lang)  # type: ignore[arg-type]
    wanted = [f"channel.{name}" for name in KINDS] + [f"channel.{name}.hint" for name in KINDS]
    wanted += [f"delivery.{reason}" for reason in Reason] + [f"smtp.security.{security}" for security in Security]
    assert [key for key in wanted if not sentences.get(key)] == []


def test_outcomes_are_states_of_the_outbox() -> None:
    assert {outcome.value for outcome in Outcome} <= {status.value for status in MessageStatus}


def test_the_settings_of_mail_are_known_by_name() -> None:
    assert {"host", "port", "user", "password", "security", "sender"} <= set(EmailSettings.names())


def test_the_console_shows_the_message_without_the_address() -> None:
    stream = io.StringIO()
    assert ConsoleChannel(stream).send(a_message()).outcome is Outcome.SENT
    assert "小雨您好" in stream.getvalue()
    assert "m1@example.org" not in stream.getvalue()


def test_a_terminal_without_chinese_does_not_stop_the_worker() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    assert ConsoleChannel(stream).send(a_message()).outcome is Outcome.SENT
    assert b"\\u5c0f" in raw.getvalue()


def test_the_console_takes_no_broken_head_line() -> None:
    assert ConsoleChannel(io.StringIO()).send(a_message(subject="a\nb")) == Delivery.permanent(Reason.HEADER_BREAK)


@pytest.mark.parametrize(
    ("address", "shown"),
    [("xiaoyu@example.com", "x***@example.com"), ("13800001234", "138****1234"), ("12345", "***"), (None, "-")],
)
def test_an_address_is_masked(address: str | None, shown: str) -> None:
    assert masked(address) == shown
