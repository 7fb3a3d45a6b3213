"""What every page stands in: page config, language, menu, the shop's name and the demo badge."""

from itertools import groupby

import streamlit as st

from core.i18n import LANGS
from pages.ui import demo, format, runtime, state
from pages.ui.menu import ENTRIES, PAGES, WELCOME, Entry
from pages.ui.page import guard
from pages.ui.parts import show_flash
from pages.ui.runtime import t
from pages.ui.search import search_bar

ASSETS = PAGES / "ui" / "assets"


def _page(entry: Entry, *, welcome: bool) -> st.Page:
    """The Streamlit page of an entry; the first one is the start page, and on first start it welcomes."""
    default = entry is ENTRIES[0]
    path = WELCOME if default and welcome else entry.path
    return st.Page(
        path,
        title=t(f"menu.{entry.title}"),
        icon=f":material/{entry.icon}:",
        url_path=entry.url,
        default=default,
        visibility="hidden" if entry.hidden else "visible",
    )


def _menu() -> st.Page:
    """The navigation of the pages that exist."""
    welcome = runtime.is_first_start() and (PAGES / WELCOME).is_file()
    there = [entry for entry in ENTRIES if entry.exists or (entry is ENTRIES[0] and welcome)]
    groups = groupby(there, key=lambda entry: entry.group)
    return st.navigation(
        {t(f"menu.group.{group}"): [_page(entry, welcome=welcome) for entry in entries] for group, entries in groups},
        expanded=True,
    )


def _sidebar() -> None:
    """Shop name or the demo's controls, language."""
    with st.sidebar:
        if runtime.is_demo():
            demo.show_controls()
        else:
            st.caption(format.md_escape(runtime.settings().shop_name or t("frame.unnamed_shop")))
        st.segmented_control(
            t("frame.language"),
            LANGS,
            format_func=lambda lang: t(f"frame.language.{lang}"),
            key=state.Key.LANG,
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )


def stand() -> None:
    """Build the frame and run the page in it."""
    with guard():
        state.put(state.Key.LANG, runtime.lang())
        st.set_page_config(page_title=t("app.name"), page_icon=str(ASSETS / "icon.png"), layout="wide")
        st.logo(str(ASSETS / f"logo.{runtime.lang()}.svg"), size="large", icon_image=str(ASSETS / "icon.svg"))
        chosen = _menu()
        _sidebar()
        show_flash()
        if not demo.is_busy():
            search_bar()
            chosen.run()


stand()
