"""What befalls a PostgreSQL that runs for years: no connection left, no room left, a standby that takes over.  Until it is
over the server answers 503, never 500, and afterwards goes on by itself."""
from contextlib import closing

import psycopg2
import pytest

from support.data import make_database
from support.postgres import PrivateCluster, connect, execute, wait_until
from support.server import Server
from support.standby import Pair
from support.tokens import mint

VERDICT = {"harmful": True, "inactive": False, "notes": "kept"}


def put_verdict(server, user=1, **options):
    return server.request("PUT", f"/api/users/{user}/classification/", mint(), json=VERDICT, **options)


def assert_try_again(answer):
    assert answer.status_code == 503, f"{answer.status_code} {answer.text}"
    assert list(answer.json()) == ["detail"] and int(answer.headers["Retry-After"]) > 0


def writes(server):
    """One answer of each kind of write, a refresh token of the original's included."""
    return [server.login(), server.refresh(mint("refresh")), put_verdict(server),
            server.post("/api/actions/", {"user_id": 1, "action_type": "block"}, token=mint())]


# -- no connection left

@pytest.fixture
def crowded():
    """A cluster for few connections."""
    cluster = PrivateCluster(settings={"max_connections": 20, "superuser_reserved_connections": 0, "max_wal_senders": 0}).start()
    yield cluster
    cluster.remove()


def take_all(url):
    """@return connections, as many as PostgreSQL still gives"""
    taken = []
    try:
        while True:
            taken.append(connect(url))
    except psycopg2.OperationalError as error:
        assert "too many clients" in str(error)
    return taken


def test_a_server_that_gets_no_connection_waits_for_one(crowded, start_server):
    url = make_database(crowded)
    taken = take_all(url)
    server = start_server(url, wait="live")
    assert server.get("/healthz").status_code == 200 and server.get("/readyz").status_code == 503
    for answer in [server.get("/api/users/", token=mint()), *writes(server)]:
        assert_try_again(answer)
    wait_until(lambda: "too many clients" in server.log, "the reason in the log")
    for connection in taken:
        connection.close()
    server.wait_until_ready(10)
    assert [answer.status_code for answer in writes(server)] == [200, 200, 201, 201]


def test_a_server_that_loses_its_connections_to_others_comes_back_when_they_leave(crowded, start_server):
    url = make_database(crowded)
    server = start_server(url)
    assert put_verdict(server).status_code == 201
    taken = take_all(url)
    with taken[0].cursor() as cursor:
        ours = "application_name = 'watchdxg-back' AND datname = current_database()"
        while True:
            # What it loses others have before it comes again, sooner or later.
            cursor.execute(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {ours}")
            taken += take_all(url)
            cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {ours}")
            if cursor.fetchone() == (0,):
                break
    wait_until(lambda: server.get("/readyz").status_code == 503, "/readyz to notice")
    for answer in [server.get("/api/users/", token=mint()), *writes(server)]:
        assert_try_again(answer)
    for connection in taken:
        connection.close()
    server.wait_until_ready(10)
    assert server.get("/api/users/1/classification/", token=mint()).json()["notes"] == "kept"
    assert [answer.status_code for answer in writes(server)] == [200, 200, 200, 201]


# -- no room left

FULL = """
    CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = 'disk_full'; END $$;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION disk_full()', name);
        END LOOP; END $$"""


def test_on_a_full_disk_reads_go_on_and_writes_are_503_until_there_is_room(fresh_database, start_server):
    """PostgreSQL says so, as it would: no table takes a row any more, ours for sessions and the log included."""
    server = start_server(fresh_database)
    assert server.login().status_code == 200  # the kit's hash is replaced
    before = execute(fresh_database, "SELECT count(*) FROM token_blacklist_outstandingtoken")
    execute(fresh_database, FULL)
    for answer in writes(server):
        assert_try_again(answer)
    assert len(server.get("/api/users/", token=mint()).json()) == 10
    assert server.get("/readyz").status_code == 200
    assert execute(fresh_database, "SELECT count(*) FROM token_blacklist_outstandingtoken") == before
    assert execute(fresh_database, "SELECT count(*) FROM classification") == [(0,)]
    execute(fresh_database, "DROP FUNCTION disk_full() CASCADE")
    assert [answer.status_code for answer in writes(server)] == [200, 200, 201, 201]
    wait_until(lambda: server.get("/api/logs/?event=classification_changed", token=mint()).json(), "the log")


# -- a standby

@pytest.fixture
def pair():
    pair = Pair()
    yield pair
    pair.remove()


def test_a_server_moves_to_the_standby_that_is_promoted(pair, start_server):
    server = start_server(pair.url(pair.primary, pair.standby, options="?target_session_attrs=read-write"))
    tokens = server.login().json()
    assert put_verdict(server).status_code == 201
    wait_until(pair.has_caught_up, "the standby to have caught up")
    pair.primary.kill()
    wait_until(lambda: server.get("/readyz").status_code == 503, "/readyz to notice")
    for answer in [server.get("/api/users/", token=mint()), *writes(server)]:
        assert_try_again(answer)
    pair.promote()
    server.wait_until_ready(15)
    assert server.get("/api/users/1/classification/", token=tokens["access"]).json()["notes"] == "kept"
    assert server.refresh(tokens["refresh"]).status_code == 200, "nobody is logged out"
    assert [answer.status_code for answer in writes(server)] == [200, 200, 200, 201]


def test_on_a_standby_writes_are_503_until_it_is_promoted(pair, start_server):
    with Server(pair.url(pair.primary)) as before:
        assert put_verdict(before).status_code == 201
    wait_until(pair.has_caught_up, "the standby to have caught up")
    server = start_server(pair.url(pair.standby), wait="live")
    wait_until(lambda: server.get("/api/users/", token=mint()).status_code == 200, "reads")
    assert server.get("/api/users/1/classification/", token=mint()).json()["notes"] == "kept"
    for answer in writes(server):
        assert_try_again(answer)
    pair.promote()
    server.wait_until_ready(15)
    assert [answer.status_code for answer in writes(server)] == [200, 200, 200, 201]
