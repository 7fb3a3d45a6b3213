"""What a price step is called and why it is taken, in words: the quote, the guard and the settings say it alike."""

from decimal import Decimal

from core.rules.deductions import NEWCOMER as NEWCOMER_COUPON
from core.rules.deductions import Deduction
from core.rules.price_guard import NEWCOMER, Case
from core.rules.pricing import Refused
from pages.ui import format
from pages.ui.runtime import lang, t
from pages.ui.tiers import tier_names


def kind_name(kind: str) -> str:
    """A kind of person: newcomer, or the tier's name."""
    return t("prices.newcomer") if kind == NEWCOMER else tier_names().get(kind, kind)


def deduction_name(deduction: Deduction) -> str:
    """What the owner calls it, else what it is."""
    if deduction.code == NEWCOMER_COUPON:
        return t("prices.newcomer_coupon")
    return deduction.name(lang()) or t(f"price.kind.{deduction.kind}")


def share_words(bp: int) -> str:
    """A share off as the reader counts it: 9.5 折, 5% off."""
    fold, percent = _plain(Decimal(10_000 - bp) / 1_000), _plain(Decimal(bp) / 100)
    return t("offer.words.share", fold=fold, percent=percent)


def why(deduction: Deduction) -> str:
    """What it takes, in a few words: 满 199 减 20."""
    if deduction.kind == "points":
        share = f"{_plain(Decimal(deduction.rate_bp) / 100)}%"
        return t("prices.why.points", amount=format.yuan(deduction.rate_fen), share=share)
    if deduction.rate_bp:
        words = share_words(deduction.rate_bp)
        if deduction.most_fen is not None:
            words = t("prices.why.capped", words=words, amount=format.yuan(deduction.most_fen))
        return (
            t("prices.why.from", amount=format.yuan(deduction.from_fen), words=words) if deduction.from_fen else words
        )
    if deduction.every_fen:
        off = format.yuan(deduction.steps[0][1])
        return t("prices.why.every", start=format.yuan(deduction.every_fen), off=off)
    if deduction.kind == "deposit":
        worth, off = deduction.steps[0]
        return t("prices.why.deposit", paid=format.yuan(worth - off), worth=format.yuan(worth))
    return t("phrase.comma").join(_step(start, off) for start, off in deduction.steps)


def _step(start: int, off: int) -> str:
    if not start:
        return t("prices.why.off", off=format.yuan(off))
    return t("prices.why.step", start=format.yuan(start), off=format.yuan(off))


def refused_words(refused: Refused) -> str:
    """Why something does not come off."""
    other = "" if refused.clashes is None else deduction_name(refused.clashes)
    return t(f"prices.refused.{refused.reason}", missing=format.yuan(refused.missing_fen), other=other)


def stack_words(case: Case) -> str:
    """The deductions of a case, one after the other: ¥218 − 官方立减 ¥32.70 − 新客券 ¥20 = ¥165.30."""
    words = format.yuan(case.quote.list_fen)
    for step in case.quote.steps:
        words += f" − {deduction_name(step.deduction)} {format.yuan(step.minus_fen)}"
    return f"{words} = {format.yuan(case.quote.payable_fen)}"


def basket_words(case: Case) -> str:
    """What lies in the basket of a case."""
    return t("prices.and").join(_pieces(line.product, line.quantity) for line in case.basket.lines)


def _pieces(title: str, quantity: int) -> str:
    return title if quantity == 1 else f"{title} ×{quantity}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
