"""Lists: those there are, and a new one out of a file: which column says who, who was found and who not."""

import csv
import io
from pathlib import Path

import streamlit as st

from core.services.static_lists import (
    KINDS,
    LONGEST_NAME,
    ListFile,
    ListLine,
    MadeList,
    delete_list,
    list_lists,
    make_list,
    read_list_file,
)
from core.services.uploads import keep_upload
from pages.ui import format, state
from pages.ui.confirm import confirm_dialog
from pages.ui.dropzone import speak_dropzone
from pages.ui.group_edit import LIST, NEW_CAMPAIGN, PORTRAIT, go_to
from pages.ui.group_pick import tree_of
from pages.ui.page import guard
from pages.ui.parts import card, download
from pages.ui.runtime import actor, cached, desk, now, t
from pages.ui.table import plain_table

SHOWN = 8
MADE = "groups:made"  # what came of the last file, until another is dropped


def show_lists() -> None:
    """The whole section."""
    with card(t("lists.new"), help=t("lists.new.help")):
        _new()
    lines = list_lists(desk())
    if not lines:
        st.caption(t("lists.none"))
        return
    st.subheader(t("lists.kept"), anchor=False)
    for line in lines:
        with card():
            _kept(line)


@cached()
def _look(path: str) -> ListFile:
    return read_list_file(Path(path))


def _new() -> None:
    file = st.file_uploader(t("lists.drop"), type=["csv", "xlsx"], key="lists:file", max_upload_size=20)
    speak_dropzone()
    made: tuple[str, MadeList] | None = st.session_state.get(MADE)
    if file is None:
        return
    if made is not None and made[0] == file.file_id:
        _made(made[1])
        return
    kept: dict[str, str] = state.get(state.Key.UPLOADS) or {}
    if file.file_id not in kept or not Path(kept[file.file_id]).exists():
        kept[file.file_id] = str(keep_upload(file.getbuffer()))
        state.put(state.Key.UPLOADS, kept)
    with guard():
        _columns(file.file_id, Path(kept[file.file_id]), file.name)


def _columns(file_id: str, path: Path, file_name: str) -> None:
    """Which column says who, and how; the name; the act."""
    looked = _look(str(path))
    titles = [header or t("lists.column", n=place + 1) for place, header in enumerate(looked.headers)]
    st.caption(t("lists.looked", n=format.number(looked.lines), columns=len(titles)))
    plain_table({f"{place + 1}. {title}": [row[place] for row in looked.sample] for place, title in enumerate(titles)})
    places = st.columns([3, 2, 3, 2], gap="small", vertical_alignment="bottom")
    column = places[0].selectbox(
        t("lists.which"), range(len(titles)), index=looked.column, format_func=titles.__getitem__,
        key=f"lists:column:{file_id}", placeholder=t("groups.choose"),
    )  # fmt: skip
    kind = places[1].selectbox(
        t("lists.kind"), KINDS, index=KINDS.index(looked.kind), format_func=lambda one: t(f"list.kind.{one}"),
        key=f"lists:kind:{file_id}",
    )  # fmt: skip
    stem = Path(file_name).stem[:LONGEST_NAME]
    name = places[2].text_input(t("lists.name"), stem, max_chars=LONGEST_NAME, key=f"lists:name:{file_id}")
    pressed = places[3].button(t("lists.make"), type="primary", key="lists:make", disabled=column is None)
    if pressed and column is not None:
        made = make_list(desk(), actor(), name, path, file_name=file_name, column=column, kind=kind, now=now())
        path.unlink(missing_ok=True)  # it names people and is not needed any more
        st.session_state[MADE] = (file_id, made)
        st.rerun()


def _made(made: MadeList) -> None:
    """What came of the file: every line is accounted for."""
    name = format.md_escape(made.name)
    counts = {part: format.number(getattr(made, part)) for part in ("lines", "found", "people")}
    st.success(t("lists.made", name=name, missing=format.number(len(made.missing)), **counts), icon=":material/check:")
    if made.missing:
        shown = made.missing[:SHOWN]
        plain_table(
            {
                t("lists.line"): [str(one.line) for one in shown],
                t("lists.value"): [one.value for one in shown],
                t("lists.reason"): [t(f"list.reason.{one.reason}") for one in shown],
            }
        )
        words = {one.reason: t(f"list.reason.{one.reason}") for one in made.missing}
        heads = [t("lists.line"), t("lists.value"), t("lists.reason")]
        download(
            t("lists.missing_get", n=format.number(len(made.missing))),
            lambda: _missing_file(made, heads, words),
            f"{t('lists.missing_file')}.csv",
        )


def _missing_file(made: MadeList, heads: list[str], words: dict[str, str]) -> bytes:
    """The lines that led to nobody as a CSV; a cell that a spreadsheet would take for a formula is text."""
    with io.StringIO(newline="") as text:
        writer = csv.writer(text)
        writer.writerow(heads)
        for one in made.missing:
            value = f"'{one.value}" if one.value[:1] in ("=", "+", "-", "@") else one.value
            writer.writerow([one.line, value, words[one.reason]])
        return text.getvalue().encode("utf-8-sig")


def _kept(line: ListLine) -> None:
    """One list: used like a group, or deleted."""
    made = format.day(desk().zone.day(line.created_at), year=True)
    source = format.md_escape(line.file_name) if line.file_name else t("lists.frozen")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{format.md_escape(line.name)}** :orange-badge[{format.people(line.people)}]", width="content")
        st.caption(t("lists.about", source=source, day=made), width="stretch")
        tree = tree_of(f"list:{line.id}")
        ways = ((NEW_CAMPAIGN, "send", "send"), (LIST, "list", "list"), (PORTRAIT, "groups", "portrait"))
        for page, icon, name in ways:
            help_text = t(f"groups.card.{name}")
            if st.button("", key=f"lists:{name}:{line.id}", icon=f":material/{icon}:", help=help_text, type="tertiary"):
                go_to(page, tree)
        opened = st.button(
            "", key=f"lists:delete:{line.id}", icon=":material/delete:", help=t("lists.delete"), type="tertiary"
        )
    confirm_dialog(
        opened,
        f"list:{line.id}",
        t("lists.delete.title", name=format.md_escape(line.name)),
        [(t("lists.people"), format.people(line.people))],
        t("lists.delete"),
        lambda _: delete_list(desk(), actor(), line.id, now=now()),
        done=lambda _: t("groups.deleted"),
        text=t("lists.delete.text"),
    )
