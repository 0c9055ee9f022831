"""/api/logs/ and the table behind it: what is written when, that nothing can be forged, and what may be lost."""
import json
import re
import threading
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlsplit

import pytest

from support.data import make_database
from support.postgres import PrivateCluster, connect, execute, wait_until
from support.proxy import TcpProxy
from support.raw import exchange, request
from support.server import run_command
from support.tokens import claims_of, mint

FIELDS = ["id", "time", "level", "event", "operator", "address", "request_id", "user_id", "before", "after", "message",
          "edit_id"]
AWAY = "postgresql://nobody@127.0.0.1:1/nothing"
PER_ADDRESS = 10   # FloodGate::kPerAddress
QUEUE = 10_000     # Journal::kQueue


def entries(server, token=None, **params):
    answer = server.get("/api/logs/", token=token or mint(), params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def wait_for(server, **params):
    """The entries that these filters leave, once there are some."""
    return wait_until(lambda: entries(server, **params), f"an entry with {params}")


def stored(url, where="true"):
    return execute(url, f"SELECT event, message FROM watchdxg_log WHERE {where} ORDER BY id")


def insert(url, count, **columns):
    """Entries of one kind, a second apart, the newest last."""
    columns = {"level": "info", "event": "login", **columns}
    names = ", ".join(columns)
    execute(url, f"INSERT INTO watchdxg_log (time, {names}) "
                 f"SELECT '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 second', "
                 f"{', '.join(['%s'] * len(columns))} FROM generate_series(1, %s) AS n ORDER BY n",
            (*columns.values(), count))


@pytest.fixture
def logs(fresh_database, start_server):
    """A server whose table holds what the test puts there, and the server's own start."""
    return start_server(fresh_database)


# -- what is written

def test_a_login_is_an_entry_with_name_address_and_request_id(logs):
    logs.login(headers={"X-Request-ID": "my-login"})
    entry, = wait_for(logs, request_id="my-login")
    assert list(entry) == FIELDS
    assert {name: entry[name] for name in FIELDS[2:]} == {
        "level": "info", "event": "login", "operator": "watchdxg", "address": "127.0.0.1", "request_id": "my-login",
        "user_id": None, "before": None, "after": None, "message": None, "edit_id": None}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", entry["time"])
    age = datetime.now(timezone.utc) - datetime.fromisoformat(entry["time"].replace("Z", "+00:00"))
    assert abs(age) < timedelta(minutes=5)


def test_a_refused_login_is_an_entry_without_the_name_that_was_typed(logs):
    logs.login("hunter2-typed-as-name", "wrong", headers={"X-Request-ID": "refused"})
    entry, = wait_for(logs, event="login_refused")
    assert (entry["level"], entry["operator"], entry["address"], entry["request_id"]) == (
        "warning", None, "127.0.0.1", "refused")
    assert "hunter2" not in json.dumps(entries(logs)) + logs.log


def test_a_refresh_token_shown_twice_is_an_entry_with_its_owner(logs):
    token = mint("refresh")
    assert [logs.refresh(token).status_code, logs.refresh(token).status_code] == [200, 401]
    entry, = wait_for(logs, event="refresh_reuse")
    assert (entry["level"], entry["operator"], entry["message"]) == ("warning", "watchdxg", "the token was used before")


def test_a_logout_and_its_tokens_return_are_entries(logs):
    token = mint("refresh")
    assert logs.post("/api/token/blacklist/", {"refresh": token}).status_code == 200
    assert logs.refresh(token).status_code == 401
    entry, = wait_for(logs, event="logout")
    assert (entry["level"], entry["operator"]) == ("info", "watchdxg")
    entry, = wait_for(logs, event="refresh_refused")
    assert entry["message"] == "the token was logged out, or its session ended"


def test_an_ended_session_is_an_entry_as_soon_as_it_is_answered(logs):
    tokens = logs.login().json()
    answer = logs.request("DELETE", f"/api/sessions/{claims_of(tokens['refresh'])['jti']}/", token=mint(),
                          headers={"X-Request-ID": "the-end"})
    assert answer.status_code == 204
    entry, = entries(logs, event="session_ended")
    assert (entry["operator"], entry["address"], entry["request_id"]) == ("watchdxg", "127.0.0.1", "the-end")
    assert entry["message"] == "sessions: 1, refresh tokens: 1"
    assert logs.request("DELETE", "/api/sessions/", token=mint()).status_code == 204
    assert entries(logs, event="session_ended") == [entry], "nothing was left to end"


def test_a_new_password_is_an_entry_as_soon_as_it_is_answered(logs):
    access = logs.login().json()["access"]
    wrong = logs.post("/api/me/password/", {"current_password": "x", "new_password": "correct-horse-battery"}, access)
    assert wrong.status_code == 400
    done = logs.post("/api/me/password/", {"current_password": "watchdxg", "new_password": "correct-horse-battery"},
                     access)
    assert done.status_code == 204
    entry, = entries(logs, event="password_changed", token=mint(iat="+0"))
    assert (entry["level"], entry["operator"], entry["message"]) == ("warning", "watchdxg", "refresh tokens ended: 1")
    assert run_command("changepassword", "--username", "watchdxg", "--password-stdin", "--no-validate",
                       url=logs.url, stdin="watchdxg").returncode == 0
    assert len(entries(logs, event="password_changed", token=mint(iat="+0"))) == 2


def test_a_throttled_login_is_an_entry(fresh_database, start_server):
    server = start_server(fresh_database, throttle_login="1/hour")
    assert [server.login("nobody", "x").status_code for _ in range(2)] == [401, 429]
    entry, = wait_for(server, event="throttled")
    assert (entry["level"], entry["address"], entry["message"]) == ("warning", "127.0.0.1", "logins")


def test_a_fault_is_an_entry_under_its_request_id(logs):
    execute(logs.url, "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
                      "$$ BEGIN RAISE EXCEPTION 'secret of the database'; END $$; "
                      "CREATE TRIGGER fail BEFORE INSERT ON token_blacklist_outstandingtoken EXECUTE FUNCTION fail()")
    assert logs.login(headers={"X-Request-ID": "fault"}).status_code == 500
    entry, = wait_for(logs, event="error")
    assert (entry["level"], entry["request_id"]) == ("error", "fault")
    assert "P0001" in entry["message"] and "secret" not in entry["message"]


def test_a_lost_table_of_the_core_is_an_entry(logs):
    execute(logs.url, "ALTER TABLE users RENAME TO elsewhere")
    assert logs.get("/api/users/", token=mint()).status_code == 503
    entry, = wait_for(logs, event="schema")
    assert entry["level"] == "warning" and "users" in entry["message"]
    execute(logs.url, "ALTER TABLE elsewhere RENAME TO users")
    wait_until(lambda: len(entries(logs, event="schema")) == 2, "the entry of its return")
    assert entries(logs, event="schema")[0]["level"] == "info"


def test_start_and_stop_are_entries_with_version_and_listeners(fresh_database, start_server):
    server = start_server(fresh_database)
    entry, = wait_for(server, event="start")
    assert re.fullmatch(rf"watchdxg-back [\d.]+ on http://127\.0\.0\.1:{server.port}", entry["message"])
    assert server.terminate() == 0
    assert [event for event, _ in stored(fresh_database)] == ["start", "stop"]


def test_an_orderly_stop_writes_what_was_waiting(fresh_database, start_server):
    server = start_server(fresh_database)
    for _ in range(5):
        server.login(password="wrong")
    server.terminate()
    assert [event for event, _ in stored(fresh_database)] == ["start", *["login_refused"] * 5, "stop"]


def test_kill_9_loses_no_more_than_the_last_second(fresh_database, start_server):
    server = start_server(fresh_database)
    for number in range(3):
        server.login(headers={"X-Request-ID": f"login-{number}"})
    wait_for(server, request_id="login-2")
    server.login(headers={"X-Request-ID": "perhaps"})
    server.kill()
    found = [request for request, in execute(fresh_database, "SELECT request_id FROM watchdxg_log "
                                                             "WHERE event = 'login' ORDER BY id")]
    assert found[:3] == ["login-0", "login-1", "login-2"] and set(found[3:]) <= {"perhaps"}


# -- floods

def test_a_flood_from_one_address_leaves_few_entries_and_their_number(fresh_database, start_server):
    server = start_server(fresh_database)
    for _ in range(PER_ADDRESS + 7):
        assert server.login("", "x").status_code == 400  # no entry
        assert server.login("nobody", "wrong").status_code == 401
    server.terminate()
    refused = stored(fresh_database, "event = 'login_refused'")
    assert refused == [("login_refused", None)] * PER_ADDRESS + [("login_refused", "7 more of these within a minute")]


# -- nothing forged, nothing secret

def test_hostile_headers_and_paths_cannot_break_an_entry(logs):
    hostile = 'x\x1b[31m"}\\ \x7f'
    for headers in ([("X-Request-ID", hostile)], [("X-Request-ID", "a" * 129)], [("X-Request-ID", "\xff\xfe")],
                    [("User-Agent", hostile)], [("X-Forwarded-For", hostile)]):
        body = json.dumps({"username": 'n\n2026-01-01 forged"\u2028\u202e', "password": "x\r\ny"}).encode()
        answer = exchange(logs.port, request("/api/token/", "POST",
                                             headers=[*headers, ("Content-Type", "application/json")], body=body))
        assert answer.status in (400, 401)
    exchange(logs.port, request("/api/accounts/%0d%0aforged%00%ff/", token=mint()))
    logs.login(headers={"X-Request-ID": "last"})
    wait_for(logs, request_id="last")
    for entry in entries(logs):
        assert list(entry) == FIELDS
        assert entry["request_id"] is None or re.fullmatch(r"[A-Za-z0-9._-]{1,128}", entry["request_id"])
        assert not re.search(r"[\x00-\x1f\x7f]", "".join(str(value) for value in entry.values()))
    assert "forged" not in json.dumps(entries(logs))
    assert not [line for line in logs.log.splitlines() if re.match(r"\W*(2026-01-01 )?forged", line)]


def test_a_hostile_user_name_stays_one_entry(fresh_database, start_server):
    name = "evil\n2026-01-01 forged\x1b[31m \"'\\ \u202e\u65e5"
    execute(fresh_database, "UPDATE auth_user SET username = %s WHERE id = 1", (name,))
    server = start_server(fresh_database)
    assert server.login(name, "watchdxg").status_code == 200
    entry, = wait_for(server, event="login")
    assert entry["operator"] == "evil\\x0a2026-01-01 forged\\x1b[31m \"'\\ \u202e\u65e5"


def test_no_secret_is_in_any_entry_or_on_standard_error(fresh_database, start_server):
    server = start_server(fresh_database, log_level="debug", basic_auth="on")
    wrong = "Wr0ng-Passw0rd-xyz"
    tokens = server.login().json()
    server.login("watchdxg", wrong)
    server.login(wrong, wrong)
    server.post("/api/token/", {"username": "watchdxg", "password": wrong, "otp": "918273"})
    rotated = server.refresh(tokens["refresh"]).json()
    server.refresh(tokens["refresh"])
    server.get("/api/logs/", token=rotated["access"])
    server.get("/api/logs/", headers={"Authorization": "Basic d2F0Y2hkeGc6V3IwbmctUGFzc3cwcmQteHl6"})
    server.terminate()
    text = server.log + str(execute(fresh_database, "SELECT l::text FROM watchdxg_log AS l"))
    for secret in (wrong, "918273", "d2F0Y2hkeGc6", tokens["access"], tokens["refresh"], rotated["access"],
                   rotated["refresh"], "pbkdf2_sha256$1000000$"):
        assert secret not in text
        assert "." not in secret or secret.rsplit(".", 1)[1] not in text


# -- a database that goes away

@pytest.fixture
def own_cluster():
    cluster = PrivateCluster(durable=True).start()
    yield cluster
    cluster.remove()


def test_entries_wait_for_a_database_that_is_away(own_cluster, start_server):
    url = make_database(own_cluster)
    own_cluster.stop()
    server = start_server(url, wait="live")
    own_cluster.start()
    server.wait_until_ready()
    assert [e["event"] for e in wait_for(server, event="start")] == ["start"]
    own_cluster.restart()
    server.wait_until_ready()
    wait_until(lambda: len(entries(server, event="database")) >= 4, "both outages and both returns")
    found = [(e["level"], e["message"].split(":")[0]) for e in reversed(entries(server, event="database"))]
    assert found == [("error", "away"), ("info", "connected")] * 2


def test_a_refused_login_just_before_an_outage_is_written_after_it(own_cluster, start_server):
    url = make_database(own_cluster)
    server = start_server(url)
    holder = connect(url, autocommit=False)
    holder.cursor().execute("LOCK TABLE watchdxg_log")
    for number in range(3):
        server.login(password="wrong", headers={"X-Request-ID": f"before-{number}"})
    own_cluster.restart("immediate")
    server.wait_until_ready()
    wait_until(lambda: len(entries(server, event="login_refused")) == 3, "the three entries")
    assert [e["request_id"] for e in entries(server, event="login_refused")] == ["before-2", "before-1", "before-0"]
    holder.close()


def test_an_entry_whose_commit_was_not_heard_of_is_there_once(start_server):
    cluster = PrivateCluster(tcp=True, durable=True).start()
    try:
        direct = make_database(cluster)
        proxy = TcpProxy(cluster.port)
        server = start_server(f"postgresql://{cluster.user}@127.0.0.1:{proxy.port}/"
                              f"{direct.split('/')[-1].split('?')[0]}")
        wait_until(lambda: stored(direct, "event = 'start'"), "the first entry")
        holder = connect(direct, autocommit=False)
        holder.cursor().execute("LOCK TABLE watchdxg_log")
        server.login(password="wrong")
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%watchdxg_log%'"
        wait_until(lambda: execute(direct, waiting), "the entry on its way")
        proxy.mute()
        holder.rollback()
        wait_until(lambda: stored(direct, "event = 'login_refused'"), "its commit")
        proxy.cut()
        wait_until(lambda: server.get("/readyz").status_code == 503, "/readyz to notice")
        proxy.restore()
        wait_until(lambda: stored(direct, "event = 'database' AND level = 'info'"), "what came after it")
        assert len(stored(direct, "event = 'login_refused'")) == 1
        holder.close()
        server.terminate()
        proxy.stop()
    finally:
        cluster.remove()


def test_without_a_database_it_still_stops_at_once_and_says_what_was_lost(start_server):
    server = start_server(AWAY, wait="live")
    assert server.terminate() == 0
    assert re.search(r"entries of /api/logs/ that could not be written: \d", server.log)


def test_a_table_that_refuses_entries_does_not_hold_up_later_ones(logs):
    wait_for(logs, event="start")
    execute(logs.url, "ALTER TABLE watchdxg_log ADD CONSTRAINT no_login CHECK (event <> 'login')")
    logs.login()
    wait_until(lambda: "no_login" in logs.log, "the refusal in the log")
    logs.login(password="wrong")
    entry, = wait_for(logs, event="entries_lost")
    assert (entry["level"], entry["message"]) == ("warning", "1 entries were lost")
    assert len(entries(logs, event="login_refused")) == 1


# -- retention, several processes

def test_old_entries_are_pruned_and_new_ones_stay(fresh_database, start_server):
    insert(fresh_database, 12_000)
    execute(fresh_database, "UPDATE watchdxg_log SET time = now() - interval '2 hours'; "
                            "UPDATE watchdxg_log SET time = now() - interval '30 minutes', event = 'kept' "
                            "WHERE id = (SELECT max(id) FROM watchdxg_log)")
    server = start_server(fresh_database, log_retention=3600)
    entry, = wait_for(server, event="maintenance")
    assert entry["message"] == "11999 entries of the log were older than the retention"
    assert {event for event, _ in stored(fresh_database)} == {"kept", "start", "maintenance"}


def test_while_one_prunes_another_does_not(fresh_database, start_server):
    insert(fresh_database, 10)
    holder = connect(fresh_database, autocommit=False)
    holder.cursor().execute("SELECT pg_advisory_xact_lock(x'7764785f6c6f6773'::bigint)")
    server = start_server(fresh_database, log_retention=3600)
    wait_for(server, event="start")
    assert len(entries(server, event="login")) == 10
    holder.close()


def test_two_processes_write_side_by_side(fresh_database, start_server):
    servers = [start_server(fresh_database) for _ in range(2)]

    def log_in(server, name):
        for number in range(PER_ADDRESS):
            server.login(headers={"X-Request-ID": f"{name}-{number}"})

    threads = [threading.Thread(target=log_in, args=(server, name)) for server, name in zip(servers, "ab")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: len(entries(servers[0], event="login")) == 2 * PER_ADDRESS, "all logins")
    for name in "ab":
        found = [e["request_id"] for e in reversed(entries(servers[1], event="login"))]
        assert [r for r in found if r.startswith(name)] == [f"{name}-{number}" for number in range(PER_ADDRESS)]


# -- reading

@pytest.fixture(scope="module")
def filled(cluster):
    """A stopped server's table: 700 logins, then four entries of other kinds."""
    url = make_database(cluster)
    insert(url, 700, operator="watchdxg", address="10.0.0.1")
    execute(url, """
        INSERT INTO watchdxg_log (time, level, event, address, request_id, user_id, before, after, message) VALUES
        ('2026-02-01T00:00:00Z', 'warning', 'login_refused', '10.0.0.2', 'abc', NULL, NULL, NULL, NULL),
        ('2026-02-01T00:00:00.5Z', 'error', 'error', '10.0.0.2', 'def', NULL, NULL, NULL, 'fault: a, "b"'),
        ('2026-02-02T00:00:00Z', 'info', 'changed', NULL, NULL, 9007199254740993,
            '{"harmful": false, "notes": "a \\\\ \\" b: c, d"}', '[1, 2.5, null, " "]', NULL),
        ('2026-02-03T00:00:00Z', 'info', 'kept', NULL, NULL, NULL, NULL, NULL, NULL)""")
    return url


@pytest.fixture(scope="module")
def reader(filled):
    """Reads `filled`; nothing of its own is in the first 704 entries."""
    from support.server import Server
    with Server(filled, log_retention=315360000) as server:
        yield server


def test_without_a_token_it_is_401_also_for_bad_parameters(reader):
    for path in ("/api/logs/", "/api/logs/?limit=0"):
        assert reader.get(path).status_code == 401
        assert reader.get(path, token=mint(expires_in=-60)).status_code == 401
    assert reader.get("/api/logs/?limit=0", token=mint(user_id="77")).status_code == 401
    assert reader.post("/api/logs/", {}, token=mint()).status_code == 405


def test_without_parameters_it_is_an_array_newest_first(reader):
    found = entries(reader, id__lte=704)
    assert [entry["id"] for entry in found] == list(range(704, 0, -1))
    assert all(list(entry) == FIELDS for entry in found)
    answer = reader.get("/api/logs/", token=mint())
    assert answer.headers["Transfer-Encoding"] == "chunked" and answer.headers["Cache-Control"] == "no-store"
    assert len(answer.json()) >= 704


def test_before_and_after_are_json_values(reader):
    entry, = entries(reader, event="changed")
    assert (entry["before"], entry["after"]) == ({"harmful": False, "notes": 'a \\ " b: c, d'}, [1, 2.5, None, " "])
    assert entry["user_id"] == 9007199254740993 and entry["time"] == "2026-02-02T00:00:00Z"
    answer = reader.get("/api/logs/?event=changed", token=mint())
    assert '"before":{"notes":"a \\\\ \\" b: c, d","harmful":false},"after":[1,2.5,null," "]' in answer.text
    assert answer.json() == reader.get("/api/logs/?event=changed", token=mint(),
                                       headers={"Accept": "application/json; indent=4"}).json()


def test_limit_and_offset_give_pages_with_links(reader):
    url = "/api/logs/?level=info&event=login&limit=300"
    pages, seen = 0, []
    while url:
        answer = reader.get(url, token=mint(), headers={"Host": "localhost:1234"})
        page = answer.json()
        assert list(page) == ["count", "next", "previous", "results"] and page["count"] == 700
        seen += [entry["id"] for entry in page["results"]]
        pages += 1
        for link in filter(None, (page["next"], page["previous"])):
            parts = urlsplit(link)
            assert (parts.scheme, parts.netloc, parts.path) == ("http", "localhost:1234", "/api/logs/")
        url = page["next"] and "/api/logs/?" + urlsplit(page["next"]).query
    assert pages == 3 and seen == list(range(700, 0, -1))
    assert dict(parse_qsl(urlsplit(page["previous"]).query)) == {
        "event": "login", "level": "info", "limit": "300", "offset": "300"}


def test_the_first_page_has_no_previous_and_links_keep_odd_values(reader):
    page = entries(reader, event__in="login,kept", limit=1, offset=1, x="a b&\u00fc", id__lte=704)
    assert page["previous"].endswith("/api/logs/?event__in=login%2Ckept&id__lte=704&limit=1&x=a+b%26%C3%BC")
    assert page["next"].endswith("&limit=1&offset=2&x=a+b%26%C3%BC") and page["results"][0]["id"] == 700
    assert entries(reader, limit=1, id__lte=704)["previous"] is None
    past = entries(reader, limit=5, offset=5000)
    assert (past["next"], past["results"]) == (None, []) and past["previous"].endswith("?limit=5&offset=4995")


def test_behind_a_proxy_with_tls_links_are_https(reader):
    answer = reader.get("/api/logs/?limit=1", token=mint(), headers={"X-Forwarded-Proto": "https"})
    assert answer.json()["next"].startswith("https://")


def test_offset_alone_is_the_rest_of_the_list(reader):
    everything = entries(reader, id__lte=704)
    assert entries(reader, id__lte=704, offset=3) == everything[3:]
    assert entries(reader, id__lte=704, offset=700) == everything[700:]
    assert entries(reader, offset=10 ** 12) == []
    assert entries(reader, id__lte=704, offset="", limit="") == everything


@pytest.mark.parametrize("params, ids", [
    ({"level": "error"}, [702]),
    ({"level__in": "error,warning"}, [702, 701]),
    ({"level": "error", "level__in": "error,warning"}, [702]),
    ({"level": "info", "level__in": "error"}, []),
    ({"event": "login_refused"}, [701]),
    ({"event__in": "login_refused,,kept"}, [704, 701]),
    ({"event": "nothing"}, []),
    ({"operator": "watchdxg", "id__gt": "699"}, [700]),
    ({"operator": "WATCHDXG"}, []),
    ({"address": "10.0.0.2"}, [702, 701]),
    ({"request_id": "abc"}, [701]),
    ({"request_id": "a%"}, []),
    ({"user_id": "9007199254740993"}, [703]),
    ({"id": "7"}, [7]),
    ({"id": " +7 "}, [7]),
    ({"id": "9" * 30}, []),
    ({"id__lt": "3"}, [2, 1]),
    ({"id__gte": "2", "id__lte": "3"}, [3, 2]),
    ({"id__gt": "-" + "9" * 30, "id__lt": "2"}, [1]),
    ({"time": "2026-02-01T00:00:00.5Z"}, [702]),
    ({"time__gte": "2026-02-01", "time__lt": "2026-02-02"}, [702, 701]),
    ({"time__gt": "2026-02-01T00:00:00Z", "time__lte": "2026-02-02T01:00+01:00"}, [703, 702]),
    ({"time__gte": "2026-02-02 00:00:00.000001"}, [704]),
    ({"time__lt": "0001-01-01"}, []),
    ({"time__gte": "9999-12-31T23:59:59.999999Z"}, []),
    ({"nothing": "x", "nothing__of": "y", "level": "", "id__gt": ""}, list(range(704, 0, -1))),
])
def test_filters_leave_what_fits(reader, params, ids):
    assert [entry["id"] for entry in entries(reader, **{"id__lte": "704", **params}) if entry["id"] <= 704] == ids


@pytest.mark.parametrize("query, errors", [
    ("limit=0", {"limit": ["Ensure this value is greater than or equal to 1."]}),
    ("limit=1001", {"limit": ["Ensure this value is less than or equal to 1000."]}),
    ("limit=-" + "9" * 30, {"limit": ["Ensure this value is greater than or equal to 1."]}),
    ("limit=ten", {"limit": ["Enter a whole number."]}),
    ("offset=-1", {"offset": ["Ensure this value is greater than or equal to 0."]}),
    ("offset=" + "9" * 30, {"offset": ["Ensure this value is less than or equal to 4611686018427387904."]}),
    ("id=x", {"id": ["Enter a number."]}),
    ("id__gt=1e", {"id__gt": ["Enter a number."]}),
    ("user_id=%F0%9F%92%A9", {"user_id": ["Enter a number."]}),
    ("time=yesterday", {"time": ["Enter a valid date/time."]}),
    ("time__gt=2026-02-30", {"time__gt": ["Enter a valid date/time."]}),
    ("level=loud", {"level": ["Select a valid choice. loud is not one of the available choices."]}),
    ("level__in=info,loud,louder",
     {"level__in": ["Select a valid choice. loud is not one of the available choices."]}),
    ("operator=%00", {"operator": ["Null characters are not allowed."]}),
    ("event__in=a,%00", {"event__in": ["Null characters are not allowed."]}),
    ("level__gt=info", {"level__gt": ["Unsupported lookup 'gt'."]}),
    ("id__exact=1&id__exact=2", {"id__exact": ["Unsupported lookup 'exact'."]}),
    ("limit=0&id=x", {"limit": ["Ensure this value is greater than or equal to 1."], "id": ["Enter a number."]}),
])
def test_a_value_that_does_not_fit_is_named(reader, query, errors):
    answer = reader.get("/api/logs/?" + query, token=mint())
    assert (answer.status_code, answer.json()) == (400, errors)


def test_options_describes_the_route(reader):
    answer = reader.request("OPTIONS", "/api/logs/", mint())
    assert answer.status_code == 200 and answer.json()["name"] == "Log List"
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
