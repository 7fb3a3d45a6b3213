"""The weekly letter: its sums are the shop's, nothing is promised that was not shown, and it is mailed once."""

from datetime import date, datetime
from pathlib import Path

import pytest

from core.analytics.periods import Period
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.letter_mail import plan_letter, read_state, send_due_letter
from core.services.numbers import read_kpis
from core.services.shop_settings import save_settings
from core.services.weekly_letter import letter_html, letter_pdf, letter_text, week_of, weeks_with_orders, write_letter
from core.store.database import Database
from tests.services.order_files import bring_in, new_desk, order
from tests.services.outbox_shop import mail_server

OWNER = Actor.owner()
MONDAY = datetime.fromisoformat("2026-03-09T09:30:00+08:00")
WEEK = Period(date(2026, 3, 2), date(2026, 3, 9))


def _paid(number: int, member: str, day: str, amount: str) -> dict[str, object]:
    return order(number, member_id=member, amount=amount, created_at=f"{day} 09:00:00", paid_at=f"{day} 10:00:00")


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Desk:
    desk = new_desk(Database(sqlite_url))
    rows = [
        _paid(1, "A", "2026-02-25", "100.00"),
        _paid(2, "A", "2026-03-02", "60.00"),
        _paid(3, "B", "2026-03-08", "140.00"),
        _paid(4, "B", "2026-03-09", "999.00"),
    ]
    bring_in(desk, tmp_path, rows, now=MONDAY)
    return desk


def test_the_letter_is_about_the_last_whole_week() -> None:
    assert week_of(date(2026, 3, 9)) == WEEK == week_of(date(2026, 3, 15))
    assert week_of(date(2026, 3, 8)).end == date(2026, 3, 2)


def test_its_figures_are_those_of_the_shop(shop: Desk) -> None:
    letter = write_letter(shop, "zh", now=MONDAY)
    kpis = read_kpis(shop, WEEK, now=MONDAY)
    assert (kpis.sales_fen, kpis.orders, kpis.buyers) == (200_00, 2, 2)
    assert [(one.value, one.change) for one in letter.figures[:4]] == [
        ("¥200", "+100%"),
        ("2", "+100%"),
        ("2", "+100%"),
        ("1", "+0%"),
    ]
    assert "¥200" in letter.headline and "多 100%" in letter.headline and "新客 +¥40" in letter.headline
    assert letter.bars[-1].sales_fen == 200_00 and letter.bars[-2].share == 0.5
    assert [week.start for week in weeks_with_orders(shop, now=MONDAY)] == [date(2026, 3, 2), date(2026, 2, 23)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_one_page_in_both_languages(lang: str, shop: Desk) -> None:
    language = "en" if lang == "en" else "zh"
    letter = write_letter(shop, language, now=MONDAY)
    assert "{" not in letter_text(letter, language)
    assert b"http" not in letter_html(letter, language)
    pdf = letter_pdf(letter, language)
    assert pdf.startswith(b"%PDF") and pdf.count(b"/Type /Page\n") + pdf.count(b"/Type/Page/") <= 1


def test_it_is_mailed_once_on_mondays_from_the_hour(shop: Desk) -> None:
    with pytest.raises(Refusal, match="letter_no_smtp"):
        plan_letter(shop, OWNER, to="owner@example.com", hour=9, enabled=True, now=MONDAY)
    with mail_server() as (sink, smtp):
        save_settings(shop, OWNER, smtp=smtp.model_dump())
        plan_letter(shop, OWNER, to="owner@example.com", hour=9, enabled=True, now=MONDAY)
        assert send_due_letter(shop, OWNER, now=MONDAY.replace(hour=8)) is None
        sent = send_due_letter(shop, OWNER, now=MONDAY)
        assert sent is not None and read_state(shop).status == "sent"
        assert send_due_letter(shop, OWNER, now=MONDAY.replace(day=15)) is None
        assert len(sink.ids) == 1
        send_due_letter(shop, OWNER, now=MONDAY.replace(day=16, hour=10))
        assert len(sink.ids) == 2
        assert send_due_letter(shop, OWNER, now=MONDAY.replace(day=10)) is None  # a clock turned back
        assert len(sink.ids) == 2


def test_what_cannot_be_mailed_now_is_tried_again_later(shop: Desk) -> None:
    with mail_server() as (_, smtp):
        save_settings(shop, OWNER, smtp=smtp.model_dump())
    plan_letter(shop, OWNER, to="owner@example.com", hour=9, enabled=True, now=MONDAY)
    send_due_letter(shop, OWNER, now=MONDAY)
    assert read_state(shop).status == "failed"
    assert send_due_letter(shop, OWNER, now=MONDAY.replace(minute=45)) is None
    assert send_due_letter(shop, OWNER, now=MONDAY.replace(hour=13)) is not None
