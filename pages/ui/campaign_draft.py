"""A campaign under edit in the wizard: what its fields hold, and the document they make."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import uuid4

from core.clock import ShopZone
from core.documents.campaign import CampaignDocument
from core.documents.canonical import canonical_json
from core.documents.message import Message
from core.documents.offer import Offer
from core.documents.segment import EVERYONE, Node, parse_segment
from core.documents.segment_templates import template
from core.i18n import translate
from core.services.saved_groups import SavedGroup
from pages.ui import state
from pages.ui.chosen import Chosen, take_chosen
from pages.ui.offer_draft import NONE, OfferDraft, make_offer, read_offer
from pages.ui.runtime import desk, settings, t, today

EVERYBODY, GIVEN = "everyone", "given"
STEPS = ("group", "offer", "message", "check")
FIRST_HOUR = time(10)
NEAR_UPGRADE = "template:near_upgrade"
_GOALS = {NEAR_UPGRADE: "upgrade", "template:one_time": "second_order", "template:newcomers": "second_order"}


@dataclass
class CampaignDraft:
    """``group`` is ``everyone``, ``given`` (``tree`` from another page), ``template:CODE`` or ``saved:ID``.

    ``key`` names the draft in the store, so that two clicks or tabs make one campaign; ``text`` None: the ready text.
    """

    key: str
    campaign_id: int | None = None
    step: int = 0
    group: str = "template:dormant"
    category: str = ""
    tree: str = ""
    tree_name: str = ""
    name: str | None = None
    goal: str = "win_back"
    offer: OfferDraft = field(default_factory=OfferDraft)
    subject: str | None = None
    text: str | None = None
    channels: list[str] = field(default_factory=lambda: ["email", "call_list"])
    later: bool = False
    day: date | None = None
    hour: time = FIRST_HOUR
    hold_out: int = 15
    reason: str = ""
    exempt: list[str] = field(default_factory=list)
    measure_days: int = 14

    def choose_group(self, group: str) -> None:
        """Take a group, with the goal and the offer that fit it; an offer that was changed by hand stays."""
        if self.offer == ready_offer(self.group):
            self.offer = ready_offer(group)
        self.group, self.goal = group, _GOALS.get(group, self.goal if self.group not in _GOALS else "win_back")

    def find_tree(self, saved: list[SavedGroup]) -> Node:
        """The rule tree of the chosen group; refuses (``segment_template_choice``) one that lacks its category."""
        kind, _, code = self.group.partition(":")
        if kind == "template":
            return template(code).tree(self.category)
        if kind == "saved":
            return next((one.tree for one in saved if str(one.id) == code), EVERYONE)
        return parse_segment(self.tree) if kind == GIVEN else EVERYONE

    def group_name(self, saved: list[SavedGroup]) -> str:
        """What the chosen group is called."""
        kind, _, code = self.group.partition(":")
        if kind == "template":
            return t(f"segment.template.{code}")
        if kind == "saved":
            return next((one.name for one in saved if str(one.id) == code), "")
        return (self.tree_name or t("campaigns.given")) if kind == GIVEN else t("campaigns.everyone")

    def title(self, saved: list[SavedGroup]) -> str:
        """The campaign's name as typed, else one made of group and day."""
        typed = (self.name or "").strip()
        return typed or t("campaigns.ready_name", group=self.group_name(saved), month=today().month, day=today().day)

    def make_offer(self, name: str) -> Offer | None:
        """The offer as it stands."""
        return make_offer(self.offer, name, desk().zone, today())

    def message(self) -> Message:
        """The message as typed, else the ready one for this group and kind of offer."""
        subject = ready_subject(self.group) if self.subject is None else self.subject
        text = ready_text(self.offer, self.group) if self.text is None else self.text
        return Message(subject=" ".join(subject.split()), text=text or " ")

    def document(self, saved: list[SavedGroup]) -> CampaignDocument:
        """The document as it stands; what speaks against it is for the services to say."""
        name = self.title(saved)
        return CampaignDocument(
            name=name,
            goal=self.goal,
            segment=self.find_tree(saved).as_json(),
            offer=self.make_offer(name),
            message=self.message(),
            channels=tuple(self.channels),
            starts_at=self._starts(desk().zone),
            hold_out_share=self.hold_out / 100,
            hold_out_reason=self.reason.strip() if self.hold_out == 0 else "",
            measure_days=self.measure_days,
            exempt_tiers=tuple(self.exempt),
        )

    def _starts(self, zone: ShopZone) -> datetime | None:
        if not self.later or self.day is None:
            return None
        return zone.at(self.day, self.hour.hour, self.hour.minute)


def current_draft() -> CampaignDraft:
    """The campaign in the wizard; a group chosen on another page begins a new one."""
    chosen = take_chosen()
    if chosen is not None:
        return _begin_with(chosen)
    draft: CampaignDraft | None = state.get(state.Key.DRAFT)
    return draft or begin_draft()


def begin_draft() -> CampaignDraft:
    """A new campaign; e-mail only where the shop can send it."""
    draft = CampaignDraft(key=str(uuid4()))
    if not settings().smtp.configured and desk().store != "demo":
        draft.channels = ["call_list"]
    state.put(state.Key.DRAFT, draft)
    return draft


def _begin_with(chosen: Chosen) -> CampaignDraft:
    draft = begin_draft()
    if chosen.group_id is not None:
        draft.group = f"saved:{chosen.group_id}"
    else:
        draft.group, draft.tree = GIVEN, canonical_json(chosen.tree.as_json())
        draft.tree_name = chosen.name or ""
        if chosen.template and template(chosen.template).needs is None:
            draft.choose_group(f"template:{chosen.template}")
    return draft


def open_draft(document: CampaignDocument, campaign_id: int | None) -> CampaignDraft:
    """A kept campaign in the wizard: a draft to go on with, or without an id a copy of one that was launched."""
    zone = desk().zone
    starts = None if document.starts_at is None else zone.local(document.starts_at)
    later = campaign_id is not None and starts is not None
    draft = CampaignDraft(
        key=str(uuid4()),
        campaign_id=campaign_id,
        group=GIVEN,
        tree=canonical_json(document.segment),
        tree_name="",
        name=document.name if campaign_id is not None else None,
        goal=document.goal,
        offer=read_offer(document.offer, zone),
        subject=document.message.subject,
        text=document.message.text,
        channels=list(document.channels),
        later=later,
        day=starts.date() if later and starts else None,
        hour=starts.time() if later and starts else FIRST_HOUR,
        hold_out=round(document.hold_out_share * 100),
        reason=document.hold_out_reason,
        exempt=list(document.exempt_tiers),
        measure_days=document.measure_days,
    )
    state.put(state.Key.DRAFT, draft)
    return draft


def ready_offer(group: str) -> OfferDraft:
    """The offer of a new campaign; who lacks little to the next tier needs a threshold that one more order reaches."""
    return OfferDraft(threshold_fen=99_00, amount_fen=10_00) if group == NEAR_UPGRADE else OfferDraft()


def ready_subject(group: str) -> str:
    """The subject of a new campaign, in the shop's language."""
    return translate(settings().lang, "campaigns.ready_subject" + _ready_for(group))


def _ready_for(group: str) -> str:
    return ".near_upgrade" if group == NEAR_UPGRADE else ""


def ready_text(offer: OfferDraft, group: str) -> str:
    """The text of a new campaign for a group and a kind of offer, in the shop's language."""
    kind = "code"
    if offer.kind == NONE:
        kind = "none"
    elif offer.kind == "platform":
        kind = "platform_code" if offer.code.strip() else "platform_link"
    return translate(settings().lang, f"campaigns.ready_text{_ready_for(group)}.{kind}")
