"""What can be done with a case as a whole: each act with its form, in the order of the page."""

from collections.abc import Mapping

from provisions.access import UseCase
from provisions.domain import dutch, possible
from provisions.domain.case import ProvisionKey
from provisions.domain.errors import Part
from provisions.domain.possible import Can
from provisions.domain.rules import Brp, CodeList
from provisions.usecases.cases import Cases
from provisions.web import acts_with_budget, acts_with_place
from provisions.web.acts import NO, NO_PERSON, YES, YES_NO, Act, Scene, codes, on_day, only_one
from provisions.web.forms import Field, Filled, Form, Kind

_ACCEPT, _DECLINE = "accept", "decline"
_GOES_TO = "naar:"


def _note_form(_: Scene) -> Form:
    text = Field("note", "Wat wilt u onthouden?", Kind.TEXT, required=True, hint=NO_PERSON)
    return Form("note", "Notitie", "Notitie bewaren", (text,), guarded=False)


def _note(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.note(scene.reference, filled.one("note"), by=scene.by)


def _add_form(scene: Scene) -> Form:
    missing = possible.missing(scene.case, scene.moment)
    fields = [
        Field("key", "Wat is nodig?", Kind.LIST, [(r.key, dutch.capitalised(r.name)) for r in missing], required=True),
        on_day(scene, "Vanaf welke dag?"),
    ]
    if any(rule.needs_agreed_date for rule in missing):
        names = dutch.listed([rule.name for rule in missing if rule.needs_agreed_date])
        parts = (Part.AGREED, Part.AGREED_FOR)
        fields.append(Field("agreed", "Afgesproken datum", Kind.DAY, parts=parts, hint=f"Alleen bij {names}."))
    if any(rule.needed_from for rule in missing):
        names = dutch.listed([rule.name for rule in missing if rule.needed_from])
        parts = (Part.NEEDED_FROM, Part.NEEDED_FROM_FOR)
        fields.append(Field("needed_from", "Pas nodig vanaf", Kind.DAY, parts=parts, hint=f"Alleen bij {names}."))
    if any(rule.may_be_urgent for rule in missing):
        names = dutch.listed([rule.name for rule in missing if rule.may_be_urgent])
        parts = (Part.URGENT, Part.URGENT_FOR)
        fields.append(Field("urgent", "Dit heeft haast", Kind.TICK, parts=parts, hint=f"Alleen bij {names}."))
    hint = "Alleen als dit nergens op kan wachten: waarop u baseert dat het toch begint."
    fields.append(Field("ground", "Grond om niet te wachten", Kind.TEXT, hint=hint, parts=(Part.WAIVE, Part.WAIVE_FOR)))
    return Form("add", "Voorziening toevoegen", "Voorziening toevoegen", tuple(fields))


def _add(cases: Cases, scene: Scene, filled: Filled) -> None:
    key, ground = filled.one("key"), filled.text("ground")
    urgent = [key] if filled.ticked("urgent") else []
    waive: Mapping[tuple[str, str], str] = {}
    if ground:
        without = possible.lacking(scene.case, key, scene.moment, urgent=bool(urgent))
        waive = {(key, str(dependency)): ground for dependency in without}
    agreed, needed_from = filled.day("agreed"), filled.day("needed_from")
    cases.add(
        scene.reference,
        [key],
        by=scene.by,
        agreed={key: agreed} if agreed else {},
        needed_from={key: needed_from} if needed_from else {},
        waive=waive,
        urgent=urgent,
        on=filled.day("on"),
    )


def _follow_up_form(scene: Scene) -> Form:
    titles = {rule.name: rule.title for rule in scene.config.catalogue.case_follow_ups}
    still = possible.follow_ups(scene.case.follow_ups)
    choices = [(f.name, f"{titles.get(f.name, f.name)}, uiterlijk {dutch.dutch_date(f.due)}") for f in still]
    which = Field("name", "Welke vervolgactie is gedaan?", Kind.ONE, choices, True, given=only_one(choices))
    return Form("followup", "Vervolgactie", "Vervolgactie gedaan", (which, on_day(scene)))


def _follow_up(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.settle_follow_up(scene.reference, "traject", filled.one("name"), by=scene.by, on=filled.day("on"))


# --- what is known -----------------------------------------------------------------------------------------------------


def _contact_form(scene: Scene) -> Form:
    choices = codes(scene, CodeList.CONTACT)
    which = Field("contact", "Hoe loopt het contact?", Kind.ONE, choices, True, given=(scene.case.contact,))
    lead = "Dit staat in elk verzoek aan een loket."
    return Form("contact", "Contact", "Contact vastleggen", (which,), lead)


def _contact(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.contact(scene.reference, filled.one("contact"), by=scene.by)


def _living_form(scene: Scene) -> Form:
    case = scene.case
    given = () if case.losing_place is None else (YES if case.losing_place else NO,)
    fields = (
        Field("living", "Waar slaapt de cliënt?", Kind.LIST, codes(scene, CodeList.LIVING), True, given=(case.living,)),
        Field(
            "losing_place", "Is die plek binnen drie maanden weg?", Kind.LIST, YES_NO, given=given, empty="Niet bekend"
        ),
        Field(
            "wlz", "Welke langdurige zorg (Wlz) is er?", Kind.LIST, codes(scene, CodeList.WLZ), True, given=(case.wlz,)
        ),
        on_day(scene, "Op welke dag was dat zo?"),
    )
    lead = "Is er niets veranderd? Leg dan vast dat het nog steeds zo is. Dit blijft in deze werkplek: het staat in geen brief."
    return Form("living", "Waar slaapt de cliënt?", "Vastleggen", fields, lead)


def _living(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.living(
        scene.reference,
        filled.one("living"),
        losing_place={YES: True, NO: False}.get(filled.one("losing_place")),
        wlz=filled.one("wlz"),
        by=scene.by,
        on=filled.day("on"),
    )


def _number_form(scene: Scene) -> Form:
    given = (scene.case.own_number,) if scene.case.own_number else ()
    hint = "Letters, cijfers en streepjes, zoals Z2026-00123. Of het woord geen."
    line = Field("number", "Hoe noemt uw gemeente dit traject?", Kind.LINE, required=True, hint=hint, given=given)
    return Form("number", "Zaaknummer van de gemeente", "Nummer vastleggen", (line,), guarded=False)


def _number(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.number(scene.reference, filled.one("number"), by=scene.by)


def _brp_form(scene: Scene) -> Form:
    choices = [
        (brp.value, dutch.capitalised(label))
        for brp, label in dutch.BRP.items()
        if brp not in (Brp.UNKNOWN, scene.case.brp)
    ]
    which = Field("brp", "Staat de cliënt ingeschreven in de BRP?", Kind.ONE, choices, required=True)
    return Form(
        "brp",
        "Inschrijving in de BRP",
        "Inschrijving vastleggen",
        (which, on_day(scene, "Sinds welke dag is dat bekend?")),
    )


def _brp(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.brp(scene.reference, filled.one("brp"), by=scene.by, on=filled.day("on"))


# --- at rest and back --------------------------------------------------------------------------------------------------


def _rest_form(scene: Scene) -> Form:
    fields = (
        Field("reason", "Waarom?", Kind.ONE, codes(scene, CodeList.REST), required=True),
        on_day(scene, "Sinds welke dag?"),
    )
    lead = "Alle klokken staan stil. Wettelijke termijnen lopen door. Detentie en opname horen hier niet."
    title = "Langer uit beeld" if scene.view.resting else "Uit beeld"
    return Form("rest", title, "Uit beeld zetten", fields, lead)


def _rest(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.rest(scene.reference, reason=filled.one("reason"), by=scene.by, on=filled.day("on"))


def _ask_rest_form(scene: Scene) -> Form:
    form = _rest_form(scene)
    lead = f"{form.lead} Een teamleider beslist; tot dan verandert er niets."
    return Form("ask_rest", form.title, "Vraag een teamleider om akkoord", form.fields, lead)


def _ask_rest(cases: Cases, scene: Scene, filled: Filled) -> str:
    number = cases.ask_rest(scene.reference, reason=filled.one("reason"), by=scene.by, on=filled.day("on"))
    return f"Gevraagd: A-{number}. Tot iemand akkoord geeft, verandert er niets."


def _wake_form(scene: Scene) -> Form:
    return Form("wake", "Weer in beeld", "Weer in beeld", (on_day(scene, "Sinds welke dag?"),))


def _wake(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.wake(scene.reference, by=scene.by, on=filled.day("on"))


# --- whose it is -------------------------------------------------------------------------------------------------------


def _assign_form(_: Scene) -> Form:
    hint = "De code van de nieuwe regisseur. Beiden krijgen bericht."
    line = Field("director", "Wie wordt regisseur?", Kind.LINE, required=True, hint=hint, parts=(Part.DIRECTOR,))
    return Form("assign", "Andere regisseur", "Regisseur aanwijzen", (line,))


def _assign(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.assign([scene.reference], filled.one("director"), by=scene.by)


def _away_form(scene: Scene) -> Form:
    fields = (
        on_day(scene, "Eerste dag van de afwezigheid", name="start"),
        Field("until", "Laatste dag", Kind.DAY, required=True, parts=(Part.UNTIL,)),
        Field(
            "deputy", "Wie vervangt?", Kind.LINE, required=True, hint="De code van een collega.", parts=(Part.DEPUTY,)
        ),
    )
    lead = f"{scene.case.director} is afwezig. Berichten gaan zo lang naar de vervanger, van alle trajecten."
    return Form("away", "Regisseur is afwezig", "Afwezigheid vastleggen", fields, lead)


def _away(cases: Cases, scene: Scene, filled: Filled) -> str:
    director = scene.case.director or ""
    away = cases.away(
        director,
        start=filled.needed("start"),
        until=filled.needed("until"),
        deputy=filled.one("deputy"),
        by=scene.by,
    )
    until, count = dutch.dutch_date(away.absence.until), dutch.counted(away.cases, "traject", "trajecten")
    return f"{away.absence.deputy} vervangt {director} tot en met {until}, in {count}."


def _transfer_form(scene: Scene) -> Form:
    towns = [
        (key, town.name)
        for key, town in scene.config.organisation.municipalities.items()
        if key != scene.case.municipality
    ]
    fields = (
        Field("municipality", "Naar welke gemeente?", Kind.LIST, towns, required=True),
        Field(
            "director",
            "Wie wordt daar regisseur?",
            Kind.LINE,
            hint="De code, als die bekend is.",
            parts=(Part.DIRECTOR,),
        ),
    )
    lead = "Tot de andere gemeente het traject aanneemt, ligt het bij u beide."
    return Form("transfer", "Overdragen aan een andere gemeente", "Overdracht beginnen", fields, lead)


def _transfer(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.transfer(scene.reference, filled.one("municipality"), by=scene.by, director=filled.text("director"))


def _take_over_form(scene: Scene) -> Form:
    choices = [(_ACCEPT, "Ja, wij nemen het traject over"), (_DECLINE, "Nee, terug naar de vorige gemeente")]
    fields = (
        Field("decision", "Neemt uw gemeente dit traject over?", Kind.ONE, choices, required=True),
        Field(
            "because", "Waarom niet?", Kind.LIST, codes(scene, CodeList.DECLINE), required=True, only_for=(_DECLINE,)
        ),
    )
    return Form("take_over", "Overdracht aannemen of niet", "Besluit vastleggen", fields)


def _take_over(cases: Cases, scene: Scene, filled: Filled) -> None:
    if filled.one("decision") == _ACCEPT:
        cases.accept(scene.reference, by=scene.by)
    else:
        cases.decline(scene.reference, because=filled.one("because"), by=scene.by)


# --- the end -----------------------------------------------------------------------------------------------------------


def _close_form(scene: Scene) -> Form:
    ends = scene.config.catalogue.ends
    can = possible.endings(scene.case, scene.moment)
    takeover = tuple(name for name in can if ends[name].takeover)
    names = {p.provision.id: p.name for p in scene.view.provisions}
    fields = [
        Field(
            "reason",
            "Waarom eindigt het traject?",
            Kind.ONE,
            [(n, dutch.capitalised(ends[n].label)) for n in can],
            True,
        ),
        on_day(scene, "Op welke dag?"),
    ]
    fields += [
        Field(
            f"{_GOES_TO}{key}",
            f"Wie neemt {names[key]} over?",
            Kind.LIST,
            codes(scene, CodeList.TAKEOVER),
            only_for=takeover,
            required=True,
        )
        for key in (possible.open_keys(scene.case) if takeover else ())
    ]
    fields.append(
        Field(
            "ask",
            "Vraag een ander om akkoord",
            Kind.TICK,
            hint="Nodig bij een vergissing, een dubbel traject, en als niemand iets overneemt.",
            parts=(Part.ASK,),
        )
    )
    return Form("close", "Traject beëindigen", "Traject beëindigen", tuple(fields))


def _close(cases: Cases, scene: Scene, filled: Filled) -> str | None:
    wanted: dict[ProvisionKey, str] = {key: filled.one(f"{_GOES_TO}{key}") for key in possible.open_keys(scene.case)}
    takeovers = {f"{key.key}#{key.round}": code for key, code in wanted.items() if code}
    reason, on = filled.one("reason"), filled.day("on")
    if filled.ticked("ask"):
        number = cases.ask_end(scene.reference, by=scene.by, reason=reason, takeovers=takeovers, on=on)
        return f"Gevraagd: A-{number}. Tot iemand akkoord geeft, verandert er niets."
    cases.close(scene.reference, by=scene.by, reason=reason, takeovers=takeovers, on=on)
    return None


def _reopen_form(_: Scene) -> Form:
    text = Field("reason", "Wat was de vergissing?", Kind.TEXT, required=True)
    return Form("reopen", "Traject heropenen", "Traject heropenen", (text,), "Alleen als het einde een vergissing was.")


def _reopen(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.reopen_case(scene.reference, reason=filled.one("reason"), by=scene.by)


def _keep_form(_: Scene) -> Form:
    text = Field("reason", "Waarom zijn ze nog nodig?", Kind.TEXT, required=True, hint=NO_PERSON)
    return Form("keep", "Notities langer bewaren", "Een jaar langer bewaren", (text,))


def _keep(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.keep(scene.reference, reason=filled.one("reason"), by=scene.by)


def _undo_form(_: Scene) -> Form:
    return Form("undo", "Terugdraaien", "Terugdraaien", guarded=False)


def _undo(cases: Cases, scene: Scene, _filled: Filled) -> None:
    cases.undo(scene.reference, by=scene.by)


UNDO = Act("undo", None, UseCase.UNDO, _undo_form, _undo)
"""Offered apart, for as long as it can be done; whether it can is asked of the use case."""

ACTS = (
    Act("take_over", Can.TAKE_OVER, UseCase.ACCEPT, _take_over_form, _take_over, lambda scene: scene.taking_over),
    Act("followup", Can.CASE_FOLLOW_UP, UseCase.FOLLOW_UP, _follow_up_form, _follow_up),
    Act("wake", Can.WAKE, UseCase.WAKE, _wake_form, _wake),
    Act("add", Can.ADD, UseCase.ADD, _add_form, _add),
    Act("note", None, UseCase.NOTE, _note_form, _note),
    Act("contact", Can.CONTACT, UseCase.CONTACT, _contact_form, _contact),
    Act("living", Can.LIVING, UseCase.LIVING, _living_form, _living),
    *acts_with_place.ACTS,
    Act("brp", Can.BRP, UseCase.BRP, _brp_form, _brp),
    Act("number", Can.OWN_NUMBER, UseCase.NUMBER, _number_form, _number),
    *acts_with_budget.ACTS,
    Act("rest", Can.REST, UseCase.REST, _rest_form, _rest),
    Act("ask_rest", Can.REST, UseCase.ASK, _ask_rest_form, _ask_rest),
    Act("assign", Can.ASSIGN, UseCase.ASSIGN, _assign_form, _assign),
    Act("away", Can.AWAY, UseCase.AWAY, _away_form, _away),
    Act("transfer", Can.TRANSFER, UseCase.TRANSFER, _transfer_form, _transfer),
    Act("close", Can.CLOSE, UseCase.CLOSE, _close_form, _close),
    Act("keep", None, UseCase.KEEP, _keep_form, _keep),
    Act("reopen", Can.REOPEN_CASE, UseCase.REOPEN, _reopen_form, _reopen),
)
