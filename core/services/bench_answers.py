"""B1M: what the owner waits for at a million people: the list, a search, a portrait, a group's number and its first people.

There is no other side: each answer is held against half a second. Before, they must agree with each other: the search finds the
person of the portrait, and the list of a group is as long as its number says.
"""

from collections.abc import Callable

from core.services.actor import Actor
from core.services.bench_bed import Bed
from core.services.bench_row import Progress, Row, Target, least, middle, must_equal, peak_mb, short, turn_about
from core.services.bench_segments import four_conditions
from core.services.bench_store import NOW
from core.services.desk import Desk
from core.services.members import MemberLine, count_people, list_people, read_portrait, search_people
from core.services.next_action import next_step
from core.services.outlook import read_outlook
from core.services.segments import count_segment, list_segment
from core.store.queries.members import MemberFilter

LIMIT_SECONDS = 0.5
SAMPLE = 6
ORDERS = MemberFilter()
PLACED = MemberFilter(kind="members", tiers=("silver", "vip"), provinces=("浙江省",))


def bench_answers(bed: Bed, rounds: int, progress: Progress) -> Row:
    """Time every answer by itself; ``seconds`` is the slowest. Refuses (``bench_unequal``) when they contradict each other."""
    desk = bed.with_everything()
    person = max(1, bed.members // 2)
    must_equal(_agree(desk, person))
    times = turn_about(rounds, _answers(desk, person), progress)
    found = {name: short(least(spent)) for name, spent in times.items()}
    slowest = max(found, key=lambda name: found[name])
    return Row(
        name="B1M",
        members=bed.members,
        orders=bed.orders,
        rounds=rounds,
        seconds=short(middle(times[slowest])),
        cpu_seconds=short(middle(times[slowest], cpu=True)),
        other=None,
        other_seconds=None,
        ratio=None,
        ratios=(),
        peak_mb=peak_mb(),
        targets=tuple(Target(name, seconds, LIMIT_SECONDS) for name, seconds in found.items()),
        details={"slowest": slowest, **found},
    )


def _answers(desk: Desk, person: int) -> dict[str, Callable[[], object]]:
    tree = four_conditions()
    return {
        "list": lambda: _page(desk, ORDERS),
        "filtered": lambda: _page(desk, PLACED),
        "by_missing": lambda: list_people(desk, ORDERS, sort="missing_fen", now=NOW),
        "search": lambda: search_people(desk, f"客户{person}", now=NOW),
        "portrait": lambda: _portrait(desk, person),
        "group": lambda: _group(desk),
        "list_of_group": lambda: (
            list_people(desk, ORDERS, tree=tree, now=NOW),
            count_people(desk, ORDERS, tree=tree, now=NOW),
        ),
    }


def _page(desk: Desk, wanted: MemberFilter) -> tuple[list[MemberLine], int]:
    """The first page with its number above it."""
    return list_people(desk, wanted, now=NOW), count_people(desk, wanted, now=NOW)


def _portrait(desk: Desk, person: int) -> None:
    portrait, outlook = read_portrait(desk, person, now=NOW), read_outlook(desk, person, now=NOW)
    next_step(desk, portrait, now=NOW, outlook=outlook)


def _group(desk: Desk) -> int:
    tree = four_conditions()
    list_segment(desk, Actor.owner(), tree, now=NOW, limit=SAMPLE)
    return count_segment(desk, Actor.owner(), tree, now=NOW).members


def _agree(desk: Desk, person: int) -> bool:
    tree, number = four_conditions(), _group(desk)
    found = {line.id for line in search_people(desk, f"客户{person}", now=NOW)}
    listed = count_people(desk, MemberFilter(), tree=tree, now=NOW)
    _, everybody = _page(desk, ORDERS)
    return (
        (person in found or len(found) == SEARCHED)
        and listed == number
        and everybody == count_people(desk, ORDERS, now=NOW)
    )


SEARCHED = 20
