"""Erase one person on demand (PIPL 47), and keep out whom a later file would bring back."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.documents.enums import Area, CallEnd
from core.errors import Refusal
from core.importers.members import ParsedMembers
from core.importers.rejects import Reject
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.stage_orders import identity_key
from core.store.audit import record
from core.store.queries import consents, erasures, people
from core.store.queries.call_list import close_person
from core.store.queries.programme_facts import lock_member
from core.store.write_lock import Turn, take_turn

LONGEST_REASON = 200


def erase_person(desk: Desk, actor: Actor, member_id: int, *, reason: str, now: datetime) -> None:
    """Take away who somebody is: names, contacts, birthday, place, tags, own fields, notes, words, addresses; for good.

    Their orders and ledgers stay without a name, so that every figure stays what it was. Nothing is sent to them any more,
    and a file that brings them again brings nobody back. Refuses ``erase_reason``, ``member_unknown``, ``already_erased``.
    """
    told = reason.strip()[:LONGEST_REASON]
    if not told:
        raise Refusal("erase_reason")
    with desk.db.write(Area.MEMBERS, Area.MESSAGES, Area.ORDERS) as session:
        take_turn(session, Turn.IMPORT)
        member = lock_member(session, member_id)
        if member is None:
            raise Refusal("member_unknown", member=member_id)
        if member.erased_at is not None:
            raise Refusal("already_erased")
        erasures.add_erasure(session, member_id, told, actor.name, now)
        stopped, closed = _let_go(session, member_id, actor.name, now, erased_at=now)
        record(session, actor.name, "member.erased", f"member:{member_id}", now=now, stopped=stopped, calls=closed)


def erase_again(before: Session, session: Session, *, now: datetime) -> int:
    """Inside the write that settles a restored store: whoever was erased since the backup is erased in it too; how many.

    ``before``: the store that is replaced, of the same shop. Who is not in the backup is still kept out by their hashes.
    """
    erased = 0
    here = {(one.erased_at, one.reason) for one, _ in erasures.list_erasures(session)}
    for one, owned in erasures.list_erasures(before):
        if (one.erased_at, one.reason) in here:
            continue
        members = sorted(set(people.find_identities(session, [bytes(row.value_hash) for row in owned]).values()))
        erasures.copy_erasure(session, members[0] if members else None, one, owned)
        for member_id in members:
            _let_go(session, member_id, one.actor, now, erased_at=one.erased_at)
            erased += 1
    return erased


def _let_go(session: Session, member_id: int, actor: str, now: datetime, *, erased_at: datetime) -> tuple[int, int]:
    """Stop what waits for a person and take away who they are; how many messages and calls that stopped."""
    consents.set_opted_out(session, member_id, True)
    stopped = consents.suppress_waiting(session, member_id)
    closed = close_person(session, member_id, CallEnd.OPTED_OUT, actor, now)
    erasures.blank_person(session, member_id, erased_at)
    return stopped, closed


def choose_personalised(desk: Desk, actor: Actor, member_id: int, *, personalised: bool, now: datetime) -> bool:
    """Whether offers may be chosen by what this person did (PIPL 24); false when it was so already."""
    with desk.db.write(Area.MEMBERS) as session:
        if lock_member(session, member_id) is None:
            raise Refusal("member_unknown", member=member_id)
        changed = erasures.set_personalised(session, member_id, personalised)
        if changed:
            action = "member.personalised" if personalised else "member.not_personalised"
            record(session, actor.name, action, f"member:{member_id}", now=now)
    return changed


def find_erased(desk: Desk, hashes: Sequence[bytes]) -> set[bytes]:
    """Which of these identities a person had who was erased."""
    with desk.db.read() as session:
        return erasures.erased_hashes(session, hashes)


def without_erased(desk: Desk, parsed: ParsedMembers) -> ParsedMembers:
    """A member file whose rows of erased people are rejected, as is said of each."""
    own = identity_key("platform_id", parsed.platform)
    rows = parsed.members
    ids = [desk.vault.fingerprint(own, one) if isinstance(one, str) else None for one in rows["member_id"]]
    phones = [desk.vault.fingerprint("phone", one) if isinstance(one, str) else None for one in rows["phone"]]
    gone = find_erased(desk, [one for one in (*ids, *phones) if one is not None])
    if not gone:
        return parsed
    out = [first in gone or second in gone for first, second in zip(ids, phones, strict=True)]
    column = parsed.mapping.get("member_id") or parsed.mapping["phone"]
    rejects = [Reject(int(line), column, "", "person_erased", {}, {}) for line in rows["line"][out]]
    kept = rows[[not one for one in out]].reset_index(drop=True)
    every = sorted([*parsed.rejects, *rejects], key=lambda one: one.line)
    return ParsedMembers(parsed.platform, parsed.mapping, parsed.headers, parsed.rows, kept, every, parsed.notes)
