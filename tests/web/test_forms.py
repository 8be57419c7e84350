"""The parts that forms are made of: every field has a name, and what is wrong is tied to it."""

import re
from pathlib import Path

import pytest

from provisions.settings import TEMPLATES
from provisions.templates import environment
from provisions.web.house import in_words

PAGE = """
{% from "_forms.html.j2" import form, error_summary, text_field, textarea, select, date_field, radio_group, checkbox_group,
   checkbox, fields, hidden_field, button_link, buttons %}
{% set outcomes = [("delivered", "Geregeld"), ("refused", "Afgewezen", "met grond")] %}
{{ error_summary(errors) if errors.amount }}
{% call form("/ergens", "teken", "Vastleggen") %}
{{ hidden_field("seen", "3") }}
{{ text_field("amount", "Bedrag", typed, errors.amount, "In hele euro's", required=true, more={"inputmode": "numeric"}) }}
{{ textarea("note", "Notitie", typed, errors.note, most=200) }}
{{ select("cause", "Oorzaak", [("a", "eerste"), ("b", "tweede")], "b", errors.cause) }}
{{ date_field("on", "Dag", "2026-11-27", errors.on, least="2026-11-01", most="2026-11-27") }}
{% call(option) radio_group("outcome", "Uitkomst", outcomes, "refused", errors.outcome, required=true) %}
{% if option == "refused" %}{{ text_field("ground", "Grond", "", errors.ground) }}{% endif %}
{% endcall %}
{{ checkbox_group("need", "Nodig", [("a", "eerste"), ("b", "tweede")], ("a", "b"), errors.need) }}
{{ checkbox("sure", "Zeker", hint="Vink aan") }}
{% call fields("Samen") %}{{ text_field("other", "Ander") }}{% endcall %}
{{ buttons("Vastleggen", cancel="/werk", name="confirm", value="ja") }}
{% endcall %}
{{ button_link("Bekijk", "/werk") }}
"""
FIELDS = ("amount", "note", "cause", "on", "outcome", "ground", "need")
NOTHING_WRONG = dict.fromkeys(FIELDS, "")
ALL_WRONG = {name: f"Met {name} is iets mis." for name in FIELDS}


@pytest.fixture
def page(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    errors: dict[str, str] = request.param
    (tmp_path / "page.html.j2").write_text(PAGE)
    templates = environment(tmp_path, TEMPLATES / "web")
    templates.filters["in_words"] = in_words
    return templates.get_template("page.html.j2").render(errors=errors, typed='<i>"x"</i>')


@pytest.mark.parametrize("page", [NOTHING_WRONG, ALL_WRONG], indirect=True)
def test_every_field_has_a_label_and_its_own_id(page: str) -> None:
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    fields = re.findall(r"<(?:input|select|textarea) [^>]*>", page)
    shown = [field for field in fields if 'type="hidden"' not in field]
    for field in shown:
        own = re.search(r' id="([^"]+)"', field)
        assert own, field
        assert '<label class="utrecht-form-label' in page
        assert f'for="{own[1]}"' in page


@pytest.mark.parametrize("page", [NOTHING_WRONG, ALL_WRONG], indirect=True)
def test_inputs_are_written_as_programs_read_them_and_what_is_typed_is_text(page: str) -> None:
    inputs = re.findall(r"<input ([^>]*)>", page)
    assert len(inputs) == 11
    assert all(re.match(r'type="[\w-]+" name="\w+" value="[^"]*"', one) for one in inputs), inputs
    assert "<i>" not in page
    assert page.count("&lt;i&gt;") == 2


@pytest.mark.parametrize("page", [ALL_WRONG], indirect=True)
def test_what_is_wrong_stands_on_top_with_a_link_and_at_the_field(page: str) -> None:
    assert page.count('role="alert"') == 1
    for name, why in ALL_WRONG.items():
        assert f'<a href="#{name}">{why}</a>' in page
        assert f'id="{name}"' in page
        assert f'id="{name}-fout"><span class="unseen">Fout: </span>{why}' in page
        assert re.search(rf'aria-describedby="{name}-fout', page)


@pytest.mark.parametrize("page", [NOTHING_WRONG], indirect=True)
def test_nothing_wrong_is_said_when_nothing_is(page: str) -> None:
    assert "alert" not in page.replace("utrecht-alert", "")
    assert "-fout" not in page
    assert "aria-invalid" not in page
    assert "vr 27 november 2026" in page
    assert page.count(" required") == 1
    assert page.count(" checked") == 3
    assert page.count(" selected") == 1


def test_a_day_in_words() -> None:
    assert in_words("2026-11-27") == "vr 27 november 2026"
    assert [in_words(what) for what in ("", "morgen", "2026-02-30", None)] == [""] * 4
