"""What only the database knows: which time zones there are, and which characters it can hold."""
import re

import pytest

from scan.targets import TARGETS
from support.postgres import apply_core_schema, execute
from support.server import migrate, run_command
from support.tokens import mint

PASSWORD = "correct-horse-battery"


def path_of(target):
    """The path of a target, with what is in the default rows."""
    known = {"handle": "synka777", "id": "1", "user_id": "1"}
    return re.sub(r"\{(\w+)\}", lambda match: known.get(match[1]) or str(target.segments[match[1]]), target.path)


@pytest.mark.parametrize("zone", ["Europe/Pariss", "Mars/Olympus"])
def test_an_unknown_time_zone_of_the_core_leaves_its_times_out_and_fails_no_route(fresh_database, start_server, zone):
    execute(fresh_database, "UPDATE users SET last_updated = now()")
    server = start_server(fresh_database, core_timezone=zone)
    token = mint()
    paths = sorted({path_of(target) for target in TARGETS if target.verb == "GET" and target.path.startswith("/api/")
                    and "events" not in target.path})
    assert len(paths) > 20
    failed = {path: status for path in paths if (status := server.get(path, token=token).status_code) >= 500}
    assert not failed
    user = server.get("/api/users/1/", token=token).json()
    assert user["handle"] and "last_updated" not in user  # as with a core that has none
    assert len(server.get("/api/users/?account_id=1", token=token).json()) == 3
    assert server.log.count(f"does not know the time zone {zone}") == 1


def test_a_time_zone_that_the_database_knows_is_used(fresh_database, start_server):
    execute(fresh_database, "ALTER TABLE users DISABLE TRIGGER set_last_updated")
    execute(fresh_database, "UPDATE users SET last_updated = '2026-07-01 12:00:00'")
    server = start_server(fresh_database, core_timezone="Europe/Paris")
    assert server.get("/api/users/1/", token=mint()).json()["last_updated"] == "2026-07-01T10:00:00Z"
    assert "does not know" not in server.log


@pytest.fixture
def latin(cluster):
    """URL of a database that holds the characters of Western Europe alone, with an operator."""
    url = cluster.url("latin1")
    execute(cluster.url("postgres"), "CREATE DATABASE latin1 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
                                     " TEMPLATE template0")
    apply_core_schema(url, "v3")
    migrate(url)
    done = run_command("create_user", "--username", "someone", "--password-stdin", url=url, stdin=PASSWORD)
    assert done.returncode == 0, done.stderr
    return url


def test_a_user_agent_that_the_database_cannot_hold_refuses_no_login_and_no_refresh(latin, start_server):
    server = start_server(latin)

    def agents():
        return {row[0] for row in execute(latin, "SELECT user_agent FROM watchdxg_session")}

    tokens = server.login("someone", PASSWORD, headers={"User-Agent": "app 🎣 für 日本".encode()})
    assert tokens.status_code == 200, tokens.text
    assert agents() == {"app ? f?r ??"}
    tokens = server.refresh(tokens.json()["refresh"], headers={"User-Agent": "日本".encode()})
    assert tokens.status_code == 200, tokens.text
    assert agents() == {"??"}
    tokens = server.refresh(tokens.json()["refresh"], headers={"User-Agent": "für".encode()})
    assert (tokens.status_code, agents()) == (200, {"für"})
