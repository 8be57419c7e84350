"""What can be done about the client's place to sleep: that it ends, stays or was found anew, and what is needed then."""

from provisions.access import UseCase
from provisions.domain import dutch, lifecycle
from provisions.domain.errors import NotAllowed, Part
from provisions.domain.possible import Can
from provisions.domain.rules import CodeList, Proposal
from provisions.usecases.cases import Cases
from provisions.views.places import proposed
from provisions.web.acts import Act, Scene, codes
from provisions.web.forms import Field, Filled, Form, Kind

_KEPT, _FOUND = "kept", "found"


def _place_ends_form(scene: Scene) -> Form:
    lost = scene.case.lost_place if scene.case.place_ends(scene.moment.today) else None
    day = (lost.ends.isoformat(),) if lost else ()
    kind, because = ((lost.kind,), (lost.because,)) if lost else ((), ())
    fields = (
        Field("ends", "Op welke dag is de plek weg?", Kind.DAY, required=True, given=day, parts=(Part.ENDS,)),
        Field("kind", "Welke plek is het?", Kind.LIST, codes(scene, CodeList.PLACE_KIND), True, given=kind),
        Field("because", "Waarom houdt zij op?", Kind.LIST, codes(scene, CodeList.PLACE_ENDS), True, given=because),
    )
    lead = (
        "Vanaf die dag is er opvang nodig: die vragen wij nu al. Welke plek het is en waarom, blijft in deze werkplek: het staat "
        "in geen brief."
    )
    return Form("place_ends", "Plek loopt af", "Plek loopt af", fields, lead)


def _place_ends(cases: Cases, scene: Scene, filled: Filled) -> None:
    day, kind = filled.needed("ends"), filled.one("kind")
    cases.place_ends(scene.reference, day, kind=kind, because=filled.one("because"), by=scene.by)


def _place_stays_form(_: Scene) -> Form:
    choices = [(_KEPT, "De plek blijft"), (_FOUND, "Er is een andere plek")]
    fields = (
        Field("what", "Hoe is het nu?", Kind.ONE, choices, required=True),
        Field("until", "Tot welke dag?", Kind.DAY, hint="Leeg: voorgoed.", parts=(Part.UNTIL,)),
    )
    return Form("place_stays", "Plek blijft, of er is een andere", "Vastleggen", fields)


def _place_stays(cases: Cases, scene: Scene, filled: Filled) -> None:
    stays = cases.place_kept if filled.one("what") == _KEPT else cases.place_found
    stays(scene.reference, until=filled.day("until"), by=scene.by)


def _proposals(scene: Scene) -> tuple[Proposal, ...]:
    return lifecycle.proposals(scene.case, scene.config.catalogue, scene.moment.today)


def _propose_form(scene: Scene) -> Form:
    made = _proposals(scene)
    choices = [(one.key, proposed(one, scene.config.catalogue)) for one in made]
    parts = (Part.AGREED, Part.AGREED_FOR)
    rules = scene.config.catalogue.provisions
    fields = [Field("key", "Wat wilt u ook vragen?", Kind.ONE, choices, required=True)]
    if any(rules[one.key].needs_agreed_date for one in made):
        names = dutch.listed([rules[one.key].name for one in made if rules[one.key].needs_agreed_date])
        hint = f"Alleen bij {names}. Leeg bij een woning die blijft: dan vijf werkdagen."
        fields.append(Field("agreed", "Afgesproken datum", Kind.DAY, hint=hint, parts=parts))
    lead = "De plek loopt af. Dit komt er niet vanzelf bij: u beslist."
    return Form("propose", "Wat is er dan ook nodig?", "Vragen", tuple(fields), lead)


def _propose(cases: Cases, scene: Scene, filled: Filled) -> None:
    key, agreed = filled.one("key"), filled.day("agreed")
    chosen = next((one for one in _proposals(scene) if one.key == key), None)
    if chosen is None:  # it was asked for meanwhile
        raise NotAllowed(f"'{key}' is al gevraagd. Kies iets anders.")
    last = scene.case.latest(key)
    if last is not None and last.status.is_open:
        cases.urgent(scene.reference, key, because=chosen.urgent or "", by=scene.by)
    elif last is None and key not in scene.case.present:
        purposes = {key: chosen.purpose} if chosen.purpose else {}
        urgent = [key] if chosen.urgent else []
        agreed_on = {key: agreed} if agreed else {}
        cases.add(scene.reference, [key], by=scene.by, agreed=agreed_on, purposes=purposes, urgent=urgent)
    else:
        reason = scene.config.catalogue.place.reason
        urgently = bool(chosen.urgent)
        cases.again(
            scene.reference, key, reason=reason, by=scene.by, purpose=chosen.purpose, agreed=agreed, urgent=urgently
        )


ACTS = (
    Act("place_ends", Can.PLACE_ENDS, UseCase.PLACE, _place_ends_form, _place_ends),
    Act("place_stays", Can.PLACE_STAYS, UseCase.PLACE, _place_stays_form, _place_stays),
    Act("propose", Can.PROPOSE, UseCase.ADD, _propose_form, _propose),
)
