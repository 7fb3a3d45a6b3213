"""Settings: make a backup and take it away, the nightly ones, and put one back."""

from pathlib import Path

import streamlit as st

from core.config import config
from core.services.backup import BackupAbout, back_up, list_backups, look_into, restore
from core.services.uploads import keep_upload
from pages.ui import format, jobs, state
from pages.ui.confirm import confirm_dialog
from pages.ui.dropzone import speak_dropzone
from pages.ui.parts import card, download
from pages.ui.runtime import actor, cached, desk, forget_caches, is_demo, now, t

LISTED = 16
ZIP = "application/zip"


def show() -> None:
    """Backups of the owner's own shop; the demo is built anew instead."""
    if is_demo():
        st.info(t("backup.demo"), icon=":material/science:")
        return
    if desk().db.path is None:
        st.info(t("error.backup_postgres"), icon=":material/info:")
        return
    left, right = st.columns(2, gap="small")
    with left:
        with card(t("backup.make")):
            _make()
        with card(t("backup.list"), help=t("backup.list.help")):
            _list()
    with right, card(t("backup.restore")):
        _restore()


def _make() -> None:
    st.caption(t("backup.make.hint"))
    with st.form("settings:backup", border=False):
        passphrase = st.text_input(t("backup.passphrase"), type="password", help=t("backup.passphrase.help"))
        again = st.text_input(t("backup.passphrase.again"), type="password")
        asked = st.form_submit_button(t("backup.make.act"), type="primary", icon=":material/archive:")
    if asked and passphrase != again:
        st.error(t("backup.passphrase.differs"), icon=":material/error:")
    elif asked:
        opened, who, at = desk(), actor(), now()
        path = config().data_dir / "backups" / f"{opened.store}-{opened.zone.local(at):%Y%m%d-%H%M%S}.zip"
        key = f"backup:{path.name}"
        jobs.start(key, lambda _: back_up(opened, who, path, passphrase=passphrase or None, now=at))
        state.put(state.Key.BACKUP_JOB, key)
    job = jobs.find(state.get(state.Key.BACKUP_JOB))
    if job is None:
        return
    jobs.watch(job, lambda _: t("backup.making"))
    if job.done:
        made = job.result
        size = t("backup.megabytes", n=_megabytes(made.bytes))
        said = "backup.made" if made.with_key else "backup.made_without_key"
        st.success(t(said, size=size), icon=":material/check_circle:")


def _list() -> None:
    paths = list_backups(desk())[:LISTED]
    if not paths:
        st.caption(t("backup.none"))
        return
    names = {path.name: path for path in paths}
    chosen = st.selectbox(
        t("backup.choose"),
        list(names),
        format_func={name: _label(path) for name, path in names.items()}.__getitem__,
        key="backup:chosen",
    )
    download(t("backup.get_this"), names[chosen].read_bytes, chosen, ZIP)


def _megabytes(size: int) -> str:
    return f"{max(size / 1e6, 0.1):.1f}"


def _label(path: Path) -> str:
    return f"{path.stem} · {t('backup.megabytes', n=_megabytes(path.stat().st_size))}"


@cached()
def _look(path: str) -> BackupAbout:
    return look_into(Path(path))


def _restore() -> None:
    st.caption(t("backup.restore.hint"))
    uploaded = st.file_uploader(t("backup.archive"), key="backup:archive")
    speak_dropzone()
    passphrase = st.text_input(t("backup.restore.passphrase"), type="password", key="backup:pass")
    if uploaded is None:
        return
    kept: dict[str, str] = state.get(state.Key.UPLOADS) or {}
    if uploaded.file_id not in kept or not Path(kept[uploaded.file_id]).exists():
        kept[uploaded.file_id] = str(keep_upload(uploaded.getbuffer()))
        state.put(state.Key.UPLOADS, kept)
    path = kept[uploaded.file_id]
    about = _look(path)
    zone = desk().zone
    made = format.moment(about.made_at, zone)
    st.markdown(t("backup.about", made=made, people=format.number(about.people), orders=format.number(about.orders)))
    if about.with_key and not passphrase:
        st.caption(t("backup.key_inside"))
    opened, who, at = desk(), actor(), now()
    confirm_dialog(
        st.button(t("backup.restore.ask", made=made), icon=":material/settings_backup_restore:", key="backup:restore"),
        "restore",
        t("backup.restore.title"),
        [(t("backup.orders"), format.number(about.orders)), (t("backup.people"), format.number(about.people))],
        t("backup.restore.act", made=made),
        lambda _: restore(opened, who, Path(path), passphrase=passphrase or None, now=at),
        done=lambda _: _after(),
        warning=t("backup.restore.warning"),
    )


def _after() -> str:
    forget_caches()
    return t("backup.restored")
