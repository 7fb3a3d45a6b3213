"""A small shop with points for tests: one point a yuan at once, a hundred of them worth one yuan, eight members with orders."""

from pathlib import Path

from core.config import config
from core.documents.earning import Points
from core.documents.ladder import tmall_ladder
from core.documents.rules import RuleDocument
from core.services.desk import Desk, prepare_store
from core.store.database import Database
from core.store.queries.rule_versions import ensure_first_version
from core.store.vault import Vault
from tests.services.order_files import at, bring_in, order, value_of

PEOPLE = 8
RULES = tmall_ladder().model_copy(update={"points": Points(pending_days=0, expiry="never")})


def points_shop(db: Database, folder: Path, *, rules: RuleDocument = RULES) -> Desk:
    """Members M0 to M7 with 1,000 points each, M0 with 100."""
    with db.write() as session:
        ensure_first_version(session, config().clock(), rules)
    vault = Vault({1: b"k" * 32})
    prepare_store(db, vault)
    desk = Desk(db, vault, "shop")
    rows = [order(n, member_id=f"M{n}", amount="1000" if n else "100", paid_at=at(20 + n)) for n in range(PEOPLE)]
    bring_in(desk, folder, rows)
    return desk


def member(desk: Desk, name: str) -> int:
    """The id of a member by the name in the order file."""
    return int(value_of(desk.db, "SELECT member_id FROM member_identity WHERE label = :name", name=name))
