"""The one family of expected failures. Everything else is a bug: it goes to the log and shows a reference number."""

from typing import Any


class Refusal(Exception):
    """Something the owner asked for that cannot be done, with a translatable code.

    ``code`` names the sentence ``error.<code>`` in the catalogs; ``params`` fill its placeholders and hold no personal data.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({details})" if details else self.code
