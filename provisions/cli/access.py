"""Accounts, rights, and who looked at what."""

from argparse import Namespace
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from provisions import inputs
from provisions.access import Actor, Grant, Right, Rights, UseCase
from provisions.access.rights import REACHES
from provisions.catalogue import Config, load
from provisions.cli.database import app_on
from provisions.cli.output import as_json, as_json_list, progress, say
from provisions.domain import dutch
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.errors import InvalidInput
from provisions.domain.lifecycle import Via
from provisions.domain.questions import ASKED_AS
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import Settings

if TYPE_CHECKING:
    from provisions.app import App
    from provisions.usecases.people import Account

SET_UP = "/welkom/"  # the page of a one-time address


def person(args: Namespace, settings: Settings) -> None:
    """Add, list, block, let in again, or give a new address."""
    if args.action != "list" and not args.code:
        raise InvalidInput(f"Geef de code van de medewerker: provisions person {args.action} CODE.")
    if args.action != "add" and (args.role or args.municipality):
        raise InvalidInput("--role en --municipality horen bij 'provisions person add'.")
    with app_on(settings, new=args.action == "add") as app:
        _PERSON[args.action](args, app, settings)


def _add(args: Namespace, app: "App", settings: Settings) -> None:
    secret = app.people.add(args.code, args.role, args.municipality, by=args.by)
    _tell_address(args, app, settings, secret)


def _reset(args: Namespace, app: "App", settings: Settings) -> None:
    _tell_address(args, app, settings, app.people.reset(args.code, by=args.by))


def _tell_address(args: Namespace, app: "App", settings: Settings, secret: str) -> None:
    address = f"{settings.people_url}{SET_UP}{secret}"
    account = app.people.one(args.code)
    if args.json:
        as_json({**account.as_json(), "address": address})
        return
    progress(f"{account.code}: {_held(account.grants, app.config)}.")
    progress("Geef dit adres aan de persoon zelf. Het werkt 24 uur en één keer; daar kiest de persoon een wachtwoord:")
    say(address)


def _list(args: Namespace, app: "App", _settings: Settings) -> None:
    accounts = app.people.every()
    if args.json:
        as_json_list(account.as_json() for account in accounts)
        return
    if not app.people.other_administrator():
        say("admin: alle rollen, tot er een andere beheerder is (provisions person add CODE --role administrator)")
    else:
        say("admin: beheerder")
    for account in accounts:
        state = "geblokkeerd" if account.blocked else "" if account.ready else "nog geen wachtwoord"
        say(f"{account.code}: {_held(account.grants, app.config)}{f' ({state})' if state else ''}")


def _block(args: Namespace, app: "App", _settings: Settings) -> None:
    app.people.block(args.code, by=args.by)
    _done(args, app, "is geblokkeerd en overal afgemeld")


def _unblock(args: Namespace, app: "App", _settings: Settings) -> None:
    app.people.unblock(args.code, by=args.by)
    _done(args, app, "mag weer naar binnen")


def _done(args: Namespace, app: "App", what: str) -> None:
    account = app.people.one(args.code)
    if args.json:
        as_json(account.as_json())
    else:
        say(f"{account.code} {what}.")


_PERSON: dict[str, Callable[[Namespace, "App", Settings], None]] = {
    "add": _add,
    "list": _list,
    "block": _block,
    "unblock": _unblock,
    "reset": _reset,
}


def rights(args: Namespace, settings: Settings) -> None:
    """The whole list, or what one person may do and why."""
    config = load(settings.config)
    if args.code is None:
        if args.json:
            as_json_list(_right_as_json(right) for right in config.rights.rights)
        else:
            say(*_whole_list(config.rights))
        return
    account = _account(args.code, settings)
    actor = Actor(account.code, frozenset() if account.blocked else account.grants, Via.SHELL)
    may = _may(actor, config)
    if args.json:
        as_json({**account.as_json(), "may": may})
        return
    say(f"{account.code}: {_held(account.grants, config)}{' (geblokkeerd)' if account.blocked else ''}")
    for right in config.rights.rights:
        found = next((one for one in may if one["what"] == right.what), None)
        say(*([f"    {right.what}: {one}" for one in found["because"]] if found else [f"    {right.what}: nee"]))


def _account(code: str, settings: Settings) -> "Account":
    """Who somebody is; where there is no database yet, nobody is anybody."""
    if not settings.database_url and not EmbeddedPostgres(settings.home).exists():
        raise inputs.no_such_person(code)
    with app_on(settings) as app:
        return app.people.one(code)


def _may(actor: Actor, config: Config) -> list[dict[str, Any]]:
    towns = config.organisation.municipalities
    found = []
    for right in config.rights.rights:
        because = []
        for role, reach in right.roles.items():
            if places := actor.municipalities(towns, [role]):
                where = ", ".join(towns[place].name for place in places)
                because.append(f"als {role.called} in {where}: {REACHES[reach]}")
        if because:
            found.append({"what": right.what, "use_cases": sorted(right.use_cases), "because": because})
    return found


def looked(args: Namespace, settings: Settings) -> None:
    """Who looked at a case, or what a person looked at and did at the door; neither named: who gave a reason to look."""
    with app_on(settings) as app:
        everywhere = tuple(app.config.organisation.municipalities)
        looks = app.looks.of(args.asked) if args.asked is not None else app.looks.reasons_in(everywhere)
    if args.json:
        as_json_list(look.as_json() for look in looks)
        return
    if not looks:
        say("Hiervan is niets vastgelegd.")
    for look in looks:
        at = look.at.astimezone(AMSTERDAM)
        about = " ".join(filter(None, (look.reference, look.municipality, look.page, look.about)))
        say(
            f"{dutch.dutch_date(at.date())} {at:%H:%M}  {look.code or '(onbekend)'}  {look.said}{f': {about}' if about else ''}"
        )


def _held(grants: Collection[Grant], config: Config) -> str:
    towns = config.organisation.municipalities
    said = []
    for grant in sorted(grants):
        town = towns.get(grant.municipality)
        where = town.name if town else grant.municipality or "de hele regio"
        said.append(f"{grant.role.called} in {where}")
    return ", ".join(said) or "geen rol"


def _right_as_json(right: Right) -> dict[str, object]:
    return {
        "what": right.what,
        "use_cases": sorted(right.use_cases),
        "roles": {role.value: reach.value for role, reach in right.roles.items()},
        "by_link": sorted(right.by_link),
        "reasons": [{"code": one.code, "label": one.label, "hours": one.hours} for one in right.reasons],
    }


def _whole_list(listed: Rights) -> list[str]:
    lines = []
    for right in listed.rights:
        lines.append(f"{right.what} ({', '.join(use_case for use_case in UseCase if use_case in right.use_cases)})")
        lines += [f"    {role.called}: {REACHES[reach]}" for role, reach in right.roles.items()]
        lines += [
            f"    {ASKED_AS[asked]}: met de link in een bericht, alleen over die vraag"
            for asked in sorted(right.by_link)
        ]
        lines += [f"    alleen met een reden: {one.label} ({one.hours} uur; {one.code})" for one in right.reasons]
    return lines
