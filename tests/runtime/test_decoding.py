import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egp._core.failures import UndecodableError
from egp._core.headers import Headers
from egp._core.http1.content_encoding import LARGEST_PIECE, inflater


def raw_deflate(data):
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


ENCODED = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:]),
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
}


def decoded_by(decoder, pieces):
    """Return all that the decoder makes of the pieces; each must come in bounded parts."""
    parts = []
    for piece in pieces:
        decoder.feed(piece)
        while part := decoder.next():
            assert len(part) <= LARGEST_PIECE
            parts.append(part)
    decoder.end()
    return b"".join(parts)


@settings(max_examples=60)
@given(st.sampled_from(sorted(ENCODED)), st.binary(max_size=500), st.integers(1, 50))
def test_any_split_of_the_bytes_decodes_alike(coding, data, size):
    encoded = ENCODED[coding](data)
    decoder = inflater(Headers([("content-encoding", coding)]))

    decoded = decoded_by(decoder, [encoded[at : at + size] for at in range(0, len(encoded), size)])

    assert decoded == data


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_breaks_off_is_told_from_a_whole_one(coding):
    decoder = inflater(Headers([("content-encoding", coding)]))

    with pytest.raises(UndecodableError, match="before its end"):
        decoded_by(decoder, [ENCODED[coding](b"hello" * 100)[:-6]])


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_bytes_of_another_kind_are_refused(coding):
    decoder = inflater(Headers([("content-encoding", coding)]))

    with pytest.raises(UndecodableError):
        decoded_by(decoder, [b"{'not': 'compressed'}"])


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip"])
def test_what_was_not_asked_for_is_refused(coding):
    with pytest.raises(UndecodableError, match="not asked for"):
        inflater(Headers([("content-encoding", coding)]))


@pytest.mark.parametrize("coding", ["", "identity", " identity , "])
def test_no_encoding_needs_no_decoder(coding):
    assert inflater(Headers([("content-encoding", coding)])) is None


@pytest.mark.parametrize("padding", [b"\0" * 9, b"\n", b"padding"])
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_comes_after_the_end_is_passed_over(coding, padding):
    data = ENCODED[coding](b"hello") + padding
    decoder = inflater(Headers([("content-encoding", coding)]))

    decoded = decoded_by(decoder, [data[index : index + 1] for index in range(len(data))])

    assert decoded == b"hello"


@pytest.mark.parametrize("padding", [b"AB\x1fCD", b"\0\x1f\x8b\0", b"\0" + gzip.compress(b"more", mtime=0)])
def test_padding_is_padding_however_it_is_split(padding):
    data = gzip.compress(b"hello") + padding

    for cut in range(len(data) + 1):
        decoder = inflater(Headers([("content-encoding", "gzip")]))
        assert decoded_by(decoder, [data[:cut], data[cut:]]) == b"hello"


def test_a_small_body_that_stands_for_a_large_one_is_decoded_piece_by_piece():
    decoder = inflater(Headers([("content-encoding", "gzip")]))

    decoded = decoded_by(decoder, [gzip.compress(b"\0" * (8 * LARGEST_PIECE))])

    assert len(decoded) == 8 * LARGEST_PIECE
