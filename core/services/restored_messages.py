"""What was sent stays sent: a store that comes back from a backup must not write to anybody a second time.

Between the backup and now its waiting messages may have left. Where the store that is replaced is the same shop's, it
knows; elsewhere nobody does, and a person decides.
"""

from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from core.documents.enums import MessageStatus
from core.services.desk import VAULT_CHECK
from core.services.erasures import erase_again
from core.store.database import Database
from core.store.migrate import upgrade
from core.store.queries import restored
from core.store.tables import Setting


def settle_restored(fresh: Path, replaced: Path, *, now: datetime) -> int:
    """Bring the messages and reminders of an unpacked store up to what its successor did; how many messages are unknown."""
    new, old = Database(f"sqlite:///{fresh}"), Database(f"sqlite:///{replaced}")
    try:
        upgrade(new)
        with old.read() as before, new.write() as session:
            known = before if _proof(before) == _proof(session) else None
            unknown = _settle_messages(session, known)
            if known is not None:
                erase_again(known, session, now=now)
            restored.skip_to(session, restored.read_watermarks(known) if known else None, now)
        new.checkpoint()
    finally:
        new.close()
        old.close()
        fresh.with_name(fresh.name + ".lock").unlink(missing_ok=True)
    return unknown


def _proof(session: Session) -> str | None:
    """The sealed word by which a store knows its key: sealed anew for every shop, the same in all of its copies."""
    row = session.get(Setting, VAULT_CHECK)
    return None if row is None else row.value


def _settle_messages(session: Session, known: Session | None) -> int:
    """Each message that waits takes the state that it has by now, or unknown; half-way ones always the latter."""
    unknown = 0
    for ids in restored.waiting_ids(session):
        states = {} if known is None else restored.read_states(known, ids)
        for number, key in restored.read_keys(session, ids).items():
            state = states.get(number)
            found = state is not None and state.key == key
            if state is None or not found or state.values["status"] is MessageStatus.SENDING:
                restored.put_state(session, number, {"status": MessageStatus.UNKNOWN, "reason": "restored"})
                unknown += 1
            else:
                restored.put_state(session, number, state.values)
    return unknown
