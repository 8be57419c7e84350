"""The register turns out to be missing after two weeks (domain.md, "What happens in a life", rule 3)."""

from tests.builders import Letter, Town, day


def to_civil_affairs(letters: list[Letter]) -> list[str]:
    return [letter.subject for letter in letters if letter.to == "burgerzaken@voorbeeldstad.example"]


def test_a_client_of_whom_nobody_knew_that_he_is_registered_nowhere(town: Town) -> None:
    """At intake nobody knows whether he is in the register, so the card is asked for first and the address waits for it.
    The counter refuses the card: he is registered nowhere. Two weeks later the director has found that out too.
    """
    case = town.takes_in("TR-2026-0021", "id_document", "postal_address", "health_insurance")
    assert to_civil_affairs(town.letters) == ["Verzoek TR-2026-0021 · uiterlijk 9 november"]
    assert case["postal_address"].blocked_by == ("id_document",)

    town.on("2026-11-05 11:00")
    case.is_refused("id_document")

    # Two weeks after the intake: he is in no register. The address no longer waits for a card, from today.
    town.on("2026-11-16 10:00")
    assert case["postal_address"].waiting_days == 14
    case.does("brp", "unregistered")
    assert case["postal_address"].provision.started_on == day("2026-11-16")
    assert case["postal_address"].due == day("2026-11-18")
    assert case.view.as_json()["brp"] == "unregistered"
    assert to_civil_affairs(town.letters_since("2026-11-16 00:00")) == ["Verzoek TR-2026-0021 · uiterlijk 18 november"]

    # He has an address. The counter is asked again for the card that it refused, and told why.
    town.on("2026-11-18 15:00")
    case.gets("postal_address", ground="no_residence")
    (subject,) = to_civil_affairs(town.letters_since("2026-11-18 00:00"))
    assert subject == "Opnieuw gevraagd TR-2026-0021 · 18 november"
    (letter,) = [one for one in town.letters if one.subject == subject]
    assert "U wees dit af op 5 november 2026. Wat er toen nog niet was, is er nu: briefadres." in " ".join(
        letter.text.split()
    )

    # It was promised on the second of November, and late is late.
    town.on("2026-11-20 12:00")
    case.gets("id_document", paid_by="free")
    assert case["id_document"].breached
    assert case["health_insurance"].provision.started_on == day("2026-11-20")
    whats = [line.what for line in town.app.views.audit("TR-2026-0021")]
    assert whats.count("case.brp") == 1
