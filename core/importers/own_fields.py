"""Columns of a member file that are called as a field of the owner's own."""

from collections.abc import Mapping, Sequence

from core.documents.custom_field import OwnField, parse_value, show_value
from core.errors import Refusal
from core.importers.headers import header_key
from core.importers.rejects import Fault

OWN = "field:"  # before the code, in the names of the parsed columns


def columns_of(headers: Sequence[str], used: Mapping[str, str], fields: Sequence[OwnField]) -> dict[str, str]:
    """By field code the header that is called as the field; a column that is mapped to something else stays that."""
    free = {header_key(header): header for header in reversed(headers) if header not in used.values()}
    return {one.code: free[key] for one in fields if (key := header_key(one.name)) in free}


def parse_own(field: OwnField, text: str) -> str | Fault:
    """A cell as the plain text that is kept of it."""
    try:
        return show_value(field.kind, *parse_value(field.kind, field.choices, text))
    except Refusal as refusal:
        return Fault(refusal.code, refusal.params)
