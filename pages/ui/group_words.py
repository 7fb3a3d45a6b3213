"""A group's rule tree as its sentence in the session's language."""

from core.documents.enums import Area
from core.documents.segment import Node
from core.i18n import LANGS, Lang
from core.rules.segment_words import Names, describe
from core.services.segment_names import load_names
from pages.ui import format
from pages.ui.runtime import cached, desk, lang, now


@cached(Area.CAMPAIGNS, Area.MEMBERS, Area.RULES)
def names_in(language: Lang) -> Names:
    """What the things that a group may refer to are called."""
    return load_names(desk(), language, now=now())


def group_sentence(tree: Node) -> str:
    """The sentence, safe in Markdown: what the owner typed in it is escaped."""
    return format.md_escape(describe(tree, lang(), names_in(lang())))


def both_sentences(tree: Node) -> list[str]:
    """The sentence in every language, the session's first, safe in Markdown."""
    languages = sorted(LANGS, key=lambda one: one != lang())
    return [format.md_escape(describe(tree, one, names_in(one))) for one in languages]
