"""Files to print: our own templates filled with values, as HTML that stands alone, and as PDF where typst is installed."""

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.errors import Refusal

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# Chinese faces that systems bring: Windows, macOS, Linux. The first that is there is used.
CHINESE_FACES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Heiti SC",
    "SimHei",
    "SimSun",
)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def fill_html(template: str, values: Mapping[str, Any]) -> bytes:
    """One of our HTML templates filled with values, which are escaped; UTF-8."""
    return _environment().get_template(template).render(**values).encode()


def pdf_ready() -> bool:
    """Whether the part that writes PDF is installed."""
    return find_spec("typst") is not None


def fill_pdf(template: str, values: Mapping[str, Any]) -> bytes:
    """One of our typst templates with values as its data; refuses ``pdf_missing`` without typst, ``pdf_font`` without a Chinese face."""
    if not pdf_ready():
        raise Refusal("pdf_missing")
    import typst

    face = chinese_face()
    if face is None:
        raise Refusal("pdf_font", faces=", ".join(CHINESE_FACES[:5]))
    data = json.dumps({**values, "face": face}, ensure_ascii=False)
    made = typst.compile(str(TEMPLATES / template), format="pdf", sys_inputs={"data": data})
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def chinese_face() -> str | None:
    """The first of the known Chinese faces that this machine has; needs typst."""
    import typst

    families = {face.lower(): face for face in typst.Fonts().families()}
    return next((families[face.lower()] for face in CHINESE_FACES if face.lower() in families), None)
