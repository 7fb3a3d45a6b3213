"""Rejected rows go back to the owner as a file that can be corrected and imported again."""

import ast
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.i18n import LANGS, Lang, catalog
from core.importers.items import allocate
from core.importers.rejects import Reject, neutral, write_rejects
from core.money import split
from tests.importers.corpus import TAOBAO_2017, orders, taobao_row, write_taobao

ROOT = Path(__file__).resolve().parents[2] / "core"


@pytest.mark.parametrize("lang", LANGS)
def test_a_corrected_reject_file_imports_again(tmp_path: Path, lang: Lang) -> None:
    bad = taobao_row(2, 总金额="-5.00", 买家会员名="=cmd|'/c calc'!A1")
    first = orders(write_taobao(tmp_path, [taobao_row(1), bad]))
    target = tmp_path / "rejects.csv"
    write_rejects(target, first.rejects, first.headers, lang)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(target.read_text("utf-8-sig").splitlines()))
    assert rows[1][-4:-1] == ["3", "总金额", "amount_negative"]
    target.write_text(target.read_text("utf-8-sig").replace("'-5.00", "100.00"), "utf-8-sig")
    again = orders(target)
    assert (again.preset, again.rejects) == ("taobao_orders", [])
    assert again.orders["buyer_id"].tolist() == ["=cmd|'/c calc'!A1"]
    assert again.orders["order_no"].tolist() == ["3515313147329000002"]
    assert len(again.headers) == len(TAOBAO_2017) + 4
    write_rejects(target, first.rejects, again.headers, lang)
    assert len(target.read_text("utf-8-sig").splitlines()[0].split(",")) == len(TAOBAO_2017) + 4


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_of_ours_runs_as_a_formula(start: str) -> None:
    assert neutral(f"{start}1+1").startswith("'")
    out = io.StringIO()
    write_rejects(out, [Reject(2, f"{start}a", "", "total_row", {}, {f"{start}a": f"{start}1"})], [f"{start}a"])
    assert all(cell[:1] != start for row in csv.reader(io.StringIO(out.getvalue(), newline="")) for cell in row)


CODE_ARGUMENT = {"Refusal": 0, "Fault": 0, "refuse": 2, "add_where": 2}


def _codes(tree: ast.AST) -> Iterator[str]:
    """Every code written as an argument where faults are raised or reported."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if len(call.args) > CODE_ARGUMENT.get(name, 99):
            for part in ast.walk(call.args[CODE_ARGUMENT[name]]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


@pytest.mark.parametrize("lang", LANGS)
def test_every_code_has_a_sentence(lang: Lang) -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "importers").glob("*.py")]
    codes = {code for source in sources for code in _codes(ast.parse(source))}
    assert len(codes) > 50
    assert {code for code in codes if f"error.{code}" not in catalog(lang)} == set()


def test_shares_are_those_of_the_plain_split() -> None:
    draw = np.random.default_rng(3)
    owner = np.sort(draw.integers(0, 300, 1_000))
    owner = np.unique(owner, return_inverse=True)[1].astype(np.int64)
    draw.shuffle(owner)
    totals = draw.integers(0, 100_000, owner.max() + 1)
    weights = draw.integers(0, 4, len(owner)) * draw.integers(0, 9_999, len(owner))
    parts = allocate(totals, owner, weights)
    for order, total in enumerate(totals):
        mine = np.flatnonzero(owner == order)
        assert parts[mine].tolist() == split(int(total), weights[mine].tolist())


def test_shares_of_huge_amounts_do_not_overflow() -> None:
    parts = allocate(np.array([10**11]), np.array([0, 0]), np.array([10**11, 2 * 10**11]))
    assert parts.tolist() == split(10**11, [1, 2])
