"""What ``check`` asks of a region, and the domains to which mail may go."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest

from provisions.catalogue import PROJECT, Config, Contact, Municipality, Organisation, load
from provisions.catalogue import organisation as organisation_module
from provisions.catalogue.arrangements import Arrangement, MailDomains, check_mail_domains
from provisions.catalogue.entry import Entry
from provisions.domain.errors import InvalidConfig
from provisions.domain.rungs import RungName
from tests.builders import CONFIG

Changed = Callable[[str, str], Config]
# As it stands in the shipped file, ready to be used.
MAIL = ("# [mail]", "# internal =", "# secure =")


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """The shipped configuration with one change in ``organisation.toml``."""

    def change(old: str, new: str) -> Config:
        shutil.copytree(PROJECT / "config", tmp_path / "config", dirs_exist_ok=True)
        path = tmp_path / "config" / "organisation.toml"
        text = used(path.read_text("utf-8"))
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return load(tmp_path / "config")

    return change


def used(text: str) -> str:
    """The file with its domains in use."""
    for start in MAIL:
        assert start in text
        text = text.replace(start, start.removeprefix("# "))
    return text


def line(start: str) -> str:
    text = used((PROJECT / "config" / "organisation.toml").read_text("utf-8"))
    return next(one for one in text.splitlines() if one.startswith(start))


def test_municipalities_on_one_installation_are_asked_for_their_arrangement(changed: Changed) -> None:
    assert not any("arrangement" in warning for warning in CONFIG.warnings)
    (asked,) = [w for w in changed(line("arrangement"), "").warnings if "arrangement" in w]
    assert "4 gemeenten" in asked
    assert "AVG art. 26" in asked


def test_an_arrangement_has_a_day_and_a_place(changed: Changed) -> None:
    with pytest.raises(InvalidConfig, match="arrangement"):
        changed(line("arrangement"), 'arrangement = { reference = "ergens" }')


def test_an_address_at_a_domain_that_is_not_named_is_refused(changed: Changed) -> None:
    with pytest.raises(InvalidConfig) as refused:
        changed('"wmo@voorbeeldstad.example", phone', '"loket.wmo@gmail.example", phone')
    (fault,) = refused.value.lines
    for part in ("organisation.toml", "'mail'", "gmail.example", "municipality.voorbeeldstad.counters.wmo", "internal"):
        assert part in fault


def test_without_named_domains_mail_may_go_anywhere() -> None:
    assert CONFIG.organisation.mail.kind("a@gmail.example") is None
    assert not CONFIG.organisation.mail.named


def test_no_receiver_that_the_settings_know_is_left_out() -> None:
    elsewhere = Contact("Iemand", "iemand@elders.example")
    places = CONFIG.organisation.municipalities
    whole: dict[str, Any] = dict.fromkeys(_contacts_of(Municipality), elsewhere) | {
        "tables": {RungName.DOORBRAAKTAFEL: elsewhere},
        "counters": {"wmo": elsewhere},
        "directors": {"regie-1": elsewhere},
        "team_leads": (elsewhere,),
    }
    town = replace(places["voorbeeldstad"], **whole)
    region: dict[str, Any] = dict.fromkeys(_contacts_of(Organisation), elsewhere)
    named = MailDomains({"voorbeeldstad.example": "internal"})
    organisation = replace(CONFIG.organisation, municipalities={town.key: town}, mail=named, **region)
    root = Entry("organisation.toml", "", {}, [])
    check_mail_domains(organisation, root)
    # The sender only sends.
    wanted = len(whole) + len(region) - len({"own_sender", "sender"})
    assert len(root.faults) == wanted, root.faults


def _contacts_of(kind: type) -> list[str]:
    """The fields that are one receiver, or none."""
    hints = get_type_hints(kind, vars(organisation_module))
    return [name for name, hint in hints.items() if hint is Contact or set(get_args(hint)) == {Contact, NoneType}]


TWICE = 'internal = ["duinrade.example", "maatwerkloket.example"]'


@pytest.mark.parametrize("wrong", ['internal = ["@voorbeeldstad.example"]', TWICE])
def test_a_domain_is_a_domain_and_named_once(changed: Changed, wrong: str) -> None:
    with pytest.raises(InvalidConfig, match=r"domein|één keer"):
        changed(line("internal ="), wrong)


def test_what_is_named_is_internal_or_secure(changed: Changed) -> None:
    mail = changed("", "").organisation.mail
    assert (mail.kind("a@Havenmeer.example"), mail.kind("b@maatwerkloket.example")) == ("internal", "secure")


def test_the_consent_of_the_works_council_is_not_there_until_it_is_recorded_with_its_day(changed: Changed) -> None:
    assert CONFIG.organisation.works_council is None
    before = 'message_domain = "voorbeeldland.example"'
    given = 'works_council_consent = { day = 2026-01-05, reference = "besluit OR" }\n' + before
    assert changed(before, given).organisation.works_council == Arrangement(date(2026, 1, 5), "besluit OR")
    with pytest.raises(InvalidConfig, match="works_council_consent"):
        changed(before, "works_council_consent = { day = 2026-01-05 }\n" + before)
