"""Settings come from the environment; what is wrong is named in Dutch, secrets are not repeated."""

from pathlib import Path

import pytest

from provisions.domain.errors import InvalidInput
from provisions.settings import PROJECT, environment, load_settings
from tests.builders import is_dutch
from tests.conftest import clean_environment


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean_environment(monkeypatch)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_are_those_of_the_manual(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.home == tmp_path / "var"
    assert settings.config == PROJECT / "config"
    assert settings.url == "http://127.0.0.1:4200"
    assert settings.database_url is None


def test_a_config_folder_in_the_present_folder_comes_first(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    assert load_settings().config == tmp_path / "config"


def test_env_file_is_read_and_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PROVISIONS_PORT=4300\nPROVISIONS_HOME=elders\nIETS_ANDERS=1\n")
    monkeypatch.setenv("PROVISIONS_PORT", "4400")
    settings = load_settings()
    assert (settings.port, settings.home) == (4400, tmp_path / "elders")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "hoog", "PROVISIONS_PORT is hoog onjuist"),
        ("PORT", "0", "van 1 tot en met 65535"),
        ("DATABASE_URL", "mysql://x:geheim@db/x", "postgresql://"),
        ("SMTP_URL", "mail.example:geheim", "smtp://"),
        ("HOST", "10.0.0.5", "PROVISIONS_TLS_IN_FRONT=yes"),
        ("REDIS_URL", "http://:geheim@redis", "redis://"),
        ("WORK_POOL", "Pool 1", "kleine letters"),
        ("METRICS_PORT", "veel", "PROVISIONS_METRICS_PORT is veel onjuist"),
        ("PREFECT_API_URL", "https://prefect.example", "https://machine/api"),
        ("PREFECT_API_URL", "https://admin:geheim@prefect.example/api", "zonder wachtwoord"),
        ("PREFECT_API_URL", "http://prefect.example/api", "leesbaar over het netwerk"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(f"PROVISIONS_{name}", value)
    with pytest.raises(InvalidInput) as refusal:
        load_settings()
    assert said in str(refusal.value)
    assert "geheim" not in str(refusal.value)


def test_another_host_is_accepted_with_tls_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVISIONS_HOST", "10.0.0.5")
    monkeypatch.setenv("PROVISIONS_TLS_IN_FRONT", "yes")
    assert load_settings().url == "http://10.0.0.5:4200"


def test_the_api_is_that_of_this_machine_unless_another_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().api_url == "http://127.0.0.1:4200/api"
    monkeypatch.setenv("PROVISIONS_PREFECT_API_URL", "https://prefect.example/api/")
    assert load_settings().api_url == "https://prefect.example/api"
    monkeypatch.setenv("PROVISIONS_PREFECT_API_URL", "http://prefect:4200/api")
    monkeypatch.setenv("PROVISIONS_TLS_IN_FRONT", "yes")
    assert load_settings().api_url == "http://prefect:4200/api"


def test_what_a_process_elsewhere_gets_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PROVISIONS_WORK_POOL=gemeenten\nPROVISIONS_HOME=hier\n")
    before = load_settings()
    there = environment(before)
    clean_environment(monkeypatch)
    (tmp_path / "elders").mkdir()
    monkeypatch.chdir(tmp_path / "elders")
    for name, text in there.items():
        monkeypatch.setenv(name, text)
    assert load_settings() == before


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVISIONS_SMTP_URL", "smtp://me:geheim@mail:587")
    monkeypatch.setenv("PROVISIONS_UI_PASSWORD", "geheim-van-zestien")
    assert "geheim" not in repr(load_settings())


LONG = 5000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "1" * LONG),
        ("METRICS_PORT", "9" * LONG),
        ("TLS_IN_FRONT", "x" * LONG),
        ("HOST", "x" * LONG),
        ("HOME", "x" * LONG),
        ("CONFIG", f"/srv/{'x' * LONG}/config"),
    ],
)
def test_what_is_far_too_long_is_not_repeated_whole(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(f"PROVISIONS_{name}", text)
    with pytest.raises(InvalidInput, match=f"PROVISIONS_{name}") as refusal:
        load_settings()
    assert len(str(refusal.value)) < 300
    assert is_dutch(refusal.value)
