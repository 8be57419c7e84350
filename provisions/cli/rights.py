"""``provisions rights``: who may do what, and why."""

from argparse import Namespace

from provisions.access import Right, Rights
from provisions.access.rights import REACHES
from provisions.catalogue import load
from provisions.cli.output import as_json_list, say
from provisions.settings import Settings


def rights(args: Namespace, settings: Settings) -> None:
    """The whole list."""
    listed = load(settings.config).rights
    if args.json:
        as_json_list(_as_json(right) for right in listed.rights)
        return
    say(*_whole_list(listed))


def _as_json(right: Right) -> dict[str, object]:
    return {
        "what": right.what,
        "use_cases": sorted(right.use_cases),
        "roles": {role.value: reach.value for role, reach in right.roles.items()},
    }


def _whole_list(listed: Rights) -> list[str]:
    lines = []
    for right in listed.rights:
        lines.append(f"{right.what} ({', '.join(sorted(right.use_cases))})")
        lines += [f"    {role.called}: {REACHES[reach]}" for role, reach in right.roles.items()]
    return lines
