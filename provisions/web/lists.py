"""What is late and why, and the clients. What is asked for stands in the address, but never a reference: that is posted."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from starlette.responses import Response

from provisions.access import UseCase
from provisions.domain import dutch
from provisions.domain.errors import InvalidInput
from provisions.inputs import CODE
from provisions.store.caselines import CaseQuery, Group, Order
from provisions.store.worklists import Only
from provisions.usecases.lists import EVERYTHING, ROWS, CaseLine, CasePage
from provisions.views.lines import ProvisionLine
from provisions.web.pages import Page
from provisions.web.taking_away import as_csv
from provisions.web.visits import Visit

ON_ONE_PAGE = 5000  # rows that are printed together
LAST_PAGE = 2000
LATE_FILTERS = {"gemeente": "municipality", "regisseur": "director", "voorziening": "key", "ligt-bij": "lies_with"}
AXES = {
    "gemeente": "Per gemeente",
    "regisseur": "Per regisseur",
    "voorziening": "Per voorziening",
    "ligt-bij": "Bij wie het ligt",
}
GROUPS = {
    Group.ALL: "Alle open",
    Group.MINE: "Mijn cliënten",
    Group.REPLACING: "Van wie ik vervang",
    Group.UNASSIGNED: "Zonder regisseur",
    Group.HANDOVER: "Overdracht",
    Group.REST: "Uit beeld",
    Group.CLOSED: "Afgesloten",
}
ORDERS = {
    Order.REFERENCE: "Referentie",
    Order.WORST: "Het ergste eerst",
    Order.DIRECTOR: "Regisseur",
    Order.MUNICIPALITY: "Gemeente",
    Order.OPENED: "Nieuwste eerst",
}


# --- what is late ------------------------------------------------------------------------------------------------------


def late(visit: Visit) -> Response:
    """What is late, longest first; below it what falls due. For whoever approves it begins with what is asked."""
    seen, only = visit.seen, _only(visit)
    found = seen.late(only)
    leads = seen.may(UseCase.APPROVE)
    alone = seen.cases(CaseQuery(Group.UNASSIGNED, municipality=only.municipality, rows=1)).total if leads else 0
    asked = {name: getattr(only, field) for name, field in LATE_FILTERS.items() if getattr(only, field)}
    return visit.house.page(
        visit,
        "late.html.j2",
        title="Te laat",
        found=found,
        asked_of_me=seen.asked_of_me() if leads else (),
        to_bring_in=seen.of_the_group().to_see,
        alone=alone,
        notices=visit.seen.notices(only),
        chosen=asked,
        choices=_choices(visit),
        axes={
            name: [(value, _called(visit, name, value), number) for value, number in found.shares.get(field, ())]
            for name, field in LATE_FILTERS.items()
        },
        titles=AXES,
        opens=lambda **change: _address("/te-laat", {**asked, **_dashed(change)}),
        turns=_turns("/te-laat", asked),
        csv=_address("/te-laat.csv", asked),
        paper=_address("/te-laat", {**asked, "alles": "ja"}),
        page=only.skip // only.rows + 1,
        pages=-(-found.late.total // only.rows),
    )


def late_csv(visit: Visit) -> Response:
    """The same as a file."""
    only = replace(_only(visit), rows=EVERYTHING, skip=0)
    found = visit.seen.late(only).late
    heads = (
        "referentie",
        "voorziening",
        "dagen te laat",
        "uiterste dag",
        "ligt bij",
        "oorzaak",
        "gemeente",
        "regisseur",
        "klaar, zei het loket",
    )
    return as_csv("te-laat", heads, (_late_row(visit, line) for line in found.rows))


def _late_row(visit: Visit, line: ProvisionLine) -> tuple[object, ...]:
    town = _called(visit, "gemeente", line.municipality)
    lies = dutch.holder(line.lies_with) if line.lies_with else ""
    return (
        line.reference,
        line.name,
        line.days_late,
        line.last_day,
        lies,
        line.cause,
        town,
        line.director,
        line.promised,
    )


def _only(visit: Visit) -> Only:
    """What the address asks for; what nobody could ask for does not count."""
    rows = ON_ONE_PAGE if visit.query.get("alles") == "ja" else ROWS
    return Only(
        municipality=_known(visit, "gemeente"),
        director=_known(visit, "regisseur"),
        key=_known(visit, "voorziening"),
        lies_with=_known(visit, "ligt-bij"),
        rows=rows,
        skip=(_page(visit.query) - 1) * rows,
    )


def _known(visit: Visit, name: str) -> str | None:
    value = visit.query.get(name, "")
    if name == "regisseur":
        return value if CODE.fullmatch(value) else None
    return value if value in dict(_choices(visit, name)[name]) else None


def _choices(visit: Visit, *names: str) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers."""
    config = visit.house.app.config
    towns = config.organisation.municipalities
    found: dict[str, list[tuple[str, str]]] = {}
    for name in names or LATE_FILTERS:
        match name:
            case "gemeente":
                found[name] = [(key, towns[key].name) for key in visit.seen.municipalities()]
            case "regisseur":
                found[name] = [(code, code) for code in visit.seen.directors()]
            case "voorziening":
                found[name] = [
                    (rule.key, dutch.capitalised(rule.name)) for rule in config.catalogue.provisions.values()
                ]
            case "ligt-bij":
                found[name] = [(held, dutch.capitalised(dutch.holder(held))) for held in _HOLDERS]
    return found


_HOLDERS = ("loket", "case_director", "doorbraaktafel", "regional", "maatwerkloket")


def _called(visit: Visit, name: str, value: str | None) -> str:
    config = visit.house.app.config
    if value is None:
        return "zonder regisseur" if name == "regisseur" else "niemand"
    match name:
        case "gemeente" if value in config.organisation.municipalities:
            return config.organisation.municipalities[value].name
        case "voorziening" if value in config.catalogue.provisions:
            return dutch.capitalised(config.catalogue.provisions[value].name)
        case "ligt-bij":
            return dutch.capitalised(dutch.holder(value))
    return value


# --- the clients ---------------------------------------------------------------------------------------------------------


def cases(visit: Visit) -> Response:
    """The clients that this person sees, or what was found of what was searched for."""
    seen, query = visit.seen, _query(visit)
    found, why = CasePage((), 0), ""
    try:
        found = seen.cases(query)
    except InvalidInput as refusal:
        why = visit.why(refusal)
    asked = _asked(query)
    replaces, narrow = seen.replaces(), not seen.scope.whole
    groups = [
        (group, label)
        for group, label in GROUPS.items()
        if (group is not Group.REPLACING or replaces) and not (narrow and group is not Group.ALL)
    ]
    return visit.house.page(
        visit,
        "cases.html.j2",
        title="Cliënten",
        found=found,
        why=why,
        search=query.search,
        group=query.group,
        groups=groups,
        orders=ORDERS,
        order=query.order,
        towns=_choices(visit, "gemeente")["gemeente"],
        town=query.municipality or "",
        opens=lambda **change: _address("/clienten", {**asked, **_dashed(change)}),
        turns=_turns("/clienten", asked),
        csv=_address("/clienten.csv", asked),
        paper=_address("/clienten", {**asked, "alles": "ja"}),
        page=query.skip // query.rows + 1,
        pages=-(-found.total // query.rows),
    )


def cases_csv(visit: Visit) -> Response:
    """The same as a file; where a client sleeps stays on the page."""
    found = visit.seen.cases(replace(_query(visit), rows=EVERYTHING, skip=0))
    heads = (
        *("referentie", "eigen nummer", "gemeente", "regisseur", "vervanger", "begonnen", "afgesloten"),
        *("open", "te laat", "het ergste", "volgende dag", "wat dan"),
    )
    return as_csv("clienten", heads, (_case_row(visit, line) for line in found.rows))


def _case_row(visit: Visit, line: CaseLine) -> tuple[object, ...]:
    town, ahead = _called(visit, "gemeente", line.municipality), line.next
    return (
        *(line.reference, line.own_number, town, line.director, line.deputy, line.opened, line.closed),
        *(line.open, line.late, line.worst, ahead.day if ahead else None, ahead.what if ahead else None),
    )


def _query(visit: Visit) -> CaseQuery:
    """What the address asks for, and what was searched for, which is in no address."""
    rows = ON_ONE_PAGE if visit.query.get("alles") == "ja" else ROWS
    group, order = visit.query.get("lijst", ""), visit.query.get("volgorde", "")
    return CaseQuery(
        Group(group) if group in list(Group) else Group.ALL,
        Order(order) if order in list(Order) else Order.REFERENCE,
        municipality=_known(visit, "gemeente"),
        search=visit.form.get("zoek", "").strip()[:60],
        rows=rows,
        skip=(_page(visit.query) - 1) * rows,
    )


def _asked(query: CaseQuery) -> dict[str, str]:
    asked = {"lijst": query.group.value, "volgorde": query.order.value, "gemeente": query.municipality or ""}
    usual = {"lijst": Group.ALL.value, "volgorde": Order.REFERENCE.value}
    return {name: value for name, value in asked.items() if value and usual.get(name) != value}


# --- addresses -----------------------------------------------------------------------------------------------------------


def _page(query: Mapping[str, str]) -> int:
    typed = query.get("blad", "1")
    return min(max(int(typed), 1), LAST_PAGE) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1


def _dashed(change: Mapping[str, object]) -> dict[str, str]:
    return {name.replace("_", "-"): str(value) for name, value in change.items()}


def _address(path: str, asked: Mapping[str, str]) -> str:
    said = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


def _turns(path: str, asked: Mapping[str, str]) -> str:
    """The address of another page of the list, as far as its number."""
    address = _address(path, asked)
    return f"{address}{'&' if '?' in address else '?'}blad="


PAGES = (
    Page("/te-laat", late),
    Page("/te-laat.csv", late_csv),
    Page("/clienten", cases, cases),
    Page("/clienten.csv", cases_csv),
)
