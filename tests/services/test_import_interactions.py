"""A file of deeds: each comes in once, for people the shop knows; what it earns follows; what is wrong is told."""

from pathlib import Path

import pytest
from sqlalchemy import text

from core.errors import Refusal
from core.importers.interactions import parse_interactions, parse_kind, parse_stars
from core.importers.rejects import Fault
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.import_files import ImportReport
from core.services.import_interactions import import_interactions
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import NOW, bring_in, new_desk, order

OWNER = Actor.owner()
FILE = """会员号,行为,时间,商品名称,评分,评价内容
A,浏览,2026-03-01 10:00:00,奶粉,,
A,收藏,2026-03-01 10:05:00,奶粉,,
A,评价,2026-03-02 09:00:00,奶粉,5星,宝宝爱喝
B,加购,2026-03-03 09:00:00,纸尿裤,,
谁,浏览,2026-03-03 09:00:00,奶粉,,
A,唱歌,2026-03-03 09:00:00,奶粉,,
A,评价,2026-03-03 09:00:00,奶粉,9,
"""


@pytest.fixture
def shop(db: Database, tmp_path: Path) -> Desk:
    desk = new_desk(db)
    bring_in(desk, tmp_path, [order(1, member_id="A"), order(2, member_id="B")])
    return desk


def _bring(desk: Desk, folder: Path, content: str, *, dry_run: bool = False) -> ImportReport:
    path = folder / "deeds.csv"
    path.write_text(content, encoding="utf-8")
    parsed = parse_interactions(path, zone=desk.zone, now=NOW, platform="shop")
    return import_interactions(desk, OWNER, parsed, path, now=NOW, dry_run=dry_run)


def _kinds(desk: Desk) -> list[str]:
    with desk.db.read() as session:
        return [str(row[0]) for row in session.execute(text("SELECT kind FROM interaction ORDER BY occurred_at, kind"))]


def test_known_people_s_deeds_come_in_once_and_the_rest_says_why(shop: Desk, tmp_path: Path) -> None:
    trial = _bring(shop, tmp_path, FILE, dry_run=True)
    assert _kinds(shop) == []
    done = _bring(shop, tmp_path, FILE)
    assert (
        (done.rows, done.accepted, done.rejected, done.unchanged)
        == (7, 4, 3, 0)
        == (
            trial.rows,
            trial.accepted,
            trial.rejected,
            trial.unchanged,
        )
    )
    assert [(one.line, one.code) for one in done.rejects] == [
        (6, "interaction_person"),
        (7, "interaction_kind_unknown"),
        (8, "stars_format"),
    ]
    assert _kinds(shop) == ["browse", "favourite", "review", "cart"]
    assert _bring(shop, tmp_path, FILE).unchanged == 4
    assert len(_kinds(shop)) == 4
    assert verify_store(shop).violations == 0


def test_a_file_of_stars_and_texts_is_one_of_reviews(shop: Desk, tmp_path: Path) -> None:
    _bring(shop, tmp_path, "买家ID,评价时间,评分,评论内容\nA,2026-03-01,好评,很好\n")
    assert _kinds(shop) == ["review"]


def test_a_file_without_a_kind_is_refused(shop: Desk, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="mapping_incomplete"):
        _bring(shop, tmp_path, "会员号,时间\nA,2026-03-01\n")


@pytest.mark.parametrize(
    ("_case", "word", "kind"),
    [
        ("zh", "加入购物车", "cart"),
        ("en", "Add to cart", "cart"),
        ("ours", "check_in", "check_in"),
        ("wide", "ＢＲＯＷＳＥ", "browse"),
    ],
)
def test_the_platforms_words_are_known(_case: str, word: str, kind: str) -> None:
    assert parse_kind(word) == kind


def test_stars_go_from_one_to_five() -> None:
    assert [parse_stars(word) for word in ("1", "5星", "差评", "3.0")] == [1, 5, 1, 3]
    assert all(isinstance(parse_stars(word), Fault) for word in ("0", "6", "很好", "²"))
