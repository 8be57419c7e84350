"""Which peers take part in a figure, and what the product's ratio to the best of them is."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from bench.figures import ratio
from bench.peers.process import NAMES, PeerProcess, installed
from bench.rig import Rig


def add_options(parser: argparse.ArgumentParser) -> None:
    """``--peers`` and ``--without-peers``."""
    parser.add_argument("--peers", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--without-peers", dest="peers", action="store_const", const=[])


def invited(made: Rig, names: list[str]) -> dict[str, PeerProcess]:
    """The peers by name, without those that are not installed, which is said."""
    missing = [name for name in names if not installed(name)]
    if missing:
        sys.stderr.write(f"Not installed (make .venv-bench/.installed): {', '.join(missing)}.\n")
    return {name: PeerProcess(made, name) for name in names if name not in missing}


def of_best_peer(found: Mapping[str, Mapping[str, Any]], peers: Mapping[str, PeerProcess]) -> float | None:
    """The product's speed as a multiple of the fastest peer's."""
    best = max((found[name]["per_second"] for name in peers), default=None)
    return ratio(found["product"]["per_second"], best)
