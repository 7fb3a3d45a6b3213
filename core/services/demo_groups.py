"""Two groups that the owner of the demo shop kept, and a list made from one of them."""

from datetime import datetime

from core.documents.segment import Group, Leaf, Not
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.saved_groups import save_group
from core.services.segments import list_segment
from core.services.static_lists import save_list

MILK = Group("all", (Leaf("bought", "category", "奶粉", 365, 2), Leaf("is_member", "is", True)))
CALLED = 60


def add_groups(desk: Desk, actor: Actor, *, now: datetime) -> None:
    """Milk powder regulars, those of them who went quiet (a group of a group), and whom the shop wants to call."""
    regulars = save_group(desk, actor, "奶粉老客", MILK, now=now)
    quiet = Group("all", (Leaf("segment", "in", regulars), Leaf("lifecycle", "in", ("slipping", "dormant"))))
    save_group(desk, actor, "奶粉老客转淡了", quiet, now=now)
    wanted = Group("all", (quiet, Not(Leaf("opted_out", "is", True))))
    people = [one.id for one in list_segment(desk, actor, wanted, now=now, limit=CALLED)]
    save_list(desk, actor, "客服电话回访", people, now=now)
