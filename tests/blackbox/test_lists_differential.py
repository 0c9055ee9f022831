"""Every filter, order and page of the lists against the same question to PostgreSQL, over 10,000 seeded users."""
import itertools
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from support.data import make_database, seed
from support.postgres import execute
from support.server import Server
from support.tokens import mint

# What they share takes longer to make than they take: one worker makes it once.
pytestmark = pytest.mark.xdist_group("differential")

USERS, POSTS = 10_000, 30_000
INTEGER = {"users": ["id", "account_id", "following_count", "followers_count"],
           "posts": ["id", "user_id", "reposts", "likes", "replies", "views"],
           "classifications": ["user_id"], "actions": ["id", "user_id"], "accounts": ["id"]}
TEXT = {"users": ["handle", "username", "bio", "following_str", "followers_str", "featured_url"],
        "posts": ["username", "handle", "text"], "classifications": ["notes"], "actions": ["action_type", "notes"],
        "accounts": ["handle"]}
BOOLEAN = {"users": ["certified", "follower"], "posts": ["repost"], "classifications": ["harmful", "inactive"]}
TIME = {"users": ["last_updated"], "posts": ["timestamp"], "classifications": ["classified_at"],
        "actions": ["timestamp"]}
DATE = {"users": ["created_at"]}
TABLE = {"classifications": "classification"}
KEY = {"classifications": "user_id"}


@pytest.fixture(scope="module")
def server(cluster):
    url = make_database(cluster)
    seed(url, USERS, POSTS)
    # What the seed has too little of: hostile text, NULLs in every column, equal values.
    execute(url, "ALTER TABLE users DISABLE TRIGGER set_last_updated")
    execute(url, "UPDATE users SET bio = %s WHERE id %% 501 = 0",
            ('100% _sure_ \\o/ "quoted" {a,b} it\'s $1 \\\' -- /*',))
    execute(url, "UPDATE users SET following_count = NULL, created_at = NULL, certified = NULL, bio = NULL"
                 " WHERE id % 333 = 0")
    execute(url, "UPDATE posts SET views = NULL, timestamp = NULL WHERE id % 77 = 0")
    execute(url, "UPDATE classification SET harmful = NULL WHERE user_id % 50 = 0")
    execute(url, "UPDATE users SET last_updated = '2026-01-01'::timestamp + id * interval '1 minute'")
    with Server(url) as server:
        server.access = mint("access")
        yield server


def table(resource):
    return TABLE.get(resource, resource)


def key(resource):
    return KEY.get(resource, "id")


def answered(server, resource, params):
    """The keys of a list, in its order: as an array, whose statement mostly has parameters, and as a stream, whose has literals."""
    params = {**params, "fields": key(resource)}
    answer = server.get(f"/api/{resource}/", token=server.access, params=params)
    assert answer.status_code == 200, answer.text
    streamed = server.get(f"/api/{resource}/", token=server.access, params={**params, "format": "ndjson"})
    assert [json.loads(line) for line in streamed.content.splitlines()] == answer.json()
    return [row[key(resource)] for row in answer.json()]


def expected(server, resource, condition="true", values=(), order=None):
    rows = execute(server.url, f"SELECT {key(resource)} FROM {table(resource)} AS t WHERE {condition} "
                               f"ORDER BY {order or key(resource)}", values)
    return [row[0] for row in rows]


def sample(server, resource, field):
    """Two values of a column, the smaller first."""
    rows = execute(server.url, f"SELECT min(v), max(v) FROM (SELECT {field} AS v FROM {table(resource)} "
                               f"WHERE {field} IS NOT NULL ORDER BY md5({key(resource)}::text) LIMIT 2) AS sampled")
    return rows[0]


def compare(server, resource, params, condition, values=(), may_be_empty=False):
    found = expected(server, resource, condition, values)
    assert answered(server, resource, params) == found
    total = execute(server.url, f"SELECT count(*) FROM {table(resource)}")[0][0]
    if not may_be_empty:
        assert 0 < len(found) < total, "the condition tells rows apart"


def fields(groups):
    return [(resource, field) for resource, names in groups.items() for field in names]


ORDERED = [("exact", "="), ("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")]


def compare_ordered(server, resource, field, low, high, written):
    """All lookups of a column with an order."""
    for lookup, sign in ORDERED:
        name = field if lookup == "exact" else f"{field}__{lookup}"
        for value in (low, high):
            compare(server, resource, {name: written(value)}, f"{field} {sign} %s", (value,), may_be_empty=True)
    compare(server, resource, {f"{field}__range": f"{written(low)},{written(high)}"}, f"{field} BETWEEN %s AND %s",
            (low, high), may_be_empty=True)
    compare(server, resource, {f"{field}__range": f"{written(high)},{written(low)}"}, f"{field} BETWEEN %s AND %s",
            (high, low), may_be_empty=True)
    compare(server, resource, {f"{field}__in": f"{written(low)},{written(high)}"}, f"{field} IN (%s, %s)", (low, high),
            may_be_empty=True)
    compare_nulls(server, resource, field)


def compare_nulls(server, resource, field):
    for flag, condition in (("true", "IS NULL"), ("false", "IS NOT NULL")):
        compare(server, resource, {f"{field}__isnull": flag}, f"{field} {condition}", may_be_empty=True)


@pytest.mark.parametrize("resource, field", fields(INTEGER))
def test_lookups_of_numbers(server, resource, field):
    low, high = sample(server, resource, field)
    compare_ordered(server, resource, field, low, high, str)
    beyond = str(10 ** 30)
    assert answered(server, resource, {f"{field}__gt": beyond}) == []
    assert answered(server, resource, {field: f"-{beyond}"}) == []


@pytest.mark.parametrize("resource, field", fields(TIME))
def test_lookups_of_times(server, resource, field):
    low, high = sample(server, resource, field)
    compare_ordered(server, resource, field, low, high, lambda value: value.isoformat())


@pytest.mark.parametrize("resource, field", fields(DATE))
def test_lookups_of_dates(server, resource, field):
    low, high = sample(server, resource, field)
    compare_ordered(server, resource, field, low, high, str)


@pytest.mark.parametrize("resource, field", fields(BOOLEAN))
def test_lookups_of_booleans(server, resource, field):
    for flag in ("true", "false"):
        compare(server, resource, {field: flag}, f"{field} = %s", (flag == "true",), may_be_empty=True)
    compare_nulls(server, resource, field)


def like(text):
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@pytest.mark.parametrize("resource, field", fields(TEXT))
def test_lookups_of_text(server, resource, field):
    for value in sample(server, resource, field):
        middle = value[1:4] or value
        compare(server, resource, {field: value}, f"{field} = %s", (value,), may_be_empty=True)
        compare(server, resource, {f"{field}__iexact": value.swapcase()}, f"upper({field}) = upper(%s)", (value,),
                may_be_empty=True)
        for lookup, sign, pattern in (("contains", "LIKE", f"%{like(middle)}%"), ("startswith", "LIKE", f"{like(value[:2])}%")):
            text = middle if lookup == "contains" else value[:2]
            compare(server, resource, {f"{field}__{lookup}": text}, f"{field} {sign} %s", (pattern,), may_be_empty=True)
            compare(server, resource, {f"{field}__i{lookup}": text.swapcase()}, f"upper({field}) {sign} upper(%s)",
                    (pattern,), may_be_empty=True)
    low, high = sample(server, resource, field)
    if "," not in low + high:
        compare(server, resource, {f"{field}__in": f"{low},{high}"}, f"{field} IN (%s, %s)", (low, high),
                may_be_empty=True)
    compare_nulls(server, resource, field)


@pytest.mark.parametrize("text", ["100%", "_sure_", "\\o/", '"quoted"', "{a,b}", "%", "_", "\\", "it's", "'", "$1", "\\'", "-- /*"])
def test_characters_that_sql_or_patterns_know_stand_for_themselves(server, text):
    compare(server, "users", {"bio__contains": text}, "position(%s in bio) > 0", (text,))
    compare(server, "users", {"bio__icontains": text}, "position(%s in bio) > 0", (text,))


@pytest.mark.parametrize("resource", ["posts", "classifications", "actions"])
def test_rows_are_found_by_the_account_of_their_user(server, resource):
    within = "user_id IN (SELECT id FROM users WHERE account_id {})"
    compare(server, resource, {"account_id": "2"}, within.format("= 2"))
    compare(server, resource, {"account_id__in": "1,3"}, within.format("IN (1, 3)"))
    compare(server, resource, {"account_id__gt": "3"}, within.format("> 3"))


VERDICTS = {"harmful": "EXISTS (SELECT FROM classification WHERE user_id = t.{0} AND harmful)",
            "inactive": "EXISTS (SELECT FROM classification WHERE user_id = t.{0} AND inactive)",
            "sane": "EXISTS (SELECT FROM classification WHERE user_id = t.{0} AND harmful IS NOT TRUE"
                    " AND inactive IS NOT TRUE)",
            "unclassified": "NOT EXISTS (SELECT FROM classification WHERE user_id = t.{0})"}


@pytest.mark.parametrize("verdicts", [names for count in (1, 2, 3, 4) for names in itertools.combinations(VERDICTS, count)])
def test_users_are_found_by_verdict(server, verdicts):
    condition = " OR ".join(VERDICTS[name].format("id") for name in verdicts)
    compare(server, "users", {"classification": ",".join(verdicts)}, condition, may_be_empty=len(verdicts) == 4)


@pytest.mark.parametrize("resource", ["posts", "actions"])
def test_rows_are_found_by_the_verdict_on_their_user(server, resource):
    compare(server, resource, {"classification": "harmful"}, VERDICTS["harmful"].format("user_id"))


@pytest.mark.parametrize("resource, columns", [("users", ["handle", "username", "bio"]), ("posts", ["text"]),
                                               ("accounts", ["handle"]), ("actions", ["notes"])])
def test_a_search_finds_every_word_in_any_of_its_fields(server, resource, columns):
    text = sample(server, resource, columns[-1])[0]
    words = text.replace(",", " ").replace('"', " ").split()[:2]
    condition = " AND ".join("(" + " OR ".join(f"{column} ILIKE %s" for column in columns) + ")" for _ in words)
    values = [f"%{like(word)}%" for word in words for _ in columns]
    compare(server, resource, {"search": " ".join(words).swapcase()}, condition, values, may_be_empty=True)


def test_several_filters_hold_together(server):
    compare(server, "users", {"account_id": "1", "followers_count__gte": "100", "follower": "true",
                              "classification": "harmful,sane", "handle__icontains": "a"},
            "account_id = 1 AND followers_count >= 100 AND follower AND handle ILIKE %s AND "
            f"({VERDICTS['harmful'].format('id')} OR {VERDICTS['sane'].format('id')})", ("%a%",))


# -- order and pages

ORDERS = [("users", order) for order in (
    "id", "-id", "followers_count", "-followers_count", "following_count", "-following_count", "created_at",
    "-created_at", "handle", "-handle", "follower,-followers_count", "-certified,created_at,-handle", "account_id",
    "-last_updated", "bio", "-bio,-id")] + [
    ("posts", "-views"), ("posts", "views"), ("posts", "-timestamp"), ("posts", "timestamp,-likes"), ("posts", "text"),
    ("classifications", "-classified_at"), ("classifications", "harmful,-inactive"), ("actions", "action_type,-timestamp"),
    ("accounts", "-handle")]


def order_sql(resource, ordering):
    parts = [f"{name.lstrip('-')} {'DESC' if name.startswith('-') else 'ASC'} NULLS LAST" for name in ordering.split(",")]
    return ", ".join([*parts, key(resource)])


@pytest.mark.parametrize("resource, ordering", ORDERS)
def test_lists_are_ordered_with_nulls_last_and_ties_by_key(server, resource, ordering):
    assert answered(server, resource, {"ordering": ordering}) == expected(
        server, resource, order=order_sql(resource, ordering))


def walk(server, url, link):
    """The pages of a list from a URL on, following its links."""
    pages = []
    while url:
        parts = urlsplit(url)
        answer = server.get(parts.path, token=server.access, params=dict(parse_qsl(parts.query)))
        assert answer.status_code == 200, answer.text
        pages.append(answer.json())
        url = pages[-1][link]
    return pages


LONG = {"bio", "text", "notes", "featured_url"}


@pytest.mark.parametrize("resource, ordering", [
    (resource, ordering) for resource, ordering in ORDERS if not LONG & set(ordering.replace("-", "").split(","))])
def test_pages_by_cursor_hold_every_row_once_in_both_directions(server, resource, ordering):
    whole = expected(server, resource, order=order_sql(resource, ordering))
    size = max(2, min(997, len(whole) // 4))
    forward = walk(server, f"/api/{resource}/?ordering={ordering}&fields={key(resource)}&page_size={size}", "next")
    assert [row[key(resource)] for page in forward for row in page["results"]] == whole
    assert forward[0]["previous"] is None
    backward = walk(server, forward[-1]["previous"], "previous")
    assert [page["results"] for page in reversed(backward)] == [page["results"] for page in forward[:-1]]


@pytest.mark.parametrize("params", [{"account_id": "2"}, {"classification": "unclassified", "ordering": "-followers_count"},
                                    {"search": "a", "ordering": "created_at"}])
def test_pages_by_number_and_by_cursor_agree_on_a_filtered_list(server, params):
    whole = answered(server, "users", params)
    query = "&".join(f"{name}={value}" for name, value in params.items()) + "&fields=id"
    by_cursor = walk(server, f"/api/users/?{query}&page_size=500", "next")
    by_number = walk(server, f"/api/users/?{query}&limit=500", "next")
    assert [row["id"] for page in by_cursor for row in page["results"]] == whole
    assert [row["id"] for page in by_number for row in page["results"]] == whole
    assert {page["count"] for page in by_number} == {len(whole)}


def test_an_offset_alone_is_the_rest_of_the_list(server):
    whole = expected(server, "users")
    assert answered(server, "users", {"offset": "9000"}) == whole[9000:]
    assert answered(server, "users", {"offset": "9900"}) == whole[9900:]
    assert answered(server, "users", {"offset": str(len(whole))}) == []
