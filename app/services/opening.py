"""Opening the database together with its secret: neither is of use without the other, so neither is made alone."""

import os
from pathlib import Path
from typing import Final, NamedTuple

from app.db import DAMAGED, Database, DatabaseDamagedError, DatabaseRefusedError, UnsafeDatabaseError, at_head, migrate
from app.errors import DatabaseUnavailableError, StorageFullError
from app.security import Secrets, random_text, same
from app.settings import SHORTEST_SECRET, Settings, SettingsError, is_secret
from app.store import clinics, keys

OWN_SECRET: Final = 64
"""Characters of a secret that is made here."""

_EMBEDDED: Final = "sqlite:///"


class Opened(NamedTuple):
    """A database and what only its installation can compute.

    Attributes:
        database: Where things are kept; its audit is chained with the secret.
        secrets: The secret that it has been kept with from the beginning.
        holes: How it would let a clinic out, where that was to be tolerated.
    """

    database: Database
    secrets: Secrets
    holes: tuple[str, ...]


def open_database(settings: Settings, *, make: bool = True, tolerant: bool = False) -> Opened:
    """Open the database with its secret, and make sure that it is up to date and keeps clinics apart.

    Args:
        settings: Where it is, and where the secret is.
        make: Whether a file of ours that is missing is made, and its secret with it.
        tolerant: Whether it is opened, for a look only, although it would let a clinic out.

    Raises:
        SettingsError: It cannot be used, and why.
        DatabaseUnavailableError: It does not answer.
    """
    if complaints := settings.contradictions():
        raise SettingsError(complaints)
    check_place(settings, make=make)
    try:
        _bring_up_to_date(settings)
        return _opened(settings, tolerant=tolerant)
    except DatabaseDamagedError:
        raise SettingsError([f"SKINCADENCE_DATABASE_URL: {DAMAGED}"]) from None


def _opened(settings: Settings, *, tolerant: bool) -> Opened:
    database = Database(settings.database_url)
    try:
        holes = _holes(database, tolerant=tolerant)
        secrets = _agreed(database, settings)
    except BaseException:
        database.close()
        raise
    database.seal_with(secrets.keyed_hash("audit", "chain"))
    return Opened(database, secrets, holes)


def check_place(settings: Settings, *, make: bool) -> None:
    """Make sure that a database in a file is there, or can be made where it is said to be.

    Raises:
        SettingsError: The file or its folder is missing.
    """
    if not settings.embedded:
        return
    file = Path(settings.database_url.removeprefix(_EMBEDDED))
    if not file.absolute().parent.is_dir():
        raise SettingsError([_NO_FOLDER.format(file.absolute().parent)])
    if not make and not file.exists():
        raise SettingsError([_NO_FILE.format(file.absolute())])


def _bring_up_to_date(settings: Settings) -> None:
    if not settings.embedded:
        if not at_head(settings.database_url):
            raise SettingsError([_OUTDATED])
        return
    try:
        if not at_head(settings.database_url):
            migrate(settings.database_url)
    except DatabaseDamagedError:
        raise
    except (DatabaseUnavailableError, DatabaseRefusedError, StorageFullError, OSError, ValueError):
        raise SettingsError([_UNUSABLE_FILE]) from None


def _holes(database: Database, *, tolerant: bool) -> tuple[str, ...]:
    try:
        database.verify()
    except UnsafeDatabaseError as error:
        if tolerant:
            return error.holes
        raise SettingsError([f"SKINCADENCE_DATABASE_URL: {hole}" for hole in error.holes]) from None
    return ()


def _agreed(database: Database, settings: Settings) -> Secrets:
    """Find the secret, and hold it against the check value that the database was given with its first one.

    Only a database without clinics may lack one. Clinics are looked for first: the first of them is taken in after the
    check value was kept, maybe by another process at this moment.
    """
    with database.keyring() as rows:
        fresh, known = not clinics.every(rows), keys.check_value(rows)
    if known is None and not fresh:
        raise SettingsError([_NO_CHECK_VALUE])
    secrets = Secrets(master_secret(settings, make=known is None))
    own = secrets.keyed_hash("check", "skincadence")
    if known is None:
        with database.common_write() as rows:
            keys.keep_check_value(rows, own)
            known = keys.check_value(rows)
    if not same(known or b"", own):
        raise SettingsError([_ANOTHER])
    return secrets


_OUTDATED: Final = (
    "SKINCADENCE_DATABASE_URL: the tables are not those of this version. Run `skincadence migrate` with "
    "SKINCADENCE_DATABASE_OWNER_URL set to the role that owns them."
)
_UNUSABLE_FILE: Final = (
    "SKINCADENCE_DATABASE_URL must name a file that can be made, read and written, in a folder where files can be made."
)
_NO_FOLDER: Final = (
    "SKINCADENCE_DATABASE_URL names a file in a folder that does not exist: {}. Make the folder, or name another."
)
_NO_FILE: Final = (
    "SKINCADENCE_DATABASE_URL names a database that does not exist: {}. Go to the folder it is in, or set the "
    "variable; only `skincadence serve`, `skincadence clinic create` and `skincadence migrate` make a new one."
)
_ANOTHER: Final = (
    "SKINCADENCE_SECRET or SKINCADENCE_SECRET_FILE is not the secret that this database has been kept with. With "
    "another, every key would fail and clients who were erased could come back: bring back the one that belongs to it."
)
_NO_CHECK_VALUE: Final = (
    "SKINCADENCE_DATABASE_URL: the database holds clinics, but not the check value that its secret is held against, so "
    "it was damaged or changed. With a wrong secret, every key would fail and clients who were erased could come back, "
    "so none is taken on trust: bring back a whole copy of the database, such as the last backup."
)
_MISSING: Final = (
    "SKINCADENCE_SECRET_FILE: the secret of this database is missing: {}. A new one would make every key fail and let "
    "clients who were erased come back, so none is made: bring back the file that belongs to the database."
)
_UNREADABLE: Final = "SKINCADENCE_SECRET_FILE must be the path of a file that can be read."
_TOO_SHORT: Final = f"SKINCADENCE_SECRET_FILE must hold at least {SHORTEST_SECRET} random characters."


def master_secret(settings: Settings, *, make: bool) -> bytes:
    """Find the secret; beside a new database in a file it is made if there is none.

    Raises:
        SettingsError: There is none, or it is no secret.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    file = settings.secret_file or _beside(settings, make=make)
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise SettingsError([_UNREADABLE]) from None
    if not is_secret(secret):
        raise SettingsError([_TOO_SHORT])
    return secret.encode()


def _beside(settings: Settings, *, make: bool) -> Path:
    file = Path(settings.database_url.removeprefix(_EMBEDDED)).with_suffix(".secret")
    if file.exists():
        return file
    if not make:
        raise SettingsError([_MISSING.format(file.absolute())])
    _write_once(file, random_text(OWN_SECRET))
    return file


def _write_once(path: Path, secret: str) -> None:
    """Make a file that only its owner can read, whole or not at all; whoever comes first decides what is in it."""
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{secret}\n")
        file.flush()
        os.fsync(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
