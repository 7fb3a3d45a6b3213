"""E-mail against a real server, kind and hostile."""

from collections.abc import Callable
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from itertools import pairwise

import pytest
from aiosmtpd.controller import Controller

from core.channels.base import Delivery, Outcome, Reason, opened
from core.channels.email import EmailChannel, compose, message_id_header
from core.channels.smtp import EmailSettings
from core.documents.enums import Purpose
from core.errors import Refusal
from tests.channels.conftest import Answer, Mailbox, a_message, free_port, only_xiaoyu, settings_for

Start = Callable[..., Controller]


def test_a_mail_arrives_as_it_was_written(account: EmailSettings, mailbox: Mailbox) -> None:
    with opened(EmailChannel(account)) as channel:
        delivery = channel.send(a_message())
    (mail,) = mailbox.mails
    assert delivery == Delivery.sent(str(mail["Message-ID"]))
    assert mail["Subject"] == "小雨，您有一张 20 元券"
    assert parseaddr(str(mail["From"])) == ("好孩子母婴", "shop@example.com")
    assert mail["To"] == "m1@example.org"
    assert mail.get_content().splitlines() == ["小雨您好：", ".券码 ABCDE-FGHJK-MNPQR，月底前有效 😀"]
    assert mail["Date"] and mail["MIME-Version"]
    assert "List-Unsubscribe" not in mail


@pytest.mark.parametrize(
    ("_case", "opt_out", "purpose", "header"),
    [
        ("mailbox", "stop@example.com", Purpose.MARKETING, "<mailto:stop@example.com>"),
        ("page", "https://example.com/stop", Purpose.MARKETING, "<https://example.com/stop>"),
        ("a notice is owed", "stop@example.com", Purpose.NOTICE, None),
        ("none given", "", Purpose.MARKETING, None),
    ],
)
def test_marketing_carries_the_way_out(_case: str, opt_out: str, purpose: Purpose, header: str | None) -> None:
    settings = EmailSettings("smtp.example.com", "shop@example.com", opt_out=opt_out, reply_to="cs@example.com")
    mail = message_from_bytes(compose(a_message(purpose=purpose), settings).raw)
    assert mail["List-Unsubscribe"] == header
    assert mail["Reply-To"] == "cs@example.com"


def test_one_connection_carries_a_batch(account: EmailSettings, mailbox: Mailbox) -> None:
    with opened(EmailChannel(account)) as channel:
        outcomes = [channel.send(a_message(number)).outcome for number in range(20)]
    assert outcomes == [Outcome.SENT] * 20
    assert len(set(mailbox.peers)) == 1
    assert [mail["To"] for mail in mailbox.mails] == [f"m{number}@example.org" for number in range(20)]


def test_attempts_at_a_message_share_their_id_and_nothing_else_does() -> None:
    first = message_id_header(a_message(1), "shop@example.com")
    assert first == message_id_header(a_message(1, text="later", subject="later"), "shop@example.com")
    others = {
        message_id_header(a_message(2), "shop@example.com"),
        message_id_header(a_message(1, address="other@example.org"), "shop@example.com"),
        message_id_header(a_message(1, shop_name="another shop"), "shop@example.com"),
        message_id_header(a_message(1), "other@example.com"),
    }
    assert len(others | {first}) == 5


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("mail", "451 later", Delivery.transient(Reason.BUSY, "451")),
        ("mail", "550 not you", Delivery.transient(Reason.SENDER_REFUSED, "550")),
        ("rcpt", "what?", Delivery.transient(Reason.BUSY, "-1")),
        ("mail", "552 too large", Delivery.permanent(Reason.MESSAGE_REFUSED, "552")),
        ("rcpt", "450 grey", Delivery.transient(Reason.BUSY, "450")),
        ("rcpt", "550 no such user", Delivery.permanent(Reason.ADDRESS_REFUSED, "550")),
        ("data", "452 full", Delivery.transient(Reason.BUSY, "452")),
        ("data", "554 spam", Delivery.permanent(Reason.MESSAGE_REFUSED, "554")),
    ],
)
def test_a_refusal_is_about_one_mail_and_the_next_goes_on_the_same_line(
    account: EmailSettings, mailbox: Mailbox, step: str, answer: str, expected: Delivery
) -> None:
    mailbox.answers = {step: [answer]}
    with opened(EmailChannel(account)) as channel:
        assert channel.send(a_message(1)) == expected
        assert channel.send(a_message(2)).outcome is Outcome.SENT
    assert mailbox.mails[-1]["To"] == "m2@example.org"
    assert len(set(mailbox.peers)) == 1


@pytest.mark.parametrize(("_case", "answer"), [("dropped", "drop"), ("no answer in time", 0.6), ("no number", "ok!")])
def test_silence_after_the_text_is_unknown_and_never_repeated(
    start_server: Start, mailbox: Mailbox, _case: str, answer: Answer
) -> None:
    mailbox.answers = {"data": ["250 OK", answer]}
    with opened(EmailChannel(settings_for(start_server(), timeout=0.3))) as channel:
        deliveries = [channel.send(a_message(number)) for number in (1, 2, 3)]
    assert [delivery.outcome for delivery in deliveries] == [Outcome.SENT, Outcome.UNKNOWN, Outcome.SENT]
    assert deliveries[1].code == Reason.CUT_OFF and not deliveries[1].retry
    # The server had taken the second one: a repeat would have been a double.
    assert [mail["To"] for mail in mailbox.mails] == [f"m{number}@example.org" for number in (1, 2, 3)]
    assert deliveries[1].provider_id == mailbox.mails[1]["Message-ID"]


@pytest.mark.parametrize("step", ["mail", "rcpt"])
@pytest.mark.parametrize(("_case", "answer"), [("dropped", "drop"), ("silent", 0.6), ("closing", "421 enough")])
def test_a_line_lost_before_the_text_is_made_again_at_once(
    start_server: Start, mailbox: Mailbox, step: str, _case: str, answer: Answer
) -> None:
    mailbox.answers = {step: ["250 OK", answer]}
    with opened(EmailChannel(settings_for(start_server(), timeout=0.3))) as channel:
        assert [channel.send(a_message(number)).outcome for number in (1, 2)] == [Outcome.SENT] * 2
    assert [mail["To"] for mail in mailbox.mails] == ["m1@example.org", "m2@example.org"]
    assert len(set(mailbox.peers)) == 2


def test_a_line_lost_twice_is_transient(account: EmailSettings, mailbox: Mailbox) -> None:
    mailbox.answers = {"mail": ["drop"] * 2}
    with opened(EmailChannel(account)) as channel:
        assert channel.send(a_message()) == Delivery.transient(Reason.UNREACHABLE)
    assert mailbox.mails == []


def test_a_server_that_allows_few_mails_on_a_line_gets_new_lines(account: EmailSettings, mailbox: Mailbox) -> None:
    mailbox.answers = {"mail": (["250 OK"] * 3 + ["421 enough"]) * 3}
    with opened(EmailChannel(account)) as channel:
        assert all(channel.send(a_message(number)).outcome is Outcome.SENT for number in range(9))
    assert len(mailbox.mails) == 9
    assert sum(one != other for one, other in pairwise(mailbox.peers)) >= 2


def test_a_server_that_stops_leaves_the_rest_to_be_tried_again(start_server: Start, mailbox: Mailbox) -> None:
    server = start_server()
    with opened(EmailChannel(settings_for(server, timeout=1.0))) as channel:
        assert channel.send(a_message(1)).outcome is Outcome.SENT
        port = server.port
        server.stop()
        delivery = channel.send(a_message(2))
        assert (delivery.outcome, delivery.code, delivery.retry) == (Outcome.FAILED, Reason.UNREACHABLE, True)
        start_server(port=port)
        assert channel.send(a_message(2)).outcome is Outcome.SENT
    assert [mail["To"] for mail in mailbox.mails] == ["m1@example.org", "m2@example.org"]


def test_send_opens_by_itself_and_close_may_come_twice(account: EmailSettings, mailbox: Mailbox) -> None:
    channel = EmailChannel(account)
    channel.close()
    assert channel.send(a_message()).outcome is Outcome.SENT
    channel.close()
    channel.close()
    assert len(mailbox.mails) == 1


def test_a_wrong_password_blames_no_message(start_server: Start, mailbox: Mailbox) -> None:
    server = start_server(authenticator=only_xiaoyu, auth_require_tls=False)
    wrong = EmailChannel(settings_for(server, user="xiaoyu", password="wrong"))
    with pytest.raises(Refusal, match="smtp_login"):
        wrong.open()
    assert wrong.send(a_message()) == Delivery.transient(Reason.SETTINGS, "smtp_login")
    with opened(EmailChannel(settings_for(server, user="xiaoyu", password="right"))) as channel:
        assert channel.send(a_message()).outcome is Outcome.SENT
    assert len(mailbox.mails) == 1


def test_nobody_at_the_port_is_transient() -> None:
    settings = EmailSettings("127.0.0.1", "shop@example.com", free_port(), security="none", timeout=1.0)
    assert EmailChannel(settings).send(a_message()) == Delivery.transient(Reason.UNREACHABLE, "smtp_unreachable")


@pytest.mark.parametrize("sign", ["\r", "\n", "\r\n", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("place", ["subject", "shop_name", "address"])
def test_no_head_line_can_be_broken(account: EmailSettings, mailbox: Mailbox, place: str, sign: str) -> None:
    hostile = {place: f"m1@example.org{sign}Bcc: all@example.org"}
    assert EmailChannel(account).send(a_message(**hostile)) == Delivery.permanent(Reason.HEADER_BREAK)
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, Reason.ADDRESS_MISSING),
        ("", Reason.ADDRESS_MISSING),
        ("nobody", Reason.ADDRESS_FORMAT),
        ("a@b@example.org", Reason.ADDRESS_FORMAT),
        ("a@example.org,b@example.org", Reason.ADDRESS_FORMAT),
        ("小雨 <a@example.org>", Reason.ADDRESS_FORMAT),
        ("小雨@example.org", Reason.ADDRESS_FORMAT),
        ("<a@example.org>", Reason.ADDRESS_FORMAT),
        ("a@example", Reason.ADDRESS_FORMAT),
    ],
)
def test_only_one_plain_address_is_written_to(account: EmailSettings, address: str | None, reason: Reason) -> None:
    assert EmailChannel(account).send(a_message(address=address)) == Delivery.permanent(reason)


def test_text_that_is_no_unicode_is_refused_alone(account: EmailSettings, mailbox: Mailbox) -> None:
    with opened(EmailChannel(account)) as channel:
        assert channel.send(a_message(1, text="\ud800")) == Delivery.permanent(Reason.TEXT_BROKEN)
        assert channel.send(a_message(2)).outcome is Outcome.SENT
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("the end sign of SMTP", "one\n.\nMAIL FROM:<x@example.com>"),
        ("smuggling", "one\n.\r\rtwo"),
        ("a very long line", "券" * 3_000),
        ("long and plain", "a" * 5_000),
        ("empty", ""),
    ],
)
def test_a_hostile_text_arrives_as_one_mail(account: EmailSettings, mailbox: Mailbox, _case: str, text: str) -> None:
    assert EmailChannel(account).send(a_message(text=text)).outcome is Outcome.SENT
    (mail,) = mailbox.mails
    assert mail.get_content().split() == text.split()


@pytest.mark.parametrize("text", ["one\ntwo", "one\r\ntwo", "one\rtwo"])
def test_lines_end_as_mail_wants_it(text: str) -> None:
    mail = compose(a_message(text=text), EmailSettings("smtp.example.com", "shop@example.com"))
    assert message_from_bytes(mail.raw).get_payload(decode=True) == b"one\r\ntwo"
    assert mail.raw.count(b"\n") == mail.raw.count(b"\r\n")


@pytest.mark.parametrize("name", ['"quoted" \\ shop', "a,b <c@d.example>", "店" * 60, "Shop", ""])
def test_a_shop_name_is_only_a_name(account: EmailSettings, mailbox: Mailbox, name: str) -> None:
    assert EmailChannel(account).send(a_message(shop_name=name)).outcome is Outcome.SENT
    # Read with the library's old parser: its new one leaves blanks between the parts of a long encoded name.
    raw = message_from_bytes(mailbox.mails[0].as_bytes())["From"]
    shown, address = parseaddr(raw)
    assert (str(make_header(decode_header(shown))), address) == (name, "shop@example.com")
