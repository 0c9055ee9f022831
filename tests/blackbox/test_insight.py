"""Calibration, cohorts and triage: by hand on few rows, and against a computation of its own over the same rows."""
import math
import random

import pytest

from support.data import make_database, seed
from support.postgres import execute
from support.server import Server
from support.tokens import mint

ACCOUNT = "/api/accounts/synka777/"
EMPTY = "DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777'), (2, 'Other');"
USER_FIELDS = ["id", "account_id", "handle", "username", "bio", "created_at", "following_count", "followers_count",
               "featured_url", "follower"]
QUALITY = ["precision", "recall", "n", "fired", "auc", "auc_low", "auc_high"]
ROUTES = ["calibration/", "cohorts/", "triage/"]


def get(server, path, status=200, **params):
    answer = server.get(path, token=mint("access"), params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def seeded(cluster):
    """2,000 users, of whom the odd ones have verdicts that follow the risk, with errors."""
    url = make_database(cluster)
    seed(url, 2000, 5)
    execute(url, "INSERT INTO accounts (id, handle) SELECT 1, 'synka777' WHERE NOT EXISTS (SELECT FROM accounts WHERE id = 1);"
                 "UPDATE accounts SET handle = 'synka777' WHERE id = 1; UPDATE users SET account_id = 1")
    with Server(url) as server:
        rows = get(server, "/api/users/", fields="id,risk")
        draw = random.Random(3)
        values = [(row["id"], draw.random() < 0.1 + 0.8 * ((row["risk"] or 0) > 0.3)) for row in rows if row["id"] % 2]
        execute(url, "DELETE FROM classification;" + "INSERT INTO classification (user_id, harmful, classified_at) VALUES "
                + ",".join(f"({user}, {harmful}, now())" for user, harmful in values))
        server.database = url
        yield server


# -- calibration

def pairs(scored):
    """The AUC and the standard error of DeLong, from all pairs."""
    positive = [score for score, harmful in scored if harmful]
    negative = [score for score, harmful in scored if not harmful]
    if not positive or not negative:
        return None, None

    def psi(a, b):
        return (a > b) + 0.5 * (a == b)
    rows = [sum(psi(a, b) for b in negative) / len(negative) for a in positive]
    columns = [sum(psi(a, b) for a in positive) / len(positive) for b in negative]

    def variance(values):
        mean = sum(values) / len(values)
        return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    area = sum(rows) / len(rows)
    if len(positive) < 2 or len(negative) < 2:
        return area, None
    return area, math.sqrt(variance(rows) / len(rows) + variance(columns) / len(columns))


def expect_quality(shown, scored, fires):
    called = [harmful for score, harmful in scored if fires(score)]
    positives = sum(harmful for _, harmful in scored)
    assert (shown["n"], shown["fired"]) == (len(scored), len(called))
    assert shown["precision"] == (pytest.approx(sum(called) / len(called)) if called else None)
    assert shown["recall"] == (pytest.approx(sum(called) / positives) if positives else None)
    area, error = pairs(scored)
    assert shown["auc"] == (None if area is None else pytest.approx(area))
    if error is not None:
        assert shown["auc_low"] == pytest.approx(max(0, area - 1.959963984540054 * error))
        assert shown["auc_high"] == pytest.approx(min(1, area + 1.959963984540054 * error))


def test_calibration_is_what_the_signals_of_the_lists_and_the_verdicts_give(seeded):
    answer = get(seeded, ACCOUNT + "calibration/")
    assert list(answer) == ["version", "labels", "score", "signals", "disagreements", "suggested_weights", "reason"]
    rows = [row for row in get(seeded, "/api/users/", fields="id,risk,signals,classification", account_id="1",
                               expand="signals,classification") if row["classification"]]
    verdict = {row["id"]: row["classification"]["harmful"] for row in rows}
    assert len(rows) == 1000
    assert answer["labels"] == {"total": 1000, "n": 1000, "harmful": sum(verdict.values())}
    assert list(answer["score"]) == QUALITY
    expect_quality(answer["score"], [(row["risk"], verdict[row["id"]]) for row in rows if row["risk"] is not None],
                   lambda score: score >= 0.5)
    assert len(answer["signals"]) == 17
    for index, signal in enumerate(answer["signals"]):
        assert list(signal) == ["id", *QUALITY]
        known = [(row["signals"]["signals"][index], verdict[row["id"]]) for row in rows]
        scored = [(one["contribution"] / one["weight"], harmful) for one, harmful in known if one["value"] is not None]
        expect_quality(signal, [(round(score, 12), harmful) for score, harmful in scored], lambda score: score > 0)
    apart = sorted((row for row in rows if row["risk"] is not None and abs(row["risk"] - verdict[row["id"]]) > 0.5),
                   key=lambda row: (-abs(row["risk"] - verdict[row["id"]]), row["id"]))[:20]
    assert [one["user"]["id"] for one in answer["disagreements"]] == [row["id"] for row in apart]
    assert all(one["harmful"] == verdict[one["user"]["id"]] for one in answer["disagreements"])


def test_weights_that_would_fit_better_can_be_set_and_then_fit(seeded, start_server):
    answer = get(seeded, ACCOUNT + "calibration/")
    better = answer["suggested_weights"]
    assert answer["reason"] is None
    assert 0 < better["log_loss"] < better["current_log_loss"] and len(better["weights"]) == 17
    assert 0 <= better["auc_low"] <= better["auc"] <= better["auc_high"] <= 1
    with Server(seeded.database, signal_weights=better["setting"]) as server:
        again = get(server, ACCOUNT + "calibration/")
        described = get(server, "/api/signals/")
    assert described["bias"] == pytest.approx(better["bias"], abs=0.0006)
    # Their loss on the verdicts that they were made of is at most the one out of sample.
    assert (again["suggested_weights"] or better)["log_loss"] == pytest.approx(better["log_loss"])
    if again["suggested_weights"]:
        assert again["suggested_weights"]["current_log_loss"] <= better["log_loss"] + 0.001
    assert again["score"]["auc"] >= better["auc"] - 0.01


def test_weights_of_a_sum_are_a_minimum_of_the_loss(seeded):
    """Independent of how it was found: no step away from the weights makes the penalized loss smaller."""
    better = get(seeded, ACCOUNT + "calibration/")["suggested_weights"]
    rows = [row for row in get(seeded, "/api/users/", fields="signals,classification",
                               expand="signals,classification") if row["classification"]]
    names = list(better["weights"])
    features = [[one["contribution"] / one["weight"] for one in row["signals"]["signals"]] for row in rows]
    harmful = [row["classification"]["harmful"] for row in rows]

    def loss(bias, weights):
        total = sum(weight * weight for weight in weights) / 2
        for row, positive in zip(features, harmful):
            x = bias + sum(map(float.__mul__, weights, row))
            total += math.log1p(math.exp(-x if positive else x))
        return total
    weights = [float(better["weights"][name]) for name in names]
    least = loss(better["bias"], weights)
    for step in (0.05, -0.05):
        assert loss(better["bias"] + step, weights) > least
        for i in range(len(weights)):
            assert loss(better["bias"], weights[:i] + [weights[i] + step] + weights[i + 1:]) > least


def test_calibration_by_hand(cluster):
    url = make_database(cluster)
    execute(url, EMPTY + """
        INSERT INTO users (id, account_id, handle, certified, followers_count) VALUES
            (1, 1, 'a', true, 10), (2, 1, 'b', false, 10), (3, 1, 'c', false, 1000), (4, 1, 'd', NULL, 50),
            (5, 1, 'e', true, 5), (6, 2, 'f', true, 1);
        INSERT INTO classification (user_id, harmful) VALUES (1, false), (2, true), (3, NULL), (4, true), (6, true)""")
    with Server(url) as server:
        answer = get(server, ACCOUNT + "calibration/")
    signals = {signal.pop("id"): signal for signal in answer["signals"]}
    assert answer["labels"] == {"total": 4, "n": 4, "harmful": 2}  # NULL is false; user 5 has no verdict
    # certified: 1 fires (not harmful), 2 and 3 do not, 4 is not known. Pairs: 2 against 1: lost, 2 against 3: a tie.
    assert signals["certified"] == {"precision": 0, "recall": 0, "n": 3, "fired": 1, "auc": 0.25, "auc_low": None,
                                    "auc_high": None}
    # followers_below_15: 1 and 2 fire. Pairs: 2-1 tie, 2-3 won, 4-1 lost, 4-3 tie: 2 of 4.
    assert {name: signals["followers_below_15"][name] for name in QUALITY[:5]} == {
        "precision": 0.5, "recall": 0.5, "n": 4, "fired": 2, "auc": 0.5}
    assert signals["wave"] == {**dict.fromkeys(QUALITY), "n": 0, "fired": 0}
    assert answer["suggested_weights"] is None and "100" in answer["reason"]


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
        cohorts = get(server, ACCOUNT + "cohorts/")
        assert [list(cohort) for cohort in cohorts] == [["kind", "key", "size", "expected", "members", "harmful",
                                                         "unclassified"]] * 3
        n = 200 + 19 + 12 + 10
        assert cohorts[0] == {"kind": "template", "key": "2024-03 a00000", "size": 19, "harmful": 2, "unclassified": 15,
                              "expected": pytest.approx(19 * 19 / n), "members": list(range(1001, 1020))}
        assert cohorts[1] == {"kind": "bio", "key": "2024-05 DM for promo", "size": 12, "harmful": 0, "unclassified": 12,
                              "expected": pytest.approx(12 * 12 / n), "members": list(range(2001, 2013))}
        assert cohorts[2] == {"kind": "link", "key": "2024-06 https://spam.example", "size": 10, "harmful": 0,
                              "unclassified": 10, "expected": pytest.approx(100 / n), "members": list(range(3001, 3011))}
        # Each is a wave for its members' signal, links aside: the same rule.
        for user, size in ((1001, 19), (2001, 12), (3001, 0), (5, 0)):
            assert get(server, f"/api/users/{user}/signals/")["signals"][-1]["value"] == size
        assert get(server, "/api/accounts/other/cohorts/") == []


def test_a_crowd_has_no_cohorts(cluster):
    """What meets by chance is no cohort: 3,000 users with random months and one of 40 templates each."""
    url = make_database(cluster)
    execute(url, EMPTY + """SELECT setseed(0.5); INSERT INTO users (id, account_id, handle, created_at)
        SELECT n, 1, translate(n::text, '0123456789', 'abcdefghij') || repeat('_', (random() * 40)::int) || '1', date '2015-01-01' + (random() * 3000)::int
          FROM generate_series(1, 3000) AS n""")
    with Server(url) as server:
        assert get(server, ACCOUNT + "cohorts/") == []


# -- triage

def test_triage_orders_the_users_without_a_verdict_by_what_one_is_worth(seeded):
    rows = get(seeded, "/api/users/", fields="id,risk,classification", expand="classification", account_id="1")
    worth = [(0.5 * 4 * row["risk"] * (1 - row["risk"]) + 0.5 * row["risk"], row["id"]) for row in rows
             if row["risk"] is not None and row["classification"] is None]
    worth.sort(key=lambda one: (-round(one[0], 12), one[1]))
    answer = get(seeded, ACCOUNT + "triage/", limit="200")
    assert [list(one) for one in answer] == [["user", "risk", "reasons", "gain"]] * 200
    assert [round(one["gain"], 9) for one in answer] == [round(gain, 9) for gain, _ in worth[:200]]
    assert {one["user"]["id"] for one in answer} <= {user for _, user in worth}
    assert all(0 <= one["gain"] <= 1 and one["reasons"] for one in answer)
    assert get(seeded, ACCOUNT + "triage/") == answer[:20]
    assert get(seeded, ACCOUNT + "triage/", limit="") == answer[:20]
    shown = get(seeded, f"/api/users/{answer[0]['user']['id']}/")
    assert list(answer[0]["user"]) == USER_FIELDS
    assert answer[0]["user"] == {name: shown[name] for name in USER_FIELDS}


def test_triage_gives_its_reasons_in_words(cluster):
    url = make_database(cluster)
    execute(url, EMPTY + """
        INSERT INTO users (id, account_id, handle, username, bio, featured_url, certified, following_count, followers_count,
                           created_at) VALUES
            (1, 1, 'Maria84736291', 'x', 'b', 'l', false, 5000, 10, '2010-01-01'),
            (2, 1, 'someone', 'Someone', 'hello', 'https://a.example', true, 10, 5000, '2010-01-01'),
            (3, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        INSERT INTO posts (id, user_id, timestamp, repost) VALUES (1, 1, now(), false), (2, 2, now(), false)""")
    with Server(url) as server:
        first, second = get(server, ACCOUNT + "triage/")  # of user 3 nothing is known
        assert [first["user"]["id"], second["user"]["id"]] == [1, 2]
        # 5000/10 is full: 1.5; the limit: 1; eight digits: 0.8; below 15: 0.5; below 100: 0.3; -3 + 4.1 = 1.1.
        assert first["risk"] == pytest.approx(1 / (1 + math.exp(-1.1)))
        assert first["reasons"] == [
            "It follows 500.00 times as many as follow it.",
            "It follows 5000, about as many as X allows, and fewer than 1,000 follow it.",
            "There are 8 digits in its handle.", "10 follow it, fewer than 15.", "10 follow it, fewer than 100."]
        assert second["reasons"] == ["It has a blue mark, which speaks for it.", "Its name is its handle."]
        execute(url, "INSERT INTO classification (user_id) VALUES (1)")
        assert [one["user"]["id"] for one in get(server, ACCOUNT + "triage/")] == [2]


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
        calibration = get(server, ACCOUNT + "calibration/")
        assert calibration["labels"]["n"] == execute(url, "SELECT count(*) FROM classification")[0][0]
        assert calibration["score"]["auc"] is None and calibration["suggested_weights"] is None
        assert get(server, ACCOUNT + "cohorts/") == []
        for one in get(server, ACCOUNT + "triage/"):
            assert 0 <= one["risk"] <= 1 and one["reasons"]


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
        calibration = get(server, ACCOUNT + "calibration/")
        assert get(server, ACCOUNT + "cohorts/") == []
        triage = get(server, ACCOUNT + "triage/")
        if schema == "v1":
            assert calibration["labels"] == {"total": None, "n": None, "harmful": None}
            assert set(calibration["score"].values()) == {None} and calibration["disagreements"] is None
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
