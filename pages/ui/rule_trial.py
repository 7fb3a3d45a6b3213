"""Try the rules under edit on everybody, see who would move, and publish them with a date."""

from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from core.documents.enums import Area
from core.documents.rules import RuleDocument, read_rules
from core.services.rule_versions import MOST_NAMED, Preview, draft_version, preview_rules, publish_version
from pages.ui import format, state
from pages.ui.charts import Cell, heat_grid, kpi_card, kpi_row
from pages.ui.confirm import confirm_dialog
from pages.ui.parts import card, flash
from pages.ui.people import called
from pages.ui.rule_draft import RuleDraft
from pages.ui.rule_editor import difference_lines
from pages.ui.runtime import actor, cached, desk, lang, now, t, today

BIG_SPENDER_FEN = 3_000_00
AT_ONCE, ON_DAY = "at_once", "on_day"


@cached(Area.RULES, Area.MEMBERS, Area.ORDERS)
def _preview(text: str) -> Preview:
    return preview_rules(desk(), read_rules(text), now=now())


def show_trial(draft: RuleDraft, live: RuleDocument, document: RuleDocument | None) -> None:
    """The difference in words, the trial, and what it found."""
    with card(t("tiers.trial")):
        lines = [] if document is None else difference_lines(live, document)
        if document is not None:
            st.markdown("\n".join(lines) if lines else t("tiers.no_difference"))
        ready = document is not None and bool(lines)
        with st.container(horizontal=True, vertical_alignment="center"):
            tried = st.button(
                t("tiers.try"), type="primary", icon=":material/science:", key="tiers:try", disabled=not ready
            )
            if st.button(t("tiers.keep_draft"), key="tiers:keep", disabled=not ready) and document is not None:
                draft.version_id = _keep(draft, document)
                flash(t("tiers.kept"))
                st.rerun()
            if draft.changed or draft.version_id is not None:
                st.button(t("tiers.discard"), type="tertiary", key="tiers:discard", on_click=_discard)
        if tried:
            draft.tried = draft.text
        if document is None or draft.tried is None:
            return
        if draft.tried != draft.text:
            st.info(t("tiers.try_again"), icon=":material/info:")
            return
    with st.spinner(t("tiers.trying")):
        found = _preview(draft.tried)
    _show_moves(found, live, document)
    _publish(draft, document, found)


def _discard() -> None:
    state.put(state.Key.RULES, None)


def _keep(draft: RuleDraft, document: RuleDocument) -> int:
    return draft_version(desk(), actor(), document, now=now(), version_id=draft.version_id)


def _show_moves(found: Preview, live: RuleDocument, document: RuleDocument) -> None:
    """Counts, the table from tier to tier, and the losers by name."""
    names = {**live.names(lang()), **document.names(lang())}
    losers = len(found.losers)
    with kpi_row(3) as cards:
        for column, key, count in zip(
            cards,
            ("losers", "winners", "same"),
            (losers, found.winners, found.members - losers - found.winners),
            strict=True,
        ):
            with column:
                kpi_card(t(f"tiers.{key}"), format.people(count))
    left, right = st.columns(2, gap="small")
    with left, card(t("tiers.migration"), help=t("tiers.migration.help"), fill=True):
        cells = [
            Cell(names[after], names[before], count, format.number(count), format.people(count))
            for (before, after), count in found.migration.items()
        ]
        heat_grid(
            cells,
            columns=[names[code] for code in document.codes],
            lines=[names[code] for code in reversed(live.codes)],
            column_title=t("tiers.migration.after"),
            line_title=t("tiers.migration.before"),
            line_height=42,
        )
    with right, card(t("tiers.losers_by_name"), fill=True):
        if not losers:
            st.markdown(t("tiers.nobody_loses"))
            return
        big = sum(spent >= BIG_SPENDER_FEN for *_, spent in found.losers)
        days = document.window.days
        said, amount = format.number(losers), format.yuan(BIG_SPENDER_FEN)
        if big:
            st.markdown(t("tiers.losers_say", n=said, big=format.number(big), days=days, amount=amount))
        else:
            st.markdown(t("tiers.losers_small", n=said, days=days, amount=amount))
        st.dataframe(_losers(found, names, days), hide_index=True, width="stretch", height=260)
        if losers > MOST_NAMED:
            st.caption(t("tiers.losers_first", n=MOST_NAMED))


def _losers(found: Preview, names: dict[str, str], days: int) -> pd.DataFrame:
    listed = found.losers[:MOST_NAMED]
    return pd.DataFrame(
        {
            t("tiers.column.person"): called([number for number, *_ in listed]),
            t("tiers.column.before"): [names[before] for _, before, _, _ in listed],
            t("tiers.column.after"): [names[after] for _, _, after, _ in listed],
            t("tiers.column.spent", days=days): [format.yuan(spent) for *_, spent in listed],
        }
    )


def _publish(draft: RuleDraft, document: RuleDocument, found: Preview) -> None:
    with card(t("tiers.publish")):
        left, middle, right = st.columns([2, 3, 2], vertical_alignment="bottom")
        when = left.segmented_control(
            t("tiers.effective"),
            (AT_ONCE, ON_DAY),
            default=AT_ONCE,
            format_func=lambda one: t(f"tiers.effective.{one}"),
            key="tiers:when",
            required=True,
        )
        tomorrow = today() + timedelta(days=1)
        day: date | None = None
        if when == ON_DAY:
            day = middle.date_input(t("tiers.effective.day"), tomorrow, min_value=tomorrow, key="tiers:day")
        else:
            middle.caption(t("tiers.effective.at_once.say"))
        opened = right.button(
            t("tiers.publish_for", n=format.number(found.members)), type="primary", key="tiers:publish", width="stretch"
        )
    losers = len(found.losers)
    numbers = [
        (t("tiers.losers"), format.people(losers)),
        (t("tiers.winners"), format.people(found.winners)),
        (t("tiers.effective"), format.day(day, year=True) if day else t("tiers.effective.at_once")),
    ]

    def act(_: str) -> datetime:
        at = now()
        starts = None if day is None else desk().zone.start(day)
        number = _keep(draft, document)
        publish_version(desk(), actor(), number, effective_from=starts, now=at)
        state.put(state.Key.RULES, None)
        return starts or at

    confirm_dialog(
        opened,
        "rules",
        t("tiers.publish"),
        numbers,
        t("tiers.publish_for", n=format.number(found.members)),
        act,
        done=lambda at: t("tiers.published", moment=format.moment(at, desk().zone)),
        text=t("tiers.publish_text"),
        warning=t("tiers.publish_losers", n=format.number(losers)) if losers else None,
    )
