"""What ``flows/server/`` relies on in Prefect's server and its pages. The numbers are those of ``docs/decisions/0002``.

How the guarded server behaves as a whole is in ``tests/infra/test_server.py`` and ``tests/flows/test_dutch_answers.py``.
"""

import importlib
import re
from pathlib import Path

import httpx
import prefect
from prefect.settings import get_current_settings
from prefect.settings.base import PrefectBaseSettings

from flows.prefect.client import prefect_thread
from flows.prefect.deployments import POOL_ENVIRONMENT
from flows.server import child, stylesheet
from flows.server.guard import ENGINE_HEADER
from provisions.settings import Secret, Settings


def known_variables(settings: PrefectBaseSettings) -> set[str]:
    """Every environment variable that Prefect reads for its settings."""
    found: set[str] = set()
    for name, info in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, PrefectBaseSettings):
            found |= known_variables(value)
        else:
            prefix = type(settings).model_config.get("env_prefix", "")
            found.add(f"{prefix}{name}".upper())
            alias = info.validation_alias
            found |= {str(choice).upper() for choice in getattr(alias, "choices", ())}
    return found


def test_s1_every_setting_that_we_give_is_one_that_prefect_reads(settings: Settings) -> None:
    """A setting that was renamed is silently ignored: the server would be open, or talk to the outside."""
    given = set(child.PrefectServer(settings, "token")._environment())
    given |= set(child.client_environment(settings, "token")) | set(POOL_ENVIRONMENT) | set(child.WORKER_ENVIRONMENT)
    ours = {name for name in given if name.startswith("PREFECT_")}
    elsewhere = {"PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_STATEMENT_CACHE_SIZE"}
    assert len(ours) > 20
    assert ours - known_variables(get_current_settings()) - elsewhere == set()


def test_s2_what_several_servers_need_exists_by_name() -> None:
    settings = Settings(redis_url=Secret("redis://127.0.0.1:6379/0"), prefect_database_url=Secret("postgresql://a@b/c"))
    together = child.PrefectServer(settings, "token", child.Role.REPLICA)._together()
    named = {module for module in together.values() if module.startswith("prefect_redis.")}
    assert named
    for module in named:
        importlib.import_module(module)


def test_s3_the_engine_passes_by_the_middleware_and_nobody_else(prefect_server: Settings) -> None:
    token = child.engine_token(prefect_server)
    auth = ("admin", child.ui_password(prefect_server))
    with httpx.Client(base_url=f"{prefect_server.url}/api", trust_env=False) as client:
        wanted = {"limit": 1}
        assert client.post("/flow_runs/filter", json=wanted, auth=auth).status_code == 403, (
            "a browser shows a CSRF token"
        )
        assert (
            client.post("/flow_runs/filter", json=wanted, auth=auth, headers={ENGINE_HEADER: token}).status_code == 200
        )
        assert client.post("/flow_runs/filter", json=wanted, headers={ENGINE_HEADER: token}).status_code in (401, 403)


def test_s4_the_second_ui_is_left_out_by_the_folder_of_its_files(prefect_server: Settings) -> None:
    assert isinstance(prefect.__ui_v2_static_path__, Path)
    auth = ("admin", child.ui_password(prefect_server))
    with httpx.Client(base_url=prefect_server.url, auth=auth, trust_env=False) as client:
        assert "v2" not in client.get("/ui-settings").json().get("available_ui_versions", [])


def test_s5_the_pages_have_a_head_and_the_classes_that_the_stylesheet_mends(prefect_server: Settings) -> None:
    auth = ("admin", child.ui_password(prefect_server))
    with httpx.Client(base_url=prefect_server.url, auth=auth, trust_env=False) as client:
        assert stylesheet.NAME in client.get("/").text
    pages = Path(prefect.__ui_static_path__)
    assert "</head>" in (pages / "index.html").read_text("utf-8")
    bundle = "".join(file.read_text("utf-8", errors="replace") for file in pages.rglob("*.css"))
    bundle += "".join(file.read_text("utf-8", errors="replace") for file in pages.rglob("*.js"))
    for name in set(re.findall(r"\.(p-[a-z-]+(?:__[a-z-]+)?)", stylesheet.STYLES)):
        assert name in bundle, name


def test_s6_the_server_says_when_it_serves(prefect_server: Settings) -> None:
    assert prefect_server
    with prefect_thread() as client:
        assert client.request("GET", "/ready").status_code == 200
        assert client.request("GET", "/admin/version").json() == prefect.__version__
