"""Encodings are decided by rule, binary and empty files are named, long lines do not fill the memory."""

import io

import pytest

from app.readers.text import MAX_LINE, as_stream, decode, read_lines, refusal_of


def _texts(content: bytes) -> list[str]:
    return [line.text for line in read_lines(io.BytesIO(content))]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"EHPAD", ("EHPAD", "ascii")),
        ("Résidence".encode(), ("Résidence", "utf-8")),
        ("Résidence".encode("latin-1"), ("Résidence", "cp1252")),
        ("L’œuvre à 3 €".encode("cp1252"), ("L’œuvre à 3 €", "cp1252")),
        (b"\x81\xe9", ("\x81é", "cp1252")),
    ],
)
def test_each_line_is_utf8_if_it_can_be_then_windows_1252(raw: bytes, expected: tuple[str, str]) -> None:
    assert decode(raw) == expected


def test_one_damaged_line_does_not_spoil_the_others() -> None:
    content = "Île d’Oléron\n".encode() + "Châteauneuf\n".encode("latin-1") + "Évaux\n".encode()
    assert _texts(content) == ["Île d’Oléron", "Châteauneuf", "Évaux"]


def test_the_utf8_mark_and_windows_line_ends_are_dropped() -> None:
    assert _texts(b"\xef\xbb\xbffiness;etalab\r\nstructureet;1\r\n") == ["finess;etalab", "structureet;1"]


def test_the_last_line_tells_that_it_was_not_ended() -> None:
    assert [line.is_terminated for line in read_lines(io.BytesIO(b"a\nb"))] == [True, False]


def test_a_line_without_end_is_cut_and_the_next_one_still_read() -> None:
    lines = list(read_lines(io.BytesIO(b"x" * (3 * MAX_LINE + 7) + b"\nstructureet\n")))
    assert [(len(line.text), line.is_overlong) for line in lines] == [(MAX_LINE, True), (11, False)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "est vide"),
        (b"\xef\xbb\xbf \r\n\n", "est vide"),
        (b"PK\x03\x04rest", "classeur Excel"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"%PDF-1.7", "document PDF"),
        ("finess;etalab".encode("utf-16"), "UTF-16"),
        (b"finess\0etalab", "pas du texte"),
        (bytes(range(1, 32)) * 4, "pas du texte"),
    ],
)
def test_what_is_not_text_is_refused_and_named(content: bytes, words: str) -> None:
    refusal = refusal_of(io.BytesIO(content))
    assert refusal is not None and words in refusal.message and refusal.line == 0


def test_text_in_any_8_bit_encoding_is_accepted() -> None:
    assert refusal_of(io.BytesIO("Établissement\tà Évaux\r\n".encode("latin-1"))) is None


class _Pipe(io.BytesIO):
    """A stream that cannot go back, like standard input."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation("seek")


def test_a_pipe_is_spooled_so_that_it_can_be_read_twice() -> None:
    stream = as_stream(_Pipe(b"a\nb\n"))
    assert [line.text for line in read_lines(stream)] == ["a", "b"]
    assert [line.text for line in read_lines(stream)] == ["a", "b"]
