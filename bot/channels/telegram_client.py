"""aiogram's client as the Telegram chat needs it: raw updates, errors in our words, no secret in any of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import aiohttp
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.utils.token import TokenValidationError

from bot.channels.telegram_wire import Declined, TokenRefused

Result = TypeVar("Result")

_STATUS: Final[dict[type[TelegramAPIError], int]] = {
    TelegramBadRequest: 400,
    TelegramUnauthorizedError: 401,
    TelegramForbiddenError: 403,
    TelegramNotFound: 404,
    TelegramConflictError: 409,
    TelegramEntityTooLarge: 413,
    TelegramServerError: 500,
}


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without parsing: the inbox stores what the platform said, and one odd update spoils no batch."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int = 0
    allowed_updates: list[str] | None = None


class _Session(AiohttpSession):
    """aiogram's, for servers other than the public one too: over plain HTTP, and with a way of their own to refuse."""

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """Some servers say in the body only that they decline, under a status that says all is well."""
        try:
            return super().check_response(bot, method, status_code, content)
        except TelegramAPIError:
            told = json.loads(content).get("error_code", status_code)
            if told == status_code or not isinstance(told, int):
                raise
        return super().check_response(bot, method, told, content)

    async def close(self) -> None:
        """aiogram waits a quarter of a second for TLS to end; on a plain connection there is nothing to wait for."""
        if self.api.base.startswith("https:"):
            await super().close()
        elif self._session is not None:
            await self._session.close()


def open_bot(token: str, base_url: str, seconds: float) -> Bot:
    """The client for one token on one server; every call gives up after `seconds`.

    Raises `TokenRefused` for what cannot be a token.
    """
    server = TelegramAPIServer.from_base(base_url.rstrip("/"))
    try:
        return Bot(token, session=_Session(api=server, timeout=seconds))
    except TokenValidationError as error:
        raise TokenRefused("the Telegram token is not of the form 123456:letters") from error


async def result_of(bot: Bot, method: TelegramMethod[Any]) -> Any:
    """What the server answered: aiogram's object, or the bare JSON where the server took the call but aiogram cannot
    read its answer, as happens with self-hosted servers of another version. Sending again would send twice.
    """
    try:
        return await bot(method)
    except ClientDecodeError as error:
        if isinstance(error.data, dict) and error.data.get("ok"):
            return error.data.get("result")
        raise


@contextmanager
def declining(token: str) -> Iterator[None]:
    """Turn every way in which aiogram and its HTTP client fail into `Declined`, with the token taken out."""
    try:
        yield
    except TelegramRetryAfter as error:
        raise Declined(429, error.message, float(error.retry_after)) from None
    except TelegramMigrateToChat as error:
        raise Declined(400, error.message, moved_to=str(error.migrate_to_chat_id)) from None
    except TelegramAPIError as error:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 0)
        raise Declined(status, (error.message or "").replace(token, "…")) from None
    except ClientDecodeError as error:
        raise Declined(502, f"an answer that is not the Bot API's: {type(error.original).__name__}") from None
    except aiohttp.ClientResponseError as error:
        raise Declined(error.status, error.message) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Declined(0, type(error).__name__) from None
