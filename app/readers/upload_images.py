"""Images sent by people, drawn again: the pixels stay, what was written around them does not."""

import io
from typing import Any

from app.readers.upload_refusal import RefusedFile

MOST_PIXELS = 40_000_000
"""A little more than a telephone’s largest photograph; beyond, a few kilobytes can fill the memory."""
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}
UNREADABLE = "Cette image est illisible ou incomplète : enregistrez-la à nouveau, puis joignez-la."
TOO_LARGE = "Cette image est trop grande (40 millions de points au plus) : réduisez-la, puis joignez-la."


def redrawn(data: bytes, media_type: str) -> bytes:
    """Return the image upright and without metadata (place, device, comments); raises RefusedFile."""
    from PIL import Image, ImageOps  # loaded at the first image

    try:
        with Image.open(io.BytesIO(data), formats=[FORMATS[media_type]]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise RefusedFile(TOO_LARGE)
            image.load()
            return _encoded(ImageOps.exif_transpose(image), media_type)
    except Image.DecompressionBombError:
        raise RefusedFile(TOO_LARGE) from None
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, EOFError, OverflowError):
        raise RefusedFile(UNREADABLE) from None


def _encoded(image: Any, media_type: str) -> bytes:
    # Colours beyond sRGB go with the profile that explained them; what is left is shown alike everywhere.
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    buffer = io.BytesIO()
    if media_type == "image/jpeg":
        (image if image.mode in ("L", "RGB") else image.convert("RGB")).save(buffer, "JPEG", quality=88, optimize=True)
    else:
        image.save(buffer, "PNG")
    return buffer.getvalue()
