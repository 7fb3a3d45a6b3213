"""One rule version: by its number, or the one in force."""

from datetime import datetime

from sqlmodel import Session

from core.errors import Refusal
from core.store.tables import RuleVersion


def get_version(session: Session, version_id: int) -> RuleVersion:
    """Any version; refuses ``version_unknown``."""
    version = session.get(RuleVersion, version_id)
    if version is None:
        raise Refusal("version_unknown", id=version_id)
    return version


def live_version(published: list[RuleVersion], now: datetime) -> RuleVersion:
    """The version in force at ``now``: the last that has taken effect."""
    return [v for v in published if v.effective_from is None or v.effective_from <= now][-1]
