"""What can be done with one provision: each act with its form, in the order of the page."""

from provisions.access import UseCase
from provisions.domain import dutch, possible
from provisions.domain.case import Desk, Reason, Said
from provisions.domain.errors import Part
from provisions.domain.possible import Can
from provisions.domain.rules import CodeList, FieldRule, OutcomeName
from provisions.usecases.cases import Cases
from provisions.usecases.replies import LONGEST_REMARK
from provisions.views import replied
from provisions.web.acts import (
    NO_PERSON,
    YES_NO,
    Act,
    Scene,
    amount,
    cause,
    codes,
    judge_at,
    judgement,
    labelled,
    of_budget,
    on_day,
    only_one,
)
from provisions.web.forms import Field, Filled, Form, Kind

_OUTCOMES = {
    OutcomeName.DELIVERED: "Geregeld",
    OutcomeName.REFUSED: "Afgewezen",
    OutcomeName.WITHDRAWN: "Niet meer nodig, of cliënt wil dit niet",
}


# --- what became of it -------------------------------------------------------------------------------------------------


def _outcome_form(scene: Scene) -> Form:
    names = possible.outcomes(scene.case, scene.of.provision.id, scene.moment)
    fields = (
        Field("outcome", "Wat is de uitkomst?", Kind.ONE, [(n.value, _OUTCOMES[n]) for n in names], required=True),
        on_day(scene, "Op welke dag was dat?"),
        *(own_field(rule) for rule in scene.of.situation.rule.fields if rule.outcomes & set(names)),
        cause(scene, "Was het te laat of lukte het niet: wat stond in de weg?"),
        Field("note", "Notitie", Kind.TEXT, hint=f"Blijft bij dit traject. {NO_PERSON}"),
    )
    return _form(scene, "outcome", "Uitkomst", "Uitkomst vastleggen", *fields)


def own_field(rule: FieldRule) -> Field:
    """A field of the catalogue, for the outcomes to which it belongs."""
    kind = Kind.DAY if rule.kind == "date" else Kind.LIST
    choices = YES_NO if rule.kind == "yes_no" else [(choice.value, choice.label) for choice in rule.choices]
    only_for = tuple(name.value for name in OutcomeName if name in rule.outcomes)
    needed = bool(rule.required_for) and rule.required_for == rule.outcomes
    return Field(rule.name, rule.title, kind, choices, needed, rule.help, only_for=only_for, empty="Niet bekend")


def _outcome(cases: Cases, scene: Scene, filled: Filled) -> None:
    own = {rule.name: filled.one(rule.name) for rule in scene.of.situation.rule.fields}
    cases.record_outcome(
        scene.reference,
        scene.key,
        filled.one("outcome"),
        by=scene.by,
        on=filled.day("on"),
        fields={name: value for name, value in own.items() if value},
        note=filled.text("note"),
        cause=filled.text("cause"),
    )


def _follow_up_form(scene: Scene) -> Form:
    titles = {rule.name: rule.title for rule in scene.of.situation.rule.follow_ups}
    still = possible.follow_ups(scene.of.provision.follow_ups)
    choices = [(f.name, f"{titles.get(f.name, f.name)}, uiterlijk {dutch.dutch_date(f.due)}") for f in still]
    which = Field("name", "Welke vervolgactie is gedaan?", Kind.ONE, choices, True, given=only_one(choices))
    return _form(scene, "followup", "Vervolgactie", "Vervolgactie gedaan", which, on_day(scene))


def _follow_up(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.settle_follow_up(scene.reference, scene.key, filled.one("name"), by=scene.by, on=filled.day("on"))


# --- the clock ---------------------------------------------------------------------------------------------------------


def _suspend_form(scene: Scene) -> Form:
    fields = (
        Field("reason", "Waarom staat de klok stil?", Kind.ONE, labelled(dutch.REASON), required=True),
        on_day(scene, "Vanaf welke dag?"),
        Field(
            "until",
            "Tot welke dag?",
            Kind.DAY,
            required=True,
            parts=(Part.UNTIL,),
            hint="Dan loopt de klok vanzelf weer.",
        ),
        Field(
            "ask",
            "Langer dan vier weken: vraag een teamleider om akkoord",
            Kind.TICK,
            parts=(Part.LONGER_STOP, Part.ASK, Part.APPROVED_BY),
        ),
    )
    lead = "Een wachtlijst, geen plek, niet verschijnen of geen contact zijn nooit een reden."
    return _form(scene, "suspend", "Klok stilzetten", "Klok stilzetten", *fields, lead=lead)


def _suspend(cases: Cases, scene: Scene, filled: Filled) -> str | None:
    reason, until = Reason(filled.one("reason")), filled.needed("until")
    if filled.ticked("ask"):
        number = cases.ask_stop(
            scene.reference, scene.key, reason=reason, until=until, by=scene.by, on=filled.day("on")
        )
        return f"Gevraagd: A-{number}. Tot iemand akkoord geeft, loopt de klok door."
    cases.suspend(scene.reference, scene.key, reason=reason, until=until, by=scene.by, on=filled.day("on"))
    return None


def _resume_form(scene: Scene) -> Form:
    return _form(scene, "resume", "Klok weer laten lopen", "Klok weer laten lopen", on_day(scene, "Vanaf welke dag?"))


def _resume(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.resume(scene.reference, scene.key, by=scene.by, on=filled.day("on"))


def _waive_form(scene: Scene) -> Form:
    waits = possible.dependencies(scene.case, scene.of.provision.id, scene.moment)
    choices = [(str(d), f"Zonder {scene.config.catalogue.named(d)}") for d in waits]
    names = dutch.listed([scene.config.catalogue.named(d) for d in waits]) or "…"
    fields = (
        Field("dependency", "Waarop wachten we niet?", Kind.ONE, choices, True, given=only_one(choices)),
        Field("because", "Waarom kan dat?", Kind.LIST, codes(scene, CodeList.WAIVER), required=True),
        Field("ground", "Grond", Kind.TEXT, required=True, hint="Waarop u dit baseert. Het bewijs mag later komen."),
        on_day(scene, "Vanaf welke dag?"),
    )
    title = f"Toch beginnen zonder {names}"
    return _form(scene, "waive", title, title, *fields)


def _waive(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.waive(
        scene.reference,
        scene.key,
        filled.one("dependency"),
        ground=filled.one("ground"),
        because=filled.one("because"),
        by=scene.by,
        on=filled.day("on"),
    )


def _urgent_form(scene: Scene) -> Form:
    because = Field("because", "Waarom heeft dit haast?", Kind.ONE, codes(scene, CodeList.URGENT), required=True)
    return _form(scene, "urgent", "Dit heeft haast", "Dit heeft haast", because, on_day(scene, "Sinds welke dag?"))


def _urgent(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.urgent(scene.reference, scene.key, because=filled.one("because"), by=scene.by, on=filled.day("on"))


def _move_form(scene: Scene) -> Form:
    day = Field(
        "needed_from", "Vanaf welke dag is het nodig?", Kind.DAY, required=True, parts=(Part.ON, Part.NEEDED_FROM)
    )
    return _form(scene, "move", "Nodig vanaf een andere dag", "Dag veranderen", day)


def _move(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.move(scene.reference, scene.key, filled.needed("needed_from"), by=scene.by)


def _agree_form(scene: Scene) -> Form:
    day = Field("agreed", "Welke dag is afgesproken?", Kind.DAY, required=True, parts=(Part.AGREED, Part.AGREED_FOR))
    on = on_day(scene, "Op welke dag is dat afgesproken?")
    return _form(scene, "agree", "Andere datum afgesproken", "Datum vastleggen", day, on)


def _agree(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.agree(scene.reference, scene.key, filled.needed("agreed"), by=scene.by, on=filled.day("on"))


# --- what is known -----------------------------------------------------------------------------------------------------


def _milestone_form(scene: Scene) -> Form:
    known = {m.name: m.on for m in scene.of.provision.milestones}
    rules = scene.of.situation.rule.milestones
    choices = [
        (m.name, f"{m.title} (nu: {dutch.dutch_date(known[m.name])})" if m.name in known else m.title) for m in rules
    ]
    which = Field("name", "Wat gebeurde er?", Kind.LIST, choices, required=True)
    return _form(scene, "milestone", "Mijlpaal", "Mijlpaal vastleggen", which, on_day(scene))


def _milestone(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.milestone(scene.reference, scene.key, filled.one("name"), by=scene.by, on=filled.day("on"))


def _why_form(scene: Scene) -> Form:
    which = Field("cause", "Wat staat in de weg?", Kind.LIST, codes(scene, CodeList.CAUSE), required=True)
    return _form(scene, "why", "Wat staat in de weg?", "Vastleggen", which)


def _why(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.why(scene.reference, scene.key, filled.one("cause"), by=scene.by)


def _number_form(scene: Scene) -> Form:
    now = scene.of.provision.their_number
    given = (now,) if now else ()
    hint = "Letters, cijfers en streepjes, zoals Z2026-00123. Of het woord geen."
    line = Field("number", "Hoe noemt het loket dit?", Kind.LINE, required=True, hint=hint, given=given)
    return _form(scene, "number", "Nummer van het loket", "Nummer vastleggen", line, guarded=False)


def _number(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.number(scene.reference, filled.one("number"), by=scene.by, key=scene.key)


def _zaak_form(scene: Scene) -> Form:
    hint = "Letters, cijfers en streepjes, zoals het in het zaaksysteem van de gemeente staat."
    line = Field("number", "Welke zaak opende het loket?", Kind.LINE, required=True, hint=hint)
    lead = "Wat het loket in die zaak beslist, komt dan vanzelf hier."
    return _form(scene, "zaak", "Zaak van het loket volgen", "Zaak volgen", line, lead=lead, guarded=False)


def _zaak(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.follow_zaak(scene.reference, scene.key, filled.one("number"), by=scene.by)


def _link_form(scene: Scene) -> Form:
    lead = "Zegt een loket of tafel dat de mail weg is, of dat de link niet meer werkt? De nieuwe gaat naar het eerste adres."
    title = "Nieuwe link sturen"
    return _form(scene, "link", title, title, lead=lead, guarded=False)


def _link(cases: Cases, scene: Scene, _filled: Filled) -> str:
    cases.link(scene.reference, scene.key, by=scene.by)
    return "Er gaat een nieuwe link naar het adres waar de eerste mail heen ging."


def _note_form(scene: Scene) -> Form:
    text = Field("note", "Wat wilt u onthouden?", Kind.TEXT, required=True, hint=NO_PERSON)
    return _form(scene, "note", "Notitie", "Notitie bewaren", text, guarded=False)


def _note(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.note(scene.reference, filled.one("note"), by=scene.by, key=scene.key)


# --- those who were asked ---------------------------------------------------------------------------------------------

# What is said by telephone and is no outcome, which has a form of its own.
_BY_TELEPHONE = {
    Said.SEEN: "Wij pakken dit op",
    Said.APPLIED: "Aanvraag ontvangen op …",
    Said.PROMISED: "Klaar op …",
    Said.READY: "Ligt klaar",
    Said.OBSTACLE: "Dit lukt niet, want …",
    Said.CALL_ME: "Bel mij",
}


def _reply_form(scene: Scene) -> Form:
    fields = (
        Field("said", "Wat zei het loket?", Kind.ONE, labelled(_BY_TELEPHONE), required=True),
        Field("on", "Welke dag noemde het?", Kind.DAY, only_for=("applied", "promised", "ready"), parts=(Part.ON,)),
        Field(
            "cause",
            "Waarom lukt het niet?",
            Kind.LIST,
            codes(scene, CodeList.CAUSE),
            only_for=("obstacle",),
            parts=(Part.CAUSE,),
        ),
        Field("number", "Hoe noemt het loket dit?", Kind.LINE, hint="Alleen als het loket een nummer gaf."),
        Field("remark", "Opmerking", Kind.LINE, hint=f"Hoogstens {LONGEST_REMARK} tekens. {NO_PERSON}"),
    )
    lead = "Voor wat u aan de telefoon hoort. Een uitkomst legt u bij Uitkomst vast."
    return _form(scene, "reply", "Wat zei het loket?", "Antwoord vastleggen", *fields, lead=lead)


def _reply(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.reply(
        scene.reference,
        scene.key,
        filled.one("said"),
        by=scene.by,
        on=filled.day("on"),
        cause=filled.text("cause"),
        number=filled.text("number"),
        remark=filled.text("remark"),
    )


def _take_up_form(scene: Scene) -> Form:
    wants = dutch.listed([f"{dutch.SAID[r.said]} ({r.receiver})" for r in replied.open_replies(scene.of.provision)])
    return _form(scene, "handled", "Antwoord oppakken", "Opgepakt", lead=f"Er wacht een antwoord: {wants}.")


def _take_up(cases: Cases, scene: Scene, _: Filled) -> None:
    cases.take_up(scene.reference, scene.key, by=scene.by)


# --- the tables --------------------------------------------------------------------------------------------------------


def _answer_form(scene: Scene) -> Form:
    asked = possible.tables(scene.case, scene.of.provision.id, scene.moment)
    rungs = [(name.value, dutch.capitalised(name.label)) for name in asked]
    fields = (
        Field("answer", "Wat is het antwoord?", Kind.ONE, labelled(dutch.ANSWER), required=True),
        *of_budget(scene.config),
        Field("rung", "Welke tafel antwoordde?", Kind.ONE, rungs, True, given=only_one(rungs)),
        cause(scene),
    )
    return _form(scene, "answer", "Antwoord van een tafel", "Antwoord vastleggen", *fields)


def _answer(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.reply_as_table(
        scene.reference,
        scene.key,
        filled.one("rung"),
        filled.one("answer"),
        by=scene.by,
        cause=filled.text("cause"),
        amount=amount(filled.text("amount")),
        purpose=filled.text("purpose"),
        spent_on=filled.text("spent_on"),
    )


def _submit_form(scene: Scene) -> Form:
    fields = judgement(scene.config, Desk.MAATWERKLOKET)
    return _form(scene, "submit", "Oordeel over indiening", "Oordeel vastleggen", *fields)


def _submit_central_form(scene: Scene) -> Form:
    fields = judgement(scene.config, Desk.CENTRAL)
    return _form(scene, "submit_central", "Oordeel over het centrale loket", "Oordeel vastleggen", *fields)


def _submit(cases: Cases, scene: Scene, filled: Filled) -> None:
    judge_at(Desk.MAATWERKLOKET, cases, scene.config, scene.reference, scene.key, filled, scene.by)


def _submit_central(cases: Cases, scene: Scene, filled: Filled) -> None:
    judge_at(Desk.CENTRAL, cases, scene.config, scene.reference, scene.key, filled, scene.by)


# --- again -------------------------------------------------------------------------------------------------------------


def _again_form(scene: Scene) -> Form:
    rule = scene.of.situation.rule
    fields = [
        Field("reason", "Waarom opnieuw?", Kind.LIST, codes(scene, CodeList.AGAIN), required=True),
        on_day(scene, "Vanaf welke dag?"),
    ]
    if rule.purposes:
        purposes = [(p.value, p.label) for p in rule.purposes]
        fields.append(Field("purpose", "Waarvoor?", Kind.LIST, purposes, parts=(Part.PURPOSE,), empty="Niet gezegd"))
    if rule.needs_agreed_date:
        fields.append(Field("agreed", "Welke dag is afgesproken?", Kind.DAY, parts=(Part.AGREED, Part.AGREED_FOR)))
    if rule.needed_from:
        parts = (Part.NEEDED_FROM, Part.NEEDED_FROM_FOR)
        fields.append(Field("needed_from", "Pas nodig vanaf", Kind.DAY, parts=parts, hint="Leeg: meteen."))
    if rule.may_be_urgent:
        fields.append(Field("urgent", "Dit heeft haast", Kind.TICK, parts=(Part.URGENT, Part.URGENT_FOR)))
    fields.append(Field("anyway", "Ook als er op die dag al een nieuwe ronde begon", Kind.TICK, parts=(Part.ANYWAY,)))
    return _form(scene, "again", "Opnieuw nodig", "Opnieuw nodig", *fields)


def _again(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.again(
        scene.reference,
        scene.of.provision.key,
        reason=filled.one("reason"),
        by=scene.by,
        on=filled.day("on"),
        purpose=filled.text("purpose"),
        agreed=filled.day("agreed"),
        needed_from=filled.day("needed_from"),
        urgent=filled.ticked("urgent"),
        anyway=filled.ticked("anyway"),
    )


def _reopen_form(scene: Scene) -> Form:
    fields = (Field("reason", "Wat was de vergissing?", Kind.TEXT, required=True), on_day(scene, "Vanaf welke dag?"))
    lead = "Alleen als de uitkomst een vergissing was. Is het later weer nodig, kies dan Opnieuw nodig."
    return _form(scene, "reopen", "Heropenen", "Heropenen", *fields, lead=lead)


def _reopen(cases: Cases, scene: Scene, filled: Filled) -> None:
    cases.reopen(scene.reference, scene.key, reason=filled.one("reason"), by=scene.by, on=filled.day("on"))


def _form(
    scene: Scene, name: str, title: str, button: str, *fields: Field, lead: str = "", guarded: bool = True
) -> Form:
    return Form(name, title, button, fields, lead, str(scene.of.provision.id), guarded)


ACTS = (
    Act("outcome", Can.OUTCOME, UseCase.OUTCOME, _outcome_form, _outcome),
    Act("handled", Can.TAKE_UP, UseCase.TAKE_UP, _take_up_form, _take_up),
    Act("followup", Can.FOLLOW_UP, UseCase.FOLLOW_UP, _follow_up_form, _follow_up),
    Act("submit", Can.SUBMIT, UseCase.SUBMIT, _submit_form, _submit),
    Act("submit_central", Can.SUBMIT_CENTRAL, UseCase.SUBMIT, _submit_central_form, _submit_central),
    Act("answer", Can.ANSWER, UseCase.ANSWER, _answer_form, _answer),
    Act("waive", Can.WAIVE, UseCase.WAIVE, _waive_form, _waive),
    Act("resume", Can.RESUME, UseCase.RESUME, _resume_form, _resume),
    Act("suspend", Can.SUSPEND, UseCase.SUSPEND, _suspend_form, _suspend),
    Act("reply", Can.REPLY, UseCase.REPLY, _reply_form, _reply),
    Act("why", Can.WHY, UseCase.WHY, _why_form, _why),
    Act("milestone", Can.MILESTONE, UseCase.MILESTONE, _milestone_form, _milestone),
    Act("urgent", Can.URGENT, UseCase.URGENT, _urgent_form, _urgent),
    Act("move", Can.MOVE, UseCase.MOVE, _move_form, _move),
    Act("agree", Can.AGREE, UseCase.AGREE, _agree_form, _agree),
    Act("again", Can.AGAIN, UseCase.AGAIN, _again_form, _again),
    Act("number", Can.NUMBER, UseCase.NUMBER, _number_form, _number),
    Act("link", Can.OUTCOME, UseCase.LINK, _link_form, _link),
    Act("zaak", Can.FOLLOW_ZAAK, UseCase.NUMBER, _zaak_form, _zaak),
    Act("note", None, UseCase.NOTE, _note_form, _note),
    Act("reopen", Can.REOPEN, UseCase.REOPEN, _reopen_form, _reopen),
)
