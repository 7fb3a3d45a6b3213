"""Tag rules ready to be switched on: advocates, who speak well of the shop, and advisers, who review much."""

from dataclasses import dataclass

from core.documents.segment import Group, Leaf, Node, Not

YEAR = 365


@dataclass(frozen=True)
class TagTemplate:
    """A ready rule; what its tag is called is in the catalogs (``tag.template.<code>``)."""

    code: str
    tree: Node


def did(kind: str, least: int) -> Leaf:
    """Somebody did something at least so often in a year."""
    return Leaf("interaction", "did", kind, days=YEAR, at_least=least)


# Reviews of four stars and more: there are reviews, and none with three or fewer.
_GLAD = Group("all", (did("review", 2), Not(Leaf("stars", "le", 3, days=YEAR))))
TAG_TEMPLATES = (
    TagTemplate("advocate", Group("any", (_GLAD, did("share", 3), did("referral", 1)))),
    TagTemplate("adviser", Group("all", (did("review", 4),))),
)
