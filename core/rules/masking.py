"""Personal data as the screen may show it: names, nicknames, phones and e-mails, masked the same on every page."""

import re

_STAR = "*"
_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGIT = re.compile(r"\d")
# Already masked by a platform: one character at most is left at each end ("t**8"). Other stars are part of the name.
_MASKED = re.compile(r"^.?\*{1,6}.?$")
_MASKED_PHONE = re.compile(r"^\d{0,3}\*{4,}\d{0,4}$")


def mask_name(name: str) -> str:
    """A person's name with its first character kept ("李思雨" -> "李**", "Anna" -> "A***")."""
    text = name.strip()
    if not text:
        return ""
    if _MASKED.match(text):
        return text
    if not _HAN.search(text):
        return text[0] + _STAR * 3
    return text[0] + _STAR * max(1, min(2, len(text) - 1))


def mask_nickname(nickname: str) -> str:
    """A shop nickname with its first and last character kept ("cloud_2020" -> "c**0"), as the platforms print it."""
    text = nickname.strip()
    if not text:
        return ""
    if _MASKED.match(text):
        return text
    if len(text) <= 2:
        return text[0] + _STAR
    return text[0] + _STAR * 2 + text[-1]


def mask_phone(phone: str) -> str:
    """A phone number with three leading and four trailing digits kept ("13812345678" -> "138****5678")."""
    if _MASKED_PHONE.match(phone):
        return phone
    digits = "".join(_DIGIT.findall(phone))
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) < 8:
        return mask_phone_tail(digits[-4:]) if len(digits) >= 4 else _STAR * 4
    return f"{digits[:3]}{_STAR * 4}{digits[-4:]}"


def mask_phone_tail(last_four: str) -> str:
    """What is shown where only the last four digits are kept ("5678" -> "****5678")."""
    return _STAR * 4 + last_four


def mask_email(email: str) -> str:
    """An e-mail address with the first letter and the domain kept ("anna@qq.com" -> "a***@qq.com")."""
    local, at, domain = email.strip().rpartition("@")
    return f"{local[:1]}{_STAR * 3}@{domain}" if at else _STAR * 3


def mask_person(name: str | None, nickname: str | None, number: str | int) -> str:
    """How a person is called on the screen: the masked name, else the masked nickname, else the member number."""
    return mask_name(name or "") or mask_nickname(nickname or "") or f"#{number}"
