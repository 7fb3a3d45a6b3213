"""One demo shop of the usual size, one small one."""

from datetime import UTC, datetime

import pytest

from core.clock import ShopZone
from core.demo.generate import generate
from core.demo.shop import DemoShop

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
ZONE = ShopZone()


@pytest.fixture(scope="session")
def shop() -> DemoShop:
    """The prebuilt demo: 12,000 people, 24 months."""
    return generate(now=NOW, zone=ZONE)


@pytest.fixture(scope="session")
def small() -> DemoShop:
    """600 people, 12 months."""
    return generate(members=600, months=12, seed=7, now=NOW, zone=ZONE)
