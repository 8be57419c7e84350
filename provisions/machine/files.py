"""Files, folders and secrets that only their owner can read. Every file that this program writes is written here.

A file is written beside its place, synced, and renamed: whoever looks finds the whole of it or nothing, also after a
power cut, and a disk that is full leaves nothing half behind.
"""

import errno
import fcntl
import os
import pwd
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from provisions.domain.errors import InvalidInput, Unreachable
from provisions.redact import keep_secret


def path_of(text: str) -> Path:
    """The path that somebody typed, ``~`` filled in. Raises ``InvalidInput`` when that is nobody's, and for none: that would be
    the folder in which one happens to stand.
    """
    if not text.strip():
        raise InvalidInput("De naam van de map of het bestand is leeg. Geef een naam.")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise InvalidInput(
            f"'{text}' is geen map of bestand op deze machine: van wie na ~ staat is er geen map."
        ) from None


def private_folder(path: Path) -> Path:
    """Make ``path`` (and what is above it) and close it to everyone but its owner. Returns ``path``.

    Raises ``InvalidInput`` for a folder that is somebody else's (for root too: who owns it reads and plants what is in it), that
    is shared by design (such as ``/tmp``) or that is no folder, and ``Unreachable`` when it can't be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.stat()
        mode = found.st_mode
        if mode & stat.S_ISVTX:
            raise InvalidInput(f"De map {path} is van iedereen op deze machine. Kies een eigen map (PROVISIONS_HOME).")
        _refuse_anothers(path, found.st_uid)
        if mode & 0o077:
            path.chmod(0o700)
    except FileExistsError:
        raise InvalidInput(f"{path} is een bestand, geen map. Kies een andere map (PROVISIONS_HOME).") from None
    except OSError as error:
        raise Unreachable(f"De map {path} kan niet gemaakt of afgeschermd worden: {reason(error)}.") from None
    return path


def _refuse_anothers(path: Path, owner: int) -> None:
    if owner != os.geteuid():
        raise InvalidInput(
            f"{path} is van een andere gebruiker van deze machine ({_name_of(owner)}). Start het programma als die gebruiker, of "
            f"kies een eigen map (PROVISIONS_HOME)."
        )


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def secret(folder: Path, name: str) -> str:
    """The secret in ``folder/name``; made at random (192 bits, safe in a URL) the first time.

    Two processes that ask at the same time get the same secret: the file appears whole or not at all. Raises
    ``InvalidInput`` when the file is somebody else's: then it is no secret.
    """
    path = private_folder(folder) / name
    if not path.exists():
        try:
            write(path, f"{secrets.token_urlsafe(24)}\n".encode(), new=True)
        except FileExistsError:
            pass  # another process was first: its secret counts
        except OSError as error:
            raise Unreachable(f"Het geheim {path} kan niet geschreven worden: {reason(error)}.") from None
    _refuse_anothers(path, path.stat().st_uid)
    found = path.read_text().strip()
    keep_secret(found)
    return found


# --- writing ---------------------------------------------------------------------------------------------------------


@contextmanager
def writing(path: Path, *, new: bool = False) -> Iterator[IO[bytes]]:
    """A file to write to, that stands at ``path`` once the block ends well. Its folder must be there.

    ``new``: raises ``FileExistsError`` when something stands there by then, instead of taking its place. Raises ``OSError``.
    """
    draft = path.with_name(f"{_DRAFT}{secrets.token_hex(6)}{_UNFINISHED}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            with suppress(OSError):  # a file system without locks; the lock only tells a live draft from a dead one
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(descriptor)
            if new:
                os.link(draft, path)
            else:
                draft.replace(path)
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def write(path: Path, content: bytes, *, new: bool = False) -> Path:
    """Write a file as :func:`writing` does. Returns ``path``."""
    with writing(path, new=new) as file:
        file.write(content)
    return path


def write_together(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files by name into ``folder`` (made when missing): all of them, or none. Returns their paths.

    Raises ``OSError``.
    """
    made = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with ExitStack() as all_written:
            for name, content in contents.items():
                all_written.enter_context(writing(folder / name)).write(content)
    except OSError:
        if made:
            with suppress(OSError):
                folder.rmdir()
        raise
    return [folder / name for name in contents]


def clear_drafts(folder: Path) -> None:
    """Remove what a process that died was writing in ``folder``; what is being written now is left alone."""
    for draft in folder.glob(f"{_DRAFT}*{_UNFINISHED}"):
        with suppress(OSError), draft.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()


def is_draft(path: Path) -> bool:
    """Whether this is, by its name, a file that was being written."""
    return path.name.startswith(_DRAFT) and path.name.endswith(_UNFINISHED)


def reason(error: OSError) -> str:
    """Why the machine refuses, in Dutch where it is known."""
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__


def is_full(error: OSError) -> bool:
    """Whether there was no room."""
    return error.errno in _FULL


def no_access(error: OSError) -> tuple[str, str] | None:
    """What whoever may not reach a file reads (Dutch): whose it is, and what to do; ``None`` for a fault of another kind."""
    if error.errno not in (errno.EACCES, errno.EPERM) or not isinstance(error.filename, str | bytes):
        return None
    path = Path(os.fsdecode(error.filename))
    owner = _owner_of(path)
    if owner == os.geteuid():
        return (
            f"Geen toegang tot {path}: de rechten laten het niet toe.",
            "Kijk met 'ls -l' wie wat mag, en zet dat recht.",
        )
    name = _name_of(owner)
    return (
        f"Geen toegang tot {path}: dat is van een andere gebruiker van deze machine ({name}).",
        f"Geef de opdracht als die gebruiker, bijvoorbeeld met 'sudo -u {name}', of kies een eigen map (PROVISIONS_HOME).",
    )


def _owner_of(path: Path) -> int:
    """Of the file, or of the first folder above it that can be looked at."""
    for place in (path, *path.parents):
        with suppress(OSError):
            return place.stat().st_uid
    return 0


def _sync_folder(folder: Path) -> None:
    """So that the new name is there after a power cut as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems can't; then the file itself was synced
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


_DRAFT, _UNFINISHED = ".", ".part"
_FULL = (errno.ENOSPC, errno.EDQUOT)
_REASONS: Mapping[int, str] = {
    errno.ENOSPC: "schijf vol, er is geen ruimte meer. Maak ruimte en probeer het opnieuw",
    errno.EDQUOT: "schijf vol, uw ruimte op deze schijf is op. Maak ruimte en probeer het opnieuw",
    errno.EACCES: "geen rechten op deze plek",
    errno.EPERM: "geen rechten op deze plek",
    errno.EROFS: "op deze schijf kan alleen gelezen worden",
    errno.ENOENT: "de map bestaat niet",
    errno.EEXIST: "daar staat al een bestand met die naam",
    errno.ENOTDIR: "een deel van het pad is een bestand, geen map",
    errno.EISDIR: "dit is een map, geen bestand",
    errno.ENAMETOOLONG: "de naam is te lang",
}
