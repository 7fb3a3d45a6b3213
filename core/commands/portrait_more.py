"""What ``show member`` adds to the facts: how the person stands, the next step, own fields, goods to show, the last events."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.commands.shop import Shop
from core.i18n import translate
from core.rules.outlook_words import state_sentence
from core.rules.timeline_words import event_words
from core.services.custom_fields import FieldValue, values_of
from core.services.members import Portrait
from core.services.next_action import NextStep, next_step
from core.services.outlook import PersonOutlook, read_outlook
from core.services.recommend import Recommended, recommend_goods
from core.services.timeline import Timeline, read_timeline

EVENTS = 20
SHOWN = 5


@dataclass(frozen=True)
class More:
    """What is told of a person beside the facts."""

    portrait: Portrait
    outlook: PersonOutlook | None
    step: NextStep
    fields: list[FieldValue]
    goods: list[Recommended]
    timeline: Timeline

    def as_json(self) -> dict[str, Any]:
        """The added keys of the portrait's JSON object. Amounts in fen, days ISO."""
        return {
            "outlook": None if self.outlook is None else _outlook(self.outlook),
            "next_action": {"act": self.step.action.act, "quiet": self.step.action.quiet},
            "fields": {one.field.code: one.value for one in self.fields},
            "recommended": [
                {"product": one.product_id, "title": one.title, "reason": one.reason, "price_fen": one.price_fen}
                for one in self.goods
            ],
            "timeline": [
                {"at": one.at.isoformat(), "kind": one.kind, "what": one.what} for one in self.timeline.events
            ],
            "events": self.timeline.kinds,
        }

    def lines(self, shop: Shop) -> Iterator[str]:
        """How the person stands, what to do, and the last few events, in sentences."""
        if self.outlook is not None and self.portrait.profile is not None:
            silent, days = self.portrait.recency_days or 0, self.portrait.profile.buying_days
            key, params = state_sentence(self.outlook.state, self.outlook.rhythm_days, silent, days)
            name = translate(shop.lang, f"outlook.state.{self.outlook.state}")
            yield f"{name} · {translate(shop.lang, key, **params)}"
        step = self.step
        words = {"stars": step.facts.bad_stars or 0, "coupon": step.params["coupon"]}
        words["tier"] = self.portrait.rules.names(shop.lang).get(step.facts.next_tier or "", "")
        card = translate(shop.lang, "action.card")
        yield f"{card} · {translate(shop.lang, f'action.{step.action.act}.what', **words)}"
        names = self.portrait.rules.names(shop.lang)
        for one in self.timeline.events[:SHOWN]:
            yield f"{shop.moment(one.at)}  {event_words(one.kind, one.what, one.facts, names, shop.lang)}"


def _outlook(found: PersonOutlook) -> dict[str, Any]:
    return {
        "state": found.state,
        "rhythm_days": found.rhythm_days,
        "next_day": found.next_day.isoformat(),
        "slipping_day": found.slipping_day.isoformat(),
        "dormant_day": found.dormant_day.isoformat(),
        "lost_day": found.lost_day.isoformat(),
        "rfm_group": found.rfm_group,
        "alive": found.alive,
        "value_fen": found.value_fen,
        "as_of": found.as_of.isoformat(),
    }


def read_more(shop: Shop, portrait: Portrait) -> More:
    """All of it for one person."""
    desk, now, number = shop.desk, shop.now, portrait.member.id or 0
    outlook = read_outlook(desk, number, now=now)
    step = next_step(desk, portrait, now=now, outlook=outlook)
    goods = recommend_goods(desk, number, limit=3, now=now)
    timeline = read_timeline(desk, number, size=EVENTS, now=now)
    return More(portrait, outlook, step, values_of(desk, number), goods, timeline)
