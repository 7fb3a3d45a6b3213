"""Bring order files in: parse and check outside any transaction, stage in chunks, merge in one transaction."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from core.clock import to_micros
from core.documents.enums import Area, ImportKind
from core.errors import Refusal
from core.importers.orders import ParsedOrders
from core.importers.rejects import Reject
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.facts import timeline_of, weighs_categories
from core.services.import_files import BAD_SHARE, ImportReport, hash_file, keep_rejects
from core.services.imported_codes import match_imported_codes
from core.services.outlook import derive_outlook
from core.services.paid_plans import match_purchases
from core.services.refresh import owe_everybody, owe_review, review_owed
from core.services.shop_settings import load_settings
from core.services.stage_orders import PERSON_COLUMNS, Stage, discard_stage, stage_late_items, stage_orders
from core.store.audit import record
from core.store.queries import merge_orders, people, profiles
from core.store.queries.erasures import forget_staged
from core.store.queries.products import upsert_products
from core.store.tables import ImportBatch
from core.store.write_lock import Turn, take_turn

COUNTED = ("rows", "accepted", "rejected", "unchanged", "orders_new", "orders_updated", "paid_fen", "refunded_fen")


def import_orders(
    desk: Desk,
    actor: Actor,
    parsed: ParsedOrders,
    path: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    max_bad: float = BAD_SHARE,
    file_name: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> ImportReport:
    """Merge a parsed order file, or with ``dry_run`` say what would change. Refuses ``too_many_bad_rows``."""
    started = time.monotonic()
    stage = stage_orders(desk, parsed, progress=progress)
    try:
        if dry_run:
            with desk.db.read() as session:
                report = _report(session, parsed, stage)
            return replace(report, seconds=time.monotonic() - started)
        batch = _batch(parsed, path, file_name or path.name, actor, now)
        report = _merge(desk, actor, parsed, stage, batch, max_bad, now)
    finally:
        discard_stage(desk, stage)
    review_owed(desk, now=now)
    match_purchases(desk, now=now)
    return replace(report, seconds=time.monotonic() - started)


def _report(session: Session, parsed: ParsedOrders, stage: Stage) -> ImportReport:
    difference = merge_orders.find_difference(session, stage.number, parsed.platform)
    rejects = [*parsed.rejects, *_regress_rejects(parsed, difference)]
    turned_back = {order_no for _, order_no in difference.regressed}
    taken = parsed.orders[~parsed.orders["order_no"].isin(turned_back)] if turned_back else parsed.orders
    rows_by_order = parsed.rows_by_order
    bad_rows = len(parsed.rejects) + int(rows_by_order.reindex(list(turned_back)).fillna(1).sum())
    changed = int(rows_by_order.reindex(difference.new + difference.updated).fillna(1).sum())
    return ImportReport(
        rows=parsed.rows,
        accepted=parsed.rows - bad_rows,
        rejected=bad_rows,
        unchanged=parsed.rows - bad_rows - changed,
        orders_new=len(difference.new),
        orders_updated=len(difference.updated),
        orders_without_buyer=int(taken[["buyer_id", "phone", "email"]].isna().all(axis=1).sum()),
        people_new=difference.people_new,
        members_new=difference.buyers_not_joined if load_settings(session).members_from_first_order else 0,
        paid_fen=int(taken["paid_fen"].sum()),
        refunded_fen=int(taken["refund_fen"].sum()),
        seconds=0.0,
        rejects=rejects,
    )


def _regress_rejects(parsed: ParsedOrders, difference: merge_orders.Difference) -> list[Reject]:
    """A later export may only advance: a row that would turn an order back stays out, with its order number."""
    return [
        Reject(
            line,
            parsed.order_column,
            order_no,
            "order_regress",
            {"order_no": order_no},
            {parsed.order_column: order_no},
        )
        for line, order_no in difference.regressed
    ]


def _merge(
    desk: Desk,
    actor: Actor,
    parsed: ParsedOrders,
    stage: Stage,
    batch: ImportBatch,
    max_bad: float,
    now: datetime,
) -> ImportReport:
    at = to_micros(now)
    with desk.db.write(Area.ORDERS, Area.MEMBERS, Area.CAMPAIGNS) as session:
        take_turn(session, Turn.IMPORT)
        forget_staged(session, stage.number)
        report = _report(session, parsed, stage)  # against what is there now: another import may have been first
        if report.needs_consent(max_bad):
            raise Refusal("too_many_bad_rows", rejected=report.rejected, rows=report.rows)
        merge_orders.drop_regressed(session, stage.number, parsed.platform)
        stage_late_items(session, stage, parsed)
        people_new = _add_people(session, desk, stage, parsed.platform, now)
        for name in COUNTED:
            setattr(batch, name, getattr(report, name))
        session.add(batch)
        session.flush()
        assert batch.id is not None
        days = merge_orders.changed_days(session, stage.number, parsed.platform)
        sorted_now = upsert_products(session, desk.db, parsed.platform, parsed.items)
        merge_orders.merge_orders(session, stage.number, parsed.platform, batch.id, at)
        merge_orders.merge_items(session, stage.number, parsed.platform, batch.id, detailed=parsed.items_are_detail)
        merge_orders.settle_items(session, batch.id)
        merge_orders.record_refunds(session, batch.id, at)
        profiles.refresh_profiles(session, batch.id)
        if sorted_now:
            buyers = profiles.buyers_of(session, sorted_now)
            profiles.refresh_people(session, buyers)
            derive_outlook(session, buyers, now)
        members_new = 0
        if load_settings(session).members_from_first_order:
            members_new = profiles.join_from_first_order(session, batch.id)
        profiles.refresh_days(session, days | profiles.touched_days(session, batch.id))
        codes = match_imported_codes(session, desk, batch.id, now=now)
        keep_rejects(session, desk.vault, batch.id, report.rejects, now)
        batch.people_new = people_new
        owe_review(session, batch.id)
        if sorted_now and weighs_categories(timeline_of(session)):
            owe_everybody(session)
        record(
            session,
            actor.name,
            "orders.imported",
            f"batch:{batch.id}",
            now=now,
            count=report.accepted,
            new=report.orders_new,
            updated=report.orders_updated,
            rejected=report.rejected,
            redeemed=codes.redeemed,
            codes_refused=len(codes.rejects),
        )
        return replace(report, batch_id=batch.id, people_new=people_new, members_new=members_new)


def _add_people(session: Session, desk: Desk, stage: Stage, platform: str, now: datetime) -> int:
    """Insert whoever nobody knows yet, with what identifies them."""
    missing = merge_orders.missing_identities(session, stage.number)
    frame = stage.people.reindex(missing)
    rows: list[Mapping[str, object]] = [
        dict(zip(("hash", *PERSON_COLUMNS), row, strict=True))
        for row in frame[list(PERSON_COLUMNS)].itertuples(name=None)
    ]
    people.add_people(session, desk.vault, rows, platform=platform, now=now)
    return len(rows)


def _batch(parsed: ParsedOrders, path: Path, name: str, actor: Actor, now: datetime) -> ImportBatch:
    return ImportBatch(
        kind=ImportKind.ORDERS,
        file_name=name[-255:],
        file_hash=hash_file(path),
        preset=parsed.preset,
        platform=parsed.platform,
        actor=actor.name,
        recorded_at=now,
    )
