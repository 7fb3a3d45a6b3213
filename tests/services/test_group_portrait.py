"""What the people of a group are like: SQL against a plain reading of the same rows, on both stores."""

from collections import Counter
from typing import Any

import pandas as pd
from sqlalchemy import text

from core.analytics.places import city_level
from core.documents.segment import EVERYONE, Leaf, Node
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.group_portrait import compare_counts, count_group, read_bands, traits_asked
from core.services.saved_groups import save_group
from core.services.static_lists import freeze_group
from core.store.database import Database
from core.store.vault import Vault
from tests.store.small_shop import NOW, TIERS, TODAY, SmallShop, make_shop, save_shop

OWNER = Actor.owner()
WOMEN = Leaf("gender", "in", ("female",))


def _frame(shop: SmallShop, desk: Desk) -> pd.DataFrame:
    """One row a counted person, from the shop's plain rows."""
    with desk.db.read() as session:
        found = session.execute(text("SELECT member_id, orders, net_fen, first_day, buying_days FROM member_profile"))
        profiles = pd.DataFrame(found.mappings().all()).set_index("member_id")
    rows = []
    for member in shop.members:
        bought = member["id"] in profiles.index
        joined = member["joined_at"] is not None and member["joined_at"] <= NOW
        rows.append(
            {
                "id": member["id"],
                "gender": member["gender"],
                "city_level": city_level(member["city"], member["province"]),
                "province": member["province"],
                "tier": shop.tiers.get(member["id"], {}).get("tier") if joined else "none",
                "state": _state(shop, profiles.loc[member["id"]] if bought else None, member["id"]),
                "orders": int(profiles.loc[member["id"], "orders"]) if bought else 0,
                "net_fen": int(profiles.loc[member["id"], "net_fen"]) if bought else 0,
            }
        )
    return pd.DataFrame(rows, dtype=object)


def _state(shop: SmallShop, profile: Any, member: int) -> str | None:
    if profile is None:
        return "none"
    outlook = shop.outlooks.get(member)
    if outlook is None:
        return None
    for state in ("lost", "dormant", "slipping"):
        if outlook[f"{state}_day"] <= TODAY:
            return state
    if TODAY - profile.first_day < 30 and profile.buying_days == 1:
        return "newcomer"
    return "loyal" if profile.buying_days >= 4 else "active"


def test_a_group_is_counted_as_a_plain_reading_counts_it(db: Database) -> None:
    shop = make_shop(7)
    save_shop(db, shop)
    desk = Desk(db, Vault({1: b"k" * 32}), "shop")
    bands, plain = read_bands(desk), _frame(shop, desk)
    trees: list[tuple[Node, pd.DataFrame]] = [(EVERYONE, plain), (WOMEN, plain[plain.gender == "female"])]
    for tree, people in trees:
        found = count_group(desk, OWNER, tree, bands, now=NOW)
        assert found.people == len(people)
        assert (found.orders, found.net_fen) == (people.orders.sum(), people.net_fen.sum())
        assert found.customers == (people.orders > 0).sum()
        assert found.again == (people.orders > 1).sum()
        for name in ("gender", "province", "city_level", "tier", "state"):
            expected = Counter(None if pd.isna(one) else one for one in people[name])
            assert {key: n for key, n in found.traits[name].items() if n} == dict(expected), name  # type: ignore[index]
        assert all(sum(counts.values()) == found.people for counts in found.traits.values())
    whole, women = (count_group(desk, OWNER, tree, bands, now=NOW) for tree, _ in trees)
    compared = compare_counts(women, whole, bands, TIERS[1:], within=True)
    for trait in compared.traits:
        assert sum(one.group for one in trait.slices) == women.people
        assert sum(one.others for one in trait.slices) == whole.people


def test_a_group_differs_by_what_it_was_chosen_by_also_through_a_kept_group(sqlite_url: str) -> None:
    db = Database(sqlite_url)
    save_shop(db, make_shop(7))
    desk = Desk(db, Vault({1: b"k" * 32}), "shop")
    kept = save_group(desk, OWNER, "women", WOMEN, now=NOW)
    assert traits_asked(desk, Leaf("segment", "in", kept)) == {"gender"}
    frozen = Leaf("list", "in", freeze_group(desk, OWNER, "women of today", WOMEN, now=NOW))
    bands = read_bands(desk)
    assert count_group(desk, OWNER, frozen, bands, now=NOW) == count_group(desk, OWNER, WOMEN, bands, now=NOW)
