"""Pieces that were compressed one by one, held against what gzip makes of the whole."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from monitor.metrics.pieces import KEPT_FROM_BYTES, NOTHING, Lines, Piece, all_packed, gzip_stream, packed, unpacked

texts = st.binary(max_size=50) | st.builds(bytes.__mul__, st.binary(min_size=1, max_size=9), st.integers(0, 20_000))


@given(st.lists(texts, max_size=8))
def test_parts_in_a_row_are_one_gzip_stream_of_their_texts(drawn: list[bytes]) -> None:
    stream = b"".join(gzip_stream([packed(text) for text in drawn]))
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)  # of one stream alone, as browsers and curl read it
    assert unpacker.decompress(stream) == b"".join(drawn) == gzip.decompress(stream)
    assert unpacker.eof
    assert unpacker.unused_data == b""


def test_a_part_stands_in_another_stream_as_it_is() -> None:
    first, second, third = (packed(bytes([65 + number]) * 1_000 * number) for number in (1, 2, 3))
    for parts in ((first, third), (third, second, first), (second, second)):
        assert len(gzip.decompress(b"".join(gzip_stream(parts)))) == sum(part.length for part in parts)


def test_only_another_line_takes_back_what_was_compressed() -> None:
    piece = Lines([b"one\n", b"", b"three\n"])
    piece.packed = before = packed(piece.text)
    piece.put(0, b"one\n")
    piece.put(1, b"")
    piece.resize(4)
    assert piece.packed is before
    piece.put(1, b"two\n")
    assert piece.text == b"one\ntwo\nthree\n"
    assert piece.packed is None
    piece.packed = packed(piece.text)
    piece.resize(2)
    assert piece.text == b"one\ntwo\n"
    assert piece.packed is None


def test_small_pieces_are_joined_and_large_ones_stand_alone() -> None:
    small, large = Lines([b"small\n"]), Lines([b"x" * KEPT_FROM_BYTES])
    kept = Lines([b"small\n"])
    kept.packed = packed(kept.text)
    found = list(all_packed([small, small, large, small, large, kept, small]))
    assert [part.length for _, part in found] == [12, KEPT_FROM_BYTES, 6, KEPT_FROM_BYTES, 6, 6]
    assert [piece for piece, _ in found] == [None, large, None, large, kept, None]
    assert found[4][1] is kept.packed
    assert large.packed is None


@given(st.lists(texts, max_size=8), st.integers(1, 9))
def test_who_wants_plain_text_gets_it_unpacked(drawn: list[bytes], length: int) -> None:
    stream = b"".join(gzip_stream([packed(text) for text in drawn]))
    pieces = (stream[first : first + length] for first in range(0, len(stream), length))
    assert b"".join(unpacked(pieces)) == b"".join(drawn)


class Silent(Piece):
    """A piece without lines, which takes time to find that out."""

    asked = 0

    @property
    def text(self) -> bytes:
        self.asked += 1
        return b""


def test_a_piece_that_has_no_lines_is_asked_for_them_once() -> None:
    silent, small = Silent(), Lines([b"one\n"])
    for _ in range(2):
        made = list(all_packed([small, silent, small]))
        assert gzip.decompress(b"".join(gzip_stream([part for _, part in made]))) == b"one\none\n"
        silent.packed = dict(made)[silent]
    assert silent.packed == NOTHING
    assert silent.asked == 1
