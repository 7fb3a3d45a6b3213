"""The weekly letter on the screen, in the order of the paper."""

import streamlit as st

from core.services.weekly_letter import Letter, weeks_words
from pages.ui import format
from pages.ui.charts import TrendPoint, trend
from pages.ui.parts import card
from pages.ui.runtime import lang, t


def letter_view(letter: Letter) -> None:
    """Headline, figures, thirteen weeks, what was proved, what to do."""
    with card(letter.title):
        st.caption(letter.subtitle)
        st.markdown(f"##### {format.md_escape(letter.headline)}")
        for column, one in zip(st.columns(len(letter.figures)), letter.figures, strict=True):
            column.metric(one.label, one.value, one.change or None, delta_color="gray")
        st.caption(t("letter.against"))
        if letter.bars:
            st.markdown(f"**{weeks_words(letter, lang())}**")
            points = [TrendPoint(bar.start, bar.end, bar.sales_fen) for bar in letter.bars]
            trend(points, "yuan", height=170)
        st.markdown(f"**{t('letter.proved')}**")
        for line in letter.results:
            st.markdown(format.md_escape(line))
        if not letter.results:
            st.caption(t("letter.nothing_proved"))
        st.markdown(f"**{t('letter.todo')}**")
        for task in letter.tasks:
            left, right = st.columns([3, 2], gap="small")
            why = format.md_escape(task.why)
            left.markdown(f"{format.md_escape(task.line)}  \n:gray[:small[{why}]]")
            right.markdown(f":primary[{format.md_escape(task.brings)}]" if task.brings else "")
        if not letter.tasks:
            st.caption(t("letter.nothing_todo"))
        for line in letter.notes:
            st.caption(line)
