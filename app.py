"""The server: the Streamlit frame, our HTTP routes, and the worker as a child. Start: ``streamlit run app.py``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from streamlit.starlette import App

from core.config import config
from core.http import health
from core.http.worker_child import worker_child


@asynccontextmanager
async def lifespan(_app: App) -> AsyncIterator[None]:
    """The worker lives as long as the server; ``MEMBERDESK_WORKER=external`` says that someone else starts it."""
    if config().worker == "external":
        yield
        return
    async with worker_child():
        yield


app = App(Path(__file__).parent / "pages" / "frame.py", routes=[health.route], lifespan=lifespan)
