"""Bytes sent to a browser: always as an attachment, never interpreted."""

from urllib.parse import quote

from flask import Response


def attachment(file_name: str, media_type: str, data: bytes, sha256: str) -> Response:
    """Return a download whose ETag is the digest of its bytes."""
    response = Response(data, mimetype=media_type)
    plain = file_name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "'")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name)}"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.set_etag(sha256)
    return response
