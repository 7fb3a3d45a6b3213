"""``GET /health``: is the server up, and which version is it. Says nothing about the shop."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from core import __version__


async def read_health(_request: Request) -> JSONResponse:
    """``{"status": "ok", "version": ...}``, never cached."""
    return JSONResponse({"status": "ok", "version": __version__}, headers={"Cache-Control": "no-store"})


route = Route("/health", read_health, methods=["GET"])
