"""The case systems of the municipalities: ``config/zaken.toml``, which may be left out. Secrets stand in the environment."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from provisions.catalogue.entry import Entry, meant
from provisions.domain.privacy import is_bsn
from provisions.domain.rules import OutcomeName, ProvisionRule, ResultRule, ZaakMode, ZaakRule

ZAKEN = "zaken.toml"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_CODE = re.compile(r"[A-Z]{1,6}")
_CLIENT = re.compile(r"[A-Za-z0-9._-]{1,50}")


@dataclass(frozen=True)
class CaseSystem:
    """The case system of a municipality. ``zaken`` and the others: the root of each API, without a slash at its end;
    ``authorisations`` and ``notifications`` may be empty. ``catalogue``: the URL of the catalogus, as the server gives it.
    ``rsin``: nine digits. ``client``: the client id that the administrator gave us.
    """

    municipality: str
    zaken: str
    catalogues: str
    authorisations: str
    notifications: str
    catalogue: str
    rsin: str
    client: str
    rules: Mapping[str, ZaakRule]

    @property
    def secret(self) -> str:
        """The name of the setting with the secret by which we sign in."""
        return self._setting("SECRET")

    @property
    def callback(self) -> str:
        """The name of the setting with what a notification must bring along."""
        return self._setting("CALLBACK")

    @property
    def certificate(self) -> str:
        """The name of the setting with the file of the certificate by which it knows us, where it asks for one."""
        return self._setting("CERTIFICATE")

    @property
    def key(self) -> str:
        """The name of the setting with the file of the key of that certificate."""
        return self._setting("KEY")

    @property
    def authorities(self) -> str:
        """The name of the setting with the file of whose certificates it may have, besides those that everybody believes."""
        return self._setting("AUTHORITIES")

    def _setting(self, what: str) -> str:
        return f"PROVISIONS_ZGW_{_named(self.municipality)}_{what}"


def _named(municipality: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", municipality.upper())


def read_zaken(
    root: Entry, places: Collection[str], provisions: Mapping[str, ProvisionRule]
) -> Mapping[str, CaseSystem]:
    """The case systems by municipality. Faults are collected in ``root``."""
    found = {name: _system(name, entry, provisions) for name, entry in _named_places(root, places)}
    root.done()
    return found


def _named_places(root: Entry, places: Collection[str]) -> list[tuple[str, Entry]]:
    entries = root.named_tables("municipality", optional=True)
    for name in sorted(entries.keys() - set(places)):
        root.fault("municipality", f"de gemeente '{name}' bestaat niet.", meant(name, places))
    names = [_named(name) for name in entries]
    for name in entries:
        if names.count(_named(name)) > 1:
            root.fault(
                "municipality",
                f"'{name}' en een ander lezen dezelfde geheimen.",
                "Geef een van beide een andere sleutel.",
            )
    return [(name, entry) for name, entry in entries.items() if name in places]


def _system(municipality: str, entry: Entry, provisions: Mapping[str, ProvisionRule]) -> CaseSystem:
    rules: dict[str, ZaakRule] = {}
    named = entry.named_tables("provision")
    for key, table in named.items():
        if key not in provisions:
            entry.fault("provision", f"de voorziening '{key}' bestaat niet.", meant(key, provisions))
            continue
        rules[key] = _rule(municipality, table, provisions[key])
    for code in sorted({rule.code for rule in rules.values()}):
        if len([rule for rule in rules.values() if rule.code == code]) > 1:
            entry.fault("provision", f"code '{code}' staat bij meer dan een voorziening.", "Geef elk een eigen code.")
    found = CaseSystem(
        municipality,
        _root(entry, "zaken"),
        _root(entry, "catalogi"),
        _root(entry, "autorisaties", optional=True),
        _root(entry, "notificaties", optional=True),
        _root(entry, "catalogus"),
        _rsin(entry),
        _client(entry),
        rules,
    )
    entry.done()
    return found


def _root(entry: Entry, key: str, *, optional: bool = False) -> str:
    """An address over TLS, without what could hold a secret; on this machine also without TLS."""
    url = entry.text(key, default="" if optional else None)
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        plain = not (parts.username or parts.password or parts.query or parts.fragment or port == 0)
    except ValueError:
        host, plain, parts = "", False, urlsplit("")
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not (safe and host and plain and re.fullmatch(r"[!-~]+", url)):
        entry.fault(
            key,
            "dit is geen veilig webadres.",
            "Schrijf het als https://machine.nl/pad, zonder wachtwoord of vraagteken.",
        )
        return ""
    return url.rstrip("/")


def _rsin(entry: Entry) -> str:
    rsin = entry.text("rsin")
    if rsin and not (re.fullmatch(r"[0-9]{9}", rsin) and is_bsn(rsin)):
        entry.fault(
            "rsin", "dit is geen RSIN.", "Vul negen cijfers in die aan de elfproef voldoen, tussen aanhalingstekens."
        )
    return rsin


def _client(entry: Entry) -> str:
    client = entry.text("client_id")
    if client and not _CLIENT.fullmatch(client):
        entry.fault(
            "client_id",
            f"'{client}' kan niet.",
            "Gebruik letters, cijfers, punten en streepjes, zoals u met de beheerder afsprak.",
        )
    return client


def _rule(municipality: str, entry: Entry, rule: ProvisionRule) -> ZaakRule:
    code = entry.text("code")
    if code and not _CODE.fullmatch(code):
        entry.fault("code", f"'{code}' kan niet.", "Gebruik een tot zes hoofdletters: de code komt in het zaaknummer.")
    results = _results(entry, rule)
    unmapped = entry.texts("unmapped", optional=True)
    if both := sorted(set(unmapped) & results.keys()):
        entry.fault("unmapped", f"'{both[0]}' staat ook in results.", "Laat hem op een van beide plekken weg.")
    mode = entry.enum("mode", ZaakMode) or ZaakMode.FOLLOW
    withdrawn = entry.text("withdrawn", default="") or None
    if withdrawn is not None and mode is ZaakMode.FOLLOW:
        entry.fault("withdrawn", "een zaak die wij volgen, sluit het loket zelf.", "Haal deze sleutel weg.")
    found = ZaakRule(municipality, rule.key, entry.text("zaaktype"), mode, code, results, unmapped, withdrawn)
    entry.done()
    return found


def _results(entry: Entry, rule: ProvisionRule) -> dict[str, ResultRule]:
    """By the name of a resultaat an outcome, or a table with an outcome and the provision's own fields."""
    table = entry.table("results")
    if table is None:
        return {}
    found = {}
    for words, value in table.values.items():
        if isinstance(value, str):
            outcome, fields = table.enum(words, OutcomeName), dict[str, str]()
        else:
            inner = table.table(words)
            if inner is None:
                continue
            outcome, fields = inner.enum("outcome", OutcomeName), _fields(inner, rule)
            inner.done()
        if outcome is not None:
            _refuse_missing(table, words, outcome, fields, rule)
            found[words] = ResultRule(outcome, fields)
    table.done()
    return found


def _fields(entry: Entry, rule: ProvisionRule) -> dict[str, str]:
    table = entry.table("fields", optional=True)
    if table is None:
        return {}
    known = {
        f.name: [c.value for c in f.choices] or ["yes", "no"] for f in rule.fields if f.kind in ("choice", "yes_no")
    }
    fields = {}
    for name in table.values:
        value = table.text(name)
        if name not in known:
            table.fault(name, "dit veld bestaat niet, of hangt van de cliënt af.", meant(name, known))
        elif value and value not in known[name]:
            table.fault(name, f"'{value}' bestaat niet.", meant(value, known[name]))
        fields[name] = value
    return fields


def _refuse_missing(
    entry: Entry, words: str, outcome: OutcomeName, fields: Mapping[str, str], rule: ProvisionRule
) -> None:
    for f in rule.fields:
        if outcome in f.required_for and f.name not in fields:
            entry.fault(
                words,
                f"bij deze uitkomst van '{rule.key}' hoort het veld '{f.name}'.",
                f'Schrijf {{ outcome = "{outcome.value}", fields = {{ {f.name} = "…" }} }}, of zet dit resultaat in unmapped.',
            )
        if f.name in fields and outcome not in f.outcomes:
            entry.fault(words, f"het veld '{f.name}' hoort niet bij deze uitkomst.", "Laat het weg.")
        if f.name in fields and fields[f.name] in f.refuse:
            entry.fault(words, f.refuse[fields[f.name]], "Zet dit resultaat in unmapped.")
