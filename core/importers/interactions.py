"""A file of what people did beside buying (A3): browsed, liked, put in the cart, reviewed, shared, followed, checked in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.clock import ShopZone
from core.documents.earning import INTERACTION_KINDS
from core.errors import Refusal
from core.importers.cells import by_value, clean_text, narrow
from core.importers.columns import Table, plain_column, type_columns
from core.importers.mapping import INTERACTION_FIELDS, INTERACTION_SYNONYMS, Mapped, check_mapping, suggest_mapping
from core.importers.reader import Progress, read_sheet
from core.importers.rejects import Fault, Reject

COLUMNS = ("line", "member_id", "phone", "kind", "created_at", "product_id", "product", "stars", "text", "key")
MAX_TEXT, MAX_SUBJECT, MAX_KEY = 500, 256, 96
REVIEW = "review"
# The words of the platforms' exports beside our own codes.
KIND_WORDS = {
    "browse": ("浏览", "访问", "view", "pageview", "visit"),
    "favourite": ("收藏", "收藏商品", "收藏店铺", "favorite", "fav"),
    "cart": ("加购", "加购物车", "加入购物车", "addtocart", "addcart"),
    "review": ("评价", "评论", "comment"),
    "like": ("点赞", "赞", "喜欢"),
    "share": ("分享", "转发"),
    "follow": ("关注", "关注店铺", "subscribe"),
    "check_in": ("签到", "打卡", "checkin"),
    "task": ("任务", "完成任务"),
    "event": ("活动", "参加活动"),
    "profile": ("完善资料", "资料"),
    "referral": ("推荐", "邀请", "带新", "invite"),
}
STAR_WORDS = {"好评": 5, "中评": 3, "差评": 1, "五星": 5, "四星": 4, "三星": 3, "二星": 2, "两星": 2, "一星": 1}
_KINDS = {kind: kind for kind in INTERACTION_KINDS} | {
    word: kind for kind, words in KIND_WORDS.items() for word in words
}


@dataclass(frozen=True)
class ParsedInteractions:
    """A file's deeds; ``deeds`` has COLUMNS, instants in microseconds, ``kind`` one of INTERACTION_KINDS."""

    platform: str
    mapping: Mapping[str, str]
    headers: list[str]
    rows: int
    deeds: pd.DataFrame
    rejects: list[Reject]
    notes: list[tuple[str, dict[str, Any]]]

    @property
    def accepted(self) -> int:
        """Rows that can be taken if their person is known."""
        return self.rows - len(self.rejects)


def parse_interactions(
    path: Path,
    *,
    zone: ShopZone,
    now: datetime,
    mapping: Mapped | None = None,
    platform: str | None = None,
    progress: Progress | None = None,
) -> ParsedInteractions:
    """Parse a file of deeds. A file without kinds but with stars or texts is one of reviews.

    Refuses whole-file faults and ``mapping_incomplete`` without a person, a time, or any kind.
    """
    report = progress or (lambda share: None)
    sheet = read_sheet(path, progress=lambda share: report(0.5 * share))
    if mapping:
        columns = check_mapping(mapping, sheet.headers, INTERACTION_FIELDS)
    else:
        columns = suggest_mapping(sheet.headers, INTERACTION_SYNONYMS)
    _check_columns(columns)
    own = ("kind", "stars", "text", "key")
    table = type_columns(sheet, {name: column for name, column in columns.items() if name not in own}, zone, now)
    _type_own(table, {name: columns[name] for name in own if name in columns})
    report(0.9)
    values = table.values
    if "kind" not in values:
        values["kind"] = REVIEW
    blank = pd.Series(pd.array([None] * len(values), dtype="str"), index=values.index)
    person = values.get("member_id", blank).fillna(values.get("phone", blank))
    table.refuse(person.isna(), "member_id" if table.has("member_id") else "phone", "member_key_missing")
    table.refuse(values["created_at"].isna(), "created_at", "deed_time_missing")
    table.refuse(values["kind"].isna(), "kind", "interaction_kind_missing")
    deeds = values[table.quarantine.good()].copy()
    deeds.insert(0, "line", sheet.line_numbers[deeds.index.to_numpy(dtype=np.int64)])
    for name in COLUMNS:
        if name not in deeds:
            deeds[name] = pd.Series(
                pd.array([None] * len(deeds), dtype="Int64" if name == "stars" else "str"), deeds.index
            )
    rejects = sorted([*sheet.rejects, *table.quarantine.rejects()], key=lambda one: one.line)
    report(1.0)
    kept = deeds[list(COLUMNS)].reset_index(drop=True)
    return ParsedInteractions(platform or "own", columns, sheet.headers, sheet.rows, kept, rejects, table.notes)


def _check_columns(columns: Mapping[str, str]) -> None:
    if not {"member_id", "phone"} & set(columns):
        raise Refusal("mapping_incomplete", field="member_id")
    if "created_at" not in columns:
        raise Refusal("mapping_incomplete", field="created_at")
    if not {"kind", "stars", "text"} & set(columns):
        raise Refusal("mapping_incomplete", field="kind")


def _type_own(table: Table, columns: Mapping[str, str]) -> None:
    """Type the columns that only these files have."""
    parsers = {
        "kind": (parse_kind, "str"),
        "stars": (parse_stars, "Int64"),
        "text": (lambda text: clean_text(text, MAX_TEXT), "str"),
        "key": (lambda text: clean_text(text, MAX_KEY), "str"),
    }
    for name, column in columns.items():
        parse, dtype = parsers[name]
        parsed = by_value(plain_column(table.sheet, column), parse, dtype)
        table.quarantine.add_all(parsed.faults, column)
        table.values[name] = parsed.values


def parse_kind(text: str) -> str | Fault:
    """A kind by our code or the platforms' words."""
    word = narrow(text).strip().casefold().replace(" ", "").replace("-", "_")
    found = _KINDS.get(word) or _KINDS.get(word.replace("_", ""))
    return found or Fault("interaction_kind_unknown")


def parse_stars(text: str) -> int | Fault:
    """1 to 5: a digit, with or without 星, or the platform's 好评, 中评, 差评."""
    word = narrow(text).strip()
    if word in STAR_WORDS:
        return STAR_WORDS[word]
    bare = word.removesuffix("星").removesuffix("分").removesuffix(".0")
    return int(bare) if bare in ("1", "2", "3", "4", "5") else Fault("stars_format")
