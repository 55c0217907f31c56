"""The items of one list inside a large JSON document, one by one: the document itself is never in memory."""

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from typing import IO, Any

GZIP = b"\x1f\x8b"
CHUNK = 1024 * 1024
LARGEST_ITEM = 32 * CHUNK
MOST = 4 * 1024 * CHUNK
"""Bytes once unfolded: several times the national file."""
BLANKS = " \t\r\n"
UNZIPPING = (gzip.BadGzipFile, zlib.error, EOFError, OSError)


class BrokenJson(Exception):
    """The document is no JSON object, is cut, or holds something far too large; its text says where."""


def top_level(stream: IO[bytes], wanted: str) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of what stands at the top of the document; `wanted` is yielded item by item.

    The other lists are read and dropped. A document in gzip is unfolded on the way. Raises BrokenJson.
    """
    text = _Text(stream)
    text.expect("{")
    if text.next_is("}"):
        return
    while True:
        name = text.value()
        text.expect(":")
        if not isinstance(name, str):
            raise BrokenJson("nom attendu")
        if text.next_is("["):
            yield from ((name, item) for item in _items(text) if name == wanted)
        else:
            yield name, text.value()
        if not text.next_is(","):
            break
    text.expect("}")


def _items(text: "_Text") -> Iterator[Any]:
    if text.next_is("]"):
        return
    while True:
        yield text.value()
        if not text.next_is(","):
            break
    text.expect("]")


class _Text:
    """The text of the document from the point reached, with as little ahead as possible."""

    def __init__(self, stream: IO[bytes]) -> None:
        stream.seek(0)
        is_folded = stream.read(2) == GZIP
        stream.seek(0)
        self._source: Any = gzip.GzipFile(fileobj=stream) if is_folded else stream
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
        self._json = json.JSONDecoder()
        self._buffer, self._at, self._read = "", 0, 0

    def expect(self, sign: str) -> None:
        """Pass this sign, or raise BrokenJson."""
        if not self.next_is(sign):
            raise BrokenJson(f"« {sign} » attendu vers l’octet {self._read}")

    def next_is(self, sign: str) -> bool:
        """Tell whether the next sign is this one, and pass it if so."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in BLANKS:
                self._at += 1
            if self._at < len(self._buffer):
                is_found = self._buffer[self._at] == sign
                self._at += is_found
                return is_found
            if not self._more():
                return False

    def value(self) -> Any:
        """Pass one whole value and return it."""
        self.next_is("")
        while True:
            try:
                found, end = self._json.raw_decode(self._buffer, self._at)
            except (json.JSONDecodeError, RecursionError):
                if len(self._buffer) - self._at > LARGEST_ITEM or not self._more():
                    raise BrokenJson(f"valeur illisible vers l’octet {self._read}") from None
                continue
            # A number may go on in what follows.
            if end == len(self._buffer) and self._more():
                continue
            self._at = end
            return found

    def _more(self) -> bool:
        try:
            chunk = self._source.read(CHUNK)
        except UNZIPPING:
            raise BrokenJson("archive abîmée") from None
        self._read += len(chunk)
        if self._read > MOST:
            raise BrokenJson("document trop grand")
        self._buffer = self._buffer[self._at :] + self._decode(chunk, not chunk)
        self._at = 0
        return bool(chunk)
