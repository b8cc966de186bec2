"""Drive the stand-in from another process: POST /control/<verb> with JSON.

    says        {"id": 7, "name": "王桂兰", "text": "开会"}        opens, edits, taps (button), forges (data) likewise
    sends_photo {"id": 7, "blob": "<base64>", "caption": ""}      sends_document also takes name and media_type
    sends_sticker, sends_location, sends_voice, blocks, unblocks  {"id": 7}
    hears       {"id": 7, "at_least": 1, "within": 10}           a list of what the bot said since last asked
    fault       {"method": "sendMessage", "kind": "too_many", "times": 1, "retry_after": 3}
    repeat_last_update {}      calls {}

Acts answer {"update_id": …}; what cannot be done answers 409 with {"error": …}.
"""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.bot_api import faults

if TYPE_CHECKING:
    from tests.bot_api.people import Heard, Person
    from tests.bot_api.server import BotApi

_ACTS: dict[str, Callable[["Person", dict[str, Any]], int]] = {
    "says": lambda person, given: person.says(given["text"]),
    "opens": lambda person, given: person.opens(given.get("text", "/start")),
    "edits": lambda person, given: person.edits(given["text"]),
    "taps": lambda person, given: person.taps(given["button"], on=given.get("on")),
    "forges": lambda person, given: person.forges(given["data"]),
    "sends_photo": lambda person, given: person.sends_photo(_blob(given), caption=given.get("caption", "")),
    "sends_document": lambda person, given: person.sends_document(
        _blob(given), given.get("file_name", "文件"), given.get("media_type", ""), caption=given.get("caption", "")
    ),
    "sends_voice": lambda person, given: person.sends_voice(),
    "sends_sticker": lambda person, given: person.sends_sticker(),
    "sends_location": lambda person, given: person.sends_location(),
    "blocks": lambda person, given: person.blocks(),
    "unblocks": lambda person, given: person.unblocks(),
}
_FAULTS: dict[str, Callable[[dict[str, Any]], faults.Fault]] = {
    "too_many": lambda given: faults.too_many(given.get("retry_after")),
    "blocked": lambda given: faults.blocked(),
    "bad_request": lambda given: faults.bad_request(given["words"]),
    "server_error": lambda given: faults.server_error(given.get("status", 500)),
    "dropped": lambda given: faults.dropped(accepted=given.get("accepted", False)),
    "hanging": lambda given: faults.hanging(),
}


def handler(api: "BotApi") -> Callable[[web.Request], Awaitable[web.Response]]:
    """The endpoint for one server."""

    async def handle(request: web.Request) -> web.Response:
        given = await request.json() if request.can_read_body else {}
        try:
            return web.json_response(await _answer(api, request.match_info["verb"], given))
        except (AssertionError, KeyError) as error:
            return web.json_response({"error": str(error)}, status=409)

    return handle


async def _answer(api: "BotApi", verb: str, given: dict[str, Any]) -> Any:
    match verb:
        case "calls":
            return [asdict(call) for call in api.calls]
        case "repeat_last_update":
            return {"update_id": api.repeat_last_update()}
        case "fault":
            api.fault(given["method"], _FAULTS[given["kind"]](given), given.get("times", 1))
            return {}
        case "hears":
            person = api.person(given["id"])
            return [_shown(each) for each in await person.hears(given.get("at_least", 1), given.get("within", 10))]
    return {"update_id": _ACTS[verb](api.person(given["id"], given.get("name", "")), given)}


def _shown(heard: "Heard") -> dict[str, Any]:
    file = heard.file and {
        "name": heard.file.name,
        "media_type": heard.file.media_type,
        "is_photo": heard.file.is_photo,
        "blob": base64.b64encode(heard.file.blob).decode(),
    }
    shown: dict[str, Any] = {"message_id": heard.message_id, "text": heard.text, "edited": heard.edited, "file": file}
    return {**shown, "keyboard": heard.keyboard}


def _blob(given: dict[str, Any]) -> bytes:
    return base64.b64decode(given["blob"])
