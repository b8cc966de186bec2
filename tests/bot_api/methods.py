"""The methods of the Bot API that our bot calls."""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.bot_api import rules
from tests.bot_api.faults import Refusal
from tests.bot_api.people import Group, Heard, Person, Received
from tests.bot_api.rules import refuse

if TYPE_CHECKING:
    from tests.bot_api.server import BotApi, StoredFile


class Params(dict[str, str]):
    """A call's arguments as text, whatever the body's form was, and its files by field name."""

    def __init__(self, values: dict[str, str], files: dict[str, tuple[str, str, bytes]]) -> None:
        super().__init__(values)
        self.files = files

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; refused as the real server does when it is none."""
        try:
            return int(self.get(name) or default)
        except ValueError:
            raise refuse(f"can't parse {name}") from None


async def get_updates(api: "BotApi", call: Params) -> list[dict[str, Any]]:
    """The pending updates from `offset` on; what is below it is forgotten. A newer poller ends an older one's wait."""
    offset = call.number("offset")
    if call.get("allowed_updates"):
        api.allowed = json.loads(call["allowed_updates"])
    if offset > 0:
        api.pending = [update for update in api.pending if update["update_id"] >= offset]
    elif offset < 0:
        api.pending = api.pending[offset:]
    me = api.poller = object()
    api.bell.ring()
    await api.bell.until(
        lambda: bool(api.pending or api.again) or api.poller is not me or api.closing, min(call.number("timeout"), 50)
    )
    if api.poller is not me:
        words = "terminated by other getUpdates request; make sure that only one bot instance is running"
        raise Refusal(409, f"Conflict: {words}")
    api.poller = None
    again, api.again = api.again, []
    return [*again, *api.pending][: min(max(call.number("limit", 100), 1), 100)]


async def send_message(api: "BotApi", call: Params) -> dict[str, Any]:
    """A text."""
    chat = _chat(api, call)
    text, entities = rules.message_text(call.get("text", ""), call.get("parse_mode", ""))
    return _posted(api, chat, call, {"text": text, **({"entities": entities} if entities else {})})


async def send_document(api: "BotApi", call: Params) -> dict[str, Any]:
    """A file, new or known by its id."""
    chat = _chat(api, call)
    file = _file(api, call, "document", photo=False)
    document: dict[str, Any] = {"file_id": file.id, "file_unique_id": file.id[-8:], "file_name": file.name}
    document |= {"mime_type": file.media_type, "file_size": file.size}
    return _posted(api, chat, call, {"document": document, **_caption(call)}, file)


async def send_photo(api: "BotApi", call: Params) -> dict[str, Any]:
    """A picture."""
    chat = _chat(api, call)
    file = _file(api, call, "photo", photo=True)
    size = {"file_id": file.id, "file_unique_id": file.id[-8:], "width": 640, "height": 640, "file_size": file.size}
    return _posted(api, chat, call, {"photo": [size], **_caption(call)}, file, is_photo=True)


async def edit_message_text(api: "BotApi", call: Params) -> dict[str, Any]:
    """A new text, and a new keyboard or none, for one of our messages."""
    message = _editable(api, call)
    if "text" not in message:
        raise refuse("there is no text in the message to edit")
    text, entities = rules.message_text(call.get("text", ""), call.get("parse_mode", ""))
    changed = {key: value for key, value in message.items() if key not in ("entities", "reply_markup", "edit_date")}
    changed |= {"text": text} | ({"entities": entities} if entities else {})
    return _edited(api, message, changed, rules.inline_keyboard(call.get("reply_markup", "")))


async def edit_message_reply_markup(api: "BotApi", call: Params) -> dict[str, Any]:
    """A new keyboard, or none."""
    message = _editable(api, call)
    changed = {key: value for key, value in message.items() if key not in ("reply_markup", "edit_date")}
    return _edited(api, message, changed, rules.inline_keyboard(call.get("reply_markup", "")))


async def answer_callback_query(api: "BotApi", call: Params) -> bool:
    """Stop the spinner of a pressed button; possible once."""
    if rules.units(call.get("text", "")) > 200:
        raise refuse("MESSAGE_TOO_LONG")
    if call.get("callback_query_id") not in api.queries:
        raise refuse("query is too old and response timeout expired or query ID is invalid")
    api.queries.remove(call["callback_query_id"])
    api.bell.ring()
    return True


async def answer_inline_query(api: "BotApi", call: Params) -> bool:
    """Offer results to somebody who types @bot; possible once, at most 50, each with an id of its own."""
    if call.get("inline_query_id") not in api.inline_queries:
        raise refuse("query is too old and response timeout expired or query ID is invalid")
    results = json.loads(call.get("results", "[]"))
    if len(results) > 50 or len({each["id"] for each in results}) < len(results):
        raise refuse("RESULT_ID_DUPLICATE")
    for each in results:
        if not 1 <= len(each["id"].encode()) <= 64:
            raise refuse("RESULT_ID_INVALID")
        content = each["input_message_content"]
        rules.message_text(content["message_text"], content.get("parse_mode", ""))
    api.inline_queries.remove(call["inline_query_id"])
    api.inline_answers[call["inline_query_id"]] = results
    api.bell.ring()
    return True


async def get_file(api: "BotApi", call: Params) -> dict[str, Any]:
    """Where a file can be downloaded."""
    file = api.files.get(call.get("file_id", ""))
    if file is None:
        raise refuse("wrong file_id or the file is temporarily unavailable")
    if file.size > rules.DOWNLOAD_BYTES:
        raise refuse("file is too big")
    return {"file_id": file.id, "file_unique_id": file.id[-8:], "file_size": file.size, "file_path": file.path}


async def get_chat(api: "BotApi", call: Params) -> dict[str, Any]:
    """All about a chat."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
    return {**api.chats[_chat(api, call)].description, **full}


async def get_me(api: "BotApi", call: Params) -> dict[str, Any]:
    """The bot itself."""
    asked = ("can_connect_to_business", "has_main_web_app", "can_read_all_group_messages", "supports_inline_queries")
    return {**api.bot, "can_join_groups": True, **dict.fromkeys(asked, False)}


async def delete_webhook(api: "BotApi", call: Params) -> bool:
    """There is never one; pending updates can be dropped."""
    if call.get("drop_pending_updates", "").lower() == "true":
        api.pending = []
    return True


async def set_my_commands(api: "BotApi", call: Params) -> bool:
    """The menu."""
    api.commands = rules.commands(call.get("commands", ""))
    return True


async def send_chat_action(api: "BotApi", call: Params) -> bool:
    """“typing …”."""
    _chat(api, call)
    return True


def _chat(api: "BotApi", call: Params) -> int:
    chat_id = call.number("chat_id")
    if not chat_id:
        raise refuse("chat_id is empty")
    if chat_id not in api.known:
        raise refuse("chat not found")
    chat = api.chats[chat_id]
    if isinstance(chat, Person) and chat.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    if isinstance(chat, Group) and chat.moved_to is not None:
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refusal(400, words, moved_to=chat.moved_to)
    return chat_id


def _caption(call: Params) -> dict[str, Any]:
    text, entities = rules.caption_text(call.get("caption", ""), call.get("parse_mode", ""))
    return ({"caption": text} if text else {}) | ({"caption_entities": entities} if entities else {})


def _file(api: "BotApi", call: Params, field: str, *, photo: bool) -> "StoredFile":
    given = call.get(field, "")
    uploaded = call.files.get(given.removeprefix("attach://") if given else field)
    if uploaded is None:
        if given not in api.files:
            raise refuse(
                f"there is no {field} in the request" if not given else "wrong remote file identifier specified"
            )
        return api.files[given]
    name, media_type, blob = uploaded
    rules.upload(blob, photo=photo)
    return api.keep(blob, name, media_type)


def _posted(
    api: "BotApi",
    chat: int,
    call: Params,
    content: dict[str, Any],
    file: "StoredFile | None" = None,
    is_photo: bool = False,
) -> dict[str, Any]:
    keyboard = rules.inline_keyboard(call.get("reply_markup", ""))
    message_id = api.next_message_id()
    message: dict[str, Any] = {"message_id": message_id, "from": api.bot, "chat": api.chats[chat].description}
    message |= {"date": api.now(), **content}
    message |= {"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {}
    api.messages[chat, message_id] = message
    _show(api, message, Received(file.name, file.media_type, file.blob, is_photo) if file else None)
    return message


def _editable(api: "BotApi", call: Params) -> dict[str, Any]:
    found = api.messages.get((_chat(api, call), call.number("message_id")))
    if found is None:
        raise refuse("message to edit not found")
    return found


def _edited(
    api: "BotApi", message: dict[str, Any], changed: dict[str, Any], keyboard: list[list[dict[str, Any]]]
) -> dict[str, Any]:
    changed |= {"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {}
    if changed == {key: value for key, value in message.items() if key != "edit_date"}:
        raise refuse(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    changed["edit_date"] = api.now()
    api.messages[message["chat"]["id"], message["message_id"]] = changed
    _show(api, changed, None)
    return changed


def _show(api: "BotApi", message: dict[str, Any], file: Received | None) -> None:
    heard = Heard(
        message_id=message["message_id"],
        text=message.get("text", message.get("caption", "")),
        entities=tuple(message.get("entities", message.get("caption_entities", ()))),
        keyboard=tuple(tuple(row) for row in message.get("reply_markup", {}).get("inline_keyboard", [])),
        file=file,
        edited="edit_date" in message,
    )
    api.chats[message["chat"]["id"]].history.append(heard)
    api.bell.ring()


Method = Callable[["BotApi", Params], Awaitable[Any]]

METHODS: dict[str, Method] = {
    "answercallbackquery": answer_callback_query,
    "answerinlinequery": answer_inline_query,
    "deletewebhook": delete_webhook,
    "editmessagereplymarkup": edit_message_reply_markup,
    "editmessagetext": edit_message_text,
    "getchat": get_chat,
    "getfile": get_file,
    "getme": get_me,
    "getupdates": get_updates,
    "sendchataction": send_chat_action,
    "senddocument": send_document,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "setmycommands": set_my_commands,
}
"""By lower-case name, as the real server does not mind the case."""
