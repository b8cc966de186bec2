"""`python -m tests.bot_api --port 8099`: the stand-in by itself, until interrupted."""

import argparse
import asyncio
import contextlib
import sys

from tests.bot_api import BotApi


async def serve(token: str, port: int) -> None:
    """Serve until cancelled; the address and token go to standard output."""
    async with BotApi(token, port=port) as api:
        sys.stdout.write(f"{api.url} {api.token}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="4242:stand-in-token")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments.token, arguments.port))
