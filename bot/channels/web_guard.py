"""Who may talk to our pages: this machine's own addresses, this site's own scripts, and a browser we know again."""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Collection
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ANY_HOST: Final = "*"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_COOKIE: Final = "zhishu_visitor"
_YEAR: Final = 365 * 24 * 3600


def problem(status: int, sentence: str) -> web.Response:
    """A refusal that the page shows as it is."""
    return web.json_response({"problem": sentence}, status=status)


def guarded(handler: Handler, hosts: Collection[str] = ()) -> Handler:
    """The handler behind a check of host and origin, with a policy that forbids inline scripts and other sites.

    Loopback names are always accepted; `hosts` adds others, and "*" stands for all. A name that is not ours may be
    somebody else's site pointed at this machine (DNS rebinding).
    """

    async def checked(request: web.Request) -> web.StreamResponse:
        if not _is_ours(request.host, hosts):
            return web.Response(
                status=421, text="这个地址没有开放。请用启动时显示的网址打开，或请管理员在设置里加上这个地址。"
            )
        if request.method not in ("GET", "HEAD") and not _same_origin(request):
            return problem(403, "这条消息不是从聊天页面发来的，没有收下。请回到聊天页面再试。")
        response = await handler(request)
        if not response.prepared:
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return checked


def _is_ours(host: str, hosts: Collection[str]) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if ANY_HOST in hosts or name == "localhost" or name in hosts:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _same_origin(request: web.Request) -> bool:
    """Browsers send Origin with every POST; what sends neither it nor Sec-Fetch-Site is not somebody's browser."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() == request.host.lower()
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")


class Visitors:
    """Browsers that we know again by a signed cookie; `secret` must outlive a restart, or everybody is a stranger."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, request: web.Request) -> str | None:
        """The user id of this browser, if the cookie is one of ours."""
        user, _, signature = request.cookies.get(_COOKIE, "").rpartition(".")
        if not user or not hmac.compare_digest(signature.encode(), self._sign(user).encode()):
            return None
        return user

    def welcome(self, user: str, request: web.Request, response: web.Response) -> None:
        """Give the browser the user id that it will come back with."""
        value = f"{user}.{self._sign(user)}"
        response.set_cookie(_COOKIE, value, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.secure)

    def invented(self) -> str:
        """A new user id that nobody can guess."""
        return f"w{secrets.token_hex(12)}"

    def _sign(self, user: str) -> str:
        return hmac.new(self._secret, f"visitor:{user}".encode(), hashlib.sha256).hexdigest()
