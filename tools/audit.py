"""Compares the locked dependencies with the known vulnerabilities: ``make audit``.

``pip-audit`` asks PyPI, which publishes them by package. It counts what PyPI does not know as sound, and so does not
notice that nobody answered; therefore one package is asked for first. Where nobody answers (a network without PyPI's own
API, such as a mirror), nothing is audited: that is a failure, with an exit code of its own for who wants to go on.
"""

import json
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
LOCKS = [PROJECT / name for name in ("requirements.lock", "requirements-dev.lock", "requirements-installer.lock")]
PROBE = "pip==24.0"  # exists, and has nothing to do with us

NOTHING_AUDITED = 3

# Findings that do not touch us: number → (why, when to look again).
ACCEPTED: dict[str, tuple[str, date]] = {}


def main() -> int:
    """Exit code 0: nothing known. 1: something is known. 3: nobody answered, so nothing was audited."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(f"{PROBE}\n")
        file.flush()
        if any("skip_reason" in found for found in _audit(Path(file.name), "--no-deps")):
            print("Nothing was audited: PyPI's list of vulnerabilities can't be reached from here.", file=sys.stderr)
            return NOTHING_AUDITED
    today, open_findings = datetime.now(UTC).date(), 0
    for found in [found for lock in LOCKS for found in _audit(lock, "--require-hashes")]:
        name = f"{found['name']} {found.get('version', '')}".strip()
        if "skip_reason" in found:
            print(f"{name}: not audited ({found['skip_reason']})")
            open_findings += 1
        for fault in found.get("vulns", ()):
            why, until = ACCEPTED.get(fault["id"], ("", today))
            if why and today < until:
                print(f"{name}: {fault['id']} accepted until {until}: {why}")
                continue
            print(f"{name}: {fault['id']}, solved in {', '.join(fault['fix_versions']) or 'no version yet'}")
            open_findings += 1
    print(f"{open_findings} findings" if open_findings else "No known vulnerabilities.")
    return int(open_findings > 0)


def _audit(requirements: Path, how: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pip_audit", "-r", str(requirements), how, "--disable-pip"]
    done = subprocess.run(
        [*command, "--progress-spinner", "off", "--format", "json"], capture_output=True, text=True, check=False
    )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [{"name": str(requirements), "skip_reason": done.stderr.strip()[-300:]}]
    return found


if __name__ == "__main__":
    sys.exit(main())
