"""Where a client finds the unix socket of a server whose folder may have any name."""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from provisions.domain.errors import Unreachable
from provisions.machine.files import private_folder

_LONGEST = 107 - len("/.s.PGSQL.5432")
# What every reader of an address takes as it is. libpq splits a host at commas, SQLAlchemy at colons, a URL ends at #, …
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def reachable(folder: Path) -> Path:
    """``folder``, or a link to it with a short and plain path.

    A link when its own path is too long for a socket, or has a character that means something in an address. Raises
    ``Unreachable`` when somebody else made what should be our link.
    """
    if len(os.fsencode(folder)) <= _LONGEST and _PLAIN_PATH.fullmatch(str(folder)):
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    ours = _runtime_folder() / f"provisions-{os.geteuid()}-{name}"
    ours.mkdir(mode=0o700, exist_ok=True)
    if ours.is_symlink() or ours.stat().st_uid != os.geteuid():
        raise Unreachable(f"De map {ours} is van iemand anders. Verwijder hem of kies een kortere PROVISIONS_HOME.")
    private_folder(ours)
    link = ours / "pg"
    with suppress(FileExistsError):  # another process may make it at the same moment
        link.symlink_to(folder)
    return link


def _runtime_folder() -> Path:
    """A folder with a short path for what lives as long as the machine is up."""
    if os.geteuid() == 0 and Path("/run").is_dir():
        return Path("/run")
    for folder in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()):
        if folder and _PLAIN_PATH.fullmatch(folder) and os.access(folder, os.W_OK):
            return Path(folder)
    return Path("/tmp")  # noqa: S108 - what is made there is closed, and refused when it is somebody else's
