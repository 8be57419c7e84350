"""The workplace of a copy of the product, as somebody who signs in there sees it."""

from starlette.testclient import TestClient

from provisions.app import App
from provisions.web.application import application
from tests.conftest import MovingClock
from tests.door import PASSWORD, SEALING, signing_in
from tests.web.conftest import Browser


def signed_in(app: App, clock: MovingClock, role: str, town: str = "voorbeeldstad") -> Browser:
    """A browser in which somebody with one role in one municipality has just signed in."""
    door, code = signing_in(app, clock), f"{role.replace('_', '-')}-7"
    door.set_password(app.people.add(code, [role], [town]), PASSWORD, PASSWORD, "")
    served = application(app, door, SEALING, tls=False, hosts=("127.0.0.1",))
    return Browser(TestClient(served, base_url="http://127.0.0.1:4200", follow_redirects=True)).signs_in(code)


def page_of(app: App, reference: str) -> str:
    """The address of a client's plan."""
    return f"/clienten/{app.views.case(reference).case.id}"
