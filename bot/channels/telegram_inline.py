"""Telegram's inline mode: @bot 预备期 in any chat offers answers of the handbook to be sent there.

Nothing is kept of such a question, not even that it was asked; only what everybody may read is offered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.methods import AnswerInlineQuery
from aiogram.types import InlineQueryResultArticle, InputTextMessageContent

from handlers.markup import to_plain, to_telegram_html

log = structlog.get_logger(__name__)

SECONDS = 5
CACHED_SECONDS = 300
LONGEST_DESCRIPTION = 80


@dataclass(frozen=True, slots=True)
class Offered:
    """An answer to choose; `body` is what is sent to the chat, in house markup."""

    id: str
    title: str
    body: str


Look = Callable[[str], Sequence[Offered]]


async def answer_inline(bot: Bot, query: dict[str, Any], look: Look) -> None:
    """Offer what is found for the words typed so far; trouble here costs the person nothing but the offer."""
    found = look(str(query.get("query", "")))
    results = [
        InlineQueryResultArticle(
            id=each.id[:64],
            title=each.title,
            description=" ".join(to_plain(each.body).split())[:LONGEST_DESCRIPTION],
            input_message_content=InputTextMessageContent(message_text=to_telegram_html(each.body), parse_mode="HTML"),
        )
        for each in found
    ]
    method = AnswerInlineQuery(inline_query_id=str(query["id"]), results=list(results), cache_time=CACHED_SECONDS)
    try:
        await bot(method, request_timeout=SECONDS)
    except (TelegramAPIError, ClientDecodeError) as error:
        log.debug("telegram_inline_not_answered", error=type(error).__name__)
