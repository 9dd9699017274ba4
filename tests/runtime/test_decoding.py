import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egp._core.failures import UndecodableError
from egp._core.headers import Headers
from egp._core.http1.content_encoding import inflater


def raw_deflate(data):
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


ENCODED = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:]),
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
}


@settings(max_examples=60)
@given(st.sampled_from(sorted(ENCODED)), st.binary(max_size=500), st.integers(1, 50))
def test_any_split_of_the_bytes_decodes_alike(coding, data, size):
    encoded = ENCODED[coding](data)
    decoder = inflater(Headers([("content-encoding", coding)]))

    decoded = b"".join(decoder.feed(encoded[at : at + size]) for at in range(0, len(encoded), size))
    decoder.end()

    assert decoded == data


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_breaks_off_is_told_from_a_whole_one(coding):
    decoder = inflater(Headers([("content-encoding", coding)]))
    decoder.feed(ENCODED[coding](b"hello" * 100)[:-6])

    with pytest.raises(UndecodableError, match="before its end"):
        decoder.end()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_bytes_of_another_kind_are_refused(coding):
    decoder = inflater(Headers([("content-encoding", coding)]))

    def decode():
        decoder.feed(b"{'not': 'compressed'}")
        decoder.end()

    with pytest.raises(UndecodableError):
        decode()


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

    decoded = b"".join(decoder.feed(data[index : index + 1]) for index in range(len(data)))
    decoder.end()

    assert decoded == b"hello"
