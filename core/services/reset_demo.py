"""Throw the demo store away and build it again, invented or from the public data set."""

from collections.abc import Callable
from datetime import datetime

from core.config import config
from core.documents.industry_templates import industry_template
from core.documents.rules import RuleDocument
from core.errors import Refusal
from core.services.actor import Actor
from core.services.build_demo import DemoReport, build_demo
from core.services.build_real_demo import REAL, build_real_demo, real_data_ready
from core.services.desk import Desk, demo_rules, open_desk, prepare_store
from core.services.shop_settings import read_settings
from core.store.database import Database
from core.store.migrate import rebuild
from core.store.vault import Vault


def demo_source(desk: Desk) -> str:
    """Where a demo's data come from: "" for an invented shop, else ``REAL``."""
    return read_settings(desk).demo_source


def rules_of(source: str) -> RuleDocument:
    """What a demo shop starts with: the ready rules of its trade."""
    return industry_template("food") if source == REAL else demo_rules()


def reset_demo(
    actor: Actor,
    *,
    now: datetime,
    source: str = "",
    members: int = 12_000,
    progress: Callable[[float], None] | None = None,
) -> DemoReport:
    """Throw the demo store away, whatever was done in it, and build it again; the shop's own store is not touched.

    It takes the key in use, also where the old demo was sealed with another: there is nothing in it worth keeping.
    Refuses ``real_data_missing`` before anything is thrown away.
    """
    if source == REAL and not real_data_ready():
        raise Refusal("real_data_missing")
    desk = _open_whatever_its_key()
    try:
        rebuild(desk.db)
        prepare_store(desk.db, desk.vault, rules_of(source))
        if progress:
            progress(0.02)
        if source == REAL:
            return build_real_demo(desk, actor, now=now, progress=progress)
        return build_demo(desk, actor, now=now, progress=progress, members=members)
    finally:
        desk.close()


def _open_whatever_its_key() -> Desk:
    """The demo store to be rebuilt, with the key in use."""
    try:
        return open_desk("demo")
    except Refusal as refusal:
        if refusal.code != "key_wrong":
            raise
    settings = config()
    return Desk(Database(settings.url("demo")), Vault.open_file(settings.key_file, create=False), "demo")
