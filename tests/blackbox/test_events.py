"""GET /api/events/: every change, whoever made it, reaches every listener once and in order, and nobody else."""
import re
import resource
import subprocess
import threading
import time

import psycopg2
import pytest

from support.data import make_database
from support.events import EventReader, add_events, last_id
from support.pgbouncer import PgBouncer
from support.postgres import PrivateCluster, bin_dir, execute, wait_until
from support.proxy import TcpProxy
from support.raw import RawConnection, exchange, request
from support.tokens import claims_of, mint

MIB = 1024 * 1024
WATCHED = "SELECT table_name FROM watchdxg_watched_table WHERE relation IS NOT NULL AND relation <> 0 ORDER BY 1"
V3_TABLES = ["accounts", "actions", "classification", "posts", "users"]


def events(url):
    return execute(url, "SELECT table_name, account_id, ids FROM watchdxg_event ORDER BY id")


def wait_for_first_look(url, tables=5):
    """A change that was made before the server first looked at a table does not count."""
    wait_until(lambda: len(execute(url, WATCHED)) == tables, "the first look at the core's tables")


@pytest.fixture
def watched(fresh_database, start_server):
    server = start_server(fresh_database, watch_interval=1)
    wait_for_first_look(fresh_database)
    return server


# -- what is told

CHANGES = {
    "accounts": ["INSERT INTO accounts (handle) VALUES ('new')", "UPDATE accounts SET handle = 'x' WHERE id = 1"],
    "users": ["UPDATE users SET bio = 'x' WHERE id = 1", "INSERT INTO users (account_id, handle) VALUES (1, 'new')",
              "DELETE FROM users WHERE id = 2"],
    "posts": ["INSERT INTO posts (id, user_id, text) VALUES (9007199254740993, 1, 'x')"],
    "classification": ["INSERT INTO classification (user_id, harmful) VALUES (1, true)", "DELETE FROM classification"],
    "actions": ["INSERT INTO actions (user_id, action_type) VALUES (1, 'block')", "TRUNCATE actions"],
}


@pytest.mark.parametrize("table", CHANGES)
def test_a_change_of_one_of_the_cores_tables_by_others_is_told(watched, table):
    with EventReader(watched) as reader:
        for sql in CHANGES[table]:
            execute(watched.url, sql)
            assert reader.table() == table
    # A row that goes with its user is a change of its own table, too; nothing else has been told.
    assert {row[0] for row in events(watched.url)} - {table} <= ({"posts", "actions"} if table == "users" else set())


@pytest.mark.parametrize("schema", ["v1", "v2"])
def test_older_generations_of_the_schema_are_watched(cluster, start_server, schema):
    url = make_database(cluster, schema, state=None)
    execute(url, "INSERT INTO auth_user (id, username, password, is_active, is_superuser, is_staff, first_name, "
                 "last_name, email, date_joined) VALUES (1, 'watchdxg', '!', true, false, false, '', '', '', now())")
    server = start_server(url, watch_interval=1)
    wait_for_first_look(url, 2 if schema == "v1" else 5)
    with EventReader(server) as reader:
        execute(url, "INSERT INTO accounts (handle) VALUES ('new')")
        assert reader.table() == "accounts"
        if schema == "v1":  # the core is updated meanwhile
            execute(url, "CREATE TABLE actions (id SERIAL PRIMARY KEY)")
            assert reader.table() == "actions"
        execute(url, "DROP TABLE actions")
        assert reader.table() == "actions"


def test_an_event_of_ours_comes_at_once_and_as_documented(watched):
    with EventReader(watched) as reader:
        began = last_id(watched.url)
        assert reader.last_id == began
        add_events(watched.url, account="3", ids="'[7, 8]'")
        event = reader.next()
        assert event.kind == "change" and event.id == began + 1
        at = event.data.pop("at")
        assert event.data == {"table": "actions", "account_id": 3, "ids": [7, 8], "edit_id": None}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", at)
        add_events(watched.url, account="NULL", ids="NULL")
        event = reader.next()
        assert (event.data["account_id"], event.data["ids"]) == (None, None)


def test_the_answer_is_a_stream_that_no_proxy_holds_back(watched):
    with EventReader(watched) as reader:
        answer = reader.answer
    assert answer.header("content-type") == "text/event-stream"
    assert answer.header("cache-control") == "no-store" and answer.header("x-accel-buffering") == "no"
    assert answer.header("transfer-encoding") == "chunked" and answer.header("x-request-id")


def test_a_statement_that_failed_or_an_unchanged_table_writes_nothing(watched):
    """Nothing is written while nothing changes: no WAL every few seconds."""
    execute(watched.url, "UPDATE accounts SET handle = 'x' WHERE id = 1")
    wait_until(lambda: len(events(watched.url)) == 1, "the event")
    looks = ("SELECT sum(calls) FROM (SELECT seq_scan AS calls FROM pg_stat_user_tables "
             "WHERE relname = 'watchdxg_watched_table') AS counted")
    state = "SELECT xmin::text, ctid::text FROM watchdxg_watched_table ORDER BY table_name"
    before, looked = execute(watched.url, state), execute(watched.url, looks)[0][0]
    # The server's own sessions tell of their scans once in ten seconds.
    wait_until(lambda: execute(watched.url, looks)[0][0] > looked + 3, "some more looks", 40)
    assert execute(watched.url, state) == before and len(events(watched.url)) == 1


def test_a_change_that_did_not_happen_is_not_told(watched):
    """The core inserts its account at each start and fails, for it is there; PostgreSQL counts the row all the same."""
    counted = "SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relname = 'accounts'"
    noted = "SELECT changes, failed_changes FROM watchdxg_watched_table WHERE table_name = 'accounts'"
    failures = ["INSERT INTO accounts (handle) SELECT handle FROM accounts LIMIT 1",
                "BEGIN; UPDATE accounts SET handle = 'x' || id; ROLLBACK", "BEGIN; DELETE FROM accounts; ROLLBACK",
                "BEGIN; SAVEPOINT a; INSERT INTO accounts (handle) VALUES ('a'); ROLLBACK TO a; COMMIT"]
    for sql in failures:
        before = execute(watched.url, counted)[0][0] or 0
        try:
            execute(watched.url, sql)
        except psycopg2.errors.UniqueViolation:
            pass
        wait_until(lambda: (execute(watched.url, counted)[0][0] or 0) > before, "PostgreSQL to count it", 40)
        wait_until(lambda: execute(watched.url, noted)[0][0] == execute(watched.url, counted)[0][0], "a look", 40)
    changes, failed = execute(watched.url, noted)[0]
    assert failed == changes > 0 and events(watched.url) == []
    with EventReader(watched) as reader:
        execute(watched.url, "INSERT INTO accounts (handle) VALUES ('new')")
        assert reader.table() == "accounts"
        execute(watched.url, "ANALYZE accounts")
        execute(watched.url, "UPDATE accounts SET handle = 'newer' WHERE handle = 'new'")
        assert reader.table() == "accounts"
    assert len(events(watched.url)) == 2


def test_truncate_and_a_reset_of_the_statistics_are_changes(watched):
    execute(watched.url, "INSERT INTO actions (user_id, action_type) SELECT 1, 'block' FROM generate_series(1, 10)")
    with EventReader(watched) as reader:
        execute(watched.url, "TRUNCATE classification")   # it was empty: only the file is another one
        assert {reader.table(), reader.table()} == {"actions", "classification"}
        counted = [row[0] for row in execute(
            watched.url, "SELECT table_name FROM watchdxg_watched_table WHERE changes > 0 ORDER BY 1")]
        execute(watched.url, "SELECT pg_stat_reset()")
        assert [reader.table() for _ in counted] == counted and "actions" in counted
        execute(watched.url, "DELETE FROM actions WHERE id = (SELECT min(id) FROM actions)")
        assert reader.table() == "actions"


def test_changes_of_ours_are_told_once_with_their_ids(watched):
    def write(method, path, body=None):
        answer = watched.request(method, path, mint(), json=body)
        assert answer.ok, answer.text
        return answer

    verdict = "/api/users/1/classification/"
    write("PUT", verdict, {"harmful": True, "inactive": False})
    write("PATCH", verdict, {"inactive": True})
    write("POST", "/api/classifications/", {"user_ids": [1, 2], "harmful": False})
    write("DELETE", verdict)
    made = write("POST", "/api/actions/", {"user_ids": [1, 2], "action_type": "block"}).json()
    write("PATCH", f"/api/actions/{made[0]['id']}/", {"notes": "x"})
    write("DELETE", f"/api/actions/{made[1]['id']}/")
    for table, own in (("classification", 5), ("actions", 4)):
        wait_until(lambda: execute(watched.url, "SELECT 1 FROM watchdxg_watched_table WHERE table_name = %s AND changes = %s "
                                                "AND own_changes = %s AND foreign_changes = 0", (table, own, own)),
                   f"PostgreSQL to have counted what we changed in {table}", 40)
    told = events(watched.url)
    assert len(told) == 7 and all(ids for _, _, ids in told)
    assert told[2][2] == [1, 2] and told[4][2] == [action["id"] for action in made]
    with EventReader(watched) as reader:
        execute(watched.url, "UPDATE actions SET notes = 'y'")
        assert reader.table() == "actions"
    assert len(events(watched.url)) == 8


def test_changes_of_ours_that_postgresql_forgot_to_count_do_not_hide_those_of_others_for_ever(watched):
    """As after a crash: it was about to count five, and then started again."""
    execute(watched.url, "UPDATE watchdxg_watched_table SET own_changes = own_changes + 5 WHERE table_name = 'actions'")
    with EventReader(watched) as reader:
        execute(watched.url, "INSERT INTO actions (user_id, action_type) VALUES (1, 'block')")
        assert reader.table(60) == "actions"
        execute(watched.url, "INSERT INTO actions (user_id, action_type) VALUES (1, 'block')")
        assert reader.table() == "actions"


def test_the_cores_tables_get_no_trigger_index_or_column(cluster, start_server):
    def dump(url):
        done = subprocess.run([bin_dir() / "pg_dump", "--schema-only", *(f"--table={table}" for table in V3_TABLES), url],
                              check=True, stdout=subprocess.PIPE, text=True)
        return [line for line in done.stdout.splitlines() if "restrict " not in line]   # with a random key
    url = make_database(cluster)
    before = dump(url)
    server = start_server(url, watch_interval=1)
    wait_for_first_look(url)
    with EventReader(server) as reader:
        execute(url, "UPDATE accounts SET handle = 'x' WHERE id = 1")
        assert reader.table() == "accounts"
    assert dump(url) == before


def test_with_the_interval_zero_the_tables_are_not_watched_and_our_events_come(fresh_database, start_server):
    server = start_server(fresh_database, watch_interval=0)
    with EventReader(server) as reader:
        execute(fresh_database, "UPDATE accounts SET handle = 'x' WHERE id = 1")
        add_events(fresh_database, table="classification")
        assert reader.next().data["table"] == "classification"
    assert execute(fresh_database, WATCHED) == []


# -- to whom

def test_two_servers_on_one_database_tell_of_each_change_once(fresh_database, start_server):
    servers = [start_server(fresh_database, watch_interval=1) for _ in range(2)]
    wait_for_first_look(fresh_database)
    readers = [EventReader(server) for server in servers]
    for number in range(5):
        execute(fresh_database, f"UPDATE accounts SET handle = 'x{number}' WHERE id = 1")
        heard = [reader.next() for reader in readers]
        assert heard[0] == heard[1] and heard[0].data["table"] == "accounts"
    add_events(fresh_database)
    assert [reader.next().data["table"] for reader in readers] == ["actions", "actions"]
    assert len(events(fresh_database)) == 6
    for reader in readers:
        reader.close()


def test_a_client_that_comes_back_gets_what_it_missed_and_nothing_twice(watched):
    with EventReader(watched) as reader:
        seen = add_events(watched.url, 3)
        assert [reader.next().id for _ in range(3)] == [seen - 2, seen - 1, seen]
    add_events(watched.url, 20)
    with EventReader(watched, last_id=seen) as reader:
        assert reader.last_id == seen
        assert [reader.next().id for _ in range(20)] == list(range(seen + 1, seen + 21))
        assert reader.next(add_events(watched.url) and 30).id == seen + 21


def test_the_parameter_resumes_like_the_header_and_the_header_knows_more(watched):
    """Libraries put lastEventId into the URL once, and send the header when they come back."""
    newest = add_events(watched.url, 5)
    with EventReader(watched, target=f"/api/events/?lastEventId={newest - 3}") as reader:
        assert [reader.next().id for _ in range(3)] == [newest - 2, newest - 1, newest]
    with EventReader(watched, target=f"/api/events/?lastEventId={newest - 3}", last_id=newest - 1) as reader:
        assert reader.next().id == newest
    with EventReader(watched, target="/api/events/?lastEventId=x") as reader:
        assert reader.next().kind == "reset"
    with EventReader(watched, target="/api/events/?lastEventId=") as reader:
        assert reader.next(add_events(watched.url) and 30).id == newest + 1


def test_who_has_seen_no_event_yet_resumes_from_the_id_in_the_head(watched):
    newest = add_events(watched.url, 2)
    with EventReader(watched) as reader:
        assert reader.newest == newest
    missed = add_events(watched.url)
    with EventReader(watched, last_id=reader.newest) as reader:
        assert reader.next().id == missed == reader.newest


def test_comments_are_lines_alone_so_that_no_client_sees_an_empty_message(watched):
    with EventReader(watched) as reader:
        add_events(watched.url)
        reader.next()
    with RawConnection(watched.port) as connection:
        connection.send(request("/api/events/", token=mint())).read("HEAD")
        connection.wait_for_bytes()
        assert connection._buffer == b"7\r\n: open\n\r\n"


def test_no_event_is_lost_or_doubled_at_the_moment_of_coming_back(watched):
    """Events are written all the time while a client leaves and comes back."""
    stopped = threading.Event()

    def write():
        while not stopped.is_set():
            add_events(watched.url, 3)
    writer = threading.Thread(target=write)
    first = last = last_id(watched.url)
    writer.start()
    try:
        for _ in range(40):
            with EventReader(watched, last_id=last) as reader:
                for _ in range(5):
                    event = reader.next()
                    assert (event.kind, event.id) == ("change", last + 1)
                    last = event.id
    finally:
        stopped.set()
        writer.join()
    assert last == first + 200


@pytest.mark.parametrize("name", ["pruned", "of another database", "no number", "negative", "huge", "too far back"])
def test_who_cannot_catch_up_is_told_to_load_everything_anew(watched, name):
    newest = add_events(watched.url, 700)
    if name == "pruned":
        execute(watched.url, f"DELETE FROM watchdxg_event WHERE id <= {newest - 5}; "
                             f"UPDATE watchdxg_event_state SET pruned_id = {newest - 5}")
    known = {"pruned": newest - 6, "of another database": newest + 1, "no number": "x", "negative": -1,
             "huge": "9" * 30, "too far back": newest - 501}[name]
    with EventReader(watched, last_id=known) as reader:
        event = reader.next()
        assert (event.kind, event.id, event.data) == ("reset", newest, {})
        add_events(watched.url)
        assert reader.next().id == newest + 1
    with EventReader(watched, last_id=newest - 5) as reader:
        assert reader.next().id == newest - 4


def test_listeners_are_told_when_the_process_itself_cannot_catch_up(watched):
    """Also after a backup was restored: the numbers start again."""
    with EventReader(watched) as reader:
        newest = add_events(watched.url, 501)
        event = reader.next()
        assert (event.kind, event.id) == ("reset", newest)
        execute(watched.url, "DELETE FROM watchdxg_event; UPDATE watchdxg_event_state SET last_id = 3, pruned_id = 3")
        event = reader.next()
        assert (event.kind, event.id) == ("reset", 3)
        add_events(watched.url)
        assert reader.next().id == 4


def test_old_events_are_removed_at_the_start_and_an_hour_later(fresh_database, start_server):
    kept = add_events(fresh_database, 6000, age="2 hours") + 3
    add_events(fresh_database, 3)
    start_server(fresh_database, event_retention=3600)
    wait_until(lambda: execute(fresh_database, "SELECT pruned_id FROM watchdxg_event_state") == [(kept - 3,)],
               "old events to go")
    assert execute(fresh_database, "SELECT min(id), max(id) FROM watchdxg_event") == [(kept - 2, kept)]


# -- who may

def test_without_a_good_token_nothing_is_told(watched):
    for token in (None, mint("refresh"), mint(expires_in=-5), mint(user_id="77")):
        assert watched.get("/api/events/", token=token).status_code == 401


def status_of(server, accept=None, method="GET", version="1.1", query=""):
    headers = [("Accept", accept)] if accept else []
    with RawConnection(server.port) as connection:
        data = request("/api/events/" + query, method, token=mint(), headers=headers, version=version,
                       body=b"" if method == "POST" else None)
        return connection.send(data).read("HEAD").status


@pytest.mark.parametrize("accept", [None, "text/event-stream", "text/*", "*/*", "application/json, text/event-stream"])
def test_who_takes_event_streams_gets_one(watched, accept):
    assert status_of(watched, accept) == 200


@pytest.mark.parametrize("accept", ["application/json", "text/html", "application/*"])
def test_who_does_not_is_told_in_json(watched, accept):
    answer = watched.get("/api/events/", token=mint(), headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (406, "application/json")
    assert answer.json() == {"detail": "Could not satisfy the request Accept header."}


def test_other_methods_and_formats(watched):
    assert status_of(watched, method="POST") == 405
    assert status_of(watched, query="?format=json") == 404
    options = watched.request("OPTIONS", "/api/events/", token=mint())
    assert options.status_code == 200 and options.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_preflight_allows_what_libraries_for_event_streams_send(watched):
    asked = "authorization, cache-control, last-event-id"
    answer = watched.request("OPTIONS", "/api/events/", headers={
        "Origin": "http://localhost:4200", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": asked})
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert answer.status_code == 200 and set(asked.split(", ")) <= set(allowed)
    answer = watched.request("HEAD", "/api/events/", token=mint(), headers={"Origin": "http://localhost:4200"})
    assert "X-Last-Event-ID" in answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert int(answer.headers["X-Last-Event-ID"]) >= 0


def test_head_answers_and_listens_to_nothing(watched):
    with RawConnection(watched.port) as connection:
        for _ in range(2):   # the connection goes on
            answer = connection.send(request("/api/events/", "HEAD", token=mint())).read("HEAD")
            assert answer.status == 200 and answer.header("content-type") == "text/event-stream"


def test_an_http_1_0_client_gets_the_stream_until_the_end_of_the_connection(watched):
    with EventReader(watched, version="1.0") as reader:
        assert reader.answer.header("transfer-encoding") is None and reader.answer.header("connection") == "close"
        add_events(watched.url)
        assert reader.next().data["table"] == "actions"


def test_a_stream_ends_with_its_token(watched):
    with EventReader(watched, token=mint(expires_in=4)) as reader:
        began = time.monotonic()
        assert reader.rest() == []
        assert time.monotonic() - began < 6


def end_session(server, tokens):
    jti = claims_of(tokens["refresh"])["jti"]
    assert server.request("DELETE", f"/api/sessions/{jti}/", token=mint()).status_code == 204


def change_password(server, tokens):
    body = {"current_password": "watchdxg", "new_password": "correct horse 7"}
    assert server.post("/api/me/password/", body, token=tokens["access"]).status_code == 204


ENDS = {
    "its session is ended": end_session,
    "the password is changed": change_password,
    "the operator is deactivated": lambda server, _: execute(server.url, "UPDATE auth_user SET is_active = false"),
    "the operator is gone": lambda server, _: execute(server.url, "TRUNCATE auth_user CASCADE"),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_stream_ends_when(watched, name):
    tokens = watched.login().json()
    with EventReader(watched, token=tokens["access"]) as reader:
        add_events(watched.url)
        assert reader.next().kind == "change"
        ENDS[name](watched, tokens)
        began = time.monotonic()
        reader.rest()
        assert time.monotonic() - began < 8


def test_the_end_of_one_session_ends_no_other_stream(watched):
    ended, lives = watched.login().json(), watched.login().json()
    with EventReader(watched, token=ended["access"]) as one, EventReader(watched, token=lives["access"]) as other, \
            EventReader(watched) as third:
        end_session(watched, ended)
        one.rest()
        add_events(watched.url)
        assert other.next().kind == third.next().kind == "change"


# -- streams and their limits

def managed(start, url, **settings):
    """@return (server, function that reads a metric)"""
    server = start(url, management_listen="127.0.0.1:0", **settings)
    port = int(re.search(r"^management on http://127\.0\.0\.1:(\d+)$", server.output, re.M).group(1))

    def metric(name):
        text = exchange(port, request("/metrics")).body.decode()
        return float(re.search(rf"^{name} (\S+)$", text, re.M).group(1))
    return server, metric


def test_more_streams_than_allowed_are_503_until_one_ends(fresh_database, start_server):
    server, metric = managed(start_server, fresh_database, event_streams=2)
    readers = [EventReader(server) for _ in range(2)]
    answer = server.get("/api/events/", token=mint())
    assert (answer.status_code, answer.json()) == (503, {"detail": "Too many event streams."})
    assert int(answer.headers["Retry-After"]) > 0
    assert server.get("/api/events/").status_code == 401
    assert metric("wdx_event_streams") == 2
    readers.pop().close()
    began = time.monotonic()
    wait_until(lambda: metric("wdx_event_streams") == 1, "the client that left to be noticed")
    assert time.monotonic() - began < 2
    readers.append(EventReader(server))
    add_events(fresh_database)
    assert [reader.next().kind for reader in readers] == ["change", "change"]
    assert metric("wdx_event_changes_total") == 1 and metric("wdx_event_listen_up") == 1
    for reader in readers:
        reader.close()


@pytest.mark.slow
def test_an_idle_stream_has_heartbeats_and_outlives_the_deadlines_of_requests(fresh_database, start_server):
    server = start_server(fresh_database, write_timeout=1, idle_timeout=1, header_timeout=1, body_timeout=1)
    with EventReader(server) as reader:
        began = time.monotonic()
        assert reader.next_block().data is None and reader.next_block(20).data is None
        assert 28 < time.monotonic() - began < 34
        add_events(fresh_database)
        assert reader.next().kind == "change"


def test_a_client_that_does_not_read_is_dropped_while_others_get_on(fresh_database, start_server):
    server, metric = managed(start_server, fresh_database)
    large = "(SELECT jsonb_agg(10000000 + i) FROM generate_series(1, 1000) AS i)"
    with EventReader(server, receive_buffer=4096, opened=False) as slow, EventReader(server) as reader:
        wait_until(lambda: metric("wdx_event_streams") == 2, "both to listen")
        memory = server.memory()
        while metric("wdx_event_streams_dropped_total") == 0:
            newest = add_events(fresh_database, 100, ids=large)
            while reader.next().id < newest:
                pass
            assert newest < 5000, "it was never dropped"
        assert metric("wdx_event_streams") == 1
        assert server.memory() - memory < 32 * MIB
        add_events(fresh_database)
        assert reader.next().kind == "change"
        # Its queue is gone; what is on its way to it is given up like any other answer.
        slow.close()
    wait_until(lambda: server.connections() == 0, "both to be gone")


LISTENERS = 1000


@pytest.mark.alone
def test_a_thousand_listeners(fresh_database, start_server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, LISTENERS + 500), hard))
    server = start_server(fresh_database)
    token = mint()
    memory = server.memory()
    readers = [EventReader(server, token) for _ in range(LISTENERS)]
    each = (server.memory() - memory) / LISTENERS
    times = []
    for _ in range(5):
        began = time.monotonic()
        newest = add_events(fresh_database)
        assert {reader.next().id for reader in readers} == {newest}
        times.append(time.monotonic() - began)
    for reader in readers:
        reader.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    print(f"{LISTENERS} listeners: {each / 1024:.1f} KiB each, an event to all of them in {min(times) * 1000:.0f} ms")
    assert each < 16 * 1024
    assert min(times) < 2


# -- stops and outages

def test_a_stop_ends_streams_in_order_and_at_once(fresh_database, start_server):
    server = start_server(fresh_database)
    readers = [EventReader(server) for _ in range(20)]
    began = time.monotonic()
    assert server.terminate() == 0
    assert time.monotonic() - began < 5
    assert [reader.rest() for reader in readers] == [[]] * 20


LISTENING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"


def test_a_killed_listen_connection_heals_without_losing_events(watched):
    with EventReader(watched) as reader:
        for _ in range(3):
            [(pid,)] = wait_until(lambda: execute(watched.url, LISTENING), "the server to listen")
            execute(watched.url, f"SELECT pg_terminate_backend({pid})")
            newest = add_events(watched.url, 3)
            assert [reader.next().id for _ in range(3)] == [newest - 2, newest - 1, newest]
        wait_until(lambda: execute(watched.url, LISTENING), "the server to listen again")


@pytest.fixture(scope="module")
def tcp_cluster():
    cluster = PrivateCluster(tcp=True).start()
    yield cluster
    cluster.remove()


def test_a_listen_connection_that_nothing_comes_from_is_noticed(tcp_cluster, start_server):
    url = make_database(tcp_cluster)
    proxy = TcpProxy(tcp_cluster.port)
    direct = f"postgresql://{tcp_cluster.user}@127.0.0.1:{proxy.port}/{url.rsplit('/', 1)[1].split('?')[0]}"
    server, metric = managed(start_server, url, database_direct_url=direct, database_connect_timeout=2)
    wait_until(lambda: metric("wdx_event_listen_up") == 1, "the server to listen")
    with EventReader(server) as reader:
        proxy.mute()
        add_events(url)
        assert reader.next(10).kind == "change"   # found by looking
        wait_until(lambda: metric("wdx_event_listen_up") == 0, "the silence to be noticed", 15)
        proxy.restore()
        wait_until(lambda: metric("wdx_event_listen_up") == 1, "the server to listen again", 15)
        add_events(url)
        assert reader.next().kind == "change"
    server.stop()
    proxy.stop()


def test_behind_a_pooler_events_are_found_by_looking(cluster, fresh_database, start_server):
    pooler = PgBouncer(cluster, fresh_database)
    server, metric = managed(start_server, pooler.url, prepared_statements="false", watch_interval=1)
    with EventReader(server) as reader:
        add_events(fresh_database)
        assert reader.next(10).kind == "change"
        execute(fresh_database, "UPDATE accounts SET handle = 'x' WHERE id = 1")
        assert reader.table() == "accounts"
    assert metric("wdx_event_listen_up") == 0 and "WDX_DATABASE_DIRECT_URL" in server.log
    assert execute(fresh_database, LISTENING) == []
    server.stop()
    direct, metric = managed(start_server, pooler.url, prepared_statements="false", database_direct_url=fresh_database)
    wait_until(lambda: metric("wdx_event_listen_up") == 1, "the server to listen")
    direct.stop()
    pooler.stop()


def test_streams_outlive_an_outage_of_the_database(start_server):
    cluster = PrivateCluster(durable=True).start()
    try:
        url = make_database(cluster)
        server = start_server(url, watch_interval=1)
        wait_for_first_look(url)
        with EventReader(server) as reader:
            cluster.stop("immediate")
            wait_until(lambda: server.get("/readyz").status_code == 503, "the outage to be noticed")
            answer = server.get("/api/events/", token=mint())
            assert answer.status_code == 503 and "Retry-After" in answer.headers
            assert reader.next_block(20).data is None   # a heartbeat
            cluster.start()
            newest = add_events(url)
            while (event := reader.next(60)).id < newest:   # a crash forgets the statistics: every table may have changed
                assert event.kind == "change"
            server.wait_until_ready()
            with EventReader(server, last_id=newest - 1) as other:
                assert other.next().id == newest
        server.stop()
    finally:
        cluster.remove()


def test_a_server_that_starts_without_a_database_has_streams_when_it_is_there(start_server):
    cluster = PrivateCluster(durable=True).start()
    try:
        url = make_database(cluster)
        cluster.stop()
        server = start_server(url, wait="live")
        assert server.get("/api/events/", token=mint()).status_code == 503
        cluster.start()
        server.wait_until_ready()
        wait_until(lambda: server.get("/healthz").ok and status_of(server) == 200, "a stream")
        with EventReader(server) as reader:
            add_events(url)
            assert reader.next().kind == "change"
        server.stop()
    finally:
        cluster.remove()
