"""The open shop: store, vault and clock in one value that every service takes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import ShopZone
from core.config import Store, config
from core.documents.industry_templates import industry_template
from core.documents.rules import RuleDocument
from core.errors import Refusal
from core.services.shop_settings import read_settings
from core.store.database import Database
from core.store.migrate import upgrade
from core.store.queries.rule_versions import ensure_first_version
from core.store.tables import Setting
from core.store.vault import Vault
from core.store.write_lock import Turn, take_turn

VAULT_CHECK = "vault_check"


@dataclass(frozen=True)
class Desk:
    """One open store. Entry points make it; services read business time only through their ``now`` argument."""

    db: Database
    vault: Vault
    store: Store

    @property
    def zone(self) -> ShopZone:
        """The shop's time zone."""
        return ShopZone(read_settings(self).zone)

    @property
    def is_demo(self) -> bool:
        """Whether this is an invented shop, in whatever store it was built: it only ever sends practice messages."""
        return self.store == "demo" or read_settings(self).demo

    def now(self) -> datetime:
        """Business time: the process's clock plus the demo clock."""
        return config().clock() + timedelta(seconds=read_settings(self).clock_offset_seconds)

    def close(self) -> None:
        """Give back the store's connections."""
        self.db.close()


def open_desk(store: Store | None = None, *, rules: RuleDocument | None = None) -> Desk:
    """Open a store (the active one by default), migrated, with the key that fits it; else refuse.

    ``rules``: what a store that is new starts with, where that is not what every shop does.
    """
    settings = config()
    store = store or settings.active_store()
    db = Database(settings.url(store))
    upgrade(db)
    with db.read() as session:
        check = session.get(Setting, VAULT_CHECK)
    vault = Vault.open_file(settings.key_file, create=check is None)
    if check is None:
        prepare_store(db, vault, rules or (demo_rules() if store == "demo" else None))
    else:
        try:
            vault.unseal(bytes.fromhex(check.value))
        except Refusal:
            db.close()
            raise
    return Desk(db, vault, store)


def demo_rules() -> RuleDocument:
    """What a demo shop starts with: the ready rules of its trade, which show everything."""
    return industry_template("mother_baby")


def prepare_store(db: Database, vault: Vault, rules: RuleDocument | None = None) -> None:
    """Give an empty store what every shop starts with: the proof of its key and the first rule version."""
    with db.write() as session:
        take_turn(session, Turn.START)
        if session.get(Setting, VAULT_CHECK) is None:
            session.add(Setting(key=VAULT_CHECK, value=vault.seal(VAULT_CHECK).hex()))
        ensure_first_version(session, config().clock(), rules)
