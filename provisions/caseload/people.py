"""Somebody of each role for the example, named on the page where one signs in."""

from pathlib import Path

from provisions.access import Role
from provisions.app import App
from provisions.domain.errors import NotAllowed, NotFound
from provisions.machine.files import secret
from provisions.usecases.signing_in import SigningIn

PASSWORD_FILE = "example-password"  # noqa: S105 - the name of the file

PEOPLE = {
    "regisseur.noord": Role.CASE_DIRECTOR,
    "teamleider-1": Role.TEAM_LEAD,
    "tafel-1": Role.TABLE,
    "maatwerk-1": Role.CUSTOMISATION_OFFICER,
    "stuurgroep-1": Role.STEERING_GROUP,
    "fg-1": Role.PRIVACY_OFFICER,
    "auditor-1": Role.AUDITOR,
    "beheerder-1": Role.ADMINISTRATOR,
}
_OF_A_TOWN = (Role.CASE_DIRECTOR, Role.TEAM_LEAD, Role.TABLE, Role.CUSTOMISATION_OFFICER)


def example_people(app: App, door: SigningIn, secrets: Path) -> list[tuple[str, str, str]]:
    """Code, role (Dutch) and password of each, made where they are not there yet; all have one password, of this home."""
    password = secret(secrets, PASSWORD_FILE)
    town = next(iter(app.config.organisation.municipalities))
    for code, role in PEOPLE.items():
        try:
            if app.people.one(code).ready:
                continue
            address = app.people.reset(code)
        except NotFound:
            address = app.people.add(code, [role.value], [town] if role in _OF_A_TOWN else [])
        except NotAllowed:
            continue  # blocked, by somebody who tried that
        door.set_password(address, password, password, "")
    return [(code, role.called, password) for code, role in PEOPLE.items()]
