"""One rule version by its number."""

from sqlmodel import Session

from core.errors import Refusal
from core.store.tables import RuleVersion


def get_version(session: Session, version_id: int) -> RuleVersion:
    """Any version; refuses ``version_unknown``."""
    version = session.get(RuleVersion, version_id)
    if version is None:
        raise Refusal("version_unknown", id=version_id)
    return version
