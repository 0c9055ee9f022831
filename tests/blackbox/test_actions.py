"""Actions on users: one or many at once, changes, and the Idempotency-Key that makes it safe to repeat a request."""
import json
import threading

import pytest

from support.data import make_database, seed
from support.postgres import connect, execute, wait_until
from support.raw import RawConnection, request
from support.tokens import mint

USER, OTHER = 1, 2
PATH = "/api/actions/"
REQUIRED = ["This field is required."]
NO_ACTION = (404, {"detail": "No Action matches the given query."})
USED = (422, {"detail": "This Idempotency-Key was used for another request."})
FORMAT = ["Datetime has wrong format. Use one of these formats instead: "
          "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."]


@pytest.fixture(autouse=True)
def clean(database):
    execute(database, "DELETE FROM actions; DELETE FROM classification; DELETE FROM watchdxg_log;"
                      "DELETE FROM watchdxg_event; DELETE FROM watchdxg_idempotency_key")


class Client:
    def __init__(self, server, token=None):
        self.server, self.token = server, token or mint()

    def __call__(self, method, path=PATH, body=None, key=None, **options):
        headers = {"Idempotency-Key": key} if key is not None else {}
        if body is not None:
            options["json"] = body
        return self.server.request(method, path, self.token, headers=headers, **options)

    def add(self, body=None, **options):
        return self("POST", PATH, {"user_id": USER, "action_type": "block", **(body or {})}, **options)


@pytest.fixture
def api(server):
    return Client(server)


def said(answer):
    return answer.status_code, answer.json() if answer.content else None


def rows(url):
    return execute(url, "SELECT user_id, action_type, notes FROM actions ORDER BY id")


def entries(url):
    return execute(url, "SELECT event, user_id, before, after FROM watchdxg_log WHERE event ~ '^action' ORDER BY id")


# -- adding


def test_one_user_gets_the_row(api, database):
    answer = api.add({"notes": " why \n"})
    assert answer.status_code == 201
    row = answer.json()
    assert list(row) == ["id", "user_id", "action_type", "timestamp", "notes"]
    assert (row["user_id"], row["action_type"], row["notes"]) == (USER, "block", "why")
    assert execute(database, "SELECT id, timestamp > now() - interval '1 minute' FROM actions") == [(row["id"], True)]
    assert row["timestamp"].endswith("Z") and " " not in answer.text.replace("why", "")


def test_many_users_get_an_array_in_their_order_each_once(api, database):
    answer = api("POST", body={"user_ids": [OTHER, USER, OTHER], "action_type": "mute"})
    assert answer.status_code == 201
    assert [row["user_id"] for row in answer.json()] == [OTHER, USER]
    assert rows(database) == [(OTHER, "mute", None), (USER, "mute", None)]
    assert [type(api("POST", body={"user_ids": [USER], "action_type": "x"}).json())] == [list]


@pytest.mark.parametrize("sent, shown", [
    ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
    ("2026-01-02T03:04:05.000007+02:00", "2026-01-02T01:04:05.000007Z"),
    ("2026-01-02 03:04", "2026-01-02T03:04:00Z"),
    ("0001-01-01", "0001-01-01T00:00:00Z"),
    ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000Z"),
])
def test_a_time_is_shown_in_utc_as_it_was_given(api, sent, shown):
    assert api.add({"timestamp": sent}).json()["timestamp"] == shown


def test_times_that_iso_8601_cannot_carry_are_null(api, database):
    (number,), = execute(database, "INSERT INTO actions (user_id, action_type, timestamp) VALUES (1, 'x', 'infinity') "
                                   "RETURNING id")
    assert api("PATCH", f"{PATH}{number}/", {"notes": "n"}).json()["timestamp"] is None
    execute(database, "UPDATE actions SET timestamp = '0044-03-15 BC'")
    assert api("PATCH", f"{PATH}{number}/", {}).json()["timestamp"] is None


@pytest.mark.parametrize("body, errors", [
    ({}, {"user_id": REQUIRED, "action_type": REQUIRED}),
    ({"user_id": None, "action_type": " "}, {"user_id": ["This field may not be null."],
                                             "action_type": ["This field may not be blank."]}),
    ({"user_id": "one", "action_type": "x" * 51}, {
        "user_id": ["A valid integer is required."], "action_type": ["Ensure this field has no more than 50 characters."]}),
    ({"user_id": 4711, "action_type": "x"}, {"user_id": ['Invalid pk "4711" - object does not exist.']}),
    ({"user_id": 1, "user_ids": [1], "action_type": "x"}, {"non_field_errors": ["Give user_id or user_ids, not both."]}),
    ({"user_ids": [], "action_type": "x"}, {"user_ids": ["This list may not be empty."]}),
    ({"user_ids": [1, 4712, 4711], "action_type": "x"}, {"user_ids": ["Unknown ids: 4711, 4712."]}),
    ({"user_ids": [1] * 10001, "action_type": "x"}, {"user_ids": ["Ensure this field has no more than 10000 elements."]}),
    ({"user_ids": [[1]], "action_type": True}, {"user_ids": {"0": ["A valid integer is required."]},
                                                "action_type": ["Not a valid string."]}),
    ({"user_id": 1, "action_type": "a\0"}, {"action_type": ["Null characters are not allowed."]}),
    ({"user_id": 1, "action_type": "x", "timestamp": "yesterday", "notes": {}}, {
        "timestamp": FORMAT, "notes": ["Not a valid string."]}),
    ({"user_id": 1, "action_type": "x", "timestamp": None}, {"timestamp": ["This field may not be null."]}),
    ({"user_id": 1, "action_type": "x", "timestamp": 1}, {"timestamp": FORMAT}),
    ({"user_id": 1, "action_type": "x", "timestamp": "0001-01-01T00:00+01:00"}, {
        "timestamp": ["Datetime value out of range."]}),
    ([], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
])
def test_what_is_wrong_is_named_and_nothing_happens(api, database, body, errors):
    assert said(api("POST", body=body)) == (400, errors)
    assert rows(database) == [] and entries(database) == []


def test_fifty_characters_are_counted_as_characters(api):
    assert api.add({"action_type": "\U0001f525" * 50}).status_code == 201


def test_ten_thousand_at_once(cluster, start_server):
    url = make_database(cluster)
    seed(url, users=10000)
    execute(url, "DELETE FROM actions")
    ids = [row[0] for row in execute(url, "SELECT id FROM users ORDER BY id DESC LIMIT 10000")]
    answer = Client(start_server(url))("POST", body={"user_ids": ids, "action_type": "block"}, key="all")
    assert answer.status_code == 201 and [row["user_id"] for row in answer.json()] == ids
    assert execute(url, "SELECT count(*) FROM actions") == [(10000,)]
    assert execute(url, "SELECT count(DISTINCT user_id) FROM watchdxg_log WHERE event = 'action_added'") == [(10000,)]


# -- changing and deleting


def test_patch_changes_only_what_is_sent(api, database):
    row = api.add({"notes": "why"}).json()
    path = f"{PATH}{row['id']}/"
    assert said(api("PATCH", path, {"notes": None})) == (200, {**row, "notes": None})
    assert said(api("PATCH", path, {"action_type": "mute"})) == (200, {**row, "notes": None, "action_type": "mute"})
    answer = api("PATCH", path, {**row, "timestamp": "2026-01-02T00:00:00Z"})
    assert said(answer) == (200, {**row, "timestamp": "2026-01-02T00:00:00Z"})
    assert rows(database) == [(USER, "block", "why")]


@pytest.mark.parametrize("body, errors", [
    ({"action_type": ""}, {"action_type": ["This field may not be blank."]}),
    ({"action_type": None, "timestamp": ""}, {"action_type": ["This field may not be null."], "timestamp": FORMAT}),
    ({"user_id": OTHER}, {"user_id": ["The user of an action cannot be changed."]}),
    ({"user_id": "x"}, {"user_id": ["A valid integer is required."]}),
])
def test_a_wrong_change_is_named_and_changes_nothing(api, database, body, errors):
    row = api.add().json()
    assert said(api("PATCH", f"{PATH}{row['id']}/", body)) == (400, errors)
    assert rows(database) == [(USER, "block", None)] and len(entries(database)) == 1


@pytest.mark.parametrize("body", [{}, {"id": 4711}, {"user_id": USER}])
def test_a_patch_of_nothing_changes_nothing(api, database, body):
    row = api.add({"notes": "why"}).json()
    events = execute(database, "SELECT count(*) FROM watchdxg_event WHERE ids IS NOT NULL")
    assert said(api("PATCH", f"{PATH}{row['id']}/", body)) == (200, row)
    assert rows(database) == [(USER, "block", "why")] and len(entries(database)) == 1
    assert execute(database, "SELECT count(*) FROM watchdxg_event WHERE ids IS NOT NULL") == events


def test_a_misspelt_member_is_refused_and_the_nearest_named(api, database):
    row = api.add().json()
    refused = (400, {"action_typ": ["There is no field 'action_typ'; the nearest is 'action_type'."]})
    assert said(api("PATCH", f"{PATH}{row['id']}/", {"action_typ": "mute"})) == refused
    assert said(api("POST", body={"user_id": USER, "action_type": "x", "action_typ": "mute"})) == refused
    assert rows(database) == [(USER, "block", None)] and len(entries(database)) == 1


def test_delete(api, database):
    path = f"{PATH}{api.add().json()['id']}/"
    answer = api("DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert rows(database) == []
    assert said(api("DELETE", path)) == NO_ACTION
    assert said(api("PATCH", path, {"notes": "x"})) == NO_ACTION


@pytest.mark.parametrize("number, words", [
    ("4711", NO_ACTION[1]), ("9223372036854775807", NO_ACTION[1]), ("x", {"detail": "Not found."}),
    ("-1", {"detail": "Not found."}), ("99999999999999999999", {"detail": "Not found."}),
])
def test_an_unknown_action_is_404(api, number, words):
    assert said(api("DELETE", f"{PATH}{number}/")) == (404, words)
    assert said(api("PATCH", f"{PATH}{number}/", {})) == (404, words)


def test_an_action_without_a_user_can_be_changed_and_deleted(api, database):
    (number,), = execute(database, "INSERT INTO actions (action_type) VALUES ('x') RETURNING id")
    assert api("PATCH", f"{PATH}{number}/", {"notes": "n"}).json()["user_id"] is None
    assert api("DELETE", f"{PATH}{number}/").status_code == 204


def test_without_a_token_nothing_happens(server, database):
    execute(database, "INSERT INTO actions (id, user_id, action_type) VALUES (77, 1, 'x')")
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}77/"), ("DELETE", f"{PATH}77/")):
        assert server.request(method, path, json={"user_id": 1, "action_type": "y"}).status_code == 401
        assert server.request(method, path, mint(user_id="77"), json={"user_id": 1, "action_type": "y"}).status_code == 401
    assert rows(database) == [(USER, "x", None)]


def test_the_log_has_before_and_after(api, database):
    added = api.add({"notes": "'; DROP TABLE users; -- \u2028 \""}).json()
    path = f"{PATH}{added['id']}/"
    changed = api("PATCH", path, {"action_type": "mute"}).json()
    api("DELETE", path)
    assert entries(database) == [("action_added", USER, None, added), ("action_changed", USER, added, changed),
                                 ("action_deleted", USER, changed, None)]


def test_events_tell_of_each_change(api, database):
    execute(database, "UPDATE watchdxg_watched_table SET own_changes = 0 WHERE table_name = 'actions'")
    ids = [row["id"] for row in api("POST", body={"user_ids": [USER, OTHER], "action_type": "x"}).json()]
    api("PATCH", f"{PATH}{ids[0]}/", {"notes": "n"})
    api("DELETE", f"{PATH}{ids[1]}/")
    (account,), = execute(database, "SELECT account_id FROM users WHERE id = %s", (USER,))
    # Without ids are those of `clean`, which the server notices as changes by others.
    assert execute(database, "SELECT table_name, account_id, ids FROM watchdxg_event WHERE ids IS NOT NULL ORDER BY id") == [
        ("actions", account, ids), ("actions", account, ids[:1]), ("actions", account, ids[1:])]
    assert execute(database, "SELECT own_changes FROM watchdxg_watched_table WHERE table_name = 'actions'") == [(4,)]


# -- the same again


def test_a_repeated_request_gets_the_same_answer_and_happens_once(api, server, database, start_server):
    body = {"user_ids": [USER, OTHER], "action_type": "block", "notes": "\u2028 a  \"b\""}
    first = api("POST", body=body, key="k-1")
    again = api("POST", body=body, key="k-1")
    elsewhere = Client(start_server(database))("POST", body=body, key="k-1")
    for answer in (again, elsewhere):
        assert (answer.status_code, answer.content) == (201, first.content)
    assert len(rows(database)) == 2 and len(entries(database)) == 2
    assert api("POST", body=body, key="k-2").content != first.content


def test_a_key_is_remembered_over_a_restart(database, start_server):
    server = start_server(database)
    first = Client(server).add(key="kept")
    server.stop()
    assert Client(start_server(database)).add(key="kept").content == first.content
    assert len(rows(database)) == 1


def test_a_key_for_another_request_is_422(api, database):
    api.add(key="k")
    assert said(api.add({"notes": "other"}, key="k")) == USED
    assert said(api("POST", "/api/classifications/", {"user_ids": [USER], "harmful": True}, key="k")) == USED
    assert len(rows(database)) == 1 and execute(database, "SELECT count(*) FROM classification") == [(0,)]


def test_a_key_belongs_to_its_operator(api, server, database):
    api.add(key="k")
    assert Client(server, mint(user_id="2")).add({"notes": "mine"}, key="k").status_code == 201
    assert len(rows(database)) == 2


def test_a_refused_request_does_not_use_up_its_key(api, database):
    assert api.add({"user_id": 4711}, key="k").status_code == 400
    assert api.add(key="k").status_code == 201
    assert len(rows(database)) == 1


def test_a_key_is_forgotten_after_a_day(api, database):
    first = api.add(key="k")
    execute(database, "UPDATE watchdxg_idempotency_key SET created_at = now() - interval '23 hours 59 minutes'")
    assert api.add(key="k").content == first.content
    execute(database, "UPDATE watchdxg_idempotency_key SET created_at = now() - interval '24 hours'")
    assert api.add(key="k").content != first.content
    assert api.add({"notes": "x"}, key="k").status_code == 422
    assert len(rows(database)) == 2


def test_a_key_works_for_verdicts_too(api, database):
    body = {"user_ids": [USER], "harmful": True}
    first = api("POST", "/api/classifications/", body, key="v")
    stamp = execute(database, "SELECT classified_at FROM classification")
    assert api("POST", "/api/classifications/", body, key="v").content == first.content
    assert execute(database, "SELECT classified_at FROM classification") == stamp
    path = f"/api/users/{USER}/classification/"
    put = {"harmful": False, "inactive": False}
    first = api("PUT", path, put, key="p")
    api("PATCH", path, {"harmful": True})
    again = api("PUT", path, put, key="p")
    assert (again.status_code, again.content, again.headers["ETag"]) == (200, first.content, first.headers["ETag"])
    assert execute(database, "SELECT harmful FROM classification") == [(True,)]


@pytest.mark.parametrize("key", ["", "a b", "\xe9", "x" * 256, "a\tb"])
def test_a_key_has_a_syntax(api, database, key):
    assert said(api.add(key=key.encode("latin-1"))) == (
        400, {"detail": "Idempotency-Key must be 1 to 255 visible ASCII characters."})
    assert rows(database) == []
    assert api.add(key="!~" + "x" * 253).status_code == 201


def test_of_many_at_once_with_one_key_one_happens_over_two_processes(server, database, start_server):
    second, token = start_server(database), mint()
    body = json.dumps({"user_id": USER, "action_type": "block"}).encode()
    answers, gate = [None] * 64, threading.Barrier(64)

    def ask(number):
        with RawConnection((server, second)[number % 2].port) as connection:
            data = request(PATH, "POST", [("Content-Type", "application/json"), ("Authorization", f"Bearer {token}"),
                                          ("Idempotency-Key", "once")], body)
            gate.wait()
            answer = connection.send(data).read()
            answers[number] = (answer.status, answer.json())

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [answers[0]] * 64 and answers[0][0] == 201
    assert len(rows(database)) == 1 and len(entries(database)) == 1


# -- the core meanwhile, and other databases


def test_a_user_whom_the_core_deletes_meanwhile(api, database):
    (doomed,), = execute(database, "INSERT INTO users (account_id, handle) VALUES (1, 'doomed') RETURNING id")
    answers = []
    with connect(database, autocommit=False) as core, core.cursor() as cursor:
        cursor.execute("DELETE FROM users WHERE id = %s", (doomed,))
        writer = threading.Thread(target=lambda: answers.append(
            api("POST", body={"user_ids": [USER, doomed], "action_type": "block"})))
        writer.start()
        wait_until(lambda: execute(database, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                                             "AND wait_event_type = 'Lock' AND wait_event = 'transactionid'"),
                   "the writer to wait for the core")
        core.commit()
        writer.join()
    assert said(answers[0]) == (400, {"user_ids": [f"Unknown ids: {doomed}."]})
    assert rows(database) == []


def test_generations_of_the_core(cluster, start_server):
    first = Client(start_server(make_database(cluster, "v1")))
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}1/"), ("DELETE", f"{PATH}1/")):
        assert said(first(method, path, {"user_id": 1, "action_type": "x"})) == (
            404, {"detail": "The core's schema here (v1) has no table actions."})
    second = Client(start_server(make_database(cluster, "v2")))
    path = f"{PATH}{second.add().json()['id']}/"
    assert second("PATCH", path, {"notes": "x"}).json()["notes"] == "x"
    assert second("DELETE", path).status_code == 204


def test_without_the_right_to_its_sequence_it_is_403(cluster, start_server):
    url = make_database(cluster)
    execute(url, "DROP ROLE IF EXISTS numberless; CREATE ROLE numberless LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public "
                 "TO numberless; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO numberless;"
                 "REVOKE ALL ON SEQUENCE actions_id_seq FROM numberless", autocommit=False)
    api = Client(start_server(url.replace("wdx@", "numberless@")))
    assert said(api.add()) == (403, {"detail": "The database does not let this server write the table actions."})


def test_methods_and_options(api):
    answer = api("PUT", f"{PATH}1/", {})
    assert answer.status_code == 405 and "PATCH, DELETE, OPTIONS" in answer.headers["Allow"]
    described = api("OPTIONS").json()["actions"]["POST"]
    assert list(described) == ["user_id", "user_ids", "filter", "dry_run", "expected_count", "action_type", "timestamp", "notes"]
