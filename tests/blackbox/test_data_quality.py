"""Data quality: known faults in the core's rows are found, counted and named, and corrected where possible."""
import csv
import io
import json
from urllib.parse import urlsplit

import pytest

from support.data import make_database
from support.postgres import execute, wait_until
from support.server import Server
from support.signals import up_to_date
from support.tokens import mint

ACCOUNT = "/api/accounts/synka777/"
EMPTY = "DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777'), (2, 'Other');"
CHECKS = ["swapped_post_counters", "decimal_comma_counts", "thousands_point_counts", "unclear_counts", "shared_reposts",
          "null_creation_dates", "duplicate_users", "stale_rows", "unowned_users"]
MEMBERS = ["id", "title", "rows", "examples", "effect", "corrected_by"]


def get(server, path, status=200, **params):
    answer = server.get(path, token=mint("access"), params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def findings(server, handle="synka777"):
    answer = get(server, f"/api/accounts/{handle}/data-quality/")
    assert [one["id"] for one in answer] == CHECKS
    assert all(list(one) == MEMBERS and one["title"] and one["effect"] for one in answer)
    return {one["id"]: (one["rows"], one["examples"]) for one in answer}


def database(cluster, rows, schema="v3"):
    url = make_database(cluster, schema)
    execute(url, EMPTY + rows)
    return url


def test_rows_without_faults_have_no_findings(cluster):
    rows = """INSERT INTO users (id, account_id, handle, created_at, following_count, followers_count, following_str,
                                 followers_str, last_updated)
                VALUES (1, 1, 'a', '2020-01-01', 1234, 1200, '1,234', '1.2K', now()),
                       (2, 2, 'b', '2020-01-01', 12, 12000, '12', '12 k', now());
              INSERT INTO posts (id, user_id, handle, reposts, likes, replies, repost)
              SELECT n, 1, 'someone', n, n, n / 2, true FROM generate_series(1, 50) AS n"""
    with Server(database(cluster, rows)) as server:
        assert set(map(str, findings(server).values())) == {"(0, [])"}
        assert findings(server, "OTHER") == findings(server)


COMMAS = [  # text, stored, what it says
    ("1,2 k", 12000, 1200), ("1,2K", 12000, 1200), ("1,25 k", 125000, 1250), ("1,2\u00a0k", 12000, 1200),
    ("1,2\u202fM", 12000000, 1200000), ("3,4 Mio.", 34000000, 3400000), ("1,2 mil", 12000, 1200), ("9,9 Tsd.", 99000, 9900),
    ("1,2 k abonnés", 12000, 1200), (" 1,0 k ", 10000, 1000), ("0,0 k", 0, 0), ("123,4 k", 1234000, 123400),
]
FINE = [  # not known to be wrong: the count stays
    ("1,2 k", 1200), ("1,2 k", 7), ("1,2 k", None), ("1,234", 1234), ("1.2K", 1200), ("12 k", 12000), (None, 12000),
    ("", 12000), ("1,2", 12), ("1,2 x", 12000), ("-1,2 k", 12000), ("1,2,3 k", 12300), ("1,234 k", 1234000),
    ("k" * 255, 12000), ("1,2 k" + "'" * 3 + "; DROP TABLE users; --", 1200), ("\u0661,\u0662 k", 12000),
    ("9" * 200 + ",9 k", 12000), ("1,2 \n\\k", 1200), ("%s {0} $1", 12000), ("1,2 k" + "\u202e", 1200),
]


@pytest.fixture(scope="module")
def commas(cluster):
    """Users 1 to n of COMMAS, and 101 to 100 + n of FINE, with the same text for both counts."""
    url = database(cluster, "")
    for first, rows in ((1, COMMAS), (101, FINE)):
        for i, (text, stored, *_) in enumerate(rows):
            execute(url, "INSERT INTO users (id, account_id, handle, created_at, following_count, followers_count, following_str,"
                         " followers_str, last_updated) VALUES (%s, 1, %s, '2020-01-01', %s, %s, %s, %s, now())",
                    (first + i, f"u{first + i}", stored, stored, text, text))
    with Server(url) as server:
        yield server


def test_counts_with_a_decimal_comma_are_found(commas):
    assert findings(commas)["decimal_comma_counts"] == (len(COMMAS), [1, 2, 3, 4, 5])
    assert findings(commas, "other")["decimal_comma_counts"] == (0, [])


def test_lists_show_the_counts_that_the_texts_say_and_name_them(commas):
    rows = {row["id"]: row for row in get(commas, "/api/users/", corrected="true")}
    for i, (_, _, said) in enumerate(COMMAS):
        row = rows[1 + i]
        assert (row["following_count"], row["followers_count"]) == (said, said)
        assert row["corrected"] == ["following_count", "followers_count"]
    for i, (_, stored) in enumerate(FINE):
        row = rows[101 + i]
        assert (row["following_count"], row["followers_count"], row["corrected"]) == (stored, stored, [])


def test_without_the_parameter_nothing_is_corrected(commas):
    plain = commas.get("/api/users/", token=mint()).content
    for value in ("false", "0", "", "False"):
        assert commas.get(f"/api/users/?corrected={value}&account_id=1", token=mint()).content == plain
    assert "corrected" not in json.loads(plain)[0]


def test_filters_orders_and_pages_use_the_corrected_counts(commas):
    def ids(**params):
        return [row["id"] for row in get(commas, "/api/users/", corrected="true", **params)]
    said = {1 + i: row[2] for i, row in enumerate(COMMAS)} | {101 + i: row[1] for i, row in enumerate(FINE)}
    assert ids(followers_count="1200") == [user for user, count in said.items() if count == 1200]
    assert ids(followers_count__gte="120000", ordering="id") == [user for user, count in said.items() if (count or 0) >= 120000]
    in_order = sorted(said, key=lambda user: (said[user] is None, -(said[user] or 0), user))
    assert ids(ordering="-followers_count") == in_order
    page = get(commas, "/api/users/", corrected="true", ordering="-followers_count", page_size="5")
    seen = [row["id"] for row in page["results"]]
    next_page = page["next"]
    while page["next"]:
        url = urlsplit(page["next"])
        page = get(commas, f"{url.path}?{url.query}")
        seen += [row["id"] for row in page["results"]]
    assert seen == in_order
    # A cursor is good for its list alone.
    cursor = next_page.split("cursor=")[1].split("&")[0]
    assert get(commas, f"/api/users/?ordering=-followers_count&page_size=5&cursor={cursor}", 404) == {"detail": "Invalid cursor"}
    numbered = get(commas, "/api/users/", corrected="true", followers_count="1200", limit="2")
    assert numbered["count"] == len(ids(followers_count="1200")) and len(numbered["results"]) == 2


def test_selected_fields_exports_and_signals_are_corrected_as_well(commas):
    assert get(commas, "/api/users/", corrected="1", fields="id,followers_count", id="1") == [
        {"id": 1, "followers_count": 1200, "corrected": ["following_count", "followers_count"]}]
    text = commas.get("/api/users/?corrected=true&format=csv&fields=id,followers_count&id__in=1,101", token=mint()).text
    assert list(csv.reader(io.StringIO(text))) == [["id", "followers_count", "corrected"],
                                                   ["1", "1200", '["following_count","followers_count"]'], ["101", "1200", "[]"]]
    line = commas.get("/api/users/?corrected=true&format=ndjson&id=1", token=mint()).json()
    assert line["followers_count"] == 1200
    row, = get(up_to_date(commas), "/api/users/", corrected="true", expand="signals", id="1")
    by_name = {signal["id"]: signal["value"] for signal in row["signals"]["signals"]}
    assert by_name["followers_below_100"] == 1200 and by_name["follow_ratio"] == 1


def test_a_wrong_value_is_named(commas):
    for path in ("/api/users/", "/api/posts/", ACCOUNT + "stats/"):
        assert get(commas, path, 400, corrected="maybe") == {
            "corrected": ["Select a valid choice. maybe is not one of the available choices."]}


def test_statistics_of_corrected_counts_are_those_of_rows_that_were_right(cluster, commas):
    """A second opinion: the same users, stored as their texts say."""
    url = database(cluster, "")
    for first, rows in ((1, [(row[0], row[2]) for row in COMMAS]), (101, FINE)):
        for i, (text, count) in enumerate(rows):
            execute(url, "INSERT INTO users (id, account_id, handle, created_at, following_count, followers_count, following_str,"
                         " followers_str, last_updated) VALUES (%s, 1, %s, '2020-01-01', %s, %s, %s, %s, now())",
                    (first + i, f"u{first + i}", count, count, text, text))
    with Server(url) as right:
        expected = get(right, ACCOUNT + "stats/")
    corrected = get(commas, ACCOUNT + "stats/", corrected="true")
    assert corrected.pop("corrected") == ["following_count", "followers_count"]
    moments = ("as_of", "last_scrape_at")
    assert {k: v for k, v in corrected.items() if k not in moments} == {k: v for k, v in expected.items() if k not in moments}
    plain = get(commas, ACCOUNT + "stats/")
    assert "corrected" not in plain and plain["followers_count"] != corrected["followers_count"]


def core_reads(text):
    """What watchdxg-core makes of a count: blanks go, k, K and M multiply, commas go, the rest is a float.
    @return None where it raises: then it stores no row"""
    text, factor = "".join(text.split()), 1
    for unit, size in (("k", 1000), ("K", 1000), ("M", 1_000_000)):
        if unit in text:
            text, factor = text.replace(unit, ""), size
    try:
        return int(float(text.replace(",", "")) * factor)
    except ValueError:
        return None


NBSP, NARROW, THIN = "\u00a0", "\u202f", "\u2009"
WRITTEN = [  # language, as X writes it, what it says
    ("en", "7", 7), ("en", "1,234", 1234), ("en", "12.3K", 12300), ("en", "1.2M", 1200000), ("en", "123K", 123000), ("hi", "1,23,456", 123456),
    ("fr", f"1{NARROW}234", 1234), ("fr", f"1{NBSP}234", 1234), ("fr", f"1{THIN}234", 1234), ("ru", "1 234", 1234),
    ("fr", f"12,3{NBSP}k", 12300), ("fr", f"1,2{NBSP}M", 1200000), ("fr", f"1,25{NBSP}M", 1250000), ("nl", "1,2K", 1200), ("nb", "12,3k", 12300),
    ("hu", "1,2 M", 1200000), ("af", "1,2 k", 1200), ("es", "1,2 M", 1200000),
    ("de", "1.234", 1234), ("de", "12.345", 12345), ("de", "123.456", 123456), ("it", "9.876", 9876), ("tr", "10.000", 10000), ("id", "1.001", 1001),
    ("de", f"1,2{NBSP}Mio.", 1200000), ("de", "1,2 Tsd.", 1200), ("de", "1.234.567", 1234567), ("es", "12,3 mil", 12300), ("pt", "1,2 mi", 1200000),
    ("it", "1,2 Mln", 1200000), ("pl", "12,3 tys.", 12300), ("pl", "1,2 mln", 1200000), ("ru", "12,3 тыс.", 12300), ("uk", "1,2 млн", 1200000),
    ("ja", "12.3万", 123000), ("zh", "1.2亿", 120000000), ("ko", "1.2만", 12000), ("tr", "12,3 B", 12300), ("sv", "12,3 tn", 12300),
    ("id", "12,3 rb", 12300), ("da", "1,2 mio.", 1200000), ("fi", "12,3 t.", 12300), ("de-CH", "1’234", 1234), ("lv", "12,3 tūkst.", 12300),
    ("ar", "١٢٣", 123), ("ar", "١٬٢٣٤", 1234),
]
UNCLEAR = [  # text, stored: nothing tells which is right
    ("1,2 k", 7), ("12.345", 99), ("1.2", 1), ("1.234,5", 1), ("1 234", 1), ("1.2.345", 1), ("12.345", -12), ("0.123", 7), ("5", 50000001),
]


@pytest.fixture(scope="module")
def written(cluster):
    """Users 1 to n of WRITTEN with what the core stores, and from 1001 on of UNCLEAR."""
    url = database(cluster, "")
    rows = [(1 + i, text, core_reads(text)) for i, (_, text, _) in enumerate(WRITTEN)]
    rows += [(1001 + i, text, stored) for i, (text, stored) in enumerate(UNCLEAR)]
    for user, text, stored in rows:
        if stored is not None:
            execute(url, "INSERT INTO users (id, account_id, handle, created_at, following_count, followers_count, followers_str,"
                         " last_updated) VALUES (%s, 1, %s, '2020-01-01', 1, %s, %s, now())", (user, f"u{user}", stored, text))
    with Server(url) as server:
        yield server


def test_every_count_that_the_core_stores_is_shown_as_x_wrote_it(written):
    rows = {row["id"]: row for row in get(written, "/api/users/", corrected="true", id__lt="1000")}
    stored = {row["id"]: row["followers_count"] for row in get(written, "/api/users/", id__lt="1000")}
    assert len(rows) > 20
    for user, row in rows.items():
        _, text, said = WRITTEN[user - 1]
        assert row["followers_count"] == said, text
        assert row["corrected"] == (["followers_count"] if stored[user] != said else []), text


def test_counts_are_reported_by_what_the_core_did_to_them(written):
    found = findings(written)
    misread = {1 + i: text for i, (_, text, said) in enumerate(WRITTEN) if core_reads(text) not in (None, said)}
    commas = [user for user, text in misread.items() if "," in text]
    points = [user for user in misread if user not in commas]
    assert found["decimal_comma_counts"] == (len(commas), commas[:5])
    assert found["thousands_point_counts"] == (len(points), points[:5]) and len(points) == 6
    assert found["unclear_counts"] == (len(UNCLEAR), [1001, 1002, 1003, 1004, 1005])


def test_what_is_not_certain_is_not_corrected(written):
    rows = {row["id"]: row for row in get(written, "/api/users/", corrected="true", id__gt="1000")}
    for i, (_, stored) in enumerate(UNCLEAR):
        assert (rows[1001 + i]["followers_count"], rows[1001 + i]["corrected"]) == (stored, [])


# -- one person, several rows

PEOPLE = """
    INSERT INTO users (id, account_id, handle, created_at, last_updated) VALUES
        (1, 1, 'Twice_A', '2020-05-03', now()), (2, 1, 'twice_a', '2020-05-28', now()), (3, 1, 'TWICE_A', NULL, now()),
        (4, 1, 'twice_a', '2020-06-01', now()), -- two months now: row 3 belongs to neither
        (5, 1, 'undated', NULL, now()), (6, 1, 'Undated', NULL, now()),
        (7, 1, 'half', '2021-01-31', now()), (8, 1, 'HALF', NULL, now()), (9, 1, 'half', 'infinity', now()),
        (10, 2, 'half', '2021-01-30', now()), (11, 1, NULL, '2020-05-03', now()), (12, 1, NULL, '2020-05-03', now()),
        (13, 1, 'alone', '2020-05-03', now()), (14, NULL, 'half', '2021-01-29', now());"""
PERSONS = [{1, 2}, {3}, {4}, {5, 6}, {7, 8, 9}, {10}, {11}, {12}, {13}, {14}]


@pytest.fixture(scope="module")
def people(cluster):
    with Server(database(cluster, PEOPLE)) as server:
        yield up_to_date(server)


def test_rows_of_one_person_are_reported(people):
    assert findings(people)["duplicate_users"] == (7, [1, 2, 5, 6, 7])
    assert findings(people, "other")["duplicate_users"] == (0, [])


def test_statistics_and_history_count_rows_and_people(people):
    users = get(people, ACCOUNT + "stats/")["users"]
    assert (users["total"], users["people"]) == (12, 8)
    assert list(users)[:2] == ["total", "people"]
    wait_until(lambda: get(people, ACCOUNT + "history/"), "a snapshot")
    assert [(day["users"]["total"], day["users"]["people"]) for day in get(people, ACCOUNT + "history/")] == [(12, 8)]
    assert [(day["users"]["total"], day["users"]["people"]) for day in get(people, "/api/accounts/other/history/")] == [(1, 1)]


@pytest.mark.parametrize("params", [{}, {"ordering": "-risk"}, {"limit": "50"}, {"page_size": "50"}, {"corrected": "true"},
                                    {"account_id__isnull": "false", "ordering": "-handle"}])
def test_rows_of_one_person_name_each_other(people, params):
    answer = get(people, "/api/users/", expand="same_person", **params)
    rows = answer["results"] if isinstance(answer, dict) else answer
    assert len(rows) == (13 if "account_id__isnull" in params else 14)
    for row in rows:
        (person,) = [one for one in PERSONS if row["id"] in one]
        assert row["same_person"] == sorted(person - {row["id"]})
    others = {key: value for key, value in rows[0].items() if key != "same_person"}
    assert get(people, "/api/users/", id=str(rows[0]["id"]), **({"corrected": "true"} if "corrected" in params else {})) == [others]


def test_one_user_and_exports_name_the_other_rows_too(people):
    assert get(people, "/api/users/7/")["same_person"] == [8, 9] and get(people, "/api/users/13/")["same_person"] == []
    text = people.get("/api/users/?format=csv&fields=id,same_person&id=7", token=mint()).text
    assert text == 'id,same_person\r\n7,"[8,9]"\r\n'
    assert people.get("/api/users/?format=ndjson&fields=same_person&id=5", token=mint()).json() == {"same_person": [6]}
    assert "same_person" not in get(people, "/api/users/")[0]
    assert get(people, "/api/users/", 400, ordering="same_person") and get(people, "/api/users/", 400, expand="handle")


SWAPPED = """INSERT INTO users (id, account_id, handle) VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c'), (4, NULL, 'd');
             INSERT INTO posts (id, user_id, handle, reposts, likes, replies, views, repost)
             SELECT 9007199254740993 + n, 1 + n % 2, 'x', n, 100 + n, n, 9, false FROM generate_series(0, 9) AS n;
             INSERT INTO posts (id, user_id, handle, reposts, likes, replies, repost) VALUES (70, 1, 'x', NULL, 5, 6, false),
             (80, 3, 'x', 3, 4, 5, false), (81, 4, 'x', 7, 8, 7, false);"""


def test_swapped_counters_are_told_by_reposts_and_replies_that_are_the_same_on_every_post(cluster):
    url = database(cluster, SWAPPED)
    with Server(url) as server:
        first = 9007199254740993
        assert findings(server)["swapped_post_counters"] == (10, [str(first + n) for n in range(5)])
        assert findings(server, "other")["swapped_post_counters"] == (0, [])
        rows = {row["id"]: row for row in get(server, "/api/posts/", corrected="true")}
        for n in range(10):
            row = rows[first + n]
            assert (row["reposts"], row["likes"], row["replies"]) == (None, n, 100 + n)
            assert row["corrected"] == ["reposts", "likes", "replies"]
        for post, counters in ((80, (3, 4, 5)), (81, (7, 8, 7))):  # of accounts of which nothing is known to be wrong
            row = rows[post]
            assert (row["reposts"], row["likes"], row["replies"], row["corrected"]) == (*counters, [])
        assert [row["likes"] for row in get(server, "/api/users/1/posts/", corrected="true", likes__gte="4", ordering="-likes")
                ] == [8, 6, 4]
        stats = get(server, ACCOUNT + "stats/", corrected="true")
        assert stats["corrected"] == ["reposts", "likes", "replies"]
        assert stats["top"]["posts_by_views"][0]["likes"] == 0 and stats["posts"] == get(server, ACCOUNT + "stats/")["posts"]
        assert get(server, "/api/accounts/other/stats/", corrected="true")["corrected"] == []
        before = execute(url, "SELECT id, reposts, likes, replies FROM posts ORDER BY id")
        execute(url, "UPDATE posts SET replies = 0 WHERE likes = 109")  # one that differs: no longer every post
        assert findings(server)["swapped_post_counters"] == (0, [])
        assert all(row["corrected"] == [] for row in get(server, "/api/posts/", corrected="true"))
        assert [row for row in before if row[2] != 109] == [
            row for row in execute(url, "SELECT id, reposts, likes, replies FROM posts ORDER BY id") if row[2] != 109]


@pytest.mark.parametrize("rows", ["0, 5, 0", "NULL, 5, NULL", "NULL, 5, 0"])
def test_posts_to_which_nobody_reacted_are_no_sign(cluster, rows):
    url = database(cluster, "INSERT INTO users (id, account_id, handle) VALUES (1, 1, 'a');"
                            f"INSERT INTO posts (id, user_id, reposts, likes, replies) SELECT n, 1, {rows} FROM generate_series(1, 50) AS n")
    with Server(url) as server:
        assert findings(server)["swapped_post_counters"] == (0, [])


def test_the_others_are_counted_and_named(cluster):
    url = database(cluster, """
        INSERT INTO users (id, account_id, handle, created_at, last_updated) VALUES
            (1, 1, 'Author', NULL, now() - interval '31 days'), (2, 1, 'fan', '2020-01-01', now() - interval '29 days'),
            (3, 2, 'author', NULL, NULL), (4, NULL, 'nobody', NULL, now() - interval '1 year'), (5, 1, NULL, NULL, now());
        INSERT INTO posts (id, user_id, handle, repost) VALUES
            (1, 2, 'AUTHOR', true), (2, 2, 'author', true), (3, 1, 'Author', true), (4, 2, 'fan', false), (5, 4, 'fan', true),
            (6, 2, NULL, true), (7, 2, 'stranger', true)""")
    with Server(url) as server:
        found = findings(server)
        assert found["shared_reposts"] == (1, [1])
        assert found["null_creation_dates"] == (2, [1, 5])
        assert found["stale_rows"] == (1, [1])
        assert found["unowned_users"] == (1, [4])
        other = findings(server, "other")
        assert (other["null_creation_dates"], other["unowned_users"]) == ((1, [3]), (1, [4]))
        assert other["shared_reposts"] == other["stale_rows"] == (0, [])


def test_examples_are_the_five_smallest_ids(cluster):
    url = database(cluster, "INSERT INTO users (id, account_id, handle) SELECT 20 - n, 1, 'u' || n FROM generate_series(1, 9) AS n")
    with Server(url) as server:
        assert findings(server)["null_creation_dates"] == (9, [11, 12, 13, 14, 15])


@pytest.mark.parametrize("schema, unknown", [
    ("v1", {"swapped_post_counters", "decimal_comma_counts", "thousands_point_counts", "unclear_counts", "shared_reposts", "stale_rows"}), ("v2", {"stale_rows"}), ("v3", set())])
def test_what_a_generation_cannot_tell_is_null(cluster, schema, unknown):
    with Server(make_database(cluster, schema)) as server:
        assert {name for name, (rows, _) in findings(server).items() if rows is None} == unknown
        rows = get(server, "/api/users/", corrected="true")
        assert rows and all(isinstance(row["corrected"], list) for row in rows)
        assert set(get(server, ACCOUNT + "stats/", corrected="true")["corrected"]) <= {
            "following_count", "followers_count", "reposts", "likes", "replies"}


def test_an_account_without_users_and_all_null_users_have_an_answer(cluster):
    url = database(cluster, "INSERT INTO users (id, account_id) VALUES (1, 1); INSERT INTO posts (id, user_id) VALUES (1, 1)")
    with Server(url) as server:
        assert findings(server)["null_creation_dates"] == (1, [1])
        assert {name for name, found in findings(server, "other").items() if found != (0, [])} == set()
        assert get(server, "/api/users/", corrected="true")[0]["corrected"] == []


def test_there_is_nothing_without_a_token_or_an_account(commas):
    assert commas.get(ACCOUNT + "data-quality/").status_code == 401
    assert get(commas, "/api/accounts/nobody/data-quality/", 404) == {"detail": "No XAccount matches the given query."}
