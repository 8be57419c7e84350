"""What can be done now with each provision, from its row of the plan: links that open the form on its page, a choice made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from provisions.domain import possible
from provisions.domain.possible import Can
from provisions.domain.rules import OutcomeName
from provisions.web.acts import Scene
from provisions.web.acts_of_provision import ACTS
from provisions.web.forms import Form
from provisions.web.visits import Visit

OPENED = "doen"
"""In an address: which form stands open there. What was chosen in it already goes by the names of its fields."""
_OUTCOME = "outcome"
_WITHDRAWN_WHY = "why"
# What stands in a row, the likeliest first. The rest is a click away on the page of the provision: trying everything for each
# row would cost a plan of twelve half its time.
_IN_ROW = (
    "outcome",
    "handled",
    "submit",
    "submit_central",
    "answer",
    "waive",
    "resume",
    "followup",
    "again",
    "suspend",
    "reply",
    "why",
    "urgent",
    "move",
    "agree",
)
_ACTS = tuple(next(act for act in ACTS if act.name == name) for name in _IN_ROW)
_OUTCOMES: tuple[tuple[OutcomeName, str, Mapping[str, str]], ...] = (
    (OutcomeName.DELIVERED, "Geregeld", {}),
    (OutcomeName.REFUSED, "Afgewezen", {}),
    (OutcomeName.WITHDRAWN, "Niet meer nodig", {_WITHDRAWN_WHY: "not_needed"}),
    (OutcomeName.WITHDRAWN, "Cliënt wil dit niet", {_WITHDRAWN_WHY: "client_declines"}),
)


@dataclass(frozen=True)
class Link:
    """A way to a form: what stands on it (Dutch), and where it leads."""

    label: str
    address: str


def links(scene: Scene) -> list[Link]:
    """The ways from the row of a provision, the likeliest first; to do without it last, where it can't be settled yet."""
    page = f"/clienten/{scene.case.id}/{scene.of.provision.id.in_address}"

    def opening(form: str, chosen: Mapping[str, str]) -> str:
        return f"{page}?{urlencode({OPENED: form, **chosen})}#{form}"

    found: list[Link] = []
    ended: list[Link] = []
    allowed = [act for act in _ACTS if act.is_allowed(scene)]
    asked = frozenset(act.can for act in allowed if act.can is not None and act.name != _OUTCOME)
    can = possible.with_provision(scene.case, scene.of.provision.id, scene.moment, asked) | {Can.OUTCOME}
    for act in (act for act in allowed if act.can in can):
        if act.name == _OUTCOME:
            for name, label, typed in _outcomes(scene):
                (found if name is not OutcomeName.WITHDRAWN or found else ended).append(
                    Link(label, opening(_OUTCOME, typed))
                )
        else:
            found.append(Link(act.form(scene).title, opening(act.name, {})))
    return found + ended


def chosen(visit: Visit, form: Form) -> dict[str, str]:
    """What the link that led here chose in this form, as far as the form has it."""
    if visit.query.get(OPENED) != form.name:
        return {}
    asked = {f.name: visit.query.get(f.name, "") for f in form.fields}
    return {f.name: asked[f.name] for f in form.fields if asked[f.name] in {value for value, _ in f.choices}}


def _outcomes(scene: Scene) -> Iterator[tuple[OutcomeName, str, Mapping[str, str]]]:
    """Each outcome that it can get now, with its label and what is chosen for it."""
    can = possible.outcomes(scene.case, scene.of.provision.id, scene.moment)
    for name, label, more in _OUTCOMES:
        if name in can:
            yield name, label, {_OUTCOME: name.value, **more}
