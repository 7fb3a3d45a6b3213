"""``import orders`` and ``import members``."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import CommandLine
from tests.importers.corpus import TAOBAO_2022, TAOBAO_DETAIL, csv_bytes, taobao_row, write_taobao

KEYS = [
    "rows",
    "accepted",
    "rejected",
    "unchanged",
    "orders_new",
    "orders_updated",
    "orders_without_buyer",
    "people_new",
    "members_new",
    "paid_fen",
    "refunded_fen",
    "seconds",
    "rows_per_second",
    "rejects",
]
HEADER = "order_no,member_id,paid_at,amount,refund"
GOOD = ("A1,ann,2026-06-01 10:00,100.00,", "A2,ann,2026-06-02 10:00,50.50,0.50", "A3,bob,2026-06-03 10:00,20,")
Writer = Callable[..., Path]


def test_orders_answer_the_counts_of_the_contract(cli: CommandLine, write_csv: Writer) -> None:
    path = write_csv("orders.csv", HEADER, *GOOD, "A4,bob,2026-06-04 10:00,-3,", ",bob,2026-06-05 10:00,3,")
    found = cli.json("import", "orders", path, "--platform", "own")
    assert list(found)[: len(KEYS)] == KEYS
    assert (found["rows"], found["accepted"], found["rejected"], found["unchanged"]) == (5, 3, 2, 0)
    assert (found["orders_new"], found["people_new"], found["members_new"]) == (3, 2, 2)
    assert (found["paid_fen"], found["refunded_fen"]) == (17_050, 50)
    assert found["seconds"] > 0 and found["rows_per_second"] == pytest.approx(5 / found["seconds"], rel=0.05)
    assert [(r["line"], r["column"], r["value"], r["code"]) for r in found["rejects"]] == [
        (5, "amount", "-3", "amount_negative"),
        (6, "order_no", "", "order_no_missing"),
    ]
    assert all(r["message"] for r in found["rejects"])


def test_the_same_file_again_changes_nothing(cli: CommandLine, write_csv: Writer) -> None:
    path = write_csv("orders.csv", HEADER, *GOOD)
    cli.json("import", "orders", path)
    before = cli.json("show", "kpis")
    again = cli.json("import", "orders", path)
    assert (again["unchanged"], again["orders_new"], again["orders_updated"], again["people_new"]) == (3, 0, 0, 0)
    assert cli.json("show", "kpis") == before


def test_a_dry_run_says_what_would_change_and_changes_nothing(cli: CommandLine, write_csv: Writer) -> None:
    found = cli.json("import", "orders", write_csv("orders.csv", HEADER, *GOOD), "--dry-run")
    assert (found["orders_new"], found["dry_run"]) == (3, True)
    assert cli.json("show", "kpis", "--from", "2026-01-01")["orders"] == 0


def test_a_mapping_is_remembered_for_files_with_the_same_headers(cli: CommandLine, write_csv: Writer) -> None:
    header, row = "Beleg,Kunde,Wann,Wert", "{n},c{n},2026-06-0{n} 10:00,10"
    first, second = (write_csv(f"{n}.csv", header, row.format(n=n)) for n in (1, 2))
    assert cli.refused("import", "orders", first) == "mapping_incomplete"
    pairs = ("order_no=Beleg", "member_id=Kunde", "paid_at=Wann", "amount=Wert")
    options = [word for pair in pairs for word in ("--map", pair)]
    assert cli.json("import", "orders", first, *options, "--platform", "till", "--dry-run")["orders_new"] == 1
    assert cli.refused("import", "orders", second) == "mapping_incomplete", "a dry run remembers nothing"
    cli.json("import", "orders", first, *options, "--platform", "till")
    found = cli.json("import", "orders", second)
    assert (found["orders_new"], found["paid_fen"], found["platform"]) == (1, 1_000, "till")
    assert cli.json("show", "member", "till:c2")["profile"]["orders"] == 1


def test_many_bad_rows_are_refused_but_still_written_out(cli: CommandLine, write_csv: Writer, tmp_path: Path) -> None:
    good = [f"G{n},g{n},2026-06-01 10:00,10," for n in range(90)]
    bad = [f"B{n},g{n},2026-06-01 10:00,x," for n in range(10)]
    path, out = write_csv("orders.csv", HEADER, *good, *bad), tmp_path / "rejects.csv"
    assert cli.refused("import", "orders", path, "--rejects", out) == "too_many_bad_rows"
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [row["order_no"] for row in csv.DictReader(file)] == [f"B{n}" for n in range(10)]
    assert cli.json("show", "kpis")["people"] == 0
    out.unlink()
    found = cli.json("import", "orders", path, "--rejects", out, "--max-bad", 0.2)
    assert (found["accepted"], found["rejected"]) == (90, 10)
    assert len(out.read_text("utf-8-sig").splitlines()) == 11


def test_only_the_first_fifty_rejects_are_listed(cli: CommandLine, write_csv: Writer) -> None:
    rows = [f"B{n},g,2026-06-01 10:00,x," for n in range(60)]
    found = cli.json("import", "orders", write_csv("orders.csv", HEADER, *GOOD, *rows))
    assert (found["rejected"], len(found["rejects"])) == (60, 50)


def test_corrected_rejects_come_in(cli: CommandLine, write_csv: Writer, tmp_path: Path) -> None:
    out = tmp_path / "rejects.csv"
    cli.run("import", "orders", write_csv("o.csv", HEADER, *GOOD, "A4,bob,2026-06-04 10:00,3.001,"), "--rejects", out)
    out.write_text(out.read_text("utf-8-sig").replace("3.001", "3.00"), "utf-8")
    assert cli.json("import", "orders", out)["orders_new"] == 1


def test_a_taobao_list_comes_with_its_item_details(cli: CommandLine, tmp_path: Path) -> None:
    orders = write_taobao(tmp_path, [taobao_row(1), taobao_row(2)], TAOBAO_2022)
    detail = tmp_path / "detail.csv"
    row = {"订单编号": taobao_row(1)["订单编号"], "标题": "奶粉 3段", "价格": "50.00", "购买数量": "2"}
    detail.write_bytes(csv_bytes(TAOBAO_DETAIL, [row, row | {"订单编号": "999", "标题": "x"}]))
    found = cli.json("import", "orders", orders, "--items", detail, "--preset", "taobao_orders")
    assert (found["orders_new"], found["preset"], found["platform"]) == (2, "taobao_orders", "taobao")
    assert [reject["code"] for reject in found["side_rejects"]] == ["item_without_order"]
    items = cli.json("show", "member", "taobao:妈妈1")["orders"][0]["items"]
    assert items == [{"title": "奶粉 3段", "quantity": 2}]


def test_a_key_file_gives_orders_their_buyers(cli: CommandLine, write_csv: Writer) -> None:
    orders = write_csv("o.csv", "order_no,paid_at,amount", "A1,2026-06-01 10:00,5", "A2,2026-06-01 10:00,5")
    keys = write_csv("k.csv", "order_no,member_id", "A1,ann")
    found = cli.json("import", "orders", orders, "--keys", keys)
    assert (found["people_new"], found["orders_without_buyer"]) == (1, 1)


def test_members_answer_in_the_same_shape(cli: CommandLine, write_csv: Writer) -> None:
    header = "member_id,phone,name,birthday,joined_at,consent_sms,consent_email"
    rows = ("m1,13812345678,张小明,1990-05-06,2025-01-01,是,", "m2,,李雷,,2025-02-01,,yes", "m3,12,王,,,,")
    found = cli.json("import", "members", write_csv("m.csv", header, *rows))
    assert list(found)[: len(KEYS)] == KEYS
    assert (found["rows"], found["accepted"], found["rejected"]) == (3, 2, 1)
    assert (found["people_new"], found["members_new"]) == (2, 2)
    member = cli.json("show", "member", "own:m1")
    assert (member["consent_sms"], member["consent_email"]) == (True, False)
    assert (member["name"], member["phone"], member["birthday"]) == ("张**", "****5678", "05-06")


@pytest.mark.parametrize(
    ("_case", "options", "code"),
    [
        ("no such file", ["nosuch.csv"], "file_missing"),
        ("no such key file", ["o.csv", "--keys", "nosuch.csv"], "file_missing"),
        ("rejects into nowhere", ["o.csv", "--rejects", "nosuch/out.csv"], "folder_missing"),
        ("another preset", ["o.csv", "--preset", "jd"], "preset_mismatch"),
        ("an unknown field", ["o.csv", "--map", "color=amount"], "mapping_field_unknown"),
        ("an unknown column", ["o.csv", "--map", "order_no=Nummer"], "mapping_column_missing"),
    ],
)
def test_what_cannot_be_imported_is_refused(
    cli: CommandLine, write_csv: Writer, monkeypatch: pytest.MonkeyPatch, _case: str, options: list[str], code: str
) -> None:
    monkeypatch.chdir(write_csv("o.csv", HEADER, *GOOD).parent)
    assert cli.refused("import", "orders", *options) == code


@pytest.mark.parametrize(
    ("_case", "options"),
    [
        ("a map without =", ["--map", "order_no"]),
        ("a map without a column", ["--map", "order_no="]),
        ("a share above one", ["--max-bad", "5"]),
        ("an unknown preset", ["--preset", "amazon"]),
        ("an unknown option", ["--yes"]),
    ],
)
def test_wrong_use_ends_with_two(cli: CommandLine, write_csv: Writer, _case: str, options: list[str]) -> None:
    assert cli.run("import", "orders", write_csv("o.csv", HEADER, *GOOD), *options, code=2).stdout == ""


def test_the_words_of_an_import_are_the_owners_language(
    cli: CommandLine, write_csv: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv("o.csv", HEADER, *GOOD, "A4,bob,2026-06-04 10:00,-3,")
    assert "共 4 行：收下 3" in cli.run("import", "orders", path, "--dry-run").stdout
    monkeypatch.setenv("MEMBERDESK_LANG", "en")
    said = cli.run("import", "orders", path, "--dry-run").stdout
    assert "4 rows: 3 taken" in said
    assert "Line 5, “amount”: The amount is negative" in said
