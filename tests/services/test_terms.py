"""The terms as files: HTML that needs nothing else, a real PDF, and what a tier saves from its own members' baskets."""

import re
from datetime import timedelta
from statistics import median

import pytest

from core.errors import Refusal
from core.i18n import LANGS, Lang
from core.rules.tier_gaps import yearly_value
from core.services import print_files
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.obligations import create_due
from core.services.rivals import RivalRow, Rivals, read_rivals, save_rivals
from core.services.rule_versions import read_live
from core.services.terms import read_terms, terms_html, terms_pdf
from core.services.tier_values import read_differences, tier_years
from core.store.database import Database
from tests.services.promise_shop import NOW, add_order, benefit, open_shop

BENEFITS = (
    benefit("box", "yearly_gift", "year", cost_fen=50_00),
    benefit("ship", "free_shipping", "order", cost_fen=8_00),
)


def _shop(db: Database, people: int = 80) -> tuple[Desk, dict[int, int]]:
    """A shop whose vip members (even numbers) bought 1 to 5 times in the last year; orders by member."""
    desk = open_shop(db, *BENEFITS, people=people)
    orders = {number: number // 2 % 5 + 1 for number in range(2, people + 1, 2)}
    for member, count in orders.items():
        for one in range(count):
            add_order(desk, member, f"{member}-{one}", paid_at=NOW - timedelta(days=10 + one), paid_fen=100_00 + member)
    add_order(desk, 2, "too old", paid_at=NOW - timedelta(days=366))
    return desk, orders


def test_what_is_saved_follows_the_middle_member(db: Database) -> None:
    desk, orders = _shop(db)
    document, _ = read_live(desk, now=NOW)
    year = tier_years(desk, document, now=NOW)["vip"]
    assert (year.people, year.year.orders) == (40, int(median(orders.values())))
    assert yearly_value(document, "vip", year.year)[0] == 50_00 + year.year.orders * 8_00
    found = read_terms(desk, "zh", now=NOW)
    assert "一年大约省 74 元（按这一级 40 位会员" in found.terms.tiers[1].saves


def test_with_fewer_than_thirty_nothing_is_claimed(db: Database) -> None:
    desk, _ = _shop(db, people=58)
    assert [tier.saves for tier in read_terms(desk, "zh", now=NOW).terms.tiers] == ["", ""]


@pytest.mark.parametrize("lang", LANGS)
def test_the_html_stands_alone(lang: Lang, sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url), benefit("x", "text", "year"))
    page = terms_html(read_terms(desk, lang, now=NOW), lang).decode()
    assert not re.search(r"https?://|<script|src=|\{\{|None", page)
    assert f'<html lang="{lang}">' in page and page.count("<li>") > 10


def test_member_text_in_the_terms_is_data(sqlite_url: str) -> None:
    named = benefit("x", "text", "year").model_copy(update={"name_zh": "<b>#emph[礼]</b>"})
    desk = open_shop(Database(sqlite_url), named)
    assert "&lt;b&gt;#emph[礼]" in terms_html(read_terms(desk, "zh", now=NOW), "zh").decode()


@pytest.mark.parametrize("lang", LANGS)
def test_the_pdf_is_one(lang: Lang, sqlite_url: str) -> None:
    pytest.importorskip("typst", reason="the part that writes PDF is an extra")
    if print_files.chinese_face() is None:
        pytest.skip("this machine has no Chinese face")
    desk = open_shop(Database(sqlite_url), *BENEFITS)
    made = terms_pdf(read_terms(desk, lang, now=NOW), lang)
    assert made.startswith(b"%PDF-") and made.rstrip().endswith(b"%%EOF") and len(made) > 5_000


def test_without_the_part_or_the_face_it_says_what_is_missing(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = open_shop(Database(sqlite_url), *BENEFITS)
    found = read_terms(desk, "zh", now=NOW)
    monkeypatch.setattr(print_files, "find_spec", lambda name: None)
    with pytest.raises(Refusal) as refused:
        terms_pdf(found, "zh")
    assert refused.value.code == "pdf_missing"
    monkeypatch.undo()
    pytest.importorskip("typst", reason="the part that writes PDF is an extra")
    monkeypatch.setattr(print_files, "CHINESE_FACES", ("No Such Face",))
    print_files.chinese_face.cache_clear()
    with pytest.raises(Refusal) as refused:
        terms_pdf(found, "zh")
    assert refused.value.code == "pdf_font"
    print_files.chinese_face.cache_clear()


def test_a_promise_that_was_never_kept_and_one_too_many_are_flagged(db: Database) -> None:
    desk = open_shop(db, benefit("box", "yearly_gift", "year", due_days=3), people=60)
    create_due(desk, Actor.owner(), now=NOW)
    (before,) = read_differences(desk, now=NOW).work
    (after,) = read_differences(desk, now=NOW + timedelta(days=5)).work
    assert (before.never, before.too_much, before.ahead) == (False, True, 30)
    assert (after.never, after.late) == (True, 30)


def test_the_table_of_other_shops_is_kept_and_two_of_one_name_refused(db: Database) -> None:
    desk = open_shop(db, *BENEFITS)
    assert [row.what for row in read_rivals(desk, "zh", now=NOW).rows] == ["最高等级", "权益box", "权益ship"]
    table = Rivals(shops=("甲", "乙"), rows=(RivalRow(what="包邮", ours="有", theirs=("无", "有")),))
    save_rivals(desk, Actor.owner(), table, now=NOW)
    assert read_rivals(desk, "en", now=NOW) == table
    with pytest.raises(Refusal) as refused:
        save_rivals(desk, Actor.owner(), Rivals(shops=("甲", " 甲")), now=NOW)
    assert refused.value.code == "rivals_same"
