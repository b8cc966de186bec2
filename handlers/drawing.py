"""Pictures, drawn in a process of their own so that everybody else is answered meanwhile."""

import asyncio
import subprocess
import sys

from knowledge.procedure import raster

SECONDS = 60
"""How long a picture may take; one of forty steps takes about one."""


async def drawn(svg: str) -> bytes:
    """SVG as PNG.

    Raises `subprocess.SubprocessError` when it cannot be drawn.
    """
    # -P keeps the folder of the program out of the search for modules: a `calendar` of ours stands beside it.
    command = [sys.executable, "-P", raster.__file__]
    done = await asyncio.to_thread(
        subprocess.run, command, input=svg.encode("utf-8"), capture_output=True, check=True, timeout=SECONDS
    )
    return done.stdout
