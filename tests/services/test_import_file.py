"""Plans of dropped files, previews and imports of them, and what is kept of an import."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.documents.enums import ImportKind
from core.errors import Refusal
from core.services.actor import Actor
from core.services.audit_trail import read_audit
from core.services.desk import Desk, prepare_store
from core.services.import_file import run_plans
from core.services.import_history import has_imports, list_batches, read_rejects, rejects_file
from core.services.import_plan import ImportPlan, Role, look_at, missing_fields, pair_items, usual_platform
from core.services.joined_rule import count_joined, set_joined_rule
from core.store.database import Database
from core.store.vault import Vault

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
OWNER = Actor.owner()
HEAD = "订单号,会员号,付款金额,付款时间"


@pytest.fixture
def desk(db: Database) -> Desk:
    """An empty shop on each store."""
    vault = Vault({1: b"k" * 32})
    prepare_store(db, vault)
    return Desk(db, vault, "shop")


def _file(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("\n".join([*rows, ""]), "utf-8")
    return path


def _orders(folder: Path, name: str = "own.csv", count: int = 12, bad: int = 0) -> ImportPlan:
    rows = [f"A{n},U{n % 4},{'x' if n < bad else '10.00'},2026-03-0{1 + n % 9} 10:00:00" for n in range(count)]
    path = _file(folder, name, HEAD, *rows)
    mapping = {"order_no": "订单号", "member_id": "会员号", "amount": "付款金额", "paid_at": "付款时间"}
    return ImportPlan(ImportKind.ORDERS, path, name, count, tuple(sorted(mapping.items())), "own")


def test_a_preview_writes_nothing_and_says_what_the_import_does(desk: Desk, tmp_path: Path) -> None:
    plan = _orders(tmp_path)
    (seen,) = run_plans(desk, OWNER, [plan], now=NOW, dry_run=True)
    assert seen.report is not None and (seen.changes, seen.report.people_new) == (12, 4)
    assert not has_imports(desk)
    (done,) = run_plans(desk, OWNER, [plan], now=NOW, dry_run=False)
    assert done.report is not None and done.report.orders_new == seen.report.orders_new
    assert done.report.people_new == seen.report.people_new
    assert has_imports(desk)


def test_the_fault_of_one_file_leaves_the_others_alone(desk: Desk, tmp_path: Path) -> None:
    broken = _file(tmp_path, "broken.csv", HEAD, '1,U1,10.00,"2026-03-01')
    plans = [ImportPlan(ImportKind.ORDERS, broken, "broken.csv", 1), _orders(tmp_path)]
    first, second = run_plans(desk, OWNER, plans, now=NOW, dry_run=False)
    assert isinstance(first.fault, Refusal) and first.report is None and first.changes == 0
    assert second.changes == 12
    assert [line.file_name for line in list_batches(desk, now=NOW)] == ["own.csv"]


def test_progress_runs_over_all_files_and_never_back(desk: Desk, tmp_path: Path) -> None:
    shares: list[float] = []
    plans = [_orders(tmp_path, "a.csv"), _orders(tmp_path, "b.csv")]
    run_plans(desk, OWNER, plans, now=NOW, dry_run=True, progress=shares.append)
    assert shares == sorted(shares) and 0.5 < shares[-1] <= 1.0


def test_rejected_rows_come_back_to_be_corrected_until_their_time_is_over(desk: Desk, tmp_path: Path) -> None:
    run_plans(desk, OWNER, [_orders(tmp_path, bad=2)], now=NOW, dry_run=False)
    (line,) = list_batches(desk, now=NOW)
    assert (line.rejected, line.kept_rejects, line.added) == (2, 2, 10)
    rejects = read_rejects(desk, line.id, now=NOW)
    assert [(one.line, one.column, one.value) for one in rejects] == [(2, "付款金额", "x"), (3, "付款金额", "x")]
    path = tmp_path / "again.csv"
    path.write_bytes(rejects_file(rejects, (), "zh").replace(b",x,", b",10.00,"))
    (again,) = run_plans(desk, OWNER, [_plan(desk, path)], now=NOW, dry_run=True)
    assert again.changes == 2
    late = NOW + timedelta(days=91)
    assert read_rejects(desk, line.id, now=late) == [] and list_batches(desk, now=late)[0].kept_rejects == 0


def _plan(desk: Desk, path: Path) -> ImportPlan:
    look = look_at(desk, path, path.name)
    assert look.sure and look.mapping is not None, "the columns of the first file are remembered"
    return ImportPlan(ImportKind.ORDERS, path, path.name, 2, tuple(sorted(look.mapping.items())), look.platform)


@pytest.mark.parametrize(
    ("_case", "head", "row", "role", "sure"),
    [
        ("orders by their names", HEAD, "A1,U1,10.00,2026-03-01", Role.ORDERS, False),
        ("members", "会员号,手机号,生日", "U1,13900000000,05-06", Role.MEMBERS, False),
        ("keys", "订单号,会员号", "A1,U1", Role.KEYS, True),
        ("keys by phone", "订单编号,手机号", "A1,13900000000", Role.KEYS, True),
        ("keys by both", "订单号,会员号,手机号", "A1,U1,13900000000", Role.KEYS, True),
        ("details", "订单编号,标题,价格,购买数量", "A1,奶粉,10.00,1", Role.ITEMS, True),
        ("who knows", "a,b", "1,2", Role.SKIP, False),
    ],
)
def test_what_a_file_is(desk: Desk, tmp_path: Path, _case: str, head: str, row: str, role: Role, sure: bool) -> None:
    look = look_at(desk, _file(tmp_path, "x.csv", head, row), "x.csv")
    assert (look.role, look.sure) == (role, sure)


def test_details_go_with_the_list_whose_orders_they_hold(desk: Desk, tmp_path: Path) -> None:
    head = "订单编号,买家会员名,总金额,订单状态,订单创建时间,宝贝标题"
    looks = []
    for month in (1, 2):
        row = f"{month},U,10.00,交易成功,2026-03-01 10:00:00,奶粉"
        looks.append(look_at(desk, _file(tmp_path, f"list{month}.csv", head, row), "list"))
    for month in (2, 1):
        row = f"{month},奶粉,10.00,1"
        looks.append(look_at(desk, _file(tmp_path, f"items{month}.csv", "订单编号,标题,价格,购买数量", row), "items"))
    paired = {orders.name: items.name for orders, items in pair_items(looks).items()}
    assert paired == {"list1.csv": "items1.csv", "list2.csv": "items2.csv"}


def test_member_numbers_are_those_of_the_orders_beside_or_before(desk: Desk, tmp_path: Path) -> None:
    members = look_at(desk, _file(tmp_path, "m.csv", "会员号,生日", "U1,05-06"), "m.csv")
    assert usual_platform(desk, [members]) == "own"
    head = "订单编号,买家会员名,总金额,订单状态,订单创建时间,宝贝标题"
    orders = _file(tmp_path, "list.csv", head, "1,U,10.00,交易成功,2026-03-01 10:00:00,奶粉")
    assert usual_platform(desk, [members, look_at(desk, orders, "list.csv")]) == "taobao"
    run_plans(desk, OWNER, [ImportPlan(ImportKind.ORDERS, orders, "list.csv", 1)], now=NOW, dry_run=False)
    assert usual_platform(desk, [members]) == "taobao"


@pytest.mark.parametrize(
    ("_case", "mapping", "role", "missing"),
    [
        ("whole", {"order_no": "a", "amount": "b", "paid_at": "c"}, Role.ORDERS, []),
        ("created is enough", {"order_no": "a", "amount": "b", "created_at": "c"}, Role.ORDERS, []),
        ("nothing", {}, Role.ORDERS, ["order_no", "amount", "created_at"]),
        ("members by phone", {"phone": "a"}, Role.MEMBERS, []),
        ("members by nothing", {"birthday": "a"}, Role.MEMBERS, ["member_id"]),
    ],
)
def test_what_a_mapping_lacks(_case: str, mapping: dict[str, str], role: Role, missing: list[str]) -> None:
    assert missing_fields(mapping, role) == missing


def test_the_joined_rule_moves_everybody_and_back(desk: Desk, tmp_path: Path) -> None:
    run_plans(desk, OWNER, [_orders(tmp_path)], now=NOW, dry_run=False)
    counts = count_joined(desk)
    assert (counts.now, counts.first_order, counts.file) == (4, 4, 0)
    assert set_joined_rule(desk, OWNER, "file", now=NOW) == 0
    assert count_joined(desk).first_order == 4
    assert set_joined_rule(desk, OWNER, "first_order", now=NOW) == 4


def test_the_trail_is_read_newest_first(desk: Desk, tmp_path: Path) -> None:
    run_plans(desk, OWNER, [_orders(tmp_path)], now=NOW, dry_run=False)
    lines = read_audit(desk)
    assert (lines[0].action, lines[-1].action) == ("mapping.remembered", "orders.imported")
    assert lines[-1].count == 12 and lines[-1].detail["new"] == 12
    assert [line.id for line in lines] == sorted((line.id for line in lines), reverse=True)
    assert [line.action for line in read_audit(desk, limit=1)] == ["mapping.remembered"]
