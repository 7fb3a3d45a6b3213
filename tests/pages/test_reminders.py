"""Reminders: who gets one today, the switch, the log, and messages that a person must decide on."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core.documents.enums import MessageStatus
from core.documents.journey import BIRTHDAY, DORMANT
from core.i18n import LANGS
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.due import rule_of
from core.services.journeys import evaluate_journeys, read_journey
from core.services.message_log import count_log, list_log, list_unknown

OpenPage = Callable[..., AppTest]
PAGE = "marketing/reminders.py"
OWNER = Actor.owner()


def _texts(app: AppTest) -> str:
    shown = [*app.caption, *app.markdown, *app.error, *app.subheader, *app.toast]
    return " ".join(str(one.value) for one in shown)


@pytest.fixture
def page(demo: Desk, open_page: OpenPage) -> AppTest:
    """The page over the small demo shop, at the reminder for dormant customers."""
    frame = open_page(PAGE)
    return frame.segmented_control(key="reminders:which").set_value(DORMANT).run()


def test_a_link_opens_its_reminder_whatever_was_chosen_before(page: AppTest) -> None:
    page.query_params["journey"] = BIRTHDAY
    page.run()
    assert page.segmented_control(key="reminders:which").value == BIRTHDAY
    page.segmented_control(key="reminders:which").set_value(DORMANT).run()
    assert page.segmented_control(key="reminders:which").value == DORMANT


def _switch_on(page: AppTest) -> None:
    page.button(key="reminders:on").click().run()
    page.button(key=f"confirm:reminder:{DORMANT}:act").click().run()
    assert not page.exception and not page.error


@pytest.mark.parametrize("lang", LANGS)
def test_every_reminder_opens(lang: str, demo: Desk, open_page: OpenPage) -> None:
    frame = open_page(PAGE, lang)
    for code in ("birthday", "coupon_expiring", "dormant"):
        frame.segmented_control(key="reminders:which").set_value(code).run()
        assert not frame.exception and not frame.error


def test_the_people_of_today_and_the_reasons_add_up(page: AppTest) -> None:
    getting, others = (int(one.value.split()[0]) for one in page.metric[:2])
    reasons = [one.value for one in page.caption if one.value.startswith("没发：")]
    assert getting > 0
    assert sum(int(line.rsplit("：", 1)[1].split()[0]) for line in reasons) == others


def test_switching_on_asks_first(page: AppTest, demo: Desk) -> None:
    page.button(key="reminders:on").click().run()
    assert not read_journey(demo, DORMANT).enabled
    page.button(key=f"confirm:reminder:{DORMANT}:act").click().run()
    assert read_journey(demo, DORMANT).enabled


def test_switching_off_is_one_click(page: AppTest, demo: Desk) -> None:
    _switch_on(page)
    page.button(key="reminders:off").click().run()
    assert not page.exception
    assert not read_journey(demo, DORMANT).enabled


def test_changes_are_kept_only_when_saved(page: AppTest, demo: Desk) -> None:
    page.number_input(key=f"reminder:{DORMANT}:days").set_value(90).run()
    assert read_journey(demo, DORMANT).document.days == 120
    page.button(key="reminders:save").click().run()
    assert read_journey(demo, DORMANT).document.days == 90
    assert not [button for button in page.button if button.key == "reminders:save"]


def test_a_text_with_a_fault_is_refused_with_its_sentence(page: AppTest, demo: Desk) -> None:
    page.text_area(key=f"reminder:{DORMANT}:text").set_value("{生日}快乐").run()
    page.button(key="reminders:save").click().run()
    assert page.error and not page.exception
    assert "{生日}" not in read_journey(demo, DORMANT).document.message.text


def test_the_log_counts_everybody_and_says_why(page: AppTest, demo: Desk) -> None:
    _switch_on(page)
    evaluate_journeys(demo, Actor.worker(), now=demo.now())
    counts = count_log(demo, rule_of(DORMANT), now=demo.now())
    assert counts.waiting > 0 and counts.not_sent["held_out"] > 0
    assert counts.total == len(list_log(demo, rule_of(DORMANT), now=demo.now(), limit=10_000))
    not_sent = list_log(demo, rule_of(DORMANT), now=demo.now(), sent=False, limit=10_000)
    assert len(not_sent) == counts.total - counts.sent
    page.run()
    assert "留作对比" in _texts(page)


def test_a_person_decides_on_an_unknown_message(page: AppTest, demo: Desk) -> None:
    _switch_on(page)
    evaluate_journeys(demo, Actor.worker(), now=demo.now())
    with demo.db.write() as session:
        number = session.execute(text("SELECT min(id) FROM outbox_message WHERE status = 'pending'")).scalar_one()
        session.execute(
            text("UPDATE outbox_message SET status = 'unknown', tried_at = created_at WHERE id = :id"), {"id": number}
        )
    page.run()
    page.button(key=f"reminders:sent:{number}").click().run()
    assert not page.exception and not page.error
    assert list_unknown(demo) == []
    with demo.db.read() as session:
        status = session.execute(text("SELECT status FROM outbox_message WHERE id = :id"), {"id": number}).scalar_one()
    assert status == MessageStatus.SENT.value


def test_a_promised_reminder_leaves_nobody_out(page: AppTest) -> None:
    page.segmented_control(key="reminders:which").set_value(BIRTHDAY).run()
    assert not [slider for slider in page.slider if "hold_out" in (slider.key or "")]
