"""Header cells: how they are cleaned, compared and remembered."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

# What write_rejects adds to a file; a corrected file that still carries them is the same kind of file.
REJECT_COLUMNS = {
    "zh": ("原文件行号", "出错的列", "错误代码", "原因"),
    "en": ("original line", "faulty column", "error code", "reason"),
}
OWN_COLUMNS = frozenset(name for names in REJECT_COLUMNS.values() for name in names)
_INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BLANKS = re.compile(r"\s+")


def clean_header(text: str) -> str:
    """A header without invisible characters, outer blanks and full-width letters ("订单付款时间 " -> "订单付款时间")."""
    return _BLANKS.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip().lstrip("'").strip()


def header_key(text: str) -> str:
    """What two headers are compared by: cleaned, without case, blanks, underscores and bracketed stars."""
    return clean_header(text).casefold().replace(" ", "").replace("_", "").strip("*")


def fingerprint(headers: Iterable[str]) -> str:
    """Hex SHA-256 of the sorted set of header keys; a mapping is remembered under it. Our own reject columns do not count."""
    keys = sorted({header_key(header) for header in headers if header not in OWN_COLUMNS})
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()
