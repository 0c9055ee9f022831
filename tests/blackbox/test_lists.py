"""The lists and single rows of the open layer: fields, pages, messages, and what the core's older schemas lack."""
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from support.data import make_database, seed
from support.postgres import execute
from support.server import Server
from support.tokens import mint

USER = ["id", "account_id", "handle", "username", "bio", "created_at", "following_count", "followers_count",
        "featured_url", "follower"]
WHOLE_USER = ["id", "account_id", "handle", "username", "certified", "bio", "created_at", "following_count",
              "followers_count", "following_str", "followers_str", "featured_url", "follower", "last_updated",
              "classification", "same_person"]
POST = ["id", "id_str", "user_id", "timestamp", "username", "handle", "text", "reposts", "likes", "replies", "views",
        "repost"]
ACTION = ["id", "user_id", "action_type", "timestamp", "notes"]
CLASSIFICATION = ["user_id", "harmful", "inactive", "classified_at", "notes"]
LISTS = {"accounts": ["id", "handle"], "users": USER, "posts": POST, "actions": ACTION,
         "classifications": CLASSIFICATION}
NO_CHOICE = "Select a valid choice. {} is not one of the available choices."
NO_COLUMN = "The core's schema in this database has no such column."


@pytest.fixture(scope="module")
def server(cluster):
    url = make_database(cluster)
    seed(url, 2000, 4000)
    with Server(url) as server:
        server.access = mint("access")
        yield server


def get(server, path, status=200, **params):
    answer = server.get(path, token=server.access, params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def one(server, sql, *values):
    return execute(server.url, sql, values or None)[0][0]


# -- what a list is

@pytest.mark.parametrize("name, fields", LISTS.items())
def test_a_list_is_a_bare_array_of_its_default_fields_by_key(server, name, fields):
    rows = get(server, f"/api/{name}/", ordering=fields[0])
    assert [list(row) for row in rows[:3]] == [fields] * 3
    keys = [row[fields[0]] for row in rows]
    assert keys == sorted(keys)
    table = "classification" if name == "classifications" else name
    assert len(rows) == one(server, f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize("name", LISTS)
def test_lists_need_a_token(server, name):
    for params in ({}, {"limit": "1"}, {"id": "x"}):
        answer = server.get(f"/api/{name}/", params=params)
        assert (answer.status_code, answer.json()) == (
            401, {"detail": "Authentication credentials were not provided."})


def test_the_list_that_the_original_had_stays_as_it_was(server):
    for params in ({}, {"account_id": "1"}, {"account_id": "1", "colour": "red"}):
        plain = server.get("/api/users/", token=server.access, params=params)
        assert plain.headers["Vary"] == "origin"
        assert [list(row) for row in plain.json()[:1]] == [USER]


def test_answers_of_lists_vary_by_accept(server):
    for path, params in (("/api/users/", {"limit": "1"}), ("/api/posts/", {}), ("/api/logs/", {})):
        answer = server.get(path, token=server.access, params=params)
        assert {part.strip().lower() for part in answer.headers["Vary"].split(",")} == {"accept", "origin"}


def test_a_long_list_is_whole(server):
    rows = get(server, "/api/posts/", fields="id")
    assert len(rows) == 4000 and rows[0].keys() == {"id"}


def test_numbers_of_posts_come_as_text_too(server):
    assert all(post["id_str"] == str(post["id"]) for post in get(server, "/api/posts/", limit="50")["results"])


# -- which fields

def test_fields_come_in_the_order_that_was_asked_for(server):
    rows = get(server, "/api/users/", limit="2", fields="handle,id,certified,last_updated,classification")["results"]
    assert list(rows[0]) == ["handle", "id", "certified", "last_updated", "classification"]


def test_a_verdict_is_an_object_or_null(server):
    rows = get(server, "/api/users/", expand="classification", limit="1000")["results"]
    assert list(rows[0]) == [*USER, "classification"]
    verdicts = {row["id"]: row["classification"] for row in rows}
    assert None in verdicts.values()
    stored = {user_id: tuple(columns) for user_id, *columns in execute(
        server.url, "SELECT user_id, harmful, inactive, notes FROM classification")}
    for user_id, verdict in verdicts.items():
        assert (verdict is None) == (user_id not in stored)
        if verdict is not None:
            assert list(verdict) == ["harmful", "inactive", "classified_at", "notes"]
            assert (verdict["harmful"], verdict["inactive"], verdict["notes"]) == stored[user_id]


def test_times_without_zone_are_read_in_the_databases_zone(cluster, start_server):
    url = make_database(cluster)
    name = execute(url, "SELECT current_database()")[0][0]
    execute(url, f'ALTER DATABASE "{name}" SET TimeZone = \'America/New_York\'')
    execute(url, "ALTER TABLE users DISABLE TRIGGER set_last_updated")
    execute(url, "UPDATE users SET last_updated = '2026-07-01 12:00:00'")
    for settings, shown in (({}, "2026-07-01T16:00:00Z"), ({"core_timezone": "Europe/Paris"}, "2026-07-01T10:00:00Z")):
        server = start_server(url, **settings)
        server.access = mint("access")
        user_id = get(server, "/api/users/", limit="1")["results"][0]["id"]
        assert get(server, f"/api/users/{user_id}/")["last_updated"] == shown
        assert get(server, "/api/users/", last_updated=shown, limit="1")["count"] > 0
        assert get(server, "/api/users/", last_updated__gt=shown, limit="1")["count"] == 0


# -- one row

def test_one_user_has_every_column_and_its_verdict(server):
    classified = one(server, "SELECT min(user_id) FROM classification")
    user = get(server, f"/api/users/{classified}/")
    assert list(user) == WHOLE_USER and user["id"] == classified
    assert list(user["classification"]) == ["harmful", "inactive", "classified_at", "notes"]
    free = one(server, "SELECT min(id) FROM users u WHERE NOT EXISTS (SELECT FROM classification WHERE user_id = u.id)")
    assert get(server, f"/api/users/{free}/")["classification"] is None


def test_one_post_and_one_action_are_found_by_number(server):
    post = one(server, "SELECT max(id) FROM posts")
    assert list(get(server, f"/api/posts/{post}/")) == POST
    action = one(server, "SELECT max(id) FROM actions")
    assert list(get(server, f"/api/actions/{action}/")) == ACTION


@pytest.mark.parametrize("path, title", [("users", "User"), ("posts", "Post"), ("actions", "Action")])
def test_a_number_that_nobody_has_is_not_found(server, path, title):
    for number in ("0", "2147483648", "9223372036854775807"):
        assert get(server, f"/api/{path}/{number}/", 404) == {"detail": f"No {title} matches the given query."}
    for number in ("9223372036854775808", "9" * 40):
        assert get(server, f"/api/{path}/{number}/", 404) == {"detail": "Not found."}
    for none in ("x", "-1", "1.5", "%20"):
        assert get(server, f"/api/{path}/{none}/", 404) == {"detail": "Not found."}


def test_the_posts_of_a_user_are_a_list_of_their_own(server):
    user_id = one(server, "SELECT user_id FROM posts GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
    ids = [row[0] for row in execute(server.url, "SELECT id FROM posts WHERE user_id = %s ORDER BY views DESC NULLS LAST, id", (user_id,))]
    posts = get(server, f"/api/users/{user_id}/posts/", ordering="-views")
    assert [post["id"] for post in posts] == ids
    page = get(server, f"/api/users/{user_id}/posts/", limit="1")
    assert page["count"] == len(ids)
    assert urlsplit(page["next"]).path == f"/api/users/{user_id}/posts/"
    other = get(server, f"/api/users/{user_id}/posts/", user_id="0")
    assert other == [], "a filter narrows further"
    assert get(server, "/api/users/0/posts/", 404) == {"detail": "No User matches the given query."}


# -- pages

def test_pages_by_number_have_a_count_and_links(server):
    page = get(server, "/api/users/", limit="50", offset="100", account_id="1")
    assert list(page) == ["count", "next", "previous", "results"]
    assert page["count"] == one(server, "SELECT count(*) FROM users WHERE account_id = 1")
    assert page["next"] == f"{server.base_url}/api/users/?account_id=1&limit=50&offset=150"
    assert page["previous"] == f"{server.base_url}/api/users/?account_id=1&limit=50&offset=50"
    assert [row["id"] for row in page["results"]] == [row[0] for row in execute(
        server.url, "SELECT id FROM users WHERE account_id = 1 ORDER BY id OFFSET 100 LIMIT 50")]


def test_an_offset_beyond_the_end_leaves_nothing(server):
    page = get(server, "/api/users/", limit="5", offset="4611686018427387904")
    assert page["results"] == [] and page["count"] == 2000 and page["next"] is None


def test_a_page_by_number_need_not_wait_for_its_count(server):
    page = get(server, "/api/users/", limit="50", count="none")
    assert list(page) == ["count", "next", "previous", "results"] and page["count"] is None and len(page["results"]) == 50
    seen, link = [], f"{server.base_url}/api/users/?limit=700&count=none"
    while link:
        page = follow(server, link)
        seen += [row["id"] for row in page["results"]]
        link = page["next"]
        assert link is None or "count=none" in link
    assert seen == list(range(1, 2001))


def test_an_estimated_count_says_so_and_does_not_contradict_the_rows(server):
    execute(server.url, "ANALYZE users")
    page = get(server, "/api/users/", limit="50", count="estimated")
    assert list(page) == ["count", "count_is", "next", "previous", "results"] and page["count_is"] == "estimated"
    assert 1800 <= page["count"] <= 2200 and page["next"]
    last = get(server, "/api/users/", limit="50", offset="1990", count="estimated")
    assert last["count"] == 2000 and last["next"] is None and len(last["results"]) == 10
    assert get(server, "/api/users/", limit="5", offset="9000", count="estimated")["count"] <= 9000
    # PostgreSQL expects few rows here: it cannot know that two conditions say the same.
    both = get(server, "/api/users/", limit="5", count="estimated", id__lte="100", id__gte="1", handle__contains="_")
    assert both["count"] >= 6 if both["next"] else both["count"] == len(both["results"])
    assert get(server, "/api/users/", limit="5", count="estimated", search="nobody-is-called-so")["count"] == 0


@pytest.mark.parametrize("name", LISTS)
def test_every_list_can_be_counted_in_each_way(server, name):
    exact = get(server, f"/api/{name}/", limit="1")
    assert get(server, f"/api/{name}/", limit="1", count="exact")["count"] == exact["count"]
    for how in ("estimated", "none"):
        assert get(server, f"/api/{name}/", limit="1", count=how)["results"] == exact["results"]


def follow(server, link):
    parts = urlsplit(link)
    return get(server, parts.path, **dict(parse_qsl(parts.query)))


def test_pages_by_cursor_have_links_and_no_count(server):
    first = get(server, "/api/users/", page_size="3", ordering="-followers_count")
    assert list(first) == ["next", "previous", "results"]
    assert first["previous"] is None and len(first["results"]) == 3
    assert re.fullmatch(rf"{re.escape(server.base_url)}/api/users/\?cursor=[\w.-]+&ordering=-followers_count&page_size=3",
                        first["next"])
    second = follow(server, first["next"])
    assert follow(server, second["previous"])["results"] == first["results"]


def test_pages_by_cursor_are_stable_under_inserts_and_deletes(cluster, start_server):
    url = make_database(cluster)
    seed(url, 500)
    server = start_server(url)
    server.access = mint("access")
    before = [row[0] for row in execute(url, "SELECT id FROM users ORDER BY followers_count DESC NULLS LAST, id")]
    page = get(server, "/api/users/", page_size="20", ordering="-followers_count", fields="id")
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        execute(url, "INSERT INTO users (handle, created_at, followers_count) SELECT 'new_' || max(id), '2020-01-01', "
                     "2000000000 FROM users")
        execute(url, "DELETE FROM users WHERE id = %s", (seen[-1],))
        page = follow(server, page["next"])
        seen += [row["id"] for row in page["results"]]
    assert seen == before


def test_a_page_whose_rows_are_gone_leads_back(cluster, start_server):
    url = make_database(cluster)
    seed(url, 50)
    server = start_server(url)
    server.access = mint("access")
    first = get(server, "/api/users/", page_size="10", fields="id")
    second = follow(server, first["next"])
    third = follow(server, second["next"])
    execute(url, "DELETE FROM users WHERE id > 20")
    gone = follow(server, second["next"])
    assert gone["results"] == [] and gone["next"] is None
    assert follow(server, gone["previous"])["results"] == second["results"]
    execute(url, "DELETE FROM users WHERE id <= 20")
    execute(url, "INSERT INTO users (id, handle) VALUES (21, 'a'), (22, 'b')")
    before = follow(server, third["previous"])
    assert before["results"] == [] and before["previous"] is None
    assert [row["id"] for row in follow(server, before["next"])["results"]] == [21, 22]


@pytest.mark.parametrize("path, field", [("users", "bio"), ("posts", "text"), ("classifications", "notes")])
def test_long_texts_do_not_go_into_cursors(server, path, field):
    assert get(server, f"/api/{path}/", 400, page_size="2", ordering=f"-{field}") == {
        "ordering": [f"page_size does not go with {field}: use limit and offset."]}
    assert len(get(server, f"/api/{path}/", limit="2", ordering=f"-{field}")["results"]) == 2


def test_pages_by_cursor_pass_infinite_and_ancient_dates(cluster, start_server):
    url = make_database(cluster, "v2", state="no_rows")
    execute(url, "INSERT INTO users (id, handle, created_at) VALUES (1, 'a', 'infinity'), (2, 'b', '-infinity'), "
                 "(3, 'c', '0044-03-15 BC'), (4, 'd', '9999-12-31'), (5, 'e', '20000-01-01'), (6, 'f', NULL)")
    for setting in ("DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Kathmandu'"):
        name = execute(url, "SELECT current_database()")[0][0]
        execute(url, f'ALTER DATABASE "{name}" SET {setting}')
    server = start_server(url)
    server.access = mint("access")
    for ordering in ("created_at", "-created_at"):
        whole = [row["id"] for row in get(server, "/api/users/", ordering=ordering)]
        page = get(server, "/api/users/", page_size="1", ordering=ordering)
        walked = [row["id"] for row in page["results"]]
        while page["next"]:
            page = follow(server, page["next"])
            walked += [row["id"] for row in page["results"]]
        assert walked == whole and len(whole) == 6


def test_an_altered_or_stale_cursor_is_not_found(server):
    link = get(server, "/api/users/", page_size="3", ordering="handle")["next"]
    cursor = dict(parse_qsl(urlsplit(link).query))["cursor"]
    invalid = {"detail": "Invalid cursor"}
    for altered in (cursor[:-1], cursor[:-2] + ("AA" if not cursor.endswith("AA") else "BB"), "x" + cursor[1:], "abc", "."):
        assert get(server, "/api/users/", 404, page_size="3", ordering="handle", cursor=altered) == invalid
    assert get(server, "/api/users/", 404, page_size="3", ordering="-handle", cursor=cursor) == invalid
    assert get(server, "/api/accounts/", 404, page_size="3", ordering="handle", cursor=cursor) == invalid
    assert len(get(server, "/api/users/", page_size="7", ordering="handle", cursor=cursor)["results"]) == 7


# -- what does not fit

@pytest.mark.parametrize("params, body", [
    ({"followers_count__gte": "ten"}, {"followers_count__gte": ["Enter a number."]}),
    ({"account_id": "x", "limit": "1"}, {"account_id": ["Enter a number."], "limit": None}),
    ({"limit": "0"}, {"limit": ["Ensure this value is greater than or equal to 1."]}),
    ({"limit": "1001"}, {"limit": ["Ensure this value is less than or equal to 1000."]}),
    ({"limit": "1", "count": "roughly"}, {"count": [NO_CHOICE.format("roughly")]}),
    ({"limit": "x", "offset": "-1"}, {"limit": ["Enter a whole number."],
                                      "offset": ["Ensure this value is greater than or equal to 0."]}),
    ({"page_size": "0"}, {"page_size": ["Ensure this value is greater than or equal to 1."]}),
    ({"page_size": "5", "limit": "5"}, {"page_size": ["Use either page_size or limit and offset."]}),
    ({"created_at": "yesterday"}, {"created_at": ["Enter a valid date."]}),
    ({"last_updated": "yesterday"}, {"last_updated": ["Enter a valid date/time."]}),
    ({"follower": "maybe"}, {"follower": [NO_CHOICE.format("maybe")]}),
    ({"classification": "bad"}, {"classification": [NO_CHOICE.format("bad")]}),
    ({"handle__near": "x"}, {"handle__near": ["Unsupported lookup 'near'."]}),
    ({"ordering": "colour"}, {"ordering": [NO_CHOICE.format("colour")]}),
    ({"fields": "id,colour"}, {"fields": [NO_CHOICE.format("colour")]}),
    ({"expand": "posts"}, {"expand": [NO_CHOICE.format("posts")]}),
    ({"handle": "\0"}, {"handle": ["Null characters are not allowed."]}),
    ({"ordering": "handle,username,bio,created_at,account_id,follower,certified,last_updated,followers_count,id"},
     {"ordering": ["Ensure this value has at most 8 fields."]}),
])
def test_a_value_that_does_not_fit_is_named(server, params, body):
    expected = {name: messages for name, messages in body.items() if messages}
    assert get(server, "/api/users/", 400, **params) == expected


@pytest.mark.parametrize("name", [*LISTS, "logs", "users/1/posts"])
def test_a_lookup_of_a_misspelt_field_is_refused_on_every_list_and_the_nearest_named(server, name):
    """Answered with everything, it would look like an answer."""
    meant = "user_id" if name == "classifications" else "id"
    for lookup, more in (("gte", {}), ("gte", {"limit": "5"}), ("in", {"format": "csv"})):
        slip = f"{meant}d__{lookup}"
        assert get(server, f"/api/{name}/", 400, **{slip: "1"}, **more) == {
            slip: [f"There is no field '{meant}d'; the nearest is '{meant}'."]}


@pytest.mark.parametrize("slip, meant", [
    ("folowers_count__gte", "followers_count"), ("handel__icontains", "handle"), ("Followers_Count__lt", "followers_count"),
    ("user__handle__icontains", "handle"), ("zzz__isnull", "id"), ("creatd_at__range", "created_at"), ("limit__gte", "id")])
def test_a_slip_in_a_filter_of_users_is_named(server, slip, meant):
    field = slip.rsplit("__", 1)[0]
    assert get(server, "/api/users/", 400, **{slip: "1", "account_id": "1"}) == {
        slip: [f"There is no field '{field}'; the nearest is '{meant}'."]}


def test_bare_unknown_names_unknown_suffixes_and_empty_values_are_ignored_as_by_the_original(server):
    everything = server.get("/api/users/", token=server.access).content
    for query in ("folowers_count=1", "colour__shade=1", "colour__=1", "__gte_=1", "folowers_count_gte=1", "folowers_count__gte=",
                  "folowers_count__gte=1&folowers_count__gte="):
        assert server.get(f"/api/users/?{query}", token=server.access).content == everything, query


def test_a_cursor_without_its_page_size_says_what_to_follow(server):
    assert get(server, "/api/users/", 400, cursor="abc") == {
        "page_size": ["A cursor goes with its page_size: follow `next` as it is."]}


def test_another_scheme_is_told_which_one_is_wanted_on_routes_of_the_open_layer_alone(server):
    for header in (f"Token {server.access}", f"bearer {server.access}", f"JWT {server.access}", server.access, "Basic eDp5"):
        def refusal(path):
            answer = server.get(path, headers={"Authorization": header})
            assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
            return answer.json()
        for path in ("/api/posts/", "/api/me/", "/api/events/", "/api/users/1/"):
            assert refusal(path) == {"detail": "Send the access token as `Authorization: Bearer <token>`."}
        for path in ("/api/users/", "/api/accounts/synka777/"):
            assert refusal(path) == {"detail": "Authentication credentials were not provided."}


# -- handles, as people write them

WRITTEN = ["{}", "@{}", "@@{}", " {}", "{} ", "{}\n", "\r\n{}\r\n", "{}\u200b", "\ufeff@{}", "\u202a{}\u202c", "\u00a0@ {}\u3000",
           "\uff20{}", "{}\u2028", "\t{}\t"]


@pytest.fixture(scope="module")
def handles(cluster):
    """Accounts and users as somebody may have stored them."""
    url = make_database(cluster)
    execute(url, "TRUNCATE accounts, users CASCADE; "
                 "INSERT INTO accounts (id, handle) VALUES (1, 'Plain'), (2, '@Marked'), (3, E'\\u200bhidden\\n'), (4, ' spaced'), "
                 "(5, 'both'), (6, '@both'), (7, 'UP'), (8, 'Up'), (9, ''), (10, NULL), (11, 'end '), (12, '@'); "
                 "INSERT INTO users (id, account_id, handle, username, bio) VALUES (1, 1, 'Some_One', 'x', ''), "
                 "(2, 1, 'other', 'y', 'a friend of @some_one'), (3, 1, '@some_one', 'z', ''), (4, 1, 'awesome_one', '', '')")
    with Server(url) as server:
        server.access = mint("access")
        yield server


def account(server, handle, status=200):
    path = "".join(f"%{byte:02X}" for byte in handle.encode())
    return get(server, f"/api/accounts/{path}/", status)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_handle_is_found_however_it_was_pasted(handles, written):
    for number, stored in ((1, "plain"), (2, "MARKED"), (3, "hidden"), (4, "Spaced")):
        assert account(handles, written.format(stored))["id"] == number


def test_an_exact_handle_wins_and_one_that_could_be_two_is_none(handles):
    assert [account(handles, handle)["id"] for handle in ("both", "@both", "UP", "Up", "end ")] == [5, 6, 7, 8, 11]
    assert account(handles, "BOTH")["id"] == 5, "as before: what is stored without `@` is nearer"
    for handle in ("up", "@up", "both\n", "nobody", "pl ain", "plai", "\u200b", " ", "%"):
        account(handles, handle, 404)
    account(handles, "end", 404)   # recorded of the original: a blank at the end of a stored handle counts


def test_other_routes_of_an_account_read_its_handle_alike(handles):
    for route in ("stats", "triage", "data-quality"):
        get(handles, f"/api/accounts/%40@MARKED%0A/{route}/")


def ids(server, **params):
    return [row["id"] for row in get(server, "/api/users/", **params)]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_search_and_a_lookup_ignoring_case_find_a_handle_however_it_was_pasted(handles, written):
    assert ids(handles, handle__iexact=written.format("SOME_one")) == [1, 3]
    found = ids(handles, search='"' + written.format("Some_One") + '"')
    assert {1, 3, 4} <= set(found) <= {1, 2, 3, 4}


def test_an_at_sign_in_a_search_still_finds_mentions(handles):
    assert ids(handles, search="@some_one") == [1, 2, 3, 4]
    assert ids(handles, search="@friend") == [] and ids(handles, search="@") == [2, 3]
    assert ids(handles, handle="Some_One") == [1] and ids(handles, handle="@some_one") == [3], "exact is exact"


def test_refusals_of_open_lists_can_be_read_by_allowed_origins(server):
    origin = {"Origin": "http://localhost:4200"}
    for path, params, status in (("/api/users/", {"limit": "x"}, 400), ("/api/posts/", {"limit": "x"}, 400),
                                 ("/api/users/", {"page_size": "1", "cursor": "x"}, 404)):
        answer = server.get(path, token=server.access, params=params, headers=origin)
        assert answer.status_code == status
        assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["Vary"] == "Accept, origin"
    plain = server.get("/api/users/", token=server.access, params={"account_id": "x"}, headers=origin)
    assert (plain.status_code, plain.headers["Vary"]) == (400, "origin")
    assert "Access-Control-Expose-Headers" not in plain.headers


def test_an_order_of_nothing_is_the_usual_one(server):
    assert get(server, "/api/logs/", ordering=",") == get(server, "/api/logs/")


def test_a_slow_list_is_streamed_where_the_statement_timeout_would_end_it(cluster, start_server):
    url = make_database(cluster)
    seed(url, 100, 300)
    execute(url, "ALTER TABLE posts RENAME TO stored_posts")
    execute(url, "CREATE VIEW posts AS SELECT stored_posts.* FROM stored_posts, pg_sleep(1.5)")
    server = start_server(url, statement_timeout=1)
    server.access = mint("access")
    assert len(get(server, "/api/posts/")) == 300
    assert get(server, "/api/posts/", 503, limit="5")["detail"].startswith("Service temporarily unavailable")


def test_a_table_that_must_not_be_read_is_named(cluster, start_server):
    url = make_database(cluster)
    role = f"reader_{execute(url, 'SELECT current_database()')[0][0]}"
    execute(url, f"CREATE ROLE {role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; "
                 f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}; REVOKE ALL ON posts, classification FROM {role}")
    server = start_server(re.sub("//[^@]+@", f"//{role}@", url))
    server.access = mint("access")
    assert get(server, "/api/posts/", 503) == {
        "detail": "The table posts of watchdxg-core must not be read by the server's database role."}
    user_id = get(server, "/api/users/")[0]["id"]
    assert "classification" not in get(server, f"/api/users/{user_id}/")


def test_a_column_of_a_type_that_nobody_expects_is_absent(cluster, start_server):
    url = make_database(cluster)
    execute(url, "ALTER TABLE posts ALTER COLUMN likes TYPE numeric; ALTER TABLE posts ALTER COLUMN views TYPE bigint;"
                 "INSERT INTO posts (id, user_id, likes, views) SELECT 1, min(id), 2, 3 FROM users")
    server = start_server(url)
    server.access = mint("access")
    assert get(server, "/api/posts/", 400, likes__gt="1") == {"likes__gt": [NO_COLUMN]}
    assert "views" in get(server, "/api/posts/")[0] and "likes" not in get(server, "/api/posts/")[0]


def test_unknown_fields_and_empty_values_are_ignored(server):
    plain = get(server, "/api/posts/", limit="5")["results"]
    for params in ({"colour": "red"}, {"colour__shade": "x"}, {"id": ""}, {"ordering": ""}, {"search": ""}, {"fields": ""}):
        assert get(server, "/api/posts/", limit="5", **params)["results"] == plain


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_lists_of_the_core_are_not_written(server, method):
    for path in ("/api/accounts/", "/api/users/", "/api/posts/", "/api/posts/1/", "/api/logs/"):
        answer = server.request(method, path, token=server.access)
        assert (answer.status_code, answer.json()) == (405, {"detail": f'Method "{method}" not allowed.'})
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


# -- older schemas

LATER = ["certified", "following_str", "followers_str", "last_updated"]


@pytest.mark.parametrize("schema, lacking", [("v1", LATER), ("v2", LATER[3:])])
def test_columns_that_the_schema_lacks_are_absent_and_naming_one_says_so(cluster, start_server, schema, lacking):
    server = start_server(make_database(cluster, schema))
    server.access = mint("access")
    user_id = get(server, "/api/users/")[0]["id"]
    gone = {*lacking, *(["classification"] if schema == "v1" else [])}
    assert list(get(server, f"/api/users/{user_id}/")) == [name for name in WHOLE_USER if name not in gone]
    for name in lacking:
        assert get(server, "/api/users/", 400, **{name: "1"}) == {name: [NO_COLUMN]}
        assert get(server, "/api/users/", 400, **{f"{name}__isnull": "true"}) == {f"{name}__isnull": [NO_COLUMN]}
        assert get(server, "/api/users/", 400, fields=name) == {"fields": [f"{name}: {NO_COLUMN}"]}
        assert get(server, "/api/users/", 400, ordering=f"-{name}") == {"ordering": [f"{name}: {NO_COLUMN}"]}
    assert get(server, "/api/users/", created_at__gt="1990-01-01T00:00:00Z", limit="1")["count"] > 0


def test_tables_that_the_schema_lacks_are_not_found(cluster, start_server):
    server = start_server(make_database(cluster, "v1"))
    server.access = mint("access")
    user_id = get(server, "/api/users/")[0]["id"]
    for path, table in (("/api/posts/", "posts"), ("/api/posts/1/", "posts"), (f"/api/users/{user_id}/posts/", "posts"),
                        ("/api/classifications/", "classification"), ("/api/actions/", "actions"),
                        ("/api/actions/1/", "actions")):
        assert get(server, path, 404) == {"detail": f"The core's schema here (v1) has no table {table}."}
    assert get(server, "/api/users/", 400, classification="sane") == {"classification": [NO_COLUMN]}
    assert get(server, "/api/users/", 400, expand="classification") == {"expand": [f"classification: {NO_COLUMN}"]}


def test_a_column_that_vanishes_is_noticed_at_once(cluster, start_server):
    url = make_database(cluster)
    server = start_server(url)
    server.access = mint("access")
    assert "certified" in get(server, "/api/users/", fields="certified", limit="1")["results"][0]
    execute(url, "ALTER TABLE users DROP COLUMN certified")
    assert get(server, "/api/users/", 400, fields="certified", limit="1") == {"fields": [f"certified: {NO_COLUMN}"]}
    assert "certified" not in get(server, f"/api/users/{get(server, '/api/users/')[0]['id']}/")


def test_a_row_is_answered_without_a_column_that_has_just_vanished(cluster, start_server):
    url = make_database(cluster)
    server = start_server(url)
    server.access = mint("access")
    user_id = get(server, "/api/users/")[0]["id"]
    assert list(get(server, f"/api/users/{user_id}/")) == WHOLE_USER
    execute(url, "ALTER TABLE users DROP COLUMN certified")
    assert list(get(server, f"/api/users/{user_id}/")) == [name for name in WHOLE_USER if name != "certified"]
