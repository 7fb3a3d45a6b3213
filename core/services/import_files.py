"""What the imports of orders and of members share: the report, the file's hash, the rejected rows."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlmodel import Session

from core.clock import to_micros
from core.importers.rejects import Reject
from core.store.bulk import bulk_insert, reserve_ids
from core.store.tables import ImportReject
from core.store.vault import Vault

REJECTS_KEPT = timedelta(days=90)
MANY_ROWS = 100
BAD_SHARE = 0.05


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or with ``--dry-run`` would do; CLI.md says what each number means."""

    rows: int
    accepted: int
    rejected: int
    unchanged: int
    rejects: list[Reject]
    orders_new: int = 0
    orders_updated: int = 0
    orders_without_buyer: int = 0
    people_new: int = 0
    members_new: int = 0
    paid_fen: int = 0
    refunded_fen: int = 0
    seconds: float = 0.0
    batch_id: int | None = None

    @property
    def rows_per_second(self) -> float:
        """Rows by second of the whole import."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def bad_share(self) -> float:
        """The share of rejected rows."""
        return self.rejected / self.rows if self.rows else 0.0

    def needs_consent(self, max_bad: float = BAD_SHARE) -> bool:
        """Whether so many rows are bad that the owner must say yes first (5 % from 100 rows on)."""
        return self.rows >= MANY_ROWS and self.bad_share > max_bad


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def keep_rejects(session: Session, vault: Vault, batch_id: int, rejects: list[Reject], now: datetime) -> None:
    """Keep the rejected rows sealed for 90 days, to be downloaded and corrected."""
    ids = reserve_ids(session, ImportReject, len(rejects))
    expires = to_micros(now + REJECTS_KEPT)
    columns = ("id", "batch_id", "line", "column", "code", "params", "row_cipher", "expires_at")
    bulk_insert(
        session,
        ImportReject,
        columns,
        (
            (
                number,
                batch_id,
                reject.line,
                reject.column[:128],
                reject.code,
                json.dumps(dict(reject.params), ensure_ascii=False, default=str),
                vault.seal(json.dumps(dict(reject.raw), ensure_ascii=False)),
                expires,
            )
            for number, reject in zip(ids, rejects, strict=True)
        ),
    )
