"""What an image is, from its own bytes: never from what somebody says of it.

Only the three kinds that every browser draws without running anything: PNG, JPEG and WebP. Nothing is decoded. What is
looked at is how each kind begins, how large it says it is, and that it ends where it should: a picture with something
else behind it is none of ours.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

LARGEST: Final = 100_000
"""Bytes."""
FEWEST_PIXELS, MOST_PIXELS = 16, 2_000
"""In each direction."""
MEDIA_TYPES: Final = ("image/png", "image/jpeg", "image/webp")

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_PNG_SIZE: Final = slice(16, 24)
_JPEG: Final = b"\xff\xd8\xff"
_JPEG_END: Final = b"\xff\xd9"
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Segments of a JPEG that tell its size."""
_SCAN: Final = 0xDA
_RIFF: Final = 8
_WEBP_HEAD: Final = 30
_VP8_START: Final = b"\x9d\x01\x2a"
_VP8L_START: Final = 0x2F
_FOURTEEN: Final = 0x3FFF


class Image(NamedTuple):
    """A picture.

    Attributes:
        media_type: What kind it is.
        width: In pixels.
        height: In pixels.
        data: Its bytes.
    """

    media_type: str
    width: int
    height: int
    data: bytes


def read_image(data: bytes) -> Image | None:
    """Find out what a picture is; null if it is none of the kinds that are taken, or not whole."""
    for media_type, size_of in zip(MEDIA_TYPES, (_png, _jpeg, _webp), strict=True):
        try:
            size = size_of(data)
        except (struct.error, IndexError):
            return None
        if size is not None:
            return Image(media_type, *size, data)
    return None


def _png(data: bytes) -> tuple[int, int] | None:
    if not data.startswith(_PNG + b"\x00\x00\x00\rIHDR") or not data.endswith(_PNG_END):
        return None
    if sum(1 for kind in _chunks(data) if kind == b"IEND") != 1:
        return None
    width, height = struct.unpack(">II", data[_PNG_SIZE])
    return width, height


def _chunks(data: bytes) -> Iterator[bytes]:
    """Walk through a PNG from chunk to chunk; one that does not end with the bytes breaks off."""
    place = len(_PNG)
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        place += length + 12
        if place > len(data):
            raise IndexError
        yield kind


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Walk through the segments of a JPEG up to the one that tells its size."""
    if not data.startswith(_JPEG) or not data.endswith(_JPEG_END):
        return None
    place = 2
    while data[place] == 0xFF:  # noqa: PLR2004 -- how a segment begins
        marker = data[place + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        if marker == _SCAN:
            return None
        place += 2 + struct.unpack_from(">H", data, place + 2)[0]
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < _WEBP_HEAD:
        return None
    if struct.unpack_from("<I", data, 4)[0] + _RIFF != len(data):
        return None
    return {b"VP8 ": _lossy, b"VP8L": _lossless, b"VP8X": _extended}.get(data[12:16], _unknown)(data)


def _lossy(data: bytes) -> tuple[int, int] | None:
    if data[23:26] != _VP8_START:
        return None
    width, height = struct.unpack_from("<HH", data, 26)
    return width & _FOURTEEN, height & _FOURTEEN


def _lossless(data: bytes) -> tuple[int, int] | None:
    if data[20] != _VP8L_START:
        return None
    bits = struct.unpack_from("<I", data, 21)[0]
    return (bits & _FOURTEEN) + 1, (bits >> 14 & _FOURTEEN) + 1


def _extended(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1


def _unknown(_data: bytes) -> None:
    return None
