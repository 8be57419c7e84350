"""Folders and secrets that only their owner can read."""

import os
import secrets
import stat
from pathlib import Path

from provisions.domain.errors import InvalidInput, Unreachable


def path_of(text: str) -> Path:
    """The path that somebody typed, ``~`` filled in. Raises ``InvalidInput`` when that is nobody's."""
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise InvalidInput(
            f"'{text}' is geen map of bestand op deze machine: van wie na ~ staat is er geen map."
        ) from None


def private_folder(path: Path) -> Path:
    """Make ``path`` (and what is above it) and close it to everyone but its owner. Returns ``path``.

    Raises ``InvalidInput`` for a folder that is shared by design (such as ``/tmp``) or that is no folder, and
    ``Unreachable`` when it can't be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = path.stat().st_mode
        if mode & stat.S_ISVTX:
            raise InvalidInput(f"De map {path} is van iedereen op deze machine. Kies een eigen map (PROVISIONS_HOME).")
        if mode & 0o077:
            path.chmod(0o700)
    except FileExistsError:
        raise InvalidInput(f"{path} is een bestand, geen map. Kies een andere map (PROVISIONS_HOME).") from None
    except OSError as error:
        raise Unreachable(f"De map {path} kan niet gemaakt of afgeschermd worden: {error.strerror}.") from None
    return path


def secret(folder: Path, name: str) -> str:
    """The secret in ``folder/name``; made at random (192 bits, safe in a URL) the first time.

    Two processes that ask at the same time get the same secret: the file appears whole or not at all.
    """
    path = private_folder(folder) / name
    if not path.exists():
        draft = folder / f".{name}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            draft.unlink()
    return path.read_text().strip()
