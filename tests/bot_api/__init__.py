"""A Bot API server for tests: real HTTP on loopback, Telegram's refusals word for word, faults on demand.

    async with BotApi() as api:
        wang = api.person(7, "王桂兰")
        wang.says("开会")
        (heard,) = await wang.hears()
        wang.taps(heard.buttons[0][0])

`python -m tests.bot_api --port 8099` serves the same, driven by JSON over POST /control/<verb>.
"""

from tests.bot_api.faults import Fault, bad_request, blocked, dropped, garbled, hanging, server_error, too_many
from tests.bot_api.people import Group, Heard, Person
from tests.bot_api.server import BotApi, Call

__all__ = [
    "BotApi",
    "Call",
    "Fault",
    "Group",
    "Heard",
    "Person",
    "bad_request",
    "blocked",
    "dropped",
    "garbled",
    "hanging",
    "server_error",
    "too_many",
]
