"""Why a message was sent, or not: the decision, its rule, and what held for the person when the group was used."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import from_micros
from core.documents.segment import Leaf
from core.i18n import Lang
from core.rules.segment_words import Names, describe, phrase
from core.services.desk import Desk
from core.services.snapshots import why_in
from core.store.queries.members import decisions_of

LISTED = 50


@dataclass(frozen=True)
class MessageReason:
    """One decision about a person and what became of it; ``held``: each condition of the group as it was, in words.

    ``reason``: why nothing was sent; ``message_id`` None: there was never a message.
    """

    message_id: int | None
    member_id: int
    rule: str
    occasion: str
    campaign: str | None
    arm: str | None
    status: str | None
    reason: str | None
    channel: str | None
    decided_at: datetime
    sent_at: datetime | None
    group_sentence: str | None
    held: tuple[tuple[Leaf, str, bool], ...]

    def as_json(self) -> dict[str, Any]:
        """As the command line answers."""
        held = [{**leaf.as_json(), "sentence": sentence, "held": truth} for leaf, sentence, truth in self.held]
        return {
            "message": self.message_id,
            "member": self.member_id,
            "rule": self.rule,
            "occasion": self.occasion,
            "campaign": self.campaign,
            "arm": self.arm,
            "status": self.status,
            "reason": self.reason,
            "channel": self.channel,
            "decided_at": self.decided_at.isoformat(),
            "sent_at": None if self.sent_at is None else self.sent_at.isoformat(),
            "group_sentence": self.group_sentence,
            "held": held,
        }


def explain_messages(
    desk: Desk, member_id: int, lang: Lang, names: Names, *, limit: int = LISTED
) -> list[MessageReason]:
    """The last decisions about a person, the newest first."""
    with desk.db.read() as session:
        rows = decisions_of(session, member_id)[:limit]
    found = []
    for row in rows:
        why = why_in(desk, row.rule, member_id)
        held = () if why is None else tuple((leaf, phrase(leaf, lang, names), truth) for leaf, truth in why.held)
        found.append(
            MessageReason(
                message_id=row.message_id,
                member_id=member_id,
                rule=row.rule,
                occasion=row.occasion,
                campaign=row.campaign,
                arm=row.arm,
                status=row.status,
                reason=row.reason or row.message_reason,
                channel=row.channel,
                decided_at=from_micros(row.decided_at),
                sent_at=None if row.sent_at is None else from_micros(row.sent_at),
                group_sentence=None if why is None else describe(why.snapshot.tree, lang, names),
                held=held,
            )
        )
    return found
