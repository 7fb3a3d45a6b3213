"""The files dropped on the import page: what each one is, changeable, and the import plans that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import streamlit as st

from core.documents.enums import ImportKind
from core.errors import Refusal
from core.importers.presets import PRESETS
from core.services.import_plan import (
    OWN_PLATFORM,
    ImportPlan,
    Look,
    Role,
    look_at,
    missing_fields,
    pair_items,
    suggest,
    usual_platform,
)  # fmt: skip
from core.services.uploads import keep_upload
from pages.ui import format, state
from pages.ui.dropzone import speak_dropzone
from pages.ui.import_mapping import edit_mapping, show_mapping
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.runtime import cached, desk, settings, t

PLATFORMS = (*dict.fromkeys(preset.platform for preset in PRESETS.values()), OWN_PLATFORM)


@dataclass(frozen=True)
class Choice:
    """A file with what the owner left or made of it; ``sure``: nothing about it needs to be looked at first.

    ``mate``: the order list that an item detail file belongs to.
    """

    look: Look
    role: Role
    mapping: dict[str, str] | None
    platform: str | None
    sure: bool
    mate: Path | None = None

    @property
    def path(self) -> Path:
        """Where the file is kept."""
        return self.look.inspection.path


def drop_name() -> str:
    """The name of the drop under way."""
    if state.get(state.Key.IMPORT) is None:
        state.put(state.Key.IMPORT, token_hex(8))
    return str(state.get(state.Key.IMPORT))


def new_drop() -> None:
    """Empty the box for the next files."""
    state.put(state.Key.IMPORT, token_hex(8))
    state.put(state.Key.UPLOADS, None)


def has_dropped() -> bool:
    """Whether files lie in the box."""
    return bool(st.session_state.get(f"data:files:{drop_name()}"))


def drop_files() -> list[Look]:
    """The box for files; those that cannot be read say why and stay out."""
    uploaded = st.file_uploader(t("data.drop"), accept_multiple_files=True, key=f"data:files:{drop_name()}")
    speak_dropzone()
    kept: dict[str, str] = state.get(state.Key.UPLOADS) or {}
    looks = []
    for file in uploaded or ():
        if file.file_id not in kept or not Path(kept[file.file_id]).exists():
            kept[file.file_id] = str(keep_upload(file.getbuffer()))
        try:
            looks.append(_look(kept[file.file_id], file.name))
        except Refusal as refusal:
            name = format.md_escape(file.name)
            st.error(f"**{name}**\n\n{sentence(refusal)} {t('data.nothing_lost')}", icon=":material/error:")
    state.put(state.Key.UPLOADS, kept)
    return looks


@cached()
def _look(path: str, name: str) -> Look:
    return look_at(desk(), Path(path), name)


def choose(looks: Sequence[Look]) -> list[Choice]:
    """One card a file: what it is, whose member ids, and which column means what."""
    usual = usual_platform(desk(), looks)
    mates = {items: orders for orders, items in pair_items(looks).items()}
    lists = {look.inspection.path: look.name for look in looks if look.role is Role.ORDERS}
    return [_choose(look, usual, mates.get(look.inspection.path), lists) for look in looks]


def _choose(look: Look, usual: str, mate: Path | None, lists: dict[Path, str]) -> Choice:
    key = look.inspection.path.name
    with card():
        role = _role(look, key)
        if role is Role.SKIP:
            st.caption(t("data.skipped"))
        if role is Role.ITEMS:
            mate = _mate(mate, lists, key)
        if role in (Role.SKIP, Role.ITEMS, Role.KEYS):
            sure = role is not Role.SKIP or look.role is not Role.SKIP
            return Choice(look, role, None, None, sure, mate)
        if role is look.role and look.mapping is None:
            if not show_mapping(look, key):
                return Choice(look, role, None, None, sure=True)
            start, platform = suggest(look.inspection.headers, role), look.platform
        else:
            kept = look.mapping if role is look.role else None
            start, platform = dict(kept or suggest(look.inspection.headers, role)), look.platform or usual
        options = list(dict.fromkeys((platform or usual, *PLATFORMS)))
        mapping, platform = edit_mapping(look, role, start, options, key, open_at_once=not look.sure)
    return Choice(look, role, mapping, platform, sure=look.sure and mapping == start)


def _role(look: Look, key: str) -> Role:
    """The head of a file's card with what it is used for."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        st.markdown(f":material/draft: **{format.md_escape(look.name)}**")
        st.caption(_about(look))
    roles = {role: t(f"data.role.{role}") for role in Role}
    first = list(roles).index(look.role)
    role: Role = right.selectbox(t("data.role"), roles, first, roles.__getitem__, key=f"data:role:{key}")
    return role


def _mate(mate: Path | None, lists: dict[Path, str], key: str) -> Path | None:
    """The order list that an item detail file completes; asked only where there are several."""
    paths = list(lists)
    if len(paths) > 1:
        first = paths.index(mate) if mate in lists else 0
        return st.selectbox(t("data.mate"), paths, first, lists.__getitem__, key=f"data:mate:{key}")
    if paths:
        st.caption(t("data.mate_of", name=format.md_escape(lists[paths[0]])))
    return paths[0] if paths else None


def _about(look: Look) -> str:
    """Kind, rows, encoding and time zone of a file in one line."""
    found = look.inspection
    preset = t(f"preset.{found.preset}") if found.preset else t("data.no_preset")
    rows = t(
        "data.rows_about" if found.rows >= 200 and found.encoding != "xlsx" else "data.rows",
        n=format.number(found.rows),
    )
    encoding = (
        "Excel" if found.encoding == "xlsx" else t("data.encoding", name=found.encoding.removesuffix("-sig").upper())
    )
    return " · ".join((preset, rows, encoding, t("data.zone", zone=settings().zone)))


def make_plans(choices: Sequence[Choice]) -> tuple[ImportPlan, ...]:
    """The imports, order lists first; says what is missing and leaves out what cannot be imported yet."""
    items = {choice.mate: choice.path for choice in choices if choice.role is Role.ITEMS}
    keys = [choice.path for choice in choices if choice.role is Role.KEYS]
    plans = []
    for choice in sorted(choices, key=lambda one: one.role is Role.MEMBERS):
        if choice.role not in (Role.ORDERS, Role.MEMBERS) or not _complete(choice):
            continue
        orders = choice.role is Role.ORDERS
        plans.append(
            ImportPlan(
                kind=ImportKind.ORDERS if orders else ImportKind.MEMBERS,
                path=choice.path,
                name=choice.look.name,
                rows=choice.look.inspection.rows,
                mapping=None if choice.mapping is None else tuple(sorted(choice.mapping.items())),
                platform=choice.platform,
                items=items.get(choice.path) if orders else None,
                keys=keys[0] if orders and keys else None,
            )
        )
    if choices and not plans and {choice.role for choice in choices} <= {Role.ITEMS, Role.KEYS}:
        st.info(t("data.needs_orders"), icon=":material/info:")
    return tuple(plans)


def _complete(choice: Choice) -> bool:
    """Whether the mapping names what a file cannot do without; else says what is missing."""
    missing = [] if choice.mapping is None else missing_fields(choice.mapping, choice.role)
    if missing:
        fields = t("data.join").join(t(f"field.{name}") for name in missing)
        st.warning(t("data.missing_fields", name=format.md_escape(choice.look.name), fields=fields))
    return not missing
