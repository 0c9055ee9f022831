"""compose.yaml and the documents that quote it.  scripts/container-test runs what it says."""
import re

import pytest
import yaml

from support.container import lines_for_the_scrapers_compose_file
from support.server import PROJECT, run_command

COMPOSE = (PROJECT / "compose.yaml").read_text()
CONTAINERFILE = (PROJECT / "Containerfile").read_text()


def services():
    return yaml.safe_load(COMPOSE)["services"]


def with_the_scraper():
    """As it is once the lines of the scraper are no longer comments."""
    start = COMPOSE.index("  # etl_srvc:")
    end = COMPOSE.index("\n\n", start)
    return yaml.safe_load(COMPOSE[:start] + re.sub(r"^  # ", "  ", COMPOSE[start:end], flags=re.M) + COMPOSE[end:])


def test_the_program_knows_what_compose_and_image_set():
    image = dict(re.findall(r"\b(WDX_\w+)=(\S+)", CONTAINERFILE))
    settings = {**image, **services()["watchdxg_back"]["environment"]}
    assert {"WDX_LISTEN", "WDX_DATABASE_URL"} <= set(settings)
    settings.pop("WDX_DATABASE_PASSWORD_FILE")  # there is no such file here
    done = run_command("config", "dump", url=None, secret_key=None, throttle_login=None, throttle_login_total=None,
                       throttle_refresh=None, database_password="given",
                       **{name[4:].lower(): value for name, value in settings.items() if name != "WDX_DATABASE_URL"},
                       database_url=settings["WDX_DATABASE_URL"])
    assert done.returncode == 0, done.stderr


def test_no_secret_is_written_down():
    for name, service in services().items():
        for variable, value in service["environment"].items():
            if "PASSWORD" in variable or "KEY" in variable:
                assert variable.endswith("_FILE") and value.startswith("/run/secrets/"), (name, variable)
            assert not re.search(r"://[^/@]*:[^/@]*@", value), f"{name}: {variable} holds a password"


def test_nothing_is_published_beyond_this_machine():
    ports = [port for service in with_the_scraper()["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]


def test_the_place_for_the_scraper_is_as_its_own_compose_file_has_it():
    compose = with_the_scraper()
    scraper = compose["services"]["etl_srvc"]
    assert scraper["secrets"] == [".pg_password"]  # read at /run/secrets/.pg_password
    assert "psql_srvc" in scraper["depends_on"]    # the host name that it connects to
    database = compose["services"]["psql_srvc"]
    assert (database["image"], database["environment"]["POSTGRES_USER"]) == ("postgres:16", "postgres")


def test_the_image_carries_a_client_for_the_database_of_compose():
    major = services()["psql_srvc"]["image"].removeprefix("postgres:")
    assert re.search(r"^ARG POSTGRESQL=(\d+)$", CONTAINERFILE, re.M).group(1) == major


def test_server_and_image_say_the_same_about_health():
    image = re.search(r"^HEALTHCHECK (.*) CMD (.*)$", CONTAINERFILE, re.M)
    options = dict(re.findall(r"--([\w-]+)=(\S+)", image.group(1)))
    service = services()["watchdxg_back"]["healthcheck"]
    assert service["test"] == ["CMD", *yaml.safe_load(image.group(2))]
    assert {name.replace("-", "_"): value for name, value in options.items()} == {
        name: str(value) for name, value in service.items() if name != "test"}


def test_the_image_is_run_by_the_user_that_it_makes():
    made = re.search(r"^id=(\d+)", (PROJECT / "packaging/container/install").read_text(), re.M).group(1)
    assert f"\nUSER {made}:{made}\n" in CONTAINERFILE


def test_the_lines_for_the_scrapers_own_compose_file_are_those_of_ours():
    theirs, ours = yaml.safe_load(lines_for_the_scrapers_compose_file()), yaml.safe_load(COMPOSE)
    service, own = theirs["services"]["watchdxg_back"], services()["watchdxg_back"]
    assert service.pop("build")["dockerfile"] == own.pop("build")["dockerfile"]
    assert own.pop("logging") and service == own
    assert theirs["secrets"] == ours["secrets"]
    assert theirs["volumes"] == {"watchdxg_back": None}


@pytest.mark.parametrize("line", ["/.pg_password", "/.env"])
def test_secrets_beside_compose_are_not_committed(line):
    assert line in (PROJECT / ".gitignore").read_text().splitlines()


def test_only_what_the_build_needs_is_sent_to_it():
    ignored = (PROJECT / ".containerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert (PROJECT / ".dockerignore").read_text().splitlines() == ignored, "Docker reads its own name"
