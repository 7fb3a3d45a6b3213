"""The demo shop's discounts before 双12: a newcomer coupon that no tier matches, which the price check finds."""

from core.documents.pricing import NewcomerCoupon, PlatformLine, PointsUse, PriceSettings, Reduction, ReductionStep

OFFICIAL_BP = 1_200


def demo_prices() -> PriceSettings:
    """Official reduction 12 %, 199 minus 10, newcomers 99 minus 20, a hundred points for a yuan up to a tenth."""
    return PriceSettings(
        platform=(PlatformLine(kind="official", rate_bp=OFFICIAL_BP),),
        reductions=(Reduction(steps=(ReductionStep(from_fen=199_00, off_fen=10_00),)),),
        newcomer=NewcomerCoupon(off_fen=20_00, from_fen=99_00),
        points=PointsUse(rate_fen=1_00, most_bp=1_000),
    )
