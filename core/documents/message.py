"""A message as the owner wrote it: text with ``{placeholders}`` that ``core.rules.templates`` checks and fills."""

from pydantic import Field, field_validator

from core.documents.canonical import Document
from core.errors import Refusal


class Message(Document):
    """Subject (e-mail only, one line) and text."""

    subject: str = Field(default="", max_length=100)
    text: str = Field(min_length=1, max_length=2_000)

    @field_validator("subject")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if any(ord(sign) < 32 for sign in value):
            raise Refusal("message_subject_line")
        return value
