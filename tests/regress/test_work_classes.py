"""Nobody waits for somebody else's report: requests, reports and streams have connections and queues of their own."""
import re
import signal
import time
from contextlib import ExitStack, contextmanager

import pytest

from support.data import make_database
from support.postgres import PrivateCluster, connect, execute, wait_until
from support.raw import Closed, RawConnection, exchange, request
from support.server import Server
from support.signals import up_to_date
from support.tokens import claims_of, mint
from support.wire import StatementCounter

# What the server does by itself, and what ending a session takes.
OWN = {"compare_tables", "note_tables", "lock_changes", "list_events", "insert_log_entries", "check_access_of_many",
       "list_core_columns", "list_checked_accounts", "signal_state", "list_observed_accounts", "save_audience",
       "take_alert_turn", "list_alert_conditions", "count_undelivered_alerts", "list_alert_entries", "list_stuck_actions",
       "list_alert_days", "list_alert_waves", "find_due_digest", "save_alerts", "read_alert_status"}
# Of the daily snapshot, of the kept signals and of the probabilities.
OWN_SQL = ("watchdxg_seen", "WITH snapshot AS", "watchdxg_sampled_verdict AS m", "WITH several AS")
HANDLE = "synka777"
EVERY_REPORT = [
    f"/api/accounts/{HANDLE}/stats/", f"/api/accounts/{HANDLE}/stats/?corrected=true",
    f"/api/accounts/{HANDLE}/history/", f"/api/accounts/{HANDLE}/changes/?since=2026-01-01",
    f"/api/accounts/{HANDLE}/calibration/",
    f"/api/accounts/{HANDLE}/cohorts/", f"/api/accounts/{HANDLE}/triage/", f"/api/accounts/{HANDLE}/data-quality/",
    "/api/users/1/report/", "/api/users/?rank__gte=0.9&page_size=50", "/api/users/?ordering=-risk&page_size=50",
    "/api/users/?search=bot&limit=20", "/api/users/?bio__contains=a&page_size=5", "/api/posts/?corrected=true&limit=10",
]
EVERY_STREAM = ["/api/users/", "/api/users/?account_id=1", "/api/users/?format=csv", "/api/posts/?format=ndjson",
                "/api/logs/?format=csv", "/api/users/?fields=id", "/api/events/"]


@pytest.fixture(scope="module")
def tcp_cluster():
    """A cluster that a proxy can stand before."""
    cluster = PrivateCluster(tcp=True).start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def url(tcp_cluster):
    """Users enough for streams, and for more than the buffers of sockets hold."""
    url = make_database(tcp_cluster)
    execute(url, "INSERT INTO users (id, account_id, handle, bio) "
                 "SELECT n, 1, 'user' || n, repeat('x', 1000) FROM generate_series(1001, 9000) AS n")
    return url


# -- access is judged before

@pytest.fixture(scope="module")
def counted(tcp_cluster, url):
    """(server, the counter of its statements)"""
    counter = StatementCounter(tcp_cluster.port)
    name = url.split("/")[-1].split("?")[0]
    with Server(f"postgresql://{tcp_cluster.user}@127.0.0.1:{counter.port}/{name}?sslmode=disable&gssencmode=disable",
                alert_data_quality="off", alert_core_silent="off") as server:
        up_to_date(server)
        yield server, counter
    counter.stop()


@pytest.fixture(scope="module")
def refused_tokens(counted, url):
    """Signed tokens that open nothing, by what is wrong with them."""
    server, _ = counted
    execute(url, "INSERT INTO auth_user (id, username, password, is_active, is_superuser, is_staff, first_name, "
                 "last_name, email, date_joined) VALUES (77, 'gone', '', false, false, false, '', '', '', now()) "
                 "ON CONFLICT DO NOTHING")
    pair = server.login().json()
    jti = claims_of(pair["refresh"])["jti"]
    assert server.request("DELETE", f"/api/sessions/{jti}/", pair["access"]).status_code == 204
    return {"ended": pair["access"], "unknown": mint(user_id="424242"), "inactive": mint(user_id="77")}


@pytest.mark.parametrize("path", EVERY_REPORT + EVERY_STREAM)
def test_a_token_that_opens_nothing_costs_the_access_check_alone(counted, refused_tokens, path):
    """`ordering=-risk` took 7 s of PostgreSQL before its 401: the check travelled with the report."""
    server, counter = counted
    for header in ({}, {"Last-Event-ID": "1"}):
        for token in refused_tokens.values():
            counter.take()
            assert server.get(path, token=token, headers=header).status_code == 401
            executed = {name or sql: times for (name, sql), times in counter.take().items()
                        if name not in OWN and not any(own in sql for own in OWN_SQL)}
            assert executed == {"check_access": 1}


def test_evidence_of_many_users_is_not_collected_for_a_token_that_opens_nothing(counted, refused_tokens):
    server, counter = counted
    for token in refused_tokens.values():
        counter.take()
        assert server.post("/api/reports/", {"user_ids": [1, 2, 3]}, token=token).status_code == 401
        assert [name for name, sql in counter.take() if name not in OWN and not any(own in sql for own in OWN_SQL)] == ["check_access"]


# -- classes do not wait for each other

# But for what each server does by itself: the daily snapshot, its estimates, probabilities, and looking for changed users.
WAITING = ("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() "
           "AND query !~ '^(SELECT \\* FROM \\()?WITH (turn|snapshot|several|found_0|signals) AS'")
REPORT = f"/api/accounts/{HANDLE}/stats/"
PROMPT = 5  # seconds; the statement timeout is 30
FLOODED = 20  # seconds in which all gets through behind 300 long lists whose clients have left


def waiting(url):
    """How many statements wait for a lock."""
    return execute(url, WAITING)[0][0]


@contextmanager
def locked(url, table):
    """As an ALTER TABLE of the core would: whatever reads the table waits."""
    holder = connect(url, autocommit=False)
    holder.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        holder.close()


@contextmanager
def asking(server, *requests, **options):
    """Clients that have sent a request each, and wait."""
    with ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(server.port, timeout=60, **options)) for _ in requests]
        for connection, data in zip(connections, requests):
            connection.send(data)
        yield connections


def metric(port, name, work):
    found = re.search(rf'^{name}{{class="{work}"}} (\d+)$', exchange(port, request("/metrics")).body.decode(), re.M)
    return int(found.group(1))


def management_port(server):
    return int(re.search(r"^management on http://127\.0\.0\.1:(\d+)$", server.output, re.M).group(1))


def add_operator(url, user_id):
    """@return a token of another operator"""
    execute(url, f"INSERT INTO auth_user (id, username, password, is_active, is_superuser, is_staff, first_name, "
                 f"last_name, email, date_joined) VALUES ({user_id}, 'operator{user_id}', '', true, false, false, '', "
                 f"'', '', now()) ON CONFLICT (id) DO UPDATE SET is_active = true")
    return mint(user_id=str(user_id))


def assert_requests_get_through(server, token, within=PROMPT):
    started = time.monotonic()
    for _ in range(50):
        assert server.get(f"/api/accounts/{HANDLE}/", token=token).status_code == 200
    assert server.get("/api/users/?fields=id&page_size=5", token=token).status_code == 200
    assert server.get("/api/users/1/", token=token).status_code == 200
    assert server.login().status_code == 200
    assert server.request("PUT", "/api/users/1/classification/", token,
                          json={"harmful": True, "inactive": False}).status_code in (200, 201)
    assert server.get("/readyz").status_code == 200
    assert time.monotonic() - started < within


def test_more_reports_than_fit_are_refused_alone(url, start_server, access):
    """Three reports, and the lookups behind them took 22 s; 1,100, and every route was 503."""
    server = start_server(url, database_report_connections=2, database_report_queue=3, operator_share=100,
                          management_listen="127.0.0.1:0")
    management = management_port(server)
    with locked(url, "posts"), asking(server, *[request(REPORT, token=access)] * 12) as clients:
        wait_until(lambda: metric(management, "wdx_work_refused_total", "reports") == 7, "the others to be refused")
        refused = [client for client in clients if client.has_answer()]
        assert len(refused) == 7
        for client in refused:
            answer = client.read()
            assert answer.status == 503 and int(answer.header("retry-after")) > 0
            assert answer.json() == {"detail": "Too many reports at once, try again later."}
        wait_until(lambda: waiting(url) == 2, "two reports to wait for the lock")
        assert_requests_get_through(server, access)
        assert exchange(server.port, request("/api/users/?format=csv", token=access)).status == 200
        assert exchange(management, request("/readyz")).json() == {"status": "ok", "full": ["reports"]}
        assert [metric(management, f"wdx_work_{what}", "reports")
                for what in ("running", "waiting", "full")] == [2, 3, 1]
        assert metric(management, "wdx_work_full", "requests") == 0
    wait_until(lambda: exchange(management, request("/readyz")).json() == {"status": "ok"}, "room for reports")


def test_stalled_streams_leave_room_for_exports_and_for_other_operators(url, start_server, access):
    """Four slow readers kept everybody from every list over 500 rows and from every export."""
    other = add_operator(url, 78)
    server = start_server(url, database_stream_connections=4, database_export_connections=4,
                          operator_share=75)
    lists = [request("/api/users/", token=access)] * 12
    with asking(server, *lists, receive_buffer=4096) as readers:
        wait_until(lambda: sum(reader.has_answer() for reader in readers) == 3, "three of four places to be taken")
        expected = execute(url, "SELECT count(*) FROM users")[0][0]
        for token in (access, other):
            assert len(server.get("/api/users/?format=ndjson", token=token).content.splitlines()) == expected
        assert len(server.get("/api/users/", token=other).json()) == expected
        exports = [request("/api/users/?format=csv", token=access)] * 4
        with asking(server, *exports, receive_buffer=4096) as exporters:
            wait_until(lambda: sum(one.has_answer() for one in exporters) == 3, "three of four exports to begin")
            assert len(server.get("/api/users/?format=ndjson", token=other).content.splitlines()) == expected
            assert_requests_get_through(server, access)
        assert server.get(f"/api/accounts/{HANDLE}/stats/", token=access).status_code == 200


def test_one_operator_has_a_share_of_reports(url, start_server, access):
    other = add_operator(url, 78)
    server = start_server(url, database_report_connections=2, database_report_queue=4, operator_share=50)
    with locked(url, "posts"), asking(server, *[request(REPORT, token=access)] * 6) as clients:
        wait_until(lambda: sum(client.has_answer() for client in clients) == 3, "those beyond the share to be refused")
        wait_until(lambda: waiting(url) == 1, "one report to begin")
        with asking(server, request(REPORT, token=other)) as others:
            wait_until(lambda: waiting(url) == 2, "the other operator's report to begin")
            assert not others[0].has_answer()


# -- clients that have left

def start_settled(start_server, url, **settings):
    """A server whose only connection its first daily snapshot no longer needs."""
    def taken():
        return execute(url, "SELECT max(taken_at) FROM watchdxg_daily_snapshot")
    before = taken()
    server = start_server(url, **settings)
    wait_until(lambda: taken() != before, "the snapshot")
    return server


@pytest.mark.parametrize("path, table", [
    (REPORT, "posts"), ("/api/users/?format=csv", "users"), ("/api/users/?account_id=1", "users"),
    ("/api/users/1/", "users"), ("/api/users/1/posts/?page_size=5", "posts"),
    (f"/api/accounts/{HANDLE}/", "accounts")])
def test_what_a_client_that_left_asked_for_is_cancelled(url, start_server, access, path, table):
    """Whatever its class; and what stood behind it goes on.  The log does not blame the database for it."""
    server = start_settled(start_server, url, database_connections=1, database_write_connections=0,
                           database_report_connections=1, database_stream_connections=1, database_export_connections=1)
    with locked(url, table):
        with asking(server, *[request(path, token=access)] * 20):
            wait_until(lambda: waiting(url) > 0, "the first to wait for the lock")
        wait_until(lambda: waiting(url) == 0, "all of them to be given up", PROMPT)
        assert server.login().status_code == 200
    assert server.get(path, token=access).status_code == 200
    assert "database unavailable" not in server.log


def test_the_neighbours_of_a_cancelled_request_are_answered(url, start_server, access):
    """They share its connection: one that the cancellation hits instead is sent again."""
    server = start_settled(start_server, url, database_connections=1, database_write_connections=0)
    requests = [request(f"/api/users/{n}/", token=access) for n in range(1001, 1021)]
    with locked(url, "users"), asking(server, *requests) as all:
        wait_until(lambda: waiting(url) > 0, "the first to wait for the lock")
        for client in all[:5] + all[8:14]:
            client.reset()
        stayed = all[5:8] + all[14:]
        wait_until(lambda: server.connections() == len(stayed), "the others to be given up", PROMPT)
        assert not any(client.has_answer() for client in stayed)
        execute(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE%' AND "
                     "state = 'idle in transaction' AND datname = current_database()")
        assert [client.read().status for client in stayed] == [200] * len(stayed)


def edits_waiting(url):
    """What reads verdicts by itself waits, too."""
    return execute(url, WAITING + " AND query ~ 'WITH earlier AS|pg_advisory_xact_lock'")[0][0]


def test_a_verdict_of_a_client_that_left_does_not_wait_for_the_core(url, start_server, access):
    server = start_server(url)
    body = b'{"harmful":true,"inactive":false}'
    verdict = request("/api/users/2/classification/", "PUT", [("Content-Type", "application/json")], body, token=access)
    with locked(url, "classification"):
        with asking(server, *[verdict] * 10):
            wait_until(lambda: edits_waiting(url) > 0, "the first to wait for the lock")
        wait_until(lambda: edits_waiting(url) == 0, "all of them to be given up", PROMPT)
    assert server.request("PUT", "/api/users/2/classification/", access,
                          json={"harmful": False, "inactive": True}).json()["inactive"] is True
    assert "does not exist" not in server.log, "who failed first took the prepared statement from those behind"


def test_a_flood_whose_sender_left_stops_nobody(url, refused_tokens, start_server, access):
    """1,100 `ordering=-risk` with an ended token, sent in 1.7 s: no login for five minutes, SIGTERM took 38 s."""
    server = start_server(url)
    for token in (refused_tokens["ended"], access):
        with asking(server, *[request("/api/users/?ordering=-risk", token=token)] * 300):
            pass
        assert_requests_get_through(server, access, FLOODED)
    started = time.monotonic()
    assert server.terminate() == 0
    assert time.monotonic() - started < PROMPT


def test_sigterm_does_not_wait_for_reports_that_have_not_begun(url, start_server, access):
    server = start_server(url, database_report_connections=1, shutdown_timeout=30)
    with locked(url, "posts"):
        with asking(server, *[request(REPORT, token=access)] * 10) as clients:
            wait_until(lambda: waiting(url) == 1, "one report to wait for the lock")
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: sum(client.has_answer() for client in clients) == 9, "the others to be refused", PROMPT)
        assert server.wait(PROMPT) == 0  # the last client has left


def test_sigterm_does_not_wait_for_a_stream_that_nobody_reads(url, start_server, access):
    server = start_server(url, shutdown_timeout=30)
    with asking(server, request("/api/users/", token=access), receive_buffer=4096) as (reader,):
        reader.wait_for_bytes()
        server.process.send_signal(signal.SIGTERM)
        assert server.wait(2 * PROMPT) == 0


# -- streams end

@pytest.mark.parametrize("path", ["/api/users/", "/api/users/?format=csv", "/api/events/"])
@pytest.mark.parametrize("how", ["session", "operator"])
def test_a_stream_ends_with_its_session_and_its_operator(url, start_server, path, how):
    """A long list went on for as long as its reader liked."""
    server = start_server(url)
    if how == "session":
        pair = server.login().json()
        token, jti = pair["access"], claims_of(pair["refresh"])["jti"]
    else:
        token = add_operator(url, 79)
    with asking(server, request(path, token=token), receive_buffer=4096) as (reader,):
        reader.wait_for_bytes()
        if how == "session":
            assert server.request("DELETE", f"/api/sessions/{jti}/", token).status_code == 204
        else:
            execute(url, "UPDATE auth_user SET is_active = false WHERE id = 79")
        started = time.monotonic()
        if path == "/api/events/":  # it has sent all that there was
            assert reader.read().status == 200
        else:  # cut off, with most of it unread
            wait_until(lambda: server.connections() == 0, "the stream to end")
        assert time.monotonic() - started < 5 + 0.5


def test_a_stream_that_gets_too_old_is_ended(url, start_server, access):
    """Whoever reads slowly enough kept a table from being altered, and everybody behind that from reading it."""
    server = start_server(url, stream_max_age=2)
    with asking(server, request("/api/users/", token=access), receive_buffer=4096) as (reader,):
        reader.wait_for_bytes()
        execute(url, "ALTER TABLE users ADD COLUMN later integer")  # waits for the stream
        assert server.get("/api/users/1/", token=access).status_code == 200
        execute(url, "ALTER TABLE users DROP COLUMN later")
        with pytest.raises(Closed):
            reader.read()


# -- jobs in the background

def job_waits(url):
    return execute(url, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                        "AND query LIKE '%watchdxg_seen_user%' AND datname = current_database()") == [(1,)]


def test_a_job_may_take_longer_than_a_statement_of_a_request(tcp_cluster, start_server):
    """With a million users the history's snapshot was cancelled by WDX_STATEMENT_TIMEOUT each time, for ever."""
    url = make_database(tcp_cluster)
    with locked(url, "users"):
        server = start_server(url, statement_timeout=1, history_interval=1, wait="live")
        wait_until(lambda: job_waits(url), "the snapshot to wait for the table")
        time.sleep(2)
        assert job_waits(url)
    wait_until(lambda: execute(url, "SELECT count(*) FROM watchdxg_daily_snapshot") != [(0,)], "the snapshot", PROMPT)
    assert "history:" not in server.log


def test_a_stop_cancels_the_statement_of_a_job(tcp_cluster, start_server):
    url = make_database(tcp_cluster)
    with locked(url, "users"):
        server = start_server(url, wait="live")
        wait_until(lambda: job_waits(url), "the snapshot to wait for the table")
        assert server.terminate() == 0
        wait_until(lambda: not job_waits(url), "PostgreSQL to give it up", PROMPT)
