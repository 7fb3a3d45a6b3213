"""What the people of the demo shop wrote on its members' cards: notes, two fields of its own, two tags that keep themselves."""

from datetime import datetime, timedelta

from core.documents.custom_field import parse_value
from core.documents.enums import Area
from core.documents.segment import Leaf
from core.documents.tag_templates import TAG_TEMPLATES
from core.i18n import translate
from core.services.actor import Actor
from core.services.custom_fields import define_field
from core.services.desk import Desk
from core.services.member_notes import write_note
from core.services.member_tags import save_rule
from core.services.segments import list_segment
from core.store.queries.custom_fields import put_values

NOTES = (
    "双胞胎，衣服两件一起买，穿 110 码",
    "上午 10 点前好联系，旺旺回得快",
    "对牛奶蛋白过敏，只推羊奶粉",
    "上次破损补发过，很满意，记得多谢一声",
    "常替闺蜜下单，会主动晒单",
)
STAGES = ("一段", "二段", "三段", "四段")
NOTED = 40  # so many of the best buyers have a stage and a due day


def add_cards(desk: Desk, actor: Actor, *, now: datetime) -> int:
    """Notes on the best buyers, values of two fields, and both ready tag rules switched on; how many notes."""
    stage = define_field(desk, actor, "宝宝段位", "choice", choices=STAGES, now=now)
    weaned = define_field(desk, actor, "下次换段日", "date", now=now)
    best = [one.id for one in list_segment(desk, actor, Leaf("top_spend_share", "le", 5), now=now, limit=NOTED)]
    values = {}
    for place, member in enumerate(best):
        values[(member, stage.id)] = parse_value(stage.kind, stage.choices, STAGES[place % len(STAGES)])
        if place % 2:
            day = (now + timedelta(days=10 + 5 * place)).date().isoformat()
            values[(member, weaned.id)] = parse_value(weaned.kind, (), day)
    with desk.db.write(Area.MEMBERS) as session:
        put_values(session, values)
    for place, (member, note) in enumerate(zip(best, NOTES, strict=False)):
        write_note(desk, actor, member, note, now=now - timedelta(days=12 + 9 * place))
    for one in TAG_TEMPLATES:
        save_rule(desk, actor, translate("zh", f"tag.template.{one.code}"), one.tree, now=now)
    return min(len(best), len(NOTES))
