"""QR codes and the short digits beside them."""

import io
import secrets

import segno

from handlers.messages import Document


def qr_code(link: str, name: str) -> Document:
    """A QR code as a picture, large enough for a projector."""
    image = io.BytesIO()
    segno.make(link, error="m").save(image, kind="png", scale=12, border=3)
    return Document(f"{name}.png", "image/png", image.getvalue())


def six_digits() -> str:
    """A code that can be read out in a room."""
    return f"{secrets.randbelow(1_000_000):06d}"


def token() -> str:
    """What a check-in link carries; it cannot be guessed."""
    return secrets.token_urlsafe(16)
