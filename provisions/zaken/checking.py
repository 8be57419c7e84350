"""What ``provisions check`` says of a case system: what is right, and of each fault what to ask its administrator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from provisions.catalogue import CaseSystem
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.rules import OutcomeName, ZaakMode, ZaakRule
from provisions.zaken.catalogue import valid_on
from provisions.zaken.client import CERTIFICATE
from provisions.zaken.faults import Away, Fault, NoRight, NotSetUp, NotSignedIn, NotThere
from provisions.zaken.servers import AtRest, Server
from provisions.zaken.subscribing import is_as_it_should_be, ours
from provisions.zaken.types import Json, Zaaktype, id_of

MOST_AHEAD = 60.0  # seconds between two clocks
CERTIFICATE_WARNED = timedelta(days=60)  # before its end: a new one takes weeks
_READ, _MAKE, _CHANGE, _STATUS = "zaken.lezen", "zaken.aanmaken", "zaken.bijwerken", "zaken.statussen.toevoegen"
_TOO_MUCH = ("zaken.heropenen", "zaken.geforceerd-bijwerken", "zaken.verwijderen")
_ASK = "Vraag de functioneel beheerder van het zaaksysteem"


@dataclass
class Findings:
    """In Dutch: what is in order, what somebody should look at, and what is wrong. ``away``: it did not answer at all."""

    done: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    away: bool = False


def examine(server: Server, now: datetime, *, callback: str, answers: Callable[[str], int | None]) -> Findings:
    """Look at one case system. ``callback``: where it is to send notifications, empty where it can't; ``answers``: the status
    that an address answers to a message without its header, ``None`` where it does not answer.
    """
    found, place = Findings(), server.system.municipality
    try:
        with server.asked():
            for rule in server.system.rules.values():
                _zaaktype(server, rule, day_of(now), found)
            _rights(server, found, day_of(now))
            _clock(server, found)
    except AtRest as rest:
        found.away = rest.is_away
        found.faults.append(_not_in(rest.code, server))
        return found
    except Fault as fault:
        found.faults.append(_not_in(fault.code, server))
        return found
    if server.system.notifications:
        _subscription(server, callback, answers, found)
    if not found.faults:
        found.done.insert(
            0,
            f"zaaksysteem van {place}: aangemeld, {dutch.counted(len(server.system.rules), 'zaaktype', 'zaaktypen')} gevonden",
        )
    return found


def certificate(system: CaseSystem, ends: datetime | None, now: datetime, found: Findings) -> None:
    """Say it when our certificate ends soon: then everything there stops. ``ends``: aware, ``None`` where there is none."""
    if ends is None or ends - now > CERTIFICATE_WARNED:
        return
    told = "is geëindigd" if ends <= now else "eindigt"
    found.warnings.append(
        f"Zaaksysteem van {system.municipality}: ons certificaat {told} op {dutch.dutch_date(day_of(ends))}. Vraag een nieuw aan "
        f"en zet het in {system.certificate} en {system.key}: zonder certificaat komen wij er niet meer in."
    )


def _not_in(code: str, server: Server) -> str:
    place, client = server.system.municipality, server.system.client
    reasons = {
        "invalid-jwt-signature": f"het geheim klopt niet. {_ASK} welk geheim bij '{client}' hoort, en zet het in "
        f"{server.system.secret}",
        "invalid-client-identifier": f"het kent '{client}' niet. {_ASK} deze applicatie toe te voegen, of verbeter client_id",
        "jwt-expired": "onze klok loopt niet gelijk met de zijne. Zet op beide machines de tijd gelijk (NTP)",
        CERTIFICATE: "de beveiligde verbinding lukt niet: zijn certificaat is van een uitgever die wij niet kennen "
        f"({server.system.authorities}), of het neemt het onze niet aan ({server.system.certificate}). {_ASK} welk certificaat "
        "het verwacht en van wie het zijne is",
        "jwt-missing-iat-claim": f"het neemt onze aanmelding niet aan. {_ASK} hoe deze applicatie is ingesteld",
    }
    why = (
        reasons.get(code)
        or f"het antwoordt niet zoals verwacht ({code}). Kijk of de adressen in zaken.toml kloppen, en of het bereikbaar is"
    )
    return f"Zaaksysteem van {place}: {why}."


# --- the zaaktype ------------------------------------------------------------------------------------------------------


def _zaaktype(server: Server, rule: ZaakRule, today: date, found: Findings) -> None:
    where = f"zaken.toml, [municipality.{rule.municipality}.provision.{rule.key}]"
    try:
        versions = server.catalogue.versions(rule.zaaktype)
    except (NoRight, NotSetUp):
        found.faults.append(
            f"{where}: de catalogus is niet te lezen. {_ASK} om het recht catalogi.lezen, en controleer catalogus."
        )
        return
    now = valid_on(versions, today)
    if len(now) != 1:
        told = "is er vandaag niet" if not now else "heeft vandaag meer dan een geldige versie"
        found.faults.append(
            f"{where}, sleutel 'zaaktype': '{rule.zaaktype}' {told}. {_ASK} hoe het heet en of het gepubliceerd is."
        )
        return
    following = min((one for one in versions if one.begins > today), key=lambda one: one.begins, default=None)
    _next_change(rule, now[0], following, found)
    for version in (now[0], *([following] if following else [])):
        _types(server, rule, version, where, found)


def _next_change(rule: ZaakRule, now: Zaaktype, following: Zaaktype | None, found: Findings) -> None:
    if following is not None:
        found.warnings.append(
            f"Van '{rule.zaaktype}' ({rule.municipality}) gaat op {dutch.dutch_date(following.begins)} een nieuwe "
            f"versie in. {_ASK} of onze "
            "rechten dan ook gelden: geef ze op de hele catalogus."
        )
    elif now.ends is not None:
        found.warnings.append(
            f"'{rule.zaaktype}' ({rule.municipality}) eindigt op {dutch.dutch_date(now.ends)}, en er is geen volgende "
            f"versie. {_ASK} wat "
            "ervoor in de plaats komt."
        )


def _types(server: Server, rule: ZaakRule, version: Zaaktype, where: str, found: Findings) -> None:
    since = f" (versie van {dutch.dutch_date(version.begins)})"
    statuses = server.catalogue.statustypen(version.url)
    if len(statuses) < 2 or not any(one.is_end for one in statuses):
        found.faults.append(
            f"{where}: '{rule.zaaktype}'{since} heeft geen begin- en eindstatus. {_ASK} het zaaktype af te maken."
        )
    there = [one.words for one in server.catalogue.resultaattypen(version.url)]
    named = {*rule.results, *rule.unmapped, *([rule.withdrawn] if rule.withdrawn else [])}
    for words in sorted(named - set(there)):
        found.faults.append(
            f"{where}: resultaat '{words}' bestaat niet bij '{rule.zaaktype}'{since}. Er zijn: "
            f"{', '.join(sorted(there)) or 'geen'}."
        )
    for words in sorted(set(there) - {*rule.results, *rule.unmapped}):
        found.warnings.append(
            f"{where}: van resultaat '{words}'{since} staat er niet wat het betekent; dan beslist de regisseur. Zet "
            "het in results "
            f"({', '.join(OutcomeName)}) of in unmapped."
        )


# --- rights and the clock ------------------------------------------------------------------------------------------------


def _rights(server: Server, found: Findings, today: date) -> None:
    place = server.system.municipality
    if not server.system.authorisations:
        found.warnings.append(
            f"Zaaksysteem van {place}: zonder 'autorisaties' in zaken.toml is niet te zien welke rechten wij hebben."
        )
        return
    try:
        granted = server.client.rights()
    except (NoRight, NotThere):
        found.warnings.append(
            f"Zaaksysteem van {place}: onze rechten zijn niet te lezen. {_ASK} om autorisaties.lezen, of laat hem zelf kijken."
        )
        return
    if any(one.get("heeftAlleAutorisaties") for one in granted):
        found.faults.append(
            f"Zaaksysteem van {place}: wij hebben alle rechten, en dat is te veel. {_ASK} om alleen wat in "
            "docs/zaaksysteem.md staat."
        )
        return
    rights = [right for one in granted for right in one.get("autorisaties") or () if right.get("component") == "zrc"]
    if excess := sorted({scope for right in rights for scope in right.get("scopes", ())} & set(_TOO_MUCH)):
        found.faults.append(
            f"Zaaksysteem van {place}: wij mogen te veel ({', '.join(excess)}). {_ASK} dat in te trekken: dan kan een "
            "gesloten zaak "
            "nooit door ons veranderen."
        )
    _more_than_needed(server, granted, found)
    for rule in server.system.rules.values():
        _rights_of(server, rule, rights, today, found)


def _more_than_needed(server: Server, granted: Sequence[Json], found: Findings) -> None:
    """What does no harm to a closed zaak, but has no use here either: documents and decisions name people."""
    rules, wanted = server.system.rules.values(), {_READ, "catalogi.lezen", "autorisaties.lezen"}
    if any(rule.mode is ZaakMode.OPEN for rule in rules):
        wanted |= {_MAKE, _CHANGE}
    if any(rule.withdrawn is not None for rule in rules):
        wanted.add(_STATUS)
    if server.system.notifications:
        wanted.add("notificaties.consumeren")
    held = {scope for one in granted for right in one.get("autorisaties") or () for scope in right.get("scopes", ())}
    if more := sorted(held - wanted - set(_TOO_MUCH)):
        found.warnings.append(
            f"Zaaksysteem van {server.system.municipality}: wij mogen meer dan nodig ({', '.join(more)}). {_ASK} om dat in "
            "te trekken."
        )


def _rights_of(server: Server, rule: ZaakRule, rights: Sequence[object], today: date, found: Findings) -> None:
    needed = {_READ}
    if rule.mode is ZaakMode.OPEN:
        needed |= {_MAKE, _CHANGE}
    if rule.withdrawn is not None:
        needed.add(_STATUS)
    for version in server.catalogue.versions(rule.zaaktype):
        if version.ends is not None and version.ends < today:
            continue
        mine = [
            one
            for one in rights
            if isinstance(one, dict) and one.get("zaaktype") and id_of(one["zaaktype"]) == id_of(version.url)
        ]
        held = {scope for one in mine for scope in one.get("scopes", ())}
        if lacking := sorted(needed - held):
            since = dutch.dutch_date(version.begins)
            said = (
                f"Zaaksysteem van {rule.municipality}: voor '{rule.zaaktype}' (versie van {since}) missen wij "
                f"{', '.join(lacking)}. "
                f"{_ASK} om deze rechten op de hele catalogus."
            )
            (found.faults if version.valid_on(today) else found.warnings).append(said)
        for level in sorted({str(one.get("maxVertrouwelijkheidaanduiding") or "") for one in mine} - {""}):
            found.done.append(f"'{rule.zaaktype}' ({rule.municipality}): wij zien zaken tot en met '{level}'")


def _clock(server: Server, found: Findings) -> None:
    ahead = server.client.ahead
    if ahead is not None and abs(ahead) > MOST_AHEAD:
        told = "voor" if ahead > 0 else "achter"
        found.faults.append(
            f"Zaaksysteem van {server.system.municipality}: zijn klok loopt {round(abs(ahead))} seconden {told} op de "
            "onze. Zet op beide "
            "machines de tijd gelijk (NTP): anders wordt onze aanmelding geweigerd."
        )


# --- notifications -------------------------------------------------------------------------------------------------------


def _subscription(server: Server, callback: str, answers: Callable[[str], int | None], found: Findings) -> None:
    place = server.system.municipality
    if not callback:
        found.warnings.append(
            f"Zaaksysteem van {place}: zonder PROVISIONS_BASE_URL komen er geen notificaties; wij vragen om de vijf minuten."
        )
        return
    status = answers(callback)
    if status not in (401, 403):
        told = "antwoordt niet" if status is None else f"antwoordt {status}"
        found.warnings.append(
            f"Zaaksysteem van {place}: {callback} {told}; draait de deur (provisions up), en laat de webserver ervoor "
            "dit adres door?"
        )
    try:
        mine = ours(server.client.subscriptions(), callback)
    except (NoRight, NotSignedIn, NotThere, Away) as fault:
        found.warnings.append(
            f"Zaaksysteem van {place}: de abonnementen zijn niet te lezen ({fault.code}). {_ASK} om notificaties.consumeren."
        )
        return
    if len(mine) > 1:
        found.faults.append(
            f"Zaaksysteem van {place}: wij zijn {len(mine)} keer geabonneerd en krijgen alles dubbel. {_ASK} er een te "
            "laten staan."
        )
    elif not mine:
        found.warnings.append(
            f"Zaaksysteem van {place}: nog geen abonnement op notificaties; de motor neemt het bij de start (provisions up)."
        )
    elif not is_as_it_should_be(mine[0], server.system):
        found.warnings.append(
            f"Zaaksysteem van {place}: het abonnement staat anders dan wij vroegen; de motor herstelt het binnen een dag."
        )
