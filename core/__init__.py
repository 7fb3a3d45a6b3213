"""MemberDesk core: everything but the screen."""

__version__ = "0.3.0"
