"""The logo of a clinic: one small picture, known by its own bytes, served here and by nobody else."""

import struct
import zlib
from typing import Any

import pytest

from app.services.images import LARGEST, read_image
from tests.clinic_settings.desk import CLINIC, LOGO_AT, audited, read, set_up
from tests.resources.service import LOGO, Office, Service

JPEG = (
    bytes.fromhex("ffd8ffe000104a46494600010100000100010000" + "ffc0000b08006000800101110000") + b"\xff\xda\x00\xff\xd9"
)
WEBP_LOSSY = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8 " + bytes(7) + b"\x9d\x01\x2a" + struct.pack("<HH", 128, 96)
WEBP_LOSSLESS = (
    b"RIFF" + struct.pack("<I", 26) + b"WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 127 | 95 << 14) + bytes(9)
)
WEBP_EXTENDED = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + bytes(8) + b"\x7f\x00\x00" + b"\x5f\x00\x00"


def png(width: int, height: int, extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"")), extra, chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def send(service: Service, data: bytes, kind: str = "image/png", office: Office | None = None) -> Any:
    mine = {**(office or service.ours).headers, "Content-Type": kind}
    return service.web.put(LOGO_AT, content=data, headers=mine)


@pytest.mark.parametrize(
    ("data", "kind", "size"),
    [
        (LOGO, "image/png", (96, 96)),
        (png(128, 64), "image/png", (128, 64)),
        (JPEG, "image/jpeg", (128, 96)),
        (WEBP_LOSSY, "image/webp", (128, 96)),
        (WEBP_LOSSLESS, "image/webp", (128, 96)),
        (WEBP_EXTENDED, "image/webp", (128, 96)),
    ],
)
def test_a_picture_is_known_by_its_own_bytes(data: bytes, kind: str, size: tuple[int, int]) -> None:
    found = read_image(data)

    assert found is not None
    assert (found.media_type, (found.width, found.height)) == (kind, size)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'
ODD = [
    b"",
    b"\x89PNG\r\n\x1a\n",
    SVG,
    b"GIF89a\x40\x00\x40\x00",
    b"BM" + bytes(60),
    LOGO[:-1],
    LOGO + b"<script>alert(1)</script>",
    LOGO + LOGO,
    LOGO[:8] + b"\xff\xff\xff\xff" + LOGO[12:],
    JPEG[:-2],
    JPEG[:12] + b"\xff\xd9",
    b"\xff\xd8\xff\xff\xff\xd9",
    b"\xff\xd8" + b"\xff\xe0\x00\x00" * 3 + b"\xff\xd9",
    WEBP_LOSSY + b"x",
    WEBP_LOSSY[:20],
    WEBP_LOSSY.replace(b"VP8 ", b"VP8?"),
    b"%PDF-1.7" + bytes(64),
    b"<!doctype html><script>alert(1)</script>",
]


@pytest.mark.parametrize("data", ODD, ids=range(len(ODD)))
def test_what_is_no_whole_picture_is_refused_whatever_it_is_called(data: bytes, shared: Service) -> None:
    for kind in ("image/png", "image/jpeg", "image/webp"):
        answer = send(shared, data, kind)

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_image")
        assert answer.json()["errors"] == [
            {
                "pointer": "",
                "code": "image_kind",
                "message": "Must be one whole PNG, JPEG or WebP picture, as its own bytes say.",
            }
        ]
    assert read(shared)["logo"] is None


@pytest.mark.parametrize("size", [(15, 64), (64, 15), (2_001, 64), (64, 2_001), (0, 64), (2**31, 2**31)])
def test_a_picture_of_an_odd_size_is_refused(size: tuple[int, int], shared: Service) -> None:
    answer = send(shared, png(*size))

    assert [fault["code"] for fault in answer.json()["errors"]] == ["image_size"]


def test_a_large_file_is_refused_before_it_is_read(shared: Service) -> None:
    filling = struct.pack(">I", LARGEST) + b"tEXt" + bytes(LARGEST + 4)

    assert send(shared, png(64, 64, filling)).json()["code"] == "body_too_large"


@pytest.mark.parametrize("kind", ["image/svg+xml", "application/json", "image/gif", "", "image/png; charset=utf-8"])
def test_only_three_kinds_are_taken(kind: str, shared: Service) -> None:
    answer = send(shared, LOGO, kind)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert answer.headers["accept-post"] == "image/png, image/jpeg, image/webp"
    assert answer.json()["detail"] == (
        "The body must be sent as `image/png`, `image/jpeg` or `image/webp`, and without a content encoding."
    )


def test_a_logo_is_served_to_anybody_and_can_do_nothing_but_be_seen(service: Service) -> None:
    made = send(service, LOGO)
    logo = made.json()["logo"]
    seen = service.web.get(logo["address"])

    assert (made.status_code, made.headers["etag"]) == (200, '"2"')
    assert (logo["media_type"], logo["width"], logo["height"]) == ("image/png", 96, 96)
    assert (seen.content, seen.headers["content-type"]) == (LOGO, "image/png")
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert seen.headers["content-security-policy"].startswith("default-src 'none'")
    assert seen.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert service.web.get(logo["address"], headers={"If-None-Match": seen.headers["etag"]}).status_code == 304
    assert service.web.head(logo["address"]).headers["content-length"] == str(len(LOGO))


def test_another_picture_has_another_address_and_the_old_one_leads_nowhere(service: Service) -> None:
    first = send(service, LOGO).json()["logo"]["address"]
    second = send(service, png(128, 64)).json()["logo"]["address"]

    assert service.web.get(first).status_code == 404
    assert service.web.get(second).content == png(128, 64)
    gone = service.web.delete(LOGO_AT, headers=service.ours.headers)
    assert (gone.status_code, gone.json()["logo"]) == (200, None)
    assert service.web.get(second).status_code == 404


def test_a_logo_stays_when_the_settings_change_and_the_audit_says_no_more_than_that_it_came(service: Service) -> None:
    address = send(service, LOGO).json()["logo"]["address"]
    set_up(service, phone="020 7946 0000")

    assert read(service)["logo"]["address"] == address
    assert [told for told in audited(service) if told[0].startswith("clinic_logo")] == [("clinic_logo.replace", "logo")]


def test_a_logo_is_its_own_clinics(service: Service) -> None:
    send(service, LOGO)

    assert read(service, service.theirs)["logo"] is None
    assert service.web.get(CLINIC, headers=service.twin(service.ours)).json()["logo"] is None


@pytest.mark.parametrize("name", ["lgo_0000000000000000000000", "x", "%00", "lgo_%2e%2e", "a" * 300, "%F0%9F%92%A9"])
def test_no_name_of_a_logo_is_so_odd_that_something_breaks(name: str, shared: Service) -> None:
    assert shared.web.get(f"/v1/logos/{name}").status_code == 404
