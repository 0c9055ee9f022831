"""Triage: its order, whom it draws at random, snoozes, the marks of sampled verdicts, its summary and the audience."""
from datetime import datetime, timedelta, timezone
from math import floor

import pytest

from support.data import make_database
from support.postgres import execute, wait_until
from support.server import Server
from support.signals import keep_signals
from support.tokens import mint

ACCOUNT = "/api/accounts/synka777/"
EMPTY = "DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777'), (2, 'Other');"
PEOPLE = """INSERT INTO users (id, account_id, handle, username, bio, featured_url, created_at, following_count,
                               followers_count, follower)
            SELECT n, 1, 'h' || n, 'U' || n, 'b', 'l', '2010-01-01', 10, 1000 + n, true FROM generate_series(1, {}) AS n;"""
RISK = "0.05 + 0.9 * ((t.id * 7919) % 1009) / 1009.0"
SHARE = 0.33


def gain(risk):
    return 2 * risk * (1 - risk) + 0.5 * risk


def iso(**ahead):
    return (datetime.now(timezone.utc) + timedelta(**ahead)).isoformat()


class Api:
    def __init__(self, server, url):
        self.server, self.url, self.token = server, url, mint()

    def __call__(self, method, path, status=200, body=None, headers=None, **params):
        options = {"json": body} if body is not None else {}
        answer = self.server.request(method, path, self.token, params=params, headers=headers or {}, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def triage(self, **params):
        return self("GET", ACCOUNT + "triage/", **params)

    def ids(self, **params):
        return [one["user"]["id"] for one in self.triage(**params)]

    def sql(self, sql):
        return execute(self.url, sql)

    def marks(self):
        return {user for (user,) in self.sql("SELECT user_id FROM watchdxg_sampled_verdict")}


@pytest.fixture(scope="module")
def served(cluster):
    url = make_database(cluster)
    with Server(url) as server:
        yield Api(server, url)


@pytest.fixture
def api(served):
    """600 people."""
    served.sql(EMPTY + PEOPLE.format(600) + "TRUNCATE watchdxg_snooze, watchdxg_sampled_verdict, watchdxg_idempotency_key")
    keep_signals(served.url, RISK)
    return served


def classify(api, ids, harmful="false", inactive="false", at="now()", sampled=False):
    rows = ",".join(f"({user}, {harmful}, {inactive}, {at})" for user in ids)
    api.sql(f"INSERT INTO classification (user_id, harmful, inactive, classified_at) VALUES {rows}")
    if sampled:
        api.sql("INSERT INTO watchdxg_sampled_verdict VALUES " + ",".join(f"({user}, now())" for user in ids))


# -- the order


def test_every_third_place_is_drawn_and_the_others_go_by_gain(api):
    shown = api.triage(limit=200)
    risks = dict(api.sql("SELECT user_id, risk FROM watchdxg_signal"))
    ties = dict(api.sql("SELECT user_id, tie FROM watchdxg_signal"))
    assert [one["sampled"] for one in shown] == [floor(i * SHARE) > floor((i - 1) * SHARE) for i in range(1, 201)]
    assert list(shown[0]) == ["user", "risk", "rank", "reasons", "gain", "sampled"]
    best = iter(sorted(risks, key=lambda user: (-gain(risks[user]), ties[user])))
    seen = set()
    for one in shown:
        user, risk = one["user"]["id"], risks[one["user"]["id"]]
        if not one["sampled"]:
            assert user == next(other for other in best if other not in seen)
        seen.add(user)
        below = sum(other < risk for other in risks.values())
        equal = sum(other == risk for other in risks.values())
        assert one["rank"] == pytest.approx((below + equal / 2) / 600)
        assert (one["risk"], one["gain"]) == (pytest.approx(risk), pytest.approx(gain(risk)))
    assert len(seen) == 200
    assert api.triage(limit=20) == shown[:20] == api.triage()
    # The draw has nothing to do with the risk.
    mean = sum(one["risk"] for one in shown if one["sampled"]) / 66
    assert abs(mean - sum(risks.values()) / 600) < 0.15


def test_equal_gains_are_ordered_by_a_hash(api):
    keep_signals(api.url, "0.5")
    ties = dict(api.sql("SELECT user_id, tie FROM watchdxg_signal"))
    shown = [one["user"]["id"] for one in api.triage(limit=50) if not one["sampled"]]
    assert shown == sorted(shown, key=ties.get)


def test_the_draw_of_a_day_stays_when_its_users_are_judged(api):
    before = [one["user"]["id"] for one in api.triage(limit=200) if one["sampled"]]
    classify(api, before[:10])
    after = [one["user"]["id"] for one in api.triage(limit=200) if one["sampled"]]
    assert set(before[10:]) <= set(after) and not set(before[:10]) & set(after)


def test_a_thousand_are_drawn_of_those_whom_nobody_had_judged_when_the_day_began(api):
    api.sql(EMPTY + PEOPLE.format(1600))
    keep_signals(api.url, RISK)
    classify(api, range(1, 301), at="now() - interval '3 days'")
    api("POST", "/api/classifications/", body={"user_ids": list(range(1, 1601)), "sampled": True})
    marks = api.marks()
    # 1600 were written; drawn today or yesterday were at most a thousand each of the 1,300.
    assert 1000 <= len(marks) <= 1300 and not marks & set(range(1, 301))


@pytest.mark.parametrize("share, expected", [("0", []), ("1", [True] * 9), ("0.5", [False, True] * 4 + [False])])
def test_the_share_of_drawn_places_is_a_setting(api, share, expected):
    with Server(api.url, triage_sample=share) as server:
        shown = Api(server, api.url).triage(limit=9)
        assert [one["sampled"] for one in shown] == (expected or [False] * 9)


def test_all_who_wait_are_shown_once(api):
    api.sql("DELETE FROM users WHERE id > 30")
    keep_signals(api.url, "CASE WHEN t.id > 5 THEN 0.3 END")
    shown = api.triage(limit=200)
    assert sorted(one["user"]["id"] for one in shown) == list(range(1, 31))
    unknown = [one for one in shown if one["risk"] is None]
    assert len(unknown) == 5 and all(one["gain"] is None and one["rank"] is None for one in unknown)


def test_a_person_stored_as_several_rows_is_shown_once_and_judged_by_a_verdict_on_any(api):
    api.sql("""DELETE FROM users WHERE id > 2; ALTER TABLE users DROP CONSTRAINT users_handle_created_at_key;
               INSERT INTO users (id, account_id, handle, created_at) VALUES (7, 1, 'H1', '2010-01-05'), (8, 1, 'h1', '2010-01-09')""")
    keep_signals(api.url, RISK)
    assert {one["user"]["id"]: one["user"]["same_person"] for one in api.triage()} == {2: [], 8: [1, 7]}
    api("POST", "/api/snoozes/", body={"user_ids": [7], "until": iso(days=1)})
    assert api.ids() == [2] and set(api.ids(exclude_snoozed="false")) == {2, 8}
    classify(api, [1])
    assert api.ids(exclude_snoozed="false") == [2]


# -- marks


def test_a_verdict_is_marked_as_sampled_only_where_the_user_was_drawn(api):
    api.sql(EMPTY + PEOPLE.format(3000))
    keep_signals(api.url, RISK)
    drawn = [one["user"]["id"] for one in api.triage(limit=200) if one["sampled"]]
    path = "/api/users/{}/classification/"
    answer = api("PUT", path.format(drawn[0]), 201, {"harmful": True, "inactive": False, "sampled": True})
    assert "sampled" not in answer and api.marks() == {drawn[0]}
    api("PUT", path.format(drawn[1]), 201, {"harmful": True, "inactive": False})
    api("PUT", path.format(drawn[2]), 201, {"harmful": True, "inactive": False, "sampled": False})
    assert api.marks() == {drawn[0]}
    # Drawn today and yesterday are 2,000 of 3,000 at most.
    every = list(range(1, 3001))
    api("POST", "/api/classifications/", body={"user_ids": every, "harmful": False, "sampled": True})
    assert set(drawn) <= api.marks() and 1000 <= len(api.marks()) <= 2000


def test_a_verdict_on_one_is_marked_where_one_on_all_would_be(api):
    """Of one user it is asked how many are drawn before her, of many who is drawn."""
    api.sql(EMPTY + PEOPLE.format(2600))
    api.sql("""INSERT INTO users (id, account_id, handle, created_at)
               SELECT 3000 + id, account_id, upper(handle), created_at FROM users WHERE id <= 40;
               INSERT INTO users (id, handle) VALUES (4000, 'of_no_account')""")
    keep_signals(api.url, RISK)
    classify(api, range(100, 400), at="now() - interval '3 days'")
    api.sql("DROP TABLE IF EXISTS at_first; CREATE TABLE at_first AS TABLE classification")
    everyone = [user for user, in api.sql("SELECT id FROM users ORDER BY id")]
    api("POST", "/api/classifications/", body={"user_ids": everyone, "harmful": False, "sampled": True})
    of_all = api.marks()
    assert 1000 <= len(of_all) < 2300
    api.sql("DELETE FROM watchdxg_sampled_verdict; DELETE FROM classification; INSERT INTO classification TABLE at_first")
    ties = dict(api.sql("SELECT user_id, tie FROM watchdxg_signal"))
    in_order = sorted(everyone, key=ties.get)
    edges = [user for before, user, after in zip(in_order, in_order[1:], in_order[2:])
             if len({before in of_all, user in of_all, after in of_all}) == 2]
    asked = {*edges, *range(1, 21), *range(3001, 3041)} - {*range(100, 400)} | {100, 4000}
    assert len(edges) > 4
    for user in sorted(asked, key=lambda user: (user == 100, user)):
        status = 200 if user == 100 else 201
        api("PUT", f"/api/users/{user}/classification/", status, {"harmful": True, "inactive": False, "sampled": True})
    assert api.marks() == of_all & asked


def test_a_mark_survives_a_change_and_goes_with_the_verdict(api):
    user = next(one["user"]["id"] for one in api.triage() if one["sampled"])
    path = f"/api/users/{user}/classification/"
    api("PUT", path, 201, {"harmful": True, "inactive": False, "sampled": True})
    api("PUT", path, 200, {"harmful": False, "inactive": True})
    api("PATCH", path, 200, {"notes": "x"})
    api("POST", "/api/classifications/", body={"user_ids": [user], "harmful": True})
    assert api.marks() == {user}
    api("DELETE", path, 204)
    assert api.marks() == set()
    # A mark that the core's own deletion has left counts for nothing.
    api("PUT", path, 201, {"harmful": True, "inactive": False, "sampled": True})
    api.sql("DELETE FROM classification")
    api("PUT", path, 201, {"harmful": True, "inactive": False})
    assert api.marks() == set()


def test_sampled_alone_marks_a_verdict_and_changes_nothing_else(api):
    user = next(one["user"]["id"] for one in api.triage() if one["sampled"])
    path = f"/api/users/{user}/classification/"
    before = api("PUT", path, 201, {"harmful": True, "inactive": False})
    assert api("PATCH", path, 200, {"sampled": True}) == before and api.marks() == {user}
    assert api("PATCH", path, 400, {"sampled": "perhaps"}) == {"sampled": ["Must be a valid boolean."]}


def test_a_repeated_write_with_a_key_leaves_the_mark_alone(api):
    user = next(one["user"]["id"] for one in api.triage() if one["sampled"])
    path, key = f"/api/users/{user}/classification/", {"Idempotency-Key": "one"}
    body = {"harmful": True, "inactive": False, "sampled": True}
    first = api("PUT", path, 201, body, key)
    api("DELETE", path, 204)
    assert api("PUT", path, 201, body, key) == first and api.marks() == set()


# -- snoozes


def test_snoozed_users_wait_until_their_time_has_come(api):
    first = api.ids(limit=3)
    until = iso(hours=1)
    assert api("POST", "/api/snoozes/", body={"user_ids": first[:2], "until": until}) == {"updated": 2}
    assert not set(first[:2]) & set(api.ids(limit=200))
    assert api.ids(limit=3, exclude_snoozed="false") == first
    assert api.ids(limit=3, exclude_snoozed="") == api.ids(limit=3)
    rows = api("GET", "/api/snoozes/")
    assert [list(row) for row in rows] == [["user_id", "until", "created_at"]] * 2
    assert {row["user_id"] for row in rows} == set(first[:2])
    assert api("GET", "/api/snoozes/", until__gt=iso(hours=2)) == []
    api.sql("UPDATE watchdxg_snooze SET until = now() - interval '1 second'")
    assert api.ids(limit=3) == first


def test_null_ends_a_snooze(api):
    api("POST", "/api/snoozes/", body={"user_ids": [1, 2], "until": iso(days=300)})
    assert api("POST", "/api/snoozes/", body={"user_ids": [1, 3], "until": None}) == {"updated": 1}
    assert [row["user_id"] for row in api("GET", "/api/snoozes/")] == [2]


@pytest.mark.parametrize("body, fault", [
    ({"user_ids": [1], "until": "2020-01-01T00:00:00Z"}, {"until": ["Ensure this time is in the future."]}),
    ({"user_ids": [1], "until": "9000-01-01T00:00:00Z"}, {"until": ["Ensure this time is at most a year from now."]}),
    ({"user_ids": [1]}, {"until": ["This field is required."]}),
    ({"until": None}, {"user_ids": ["This field is required."]}),
    ({"user_ids": [1, 9999, 7777], "until": None}, {"user_ids": ["Unknown ids: 7777, 9999."]}),
    ({"user_ids": [1], "until": None, "why": "x"}, {"why": ["There is no field 'why'; the nearest is 'until'."]}),
])
def test_a_snooze_that_does_not_fit_is_refused(api, body, fault):
    assert api("POST", "/api/snoozes/", 400, body) == fault
    assert api("GET", "/api/snoozes/") == []


def test_events_and_the_log_tell_of_snoozes(api):
    api("POST", "/api/snoozes/", body={"user_ids": [5, 6], "until": iso(days=1)})
    assert api.sql("SELECT account_id, ids FROM watchdxg_event WHERE table_name = 'snoozes' ORDER BY id DESC LIMIT 1") == [
        (1, [5, 6])]
    entries = api("GET", "/api/logs/", event="snoozed", limit=2)["results"]
    assert {entry["user_id"] for entry in entries} == {5, 6} and entries[0]["after"]["until"].endswith("Z")


# -- summary and audience


def judge(api, count=90):
    """The first `count` users are judged as if they had been drawn: their ids have nothing to do with their risk."""
    classify(api, range(1, count + 1), at="now() - interval '2 days'", sampled=True)
    api.sql("UPDATE classification SET harmful = user_id % 5 = 0, inactive = user_id % 3 = 0")


def test_the_summary_says_what_is_left_and_what_comes_next(api):
    judge(api)
    summary = api("GET", ACCOUNT + "triage/summary/")
    assert list(summary) == ["unjudged", "expected_harmful_left", "next", "text"]
    left = summary["expected_harmful_left"]
    assert summary["unjudged"] == 510 and left["low"] < left["estimate"] < left["high"]
    assert 60 < left["estimate"] < 145 and left["low"] < 102 < left["high"]
    assert [one["verdicts"] for one in summary["next"]] == [10, 50, 200]
    found = [one["expected_harmful"] for one in summary["next"]]
    assert 0 <= found[0] <= found[1] <= found[2] <= left["estimate"]
    assert summary["text"].startswith("Of 510 users not judged yet, about ")


def test_too_few_sampled_verdicts_say_so(api):
    judge(api, 29)
    summary = api("GET", ACCOUNT + "triage/summary/")
    assert summary["unjudged"] == 571 and summary["expected_harmful_left"] is None
    assert [one["expected_harmful"] for one in summary["next"]] == [None] * 3
    assert "1 user " in summary["text"]
    audience = api("GET", ACCOUNT + "audience/")
    assert audience["followers"] == {"estimate": 600, "low": 600, "high": 600} and audience["n"] == 29
    assert [audience[name] for name in ("harmful", "inactive", "effective", "reach")] == [None] * 4
    assert "30" in audience["reason"]


def test_it_says_when_it_is_time_to_stop(api):
    judge(api)
    api.sql("UPDATE classification SET harmful = false")
    assert api("GET", ACCOUNT + "triage/summary/")["text"].startswith("It is time to stop")
    classify(api, range(91, 601))
    summary = api("GET", ACCOUNT + "triage/summary/")
    assert summary["unjudged"] == 0 and summary["text"] == "Everybody is judged."
    assert summary["expected_harmful_left"] == {"estimate": 0, "low": 0, "high": 0}


def test_the_audience_is_estimated_from_the_followers(api):
    judge(api)
    api.sql("UPDATE users SET follower = false WHERE id > 500")
    audience = api("GET", ACCOUNT + "audience/")
    assert list(audience) == ["followers", "harmful", "inactive", "effective", "reach", "n", "method", "reason"]
    assert audience["followers"]["estimate"] == 500 and audience["n"] == 90 and audience["reason"] is None
    for name, share in (("harmful", 1 / 5), ("inactive", 1 / 3), ("effective", 8 / 15)):
        figure = audience[name]
        assert figure["low"] < 500 * share < figure["high"] and abs(figure["estimate"] - 500 * share) < 60
    reach = audience["reach"]
    assert reach["low"] < sum(1000 + n for n in range(1, 501)) * 8 / 15 < reach["high"]


def test_the_history_keeps_the_estimates_of_the_day(api):
    judge(api)
    api.sql("UPDATE watchdxg_signal_state SET holder = NULL")  # with scores of its own
    with Server(api.url) as server:
        again = Api(server, api.url)
        (row,) = wait_until(lambda: [row for row in again("GET", ACCOUNT + "history/") if row["audience"]], "an estimate")
        audience = again("GET", ACCOUNT + "audience/")
        assert row["audience"] == {name: audience[name] for name in ("harmful", "inactive", "effective", "reach", "n")}


def test_the_history_forgets_estimates_of_the_day_that_hold_no_more(api):
    judge(api)
    api.sql("UPDATE watchdxg_signal_state SET holder = NULL")
    with Server(api.url, history_interval=1) as server:
        again = Api(server, api.url)
        wait_until(lambda: [row for row in again("GET", ACCOUNT + "history/") if row["audience"]], "an estimate")
        again("POST", "/api/classifications/", body={"user_ids": list(range(1, 62)), "unclassify": True})
        wait_until(lambda: [row for row in again("GET", ACCOUNT + "history/") if row["audience"] is None], "29 are too few")


def test_reach_counts_the_followers_that_x_showed_where_the_core_took_a_point_for_a_decimal_one(api):
    judge(api)
    api.sql("UPDATE users SET follower = id <= 2, followers_count = 12, followers_str = '12.345'")
    assert api("GET", ACCOUNT + "audience/")["reach"]["estimate"] == 2 * 12345


def test_the_audience_is_known_where_every_follower_is_judged(api):
    judge(api)
    api.sql("UPDATE users SET follower = id <= 15")
    audience = api("GET", ACCOUNT + "audience/")
    assert [audience[name]["estimate"] for name in ("followers", "harmful", "inactive", "effective")] == [15, 3, 5, 8]
    assert audience["harmful"] == {"estimate": 3, "low": 3, "high": 3}


def test_a_core_without_verdicts_has_no_figures(cluster):
    url = make_database(cluster, "v1")
    keep_signals(url, "0.3")
    with Server(url) as server:
        api = Api(server, url)
        summary = api("GET", ACCOUNT + "triage/summary/")
        assert summary["unjudged"] is None and summary["expected_harmful_left"] is None and summary["text"]
        audience = api("GET", ACCOUNT + "audience/")
        assert audience["n"] is None and audience["harmful"] is None and "no verdicts" in audience["reason"]
        assert api.triage()
