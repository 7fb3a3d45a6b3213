"""What a file is before it is parsed: its kind by its first bytes, its encoding by strict decoding, NUL bytes, endless lines."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from core.errors import Refusal

MAX_BYTES = 1 << 30
# A line longer than this covers a whole chunk without a line end: a broken or hostile file.
CHUNK = 64 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def refuse_foreign(path: Path) -> bytes:
    """The first bytes of a file that may be a table; refuses an empty or huge file and known other kinds by magic."""
    size = path.stat().st_size
    if size == 0:
        raise Refusal("file_empty")
    if size > MAX_BYTES:
        raise Refusal("file_too_large", megabytes=size // 1_000_000, limit=MAX_BYTES // 1_000_000)
    with path.open("rb") as handle:
        head = handle.read(4096)
        if head.startswith(OLE):
            locked = "EncryptedPackage".encode("utf-16-le") in head + handle.read(1 << 20)
            raise Refusal("file_encrypted" if locked else "file_kind", kind="xls")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:15].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<head", b"<meta")):
        raise Refusal("file_is_html")
    for magic, kind in ((b"%PDF", "pdf"), (b"Rar!", "rar"), (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gz")):
        if head.startswith(magic):
            raise Refusal("file_kind", kind=kind)
    return head


def detect_encoding(path: Path, head: bytes) -> str:
    """The codec that reads the whole text file strictly: BOM, then UTF-8, then GB18030.

    Refuses ``nul_byte``, ``line_too_long``, ``file_cut`` (half a character at the end), ``encoding_mixed`` with the byte.
    """
    for bom, codec in _BOMS:
        if head.startswith(bom):
            offset, cut = _first_error(path, codec, nul_allowed=codec == "utf-16")
            if offset is not None:
                raise Refusal("file_cut" if cut else "encoding_mixed", byte=offset, line=_line_at(path, offset))
            return codec
    utf8_offset, utf8_cut = _first_error(path, "utf-8")
    if utf8_offset is None:
        return "utf-8"
    gb_offset, gb_cut = _first_error(path, "gb18030")
    if gb_offset is None:
        _refuse_foreign_lines(path)
        return "gb18030"
    # The further one got is what the file mostly is; where it stopped is where the fault lies.
    offset, cut = max((utf8_offset, utf8_cut), (gb_offset, gb_cut))
    raise Refusal("file_cut" if cut else "encoding_mixed", byte=offset, line=_line_at(path, offset))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            yield chunk


def _first_error(path: Path, codec: str, *, nul_allowed: bool = False) -> tuple[int | None, bool]:
    """The byte offset of the first fault under ``codec`` and whether it is half a character at the end of the file."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    consumed = 0
    pending = 0
    try:
        for chunk in _chunks(path):
            if not nul_allowed and (at := chunk.find(b"\0")) >= 0:
                raise Refusal("nul_byte", byte=consumed + at, line=_line_at(path, consumed + at))
            if len(chunk) == CHUNK and b"\n" not in chunk and b"\r" not in chunk:
                raise Refusal("line_too_long", byte=consumed, line=_line_at(path, consumed), limit=CHUNK)
            pending = len(decoder.getstate()[0])
            text = decoder.decode(chunk)
            if nul_allowed and "\0" in text:
                raise Refusal("nul_byte", byte=consumed, line=_line_at(path, consumed))
            consumed += len(chunk)
        pending = len(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        at_end = consumed == path.stat().st_size
        return consumed - pending + error.start, at_end
    return None, False


def _line_at(path: Path, offset: int) -> int:
    """The physical line that holds a byte offset."""
    line = 1
    for chunk in _chunks(path):
        line += chunk[:offset].count(b"\n")
        offset -= len(chunk)
        if offset <= 0:
            break
    return line


def _refuse_foreign_lines(path: Path) -> None:
    """Refuse a GB18030 file with lines of UTF-8 in it: two exports glued together decode without an error, as wrong text."""
    offset = 0
    with path.open("rb") as handle:
        for number, line in enumerate(handle, 1):
            if not line.isascii():
                try:
                    text = line.decode("utf-8")
                except UnicodeDecodeError:
                    text = ""
                # Chinese that is valid in both by chance reads as Latin or Greek letters, never as several Chinese characters.
                if sum("\u4e00" <= letter <= "\u9fff" for letter in text) >= 2:
                    raise Refusal("encoding_mixed", byte=offset, line=number)
            offset += len(line)


def reads_as_chinese(text: str) -> bool:
    """Whether decoded GB18030 text is plausible simplified Chinese; Big5 read as GB18030 gives rare characters instead."""
    letters = [letter for letter in text if letter >= "\u0080"]
    if not letters:
        return True
    return sum(map(_is_common, letters)) >= 0.6 * len(letters)


def _is_common(letter: str) -> bool:
    """Whether a character is a GB2312 symbol or first-level hanzi, or an emoji."""
    try:
        lead = letter.encode("gb2312")[0]
    except UnicodeEncodeError:
        return letter > "\uffff"
    return lead < 0xA4 or 0xB0 <= lead <= 0xD7
