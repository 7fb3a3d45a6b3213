"""Settings of the process, from the environment. Settings of the shop live in the store (``core.services.shop_settings``)."""

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.clock import parse_instant, real_now

ROOT = Path(__file__).resolve().parent.parent
Store = Literal["shop", "demo"]


class Config(BaseSettings):
    """Environment variables ``MEMBERDESK_*``; see docs/operations.md."""

    model_config = SettingsConfigDict(env_prefix="MEMBERDESK_", extra="ignore")

    database_url: str | None = None
    now: datetime | None = None
    lang: Literal["zh", "en"] | None = None
    secret_key_file: Path | None = None
    worker: Literal["child", "external"] = "child"
    data_dir: Path = ROOT / "data"

    @field_validator("now", mode="before")
    @classmethod
    def _aware(cls, value: object) -> object:
        return parse_instant(value) if isinstance(value, str) else value

    @property
    def key_file(self) -> Path:
        """The file of the secret key that encrypts personal data."""
        return self.secret_key_file or self.data_dir / "secret.key"

    @property
    def active_file(self) -> Path:
        """The one small file that says which store web, worker and command line use."""
        return self.data_dir / "active.json"

    def active_store(self) -> Store:
        """``demo`` or ``shop``; a store named by ``MEMBERDESK_DATABASE_URL`` is always ``shop`` unless switched."""
        try:
            chosen = json.loads(self.active_file.read_text("utf-8"))
        except (OSError, ValueError):
            return "shop"
        return "demo" if chosen == {"store": "demo"} else "shop"

    def activate(self, store: Store) -> None:
        """Make ``store`` the one in use, for every process."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        scratch = self.active_file.with_suffix(".tmp")
        scratch.write_text(json.dumps({"store": store}), "utf-8")
        scratch.replace(self.active_file)

    def url(self, store: Store | None = None) -> str:
        """The database URL of a store; the demo is its own file beside the shop's, or its own schema on PostgreSQL."""
        store = store or self.active_store()
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / (store + '.db')}"
        if store == "shop":
            return self.database_url
        if self.database_url.startswith("postgresql"):
            joint = "&" if "?" in self.database_url else "?"
            return f"{self.database_url}{joint}options=-csearch_path%3Dmemberdesk_demo"
        path = Path(self.database_url.removeprefix("sqlite:///"))
        return f"sqlite:///{path.with_name('demo.db')}"

    def clock(self) -> datetime:
        """The entry points' clock before a store's demo clock is added: ``MEMBERDESK_NOW`` or the machine's."""
        return self.now or real_now()


@lru_cache(maxsize=1)
def config() -> Config:
    """The process's settings, read once."""
    return Config()
