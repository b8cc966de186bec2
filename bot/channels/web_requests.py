"""What the page sends, checked: a message as JSON, or files as a form."""

from typing import Annotated, Final, Self

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from bot.channels.typed import read_typed
from bot.channels.web_files import clean_media_type, clean_name
from handlers.messages import PAYLOAD_BYTES, Document, Kind

TEXT_LENGTH: Final = 20_000
FILE_BYTES: Final = 20 * 1024 * 1024
FILES: Final = 10
_JSON_BYTES: Final = 256 * 1024

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Unreadable(Exception):
    """What came cannot be taken; carries the HTTP status and the sentence to show."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


TOO_BIG: Final = f"文件太大了，一次最多 {FILE_BYTES // 1024 // 1024} MB。请压缩一下，或分几次发。"
_NOT_UNDERSTOOD: Final = "这条消息没有收到完整内容，请刷新页面后再发一次。"


class Said(BaseModel):
    """One message: exactly one of words, a tapped button's payload (with its label and bubble), or an opened link."""

    model_config = ConfigDict(frozen=True)

    id: Id
    text: Annotated[str, Field(max_length=TEXT_LENGTH)] | None = None
    payload: Annotated[str, Field(max_length=PAYLOAD_BYTES)] | None = None
    entry: Annotated[str, Field(max_length=200)] | None = None
    label: Annotated[str, Field(max_length=100)] = ""
    about: Annotated[str, Field(max_length=100)] = ""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if [self.text, self.payload, self.entry].count(None) != 2:
            raise ValueError("one of text, payload and entry")
        return self

    def meaning(self) -> tuple[Kind, str, str]:
        """The kind, the text and the payload."""
        if self.payload is not None:
            return Kind.TAP, "", self.payload
        if self.entry is not None:
            return Kind.ENTRY, "", self.entry
        return read_typed(self.text or "")


async def read_said(request: web.Request) -> Said:
    """The message in a request; raises `Unreadable`."""
    if (request.content_length or 0) > _JSON_BYTES:
        raise Unreadable(413, f"这条消息太长了，一次最多 {TEXT_LENGTH} 个字。请分成几条发。")
    try:
        return Said.model_validate_json(await request.read())
    except (ValidationError, web.HTTPRequestEntityTooLarge) as error:
        if isinstance(error, ValidationError) and error.errors()[0]["type"] != "string_too_long":
            raise Unreadable(400, _NOT_UNDERSTOOD) from error
        raise Unreadable(413, f"这条消息太长了，一次最多 {TEXT_LENGTH} 个字。请分成几条发。") from error


async def read_files(request: web.Request) -> tuple[str, str, list[Document]]:
    """The message id, the caption and the files in a form; raises `Unreadable`, also when all of it is above 20 MB."""
    if not request.content_type.startswith("multipart/"):
        raise Unreadable(400, _NOT_UNDERSTOOD)
    if (request.content_length or 0) > FILE_BYTES + _JSON_BYTES:
        raise Unreadable(413, TOO_BIG)
    fields: dict[str, str] = {}
    documents: list[Document] = []
    room = FILE_BYTES
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise Unreadable(400, _NOT_UNDERSTOOD)
            if part.filename is None:
                words = await _bytes(part, _JSON_BYTES)
                fields[part.name or ""] = words.decode("utf-8", "replace").replace("\x00", "")
            else:
                blob = await _bytes(part, room)
                room -= len(blob)
                media_type = clean_media_type(part.headers.get("Content-Type", ""))
                documents.append(Document(clean_name(part.filename), media_type, blob))
    except (ValueError, web.HTTPRequestEntityTooLarge) as error:
        raise Unreadable(400, _NOT_UNDERSTOOD) from error
    return _checked_id(fields.get("id", "")), fields.get("caption", "")[:TEXT_LENGTH], _checked(documents)


def _checked_id(value: str) -> str:
    try:
        return TypeAdapter(Id).validate_python(value)
    except ValidationError as error:
        raise Unreadable(400, _NOT_UNDERSTOOD) from error


def _checked(documents: list[Document]) -> list[Document]:
    if not documents:
        raise Unreadable(400, _NOT_UNDERSTOOD)
    if len(documents) > FILES:
        raise Unreadable(400, f"一次最多发 {FILES} 个文件，请分几次发。")
    for document in documents:
        if not document.blob:
            raise Unreadable(400, f"“{document.name}”是空的，没有内容。请检查后重新发。")
    return documents


async def _bytes(part: BodyPartReader, room: int) -> bytes:
    taken = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        taken += chunk
        if len(taken) > room:
            raise Unreadable(413, TOO_BIG)
    return bytes(taken)
