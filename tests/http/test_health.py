"""The health route, asked over HTTP."""

from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import __version__
from core.http import health


def test_health_tells_status_and_version() -> None:
    answer = TestClient(Starlette(routes=[health.route])).get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": __version__}
    assert answer.headers["cache-control"] == "no-store"
