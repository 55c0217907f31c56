"""Bytes sent to a browser: always as an attachment, never interpreted."""

import re
from urllib.parse import quote

from flask import Response

from app.views.headers import ATTACHMENT_POLICY


def attachment(file_name: str, media_type: str, data: bytes, sha256: str) -> Response:
    """Return a download whose ETag is the digest of its bytes."""
    response = as_attachment(Response(data, mimetype=media_type), file_name)
    response.set_etag(sha256)
    return response


def as_attachment(response: Response, file_name: str) -> Response:
    """Make an answer a file to keep, under this name, where nothing runs."""
    name = re.sub(r'[\x00-\x1f\x7f"\\/]', "_", file_name)
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = ATTACHMENT_POLICY
    return response
