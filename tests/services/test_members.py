"""The list of people and their portraits say what the facts say, on every page and in every order."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import day_number
from core.errors import Refusal
from core.services.desk import Desk
from core.services.members import (
    buying_days,
    count_people,
    list_people,
    read_choices,
    read_portrait,
    resolve_member,
    search_people,
)
from core.store.database import Database
from core.store.queries.members import MemberFilter
from tests.services.order_files import NOW, ZONE, at, bring_in, bring_members, new_desk, order, rows_of

SORTS = ("last_paid", "net_fen", "orders", "joined", "missing_fen")


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    """Customers M0..M19, of whom M0..M9 joined, and M20..M22 who joined and never bought."""
    opened = new_desk(db)
    rng = random.Random(11)
    rows = [
        order(n, member_id=f"M{rng.randrange(20)}", amount=str(rng.randint(1, 900)), paid_at=at(rng.randint(0, 90)))
        for n in range(80)
    ] + [order(100 + n, member_id=f"M{n}", amount="10", paid_at=at(95)) for n in range(20)]
    bring_in(opened, tmp_path, rows)
    people = [*range(10), 20, 21, 22]
    bring_members(
        opened,
        tmp_path,
        [
            {
                "member_id": f"M{n}",
                "joined_at": at(200 - n),
                "nickname": f"Ann_{n}",
                "name": "王%明" if n == 3 else f"李{n}",
                "phone": f"1380000{n:04d}",
                "province": "浙江" if n % 2 else "广东",
                "tags": "母婴" if n < 3 else "",
            }
            for n in people
        ],
    )
    return opened


def _ids(desk: Desk, wanted: MemberFilter, **options: Any) -> list[int]:
    return [line.id for line in list_people(desk, wanted, now=NOW, **options)]


def test_pages_of_any_size_hold_everybody_once_in_order(desk: Desk) -> None:
    for sort in SORTS:
        _check_pages(desk, sort)


def _check_pages(desk: Desk, sort: Any) -> None:
    whole = list_people(desk, MemberFilter(), sort=sort, size=100, now=NOW)
    assert len({line.id for line in whole}) == len(whole) == 23 == count_people(desk, MemberFilter(), now=NOW)
    for size in (1, 4, 10, 23):
        pages = [_ids(desk, MemberFilter(), sort=sort, offset=start, size=size) for start in range(0, 46, size)]
        assert [number for page in pages for number in page] == [line.id for line in whole]
    values = {
        "last_paid": [line.last_paid_at for line in whole],
        "net_fen": [line.net_fen if line.orders else None for line in whole],
        "orders": [line.orders or None for line in whole],
        "joined": [line.joined_at for line in whole],
        "missing_fen": [line.missing_fen for line in whole],
    }[sort]
    known: list[Any] = [value for value in values if value is not None]
    assert known == sorted(known, reverse=sort != "missing_fen")
    assert values == known + [None] * (len(values) - len(known))


FILTERS = [
    ("members", MemberFilter(kind="members"), 13),
    ("customers who are none", MemberFilter(kind="customers_only"), 10),
    ("a nickname, however it is written", MemberFilter(search="ann_"), 13),
    ("an underline is itself", MemberFilter(search="n_1"), 1),
    ("a percent sign is itself", MemberFilter(search="王%"), 1),
    ("a phone's last four", MemberFilter(search="0021"), 1),
    ("a tag", MemberFilter(tag="母婴"), 3),
    ("provinces", MemberFilter(provinces=("浙江", "北京")), 6),
    ("all at once", MemberFilter(kind="members", provinces=("广东",), tag="母婴", search="李"), 2),
    ("nothing", MemberFilter(search="' OR 1=1 --"), 0),
]


def test_each_filter_finds_its_people(desk: Desk) -> None:
    for case, wanted, count in FILTERS:
        assert (case, count_people(desk, wanted, now=NOW), len(_ids(desk, wanted))) == (case, count, count)


def test_the_days_of_the_last_purchase_are_half_open(desk: Desk) -> None:
    days = dict(rows_of(desk.db, "SELECT member_id, last_day FROM member_profile"))
    first, end = sorted(days.values())[5], sorted(days.values())[15]
    found = _ids(desk, MemberFilter(bought_from_day=first, bought_before_day=end))
    assert sorted(found) == sorted(who for who, day in days.items() if first <= day < end)


def test_tiers_filter_the_list(desk: Desk) -> None:
    for tier, count in rows_of(desk.db, "SELECT tier, count(*) FROM member_tier GROUP BY tier"):
        lines = list_people(desk, MemberFilter(tiers=(tier,)), now=NOW)
        assert [line.tier for line in lines] == [tier] * count


def test_the_search_finds_by_order_number_platform_id_nickname_and_phone_tail(desk: Desk) -> None:
    for needle, label in (("T105", "M5"), ("M7", "M7"), ("Ann_21", "M21"), ("0004", "M4")):
        assert [line.id for line in search_people(desk, f" {needle} ", now=NOW)] == [
            resolve_member(desk, f"shop:{label}")
        ]
    assert search_people(desk, "  ", now=NOW) == []


def test_a_person_is_named_by_id_or_by_platform_and_id(desk: Desk) -> None:
    number = resolve_member(desk, "shop:M7")
    assert resolve_member(desk, str(number)) == number
    for unknown in ("shop:nobody", "other:M7", "99999", "M7", "", "²"):
        with pytest.raises(Refusal, match="member_unknown"):
            resolve_member(desk, unknown)


def test_a_portrait_sums_up_its_orders(desk: Desk, tmp_path: Path) -> None:
    bring_in(
        desk,
        tmp_path,
        [
            order(900, member_id="M1", amount="5000", refund="1000", product="安全座椅"),
            order(901, member_id="M1", status="等待买家付款", paid_at="", created_at=at(1)),
        ],
    )
    found = read_portrait(desk, resolve_member(desk, "shop:M1"), now=NOW)
    paid = [line for line in found.orders if line.paid]
    assert found.profile is not None
    assert found.tier is not None
    assert len(found.orders) == len(paid) + 1
    assert found.profile.orders == len(paid)
    assert found.profile.net_fen == sum(line.paid_fen - line.refund_fen for line in paid)
    assert [line.at for line in found.orders] == sorted((line.at for line in found.orders), reverse=True)  # type: ignore[type-var]
    assert found.categories[0] == ("安全座椅", 1, 4_000_00)
    assert sum(net for _, _, net in found.categories) == found.profile.net_fen
    days = buying_days(found, ZONE)
    assert (len(set(days)), days[-1]) == (found.profile.buying_days, found.profile.last_day)
    assert found.recency_days == day_number(ZONE.day(NOW)) - days[-1]
    assert found.usual_gap_days == round((days[-1] - days[0]) / (len(set(days)) - 1))
    assert found.history[-1].to_tier == found.tier.tier
    assert found.spend_rank is not None
    better = [row for row in rows_of(desk.db, "SELECT net_fen FROM member_profile") if row[0] > found.profile.net_fen]
    assert found.spend_rank == (len(better), 20)
    assert sorted(label or "" for _, _, label in found.identities) == ["", "M1"]
    assert found.tags == ["母婴"]


def test_who_never_bought_has_a_portrait_without_numbers(desk: Desk) -> None:
    found = read_portrait(desk, resolve_member(desk, "shop:M20"), now=NOW)
    assert (found.profile, found.recency_days, found.usual_gap_days, found.spend_rank) == (None, None, None, None)
    assert (found.orders, found.categories, found.coupons, found.touches) == ([], [], [], [])
    with pytest.raises(Refusal, match="member_unknown"):
        read_portrait(desk, 99_999, now=NOW)


def test_recency_turns_with_the_shop_day(desk: Desk) -> None:
    number = resolve_member(desk, "shop:M1")
    midnight = ZONE.start(ZONE.day(NOW) + timedelta(days=1))
    before = read_portrait(desk, number, now=midnight - timedelta(microseconds=1)).recency_days
    after = read_portrait(desk, number, now=midnight).recency_days
    assert before is not None
    assert after == before + 1


def test_choices_are_what_occurs_the_most_frequent_first(desk: Desk) -> None:
    found = read_choices(desk)
    assert (list(found.provinces), list(found.tags)) == (["广东", "浙江"], ["母婴"])
