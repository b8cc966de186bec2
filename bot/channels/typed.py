"""What a typed line means before anybody answers it: `/start CODE` opens the chat, everything else is text."""

import re

from handlers.messages import Kind

_START = re.compile(r"/start(?:\s+(?P<payload>\S.*)?)?", re.DOTALL)


def read_typed(line: str) -> tuple[Kind, str, str]:
    """The kind, the text and the payload of a line; NUL, which PostgreSQL cannot keep, is dropped."""
    line = line.replace("\x00", "")
    if start := _START.fullmatch(line.strip()):
        return Kind.ENTRY, "", (start["payload"] or "").strip()
    return Kind.TEXT, line, ""
