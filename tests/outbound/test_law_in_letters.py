"""What the letters say of the law (domain.md, "The law in the letters")."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from provisions.catalogue import PROJECT, load
from provisions.domain import lifecycle
from provisions.domain.case import ProvisionKey
from tests.outbound.conftest import NewStory, Story
from tests.outbound.test_render import ALL

INSURANCE = "health_insurance"


def said(told: Story, key: str, kind: str = "request") -> str:
    return " ".join(told.written(kind, key).text.split())


def test_a_statutory_term_is_named_only_near_its_end_and_never_presumed(story: NewStory) -> None:
    told = story(*ALL)
    for key in ALL:
        assert "wettelijke termijn" not in said(told, key).lower(), key
    told.take(
        lifecycle.milestone(told.case, ProvisionKey("special_assistance"), "applied", told.moment, date(2026, 11, 2))
    )
    assert "wettelijke termijn" not in said(told, "special_assistance")
    told.until("2026-12-16T12:00+01:00")
    assert "wettelijke termijn tot en met 28 december 2026 (Awb art. 4:13)" in said(told, "special_assistance")


def test_the_benefit_is_asked_by_the_law_of_2026(story: NewStory) -> None:
    letter = said(story("id_document", "benefit_decision"), "benefit_decision", "application")
    for words in (
        "art. 44, vijfde lid",
        "art. 41, elfde lid",
        "DigiD of een rijbewijs uit de EU",
        "niet de aanvraag zelf",
    ):
        assert words in letter


def test_the_card_is_asked_for_in_person_and_another_counter_may_be_competent(story: NewStory) -> None:
    letter = said(story("id_document"), "id_document")
    for words in ("eerste afspraak", "kom langs", "regisseur gaat mee", "loket daar bevoegd"):
        assert words in letter


def test_the_fine_is_told_only_after_the_letter_and_its_amount_only_as_data(story: NewStory, tmp_path: Path) -> None:
    told = story("id_document", "postal_address", INSURANCE)
    assert "boete" not in said(told, INSURANCE)
    told.take(lifecycle.milestone(told.case, ProvisionKey(INSURANCE), "cak_letter", told.moment, date(2026, 11, 2)))
    assert "Die is verstuurd op 2 november 2026" in said(told, INSURANCE)
    assert "€" not in said(told, INSURANCE)
    for name in ("calendar.toml", "organisation.toml", "rights.toml"):
        (tmp_path / name).write_text((PROJECT / "config" / name).read_text("utf-8"), "utf-8")
    text = (PROJECT / "config" / "provisions.toml").read_text("utf-8")
    known = 'from = "cak_letter"\nfine = { amount = "€ 500", year = 2026, source = "hetcak.nl" }'
    (tmp_path / "provisions.toml").write_text(text.replace('from = "cak_letter"', known), "utf-8")
    priced = replace(told, config=load(tmp_path))
    assert "een boete van € 500 (2026; hetcak.nl)" in said(priced, INSURANCE)


def test_the_law_on_debts_is_never_named_by_letters_that_mean_two() -> None:
    for folder in ("templates", "config", "provisions", "flows"):
        for path in (PROJECT / folder).rglob("*"):
            if path.suffix in {".j2", ".toml", ".py"}:
                assert "Wgs" not in path.read_text("utf-8"), path


def test_before_the_national_desk_comes_the_register(story: NewStory) -> None:
    told = story("id_document").until("2026-11-30T12:00+01:00")
    assert "Maatwerkregister" in " ".join(told.read("rung", "id_document", "maatwerkloket").text.split())
