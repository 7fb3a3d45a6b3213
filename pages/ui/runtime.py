"""What every page stands in: the open desk, business time, the language, the actor, and caches keyed by revision."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from core.config import Store, config
from core.documents.enums import Area
from core.errors import Refusal
from core.i18n import Lang, translate
from core.services.actor import Actor
from core.services.desk import Desk, open_desk
from core.services.import_history import has_imports
from core.services.options import read_options
from core.services.revisions import revisions
from core.services.shop_settings import ShopSettings, read_settings
from pages.ui import state

P = ParamSpec("P")
T = TypeVar("T")


@st.cache_resource(show_spinner=False, max_entries=4)
def _open(store: Store, url: str, file_identity: int) -> Desk:
    return open_desk(store)


def _file_identity(url: str) -> int:
    """The inode of a SQLite file: a store dropped and rebuilt is another one, connections to the old file are dead."""
    if not url.startswith("sqlite"):
        return 0
    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        open_desk().close()
    return path.stat().st_ino


def desk() -> Desk:
    """The active store, opened once for all sessions; refuses like ``open_desk``."""
    store = config().active_store()
    url = config().url(store)
    return _open(store, url, _file_identity(url))


def settings() -> ShopSettings:
    """The shop's settings as they stand."""
    return read_settings(desk())


def now() -> datetime:
    """Business time: the process's clock plus the demo clock."""
    return desk().now()


def today() -> date:
    """The shop day of ``now()``."""
    opened = desk()
    return opened.zone.day(opened.now())


def lang() -> Lang:
    """The language of this session: the switch, else ``MEMBERDESK_LANG``, else the shop's (Chinese if it stays shut)."""
    chosen: Lang | None = state.get(state.Key.LANG) or config().lang
    if chosen:
        return chosen
    try:
        return settings().lang
    except Refusal:
        return "zh"


def t(key: str, /, **params: Any) -> str:
    """The sentence for ``key`` in the session's language. Member text in ``params`` needs ``md_escape`` first."""
    return translate(lang(), key, **params)


def actor() -> Actor:
    """Who acts: the local owner."""
    return Actor.owner()


def is_demo() -> bool:
    """Whether the demo store is in use."""
    return desk().is_demo


def options() -> frozenset[str]:
    """The optional features that are switched on; none while the store cannot be opened."""
    try:
        return read_options(desk())
    except Refusal:
        return frozenset()


def is_first_start() -> bool:
    """Whether nothing was ever imported."""
    return not has_imports(desk())


@st.cache_data(show_spinner=False, max_entries=512)
def _kept(_load: Callable[[], T], key: tuple[Any, ...]) -> T:
    return _load()


def forget_caches() -> None:
    """Drop what pages kept; call it after the store in use was switched, reset or restored."""
    st.cache_data.clear()
    st.cache_resource.clear()


def cached(*areas: Area) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a page-level function returns until one of ``areas`` is written, the store changes or the day turns.

    The arguments are part of the key (ids, numbers, strings, enums, dates, tuples); what is kept must be language-free.
    Use it on a function at the top of a page that asks ``desk()`` and ``now()`` itself::

        @cached(Area.ORDERS)
        def _kpis(days: int) -> Kpis:
            return read_kpis(desk(), now(), days)
    """

    def decorate(load: Callable[P, T]) -> Callable[P, T]:
        name = f"{load.__code__.co_filename}:{load.__qualname__}"

        @wraps(load)
        def keep(*args: P.args, **kwargs: P.kwargs) -> T:
            opened = desk()
            url = config().url(opened.store)
            found = revisions(opened)
            numbers = tuple(found[area.value] for area in areas)
            where = (url, _file_identity(url), opened.zone.day(opened.now()).toordinal())
            return _kept(lambda: load(*args, **kwargs), (name, where, numbers, args, tuple(sorted(kwargs.items()))))

        return keep

    return decorate
