"""Edits: every write can be looked up, and taken back at any distance, column for column."""
import json
import re
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from support.data import make_database, seed
from support.postgres import connect, execute, wait_until
from support.server import Server
from support.tokens import mint

USER, OTHER, THIRD = 1, 2, 3
FIELDS = ["id", "at", "operator", "kind", "users", "summary", "undoes", "undone_by"]
NO_EDIT = {"detail": "No Edit matches the given query."}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ROWS = {
    "classification": "SELECT row_to_json(c)::text FROM classification AS c ORDER BY user_id",
    "actions": "SELECT row_to_json(a)::text FROM actions AS a ORDER BY id",
    "watchdxg_snooze": "SELECT row_to_json(s)::text FROM watchdxg_snooze AS s ORDER BY user_id",
    "watchdxg_sampled_verdict": "SELECT row_to_json(m)::text FROM watchdxg_sampled_verdict AS m ORDER BY user_id",
}
EMPTY = ("DELETE FROM classification; DELETE FROM watchdxg_log; DELETE FROM watchdxg_event;"
         "DELETE FROM watchdxg_idempotency_key; DELETE FROM watchdxg_edit; DELETE FROM watchdxg_edited_row;"
         "DELETE FROM watchdxg_sampled_verdict; DELETE FROM watchdxg_snooze;")


@pytest.fixture(autouse=True)
def clean(database):
    execute(database, EMPTY + "DELETE FROM actions")


class Api:
    def __init__(self, server, url):
        self.server, self.url, self.token = server, url, mint()

    def __call__(self, method, path, body=None, key=None, **options):
        headers = {"Idempotency-Key": key} if key is not None else {}
        if body is not None:
            options["json"] = body
        return self.server.request(method, path, self.token, headers=headers, **options)

    def edit(self, method, path, body=None, **options):
        """@return the id of the edit that a write was"""
        answer = self(method, path, body, **options)
        assert 200 <= answer.status_code < 300, answer.text
        assert UUID.fullmatch(answer.headers["X-Edit-ID"])
        return answer.headers["X-Edit-ID"]

    def judge(self, user=USER, **verdict):
        return self.edit("PUT", f"/api/users/{user}/classification/", {"harmful": False, "inactive": False, **verdict})

    def undo(self, edit, **options):
        return self("POST", f"/api/edits/{edit}/undo/", **options)

    def undone(self, edit, skipped=(), reverted=1):
        """Takes an edit back.  @return the edit that this was"""
        answer = self.undo(edit)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert list(said) == ["edit_id", "reverted", "skipped"]
        assert (said["reverted"], said["skipped"]) == (reverted, list(skipped))
        assert said["edit_id"] == answer.headers.get("X-Edit-ID")
        return said["edit_id"]

    def list(self, **params):
        answer = self("GET", "/api/edits/", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sql(self, sql, parameters=None):
        return execute(self.url, sql, parameters)

    def rows(self):
        """All columns of all rows that a write can touch."""
        return {table: [row for (row,) in self.sql(sql)] for table, sql in ROWS.items()
                if self.sql(f"SELECT to_regclass('{table}') IS NOT NULL")[0][0]}


@pytest.fixture
def api(server, database):
    return Api(server, database)


def classify(user, harmful="true", inactive="NULL", at="'2024-02-29 12:34:56.789012+05'", notes="'why'"):
    return f"INSERT INTO classification VALUES ({user}, {harmful}, {inactive}, {at}, {notes});"


def act(number, user, action_type="'block'", at="'2024-02-29 12:34:56.789012+05'", notes="'why'"):
    return f"INSERT INTO actions VALUES ({number}, {user}, {action_type}, {at}, {notes});"


# -- each write is an edit


WRITES = {
    "PUT": lambda api: api("PUT", f"/api/users/{USER}/classification/", {"harmful": True, "inactive": False}),
    "PATCH": lambda api: api("PATCH", f"/api/users/{OTHER}/classification/", {"notes": "n"}),
    "DELETE": lambda api: api("DELETE", f"/api/users/{OTHER}/classification/"),
    "bulk": lambda api: api("POST", "/api/classifications/", {"user_ids": [USER, OTHER], "inactive": True}),
    "action": lambda api: api("POST", "/api/actions/", {"user_id": USER, "action_type": "block"}),
    "actions": lambda api: api("POST", "/api/actions/", {"user_ids": [OTHER, USER], "action_type": "mute"}),
    "change an action": lambda api: api("PATCH", "/api/actions/9001/", {"action_type": "mute"}),
    "delete an action": lambda api: api("DELETE", "/api/actions/9001/"),
    "snooze": lambda api: api("POST", "/api/snoozes/", {"user_ids": [USER, THIRD], "until": in_days(3)}),
    "end a snooze": lambda api: api("POST", "/api/snoozes/", {"user_ids": [THIRD], "until": None}),
}
SAID = {
    "PUT": ("classification_changed", 1, "Verdict on @alice_bot: harmful"),
    "PATCH": ("classification_changed", 1, "Verdict on @Bob: notes"),
    "DELETE": ("classification_deleted", 1, "Removed the verdict on @Bob"),
    "bulk": ("classification_changed", 2, "Verdict on 2 users: inactive"),
    "action": ("action_added", 1, "Recorded block for @alice_bot"),
    "actions": ("action_added", 2, "Recorded mute for 2 users"),
    "change an action": ("action_changed", 1, "Changed an action about @alice_bot"),
    "delete an action": ("action_deleted", 1, "Deleted an action about @alice_bot"),
    "snooze": ("snoozed", 2, None),
    "end a snooze": ("snooze_ended", 1, None),
}


def in_days(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).isoformat()


def prepare(api):
    """A verdict of the core's making on OTHER, an action about USER, and a snooze of THIRD."""
    api.sql(classify(OTHER) + act(9001, USER)
            + f"INSERT INTO watchdxg_sampled_verdict VALUES ({OTHER}, '2024-01-01 01:02:03.000004+00');"
            + f"INSERT INTO watchdxg_snooze VALUES ({THIRD}, now() + interval '1 day', '2024-01-01 01:02:03.000004+00')")


@pytest.fixture
def handles(api):
    return dict(api.sql("SELECT id, handle FROM users"))


@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_one_edit_with_its_log_and_its_events(api, handles, write):
    prepare(api)
    answer = WRITES[write](api)
    assert 200 <= answer.status_code < 300, answer.text
    edit = answer.headers["X-Edit-ID"]
    assert UUID.fullmatch(edit)
    [row] = api.list()
    assert list(row) == FIELDS
    kind, users, summary = SAID[write]
    assert (row["id"], row["operator"], row["kind"], row["users"]) == (edit, "watchdxg", kind, users)
    assert (row["undoes"], row["undone_by"]) == (None, None)
    if summary:
        words = summary.replace("@alice_bot", "@" + handles[USER]).replace("@Bob", "@" + handles[OTHER])
        assert row["summary"] == words
    assert api("GET", f"/api/edits/{edit}/").json() == row
    assert api("GET", f"/api/edits/{edit.upper()}/").json() == row
    entries = api("GET", "/api/logs/", params={"edit_id": edit}).json()
    assert [entry["event"] for entry in entries] == [kind] * users
    assert {entry["edit_id"] for entry in entries} == {edit}
    assert {one for (one,) in api.sql("SELECT edit_id FROM watchdxg_event WHERE edit_id IS NOT NULL")} == {edit}


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_is_taken_back_leaves_every_column_as_it_was(api, write):
    prepare(api)
    before = api.rows()
    edit = WRITES[write](api).headers["X-Edit-ID"]
    after = api.rows()
    assert after != before
    count = SAID[write][1]
    undo = api.undone(edit, reverted=count)
    assert api.rows() == before
    redo = api.undone(undo, reverted=count)
    assert api.rows() == after
    again = api.undone(redo, reverted=count)
    assert api.rows() == before
    chain = [(one["id"], one["kind"], one["undoes"], one["undone_by"]) for one in api.list()]
    kind = SAID[write][0]
    assert chain == [(again, "undo", redo, None), (redo, "redo", undo, again), (undo, "undo", edit, redo),
                     (edit, kind, None, undo)]
    summaries = [one["summary"] for one in api.list()]
    assert summaries[:3] == [f"{what}: {summaries[3]}" for what in ("Undone", "Redone", "Undone")]


@pytest.mark.parametrize("at", ["NULL", "'infinity'", "'-infinity'", "'0044-03-15 00:00+00 BC'",
                                "'2024-02-29 12:34:56.000001+00'", "'294276-12-31 23:59:59.999999+00'"])
@pytest.mark.parametrize("notes", ["NULL", "''", "E' \\\\ \"{}'' \\n\\t\\u202e\\u0001 \U0001F600'"])
def test_odd_values_come_back_exactly(api, at, notes):
    api.sql(classify(USER, "NULL", "NULL", at, notes) + act(9001, USER, "NULL", at, notes)
            + act(9002, USER, "''", at, notes))
    before = api.rows()
    edits = [api.judge(harmful=True), api.edit("DELETE", "/api/actions/9001/"),
             api.edit("PATCH", "/api/actions/9002/", {"action_type": "x", "timestamp": in_days(-1), "notes": None}),
             api.edit("DELETE", f"/api/users/{USER}/classification/")]
    for edit in reversed(edits):
        api.undone(edit)
    assert api.rows() == before


def test_columns_that_only_the_core_knows_come_back_too(cluster, start_server):
    url = make_database(cluster)
    execute(url, "ALTER TABLE classification ADD COLUMN reviewer text DEFAULT 'nobody', ADD COLUMN weight numeric;"
                 "ALTER TABLE actions ADD COLUMN proof bytea DEFAULT '\\x00ff'")
    execute(url, "DELETE FROM actions; DELETE FROM classification;"
                 "INSERT INTO classification (user_id, harmful, reviewer, weight) VALUES (1, true, 'me', 1.500);"
                 "INSERT INTO actions (id, user_id, action_type, proof) VALUES (9001, 1, 'block', '\\x0102')")
    api = Api(start_server(url), url)
    before = api.rows()
    edits = [api.edit("PATCH", "/api/users/1/classification/", {"inactive": True}),
             api.edit("DELETE", "/api/users/1/classification/"), api.edit("DELETE", "/api/actions/9001/")]
    for edit in reversed(edits):
        api.undone(edit)
    assert api.rows() == before


def test_what_changes_no_row_is_no_edit(api):
    api.sql(classify(OTHER) + act(9001, USER))
    before = api.rows()
    for method, path, body, status in [
            ("PATCH", f"/api/users/{OTHER}/classification/", {}, 200),
            ("PATCH", "/api/actions/9001/", {}, 200),
            ("DELETE", f"/api/users/{USER}/classification/", None, 204),
            ("POST", "/api/snoozes/", {"user_ids": [USER], "until": None}, 200),
            ("PATCH", f"/api/users/{USER}/classification/", {"harmful": True}, 404),
            ("POST", "/api/actions/", {"user_id": 10 ** 9, "action_type": "x"}, 400)]:
        answer = api(method, path, body)
        assert answer.status_code == status, answer.text
        assert "X-Edit-ID" not in answer.headers
    assert api.list() == [] and api.rows() == before
    assert api.sql("SELECT count(*) FROM watchdxg_edited_row") == [(0,)]


def test_a_refused_write_leaves_no_edit(api):
    api.sql(classify(OTHER))
    for headers, status in [({"If-Match": '"no"'}, 412), ({"If-None-Match": "*"}, 412)]:
        answer = api.server.request("PUT", f"/api/users/{OTHER}/classification/", api.token, headers=headers,
                                    json={"harmful": True, "inactive": True})
        assert answer.status_code == status and "X-Edit-ID" not in answer.headers
    assert api.list() == []


def test_the_answer_of_a_repeated_request_names_the_first_edit(api):
    answers = [api("PUT", f"/api/users/{USER}/classification/", {"harmful": True, "inactive": False}, key="one")
               for _ in range(2)]
    assert answers[0].headers["X-Edit-ID"] == answers[1].headers["X-Edit-ID"]
    undos = [api.undo(answers[0].headers["X-Edit-ID"], key="two") for _ in range(2)]
    assert [one.status_code for one in undos] == [200, 200]
    assert undos[0].content == undos[1].content
    assert undos[0].headers["X-Edit-ID"] == undos[1].headers["X-Edit-ID"] == undos[0].json()["edit_id"]
    assert len(api.list()) == 2
    other = api.judge()
    used = api.undo(other, key="two")
    assert (used.status_code, used.json()) == (422, {"detail": "This Idempotency-Key was used for another request."})


def test_an_event_stream_says_which_edit_it_was(api):
    stream = api.server.request("GET", "/api/events/", api.token, stream=True, timeout=30,
                                headers={"Accept": "text/event-stream"})
    lines = stream.iter_lines(decode_unicode=True)
    assert next(lines).startswith(":")
    edit = api.judge(harmful=True)
    # Before it may come what the core, as the test, had changed.
    data = next(line for line in lines if line.startswith("data: ") and edit in line)
    said = json.loads(data[6:])
    assert (said["table"], said["ids"], said["edit_id"]) == ("classification", [USER], edit)
    stream.close()


@pytest.mark.parametrize("method, path, body", [
    ("PUT", f"/api/users/{USER}/classification/", {"harmful": True, "inactive": False}),
    ("PATCH", f"/api/users/{OTHER}/classification/", {"harmful": True}),
    ("POST", "/api/classifications/", {"user_ids": [USER], "harmful": True}),
    ("POST", "/api/actions/", {"user_id": USER, "action_type": "x"}),
    ("PATCH", "/api/actions/9001/", {"action_type": "x"}),
    ("POST", "/api/snoozes/", {"user_ids": [USER], "until": None}),
])
def test_what_the_server_sets_is_ignored_and_what_nobody_knows_is_refused(api, method, path, body):
    prepare(api)
    set_by_us = {"/api/actions/": {"id": 77}, "/api/actions/9001/": {"id": 77, "user_id": USER},
                 "/api/snoozes/": {"user_id": 77, "created_at": "x"}}.get(path, {"user_id": 77, "classified_at": "x"})
    before = api.rows()
    for key in (None, "key"):
        refused = api(method, path, {**body, **set_by_us, "harmfull": True}, key=key)
        assert refused.status_code == 400 and list(refused.json()) == ["harmfull"]
    assert api.rows() == before and api.list() == []
    answer = api(method, path, {**body, **set_by_us})
    assert 200 <= answer.status_code < 300, answer.text
    assert 'id":77,' not in "".join(api.rows()["actions"] + api.rows()["classification"])


# -- the list


def test_edits_are_a_list_as_any_other(api):
    edits = [api.judge(user, notes=f"note {user}") for user in (USER, OTHER, THIRD, USER)]
    newest = edits[::-1]
    assert newest == sorted(edits, reverse=True)
    assert [one["id"] for one in api.list()] == newest
    assert [one["id"] for one in api.list(ordering="id")] == edits
    page = api.list(limit=2, offset=1)
    assert (page["count"], [one["id"] for one in page["results"]]) == (4, newest[1:3])
    first = api.list(page_size=3)
    assert [one["id"] for one in first["results"]] == newest[:3]
    rest = api("GET", first["next"][first["next"].index("/api/"):]).json()
    assert [one["id"] for one in rest["results"]] == newest[3:]
    assert [one["id"] for one in api.list(user_id=USER)] == [edits[3], edits[0]]
    assert [one["id"] for one in api.list(id__in=f"{edits[1]},{edits[2]}")] == [edits[2], edits[1]]
    undo = api.undone(edits[3])
    assert [one["id"] for one in api.list(undone_by__isnull="false")] == [edits[3]]
    assert [one["id"] for one in api.list(undoes=edits[3])] == [undo]
    assert [one["id"] for one in api.list(kind="undo", fields="id")] == [undo]
    assert len(api.list(search="undone")) == 1
    csv = api("GET", "/api/edits/", params={"format": "csv"})
    assert csv.text.splitlines()[0] == ",".join(FIELDS)
    assert api("GET", "/api/edits/", params={"users__gte": "x"}).json() == {"users__gte": ["Enter a number."]}


def test_logs_and_edits_need_a_login(server):
    edit = str(uuid.uuid4())
    for method, path in [("GET", "/api/edits/"), ("GET", f"/api/edits/{edit}/"), ("POST", f"/api/edits/{edit}/undo/")]:
        assert server.request(method, path).status_code == 401


# -- what has changed since


def test_rows_that_were_changed_since_are_left_and_named(api):
    api.sql(classify(THIRD))
    edit = api.edit("POST", "/api/classifications/", {"user_ids": [USER, OTHER, THIRD], "harmful": True})
    api.sql(f"UPDATE classification SET notes = 'the core' WHERE user_id = {OTHER};")
    api.edit("DELETE", f"/api/users/{USER}/classification/")
    undo = api.undone(edit, [{"user_id": USER, "reason": "gone"}, {"user_id": OTHER, "reason": "changed"}])
    assert api.sql("SELECT user_id, notes, classified_at < now() - interval '1 year' FROM classification"
                   " ORDER BY user_id") == [(OTHER, "the core", False), (THIRD, "why", True)]
    assert [(one["users"], one["kind"]) for one in api.list(id=undo)] == [(1, "undo")]
    api.undone(undo)
    assert api.sql("SELECT user_id, notes FROM classification ORDER BY user_id") == [(OTHER, "the core"), (THIRD, "why")]


def test_a_value_that_was_changed_and_changed_back_counts_as_unchanged(api):
    edit = api.judge(harmful=True)
    api.sql("UPDATE classification SET harmful = false; UPDATE classification SET harmful = true")
    api.undone(edit)
    assert api.rows()["classification"] == []


def test_a_verdict_that_was_given_anew_is_not_overwritten_by_an_old_one(api):
    api.sql(classify(USER))
    edit = api.edit("DELETE", f"/api/users/{USER}/classification/")
    api.judge(inactive=True)
    assert api.undone(edit, [{"user_id": USER, "reason": "changed"}], reverted=0) is None
    assert api.sql("SELECT inactive FROM classification") == [(True,)]


def test_an_undo_that_reverts_nothing_is_no_edit_and_can_be_tried_again(api):
    edit = api.judge(harmful=True)
    later = api.judge(inactive=True)
    assert api.undone(edit, [{"user_id": USER, "reason": "changed"}], reverted=0) is None
    assert [one["id"] for one in api.list()] == [later, edit]
    api.undone(later)
    api.undone(edit)
    assert api.rows()["classification"] == []


def test_rows_whose_user_is_gone_are_named(cluster, start_server):
    url = make_database(cluster)
    execute(url, EMPTY + "DELETE FROM actions;" + classify(USER) + act(9001, USER))
    api = Api(start_server(url), url)
    snooze = api.edit("POST", "/api/snoozes/", {"user_ids": [USER, OTHER], "until": in_days(1)})
    edits = [api.edit("DELETE", f"/api/users/{USER}/classification/"), api.edit("DELETE", "/api/actions/9001/"),
             api.judge(harmful=True)]
    api.sql(f"DELETE FROM users WHERE id = {USER}")
    gone = [{"user_id": USER, "reason": "gone"}]
    for edit in edits:
        assert api.undone(edit, gone, reverted=0) is None
    api.undone(snooze, gone)


def test_an_action_comes_back_with_its_id_unless_the_id_is_taken(api):
    api.sql(act(9001, USER) + act(9002, OTHER))
    first, second = (api.edit("DELETE", f"/api/actions/{number}/") for number in (9001, 9002))
    api.undone(first)
    assert api("GET", "/api/actions/9001/").json()["user_id"] == USER
    api.sql(act(9002, THIRD))
    assert api.undone(second, [{"user_id": OTHER, "reason": "changed"}], reverted=0) is None
    assert api.sql("SELECT user_id FROM actions WHERE id = 9002") == [(THIRD,)]


def test_an_action_about_nobody_can_be_taken_back(api):
    api.sql(act(9001, "NULL"))
    before = api.rows()
    edit = api.edit("DELETE", "/api/actions/9001/")
    assert api.list()[0]["users"] == 0
    api.undone(edit)
    assert api.rows() == before


def test_the_log_says_what_an_undo_did(api):
    api.sql(classify(OTHER) + act(9001, USER))
    edits = [api.edit("POST", "/api/classifications/", {"user_ids": [USER, OTHER], "harmful": False}),
             api.edit("DELETE", "/api/actions/9001/"),
             api.edit("POST", "/api/snoozes/", {"user_ids": [USER], "until": in_days(1)})]
    kinds = [["classification_deleted", "classification_changed"], ["action_added"], ["snooze_ended"]]
    for edit, expected in zip(edits, kinds):
        done = {entry["user_id"]: entry for entry in api("GET", "/api/logs/", params={"edit_id": edit}).json()}
        undo = api.undone(edit, reverted=len(expected))
        entries = api("GET", "/api/logs/", params={"edit_id": undo, "ordering": "id"}).json()
        assert [entry["event"] for entry in entries] == expected
        for entry in entries:
            then = done[entry["user_id"]]
            assert (entry["before"], entry["after"]) == (then["after"], then["before"])
            assert entry["operator"] == "watchdxg" and entry["request_id"]


# -- refusals


def test_a_second_undo_is_refused_and_names_the_first(api):
    edit = api.judge(harmful=True)
    undo = api.undone(edit)
    again = api.undo(edit)
    assert (again.status_code, again.json()) == (409, {"detail": "This edit was already undone.", "edit_id": undo})
    api.undone(undo)
    assert api.undo(edit).json()["edit_id"] == undo
    assert len(api.list()) == 3


@pytest.mark.parametrize("path", ["01a3c5d8-0000-7000-8000-000000000000", "x", "7", "%00", "%ff", "%27%3B--", "0" * 36, "-" * 36, "f" * 5000,
                                  "{edit_id}", "..%2f..", "%E2%80%AE"])
def test_what_is_no_edit_is_404(api, path):
    for answer in (api("GET", f"/api/edits/{path}/"), api.undo(path)):
        assert answer.status_code == 404, answer.text
        assert answer.json() in (NO_EDIT, {"detail": "Not found."})
    assert api("GET", "/api/edits/", params={"id": path}).json() == []


def test_other_methods_are_refused(api):
    edit = api.judge()
    for method, path, allowed in [("POST", "/api/edits/", "GET, HEAD, OPTIONS"),
                                  ("DELETE", f"/api/edits/{edit}/", "GET, HEAD, OPTIONS"),
                                  ("GET", f"/api/edits/{edit}/undo/", "POST, OPTIONS")]:
        answer = api(method, path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


def test_edits_go_with_the_log(cluster, start_server):
    url = make_database(cluster)
    server = start_server(url, LOG_RETENTION="86400")
    api = Api(server, url)
    old = [api.judge(user, harmful=True) for user in (USER, OTHER)]
    young = api.judge(THIRD)
    # As if it had been made ten days ago; the id goes by the time.
    for edit in old:
        api.sql("UPDATE watchdxg_edit SET id = '00' || substr(id, 3), at = at - interval '10 days' WHERE id = %s", [edit])
        api.sql("UPDATE watchdxg_edited_row SET edit_id = '00' || substr(edit_id, 3) WHERE edit_id = %s", [edit])
    server.stop()
    api.server = start_server(url, LOG_RETENTION="86400")
    wait_until(lambda: api.sql("SELECT edit_id FROM watchdxg_edited_row") == [(young,)], "old edits to be removed")
    assert [one["id"] for one in api.list()] == [young]
    answer = api.undo("00" + old[0][2:])
    assert (answer.status_code, answer.json()) == (404, NO_EDIT)
    api.undone(young)


# -- at the same time


def at_once(*calls):
    results = [None] * len(calls)

    def run(i):
        results[i] = calls[i]()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_undos_at_once_in_two_processes_one_wins(api, start_server):
    servers = [Api(start_server(api.url), api.url) for _ in range(2)]
    for _ in range(5):
        edit = api.edit("POST", "/api/classifications/", {"user_ids": [USER, OTHER, THIRD], "harmful": True})
        answers = at_once(*[lambda one=one: one.undo(edit) for one in servers * 4])
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
        [undo] = [answer.json()["edit_id"] for answer in answers if answer.status_code == 200]
        assert {answer.json()["edit_id"] for answer in answers} == {undo}
        assert api.rows()["classification"] == []


def test_an_undo_waits_for_the_core_and_then_sees_what_it_did(api):
    edit = api.edit("POST", "/api/classifications/", {"user_ids": [USER, OTHER], "harmful": True})
    core = connect(api.url, autocommit=False)
    with core.cursor() as cursor:
        cursor.execute(f"UPDATE classification SET notes = 'the core' WHERE user_id = {OTHER}")
        answers = []
        undo = threading.Thread(target=lambda: answers.append(api.undo(edit)))
        undo.start()
        wait_until(lambda: api.sql("SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid"
                                   " WHERE NOT l.granted AND a.datname = current_database()")[0][0] > 0,
                   "the undo to wait for the core")
        core.commit()
        undo.join()
    core.close()
    assert answers[0].json()["skipped"] == [{"user_id": OTHER, "reason": "changed"}]
    assert api.sql("SELECT user_id, notes FROM classification") == [(OTHER, "the core")]


def test_a_row_that_the_core_never_lets_go_is_503_and_nothing_has_changed(api):
    edit = api.edit("POST", "/api/classifications/", {"user_ids": [USER, OTHER], "harmful": True})
    before = api.rows()
    core = connect(api.url, autocommit=False)
    with core.cursor() as cursor:
        cursor.execute(f"UPDATE classification SET notes = 'the core' WHERE user_id = {OTHER}")
        answer = api.undo(edit)
    core.rollback()
    core.close()
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    assert api.rows() == before and len(api.list()) == 1
    api.undone(edit, reverted=2)


def test_writes_and_undos_at_once_lose_nothing(api):
    """Each verdict is as the newest edit about it that stands left it."""
    users = (USER, OTHER, THIRD)

    def work(number):
        for turn in range(6):
            edit = api.judge(users[(number + turn) % 3], harmful=turn % 2 == 0, notes=f"{number} {turn}")
            if turn % 2:
                assert api.undo(edit).status_code == 200

    at_once(*[lambda number=number: work(number) for number in range(4)])
    for user in users:
        newest = api.sql("SELECT after FROM watchdxg_edited_row WHERE user_id = %s ORDER BY edit_id DESC LIMIT 1", [user])
        shown = api.sql("SELECT to_jsonb(c) FROM classification AS c WHERE user_id = %s", [user])
        assert shown == [row for row in newest if row[0] is not None]
    edits = api.list(ordering="id")
    assert [one["at"] for one in edits] == sorted(one["at"] for one in edits)


# -- the generations of the core


def test_on_the_first_schema_snoozes_are_edits_and_the_rest_says_why_not(cluster, start_server):
    url = make_database(cluster, "v1")
    api = Api(start_server(url), url)
    before = api.rows()
    edit = api.edit("POST", "/api/snoozes/", {"user_ids": [USER, OTHER], "until": in_days(1)})
    assert [one["kind"] for one in api.list()] == ["snoozed"]
    undo = api.undone(edit, reverted=2)
    assert api.rows() == before
    api.undone(undo, reverted=2)
    api.sql("UPDATE watchdxg_edit SET table_name = 'classification', undone_by = NULL WHERE id = %s", [edit])
    answer = api.undo(edit)
    assert (answer.status_code, answer.json()) == (
        404, {"detail": "The core's schema here (v1) has no table classification."})


@pytest.mark.parametrize("write", WRITES)
def test_on_the_second_schema_every_write_can_be_taken_back(cluster, start_server, second, write):
    second.sql(EMPTY + "DELETE FROM actions")
    prepare(second)
    before = second.rows()
    edit = WRITES[write](second).headers["X-Edit-ID"]
    second.undone(edit, reverted=SAID[write][1])
    assert second.rows() == before


@pytest.fixture(scope="module")
def second(cluster):
    url = make_database(cluster, "v2")
    with Server(url) as server:
        yield Api(server, url)


# -- many rows


@pytest.mark.alone
def test_ten_thousand_verdicts_are_taken_back_within_five_seconds(cluster, start_server):
    url = make_database(cluster)
    seed(url, users=10_000)
    execute(url, EMPTY + "DELETE FROM actions; INSERT INTO classification"
                 " SELECT id, id % 2 = 0, NULL, '2024-02-29 12:34:56.789012+00', repeat('n', id % 50) FROM users"
                 " WHERE id % 3 = 0; INSERT INTO watchdxg_sampled_verdict SELECT id, now() FROM users WHERE id % 9 = 0")
    api = Api(start_server(url), url)
    ids = [user for (user,) in api.sql("SELECT id FROM users ORDER BY id LIMIT 10000")]
    before = api.rows()
    edit = api.edit("POST", "/api/classifications/", {"user_ids": ids, "harmful": True, "notes": "a wave"})
    after = api.rows()
    begin = time.monotonic()
    undo = api.undone(edit, reverted=10_000)
    assert time.monotonic() - begin <= 5
    assert api.rows() == before
    begin = time.monotonic()
    api.undone(undo, reverted=10_000)
    assert time.monotonic() - begin <= 5
    assert api.rows() == after
    removed = api.edit("POST", "/api/actions/", {"user_ids": ids, "action_type": "block"})
    begin = time.monotonic()
    api.undone(removed, reverted=10_000)
    assert time.monotonic() - begin <= 5
    assert api.rows() == after
