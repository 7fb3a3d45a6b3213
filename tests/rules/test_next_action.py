"""The next step: one thing at a time, in a fixed order, and nothing for whom nothing would help."""

from dataclasses import replace

from core.rules.next_action import Act, PersonFacts, Quiet, decide

CALM = PersonFacts(state="active", next_days=20, rhythm_days=30, silent_days=10, order_fen=100_00, spend_share=0.5)
CASES = [
    ("a promise due", replace(CALM, promise_due_days=2, bad_stars=1), Act.PROMISE, None),
    (
        "a late promise, also for who wants no messages",
        replace(CALM, promise_due_days=-4, opted_out=True),
        Act.PROMISE,
        None,
    ),
    ("a bad review", replace(CALM, bad_stars=2, bad_days=3, coupon_days=1), Act.BAD_REVIEW, None),
    ("an answered one", replace(CALM, bad_stars=2, bad_days=3, bad_answered=True), Act.LEAVE_ALONE, Quiet.BOUGHT),
    ("a coupon that ends", replace(CALM, coupon_days=7, missing_fen=1_00), Act.COUPON, None),
    ("a coupon with time left", replace(CALM, coupon_days=8), Act.LEAVE_ALONE, Quiet.BOUGHT),
    ("one usual order makes the next tier", replace(CALM, missing_fen=100_00), Act.UPGRADE, None),
    ("more than a usual order is missing", replace(CALM, missing_fen=100_01), Act.LEAVE_ALONE, Quiet.BOUGHT),
    ("about to buy", replace(CALM, next_days=3), Act.DUE, None),
    ("a best customer slips", replace(CALM, state="slipping", next_days=-30, spend_share=0.1), Act.SLIPPING, None),
    ("another one slips", replace(CALM, state="slipping", next_days=-30), Act.LEAVE_ALONE, Quiet.FADED),
    ("a birthday", replace(CALM, birthday_days=0), Act.BIRTHDAY, None),
    ("just written to", replace(CALM, birthday_days=0, touched_days=6), Act.LEAVE_ALONE, Quiet.TOUCHED),
    ("a week later", replace(CALM, birthday_days=0, touched_days=7), Act.BIRTHDAY, None),
    ("said no", replace(CALM, birthday_days=0, opted_out=True), Act.LEAVE_ALONE, Quiet.OPTED_OUT),
    ("not counted", replace(CALM, promise_due_days=0, not_counted=True), Act.LEAVE_ALONE, Quiet.NOT_COUNTED),
    ("erased", replace(CALM, promise_due_days=0, erased=True), Act.LEAVE_ALONE, Quiet.ERASED),
    ("nothing known", PersonFacts(), Act.LEAVE_ALONE, Quiet.NOTHING),
]


def test_each_case_has_its_step() -> None:
    assert [(case, decide(facts).act, decide(facts).quiet) for case, facts, _, _ in CASES] == [
        (case, act, quiet) for case, _, act, quiet in CASES
    ]
