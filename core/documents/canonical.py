"""One text and one hash for each document, so that two compare and a state row can name what it follows from."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import Refusal

# The largest amount a document may hold: a hundred million yuan, well inside an exact JSON number.
LARGEST_FEN = 10_000_000_000


def canonical_json(value: Any) -> str:
    """JSON text with sorted keys, no spaces and plain Unicode; the same value always gives the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


class Document(BaseModel):
    """What the owner decided, as a value: frozen, no unknown fields, no silent conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    def as_json(self) -> dict[str, Any]:
        """The JSON object; what ``read`` takes."""
        return self.model_dump(mode="json", by_alias=True)

    def canonical(self) -> str:
        """The canonical JSON text; what is stored."""
        return canonical_json(self.as_json())

    def digest(self) -> str:
        """SHA-256 (hex) of the canonical text."""
        return digest(self.as_json())

    @classmethod
    def read(cls, raw: Mapping[str, Any] | str) -> Self:
        """The document in a JSON object or text; refuses a wrong shape (``document_*`` with the path of the place)."""
        text = raw if isinstance(raw, str) else canonical_json(raw)
        try:
            return cls.model_validate_json(text)
        except ValidationError as fault:
            raise _refusal(fault) from None


def read_object(raw: Mapping[str, Any] | str) -> dict[str, Any]:
    """The JSON object in a text; refuses (``document_not_json``, ``document_not_object``) anything else."""
    if not isinstance(raw, str):
        return dict(raw)
    try:
        value = json.loads(raw)
    except ValueError:
        raise Refusal("document_not_json") from None
    if not isinstance(value, dict):
        raise Refusal("document_not_object")
    return value


def _refusal(fault: ValidationError) -> Refusal:
    """The first fault of a validation as our refusal."""
    first = fault.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ".".join(str(part) for part in first["loc"]) or "-"
    match first["type"]:
        case "json_invalid":
            return Refusal("document_not_json")
        case "missing":
            return Refusal("document_missing", path=path)
        case "extra_forbidden":
            return Refusal("document_unknown_field", path=path)
        case _:
            return Refusal("document_value", path=path)
