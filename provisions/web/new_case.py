"""Starting a client's case: one page, then a check of what would follow, then it is started and its plan opens.

What is to be checked has an address of its own, as what a form did has: so Back, and loading it again, send nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions.catalogue import Config
from provisions.domain import dutch, graph
from provisions.domain.case import UNKNOWN, VIA_DIRECTOR
from provisions.domain.errors import InvalidInput, NotAllowed, Part, Refused
from provisions.domain.rules import Brp, CodeList, Dependency, ProvisionRule, Route
from provisions.store.submissions import Unseen
from provisions.usecases.cases import Cases
from provisions.usecases.intake import EVERYTHING, IntakeRequest
from provisions.views.refusals import for_people
from provisions.web import keeping
from provisions.web.acts import NO, YES, YES_NO, labelled
from provisions.web.forms import NUMBER, Field, Filled, Form, Kind, blank, known_number, read
from provisions.web.pages import Page
from provisions.web.sending import Drawing, Show, led_on, sent
from provisions.web.visits import Visit

ADDRESS = "/nieuw"
TO_CHECK = f"{ADDRESS}/controle"
CONFIRM, BACK = "confirm", "terug"
NOBODY, UNSURE = "", "unknown"
LOSING: Mapping[str, bool | None] = {YES: True, NO: False, UNSURE: None}
_KEY = re.compile(r"'([a-z_]+)'")


def ask(visit: Visit) -> Response:
    """The form; with what was typed in it before the session ended, or before it was checked."""
    number = known_number(visit.query.get(NUMBER, ""))
    return _page(visit, _to_check(visit, number) or Drawing(visit).drawn(_form(visit)))


def answer(visit: Visit) -> Response:
    """What was filled in: first on to the check, and once that was confirmed the case is started."""
    form = _form(visit)
    if CONFIRM in visit.form:
        return sent(visit, form, lambda cases, filled: _start(visit, cases, filled), _shown(visit))
    config = visit.house.app.config
    filled = Drawing(visit).anew(read(form, visit.filled_in, config.catalogue, visit.house.today()))
    filled = filled if filled.number else replace(filled, number=blank(form).number)
    if filled.is_refused:
        return _page(visit, filled, HTTPStatus.UNPROCESSABLE_ENTITY)
    page = _page(visit, filled) if BACK in visit.form else _checked(visit, filled)
    if page.status_code != HTTPStatus.OK or not keeping.keep_for(visit, _address_of(filled.number)):
        return page
    onward = f"{ADDRESS}?{NUMBER}={filled.number}" if BACK in visit.form else _address_of(filled.number)
    return RedirectResponse(onward, HTTPStatus.SEE_OTHER)


def check(visit: Visit) -> Response:
    """What would follow from what was filled in; on to the plan when it was started, and to the form when it was too long ago."""
    number = known_number(visit.path["number"])
    filled = _to_check(visit, number)
    return led_on(visit, number) or (
        RedirectResponse(ADDRESS, HTTPStatus.SEE_OTHER) if filled is None else _checked(visit, filled)
    )


def _address_of(number: str) -> str:
    return f"{TO_CHECK}/{number}"


def _to_check(visit: Visit, number: str) -> Filled | None:
    """What this person filled in by the form of this number, if that waits to be checked."""
    typed = keeping.kept(visit, _address_of(number)) if number and led_on(visit, number) is None else ()
    if not typed:
        return None
    house = visit.house
    filled = read(_form(visit), typed, house.app.config.catalogue, house.today())
    return replace(Drawing(visit).anew(filled), number=number)


def _checked(visit: Visit, filled: Filled) -> Response:
    """The page of the check; the form, where the case can't be started so."""
    try:
        preview = visit.house.app.starting.preview(visit.actor, _request(filled, visit))
    except (InvalidInput, NotAllowed) as refusal:
        refused = _refused(filled, refusal, visit.house.app.config)
        return _page(visit, refused, HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.house.page(
        visit,
        "new_case_check.html.j2",
        title=f"Controleer {preview.view.case.reference}",
        preview=preview,
        filled=filled,
        carried=[(name, value) for name, values in filled.values.items() for value in values],
        confirm=CONFIRM,
        routes=dutch.ROUTE,
    )


def _start(visit: Visit, cases: Cases, filled: Filled) -> None:
    request = _request(filled, visit)
    visit.house.app.starting.must(visit.actor, request)
    cases.intake(request, by=visit.actor)
    visit.house.app.submissions.forget_typed(visit.actor.code, _address_of(filled.number))


def _shown(visit: Visit) -> Show:
    """The page of a form that was refused when it was confirmed after all."""

    def show(filled: Filled, status: HTTPStatus, _unseen: Sequence[Unseen]) -> Response:
        return _page(visit, filled, status)

    return show


def _page(visit: Visit, filled: Filled, status: HTTPStatus = HTTPStatus.OK) -> Response:
    config = visit.house.app.config
    return visit.house.page(
        visit,
        "new_case.html.j2",
        status,
        title="Nieuw traject",
        filled=filled,
        field={field.name: field for field in filled.form.fields},
        rules=config.catalogue.provisions,
        needs=_with_hints(config),
    )


# --- what is asked ---------------------------------------------------------------------------------------------------


def _form(visit: Visit) -> Form:
    app, actor = visit.house.app, visit.actor
    config, towns = app.config, app.starting.municipalities(actor)
    names = [(key, config.organisation.municipalities[key].name) for key in towns]
    directors = app.starting.directors(actor)
    return Form(
        "nieuw",
        "Nieuw traject",
        "Verder: eerst controleren",
        (
            Field("reference", "Referentie van het traject", required=True, hint=_reference_hint(visit)),
            Field("municipality", "Gemeente", Kind.LIST, names, required=True, given=(towns[0],)),
            Field(
                "director",
                "Regisseur",
                Kind.LIST,
                [(code, code) for code in directors],
                given=(actor.code,) if actor.code in directors else (),
                empty="het team van de regisseurs",
                parts=(Part.DIRECTOR,),
            ),
            Field(
                "route",
                "Langs welke weg mogen partners gegevens delen?",
                Kind.ONE,
                _named(dutch.ROUTE, Route),
                required=True,
            ),
            Field("needs", "Wat is nodig?", Kind.SOME, _needs(config), required=True, parts=(Part.NEED,)),
            *(field for rule in config.catalogue.provisions.values() for field in _of_need(rule, config)),
            Field("present", "Wat is er al?", Kind.SOME, _names(config), parts=(Part.PRESENT,)),
            *_about_client(visit),
        ),
        guarded=False,
    )


def _reference_hint(visit: Visit) -> str:
    return f"Zoals TR-{visit.house.today().year}-0042. Nooit een naam, geboortedatum of nummer van de cliënt."


def _about_client(visit: Visit) -> tuple[Field, ...]:
    codes = visit.house.app.config.catalogue.codes
    return (
        Field(
            "brp",
            "Staat de cliënt ingeschreven in de BRP?",
            Kind.ONE,
            _named(dutch.BRP, Brp),
            given=(Brp.UNKNOWN.value,),
        ),
        Field("on", "Dag van de intake", Kind.DAY, given=(visit.house.today().isoformat(),), parts=(Part.ON,)),
        Field("living", "Waar slaapt de cliënt?", Kind.LIST, labelled(codes[CodeList.LIVING]), given=(UNKNOWN,)),
        Field(
            "losing_place",
            "Raakt de cliënt binnen drie maanden die plek kwijt?",
            Kind.ONE,
            [*YES_NO, (UNSURE, "Onbekend")],
            given=(UNSURE,),
        ),
        Field("wlz", "Wlz", Kind.LIST, labelled(codes[CodeList.WLZ]), given=(UNKNOWN,)),
        Field("contact", "Hoe loopt het contact?", Kind.LIST, labelled(codes[CodeList.CONTACT]), given=(VIA_DIRECTOR,)),
        Field("own_number", "Zaaknummer van de gemeente", hint="Nooit een BSN."),
    )


def _of_need(rule: ProvisionRule, config: Config) -> list[Field]:
    """What may be said of one need."""
    fields = []
    if rule.needs_agreed_date:
        fields.append(Field(f"agreed_{rule.key}", "Welke dag is afgesproken?", Kind.DAY))
    if rule.needed_from:
        fields.append(Field(f"from_{rule.key}", "Vanaf welke dag is het nodig?", Kind.DAY, hint="Leeg: meteen."))
    if rule.may_be_urgent:
        fields.append(Field(f"urgent_{rule.key}", "Er dreigt ontruiming of afsluiting", Kind.TICK))
    if rule.purposes:
        purposes = [(purpose.value, dutch.capitalised(purpose.label)) for purpose in rule.purposes]
        fields.append(Field(f"for_{rule.key}", "Waarvoor?", Kind.LIST, purposes, empty="niet gezegd"))
    if rule.edges:
        named = [(str(edge), f"Toch beginnen zonder {config.catalogue.named(edge)}") for edge in rule.edges]
        codes = labelled(config.catalogue.codes[CodeList.WAIVER])
        fields += [
            Field(f"waive_{rule.key}", "Niet wachten", Kind.SOME, named),
            Field(f"because_{rule.key}", "Waarom niet wachten?", Kind.LIST, codes, empty="alleen als u niet wacht"),
            Field(f"ground_{rule.key}", "Toelichting bij het niet wachten", hint="Geen namen of nummers van personen."),
        ]
    return fields


def _names(config: Config) -> list[tuple[str, str]]:
    return [(rule.key, dutch.capitalised(rule.name)) for rule in config.catalogue.provisions.values()]


def _needs(config: Config) -> list[tuple[str, str]]:
    return [*_names(config), (EVERYTHING, "Alles wat er nog niet is")]


def _with_hints(config: Config) -> list[tuple[str, ...]]:
    """The needs as they are drawn: each with its term, and what it waits for."""
    hints = {rule.key: _hint(rule, config) for rule in config.catalogue.provisions.values()}
    hints[EVERYTHING] = "Zonder wat een afgesproken dag nodig heeft en er geen heeft."
    return [(key, called, hints[key]) for key, called in _needs(config)]


def _hint(rule: ProvisionRule, config: Config) -> str:
    term = (
        "een afgesproken dag" if rule.target is None else ("dezelfde dag" if rule.same_day else f"binnen {rule.target}")
    )
    usual = graph.dependencies(rule, Brp.UNKNOWN, urgent=False)
    other = graph.dependencies(rule, Brp.UNREGISTERED, urgent=False)
    told = f"{dutch.capitalised(term)}; {_waits(usual, config)}."
    return told if other == usual else f"{told} Niet ingeschreven: {_waits(other, config)}."


def _waits(dependencies: Sequence[Dependency], config: Config) -> str:
    names = dutch.listed([config.catalogue.named(dependency) for dependency in dependencies])
    return f"wacht op {names}" if names else "begint meteen"


def _named(labels: Mapping[Route, str] | Mapping[Brp, str], order: type[Route] | type[Brp]) -> list[tuple[str, str]]:
    called = {str(value): label for value, label in labels.items()}
    return [(value.value, dutch.capitalised(called[value.value])) for value in order]


# --- what was answered -----------------------------------------------------------------------------------------------


def _request(filled: Filled, visit: Visit) -> IntakeRequest:
    """As the use case takes it. What was filled in at a need that was not ticked counts for nothing."""
    chosen = filled.many("needs")
    rules = visit.house.app.config.catalogue.provisions
    needs = [key for key in rules if key in chosen or (EVERYTHING in chosen and key not in filled.many("present"))]
    days = {name: {k: d for k in needs if (d := filled.day(f"{name}_{k}")) is not None} for name in ("agreed", "from")}
    return IntakeRequest(
        reference=filled.one("reference"),
        route=filled.one("route"),
        needs=chosen,
        municipality=filled.one("municipality"),
        brp=filled.one("brp") or Brp.UNKNOWN,
        present=filled.many("present"),
        agreed=days["agreed"],
        needed_from=days["from"],
        waive={(key, edge): _ground(filled, key) for key in needs for edge in filled.many(f"waive_{key}")},
        urgent=[key for key in needs if filled.ticked(f"urgent_{key}")],
        purposes={key: purpose for key in needs if (purpose := filled.text(f"for_{key}"))},
        living=filled.text("living"),
        losing_place=LOSING[filled.one("losing_place") or UNSURE],
        wlz=filled.text("wlz"),
        contact=filled.text("contact"),
        own_number=filled.text("own_number"),
        director=filled.text("director"),
        on=filled.day("on"),
    )


def _ground(filled: Filled, key: str) -> str:
    """A ground with its code behind it; nothing where none was given, for the use case to refuse."""
    ground, code = filled.one(f"ground_{key}"), filled.one(f"because_{key}")
    return f"{ground} [{code}]" if ground and code else ground


def _refused(filled: Filled, refusal: Refused, config: Config) -> Filled:
    """With each fault at its field: of the need that it names, else where the form asks for it, else above it."""
    for sentence in refusal.sentences:
        one = type(refusal)(sentence)
        named = [found for found in _KEY.findall(sentence) if found in config.catalogue.provisions]
        name = _field_of(filled, one.parts, named)
        why = for_people(one, config.catalogue)
        before = filled.faults.get(name)
        filled = filled.wrong(name, f"{before} {why}" if before else why)
    return filled


_OF_NEED = {Part.AGREED: "agreed", Part.AGREED_FOR: "agreed", Part.NEEDED_FROM: "from", Part.NEEDED_FROM_FOR: "from",
            Part.URGENT_FOR: "urgent", Part.PURPOSE: "for"}  # fmt: skip


def _field_of(filled: Filled, parts: Sequence[Part], keys: Sequence[str]) -> str:
    known = {field.name: field for field in filled.form.fields}
    for part in parts:
        for key in keys:
            name = f"{_OF_NEED.get(part, '')}_{key}"
            if name in known:
                return name
    of_part = [field.name for part in parts for field in known.values() if part in field.parts]
    if of_part:
        return of_part[0]
    return "needs" if keys else ""


PAGES = (Page(ADDRESS, ask, answer), Page(f"{TO_CHECK}/{{number}}", check))
