"""What the command line says before a store is open: its help, and the language until the shop's own is known."""

import os

from core.i18n import Lang, translate


def first_lang() -> Lang:
    """``MEMBERDESK_LANG`` or Chinese; read here and not through ``config``, which loads pandas for its clock."""
    return "en" if os.environ.get("MEMBERDESK_LANG") == "en" else "zh"


def help_of(name: str) -> str:
    """The help text of a command or an option."""
    return translate(first_lang(), f"cli.help.{name}")
