"""Verdicts and actions on all users that a filter chooses: dry runs, the count that was expected, limits."""
import threading
import time

import pytest

from support.data import make_database, seed
from support.postgres import connect, execute, wait_until
from support.server import Server
from support.signals import keep_signals
from support.tokens import mint

VERDICTS, ACTIONS = "/api/classifications/", "/api/actions/"
EMPTY = ("DELETE FROM actions; DELETE FROM classification; DELETE FROM watchdxg_edit; DELETE FROM watchdxg_edited_row;"
         "DELETE FROM watchdxg_idempotency_key; DELETE FROM watchdxg_sampled_verdict; DELETE FROM users;"
         "DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'one'), (2, 'two');"
         "INSERT INTO users (id, account_id, handle, followers_count, follower)"
         " SELECT n, 1 + n % 2, 'h' || n, n, n % 3 = 0 FROM generate_series(1, 40) AS n;")
OTHER_COUNT = "The number of users is not the one that was expected."


class Api:
    def __init__(self, server, url):
        self.server, self.url, self.token = server, url, mint()

    def __call__(self, path, body, key=None):
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.server.post(path, body, self.token, headers=headers)

    def sql(self, sql):
        return execute(self.url, sql)

    def judged(self):
        return [user for (user,) in self.sql("SELECT user_id FROM classification ORDER BY user_id")]

    def list(self, query):
        answer = self.server.get(f"/api/users/?{query}", self.token)
        assert answer.status_code == 200
        return answer.json()


@pytest.fixture(scope="module")
def served(cluster):
    url = make_database(cluster)
    with Server(url, BULK_LIMIT="30") as server:
        yield Api(server, url)


@pytest.fixture
def api(served):
    served.sql(EMPTY)
    return served


def said(answer):
    return answer.status_code, answer.json()


FILTERS = ["account_id=2", "followers_count__gte=35", "handle__in=h1,h2,%40h3", "handle__iexact=%40H7", "search=h1+h11",
           "follower=true&followers_count__lt=20", "account_id=1&ordering=-followers_count&fields=id,handle&format=csv",
           "classification=harmful,sane", "classification=unclassified&account_id=1", "account_id=99", "id__range=3,9"]


@pytest.mark.parametrize("path, body", [(VERDICTS, {"harmful": True}), (ACTIONS, {"action_type": "block"})])
@pytest.mark.parametrize("filter", FILTERS)
def test_a_filter_chooses_whom_the_list_of_users_shows(api, path, body, filter):
    api.sql("INSERT INTO classification VALUES (1, true, false, now(), NULL), (2, false, false, now(), NULL)")
    users = api.list(filter.replace("fields=id,handle&format=csv", "") + "&limit=1000")["results"]
    ids = sorted(user["id"] for user in users)
    dry = api(path, {**body, "filter": filter, "dry_run": True})
    assert dry.status_code == 200, dry.text
    assert list(dry.json()) == ["count", "sample", "skipped"]
    assert (dry.json()["count"], dry.json()["skipped"]) == (len(ids), {})
    assert len(dry.json()["sample"]) == min(len(ids), 10)
    assert all(user in users for user in dry.json()["sample"])
    assert "X-Edit-ID" not in dry.headers and api.sql("SELECT count(*) FROM watchdxg_edit") == [(0,)]
    done = api(path, {**body, "filter": filter, "expected_count": len(ids)})
    if path == VERDICTS:
        assert said(done) == (200, {"updated": len(ids)})
        assert api.judged() == sorted({*ids, 1, 2})
    else:
        assert done.status_code == 201
        assert [row["user_id"] for row in done.json()] == ids
    assert ("X-Edit-ID" in done.headers) == (ids != [])


def test_signals_and_cohorts_choose_users_too(api):
    keep_signals(api.url, "0.05 + 0.9 * t.id / 40.0")
    for filter in ["risk__gte=0.6", "rank__lt=0.3&account_id=1", "risk__gte=0.2&ordering=-risk&id__lt=30"]:
        count = len(api.list(filter))
        assert 0 < count < 30
        assert api(VERDICTS, {"filter": filter, "dry_run": True}).json()["count"] == count
        assert said(api(VERDICTS, {"filter": filter, "expected_count": count, "inactive": True})) == (
            200, {"updated": count})
    assert said(api(VERDICTS, {"filter": "cohort=none", "dry_run": True})) == (
        400, {"filter": {"cohort": ["There is no such cohort."]}})


def test_the_server_tells_how_many_it_writes_at_once(api):
    limits = api.server.get("/api/server/", api.token).json()["limits"]
    assert limits == {"page_size": 1000, "report_bytes": 64 * 1024 ** 2, "bulk_users": 30}


def test_an_empty_filter_chooses_everybody(api):
    api.sql("DELETE FROM users WHERE id > 20")
    assert api(VERDICTS, {"filter": "", "dry_run": True}).json()["count"] == 20
    assert said(api(VERDICTS, {"filter": "", "expected_count": 20, "harmful": True})) == (200, {"updated": 20})


def test_another_count_than_expected_changes_nothing(api):
    for path, body in [(VERDICTS, {"harmful": True}), (VERDICTS, {"unclassify": True}), (ACTIONS, {"action_type": "x"})]:
        for named in ({"filter": "account_id=1"}, {"user_ids": list(range(2, 41, 2)) + [2]}):
            for count in (0, 19, 21, -1, 2 ** 62):
                answer = api(path, {**body, **named, "expected_count": count})
                if count > 30 and "filter" in named:
                    assert answer.status_code == 400
                else:
                    assert said(answer) == (409, {"detail": OTHER_COUNT, "count": 20})
    assert api.judged() == [] and api.sql("SELECT count(*) FROM watchdxg_edit") == [(0,)]
    named = {"user_ids": list(range(2, 41, 2)) + [2], "expected_count": 20}
    assert said(api(VERDICTS, {**named, "harmful": True})) == (200, {"updated": 20})


def test_the_count_is_that_of_the_moment_of_the_write(api):
    """Somebody judges a user while the write waits: the filter no longer chooses her."""
    other = connect(api.url, autocommit=False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(x'7764785f65646974'::bigint)")
        cursor.execute("INSERT INTO classification VALUES (2, false, false, now(), 'mine')")
        answers = []
        write = threading.Thread(target=lambda: answers.append(
            api(VERDICTS, {"filter": "classification=unclassified&account_id=1", "expected_count": 20, "harmful": True})))
        write.start()
        wait_until(lambda: api.sql("SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid"
                                   " WHERE NOT l.granted AND a.datname = current_database()")[0][0] > 0, "the write")
        other.commit()
        write.join()
    other.close()
    assert said(answers[0]) == (409, {"detail": OTHER_COUNT, "count": 19})
    assert api.sql("SELECT user_id, harmful, notes FROM classification") == [(2, False, "mine")]


def test_a_repeated_request_gets_the_first_answer_though_the_filter_chooses_others_now(api):
    body = {"filter": "classification=unclassified&account_id=1", "expected_count": 20, "harmful": True}
    answers = [api(VERDICTS, body, key="once") for _ in range(3)]
    assert [said(answer) for answer in answers] == [(200, {"updated": 20})] * 3
    assert len({answer.headers["X-Edit-ID"] for answer in answers}) == 1
    assert said(api(VERDICTS, body, key="twice")) == (409, {"detail": OTHER_COUNT, "count": 0})
    assert api(VERDICTS, {**body, "harmful": False}, key="once").status_code == 422


def test_verdicts_are_removed_in_bulk_and_come_back(api):
    api.sql("INSERT INTO classification SELECT id, true, NULL, '2024-02-29 12:34:56.789012+00', 'why' FROM users"
            " WHERE id <= 30; INSERT INTO watchdxg_sampled_verdict VALUES (4, now())")
    before = api.sql("SELECT * FROM classification ORDER BY user_id")
    marks = api.sql("SELECT * FROM watchdxg_sampled_verdict")
    dry = api(VERDICTS, {"filter": "account_id=1", "unclassify": True, "dry_run": True}).json()
    assert (dry["count"], dry["skipped"]) == (20, {"unclassified": 5})
    done = api(VERDICTS, {"filter": "account_id=1", "unclassify": True, "expected_count": 20})
    assert said(done) == (200, {"updated": 15})
    assert api.judged() == list(range(1, 31, 2)) and api.sql("SELECT * FROM watchdxg_sampled_verdict") == []
    undone = api(f"/api/edits/{done.headers['X-Edit-ID']}/undo/", None).json()
    assert (undone["reverted"], undone["skipped"]) == (15, [])
    assert api.sql("SELECT * FROM classification ORDER BY user_id") == before
    assert api.sql("SELECT * FROM watchdxg_sampled_verdict") == marks
    assert said(api(VERDICTS, {"user_ids": [1, 2, 40], "unclassify": True})) == (200, {"updated": 2})
    nothing = api(VERDICTS, {"user_ids": [1, 2, 40], "unclassify": True})
    assert said(nothing) == (200, {"updated": 0}) and "X-Edit-ID" not in nothing.headers


def test_named_users_can_be_tried_dry_too(api):
    dry = api(ACTIONS, {"user_ids": [3, 1, 3], "action_type": "x", "dry_run": True}).json()
    assert (dry["count"], [user["id"] for user in dry["sample"]]) == (2, [1, 3])
    assert said(api(VERDICTS, {"user_ids": [1, 999], "harmful": True, "dry_run": True})) == (
        400, {"user_ids": ["Unknown ids: 999."]})
    assert api(ACTIONS, {"user_id": 3, "action_type": "x", "dry_run": True}).json()["count"] == 1
    assert api.sql("SELECT count(*) FROM actions") == [(0,)]


REQUIRED = "This field is required."
REFUSED = {
    "neither": ({"harmful": True}, {"user_ids": [REQUIRED]}),
    "both": ({"filter": "", "user_ids": [1], "expected_count": 1},
             {"non_field_errors": ["Give user_ids or filter, not both."]}),
    "no count": ({"filter": "account_id=1"}, {"expected_count": ["This field is required with filter."]}),
    "no text": ({"filter": ["account_id=1"], "expected_count": 1}, {"filter": ["Not a valid string."]}),
    "no number": ({"filter": "", "expected_count": "x"}, {"expected_count": ["A valid integer is required."]}),
    "no boolean": ({"user_ids": [1], "dry_run": "maybe"}, {"dry_run": ["Must be a valid boolean."]}),
    "a verdict": ({"user_ids": [1], "unclassify": True, "harmful": False, "notes": None},
                  {"harmful": ["This does not go with unclassify."], "notes": ["This does not go with unclassify."]}),
    "a wrong value": ({"filter": "followers_count__gte=x", "expected_count": 1},
                      {"filter": {"followers_count__gte": ["Enter a number."]}}),
    "an unknown name": ({"filter": "acount_id=1", "dry_run": True},
                        {"filter": {"acount_id": ["There is no field 'acount_id'; the nearest is 'account_id'."]}}),
    "a page": ({"filter": "limit=5", "dry_run": True},
               {"filter": {"limit": ["Leave this out: all users that match are chosen."]}}),
    "too many": ({"filter": "id__gte=1", "dry_run": True},
                 {"filter": ["40 users match; at most 30 can be written at once."]}),
    "too many, not counted before": ({"filter": "id__gte=1", "expected_count": 40},
                                     {"filter": ["40 users match; at most 30 can be written at once."]}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(api, what):
    body, why = REFUSED[what]
    for key in (None, f"key of {what}".replace(" ", "-")):
        answer = api(VERDICTS, body, key=key)
        assert said(answer) == (400, why)
    assert api.judged() == []


@pytest.mark.parametrize("filter", ["id=1;DROP TABLE users", "handle=%27%20OR%20%271%27%3D%271", "handle=%00", "=", "&&&",
                                    "%", "?account_id=1", "handle=\udcff", "search=" + "x," * 100, "a=b&" * 1200,
                                    "id__in=" + ",".join(map(str, range(9000))), "\u202e=1", "ordering=nothing",
                                    "fields=x", "cursor=x", "page_size=10", "handle__icontains=%25_%5C"])
def test_hostile_filters_change_nothing(api, filter):
    answer = api(VERDICTS, {"filter": filter, "expected_count": 7, "harmful": True})
    assert answer.status_code in (400, 409), answer.text
    assert api.judged() == [] and api.sql("SELECT count(*) FROM users") == [(40,)]


def test_notes_for_many_users_are_bounded(api):
    answer = api(VERDICTS, {"filter": "account_id=1", "expected_count": 30, "notes": "n" * 10_000})
    assert answer.status_code == 409
    api.sql("INSERT INTO users (id, account_id, handle) SELECT n, 3 - 2, 'g' || n FROM generate_series(100, 100) AS n")
    with_limit = api(VERDICTS, {"user_ids": [1] * 10_000, "notes": "n" * 1000})
    assert said(with_limit) == (400, {"notes": ["This is too long for so many users."]})


@pytest.mark.parametrize("schema", ["v1", "v2"])
def test_older_generations_of_the_core(cluster, start_server, schema):
    url = make_database(cluster, schema)
    api = Api(start_server(url), url)
    count = len(api.list("account_id=1"))
    for path, body in [(VERDICTS, {"harmful": True}), (ACTIONS, {"action_type": "x"})]:
        answer = api(path, {**body, "filter": "account_id=1", "expected_count": count})
        assert answer.status_code == (404 if schema == "v1" else 201 if path == ACTIONS else 200), answer.text
        if schema == "v1":
            continue
        missing = api(path, {**body, "filter": "last_updated__isnull=true", "dry_run": True})
        assert said(missing) == (400, {"filter": {"last_updated__isnull": [
            "The core's schema in this database has no such column."]}})


@pytest.mark.alone
def test_a_hundred_thousand_users_are_one_edit(cluster, start_server):
    url = make_database(cluster)
    seed(url, users=100_000)
    execute(url, "DELETE FROM classification; ANALYZE users")
    api = Api(start_server(url), url)
    count = api(VERDICTS, {"filter": "id__gte=0", "dry_run": True}).json()["count"]
    assert count >= 99_000
    begin = time.monotonic()
    done = api(VERDICTS, {"filter": "id__gte=0", "expected_count": count, "harmful": True})
    assert said(done) == (200, {"updated": count})
    print("written", time.monotonic() - begin)
    begin = time.monotonic()
    undone = api(f"/api/edits/{done.headers['X-Edit-ID']}/undo/", None)
    assert undone.json()["reverted"] == count
    print("undone", time.monotonic() - begin)
    assert api.judged() == []
