"""Why a message was not sent, in words: a reason of ours, or what the channel said."""

from core.i18n import catalog
from pages.ui.runtime import lang, t


def reason_words(code: str) -> str:
    """The words for a reason, without the full stop, for lists and tables."""
    known = catalog(lang())
    key = next((key for key in (f"message.reason.{code}", f"delivery.{code}") if key in known), "message.reason.fault")
    return t(key).rstrip("。.")
