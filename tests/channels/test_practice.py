"""Practice files: one for each message, whole, and only for this user's eyes."""

import os
from pathlib import Path

import pytest

from core.channels.base import Delivery, Outcome, Reason, opened
from core.channels.practice import PracticeChannel, file_name
from core.errors import Refusal
from tests.channels.conftest import a_message


def test_a_message_becomes_one_file(tmp_path: Path) -> None:
    with opened(PracticeChannel(tmp_path / "outbox")) as channel:
        assert channel.send(a_message(7)) == Delivery.sent("7.txt")
    text = (tmp_path / "outbox" / "7.txt").read_text("utf-8")
    assert "Subject: 小雨，您有一张 20 元券\n" in text
    assert text.endswith("月底前有效 😀\n")
    assert "m7@example.org" not in text and "m***@example.org" in text


def test_the_same_message_again_is_still_one_file(tmp_path: Path) -> None:
    with opened(PracticeChannel(tmp_path)) as channel:
        channel.send(a_message(7))
        channel.send(a_message(7, text="second"))
    assert [path.name for path in tmp_path.iterdir()] == ["7.txt"]
    assert "second" in (tmp_path / "7.txt").read_text("utf-8")


@pytest.mark.parametrize("message_id", ["../../etc/passwd", "a/b", "", ".", "券", "a" * 200, "a\0b", "CON:"])
def test_no_message_id_leaves_the_folder(tmp_path: Path, message_id: str) -> None:
    folder = tmp_path / "outbox"
    with opened(PracticeChannel(folder)) as channel:
        assert channel.send(a_message(message_id=message_id)).outcome is Outcome.SENT
    assert [path.parent for path in tmp_path.rglob("*.txt")] == [folder]


def test_two_ids_never_share_a_file() -> None:
    ids = ["1", "1.", "a/b", "a_b", "a-b", ""]
    assert len({file_name(message_id) for message_id in ids}) == len(ids)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights elsewhere")
def test_files_are_for_this_user_only(tmp_path: Path) -> None:
    with opened(PracticeChannel(tmp_path / "outbox")) as channel:
        channel.send(a_message(1))
    assert (tmp_path / "outbox" / "1.txt").stat().st_mode & 0o077 == 0
    assert (tmp_path / "outbox").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="practice_folder"):
        PracticeChannel(tmp_path / "file" / "outbox").open()


def test_a_file_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    delivery = PracticeChannel(tmp_path / "gone").send(a_message())
    assert (delivery.outcome, delivery.code, delivery.retry) == (Outcome.FAILED, Reason.NOT_WRITTEN, True)
