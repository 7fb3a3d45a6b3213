"""The shop's settings: one validated document in the store; secrets in it are sealed and never shown again."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlmodel import Session, select

from core.clock import DEFAULT_ZONE, ShopZone
from core.documents.enums import Area
from core.errors import Refusal
from core.rules.timing import MARKETING_PER_30_DAYS, allowed_window
from core.services.actor import Actor
from core.store.audit import record
from core.store.tables import ImportBatch, Setting
from core.store.write_lock import Turn, take_turn

if TYPE_CHECKING:
    from core.services.desk import Desk

SHOP = "shop"
Side = Literal["platform", "memberdesk"]


class SmtpSettings(BaseModel):
    """The mail server; ``password_sealed`` is hex of the vault's sealed form."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    host: str = ""
    port: int = Field(default=465, ge=1, le=65535)
    security: Literal["none", "starttls", "ssl"] = "ssl"
    user: str = ""
    password_sealed: str = ""
    sender: str = ""
    reply_to: str = ""

    @property
    def configured(self) -> bool:
        """Whether there is enough to send."""
        return bool(self.host and self.sender)


class ShopSettings(BaseModel):
    """What the owner sets once. Amounts in fen, hours of the shop's day."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    shop_name: str = Field(default="", max_length=40)
    zone: str = DEFAULT_ZONE
    lang: Literal["zh", "en"] = "zh"
    quiet_end: int = Field(default=9, ge=0, le=23, description="marketing leaves from this hour")
    quiet_start: int = Field(default=21, ge=1, le=24, description="and until this one")
    cap_per_day: int = Field(default=1, ge=1, le=1)
    cap_per_30_days: int = Field(default=MARKETING_PER_30_DAYS, ge=1, le=MARKETING_PER_30_DAYS)
    joined_rule: Literal["auto", "first_order", "file"] = "auto"
    tier_side: Side = Field(
        default="memberdesk", description="whose tiers customers see: the platform's grades or ours"
    )
    points_side: Side = Field(default="memberdesk", description="whose points customers spend")
    grade_tiers: dict[str, str] = Field(default_factory=dict, description="our tier by the platform's grade number")
    margin_bp: int = Field(default=4_000, ge=0, le=10_000, description="gross margin where a product has no cost")
    yearly_discount_bp: int = Field(
        default=1_000,
        ge=0,
        le=10_000,
        description="what money a year later is worth less, when its value today is asked",
    )
    demo: bool = Field(default=False, description="an invented shop: nothing but practice messages leaves it")
    demo_source: str = Field(default="", description="where a demo's data come from, when they are not invented")
    smtp: SmtpSettings = SmtpSettings()
    clock_offset_seconds: int = Field(default=0, ge=0, description="the demo clock, turned forward")

    @property
    def members_from_first_order(self) -> bool:
        """Whether everyone is a member from the first paid order on: until a file brings joined dates or grades."""
        return self.joined_rule in ("auto", "first_order")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        _ = ShopZone(value).info
        return value


def load_settings(session: Session) -> ShopSettings:
    """The settings inside a transaction that is already open."""
    row = session.get(Setting, SHOP)
    return ShopSettings() if row is None else ShopSettings.model_validate_json(row.value)


def read_settings(desk: "Desk") -> ShopSettings:
    """The shop's settings; defaults where nothing was set."""
    with desk.db.read() as session:
        return load_settings(session)


def save_settings(desk: "Desk", actor: Actor, **changes: Any) -> ShopSettings:
    """Change settings. Quiet hours may only be narrowed; the zone is fixed once orders were imported."""
    with desk.db.write(Area.SETTINGS) as session:
        take_turn(session, Turn.IMPORT)  # a first import fixes the zone, a member file changes who counts as joined
        before = load_settings(session)
        after = ShopSettings.model_validate(before.model_dump() | changes)
        allowed_window(after.quiet_end, after.quiet_start)
        if after.zone != before.zone and session.exec(select(ImportBatch.id).limit(1)).first() is not None:
            raise Refusal("zone_fixed")
        put_settings(session, after)
        record(session, actor.name, "settings.saved", "settings", now=desk.now(), changed=sorted(changes))
    return after


def put_settings(session: Session, settings: ShopSettings) -> None:
    """Store settings inside a transaction that is already open; the caller has checked and audits."""
    session.merge(Setting(key=SHOP, value=settings.model_dump_json()))


def seal_smtp_password(desk: "Desk", smtp: SmtpSettings, password: str) -> SmtpSettings:
    """SMTP settings with a new password, sealed; an empty one keeps what is there."""
    return smtp.model_copy(update={"password_sealed": desk.vault.seal(password).hex()}) if password else smtp


def smtp_password(desk: "Desk", smtp: SmtpSettings) -> str:
    """The clear password, for the channel alone."""
    return desk.vault.unseal(bytes.fromhex(smtp.password_sealed)) if smtp.password_sealed else ""


def smtp_plain(desk: "Desk", smtp: SmtpSettings) -> dict[str, Any]:
    """The mail account as plain values with the clear password, for the channel alone."""
    names = ("host", "port", "security", "user", "sender", "reply_to")
    password = {"password": smtp_password(desk, smtp), "opt_out": smtp.reply_to or smtp.sender}
    return {name: getattr(smtp, name) for name in names} | password
