"""Seconds from ``make run``, once installed, to the line ``ready``: in a new home, and again in the same.

python -m bench.ready
"""

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import shell
from bench.figures import Aim, interleaved, options, publish
from bench.host import machine
from bench.rig import free_port
from provisions.settings import PROJECT

AIM = 15  # seconds


def until_ready(home: Path) -> dict[str, float]:
    """Start, wait for the line, stop."""
    began = time.perf_counter()
    with shell.serving(["make", "--silent", "run"], home, free_port()):
        return {"seconds": time.perf_counter() - began}


def measure(rounds: int) -> tuple[dict[str, Any], list[Aim]]:
    """Medians, and the aim."""
    subprocess.run(["make", "--silent", ".venv"], cwd=PROJECT, check=True)  # noqa: S607 - installing is not measured
    homes: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="pb-ready-") as folder:

        def first(turn: int) -> dict[str, float]:
            homes.append(Path(folder) / str(turn))
            return until_ready(homes[-1])

        found = interleaved({"first time": first, "again": lambda _turn: until_ready(homes[-1])}, rounds)
    return dict(found), [Aim(f"{name}, seconds", found[name]["seconds"], AIM, at_least=False) for name in found]


def main() -> None:
    """Print JSON and a table."""
    args = options(__doc__).parse_args()
    on = machine()
    found, aims = measure(args.rounds)
    publish("ready", on=on, settings={"rounds": args.rounds}, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
