"""Verdicts on users: one or many at once, conditions, journal entries and change events."""
import json
import threading

import pytest

from support.data import make_database, seed
from support.postgres import connect, execute, wait_until
from support.raw import RawConnection, request
from support.server import Server
from support.tokens import mint

USER, OTHER = 1, 2
PATH = f"/api/users/{USER}/classification/"
MANY = "/api/classifications/"
NO_USER = (404, {"detail": "No User matches the given query."})
UNCLASSIFIED = (404, {"detail": "No Classification matches the given query."})
FAILED = (412, {"detail": "Precondition failed."})
REQUIRED = ["This field is required."]
NOT_BOOLEAN = ["Must be a valid boolean."]
HOSTILE = "'); DROP TABLE users; --\\ \" \u2028 {\"a\": 1} \U0001f525 <b>\r\n\t\x01\x7f $1 %s"


@pytest.fixture(autouse=True)
def clean(database):
    execute(database, "DELETE FROM classification; DELETE FROM watchdxg_log; DELETE FROM watchdxg_event;"
                      "DELETE FROM watchdxg_idempotency_key")


class Client:
    def __init__(self, server):
        self.server, self.token = server, mint()

    def __call__(self, method, path=PATH, body=None, **headers):
        """Header names with `_` for `-`.  @return the answer"""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        options = {"json": body} if body is not None else {}
        return self.server.request(method, path, self.token, headers=named, **options)


@pytest.fixture
def api(server):
    return Client(server)


def said(answer):
    return answer.status_code, answer.json() if answer.content else None


def rows(url):
    return execute(url, "SELECT user_id, harmful, inactive, notes FROM classification ORDER BY user_id")


def state(url):
    """Everything that a write may change, except the stored idempotency keys.

    An event without ids is left out: the server noticed by itself that the fixture deleted rows, and says so later.
    """
    changed = ("classification", "actions", "watchdxg_event WHERE ids IS NOT NULL")
    return [execute(url, f"SELECT * FROM {table} ORDER BY 1") for table in changed] + [
        execute(url, "SELECT event, user_id, before, after FROM watchdxg_log WHERE event ~ '^(class|action)' ORDER BY id")]


# -- one user


def test_put_creates_and_then_replaces(api, database):
    made = api("PUT", body={"harmful": True, "inactive": False, "notes": "  spam \n"})
    assert made.status_code == 201
    assert list(made.json()) == ["user_id", "harmful", "inactive", "classified_at", "notes"]
    assert made.json() == {"user_id": USER, "harmful": True, "inactive": False, "notes": "spam",
                           "classified_at": made.json()["classified_at"]}
    assert made.headers["Content-Type"] == "application/json" and " " not in made.text.replace("spam", "")
    again = api("PUT", body={"harmful": False, "inactive": True})
    assert again.status_code == 200 and again.json()["notes"] is None
    assert again.json()["classified_at"] > made.json()["classified_at"]
    assert rows(database) == [(USER, False, True, None)]


def test_get_shows_what_put_answered_with_the_same_entity_tag(api):
    for notes in (None, "", HOSTILE):
        written = api("PUT", body={"harmful": True, "inactive": True, "notes": notes})
        read = api("GET")
        assert read.status_code == 200
        assert (read.content, read.headers["ETag"]) == (written.content, written.headers["ETag"])
        assert read.json()["notes"] == (notes if notes is None else notes.strip())
    assert HOSTILE.strip() == read.json()["notes"] and "\\u2028" in read.text
    assert api("HEAD").headers["ETag"] == read.headers["ETag"]


def test_patch_changes_only_what_is_sent(api, database):
    api("PUT", body={"harmful": True, "inactive": False, "notes": "why"})
    for body, expected in (({"inactive": True}, (USER, True, True, "why")), ({"notes": None}, (USER, True, True, None)),
                           ({"harmful": False, "notes": "so"}, (USER, False, True, "so"))):
        before = api("GET").json()["classified_at"]
        answer = api("PATCH", body=body)
        assert answer.status_code == 200
        assert rows(database) == [expected]
        assert answer.json()["classified_at"] > before
        assert answer.headers["ETag"] == api("GET").headers["ETag"]


@pytest.mark.parametrize("body", [{}, {"user_id": OTHER, "classified_at": "2001-01-01T00:00:00Z"}])
def test_a_patch_of_nothing_changes_nothing_not_even_the_time_of_the_verdict(api, database, body):
    """What the server sets is accepted and ignored, as a client sends it back that has read the row."""
    made = api("PUT", body={"harmful": True, "inactive": False, "notes": "why"})
    before = state(database)
    answer = api("PATCH", body=body)
    assert said(answer) == (200, made.json()) and answer.headers["ETag"] == made.headers["ETag"]
    assert said(api("PATCH", body=body, If_Match='"other"')) == FAILED
    assert api("PATCH", body=body, If_Match=made.headers["ETag"], Idempotency_Key="nothing").content == answer.content
    assert state(database) == before
    api("DELETE")
    assert said(api("PATCH", body=body)) == UNCLASSIFIED


@pytest.mark.parametrize("method, path, body", [
    ("PATCH", PATH, {"harmfull": True}), ("PATCH", PATH, {"inactive": True, "harmfull": True}),
    ("PUT", PATH, {"harmful": True, "inactive": True, "note": "x"}),
    ("POST", MANY, {"user_ids": [USER, OTHER], "harmfull": True})])
def test_a_misspelt_member_is_refused_and_the_nearest_named(api, database, method, path, body):
    api("PUT", body={"harmful": False, "inactive": False, "notes": "kept"})
    before = state(database)
    slip, meant = ("note", "notes") if "note" in body else ("harmfull", "harmful")
    assert said(api(method, path, body)) == (400, {slip: [f"There is no field '{slip}'; the nearest is '{meant}'."]})
    assert state(database) == before


def test_members_of_any_name_and_number_are_refused_in_a_short_answer(api):
    answer = api("PATCH", body={**{f"x{number}": 1 for number in range(5000)}, "y" * 5000: 1})
    assert answer.status_code == 400 and len(answer.content) < 2000
    for name in ("\ud800", "x" * 101):
        assert said(api("PATCH", body={name: 1})) == (400, {"non_field_errors": ["There is no field of that name."]})


def test_an_unclassified_user_has_nothing_to_read_or_change(api, database):
    assert said(api("GET")) == UNCLASSIFIED
    assert said(api("PATCH", body={"harmful": True})) == UNCLASSIFIED
    assert said(api("PATCH", body={"harmful": True}, If_Match="*")) == UNCLASSIFIED
    assert rows(database) == []


def test_delete_makes_unclassified_also_a_second_time(api, database):
    api("PUT", body={"harmful": True, "inactive": False})
    for _ in range(2):
        answer = api("DELETE")
        assert (answer.status_code, answer.content) == (204, b"")
        assert said(api("GET")) == UNCLASSIFIED
    assert rows(database) == []
    assert execute(database, "SELECT count(*) FROM watchdxg_log WHERE event = 'classification_deleted'") == [(1,)]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("user", ["4711", "0", "2147483648", "9223372036854775807"])
def test_an_unknown_user_is_404(api, method, user):
    body = {"harmful": True, "inactive": True} if method in ("PUT", "PATCH") else None
    assert said(api(method, f"/api/users/{user}/classification/", body)) == NO_USER


@pytest.mark.parametrize("user", ["x", "-1", "1.0", "1_0", "%31x", "99999999999999999999", "+1", "%00"])
def test_what_is_no_id_is_404(api, user):
    assert said(api("GET", f"/api/users/{user}/classification/")) == (404, {"detail": "Not found."})


def test_other_methods_are_405_and_options_describe_it(api):
    answer = api("POST", body={})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS")
    described = api("OPTIONS")
    assert described.status_code == 200 and list(described.json()["actions"]["PUT"]) == ["harmful", "inactive", "notes", "sampled"]


@pytest.mark.parametrize("body, errors", [
    ({}, {"harmful": REQUIRED, "inactive": REQUIRED}),
    ({"harmful": None, "inactive": 2}, {"harmful": ["This field may not be null."], "inactive": NOT_BOOLEAN}),
    ({"harmful": "maybe", "inactive": []}, {"harmful": NOT_BOOLEAN, "inactive": NOT_BOOLEAN}),
    ({"harmful": True, "inactive": True, "notes": ["x"]}, {"notes": ["Not a valid string."]}),
    ({"harmful": True, "inactive": True, "notes": "a\0"}, {"notes": ["Null characters are not allowed."]}),
    ([1], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
])
def test_a_wrong_body_is_named_and_changes_nothing(api, database, body, errors):
    assert said(api("PUT", body=body)) == (400, errors)
    assert rows(database) == []


def test_bodies_are_read_as_everywhere(server, access, database):
    def put(data, kind="application/json"):
        return said(server.request("PUT", PATH, access, data=data, headers={"Content-Type": kind}))
    assert put(b"{") == (400, {"detail": "JSON parse error - Expecting property name enclosed in double quotes: "
                                         "line 1 column 2 (char 1)"})
    assert put(b"{}", "text/plain") == (415, {"detail": 'Unsupported media type "text/plain" in request.'})
    assert put(b'{"harmful":"yes","inactive":0,"notes":12.50}')[0] == 201
    assert rows(database) == [(USER, True, False, "12.5")]


def test_without_a_token_nothing_happens(server, database):
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert server.request(method, PATH, json={"harmful": 1}).status_code == 401
        assert server.request(method, PATH, mint(user_id="77"), json={"harmful": 1, "inactive": 1}).status_code == 401
    assert server.post(MANY, {"user_ids": [USER]}, mint(user_id="77")).status_code == 401
    assert rows(database) == []


# -- conditions


def test_if_match_guards_every_write(api, database):
    tag = api("PUT", body={"harmful": True, "inactive": False}).headers["ETag"]
    newer = api("PATCH", body={"inactive": True}, If_Match=tag).headers["ETag"]
    assert newer != tag
    before = state(database)
    assert said(api("PUT", body={"harmful": False, "inactive": False}, If_Match=tag)) == FAILED
    assert said(api("PATCH", body={"harmful": False}, If_Match=tag)) == FAILED
    assert said(api("DELETE", If_Match=tag)) == FAILED
    assert said(api("GET", If_Match=tag)) == FAILED
    assert state(database) == before
    assert api("PATCH", body={}, If_Match=f'"x", {newer}').status_code == 200
    assert api("DELETE", If_Match="*").status_code == 204
    assert said(api("DELETE", If_Match="*")) == FAILED


def test_the_same_values_again_are_a_new_verdict_with_a_new_entity_tag(api):
    body = {"harmful": True, "inactive": False, "notes": "x"}
    assert api("PUT", body=body).headers["ETag"] != api("PUT", body=body).headers["ETag"]


@pytest.mark.parametrize("through", ['W/"{}"', '"{}-gzip"', 'W/"{}-gzip"', '"x", W/"{}"', '"{}-br", "x"', 'W/"x", "{}-zstd"'])
def test_our_entity_tag_matches_as_a_compressing_proxy_hands_it_on(api, database, through):
    def handed_on(own):
        return through.format(own.strip('"'))
    tag = api("PUT", body={"harmful": True, "inactive": False}).headers["ETag"]
    assert api("GET", If_None_Match=handed_on(tag)).status_code == 304
    changed = api("PATCH", body={"inactive": True}, If_Match=handed_on(tag))
    assert changed.status_code == 200
    for method, body in (("PUT", {"harmful": False, "inactive": False}), ("PATCH", {"harmful": False}), ("DELETE", None)):
        assert said(api(method, body=body, If_Match=handed_on(tag))) == FAILED, "the row has changed"
    assert said(api("PUT", body={"harmful": False, "inactive": False},
                    If_None_Match=handed_on(changed.headers["ETag"]))) == FAILED
    assert api("DELETE", If_Match=handed_on(changed.headers["ETag"])).status_code == 204


def test_if_match_never_creates(api, database):
    for tags in ("*", '"0"'):
        assert said(api("PUT", body={"harmful": True, "inactive": False}, If_Match=tags)) == FAILED
    assert rows(database) == []


def test_if_none_match_creates_only(api, database):
    first = api("PUT", body={"harmful": True, "inactive": False}, If_None_Match="*")
    assert first.status_code == 201
    assert said(api("PUT", body={"harmful": False, "inactive": False}, If_None_Match="*")) == FAILED
    assert said(api("PUT", body={"harmful": False, "inactive": False}, If_None_Match=first.headers["ETag"])) == FAILED
    assert rows(database) == [(USER, True, False, None)]
    assert api("PUT", body={"harmful": False, "inactive": True}, If_None_Match='"other"').status_code == 200


def test_an_unchanged_row_is_304(api):
    tag = api("PUT", body={"harmful": True, "inactive": False}).headers["ETag"]
    answer = api("GET", If_None_Match=f'"x" ,, {tag}')
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert "Content-Length" not in answer.headers and "Content-Type" not in answer.headers
    api("PATCH", body={"inactive": True})
    assert api("GET", If_None_Match=tag).status_code == 200


@pytest.mark.parametrize("tags", ["x", '"a', '"a" "b"', '*, "a"', ", ,", '"a b"', 'w/"a"'])
@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
def test_a_condition_that_nobody_understands_is_refused(api, database, header, tags):
    expected = (400, {"detail": f"Invalid {header} header."})
    assert said(api("PUT", body={"harmful": True, "inactive": False}, **{header: tags})) == expected
    assert rows(database) == []


def put_at_once(jobs):
    """Sends each (server, headers, body) to PATH, all together.  @return their answers' statuses and bodies"""
    answers, gate, token = [None] * len(jobs), threading.Barrier(len(jobs)), mint()

    def ask(number, server, headers, body):
        with RawConnection(server.port) as connection:
            data = request(PATH, "PUT", [("Content-Type", "application/json"), ("Authorization", f"Bearer {token}"),
                                         *headers], json.dumps(body).encode())
            gate.wait()
            answer = connection.send(data).read()
            answers[number] = (answer.status, answer.json())

    threads = [threading.Thread(target=ask, args=(number, *job)) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("condition", ["If-Match", "If-None-Match"])
def test_of_many_at_once_exactly_one_wins_over_two_processes(api, server, database, start_server, condition):
    second = start_server(database)
    headers = [("If-None-Match", "*")]
    if condition == "If-Match":
        headers = [("If-Match", api("PUT", body={"harmful": False, "inactive": False}).headers["ETag"])]
    answers = put_at_once([((server, second)[number % 2], headers, {"harmful": True, "inactive": False,
                                                                    "notes": str(number)}) for number in range(64)])
    won = [body for status, body in answers if status in (200, 201)]
    assert len(won) == 1 and [answer for answer in answers if answer[0] == 412] == [FAILED] * 63
    assert rows(database) == [(USER, True, False, won[0]["notes"])]


def test_without_conditions_every_write_happens_and_the_log_has_them_in_a_chain(server, database, start_server):
    second = start_server(database)
    answers = put_at_once([((server, second)[number % 2], [], {"harmful": True, "inactive": False,
                                                               "notes": str(number)}) for number in range(64)])
    assert sorted(status for status, _ in answers) == [200] * 63 + [201]
    log = execute(database, "SELECT before, after FROM watchdxg_log WHERE event = 'classification_changed' ORDER BY id")
    assert len(log) == 64 and log[0][0] is None
    assert all(log[i][0] == log[i - 1][1] for i in range(1, 64))
    assert rows(database)[0][3] == log[-1][1]["notes"]


# -- many users


def test_many_at_once_change_only_what_is_sent(api, database):
    api("PUT", body={"harmful": True, "inactive": False, "notes": "kept"})
    answer = api("POST", MANY, {"user_ids": [OTHER, USER, OTHER, str(USER)], "inactive": True})
    assert said(answer) == (200, {"updated": 2})
    assert rows(database) == [(USER, True, True, "kept"), (OTHER, False, True, None)]
    assert said(api("POST", MANY, {"user_ids": [USER], "notes": None})) == (200, {"updated": 1})
    assert rows(database)[0] == (USER, True, True, None)


def test_unknown_ids_are_named_and_nothing_changes(api, database):
    before = state(database)
    answer = api("POST", MANY, {"user_ids": [9009, USER, 7007, 99999999999], "harmful": True})
    assert said(answer) == (400, {"user_ids": ["Unknown ids: 7007, 9009, 99999999999."]})
    answer = api("POST", MANY, {"user_ids": list(range(5000, 5030)), "harmful": True})
    listed = ", ".join(map(str, range(5000, 5020)))
    assert said(answer) == (400, {"user_ids": [f"Unknown ids: {listed} and 10 more."]})
    assert state(database) == before


@pytest.mark.parametrize("body, errors", [
    ({}, REQUIRED),
    ({"user_ids": None}, ["This field may not be null."]),
    ({"user_ids": []}, ["This list may not be empty."]),
    ({"user_ids": "1"}, ['Expected a list of items but got type "str".']),
    ({"user_ids": {"1": 1}}, ['Expected a list of items but got type "dict".']),
    ({"user_ids": [1] * 10001}, ["Ensure this field has no more than 10000 elements."]),
    ({"user_ids": ["x", 1, None, 1.5, True, 10 ** 19]}, {
        "0": ["A valid integer is required."], "2": ["This field may not be null."],
        "3": ["A valid integer is required."], "4": ["A valid integer is required."],
        "5": ["Ensure this value is less than or equal to 9223372036854775807."]}),
])
def test_a_wrong_list_of_ids_is_named(api, database, body, errors):
    assert said(api("POST", MANY, {"harmful": True, **body})) == (400, {"user_ids": errors})
    assert rows(database) == []


def test_long_notes_are_bounded_for_one_and_for_all_together(api, database):
    assert api("PUT", body={"harmful": True, "inactive": False, "notes": "\u65e5" * 10000}).status_code == 201
    assert said(api("PATCH", body={"notes": "x" * 10001})) == (
        400, {"notes": ["Ensure this field has no more than 10000 characters."]})
    too_long = (400, {"notes": ["This is too long for so many users."]})
    many = {"user_ids": list(range(1, 10001)), "notes": "x" * 839}
    assert said(api("POST", MANY, many)) == too_long
    assert said(api("POST", "/api/actions/", {**many, "action_type": "block"})) == too_long
    assert len(rows(database)) == 1


def test_ten_thousand_at_once(cluster, start_server):
    url = make_database(cluster)
    seed(url, users=10000)
    execute(url, "DELETE FROM classification")
    ids = [row[0] for row in execute(url, "SELECT id FROM users ORDER BY id LIMIT 10000")]
    api = Client(start_server(url))
    for harmful in (True, False):  # made, then changed
        assert said(api("POST", MANY, {"user_ids": ids, "harmful": harmful})) == (200, {"updated": 10000})
        assert execute(url, "SELECT count(*) FROM classification WHERE harmful = %s", (harmful,)) == [(10000,)]
    assert execute(url, "SELECT count(*), count(before), count(DISTINCT user_id) FROM watchdxg_log "
                        "WHERE event = 'classification_changed'") == [(20000, 10000, 10000)]


# -- traces


def test_the_log_has_before_and_after_of_every_user(api, database):
    made = api("PUT", body={"harmful": True, "inactive": False, "notes": HOSTILE}, X_Request_ID="w-1").json()
    api("POST", MANY, {"user_ids": [USER, OTHER], "harmful": False}, X_Request_ID="w-2")
    changed = api("GET").json()
    api("DELETE", X_Request_ID="w-3")
    log = api("GET", "/api/logs/?event__in=classification_changed,classification_deleted").json()[::-1]
    assert [(e["event"], e["user_id"], e["request_id"], e["level"], e["operator"], e["address"]) for e in log] == [
        ("classification_changed", USER, "w-1", "info", "watchdxg", "127.0.0.1"),
        ("classification_changed", USER, "w-2", "info", "watchdxg", "127.0.0.1"),
        ("classification_changed", OTHER, "w-2", "info", "watchdxg", "127.0.0.1"),
        ("classification_deleted", USER, "w-3", "info", "watchdxg", "127.0.0.1")]
    assert [(e["before"], e["after"]) for e in log[:2]] == [(None, made), (made, changed)]
    assert log[2]["before"] is None and log[2]["after"]["user_id"] == OTHER
    assert (log[3]["before"], log[3]["after"]) == (changed, None)


def test_events_tell_of_each_change(api, database):
    execute(database, "UPDATE watchdxg_watched_table SET own_changes = 0 WHERE table_name = 'classification'")
    api("PUT", body={"harmful": True, "inactive": False})
    api("POST", MANY, {"user_ids": [USER, OTHER], "harmful": False})
    api("DELETE")
    api("DELETE")  # nothing to delete: no event
    events = execute(database, "SELECT table_name, account_id, ids FROM watchdxg_event WHERE ids IS NOT NULL ORDER BY id")
    accounts = dict(execute(database, "SELECT id, account_id FROM users"))
    assert accounts[USER] == accounts[OTHER]
    assert events == [("classification", accounts[USER], [USER]), ("classification", accounts[USER], [USER, OTHER]),
                      ("classification", accounts[USER], [USER])]
    assert execute(database, "SELECT own_changes FROM watchdxg_watched_table WHERE table_name = 'classification'") == [(4,)]


# -- the core meanwhile


@pytest.fixture
def doomed(database):
    """A user whom the core is about to delete."""
    (number,), = execute(database, "INSERT INTO users (account_id, handle) VALUES (1, 'doomed') RETURNING id")
    yield number
    execute(database, "DELETE FROM users WHERE id = %s", (number,))


def while_the_core(url, sql, ask):
    """Runs a statement of the core's in a transaction, asks, and commits once the writer waits for it."""
    answers = []
    with connect(url, autocommit=False) as core, core.cursor() as cursor:
        cursor.execute(sql)
        writer = threading.Thread(target=lambda: answers.append(ask()))
        writer.start()
        wait_until(lambda: execute(url, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                                        "AND wait_event_type = 'Lock' AND wait_event = 'transactionid'"),
                   "the writer to wait for the core")
        core.commit()
        writer.join()
    return answers[0]


def test_a_user_whom_the_core_deletes_meanwhile_is_404(api, database, doomed):
    answer = while_the_core(database, f"DELETE FROM users WHERE id = {doomed}", lambda: api(
        "PUT", f"/api/users/{doomed}/classification/", {"harmful": True, "inactive": False}))
    assert said(answer) == NO_USER
    assert rows(database) == []


def test_one_of_many_whom_the_core_deletes_meanwhile_changes_nothing(api, database, doomed):
    answer = while_the_core(database, f"DELETE FROM users WHERE id = {doomed}", lambda: api(
        "POST", MANY, {"user_ids": [USER, doomed], "harmful": True}))
    assert said(answer) == (400, {"user_ids": [f"Unknown ids: {doomed}."]})
    assert rows(database) == []


def test_a_verdict_that_the_core_changes_meanwhile_is_the_one_that_is_judged(api, database):
    tag = api("PUT", body={"harmful": True, "inactive": False}).headers["ETag"]
    answer = while_the_core(database, f"UPDATE classification SET notes = 'core' WHERE user_id = {USER}", lambda: api(
        "PATCH", body={"inactive": True}, If_Match=tag))
    assert said(answer) == FAILED
    assert rows(database) == [(USER, True, False, "core")]


@pytest.mark.parametrize("condition, status, left", [({"If_None_Match": "*"}, 412, "core"), ({}, 200, None)])
def test_a_verdict_that_the_core_gives_meanwhile(api, database, condition, status, left):
    answer = while_the_core(database, f"INSERT INTO classification (user_id, notes) VALUES ({USER}, 'core')", lambda: api(
        "PUT", body={"harmful": True, "inactive": False}, **condition))
    assert answer.status_code == status
    assert rows(database)[0][3] == left
    logged = execute(database, "SELECT before->>'notes' FROM watchdxg_log WHERE event = 'classification_changed'")
    assert logged == ([("core",)] if status == 200 else [])


def test_one_of_many_that_the_core_gives_meanwhile_is_changed_knowingly(api, database):
    answer = while_the_core(database, f"INSERT INTO classification VALUES ({OTHER}, true, false, now(), 'core')", lambda: api(
        "POST", MANY, {"user_ids": [USER, OTHER], "inactive": True}))
    assert said(answer) == (200, {"updated": 2})
    assert rows(database) == [(USER, False, True, None), (OTHER, True, True, "core")]
    before = execute(database, "SELECT user_id, before->>'notes' FROM watchdxg_log "
                               "WHERE event = 'classification_changed' ORDER BY user_id")
    assert before == [(USER, None), (OTHER, "core")]


def test_a_verdict_that_the_core_deletes_meanwhile_is_404_for_patch(api, database):
    api("PUT", body={"harmful": True, "inactive": False})
    answer = while_the_core(database, f"DELETE FROM classification WHERE user_id = {USER}", lambda: api(
        "PATCH", body={"inactive": True}))
    assert said(answer) == UNCLASSIFIED


def test_a_row_that_the_core_holds_for_long_is_503_and_nothing_changes(api, database):
    api("PUT", body={"harmful": True, "inactive": False})
    with connect(database, autocommit=False) as core, core.cursor() as cursor:
        cursor.execute("SELECT 1 FROM classification FOR UPDATE")
        answer = api("PATCH", body={"harmful": False})
        core.rollback()
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    assert rows(database) == [(USER, True, False, None)]


def test_reads_and_logins_do_not_wait_for_a_write_that_waits_for_the_core(api, database):
    api("PUT", body={"harmful": True, "inactive": False})
    answers = []
    with connect(database, autocommit=False) as core, core.cursor() as cursor:
        cursor.execute("SELECT 1 FROM classification FOR UPDATE")
        writers = [threading.Thread(target=lambda: answers.append(api("PATCH", body={"harmful": False}))) for _ in range(24)]
        for writer in writers:
            writer.start()
        wait_until(lambda: execute(database, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                                             "AND wait_event_type = 'Lock'"), "a writer to wait for the core")
        assert api("GET", "/api/users/?limit=5").status_code == 200
        assert api("GET").json()["harmful"] is True
        assert api.server.login().status_code == 200
        assert api("DELETE", "/api/sessions/").status_code == 204
        assert any(writer.is_alive() for writer in writers), "the writes waited longer than all of that"
        core.rollback()
        for writer in writers:
            writer.join()
    assert {answer.status_code for answer in answers} <= {200, 503}


def test_the_core_is_never_the_victim_of_a_deadlock_with_us(api, database):
    for user in (USER, OTHER):
        api("PUT", f"/api/users/{user}/classification/", {"harmful": True, "inactive": False})
    answers = []
    with connect(database, autocommit=False) as core, core.cursor() as cursor:
        cursor.execute(f"UPDATE classification SET notes = 'core' WHERE user_id = {OTHER}")
        writer = threading.Thread(target=lambda: answers.append(api("POST", MANY, {"user_ids": [OTHER, USER], "harmful": False})))
        writer.start()
        wait_until(lambda: execute(database, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                                             "AND wait_event_type = 'Lock'"), "the writer to wait for the core")
        cursor.execute(f"UPDATE classification SET notes = 'core' WHERE user_id = {USER}")
        core.commit()
        writer.join()
    assert {row[3] for row in rows(database)} == {"core"}
    assert answers[0].status_code in (200, 503)


# -- other databases


def test_rows_that_other_tables_of_the_core_forbid_are_409(cluster, start_server):
    url = make_database(cluster)
    execute(url, "CREATE TABLE allowed (id integer PRIMARY KEY);"
                 "ALTER TABLE classification ADD FOREIGN KEY (user_id) REFERENCES allowed (id)")
    api = Client(start_server(url))
    assert said(api("PUT", body={"harmful": True, "inactive": False})) == (
        409, {"detail": "The rows of this change, or rows that they refer to, do not allow it."})
    assert rows(url) == []


def test_generations_of_the_core(cluster, start_server):
    for schema in ("v1", "v2"):
        api = Client(start_server(make_database(cluster, schema)))
        for method, path in (("PUT", PATH), ("PATCH", PATH), ("DELETE", PATH), ("GET", PATH), ("POST", MANY)):
            body = {"harmful": True, "inactive": False, **({"user_ids": [USER]} if path == MANY else {})}
            answer = api(method, path, None if method == "GET" else body)
            if schema == "v1":
                assert said(answer) == (404, {"detail": "The core's schema here (v1) has no table classification."})
            else:
                assert answer.status_code in (200, 201, 204, 404) and "schema" not in answer.text
        if schema == "v2":
            assert api("GET").status_code == 200


def test_a_role_that_may_not_write_is_told_so(cluster, start_server):
    url = make_database(cluster)
    execute(url, "DROP ROLE IF EXISTS onlooker; CREATE ROLE onlooker LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO "
                 "onlooker; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO onlooker;"
                 "REVOKE INSERT, UPDATE, DELETE ON classification, actions FROM onlooker", autocommit=False)
    api = Client(start_server(url.replace("wdx@", "onlooker@")))
    denied = (403, {"detail": "The database does not let this server write the table classification."})
    assert said(api("PUT", body={"harmful": True, "inactive": False})) == denied
    assert said(api("POST", MANY, {"user_ids": [USER], "harmful": True})) == denied
    assert said(api("POST", "/api/actions/", {"user_id": USER, "action_type": "block"})) == (
        403, {"detail": "The database does not let this server write the table actions."})
    assert said(api("GET")) == UNCLASSIFIED
    assert "watchdxg-back check" in api.server.log


def test_a_table_that_vanishes_meanwhile_is_404(cluster, start_server):
    url = make_database(cluster)
    api = Client(start_server(url))
    assert api("PUT", body={"harmful": True, "inactive": False}).status_code == 201
    execute(url, "ALTER TABLE classification RENAME TO elsewhere")
    assert said(api("PUT", body={"harmful": True, "inactive": False})) == (
        404, {"detail": "The core's schema here (v3) has no table classification."})
    execute(url, "ALTER TABLE elsewhere RENAME TO classification")
