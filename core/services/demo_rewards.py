"""The demo shop's catalogue and what its members exchanged their points for, with reviews and a little goodwill."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np
from sqlmodel import Session

from core.clock import DAY_MICROSECONDS, ShopZone, day_number, from_micros, to_micros
from core.documents.enums import Area, CouponStatus, RedemptionKind
from core.documents.goodwill import Gesture
from core.documents.offer import Offer, Relative
from core.documents.reward import Reward
from core.rules.codes import new_codes
from core.rules.facts import Ints
from core.rules.points import ACCOUNTS
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.goodwill import give_goodwill
from core.services.programme import review_programme
from core.services.programme_review import POINTS_WORDS
from core.services.rewards import save_reward
from core.services.rule_versions import read_live
from core.store.bulk import bulk_insert, reserve_ids
from core.store.queries import coupons, demo_rewards
from core.store.queries.facts import Whom, member_range
from core.store.queries.ledgers import POINTS, in_force
from core.store.tables import Coupon, Interaction, Obligation, PointsFact, Redemption, RewardClaim

MONTHS = 14
COUPON_DAYS = 30
THRIFTY = 0.3  # so many never exchange anything: what breakage is made of
OFTEN = 0.6  # how many of the others exchange in a month in which they can
USED = 0.55  # of the coupons that were exchanged
REVIEWED = 6  # every so manieth finished order is reviewed
DUE_DAYS = 7


@dataclass(frozen=True)
class Exchange:
    """One exchange to be written: who, the place of the reward in the catalogue, and when (µs)."""

    member: int
    reward: int
    at: int


def add_reviews(session: Session, actor: Actor) -> None:
    """Reviews of every sixth finished order, some days after it; before anything is derived."""
    rows = demo_rewards.finished_orders(session, REVIEWED)
    stars = (5, 5, 4, 5, 3, 5, 5, 2, 4, 5)
    columns = ("member_id", "kind", "occurred_at", "subject", "stars", "note", "key", "actor", "recorded_at")
    reviews = [
        (row.member_id, "review", at, row.title or "", stars[row.id % len(stars)], "", f"demo:{row.id}", actor.name, at)
        for row in rows
        for at in [row.finished_at + (row.id % 5 + 1) * 3_600_000_000]
    ]
    bulk_insert(session, Interaction, columns, reviews)


def add_rewards(desk: Desk, actor: Actor, *, now: datetime, seed: int = 618) -> int:
    """A catalogue and fourteen months of exchanges, goodwill of the last weeks; how many exchanges. None without points."""
    if read_live(desk, now=now)[0].points is None:
        return 0
    start = now - timedelta(days=30 * MONTHS)
    ids = [save_reward(desk, actor, reward, now=start) for reward in catalogue()]
    with desk.db.read() as session:
        _, rows = in_force(session, POINTS, Whom(*member_range(session)), POINTS_WORDS)
        tiers = demo_rewards.tiers(session)
    rng = Random(seed)  # noqa: S311 - an invented shop
    made = _choose(rows, desk.zone, now, rng)
    with desk.db.write(Area.MEMBERS, Area.CAMPAIGNS) as session:
        _write(session, desk, actor, ids, made, tiers, now, rng)
    members = sorted({one.member for one in made})
    review_programme(desk, now=now, members=members)
    _give(desk, actor, members, now)
    return len(made)


def catalogue() -> tuple[Reward, ...]:
    """Two coupons, two goods and a privilege, the cheapest first."""

    def coupon(yuan: int, points: int, **more: Any) -> Reward:
        offer = Offer(
            name=f"{yuan} 元积分券",
            kind="amount",
            value=yuan * 100,
            validity=Relative(days=COUPON_DAYS),
            per_member_limit=100,
        )
        return Reward(
            name_zh=f"{yuan} 元券", name_en=f"¥{yuan} coupon", kind="coupon", points=points, offer=offer, **more
        )

    def good(zh: str, en: str, points: int, fen: int, **more: Any) -> Reward:
        return Reward(name_zh=zh, name_en=en, kind="good", points=points, cost_fen=fen, due_days=DUE_DAYS, **more)

    return (
        good("湿巾小样", "Sample wipes", 300, 2_50, stock=2_000),
        coupon(5, 500),
        coupon(10, 950, per_member=6),
        good("纱布围嘴", "Muslin bib", 1_200, 9_80, stock=400, per_member=2),
        Reward(
            name_zh="新品抢先买", name_en="First pick of new goods", kind="privilege", points=2_000, stock=100,
            per_member=1, tiers=("vip", "supreme"), due_days=DUE_DAYS,
        ),
    )  # fmt: skip


def _choose(rows: dict[str, Ints], zone: ShopZone, now: datetime, rng: Random) -> list[Exchange]:
    """Who exchanges what when: once a month at most, and never more than is there whatever happens later.

    What a member could spend at an instant is at least the active points of a life without spending, less what was spent.
    """
    prices = [reward.points for reward in catalogue()[:-1]]
    active = ACCOUNTS.index("active")
    sign = (rows["to_account"] == active).astype(np.int64) - (rows["from_account"] == active)
    member, at = rows["member_id"], rows["occurred_at"]
    owners, firsts = np.unique(member, return_index=True)
    edges = np.append(firsts, len(member))
    first = to_micros(zone.start(zone.day(now))) - 30 * MONTHS * DAY_MICROSECONDS
    instants = first + np.arange(1, MONTHS * 30, 30) * DAY_MICROSECONDS
    stocks = [reward.stock or 10**9 for reward in catalogue()]
    limits = [reward.per_member or 10**9 for reward in catalogue()]
    made: list[Exchange] = []
    for place, owner in enumerate(owners.tolist()):
        if rng.random() < THRIFTY:
            continue
        mine = slice(edges[place], edges[place + 1])
        sums = np.append(0, np.cumsum(rows["amount"][mine] * sign[mine]))
        had, spent = [0] * len(prices), 0
        for instant in instants.tolist():
            moment = instant + rng.randrange(10 * 60, 29 * 24 * 60) * 60_000_000
            if rng.random() > OFTEN or moment >= to_micros(now):
                continue
            left = int(sums[np.searchsorted(at[mine], moment, side="right")]) - spent
            able = [n for n, price in enumerate(prices) if price <= left and stocks[n] and had[n] < limits[n]]
            if able:
                reward = rng.choice(able[-2:])
                made.append(Exchange(owner, reward, moment))
                spent, had[reward], stocks[reward] = spent + prices[reward], had[reward] + 1, stocks[reward] - 1
    return sorted(made, key=lambda one: (one.at, one.member))


def _write(
    session: Session,
    desk: Desk,
    actor: Actor,
    ids: list[int],
    made: list[Exchange],
    tiers: dict[int, str],
    now: datetime,
    rng: Random,
) -> None:
    """The spends, what they gave, and the exchanges between them; counters as if each had been made in the shop."""
    rewards, zone = catalogue(), desk.zone
    facts, claims = reserve_ids(session, PointsFact, len(made)), reserve_ids(session, RewardClaim, len(made))
    names = ("id", "member_id", "kind", "points", "occurred_at", "subject", "reason", "key", "actor", "recorded_at")
    spends = [
        (fact, one.member, "spend", rewards[one.reward].points, one.at, f"reward:{ids[one.reward]}",
         rewards[one.reward].name_zh, f"reward:demo:{claim}", actor.name, one.at)
        for one, fact, claim in zip(made, facts, claims, strict=True)
    ]  # fmt: skip
    bulk_insert(session, PointsFact, names, spends)
    with_coupon = [(place, one) for place, one in enumerate(made) if rewards[one.reward].offer is not None]
    given = _coupons(session, with_coupon, ids, tiers, zone, now, rng)
    promised = _promises(session, made, claims, ids, zone)
    rows = [
        (claim, ids[one.reward], one.member, rewards[one.reward].points, fact, given.get(place), promised.get(claim),
         _cost(rewards[one.reward]), "done", f"demo:{claim}", actor.name, one.at)
        for place, (one, fact, claim) in enumerate(zip(made, facts, claims, strict=True))
    ]  # fmt: skip
    columns = ("id", "reward_id", "member_id", "points", "points_fact_id", "coupon_id", "obligation_id", "cost_fen",
               "status", "key", "actor", "claimed_at")  # fmt: skip
    bulk_insert(session, RewardClaim, columns, rows)
    for place, number in enumerate(ids):
        demo_rewards.count_claimed(session, number, sum(one.reward == place for one in made))


def _cost(reward: Reward) -> int:
    return reward.cost_fen if reward.offer is None else reward.offer.value


def _coupons(
    session: Session,
    exchanges: list[tuple[int, Exchange]],
    ids: list[int],
    tiers: dict[int, str],
    zone: ShopZone,
    now: datetime,
    rng: Random,
) -> dict[int, int]:
    """The coupons by the exchange's place: more than half of the old ones used, the others expired."""
    numbers, codes = reserve_ids(session, Coupon, len(exchanges)), new_codes(len(exchanges), rng.randbytes)
    offers = demo_rewards.offers(session, ids)
    rows, used = [], []
    for (_, one), number, code in zip(exchanges, numbers, codes, strict=True):
        until = to_micros(zone.start(zone.day(from_micros(one.at)) + timedelta(days=COUPON_DAYS + 1)))
        redeemed = one.at + rng.randrange(1, COUPON_DAYS) * DAY_MICROSECONDS
        value, status = catalogue()[one.reward].offer, CouponStatus.ISSUED
        assert value is not None
        if rng.random() < USED and redeemed < to_micros(now):
            status = CouponStatus.REDEEMED
            used.append((number, RedemptionKind.EXPLICIT.value, "desk", value.value, redeemed, redeemed, "owner"))
        elif until <= to_micros(now):
            status = CouponStatus.EXPIRED
        rule, offer = f"reward:{ids[one.reward]}", offers[ids[one.reward]]
        rows.append(
            (
                number,
                offer,
                one.member,
                rule,
                code,
                value.value,
                tiers.get(one.member),
                status.value,
                one.at,
                one.at,
                until,
            )
        )
    bulk_insert(
        session, Coupon,
        ("id", "offer_id", "member_id", "rule", "code", "value_fen", "tier", "status", "issued_at", "valid_from", "valid_until"),
        rows,
    )  # fmt: skip
    columns = ("coupon_id", "kind", "source", "discount_fen", "occurred_at", "recorded_at", "actor")
    bulk_insert(session, Redemption, columns, used)
    for offer in sorted({row[1] for row in rows}):
        values = [row[5] for row in rows if row[1] == offer]
        coupons.take_from_offer(session, offer, len(values), sum(values))
    return {place: number for (place, _), number in zip(exchanges, numbers, strict=True)}


def _promises(
    session: Session, made: list[Exchange], claims: list[int], ids: list[int], zone: ShopZone
) -> dict[int, int]:
    """What must be posted or done, by exchange; who keeps the shop's promises keeps these as well."""
    rewards = catalogue()
    goods = [(one, claim) for one, claim in zip(made, claims, strict=True) if rewards[one.reward].offer is None]
    numbers = reserve_ids(session, Obligation, len(goods))
    columns = ("id", "member_id", "benefit_code", "kind", "occasion", "what_zh", "what_en", "status", "begins_day",
               "due_day", "due_days", "quantity", "cost_fen", "created_at", "note")  # fmt: skip
    rows = []
    for number, (one, claim) in zip(numbers, goods, strict=True):
        reward, begins = rewards[one.reward], day_number(zone.day(from_micros(one.at)))
        rows.append(
            (number, one.member, f"reward:{ids[one.reward]}", "gift", f"claim:{claim}", reward.name_zh, reward.name_en,
             "owed", begins, begins + DUE_DAYS, DUE_DAYS, 1, reward.cost_fen, one.at, "")
        )  # fmt: skip
    bulk_insert(session, Obligation, columns, rows)
    return {claim: number for number, (_, claim) in zip(numbers, goods, strict=True)}


def _give(desk: Desk, actor: Actor, members: list[int], now: datetime) -> None:
    """Three gestures of the last weeks, each to somebody else; no coupon, whose code would be another each time."""
    gestures = (
        (12, Gesture(kind="gift", value=9_90, what="婴儿面霜一支", reason="快递慢了")),
        (0, Gesture(kind="points", value=500, reason="谢谢晒图好评")),
        (2, Gesture(kind="gift", value=6_80, what="棉柔巾一包", reason="东西有毛病")),
    )
    for (days, gesture), member in zip(gestures, members[:: max(len(members) // 3, 1)], strict=False):
        give_goodwill(desk, actor, member, gesture, key=f"demo:{member}", now=now - timedelta(days=days))
