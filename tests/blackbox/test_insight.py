"""Cohorts and triage: by hand on few rows, and against a second computation over the same rows."""
import math

import pytest

from support.data import make_database
from support.postgres import execute
from support.server import Server
from support.signals import judged_crowd, up_to_date
from support.tokens import mint

ACCOUNT = "/api/accounts/synka777/"
EMPTY = "DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777'), (2, 'Other');"
USER_FIELDS = ["id", "account_id", "handle", "username", "bio", "created_at", "following_count", "followers_count",
               "featured_url", "follower"]
ROUTES = ["calibration/", "cohorts/", "triage/", "triage/summary/", "audience/"]


def get(server, path, status=200, **params):
    answer = server.get(path, token=mint("access"), params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def seeded(cluster):
    with judged_crowd(cluster) as server:
        yield server


# -- cohorts

def like(n, month, handle, bio="NULL", link="NULL", start=0, account=1):
    return (f"INSERT INTO users (id, account_id, handle, created_at, bio, featured_url) SELECT {start} + n, {account}, "
            f"{handle}, '{month}', {bio}, {link} FROM generate_series(1, {n}) AS n;")


CROWD = """INSERT INTO users (id, account_id, handle, created_at, bio) SELECT n, 1, repeat(chr(97 + n % 26), 1 + n % 7) ||
           '_' || repeat('7', n % 9), date '2010-01-05' + 20 * n, 'I am ' || n FROM generate_series(1, 200) AS n;"""


def test_cohorts_are_larger_than_chance_and_name_their_members(cluster):
    url = make_database(cluster)
    execute(url, EMPTY + CROWD + like(20, "2024-03-01", "'Maria' || 10000 + n", start=1000)
            + like(12, "2024-05-01", "chr(96 + n::int) || 'x'", bio="E' DM for promo\\n'", start=2000)
            + like(10, "2024-06-01", "chr(96 + n::int) || 'y'", link="'https://spam.example'", start=3000)
            + like(1, "2024-03-01", "'Maria99999'", start=4000, account=2)
            + """INSERT INTO classification (user_id, harmful) VALUES (1001, true), (1002, true), (1003, false), (1004, NULL);
                 DELETE FROM users WHERE id = 1020""")
    with Server(url) as server:
        up_to_date(server)
        cohorts = get(server, ACCOUNT + "cohorts/")
        assert [list(cohort) for cohort in cohorts] == [["id", "kind", "key", "size", "expected", "members",
                                                         "harmful", "unclassified"]] * 3
        ids = [cohort.pop("id") for cohort in cohorts]
        assert len(set(ids)) == 3 and [cohort.pop("id") for cohort in get(server, ACCOUNT + "cohorts/")] == ids
        n = 200 + 19 + 12 + 10
        assert cohorts[0] == {"kind": "template", "key": "2024-03 a00000", "size": 19, "harmful": 2, "unclassified": 15,
                              "expected": pytest.approx(19 * 19 / n), "members": list(range(1001, 1020))}
        assert cohorts[1] == {"kind": "bio", "key": "2024-05 DM for promo", "size": 12, "harmful": 0, "unclassified": 12,
                              "expected": pytest.approx(12 * 12 / n), "members": list(range(2001, 2013))}
        assert cohorts[2] == {"kind": "link", "key": "2024-06 https://spam.example", "size": 10, "harmful": 0,
                              "unclassified": 10, "expected": pytest.approx(100 / n), "members": list(range(3001, 3011))}
        for id, cohort in zip(ids, cohorts):
            assert [row["id"] for row in get(server, "/api/users/", cohort=id, fields="id", ordering="id")] == cohort["members"]
            page = get(server, "/api/users/", cohort=id, fields="id,cohorts", limit="3")
            assert page["count"] == cohort["size"] and all(row["cohorts"] == [id] for row in page["results"])
        assert get(server, "/api/users/5/?") and get(server, "/api/users/", expand="cohorts", id="5")[0]["cohorts"] == []
        assert get(server, "/api/users/", 400, cohort="1-t202403-0") == {"cohort": ["There is no such cohort."]}
        # Each is a wave for its members' signal, links aside: the same rule.
        for user, size in ((1001, 19), (2001, 12), (3001, 0), (5, 0)):
            assert get(server, f"/api/users/{user}/signals/")["signals"][-1]["value"] == size
        assert get(server, "/api/accounts/other/cohorts/") == []


def test_a_crowd_has_no_cohorts(cluster):
    """Chance makes no cohort: 3,000 users with random months and one of 40 templates each."""
    url = make_database(cluster)
    execute(url, EMPTY + """SELECT setseed(0.5); INSERT INTO users (id, account_id, handle, created_at)
        SELECT n, 1, translate(n::text, '0123456789', 'abcdefghij') || repeat('_', (random() * 40)::int) || '1', date '2015-01-01' + (random() * 3000)::int
          FROM generate_series(1, 3000) AS n""")
    with Server(url) as server:
        up_to_date(server)
        assert get(server, ACCOUNT + "cohorts/") == []


TWICE = """INSERT INTO users (id, account_id, handle, created_at, last_updated, featured_url)
           SELECT 5000 + n, 1, CASE WHEN n = 3 THEN 'TWICE_1' ELSE 'twice_1' END, date '2024-03-01' + n::int, timestamp '2025-01-01' + n * interval '1 day', 'l'
             FROM generate_series(1, 7) AS n;
           INSERT INTO users (id, account_id, handle, created_at, last_updated, featured_url) VALUES (5009, 1, 'Twice_1', NULL, NULL, 'l');"""


def test_a_person_stored_as_several_rows_is_in_a_cohort_once(cluster):
    url = make_database(cluster)
    execute(url, EMPTY + CROWD + TWICE)
    with Server(url) as server:
        up_to_date(server)
        assert get(server, ACCOUNT + "cohorts/") == []
        execute(url, like(6, "2024-03-01", "'other_' || n", link="'l'", start=6000) + "INSERT INTO classification (user_id, harmful) VALUES (5002, true)")
        up_to_date(server)
        (one,) = [each for each in get(server, ACCOUNT + "cohorts/") if each["kind"] == "link"]
        assert one["size"] == 7 and one["members"] == [5007, *range(6001, 6007)]  # the row last seen stands for her
        assert (one["harmful"], one["unclassified"]) == (1, 6)


# -- triage: more of it in test_triage.py

def test_a_person_stored_as_several_rows_is_in_triage_once_and_judged_by_a_verdict_on_any(cluster):
    url = make_database(cluster)
    execute(url, EMPTY + TWICE + "INSERT INTO users (id, account_id, handle) VALUES (1, 1, 'alone')")
    with Server(url) as server:
        up_to_date(server)
        assert {one["user"]["id"] for one in get(server, ACCOUNT + "triage/")} == {1, 5007}
        execute(url, "INSERT INTO classification (user_id) VALUES (5003)")
        assert {one["user"]["id"] for one in get(server, ACCOUNT + "triage/")} == {1}


def test_triage_shows_users_as_lists_do(seeded):
    answer = get(seeded, ACCOUNT + "triage/", limit="200")
    assert get(seeded, ACCOUNT + "triage/") == answer[:20]
    assert get(seeded, ACCOUNT + "triage/", limit="") == answer[:20]
    shown = get(seeded, f"/api/users/{answer[0]['user']['id']}/")
    assert list(answer[0]["user"]) == [*USER_FIELDS, "same_person"]
    assert answer[0]["user"] == {name: shown[name] for name in [*USER_FIELDS, "same_person"]}


def test_triage_gives_its_reasons_in_words(cluster):
    url = make_database(cluster)
    execute(url, EMPTY + """
        INSERT INTO users (id, account_id, handle, username, bio, featured_url, certified, following_count, followers_count,
                           created_at) VALUES
            (1, 1, 'Maria84736291', 'x', 'b', 'l', false, 4980, 12, '2010-01-01'),
            (2, 1, 'someone', 'Someone', 'hello', 'https://a.example', true, 10, 5000, '2010-01-01'),
            (3, 1, 'nobodyspecial', 'y', 'b', 'l', false, NULL, 1, '2010-01-01');
        INSERT INTO posts (id, user_id, timestamp, repost) VALUES (1, 1, now(), false), (2, 2, now(), false),
                                                                  (3, 3, now(), false)""")
    with Server(url) as server:
        up_to_date(server)
        shown = {one["user"]["id"]: one["reasons"] for one in get(server, ACCOUNT + "triage/")}
        assert shown[1] == ["Follows 4,980 accounts, followed by 12", "Has 8 digits in the handle"]
        assert shown[2] == ["Has a blue mark, which speaks for it", "Uses the handle as its name"]
        assert shown[3][0] == "Followed by 1"
        assert {id: get(server, f"/api/users/{id}/signals/")["reasons"] for id in shown} == shown


@pytest.mark.parametrize("limit, message", [
    ("x", "Enter a whole number."), ("0", "Ensure this value is greater than or equal to 1."),
    ("-1", "Ensure this value is greater than or equal to 1."), ("201", "Ensure this value is less than or equal to 200."),
    ("9" * 30, "Ensure this value is less than or equal to 200."), ("1.5", "Enter a whole number."),
])
def test_a_wrong_limit_is_named(seeded, limit, message):
    assert get(seeded, ACCOUNT + "triage/", 400, limit=limit) == {"limit": [message]}


# -- all of them

@pytest.mark.parametrize("route", ROUTES)
def test_there_is_nothing_without_a_token_or_an_account(seeded, route):
    assert seeded.get(ACCOUNT + route).status_code == 401
    assert get(seeded, f"/api/accounts/nobody/{route}", 404) == {"detail": "No XAccount matches the given query."}


ROWS = {
    "no users": "",
    "one user": "INSERT INTO users (id, account_id, handle) VALUES (1, 1, 'a');",
    "one user with a verdict": "INSERT INTO users (id, account_id, handle) VALUES (1, 1, 'a');"
                               "INSERT INTO classification (user_id, harmful) VALUES (1, true);",
    "users of whom nothing is known": "INSERT INTO users (id, account_id) SELECT n, 1 FROM generate_series(1, 9) AS n;"
                                      "INSERT INTO classification (user_id) SELECT n FROM generate_series(1, 4) AS n;",
    "dates beyond the calendar": "INSERT INTO users (id, account_id, handle, created_at) VALUES (1, 1, 'a1', 'infinity'),"
                                 "(2, 1, 'a2', '-infinity'), (3, 1, 'a3', '4000-01-01 BC'), (4, 1, 'a4', '20000-01-01');",
}


@pytest.mark.parametrize("rows", ROWS)
def test_few_rows_and_strange_ones_have_an_answer(cluster, rows):
    url = make_database(cluster)
    execute(url, EMPTY + ROWS[rows])
    with Server(url) as server:
        up_to_date(server)
        calibration = get(server, ACCOUNT + "calibration/")
        assert calibration["labels"]["n"] == execute(url, "SELECT count(*) FROM classification")[0][0]
        assert calibration["all"]["score"]["auc"] is None and calibration["suggested_weights"] is None
        assert get(server, ACCOUNT + "cohorts/") == []
        for one in get(server, ACCOUNT + "triage/"):
            assert one["risk"] is None or 0 <= one["risk"] <= 1 and one["reasons"]


def test_the_order_of_rows_changes_nothing(cluster, seeded):
    url = seeded.database
    answers = [get(seeded, ACCOUNT + route) for route in ROUTES]
    execute(url, "CREATE TEMP TABLE c AS SELECT * FROM classification ORDER BY md5(user_id::text);"
                 "DELETE FROM classification; INSERT INTO classification SELECT * FROM c;"
                 "UPDATE users SET bio = bio WHERE id % 3 = 0", autocommit=False)
    for route, before in zip(ROUTES, answers):
        assert get(seeded, ACCOUNT + route) == before


@pytest.mark.parametrize("schema", ["v1", "v2", "v3"])
def test_each_generation_of_the_core_has_an_answer_where_null_is_what_it_cannot_tell(cluster, schema):
    url = make_database(cluster, schema)
    with Server(url) as server:
        up_to_date(server)
        calibration = get(server, ACCOUNT + "calibration/")
        assert get(server, ACCOUNT + "cohorts/") == []
        triage = get(server, ACCOUNT + "triage/")
        if schema == "v1":
            assert calibration["labels"] == {"total": None, "n": None, "harmful": None, "sampled": None}
            assert calibration["all"]["score"] is None and calibration["disagreements"] is None
            assert calibration["reason"] == "This generation of the core's schema has no verdicts."
            assert triage
        else:
            assert calibration["labels"]["total"] == calibration["labels"]["n"]
            classified = {row[0] for row in execute(url, "SELECT user_id FROM classification")}
            assert classified.isdisjoint(one["user"]["id"] for one in triage)


def test_nothing_is_written(seeded):
    tables = "classification", "actions", "watchdxg_event"
    before = [execute(seeded.database, f"SELECT count(*) FROM {table}") for table in tables]
    for route in ROUTES:
        get(seeded, ACCOUNT + route)
    assert [execute(seeded.database, f"SELECT count(*) FROM {table}") for table in tables[:2]] == before[:2]
