"""A long Taobao order list in one go: speed, memory, and the same file again. ``python -m tests.trust bigfile [ROWS]``."""

import csv
import random
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.importers.corpus import TAOBAO_2017, taobao_row
from tests.trust.process import Done
from tests.trust.process import run as run_process

NOW = "2026-03-01T12:00:00+08:00"
SEED = 20_260_301
MOST_MB = 1_000
WORDS = ("婴儿奶粉3段", "纸尿裤L码", "湿巾80抽", "连体衣", "奶瓶240ml", "安抚玩具", "辅食机", "儿童餐椅")
STATES = ("交易成功", "交易成功", "交易成功", "卖家已发货，等待买家确认", "买家已付款，等待卖家发货", "交易关闭")


@dataclass
class Expected:
    """What an import of a written file must say."""

    rows: int = 0
    people: int = 0
    paid_fen: int = 0
    refunded_fen: int = 0


def run(rows: str = "200000") -> dict[str, object]:
    """The long form."""
    with tempfile.TemporaryDirectory() as folder:
        return big_file(Path(folder), int(rows))


def big_file(folder: Path, rows: int) -> dict[str, object]:
    """Import a list of ``rows`` orders twice; ``broken`` names what did not hold."""
    path = folder / "ExportOrderList202603011200.csv"
    expected = write_list(path, rows)
    figures: dict[str, object] = {"rows": rows, "columns": len(TAOBAO_2017), "megabytes": path.stat().st_size // 10**6}
    broken = []
    for name, unchanged in (("first", 0), ("second", rows)):
        done = run_process(folder, NOW, "-m", "core", "import", "orders", path, "--json")
        found = done.json()
        figures[name] = _pace(done, rows)
        wanted = {
            "preset": "taobao_orders",
            "rows": rows,
            "accepted": rows,
            "rejected": 0,
            "unchanged": unchanged,
            "orders_new": rows - unchanged,
            "orders_updated": 0,
            "people_new": 0 if unchanged else expected.people,
            "paid_fen": expected.paid_fen,
            "refunded_fen": expected.refunded_fen,
        }
        broken += [f"{name} {key}: {found[key]}, not {value}" for key, value in wanted.items() if found[key] != value]
        if done.peak_mb >= MOST_MB:
            broken.append(f"{name}: {done.peak_mb:.0f} MB")
    violations = run_process(folder, NOW, "-m", "core", "verify", "--json").json()["violations"]
    return figures | {"violations": violations, "broken": broken + ["verify"] * bool(violations)}


def _pace(done: Done, rows: int) -> dict[str, float]:
    """Figures of the whole process, its start included."""
    return {
        "seconds": round(done.seconds, 1),
        "processor_seconds": round(done.processor_seconds, 1),
        "rows_per_second": round(rows / done.seconds),
        "peak_mb": round(done.peak_mb),
    }


def write_list(path: Path, rows: int, *, later: bool = False) -> Expected:
    """Write ``rows`` orders as the platform does; a fifth have one-off buyers, a seventh are unpaid.

    ``later``: as exported some weeks later, when every fourth has been refunded wholly.
    """
    expected, buyers = Expected(rows), set()
    start = datetime(2024, 3, 1)  # noqa: DTZ001 - a wall clock, as in the file
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(TAOBAO_2017)
        for number in range(1, rows + 1):
            row, paid, refund = _order(number, start, later and number % 4 == 0)
            writer.writerow([row.get(header.strip(), "") for header in TAOBAO_2017])
            buyers.add(row["买家会员名"])
            expected.paid_fen += paid
            expected.refunded_fen += refund
    expected.people = len(buyers)
    return expected


def _order(number: int, start: datetime, refunded: bool) -> tuple[dict[str, str], int, int]:
    """One row with what was paid and refunded on it, in fen; the same for the same number."""
    rng = random.Random(SEED + number)
    fen = rng.randrange(990, 60_000)
    paid = fen if rng.random() > 1 / 7 else 0
    part = rng.choice((0, 0, 0, 0, fen // 3, fen))
    refund = (fen if refunded else part) if paid else 0
    made = start + timedelta(seconds=rng.randrange(700 * 86_400))
    buyer = number if rng.random() < 0.2 else rng.randrange(1, number // 4 + 2)
    row = taobao_row(
        number,
        买家会员名=f"妈妈{buyer}𠮷" if buyer % 50 == 0 else f"tb_妈妈{buyer}",
        买家应付货款=_yuan(fen),
        总金额=_yuan(fen),
        买家实际支付金额=_yuan(paid - refund),
        退款金额=_yuan(refund),
        订单状态="交易关闭" if refund == fen else rng.choice(STATES[:-1]) if paid else "等待买家付款",
        订单创建时间=f"{made:%Y-%m-%d %H:%M:%S}",
        订单付款时间=f"{made + timedelta(seconds=40):%Y-%m-%d %H:%M:%S}" if paid else "",
        收货地址=f"浙江省 杭州市 西湖区 文三路{number % 900}号{number % 30}幢",
        宝贝标题=f"{rng.choice(WORDS)} {number % 400}号，送礼品",
        宝贝总数量=str(rng.randrange(1, 5)),
        买家留言="请尽快发货，谢谢" if number % 9 == 0 else "",
        店铺Id="61800001",
        店铺名称="云朵母婴",
        是否手机订单="手机订单",
    )
    return row, paid, refund


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
