"""The shop's price settings: one document in the store, changed by the owner, written into the audit trail."""

from datetime import datetime

from sqlmodel import Session

from core.documents.enums import Area
from core.documents.pricing import PriceSettings, price_faults
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.tables import Setting

KEY = "pricing"


def load_price_settings(session: Session) -> PriceSettings:
    """The settings inside a transaction that is already open; defaults where nothing was set."""
    row = session.get(Setting, KEY)
    return PriceSettings() if row is None else PriceSettings.read(row.value)


def read_price_settings(desk: Desk) -> PriceSettings:
    """The shop's price settings."""
    with desk.db.read() as session:
        return load_price_settings(session)


def put_price_settings(session: Session, settings: PriceSettings) -> None:
    """Store settings inside a transaction that is already open; the caller has checked and audits."""
    session.merge(Setting(key=KEY, value=settings.canonical()))


def save_price_settings(desk: Desk, actor: Actor, settings: PriceSettings, *, now: datetime) -> PriceSettings:
    """Keep new settings; refuses the first fault of them."""
    settings = PriceSettings.read(settings.as_json())
    for fault in price_faults(settings):
        raise fault
    with desk.db.write(Area.SETTINGS) as session:
        before = load_price_settings(session)
        if before != settings:
            put_price_settings(session, settings)
            old, new = before.digest(), settings.digest()
            record(session, actor.name, "prices.saved", "setting:pricing", now=now, before=old, after=new)
    return settings
