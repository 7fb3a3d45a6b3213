"""What each kind of benefit means: in words, in work, in money. One strategy a kind, found by ``strategy(kind)``."""

from core.rules.benefits.base import Family, Strategy, TypicalYear, Yearly
from core.rules.benefits.registry import KINDS, strategy

__all__ = ["KINDS", "Family", "Strategy", "TypicalYear", "Yearly", "strategy"]
