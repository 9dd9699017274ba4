"""Parts of messages from paths, bytes and addresses."""

from __future__ import annotations

import base64
import io

import pytest

from egp import EGPError, audio_part, file_part, image_part

PNG = b"\x89PNG\r\n\x1a\n...."
WAV = b"RIFF....WAVEfmt "
PDF = b"%PDF-1.7 ..."


def b64(data):
    return base64.b64encode(data).decode()


def url_of(part):
    return part["image_url"]["url"]


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a.jpg", "http://example.com/a", "data:image/png;base64,xx", "HTTPS://E.COM/A"],
)
def test_an_address_is_passed_on(url):
    assert image_part(url) == {"type": "image_url", "image_url": {"url": url}}


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO])
def test_bytes_become_a_data_url_of_their_type(kind):
    assert url_of(image_part(kind(PNG))) == f"data:image/png;base64,{b64(PNG)}"


@pytest.mark.parametrize("as_text", [True, False])
def test_a_path_is_read(tmp_path, as_text):
    path = tmp_path / "photo.bin"
    path.write_bytes(PNG)

    part = image_part(str(path) if as_text else path)

    assert url_of(part) == f"data:image/png;base64,{b64(PNG)}"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"....ftypavif", "image/avif"),
    ],
)
def test_the_first_bytes_tell_the_type_of_an_image(data, media_type):
    assert url_of(image_part(data)).startswith(f"data:{media_type};")


def test_the_name_tells_the_type_where_the_bytes_do_not(tmp_path):
    path = tmp_path / "drawing.svg"
    path.write_bytes(b"<svg/>")

    assert url_of(image_part(path)).startswith("data:image/svg+xml;")


def test_what_is_said_wins():
    assert url_of(image_part(PNG, media_type="image/apng")).startswith("data:image/apng;")


def test_detail_is_passed_on():
    assert image_part("https://e.com/a", detail="low")["image_url"] == {
        "url": "https://e.com/a",
        "detail": "low",
    }


@pytest.mark.parametrize(
    ("data", "name"),
    [(WAV, "wav"), (b"ID3....", "mp3"), (b"\xff\xfb..", "mp3"), (b"fLaC", "flac"), (b"OggS", "ogg")],
)
def test_a_recording_carries_its_format(data, name):
    part = audio_part(data)

    assert part == {"type": "input_audio", "input_audio": {"data": b64(data), "format": name}}


def test_the_format_of_a_recording_can_be_said():
    assert audio_part(b"....", format="pcm16")["input_audio"]["format"] == "pcm16"


def test_a_file_is_sent_with_its_name_and_type(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(PDF)
    data = f"data:application/pdf;base64,{b64(PDF)}"

    assert file_part(path) == {"type": "file", "file": {"filename": "report.pdf", "file_data": data}}
    with path.open("rb") as file:
        assert file_part(file)["file"]["filename"] == "report.pdf"


def test_the_name_of_a_file_can_be_said_and_tells_its_type():
    part = file_part(b"a,b", filename="table.csv")

    assert part["file"]["file_data"].startswith("data:text/csv;")


def test_a_file_of_an_unknown_type_is_a_stream_of_bytes():
    assert file_part(b"....", filename="x")["file"]["file_data"].startswith("data:application/octet-stream;")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: image_part(b""), "no bytes"),
        (lambda: image_part(b"????"), "media_type='image/…'"),
        (lambda: image_part(PDF), "seems to be application/pdf"),
        (lambda: audio_part(PNG), "seems to be image/png"),
        (lambda: audio_part("https://e.com/a.wav"), "not an address"),
        (lambda: file_part("https://e.com/a.pdf"), "not an address"),
        (lambda: file_part(PDF), "filename="),
        (lambda: image_part(io.StringIO("text")), "mode 'rb'"),
        (lambda: image_part(7), "got int"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_remedy(make, message):
    with pytest.raises(EGPError, match=message):
        make()


def test_a_file_that_is_not_there_is_an_error_of_the_operating_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        image_part(tmp_path / "none.png")
