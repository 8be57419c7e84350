"""The pages for whoever answers for it: the record, its chain, who looked at what, the register of processing, and exports."""

import json
from dataclasses import fields
from http import HTTPStatus

from starlette.responses import Response

from provisions.access import UseCase
from provisions.access.rights import REACHES
from provisions.domain.errors import NotFound, Refused
from provisions.domain.keeping import Keeping
from provisions.domain.questions import ASKED_AS
from provisions.store.audit import Anchor
from provisions.web.pages import Page
from provisions.web.visits import Visit

MOST_TYPED = 120
_SHOWN = ("see_looks", "see_reasons", "see_record", "verify", "release_export")
KEPT = {
    "messages": "teksten van berichten, na afronding van hun ronde",
    "notes": "notities en gronden, na afronding van hun ronde",
    "lines": "het traject zelf, na het einde",
    "short": "een vergissing, een dubbel traject of wie niet is opgenomen",
    "absences": "wie afwezig was, na de laatste dag",
}


def overview(visit: Visit) -> Response:
    """What there is to answer for; and who looked at what, asked by a post because a reference or a code is in it."""
    seen = visit.seen
    if visit.request.method == "POST" or not seen.may(UseCase.SEE_RECORD):
        seen.must(UseCase.SEE_LOOKS)
    asked, why = _typed(visit, "zoek"), ""
    found = []
    if asked:
        try:
            found = seen.looks(asked)
        except Refused as refusal:
            why = visit.why(refusal)
    return _page(visit, asked=asked, looks=found, why=why)


def record(visit: Visit) -> Response:
    """The record of a case, without what people wrote."""
    accounting = visit.house.app.accounting
    try:
        found = accounting.record_of(visit.actor, _typed(visit, "traject"))
    except Refused as refusal:
        accounting.end(visit.actor)  # for whoever may not read the record there is no such page
        return _page(
            visit, HTTPStatus.UNPROCESSABLE_ENTITY, why=visit.why(refusal), asked_case=_typed(visit, "traject")
        )
    rules = visit.house.app.config.catalogue.provisions
    names = {key: rule.name for key, rule in rules.items()}
    return visit.house.page(
        visit, "record.html.j2", title=f"Vastlegging van {found.reference}", record=found, names=names
    )


def chain(visit: Visit) -> Response:
    """Whether the whole record is as it was written."""
    accounting = visit.house.app.accounting
    typed = _typed(visit, "anker")
    try:
        verdict = accounting.verify(visit.actor, Anchor.parse(typed) if typed else None)
    except NotFound:
        raise
    except Refused as refusal:
        return _page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, why=visit.why(refusal), anchor=typed)
    return visit.house.page(visit, "chain.html.j2", title="Controle van de vastlegging", verdict=verdict)


def release(visit: Visit) -> Response:
    """What is known of a client, for that client: read first, then released. That it was, is recorded."""
    visit.seen.must(UseCase.RELEASE_EXPORT)
    typed = _typed(visit, "traject")
    if visit.form.get("gelezen") != "ja":
        why = "Zet een vinkje: u leest de gegevens eerst na, want vrije tekst kan ook over anderen gaan."
        return _page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, why=why, asked_export=typed)
    try:
        found = visit.house.app.releasing.for_client(typed, by=visit.actor)
    except Refused as refusal:
        return _page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, why=visit.why(refusal), asked_export=typed)
    content = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    headers = {"content-disposition": 'attachment; filename="gegevens-van-de-client.json"'}
    return Response(content, media_type="application/json", headers=headers)


def register(visit: Visit) -> Response:
    """The lines of the register of processing (AVG, article 30), as far as the settings know them."""
    visit.house.app.accounting.end(visit.actor)
    organisation = visit.house.app.config.organisation
    keeping = [(KEPT[one.name], getattr(organisation.keeping, one.name)) for one in fields(Keeping)]
    return visit.house.page(
        visit,
        "register.html.j2",
        title="Register van verwerkingen",
        organisation=organisation,
        keeping=[(what, str(term)) for what, term in keeping],
        months=organisation.keep_looks_months,
    )


def rights(visit: Visit) -> Response:
    """The list of rights, for everybody who is signed in."""
    listed = visit.house.app.config.rights.rights
    held = sorted(visit.actor.grants)
    return visit.house.page(
        visit, "rights.html.j2", title="Wie mag wat", rights=listed, reaches=REACHES, held=held, asked_as=ASKED_AS
    )


def _page(visit: Visit, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
    seen = visit.seen
    may = {name: seen.may(UseCase(name)) for name in _SHOWN}
    lines, anchor = visit.house.app.accounting.end(visit.actor) if may["see_record"] else (0, None)
    known: dict[str, object] = {
        "asked": "", "looks": (), "why": "", "asked_case": "", "asked_export": "", "anchor": "", "may": may,
        "lines": lines, "last": anchor, "reasons_given": seen.reasons_given(),
    }  # fmt: skip
    return visit.house.page(visit, "accounting.html.j2", status, title="Verantwoording", **{**known, **values})


def _typed(visit: Visit, name: str) -> str:
    return visit.form.get(name, "").strip()[:MOST_TYPED]


PAGES = (
    Page("/verantwoording", overview, overview),
    Page("/verantwoording/vastlegging", post=record),
    Page("/verantwoording/keten", post=chain),
    Page("/verantwoording/uitgeven", post=release),
    Page("/verantwoording/register", register),
    Page("/beheer/rechten", rights),
)
