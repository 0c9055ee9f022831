"""What compose.yaml says, done: the server, its database and the scraper, in every order.  scripts/container-test runs this."""
import time

import psycopg2.errors
import pytest

from support.container import Image, PASSWORD, Project, set_up_the_scraper
from support.postgres import wait_until

OPERATOR = {"username": "operator", "password": "s3cret-Enough-4711"}
SERVER = "watchdxg_back"


@pytest.fixture(scope="module")
def image():
    return Image()


@pytest.fixture
def project(image):
    project = Project(image)
    yield project
    project.remove()


def make_operator(server):
    done = server.execute("watchdxg-back", "create_user", "--username", OPERATOR["username"], "--password-stdin",
                          stdin=OPERATOR["password"] + "\n")
    assert done.returncode == 0, done.stderr


def log_in(server):
    answer = server.request("POST", "/api/token/", json=OPERATOR)
    assert answer.status_code == 200, answer.text
    return answer.json()["access"]


def is_migrated(server):
    return "ok    migrations: all applied" in server.execute("watchdxg-back", "check").stdout


def key_of(project):
    return project.volume(SERVER) / "secret_key"


def failures(server):
    done = server.execute("watchdxg-back", "check")
    return [line for line in done.stdout.splitlines() if line.startswith("FAIL")]


def test_first_up_the_server_first_then_the_database_then_the_scraper(project):
    server = project.server()
    server.answers("/healthz", 200)
    server.answers("/readyz", 503)
    assert server.healthcheck().returncode == 0, "it is healthy while it waits: a restart would bring no database"

    database = project.database()
    wait_until(lambda: is_migrated(server), "the migrations", 60, 0.5)
    make_operator(server)
    token = log_in(server)
    assert server.get("/api/accounts/operator/", token).status_code == 503, "the scraper has made no tables yet"

    set_up_the_scraper(database)
    server.answers("/readyz", 200)
    assert server.get("/api/accounts/operator/", token).json()["handle"] == "operator"
    assert failures(server) == []


def test_first_up_the_scraper_before_the_server(project):
    database = project.database()
    set_up_the_scraper(database)
    server = project.server()
    server.answers("/readyz", 200)
    make_operator(server)
    assert server.get("/api/accounts/operator/", log_in(server)).json()["handle"] == "operator"
    assert failures(server) == []


def test_the_scraper_sets_up_again_at_its_next_start(project):
    database = project.database()
    server = project.server()
    server.answers("/readyz", 503)
    wait_until(lambda: is_migrated(server), "the migrations", 60, 0.5)
    set_up_the_scraper(database)
    set_up_the_scraper(database)


def test_in_the_scrapers_own_compose_file_the_server_waits_for_its_set_up(image):
    """There the database and the role `watchdxg` are made by the scraper alone."""
    project = Project(image, scrapers=True)
    try:
        server = project.server()
        server.answers("/healthz", 200)
        database = project.database()
        server.answers("/readyz", 503)
        set_up_the_scraper(database)
        server.answers("/readyz", 200)
        make_operator(server)
        assert failures(server) == []
        set_up_the_scraper(database)
    finally:
        project.remove()


def test_all_tables_have_one_owner_who_is_no_superuser(project):
    database = project.database()
    server = project.server()
    wait_until(lambda: is_migrated(server), "the migrations", 60, 0.5)
    set_up_the_scraper(database)
    assert database.rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == [("watchdxg",)]
    assert database.rows("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'watchdxg'") == [
        (False, False, False)]


def test_tables_of_the_superuser_would_stop_the_scrapers_set_up(project):
    """Why the server does not log in as `postgres`, as docs/container.md says."""
    database = project.database()
    server = project.server(WDX_DATABASE_URL="postgresql://postgres@psql_srvc:5432/watchdxg")
    wait_until(lambda: is_migrated(server), "the migrations", 60, 0.5)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        set_up_the_scraper(database)


def test_it_runs_without_rights_as_the_first_process(project):
    server = project.server()
    server.answers("/healthz", 200)
    status = server.status()
    assert set(status["Uid"]) == {str(server.image.user)} and set(status["Gid"]) == {str(server.image.group)}
    assert status["NSpid"][-1] == "1"
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name][0], 16) == 0, name
    assert status["NoNewPrivs"] == ["1"]


def test_it_can_write_to_its_volume_and_nowhere_else(project):
    server = project.server()
    server.answers("/healthz", 200)
    for folder in ("/", "/usr/bin", "/etc", "/var/lib", "/run", "/run/secrets"):
        assert server.execute("touch", f"{folder}/here").returncode != 0, folder
    assert server.execute("sh", "-c", "echo >>/run/secrets/.pg_password").returncode != 0
    assert server.execute("touch", "/var/lib/watchdxg-back/here").returncode == 0


def test_the_key_is_made_once_for_the_server_alone_and_stays_in_the_volume(project):
    project.database()
    server = project.server()
    wait_until(lambda: is_migrated(server), "the migrations", 60, 0.5)
    made = key_of(project)
    state, key = made.stat(), made.read_text()
    assert (state.st_mode & 0o7777, state.st_uid) == (0o600, server.image.user)
    assert len(key.strip()) >= 32
    make_operator(server)
    token = log_in(server)
    assert server.stop() == 0

    another = project.server()
    another.answers("/readyz", 503)
    wait_until(lambda: another.get("/api/me/", token).status_code == 200, "the token of before to count", 60, 0.2)
    assert made.read_text() == key


def test_the_password_is_neither_in_the_environment_nor_in_the_log(project):
    project.database()
    server = project.server()
    wait_until(lambda: is_migrated(server), "the migrations", 60, 0.5)
    environment = server.execute("cat", "/proc/1/environ").stdout
    assert "WDX_DATABASE_PASSWORD_FILE=/run/secrets/.pg_password" in environment
    assert PASSWORD not in environment and PASSWORD not in server.log


def test_a_backup_is_made_and_tried_in_the_container(project):
    set_up_the_scraper(project.database())
    server = project.server()
    server.answers("/readyz", 200)
    done = server.execute("sh", "-c", "watchdxg-back backup --to /tmp/backups && watchdxg-back restore /tmp/backups/*.backup --dry-run")
    assert done.returncode == 0, done.stderr
    assert "with everything" in done.stdout and "watchdxg_migrations" in done.stdout


def test_sigterm_ends_it_in_order(project):
    project.database()
    server = project.server()
    wait_until(lambda: is_migrated(server), "the migrations", 60, 0.5)
    begin = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begin < int(server.service["stop_grace_period"].rstrip("s"))
    assert "stopping" in server.log


def test_sigterm_ends_it_without_a_database(project):
    server = project.server()
    server.answers("/healthz", 200)
    assert server.stop() == 0


def test_it_outlives_a_restart_of_the_database(project):
    database = project.database()
    set_up_the_scraper(database)
    server = project.server()
    server.answers("/readyz", 200)
    database.restart()
    server.answers("/readyz", 200)
    assert server.healthcheck().returncode == 0
