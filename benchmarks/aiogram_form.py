"""The same conversation as ours, as one writes it with aiogram alone: a form on its FSM, state in a database.

It is what many bots do, and less than a durable turn: an update that comes twice is answered twice, and what a crash
cuts off between two of its commits, or between a commit and its message, stays cut off.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.base import BaseSession
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import (
    CallbackQuery,
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
    User,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
Said = tuple[str, str]
"""How an answer is given ("text" or "tap") and what it is."""


class Silent(BaseSession):
    """Takes every call to Telegram and answers at once; `sent` counts the messages."""

    sent = 0

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], *_: Any, **__: Any) -> Any:
        """What Telegram would return."""
        if isinstance(method, SendMessage):
            self.sent += 1
            chat = Chat(id=int(method.chat_id), type="private")
            return Message(message_id=self.sent, date=AT, chat=chat, text=method.text)
        return True

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        """No files here."""
        yield b""

    async def close(self) -> None:
        """Nothing is open."""


class Convene(StatesGroup):
    """The questions."""

    kind, starts_at, place, agenda, confirm = State(), State(), State(), State(), State()


class Records(Protocol):
    """Where the meeting goes at the end."""

    async def add_meeting(self, data: dict[str, Any], people: Sequence[int]) -> None:
        """A meeting and who is expected, in one transaction."""


def buttons(*labels: str) -> InlineKeyboardMarkup:
    """One row of buttons."""
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=one, callback_data=one) for one in labels]])


def form(records: Records, branch: Sequence[int]) -> Router:
    """The conversation: five questions, then a meeting and a notice to everyone of the branch."""
    router = Router()

    @router.message(StateFilter(None), F.text == "开会")
    async def begin(message: Message, state: FSMContext) -> None:
        await state.set_state(Convene.kind)
        await message.answer("要开什么会？", reply_markup=buttons("支部党员大会", "党课", "取消"))

    @router.callback_query(Convene.kind)
    async def kind(query: CallbackQuery, state: FSMContext) -> None:
        await state.update_data(kind=query.data)
        await state.set_state(Convene.starts_at)
        await query.answer()
        await query.message.answer("什么时候开？", reply_markup=buttons("返回", "取消"))  # type: ignore[union-attr]

    def asks(now: State, key: str, following: State, words: str) -> Callable[..., Awaitable[None]]:
        @router.message(now)
        async def answered(message: Message, state: FSMContext) -> None:
            await state.update_data({key: message.text})
            await state.set_state(following)
            await message.answer(words, reply_markup=buttons("返回", "取消"))

        return answered

    asks(Convene.starts_at, "starts_at", Convene.place, "在哪里开？")
    asks(Convene.place, "place", Convene.agenda, "有哪些议题？")
    asks(Convene.agenda, "agenda", Convene.confirm, "请核对")

    @router.callback_query(Convene.confirm)
    async def confirm(query: CallbackQuery, state: FSMContext) -> None:
        data = await state.get_data()
        await records.add_meeting(data, branch)
        await state.clear()
        await query.answer()
        for person in branch:
            await query.bot.send_message(person, f"定于{data['starts_at']}召开{data['kind']}")  # type: ignore[union-attr]
        await query.message.answer("通知已发出")  # type: ignore[union-attr]

    return router


def one_line() -> Router:
    """The least that a bot can do."""
    router = Router()

    @router.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    return router


class AiogramBot:
    """A dispatcher on a bot without a network."""

    def __init__(self, router: Router, storage: BaseStorage | None = None) -> None:
        self.bot = Bot("1:x", session=Silent())
        self.dispatcher = Dispatcher(storage=storage)
        self.dispatcher.include_router(router)
        self._updates = 0

    async def hears(self, user: int, said: Said) -> None:
        """One update, fed as the polling loop would feed it."""
        self._updates += 1
        how, what = said
        who = User(id=user, is_bot=False, first_name="李")
        chat = Chat(id=user, type="private")
        message = Message(message_id=1, date=AT, chat=chat, from_user=who, text=what)
        if how == "text":
            update = Update(update_id=self._updates, message=message)
        else:
            query = CallbackQuery(id="1", from_user=who, chat_instance="1", message=message, data=what)
            update = Update(update_id=self._updates, callback_query=query)
        await self.dispatcher.feed_update(self.bot, update)
