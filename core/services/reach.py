"""Who can be reached, on which way, and why the others cannot; the same judgement for an estimate and for a launch."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.channels.registry import channel_kind
from core.clock import to_micros
from core.documents.enums import Purpose
from core.rules.timing import caps_reached
from core.services.desk import Desk
from core.services.shop_settings import ShopSettings
from core.store.queries.contacts import read_contacts, read_touches

OPTED_OUT, CAP, NO_CONSENT, NO_CONTACT = "opted_out", "cap", "no_consent", "no_contact"
NOT_COUNTED, NOT_PERSONALISED = "not_counted", "not_personalised"


def find_reach(
    session: Session,
    desk: Desk,
    member_ids: Sequence[int],
    channels: Sequence[str],
    settings: ShopSettings,
    *,
    purpose: Purpose,
    chosen: bool = False,
    now: datetime,
) -> pd.DataFrame:
    """[member_id, channel, reason] in the order asked for: the first channel that reaches, or why none does.

    ``chosen``: the people were picked by what they did; who refused that gets only what goes to everybody (PIPL 24).
    Who opted out is left alone for either purpose: the notices of this shop are about coupons, and those are advertising.
    """
    people = read_contacts(session, member_ids)
    channel = np.full(len(people), None, dtype=object)
    reason = np.full(len(people), None, dtype=object)
    consent_missing = np.zeros(len(people), dtype=bool)
    for name in channels:
        reaches, unasked = _reaches(channel_kind(name).name, people)
        channel[(channel == None) & reaches] = name  # noqa: E711 - element by element
        consent_missing |= unasked
    unreached = channel == None  # noqa: E711
    reason[unreached] = np.where(consent_missing[unreached], NO_CONSENT, NO_CONTACT)
    if purpose is Purpose.MARKETING:
        members = people["member_id"].to_numpy(np.int64)
        touched, at = read_touches(session, members.tolist(), now, waiting=True)
        full = caps_reached(members, touched, at, to_micros(now), settings.cap_per_day, settings.cap_per_30_days)
        reason[full & ~unreached] = CAP
        if chosen:
            reason[~people["personalised"].to_numpy(bool)] = NOT_PERSONALISED
    reason[people["opted_out"].to_numpy(bool)] = OPTED_OUT
    reason[people["not_counted"].to_numpy(bool)] = NOT_COUNTED
    channel[reason != None] = None  # noqa: E711
    # As objects: pandas would make strings of them, and of None a number.
    words = {"channel": pd.Series(channel, dtype=object), "reason": pd.Series(reason, dtype=object)}
    return pd.DataFrame({"member_id": people["member_id"], **words})


def count_reach(frame: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    """People by channel, and people by the reason for which nothing reaches them."""
    by_channel = frame["channel"].value_counts().to_dict()
    by_reason = frame["reason"].value_counts().to_dict()
    return {str(k): int(v) for k, v in by_channel.items()}, {str(k): int(v) for k, v in by_reason.items()}


def _reaches(channel: str, people: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Whom a channel reaches, and whom it would reach if they had agreed; bool arrays, one a person."""
    nobody = np.zeros(len(people), dtype=bool)
    match channel:
        case "email":
            address, consent = people["has_email"].to_numpy(bool), people["consent_email"].to_numpy(bool)
            return address & consent, address & ~consent
        case "call_list":
            return people["has_handle"].to_numpy(bool), nobody
        case _:
            return ~nobody, nobody
