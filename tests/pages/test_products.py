"""The page of goods on the small demo shop: every section opens, titles say the finding, a finding leads to a campaign."""

import pandas as pd
import pytest

from core.services.affinity import refresh_pairs
from core.services.desk import Desk
from core.services.products import ProductLine
from pages.ui.price_products import moved_of

PAGE = "numbers/products.py"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_section_opens(demo: Desk, open_page, lang: str) -> None:
    before = open_page(PAGE, lang)
    assert not before.exception and not before.error
    refresh_pairs(demo, now=demo.now())
    for section in ("best", "likes", "together", "next", "accuracy"):
        app = before.button_group(key="products:section").set_value(section).run()
        assert not app.exception and not app.error, section
        assert app.subheader, section


def test_only_a_category_that_differs_is_a_move() -> None:
    shown = [
        ProductLine(number, "奶粉", name, None, None, None, 0) for number, name in enumerate(("a", None, "b", "c"))
    ]
    typed = pd.DataFrame({"category": [" a ", None, "", "d"]})
    assert moved_of(shown, typed) == {2: None, 3: "d"}
