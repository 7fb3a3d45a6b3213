"""All tables. Import from here: ``from core.store.tables import Member, Order``."""

from core.store.tables.base import Table
from core.store.tables.campaigns import Campaign, Decision
from core.store.tables.coupons import Coupon, Offer, Redemption
from core.store.tables.desk import AuditEntry, Revision, Setting
from core.store.tables.imports import ImportBatch, ImportMapping, ImportReject, StagedItem, StagedOrder
from core.store.tables.insight import CohortCell, FittedModel, MemberOutlook, ProductPair
from core.store.tables.ledgers import (
    GrowthEntry,
    Interaction,
    LedgerSeal,
    MemberPoints,
    PointsEntry,
    PointsFact,
    TierOverride,
)
from core.store.tables.marks import MemberMark
from core.store.tables.member_cards import (
    CustomField,
    CustomValue,
    ErasedIdentity,
    Erasure,
    MemberNote,
    SegmentSnapshot,
    SegmentSnapshotMember,
    StaticList,
    StaticListMember,
    TagRule,
)
from core.store.tables.messages import CallTask, Heartbeat, Journey, MessageTemplate, OutboxMessage
from core.store.tables.obligations import MemberService, Obligation
from core.store.tables.orders import Order, OrderItem, Product, Refund
from core.store.tables.paid_plans import PaidPlan, PlanPurchase, PlanRefund
from core.store.tables.partners import Partner, PartnerCode
from core.store.tables.people import Consent, Member, MemberIdentity, MemberTag
from core.store.tables.profiles import DaySummary, MemberProfile
from core.store.tables.programme import MemberTier, RuleVersion, TierChange
from core.store.tables.rewards import Goodwill, Reward, RewardClaim
from core.store.tables.segments import SavedSegment
from core.store.tables.shop_goals import AdSpend, ShopGoal, TrafficDay
from core.store.tables.stored_value import StoredBalance, StoredPlan, StoredPosting, StoredTransaction

metadata = Table.metadata

__all__ = [
    "AdSpend",
    "AuditEntry",
    "CallTask",
    "Campaign",
    "CohortCell",
    "Consent",
    "Coupon",
    "CustomField",
    "CustomValue",
    "DaySummary",
    "Decision",
    "ErasedIdentity",
    "Erasure",
    "FittedModel",
    "Goodwill",
    "GrowthEntry",
    "Heartbeat",
    "ImportBatch",
    "ImportMapping",
    "ImportReject",
    "Interaction",
    "Journey",
    "LedgerSeal",
    "Member",
    "MemberIdentity",
    "MemberMark",
    "MemberNote",
    "MemberOutlook",
    "MemberPoints",
    "MemberProfile",
    "MemberService",
    "MemberTag",
    "MemberTier",
    "MessageTemplate",
    "Obligation",
    "Offer",
    "Order",
    "OrderItem",
    "OutboxMessage",
    "PaidPlan",
    "Partner",
    "PartnerCode",
    "PlanPurchase",
    "PlanRefund",
    "PointsEntry",
    "PointsFact",
    "Product",
    "ProductPair",
    "Redemption",
    "Refund",
    "Revision",
    "Reward",
    "RewardClaim",
    "RuleVersion",
    "SavedSegment",
    "SegmentSnapshot",
    "SegmentSnapshotMember",
    "Setting",
    "ShopGoal",
    "StagedItem",
    "StagedOrder",
    "StaticList",
    "StaticListMember",
    "StoredBalance",
    "StoredPlan",
    "StoredPosting",
    "StoredTransaction",
    "Table",
    "TagRule",
    "TierChange",
    "TierOverride",
    "TrafficDay",
    "metadata",
]
