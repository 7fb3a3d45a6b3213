"""Which side's tiers hold: the platform's grades beside ours, who differs, and the sheet to type into the platform."""

from dataclasses import dataclass
from datetime import datetime

from core.documents.rules import RuleDocument
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.rule_versions import read_live
from core.services.shop_settings import ShopSettings, Side, load_settings, read_settings, save_settings
from core.store.queries import platform_grades as queries

MOST_LISTED = 100_000


@dataclass(frozen=True)
class Differing:
    """One member whom the platform has on another tier than we do."""

    member_id: int
    grade: int
    platform_tier: str | None
    tier: str


@dataclass(frozen=True)
class GradeView:
    """Counts by (grade, our tier); our tier by grade number; who differs (``listed`` at most as many as were asked for)."""

    document: RuleDocument
    counts: dict[tuple[int, str], int]
    tier_of: dict[int, str | None]
    differing: int
    listed: list[Differing]

    @property
    def graded(self) -> int:
        """Members with a grade from the platform."""
        return sum(self.counts.values())


def grade_map(settings: ShopSettings, document: RuleDocument, grades: set[int]) -> dict[int, str | None]:
    """Our tier by the platform's number: as the owner set it, else counted up from 1 (0 is the lowest too)."""
    codes = document.codes
    found: dict[int, str | None] = {}
    for grade in sorted(grades | set(range(1, len(codes) + 1))):
        set_by_owner = settings.grade_tiers.get(str(grade))
        counted = codes[max(grade - 1, 0)] if grade <= len(codes) else None
        found[grade] = set_by_owner if set_by_owner in codes else counted
    return found


def read_grades(desk: Desk, *, now: datetime, most: int = 200) -> GradeView:
    """The platform's grades beside our tiers as they stand."""
    document, _ = read_live(desk, now=now)
    with desk.db.read() as session:
        counts = {(int(row.grade), str(row.tier)): int(row.people) for row in queries.count_grades(session)}
        tier_of = grade_map(load_settings(session), document, {grade for grade, _ in counts})
        other = [pair for pair in counts if tier_of[pair[0]] != pair[1]]
        rows = queries.list_grades(session, other, min(most, MOST_LISTED))
    listed = [Differing(int(row.member_id), int(row.grade), tier_of[int(row.grade)], str(row.tier)) for row in rows]
    return GradeView(document, counts, tier_of, sum(counts[pair] for pair in other), listed)


def set_sides(desk: Desk, actor: Actor, *, tier_side: Side, points_side: Side) -> ShopSettings:
    """Whose tiers and whose points customers see."""
    return save_settings(desk, actor, tier_side=tier_side, points_side=points_side)


def set_grade_map(desk: Desk, actor: Actor, tiers: dict[int, str], *, now: datetime) -> ShopSettings:
    """Our tier by the platform's grade number; refuses ``tier_unknown`` and a higher grade on a lower tier."""
    document, _ = read_live(desk, now=now)
    rank = {code: place for place, code in enumerate(document.codes)}
    highest = 0
    for grade in sorted(tiers):
        if tiers[grade] not in rank:
            raise Refusal("tier_unknown", tier=tiers[grade])
        if rank[tiers[grade]] < highest:
            raise Refusal("grade_falls", grade=grade)
        highest = rank[tiers[grade]]
    kept = read_settings(desk).grade_tiers | {str(grade): code for grade, code in tiers.items()}
    return save_settings(desk, actor, grade_tiers=kept)
