"""The logo of a clinic: a small picture of its own, kept and served here, so that no page has to load it elsewhere."""

from dataclasses import replace
from typing import Final

from app.errors import Fault, ImageRefusedError
from app.security import new_id
from app.services.images import FEWEST_PIXELS, LARGEST, MEDIA_TYPES, MOST_PIXELS, Image, read_image
from app.services.keys import Maker, Office
from app.services.profile import stored
from app.store import audit, clinics, logos
from app.store.profile import LogoRef
from app.store.values import Clinic

__all__ = ["KINDS_TAKEN", "LARGEST", "MEDIA_TYPES", "Image", "image_of", "put", "remove"]

REPLACE, REMOVE = "clinic_logo.replace", "clinic_logo.remove"
KINDS_TAKEN: Final = Fault("", "image_kind", "Must be one whole PNG, JPEG or WebP picture, as its own bytes say.")
_SIZE: Final = Fault(
    "", "image_size", f"Must be {FEWEST_PIXELS} to {MOST_PIXELS} pixels wide and as many high, in {LARGEST} bytes."
)


def put(office: Office, maker: Maker, data: bytes, logo_id: str | None = None) -> Clinic:
    """Give a clinic a logo in the place of the one before.

    Args:
        office: Where it is kept.
        maker: Who does it.
        data: Its bytes.
        logo_id: What it is called, for what has a name beforehand.

    Raises:
        ImageRefusedError: It is no picture that is taken here.
    """
    image = _checked(data)
    logo = LogoRef(logo_id or new_id("lgo"), image.media_type, image.width, image.height)
    return _change(office, maker, REPLACE, logo, data)


def remove(office: Office, maker: Maker) -> Clinic:
    """Take a clinic's logo away, if it has one."""
    return _change(office, maker, REMOVE, None, b"")


def image_of(office: Office, clinic: Clinic) -> Image | None:
    """Read a clinic's logo; null if it has none, or another one by now."""
    logo = clinic.settings.logo
    if logo is None:
        return None
    with office.database.read(clinic.id) as rows:
        data = logos.find(rows, clinic.id, logo.id)
    return None if data is None else Image(logo.media_type, logo.width, logo.height, data)


def _checked(data: bytes) -> Image:
    image = read_image(data)
    if image is None:
        raise ImageRefusedError([KINDS_TAKEN])
    fits = all(FEWEST_PIXELS <= side <= MOST_PIXELS for side in (image.width, image.height))
    if not fits or len(data) > LARGEST:
        raise ImageRefusedError([_SIZE])
    return image


def _change(office: Office, maker: Maker, action: str, logo: LogoRef | None, data: bytes) -> Clinic:
    now, clinic_id = office.clock.now(), maker.clinic.id
    with office.database.keyring_write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)
        clinic = stored(rows, clinic_id)
        settings = replace(clinic.settings, logo=logo)
        logos.remove(rows, clinic_id)
        if logo is not None:
            logos.add(rows, clinic_id, logo.id, data, now)
        clinics.change(rows, clinic_id, {"settings": settings})
        audit.write(rows, head, [maker.entry(action, clinic_id, now, ("logo",))])
    return replace(clinic, version=clinic.version + 1, settings=settings)
