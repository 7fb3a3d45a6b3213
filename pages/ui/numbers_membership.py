"""Customers and members told apart, and the platform's review figures."""

from pages.ui.membership import membership, show_membership


def draw() -> None:
    """The section of the members' numbers."""
    show_membership(membership())
