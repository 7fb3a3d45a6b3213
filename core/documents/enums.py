"""Small closed vocabularies, stored by value. Open ones (benefit kinds, journeys, event kinds) are checked strings."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """Where an order stands; the platforms' words are mapped by the importers. Only ever advances."""

    WAIT_PAY = "wait_pay"
    PAID = "paid"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    FINISHED = "finished"
    CLOSED = "closed"

    @property
    def rank(self) -> int:
        """Later states have a higher rank."""
        return list(OrderStatus).index(self)


class VersionStatus(StrEnum):
    """A rule version's life: a draft may be edited, a published one never."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class CouponStatus(StrEnum):
    """A coupon's life; ``expired`` is set by the worker when its time has passed."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    VOID = "void"


class RedemptionKind(StrEnum):
    """Whether the code was seen, or only a matching discount."""

    EXPLICIT = "explicit"
    INFERRED = "inferred"


class CampaignStatus(StrEnum):
    """A campaign's life."""

    DRAFT = "draft"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Arm(StrEnum):
    """The side of the comparison a person was put on at launch, for good."""

    TREATED = "treated"
    HELD_OUT = "held_out"


class MessageStatus(StrEnum):
    """Where a message of the outbox stands. The last four are final."""

    PENDING = "pending"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


class CallEnd(StrEnum):
    """Why a line of the call list was closed before anybody wrote; kept in the place of an answer."""

    OPTED_OUT = "end:opted_out"
    NOT_COUNTED = "end:not_counted"
    CANCELLED = "end:cancelled"
    COUPON_OVER = "end:coupon_over"


class Purpose(StrEnum):
    """Marketing needs consent, caps, quiet hours; a notice is owed."""

    MARKETING = "marketing"
    NOTICE = "notice"


class Verdict(StrEnum):
    """What a campaign's comparison says."""

    WORKS = "works"
    DOES_NOT = "does_not"
    CANNOT_TELL = "cannot_tell"


class ImportKind(StrEnum):
    """What a file holds."""

    ORDERS = "orders"
    MEMBERS = "members"


class Area(StrEnum):
    """A part of the store whose pages are cached by its revision."""

    ORDERS = "orders"
    MEMBERS = "members"
    RULES = "rules"
    CAMPAIGNS = "campaigns"
    MESSAGES = "messages"
    SETTINGS = "settings"
