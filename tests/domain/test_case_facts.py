"""How contact goes, and what municipality and counter call the case (domain.md, "What happens in a life", rule 16)."""

from dataclasses import replace

from provisions.domain.case import lived_on
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lines import RecordedLine
from provisions.domain.replay import Replay
from tests.builders import Client, a_client, day, refusal


def replayed(client: Client) -> Replay:
    return Replay().follow(
        RecordedLine(n, client.now, client.moment.by, line.what, line.key, dict(line.data), line.message)
        for n, line in enumerate(client.audit)
    )


def test_contact_goes_another_way_from_now_on() -> None:
    client = a_client().needs("id_document")
    assert client.case.contact == "via_director"
    client.is_met("two_people")
    assert client.case.contact == "two_people"
    assert isinstance(refusal(lambda: client.is_met("two_people")), NotAllowed)
    assert isinstance(refusal(lambda: client.is_met("by_post")), InvalidInput)
    assert replayed(client).differences(client.case, exact=False) == []


def test_a_number_stands_in_no_line_for_programs_and_can_be_taken_away() -> None:
    client = a_client().needs("id_document")
    decision = client.is_called("Z2026-00123")
    client.is_called("BZ-77", "id_document")
    assert (client.case.own_number, client.provision("id_document").their_number) == ("Z2026-00123", "BZ-77")
    assert all("Z2026" not in str(dict(line.data)) + line.because for line in decision.audit)
    assert [line.note for line in decision.audit] == ["Z2026-00123"]
    assert replayed(client).differences(client.case, exact=False) == []
    changed = replace(client.case, own_number=None)
    assert [d.column for d in replayed(client).differences(changed, exact=False)] == ["own_number"]
    client.is_called(None)
    client.is_called(None, "id_document")
    assert isinstance(refusal(lambda: client.is_called(None)), NotAllowed)
    assert replayed(client).differences(client.case, exact=False) == []


def test_numbers_belong_to_the_municipality_that_gave_them() -> None:
    client = a_client().needs("id_document")
    client.is_called("Z2026-00123")
    client.is_called("BZ-77", "id_document")
    client.moves_to("havenmeer")
    assert client.case.own_number is None
    assert client.provision("id_document").their_number is None
    assert replayed(client).differences(client.case, exact=False) == []


def test_where_the_client_slept_is_known_of_each_day() -> None:
    client = a_client("2026-11-02 09:00").needs("id_document")
    client.travels_to("2026-11-20 09:00")
    client.sleeps("shelter", losing_place=True, wlz="none")
    client.travels_to("2026-12-01 09:00")
    client.sleeps("shelter", on="2026-11-28")  # still so: what was not said stays
    client.sleeps("hotel")  # another place: whether that is lost soon is not known
    said = [(one.on.isoformat(), one.situation, one.losing_place, one.wlz) for one in client.case.lived]
    assert said == [
        ("2026-11-02", "unknown", None, "unknown"),
        ("2026-11-20", "shelter", True, "none"),
        ("2026-11-28", "shelter", True, "none"),
        ("2026-12-01", "hotel", None, "none"),
    ]
    slept = {
        text: lived_on(client.case.lived, day(text))
        for text in ("2026-11-01", "2026-11-19", "2026-11-20", "2026-12-05")
    }
    assert [one.situation if one else None for one in slept.values()] == [None, "unknown", "shelter", "hotel"]
    assert isinstance(refusal(lambda: client.sleeps("clinic", on="2026-11-30")), InvalidInput)
    assert replayed(client).differences(client.case, exact=False) == []
    changed = replace(client.case, earlier_living=client.case.earlier_living[1:])
    assert [d.column for d in replayed(client).differences(changed, exact=False)] == ["living"]
