"""Statistics of an account: by hand on few rows, and against a second computation over the same rows."""
import csv
import datetime
import io
import math
from collections import Counter

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from support.data import make_database, seed
from support.postgres import execute, run_psql, wait_until
from support.server import Server
from support.tokens import mint

UTC = datetime.timezone.utc
COUNT_EDGES = [0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000]
RATIO_EDGES = [0, 0.1, 0.5, 1, 2, 10, 50]
USER_FIELDS = ["id", "account_id", "handle", "username", "bio", "created_at", "following_count", "followers_count",
               "featured_url", "follower"]
POST_FIELDS = ["id", "id_str", "user_id", "timestamp", "username", "handle", "text", "reposts", "likes", "replies",
               "views", "repost"]
MEMBERS = ["account", "as_of", "users", "joined", "joined_unknown", "followers_count", "followers_count_unknown",
           "following_count", "following_count_unknown", "follow_ratio", "follow_ratio_no_followers",
           "follow_ratio_unknown", "posts", "actions", "classified_by_day", "last_scrape_at", "top"]
EMPTY = "DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777'), (2, 'Other');"
DAY = "((now() AT TIME ZONE 'UTC')::date - {})::timestamp AT TIME ZONE 'UTC'"


def stats(server, handle="synka777", status=200, **params):
    answer = server.get(f"/api/accounts/{handle}/stats/", token=mint("access"), params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def counted(bins):
    """{from: (total, harmful)} of the bins that are not empty."""
    return {each["from"]: (each["total"], each["harmful"]) for each in bins if each["total"]}


def counted_days(days, *names):
    return {each["day"]: tuple(each[name] for name in names) for each in days if any(each[name] for name in names)}


# -- by hand

ROWS = EMPTY + f"""
INSERT INTO users (id, account_id, handle, username, certified, bio, created_at, following_count, followers_count,
                   follower, last_updated) VALUES
    (1, 1, 'a', 'A', true, NULL, '2015-03-31', 0, 0, true, '2026-01-01 10:00'),
    (2, 1, 'b', 'B', false, NULL, '2015-06-01', 1, 10, true, '2026-01-02 10:00:00.5'),
    (3, 1, 'c', 'C', NULL, NULL, '2015-06-30', 9, 18, false, NULL),
    (4, 1, 'd', 'D', NULL, NULL, NULL, 10, 10, NULL, NULL),
    (5, 1, 'e', 'E', true, NULL, 'infinity', 99, 1, true, NULL),
    (6, 1, 'f', 'F', NULL, NULL, '2015-03-01', 9999999, 10000000, true, NULL),
    (7, 1, 'g', 'G', NULL, NULL, '2015-03-01', NULL, 5, true, NULL),
    (8, 1, 'h', 'H', NULL, NULL, '2015-03-01', -1, NULL, false, NULL),
    (9, 1, 'i', 'I', NULL, NULL, '2015-03-01', 50, 1, false, NULL),
    (10, 2, 'j', 'J', true, NULL, '2020-01-01', 1, 1, true, '2026-05-05'),
    (11, NULL, 'k', 'K', true, NULL, '2020-01-01', 1, 1, true, '2026-05-05');
INSERT INTO classification (user_id, harmful, inactive, classified_at) VALUES
    (1, true, false, {DAY.format(0)}), (2, true, true, {DAY.format(89)}), (3, false, NULL, {DAY.format(90)}),
    (4, NULL, NULL, {DAY.format(1)} - interval '1 microsecond'), (5, false, true, NULL), (6, true, NULL, 'infinity'),
    (10, true, false, {DAY.format(0)});
INSERT INTO posts (id, user_id, timestamp, text, views, repost) VALUES
    (9007199254740993, 1, {DAY.format(0)}, 'now', 10, true), (2, 1, {DAY.format(89)}, 'edge', 20, false),
    (3, 2, {DAY.format(89)} - interval '1 microsecond', 'out', 40, NULL), (4, 2, NULL, 'when', NULL, false),
    (5, 3, '2026-01-01 00:00:00.25+00', 'c', 20, false), (6, 10, now(), 'of the other', 1000, true),
    (7, NULL, now(), 'of nobody', 2000, true);
INSERT INTO actions (user_id, action_type, timestamp) VALUES
    (1, 'block', {DAY.format(0)}), (1, 'mute', {DAY.format(0)}), (2, 'block', {DAY.format(89)}),
    (3, 'report', {DAY.format(90)}), (4, NULL, NULL), (10, 'block', now()), (NULL, 'block', now());
"""


@pytest.fixture(scope="module")
def server(cluster):
    url = make_database(cluster)
    execute(url, ROWS)
    with Server(url) as server:
        yield server


def days_ago(n):
    return (datetime.datetime.now(UTC).date() - datetime.timedelta(days=n)).isoformat()


def test_the_members_are_those_of_the_contract_in_its_order(server):
    answer = stats(server)
    assert list(answer) == MEMBERS
    assert answer["account"] == {"id": 1, "handle": "synka777"}
    as_of = datetime.datetime.fromisoformat(answer["as_of"].replace("Z", "+00:00"))
    assert abs(datetime.datetime.now(UTC) - as_of) < datetime.timedelta(minutes=1)


def test_users_are_counted_by_verdict_where_harmful_and_inactive_overlap(server):
    assert stats(server)["users"] == {
        "total": 9, "people": 9, "followers": 5, "certified": 2, "harmful": 3, "inactive": 2, "sane": 2, "unclassified": 3,
        "harmful_share": 0.5, "followers_harmful_share": 0.75}


def test_months_run_from_the_first_to_the_last_with_zeros_between(server):
    answer = stats(server)
    assert answer["joined"] == [{"month": "2015-03", "total": 5, "harmful": 2}, {"month": "2015-04", "total": 0, "harmful": 0},
                                {"month": "2015-05", "total": 0, "harmful": 0}, {"month": "2015-06", "total": 2, "harmful": 1}]
    assert answer["joined_unknown"] == 2  # NULL and infinity


def test_months_are_those_of_x_and_one_odd_date_does_not_decide_the_length(cluster):
    """Somebody who joined in the year 9999 made the overview 4 MB."""
    url = make_database(cluster)
    execute(url, EMPTY + """INSERT INTO users (id, account_id, handle, created_at) VALUES
        (1, 1, 'a', '2006-03-01'), (2, 1, 'b', '2006-02-28'), (3, 1, 'c', '9999-12-31'), (4, 1, 'd', '0001-01-01'),
        (5, 1, 'e', 'infinity'), (6, 1, 'f', '0044-03-15 BC'), (7, 1, 'g', '1970-01-01'), (8, 1, 'h', NULL),
        (9, 1, 'i', (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month')::date),
        (10, 1, 'j', (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month - 1 day')::date)""")
    with Server(url) as server:
        answer = stats(server)
    this_month = datetime.datetime.now(UTC).date().isoformat()[:7]
    joined = {each["month"]: each["total"] for each in answer["joined"] if each["total"]}
    assert joined == {"2006-03": 1, this_month: 1} and answer["joined_unknown"] == 8
    assert (answer["joined"][0]["month"], answer["joined"][-1]["month"]) == ("2006-03", this_month)


def test_counts_fall_into_decades_and_what_is_no_count_is_unknown(server):
    answer = stats(server)
    edges = [(0, 0), (1, 9), (10, 99), (100, 999), (1000, 9999), (10_000, 99_999), (100_000, 999_999),
             (1_000_000, 9_999_999), (10_000_000, None)]
    for name in ("followers_count", "following_count"):
        assert [(each["from"], each["to"]) for each in answer[name]] == edges
    assert counted(answer["followers_count"]) == {0: (1, 1), 1: (3, 0), 10: (3, 1), 10_000_000: (1, 1)}
    assert counted(answer["following_count"]) == {0: (1, 1), 1: (2, 1), 10: (3, 0), 1_000_000: (1, 1)}
    assert (answer["followers_count_unknown"], answer["following_count_unknown"]) == (1, 2)


def test_ratios_fall_into_half_open_bins_and_users_without_followers_are_apart(server):
    answer = stats(server)
    assert [(each["from"], each["to"]) for each in answer["follow_ratio"]] == \
        [(0, 0.1), (0.1, 0.5), (0.5, 1), (1, 2), (2, 10), (10, 50), (50, None)]
    # 1/10, 9/18, 10/10, 99/1, 9999999/10000000, 50/1
    assert counted(answer["follow_ratio"]) == {0.1: (1, 1), 0.5: (2, 1), 1: (1, 0), 50: (2, 0)}
    assert (answer["follow_ratio_no_followers"], answer["follow_ratio_unknown"]) == (1, 2)


def test_posts_are_counted_by_day_with_the_percentiles_of_their_views(server):
    posts = stats(server)["posts"]
    assert {name: posts[name] for name in posts if name != "by_day"} == {
        "total": 5, "reposts": 1, "repost_share": 0.25, "last_post_at": f"{days_ago(0)}T00:00:00Z",
        "views_median": 20, "views_p90": 34}
    assert [each["day"] for each in posts["by_day"]] == [days_ago(n) for n in range(89, -1, -1)]
    assert counted_days(posts["by_day"], "total") == {days_ago(89): (1,), days_ago(0): (1,),
                                                      **({"2026-01-01": (1,)} if "2026-01-01" >= days_ago(89) else {})}


def test_actions_are_counted_by_type_and_by_day(server):
    actions = stats(server)["actions"]
    assert actions["total"] == 5
    assert actions["by_type"] == [{"action_type": "block", "total": 2}, {"action_type": "mute", "total": 1},
                                  {"action_type": "report", "total": 1}, {"action_type": None, "total": 1}]
    assert len(actions["by_day"]) == 90
    assert counted_days(actions["by_day"], "total") == {days_ago(0): (2,), days_ago(89): (1,)}


def test_verdicts_are_counted_by_the_day_they_were_given(server):
    days = stats(server)["classified_by_day"]
    assert len(days) == 90
    assert counted_days(days, "harmful", "inactive", "sane") == {
        days_ago(0): (1, 0, 0), days_ago(89): (1, 1, 0), days_ago(2): (0, 0, 1)}


def test_the_top_lists_show_the_default_fields_greatest_first(server):
    top = stats(server)["top"]
    assert [(row["id"], row["followers_count"]) for row in top["harmful_by_followers"]] == [(6, 10_000_000), (2, 10), (1, 0)]
    assert list(top["harmful_by_followers"][0]) == USER_FIELDS
    assert top["harmful_by_followers"][1]["created_at"] == "2015-06-01"
    assert [(row["id"], row["views"]) for row in top["posts_by_views"]] == \
        [(3, 40), (2, 20), (5, 20), (9007199254740993, 10)]
    assert list(top["posts_by_views"][0]) == POST_FIELDS
    assert top["posts_by_views"][2]["timestamp"] == "2026-01-01T00:00:00.250000Z"
    assert top["posts_by_views"][3]["timestamp"] == f"{days_ago(0)}T00:00:00Z"
    assert top["posts_by_views"][3]["id_str"] == "9007199254740993"


def test_rows_in_the_top_lists_are_the_rows_of_the_lists(server):
    top = stats(server)["top"]
    for row in top["harmful_by_followers"]:
        assert server.get("/api/users/", token=mint("access"), params={"id": row["id"]}).json() == [row]
    for row in top["posts_by_views"]:
        assert server.get("/api/posts/", token=mint("access"), params={"id": row["id_str"]}).json() == [row]


def test_the_last_scrape_is_the_last_update_of_a_user_of_the_account(server):
    assert stats(server)["last_scrape_at"] == "2026-01-02T10:00:00.500000Z"
    assert stats(server, "other")["last_scrape_at"] == "2026-05-05T00:00:00Z"


@pytest.mark.parametrize("handle", ["synka777", "@SYNKA777", "Synka777"])
def test_the_account_is_found_as_on_its_own_route(server, handle):
    assert stats(server, handle)["account"] == {"id": 1, "handle": "synka777"}


@pytest.mark.parametrize("handle", ["nobody", "%00", "@", "a%2Fb"])
def test_an_unknown_account_is_404(server, handle):
    assert "detail" in stats(server, handle, status=404)


# -- looking again

def look(server, tag=None, **headers):
    headers = {**({"If-None-Match": tag} if tag else {}), **headers}
    return server.get("/api/accounts/synka777/stats/", token=mint("access"), headers=headers)


def known(server, tag):
    """Waits until the answer with that tag is still right and known to be."""
    wait_until(lambda: look(server, tag).status_code == 304, "304 for what has not changed", 30)


def test_a_look_at_what_has_not_changed_is_answered_without_figures(cluster):
    url = make_database(cluster)
    with Server(url) as server:
        first = look(server)
        wait_until(lambda: look(server).headers["ETag"] == look(server).headers["ETag"], "a steady tag")
        tag = look(server).headers["ETag"]
        known(server, tag)
        answer = look(server, tag)
        assert answer.status_code == 304 and answer.content == b"" and answer.headers["ETag"] == tag
        assert look(server, "W/" + tag).status_code == 304 and look(server, '"other"').status_code == 200
        assert look(server, None, **{"If-Match": '"other"'}).status_code == 412
        assert first.status_code == 200 and set(first.json()) == set(look(server).json())
        assert server.get("/api/accounts/synka777/stats/", token=mint("access"), params={"corrected": "true"},
                          headers={"If-None-Match": tag}).status_code == 200
        assert server.get("/api/accounts/synka777/stats/", headers={"If-None-Match": tag}).status_code == 401


def test_own_writes_are_seen_at_once_by_who_looks_again(cluster):
    url = make_database(cluster)
    with Server(url) as server:
        user, before = execute(url, "SELECT min(id), count(*) FROM users LEFT JOIN classification ON user_id = id WHERE account_id = 1"
                                    " AND harmful IS NOT TRUE")[0]
        tag = look(server).headers["ETag"]
        wrote = server.request("PUT", f"/api/users/{user}/classification/", mint("access"), json={"harmful": True, "inactive": False})
        assert wrote.status_code in (200, 201)
        again = look(server, tag)
        assert again.status_code == 200 and again.headers["ETag"] != tag


def test_writes_of_others_are_seen_by_who_looks_again_while_and_after_they_are_made(cluster):
    url = make_database(cluster)
    with Server(url) as server:
        tag = look(server).headers["ETag"]
        known(server, look(server).headers["ETag"])
        total = look(server).json()["users"]["total"]
        with psycopg2.connect(url) as core:  # which stays connected, and idle after its commit
            for added in (1, 2, 3):
                with core.cursor() as cursor:
                    cursor.execute("INSERT INTO users (id, account_id, handle, username, follower)"
                                   " SELECT max(id) + 1, 1, 'late', 'Late', true FROM users")
                core.commit()
                tag = look(server, tag).headers["ETag"]
                assert look(server, tag).status_code == 200, "nobody can know yet whether that is all"
                assert look(server, tag).json()["users"]["total"] == total + added
            wait_until(lambda: look(server, look(server).headers["ETag"]).status_code == 304, "everything counted", 30)
        assert look(server).json()["users"]["total"] == total + 3


def test_nobody_sees_statistics_without_a_token(server):
    assert server.get("/api/accounts/synka777/stats/").status_code == 401
    assert server.post("/api/accounts/synka777/stats/", {}, token=mint("access")).status_code == 405


# -- few rows, and older schemas

def users_of(schema, rows):
    columns = "id, account_id, handle, username, bio, created_at, following_count, followers_count, follower"
    return EMPTY + "".join(f"INSERT INTO users ({columns}) VALUES {row};" for row in rows)


NULLS = "(1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
ONE = "(1, 1, 'a', 'A', 'Hi', '2020-05-31', 3, 2, true)"


def fresh(cluster, schema, rows):
    url = make_database(cluster, schema)
    execute(url, users_of(schema, rows))
    return url


@pytest.mark.parametrize("schema", ["v1", "v2", "v3"])
def test_an_account_without_users_has_zeros_and_no_shares(cluster, schema):
    with Server(fresh(cluster, schema, [])) as server:
        answer = stats(server)
    judged = 0 if schema != "v1" else None
    assert answer["users"] == {
        "total": 0, "people": 0, "followers": 0, "certified": 0 if schema != "v1" else None, "harmful": judged, "inactive": judged,
        "sane": judged, "unclassified": judged, "harmful_share": None, "followers_harmful_share": None}
    assert answer["joined"] == [] and answer["joined_unknown"] == 0 and answer["last_scrape_at"] is None
    assert counted(answer["followers_count"]) == counted(answer["follow_ratio"]) == {}
    assert answer["posts"]["total"] == judged and answer["posts"]["views_median"] is None
    assert answer["actions"]["total"] == judged


@pytest.mark.parametrize("schema", ["v1", "v2", "v3"])
def test_one_user_is_in_one_bin_of_each_kind(cluster, schema):
    with Server(fresh(cluster, schema, [ONE])) as server:
        answer = stats(server)
    harmful = None if schema == "v1" else 0
    assert answer["joined"] == [{"month": "2020-05", "total": 1, "harmful": harmful}]
    assert counted(answer["followers_count"]) == counted(answer["following_count"]) == {1: (1, harmful)}
    assert counted(answer["follow_ratio"]) == {1: (1, harmful)}


@pytest.mark.parametrize("schema", ["v1", "v2", "v3"])
def test_a_user_of_nulls_is_counted_as_unknown(cluster, schema):
    with Server(fresh(cluster, schema, [NULLS])) as server:
        answer = stats(server)
    assert answer["users"]["total"] == 1 and answer["users"]["followers"] == 0 and answer["joined"] == []
    assert [answer[name] for name in ("joined_unknown", "followers_count_unknown", "following_count_unknown",
                                      "follow_ratio_unknown", "follow_ratio_no_followers")] == [1, 1, 1, 1, 0]


def test_what_the_first_generation_cannot_tell_is_null_and_never_zero(cluster):
    with Server(fresh(cluster, "v1", [ONE])) as server:
        answer = stats(server)
    assert answer["posts"] == dict.fromkeys(answer["posts"]) and len(answer["posts"]) == 7
    assert answer["actions"] == {"total": None, "by_type": None, "by_day": None}
    assert answer["classified_by_day"] is None and answer["last_scrape_at"] is None
    assert answer["top"] == {"harmful_by_followers": None, "posts_by_views": None}
    assert all(each["harmful"] is None for each in answer["followers_count"] + answer["follow_ratio"])


def test_months_of_times_are_those_of_utc(cluster):
    url = make_database(cluster, "v2")
    execute(url, EMPTY + "INSERT INTO users (id, account_id, created_at) VALUES (1, 1, '2020-06-01 00:30:00+02')")
    with Server(url) as server:
        assert stats(server)["joined"] == [{"month": "2020-05", "total": 1, "harmful": 0}]


def test_a_missing_column_makes_its_figures_null_and_no_others(cluster):
    url = fresh(cluster, "v3", [ONE])
    execute(url, "DROP TRIGGER set_last_updated ON users; ALTER TABLE users DROP COLUMN certified, DROP COLUMN last_updated; ALTER TABLE posts DROP COLUMN views, DROP COLUMN repost;"
                 "ALTER TABLE actions DROP COLUMN action_type; ALTER TABLE classification DROP COLUMN classified_at")
    with Server(url) as server:
        answer = stats(server)
    assert (answer["users"]["total"], answer["users"]["certified"], answer["users"]["harmful"]) == (1, None, 0)
    assert answer["classified_by_day"] is None and answer["last_scrape_at"] is None
    posts = answer["posts"]
    assert (posts["total"], posts["reposts"], posts["repost_share"], posts["views_median"]) == (0, None, None, None)
    assert answer["actions"]["total"] == 0 and answer["actions"]["by_type"] is None
    assert answer["top"] == {"harmful_by_followers": [], "posts_by_views": None}


def test_a_table_that_must_not_be_read_makes_its_figures_null(cluster):
    url = fresh(cluster, "v3", [ONE])
    execute(url, "DROP ROLE IF EXISTS stats_reader; CREATE ROLE stats_reader LOGIN PASSWORD 'x';"
                 "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO stats_reader;"
                 "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO stats_reader; REVOKE ALL ON posts FROM stats_reader")
    own = url.replace("wdx@", "stats_reader:x@")
    with Server(own) as server:
        answer = stats(server)
    assert answer["posts"]["total"] is None and answer["users"]["total"] == 1


# -- against a second computation

def table(url, sql):
    text = run_psql(url, "-c", f"\\copy ({sql}) TO STDOUT CSV HEADER NULL '\\N'")
    return [{name: None if value == "\\N" else value for name, value in row.items()}
            for row in csv.DictReader(io.StringIO(text))]


def boolean(text):
    return None if text is None else text == "t"


def number(text):
    return None if text is None else int(text)


def time_of(seconds):
    return None if seconds is None else datetime.datetime.fromtimestamp(float(seconds), UTC)


def percentile(values, fraction):
    if not values:
        return None
    values = sorted(values)
    place = fraction * (len(values) - 1)
    low, high = values[math.floor(place)], values[math.ceil(place)]
    return low + (place - math.floor(place)) * (high - low)


def histogram(values, edges, last):
    """@param values  pairs of a value and whether the user is harmful"""
    bins = []
    for low, after in zip(edges, edges[1:] + [None]):
        inside = [harmful for value, harmful in values if value >= low and (after is None or value < after)]
        bins.append({"from": low, "to": None if after is None else after - last, "total": len(inside),
                     "harmful": sum(inside)})
    return bins


def month_range(months):
    year, month = map(int, min(months).split("-"))
    while f"{year:04}-{month:02}" <= max(months):
        yield f"{year:04}-{month:02}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def by_day(today, counters):
    days = [(today - datetime.timedelta(days=n)) for n in range(89, -1, -1)]
    return [{"day": day.isoformat(), **{name: counter[day] for name, counter in counters.items()}} for day in days]


def compute(url, account, today):
    """Statistics from the rows as CSV; times as seconds."""
    users = table(url, f"SELECT * FROM users WHERE account_id = {account}")
    verdicts = {row["user_id"]: row for row in table(
        url, "SELECT user_id, harmful, inactive, extract(epoch FROM classified_at) AS at FROM classification")}
    own = {user["id"] for user in users}
    posts = [post for post in table(url, "SELECT id, user_id, extract(epoch FROM timestamp) AS at, views, repost FROM posts")
             if post["user_id"] in own]
    actions = [row for row in table(url, "SELECT user_id, action_type, extract(epoch FROM timestamp) AS at FROM actions")
               if row["user_id"] in own]
    judged = {id: (bool(boolean(row["harmful"])), bool(boolean(row["inactive"]))) for id, row in verdicts.items()
              if id in own}
    harmful = {id for id, verdict in judged.items() if verdict[0]}
    followers = {user["id"] for user in users if boolean(user["follower"])}

    def share(part, whole):
        return part / whole if whole else None

    months = Counter(user["created_at"][:7] for user in users if user["created_at"])
    bad_months = Counter(user["created_at"][:7] for user in users if user["created_at"] and user["id"] in harmful)
    counts = {name: [(int(user[name]), user["id"] in harmful) for user in users if user[name]]
              for name in ("followers_count", "following_count")}
    both = [(int(user["following_count"]), int(user["followers_count"]), user["id"] in harmful) for user in users
            if user["following_count"] and user["followers_count"]]
    no_followers = [user for user in users if user["followers_count"] == "0"]
    views = [int(post["views"]) for post in posts if post["views"]]
    times = [time_of(post["at"]) for post in posts if post["at"]]
    types = Counter(row["action_type"] for row in actions)
    verdict_days = {"harmful": Counter(), "inactive": Counter(), "sane": Counter()}
    for id, (is_harmful, is_inactive) in judged.items():
        if verdicts[id]["at"]:
            day = time_of(verdicts[id]["at"]).date()
            verdict_days["harmful"][day] += is_harmful
            verdict_days["inactive"][day] += is_inactive
            verdict_days["sane"][day] += not is_harmful and not is_inactive
    months_of = {}  # of a handle, whatever its case
    for user in users:
        if user["handle"]:
            months_of.setdefault(user["handle"].lower(), set()).update([user["created_at"][:7]] if user["created_at"] else [])
    people = set()
    for user in users:
        known = months_of.get((user["handle"] or "").lower())
        month = user["created_at"][:7] if user["created_at"] else min(known) if known and len(known) == 1 else None
        alone = known is None or (month is None and len(known) > 1)
        people.add(user["id"] if alone else (user["handle"].lower(), month))
    return {
        "users": {
            "total": len(users), "people": len(people), "followers": len(followers),
            "certified": sum(bool(boolean(user["certified"])) for user in users), "harmful": len(harmful),
            "inactive": sum(inactive for _, inactive in judged.values()),
            "sane": sum(not any(verdict) for verdict in judged.values()),
            "unclassified": len(users) - len(judged), "harmful_share": share(len(harmful), len(judged)),
            "followers_harmful_share": share(len(harmful & followers), len(judged.keys() & followers))},
        "joined": [{"month": month, "total": months[month], "harmful": bad_months[month]}
                   for month in (month_range(months) if months else [])],
        "joined_unknown": len(users) - sum(months.values()),
        "followers_count": histogram(counts["followers_count"], COUNT_EDGES, 1),
        "followers_count_unknown": len(users) - len(counts["followers_count"]),
        "following_count": histogram(counts["following_count"], COUNT_EDGES, 1),
        "following_count_unknown": len(users) - len(counts["following_count"]),
        "follow_ratio": histogram([(a / b, bad) for a, b, bad in both if b > 0], RATIO_EDGES, 0),
        "follow_ratio_no_followers": len(no_followers),
        "follow_ratio_unknown": len(users) - len(no_followers) - sum(b > 0 for _, b, _ in both),
        "posts": {
            "total": len(posts), "reposts": sum(bool(boolean(post["repost"])) for post in posts),
            "repost_share": share(sum(bool(boolean(post["repost"])) for post in posts),
                                  sum(post["repost"] is not None for post in posts)),
            "last_post_at": max(times).strftime("%Y-%m-%dT%H:%M:%SZ") if times else None,
            "views_median": percentile(views, 0.5), "views_p90": percentile(views, 0.9),
            "by_day": by_day(today, {"total": Counter(time.date() for time in times)})},
        "actions": {
            "total": len(actions),
            "by_type": [{"action_type": name, "total": total} for name, total in
                        sorted(types.items(), key=lambda each: (-each[1], each[0] is None, each[0]))],
            "by_day": by_day(today, {"total": Counter(time_of(row["at"]).date() for row in actions if row["at"])})},
        "classified_by_day": by_day(today, verdict_days),
        "top": {
            "harmful_by_followers": [
                int(user["id"]) for user in sorted((user for user in users if user["id"] in harmful and user["followers_count"]),
                                                   key=lambda user: (-int(user["followers_count"]), int(user["id"])))[:10]],
            "posts_by_views": [int(post["id"]) for post in sorted(
                (post for post in posts if post["views"]), key=lambda post: (-int(post["views"]), int(post["id"])))[:10]]},
    }


def flat(value, path=""):
    if isinstance(value, dict):
        for name, member in value.items():
            yield from flat(member, f"{path}.{name}")
    elif isinstance(value, list):
        yield f"{path}.length", len(value)
        for index, member in enumerate(value):
            yield from flat(member, f"{path}[{index}]")
    else:
        yield path, value


@pytest.fixture(scope="module")
def seeded(cluster):
    """Some thousand users of five accounts, moved so that posts, actions and verdicts reach into the window."""
    url = make_database(cluster)
    seed(url, 6000, 20000)
    execute(url, """
        UPDATE posts SET timestamp = date_trunc('second', timestamp + (now() - (SELECT max(timestamp) FROM posts)));
        UPDATE actions SET timestamp = timestamp + (now() - (SELECT max(timestamp) FROM actions));
        UPDATE classification SET classified_at = classified_at + (now() - (SELECT max(classified_at) FROM classification))""")
    with Server(url) as server:
        yield server, url


@pytest.mark.parametrize("account", [1, 2, 3, 4, 5])
def test_every_figure_of_the_seed_is_that_of_an_independent_computation(seeded, account):
    server, url = seeded
    handle = execute(url, "SELECT handle FROM accounts WHERE id = %s", [account])[0][0]
    answer = stats(server, handle)
    expected = compute(url, account, datetime.date.fromisoformat(answer["as_of"][:10]))
    assert expected["posts"]["total"] > 500 and sum(d["total"] for d in expected["posts"]["by_day"]) > 0
    for name, rows in answer["top"].items():
        answer["top"][name] = [row["id"] for row in rows]
    for member in ("account", "as_of", "last_scrape_at"):
        answer.pop(member)
    ours, theirs = dict(flat(answer)), dict(flat(expected))
    assert ours.keys() == theirs.keys()
    different = {path: (ours[path], theirs[path]) for path in ours
                 if ours[path] != theirs[path] and not (
                     isinstance(ours[path], float) and math.isclose(ours[path], theirs[path], rel_tol=1e-12))}
    assert different == {}


# -- what must hold for any rows

rows = st.lists(st.fixed_dictionaries({
    "created_at": st.none() | st.dates(datetime.date(1999, 1, 1), datetime.date(2030, 12, 31)),
    "following_count": st.none() | st.integers(-2, 2 ** 31 - 1) | st.integers(0, 120),
    "followers_count": st.none() | st.integers(-2, 2 ** 31 - 1) | st.integers(0, 12),
    "follower": st.none() | st.booleans(), "certified": st.none() | st.booleans(),
    "verdict": st.none() | st.tuples(st.none() | st.booleans(), st.none() | st.booleans()),
    "posts": st.lists(st.tuples(st.none() | st.integers(0, 50), st.none() | st.booleans()), max_size=4)}), max_size=12)


def store(url, users):
    """@param users  in the order in which they are written; `id` is theirs"""
    inserts = [EMPTY]
    values = []
    for user in users:
        inserts.append("INSERT INTO users (id, account_id, created_at, following_count, followers_count, follower, certified)"
                       " VALUES (%s, 1, %s, %s, %s, %s, %s);")
        values += [user["id"], user["created_at"], user["following_count"], user["followers_count"], user["follower"],
                   user["certified"]]
        if user["verdict"] is not None:
            inserts.append("INSERT INTO classification (user_id, harmful, inactive) VALUES (%s, %s, %s);")
            values += [user["id"], *user["verdict"]]
        for n, (views, repost) in enumerate(user["posts"]):
            inserts.append("INSERT INTO posts (id, user_id, timestamp, views, repost) VALUES (%s, %s, '2026-01-01Z', %s, %s);")
            values += [user["id"] * 100 + n, user["id"], views, repost]
    execute(url, " ".join(inserts), values)


@pytest.fixture(scope="module")
def empty(cluster):
    url = make_database(cluster)
    with Server(url) as server:
        yield server, url


def shares(answer):
    return (answer["users"]["harmful_share"], answer["users"]["followers_harmful_share"], answer["posts"]["repost_share"])


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows, st.randoms())
def test_shares_are_rates_sums_are_totals_and_the_order_of_rows_changes_nothing(empty, users, shuffler):
    server, url = empty
    users = [dict(user, id=n) for n, user in enumerate(users, 1)]
    store(url, users)
    answer = stats(server)
    counts, total = answer["users"], answer["users"]["total"]
    assert total == len(users)
    assert all(share is None or 0 <= share <= 1 for share in shares(answer))
    either = counts["harmful"] + counts["inactive"] - sum(
        user["verdict"] == (True, True) for user in users if user["verdict"])
    assert either + counts["sane"] + counts["unclassified"] == total
    assert sum(each["total"] for each in answer["joined"]) + answer["joined_unknown"] == total
    for name in ("followers_count", "following_count"):
        assert sum(each["total"] for each in answer[name]) + answer[f"{name}_unknown"] == total
    assert sum(each["total"] for each in answer["follow_ratio"]) + answer["follow_ratio_no_followers"] \
        + answer["follow_ratio_unknown"] == total
    assert all(each["harmful"] <= each["total"] for name in ("joined", "followers_count", "following_count", "follow_ratio")
               for each in answer[name])
    views = [views for user in users for views, _ in user["posts"] if views is not None]
    for name, fraction in (("views_median", 0.5), ("views_p90", 0.9)):
        assert answer["posts"][name] == pytest.approx(percentile(views, fraction))
    shuffler.shuffle(users)
    store(url, users)
    again = stats(server)
    for each in (answer, again):
        each.pop("as_of"), each.pop("last_scrape_at")
    assert again == answer
