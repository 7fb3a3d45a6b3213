"""The stored value of a person on the portrait, when the shop has it."""

import streamlit as st

from core.services.stored_account import read_account
from pages.ui.parts import card, link
from pages.ui.runtime import desk, now, options, t
from pages.ui.stored_member import balance_row

PAGE = "programme/stored_value.py"


def stored_card(member_id: int, public_id: str) -> None:
    """The balance and the way to the desk; nothing where stored value is off."""
    if "stored_value" not in options():
        return
    with card(t("stored.total")):
        account = read_account(desk(), member_id, now=now())
        if account.topups:
            balance_row(account)
        else:
            st.caption(t("stored.never"))
        link(t("stored.go"), PAGE, query={"person": public_id}, icon="account_balance_wallet")
