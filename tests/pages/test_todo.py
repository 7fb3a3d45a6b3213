"""Today: the headline says what the numbers say, and each line leads to where it is finished."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.analytics.periods import Period
from core.clock import real_now
from core.documents.enums import Area, ImportKind
from core.i18n import LANGS, translate
from core.services.desk import Desk, open_desk
from core.services.journeys import read_journey
from core.services.shop_goals import read_goal
from core.services.today import Headline, Pulse, Todo, read_pulse, read_today
from core.store.queries.today import SalesSplit
from core.store.tables import Heartbeat, ImportBatch, Journey
from pages.ui import headline
from pages.ui.menu import ENTRIES
from pages.ui.todo_list import ENDS
from tests.pages.conftest import DEMO_NOW
from tests.services.order_files import bring_in, order

PAGE = "today/todo.py"


def _open(frame: AppTest, lang: str = "zh") -> AppTest:
    frame.session_state["lang"] = lang
    frame.run()
    frame.switch_page(PAGE).run()
    assert not frame.exception
    assert not frame.error
    return frame


def _texts(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.markdown, *app.caption, *app.warning])


@pytest.mark.parametrize("lang", LANGS)
def test_the_demo_shop_says_what_happened_and_what_to_do(lang: str, demo: Desk, frame: AppTest) -> None:
    app = _open(frame, lang)
    todos = read_today(demo, now=demo.now()).todos
    assert todos
    for todo in todos:
        assert translate(lang, f"today.tag.{todo.kind}") in _texts(app)  # type: ignore[arg-type]
    assert len(app.metric) == 9
    assert translate(lang, "today.worker.never") in [one.value for one in app.warning]  # type: ignore[arg-type]


def test_a_shop_without_orders_is_asked_for_them(frame: AppTest) -> None:
    desk = open_desk()
    with desk.db.write(Area.MEMBERS) as session:  # a member file came first
        batch = {"file_name": "f", "file_hash": "h", "preset": "members", "platform": "shop", "actor": "owner"}
        session.add(ImportBatch(kind=ImportKind.MEMBERS, recorded_at=desk.now(), **batch))
    desk.close()
    app = _open(frame)
    assert translate("zh", "today.empty") in _texts(app)
    assert not app.metric


def test_every_kind_of_line_has_its_words_and_an_end() -> None:
    paths = {entry.path for entry in ENTRIES}
    for kind, (page, _) in ENDS.items():
        assert page in paths
        for lang in LANGS:
            for part in ("tag", "line", "why", "act"):
                assert translate(lang, f"today.{part}.{kind}")


def test_a_line_opens_the_page_with_its_group(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    button = next(one for one in app.button if (one.key or "").endswith(":dropping"))
    button.click().run()
    assert not app.exception
    todo = next(one for one in read_today(demo, now=demo.now()).todos if one.kind == "dropping")
    assert f"找到 {todo.count:,} 人" in _texts(app)


def test_a_living_worker_is_told_quietly_and_a_dead_one_loudly(demo: Desk, frame: AppTest) -> None:
    with demo.db.write() as session:
        session.add(Heartbeat(worker="w", started_at=real_now(), beat_at=real_now()))
    app = _open(frame)
    assert not app.warning
    assert translate("zh", "today.worker.idle") in _texts(app)
    with demo.db.write() as session:
        beat = session.get(Heartbeat, "w")
        assert beat is not None
        beat.beat_at = real_now() - timedelta(hours=3)
    app.run()
    assert "提醒程序停了" in app.warning[0].value


def test_a_line_that_is_ticked_off_is_gone_for_today_and_can_be_brought_back(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    line = translate("zh", "today.tag.dropping")
    place = next(one.key for one in app.button if (one.key or "").endswith(":dropping")).split(":")[1]  # type: ignore[union-attr]
    app.button(key=f"todo:{place}:done").click().run()
    assert not app.exception
    assert line not in _texts(app)
    app.button(key="todo:back").click().run()
    assert line in _texts(app)


def test_the_goal_is_set_from_today_and_an_impossible_one_is_told(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.button(key="goal:set").click().run()
    app.number_input(key="goal:target:repurchase_365").set_value(101.0).run()
    app.button(key="confirm:goal:act").click().run()
    assert translate("zh", "error.goal_share") in [one.value for one in app.error]
    app.number_input(key="goal:target:repurchase_365").set_value(99.0).run()
    app.button(key="confirm:goal:act").click().run()
    assert not app.exception
    goal = read_goal(demo)
    assert goal is not None
    assert goal.target == 9_900


def test_birthdays_are_no_chore_while_their_reminder_runs(demo: Desk) -> None:
    kinds = {todo.kind for todo in read_today(demo, now=demo.now()).todos}
    assert "birthdays" in kinds
    document = read_journey(demo, "birthday").document.model_copy(update={"enabled": True})
    with demo.db.write() as session:
        row = Journey(code="birthday", enabled=True, document=document.canonical(), updated_at=demo.now())
        session.add(row)
    assert "birthdays" not in {todo.kind for todo in read_today(demo, now=demo.now()).todos}


def test_nothing_in_an_empty_shop_is_to_do(frame: AppTest) -> None:
    frame.run()
    desk = open_desk()
    found = read_today(desk, now=desk.now())
    assert (found.headline, found.data_until, found.todos, found.leave_alone) == (None, None, [], 0)
    assert read_pulse(desk, now=desk.now()) == Pulse(None, False, 0, [])
    desk.close()


MONTH = Period(date(2026, 11, 1), date(2026, 11, 22))
LESS = "本月会员成交 ¥940，比去年同期少 6%："
MORE = "本月会员成交 ¥1,300，比去年同期多 62%："


@pytest.mark.parametrize(
    ("_case", "now", "before", "said"),
    [
        ("only the others bought less", (20_000, 74_000), (19_000, 81_000), LESS + "少在老客（-9%），新客没少。"),
        ("only newcomers bought less", (10_000, 84_000), (20_000, 80_000), LESS + "少在新客（-50%），老客没少。"),
        ("both bought less", (19_000, 75_000), (20_000, 80_000), LESS + "老客（-6%）和新客（-5%）都少了。"),
        ("about the same", (20_000, 80_500), (20_000, 80_000), "本月会员成交 ¥1,005，和去年同期差不多。"),
        ("newcomers where there were none", (50_000, 80_000), (0, 80_000), MORE + "多在新客（+¥500），老客没多。"),
        ("nothing a year ago", (20_000, 80_000), None, "本月会员成交 ¥1,000。"),
    ],
)  # fmt: skip
def test_the_headline_names_where_the_difference_lies(
    _case: str,
    now: tuple[int, int],
    before: tuple[int, int] | None,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MEMBERDESK_NOW", DEMO_NOW)
    found = Headline(MONTH, SalesSplit(*now), "last_year", None, before and SalesSplit(*before))
    text = headline.headline_text(found, [Todo("calls", 3, minutes=10), Todo("expiring", 2, minutes=1)])
    assert text == said + "今天 2 件事，约 11 分钟。"


def test_orders_without_buyers_are_said_to_be_the_next_thing(frame: AppTest, tmp_path: Path) -> None:
    desk = open_desk()
    bring_in(desk, tmp_path, [order(1, member_id="", amount="60.00")], now=desk.now())
    desk.close()
    app = _open(frame)
    assert translate("zh", "today.nobody_known") in [one.value for one in app.info]
    assert translate("zh", "today.none") not in [one.value for one in app.markdown]
