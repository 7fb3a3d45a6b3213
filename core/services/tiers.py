"""The former name of ``core.services.programme.review_programme``."""

from core.services.programme import review_programme as review_tiers

__all__ = ["review_tiers"]
