"""Lists as CSV and NDJSON files: what is in them, and what it costs to send a million rows to several clients at once."""
import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from http.client import HTTPConnection
from pathlib import Path

import pytest

from support.data import make_database
from support.postgres import execute, wait_until
from support.raw import RawConnection, request
from support.server import Server
from support.tokens import mint

MIB = 1024 * 1024
ROWS = 1_000_000
FIRST_ID = 1_500_000_000_000_000_000
PEAK = 64 * MIB
PIECE = 256 * 1024
RUNNING = ("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'watchdxg-back' "
           "AND datname = current_database() AND state <> 'idle' AND query LIKE '%FROM posts AS t%ORDER BY%'")
SKIPPED = [" ", "\u00a0", "\u3000", "\u2007", "\u202f", "\ufeff", "\u200b", "\u200f", "\u2060", "\u00ad", "\u202e", "\x01",
           "\x1b", "\x7f", "\x85", "\x9f", "\u2028", "\u180e", "\ufe0f", "\u3164", "\u2800", "\U000e0001", " \u200b\ufeff ", "\x0b"]
FORMULAS = ["=1+1", "+1", "-5", "@a", "\tx", "\rx", "\nx", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "\ufe661", "\ufe621",
            "\ufe631", "\ufe6b1", "\u22121", *(skipped + "=1" for skipped in SKIPPED), " -1", "\u200b\u22121", "\u00a0\uff20a"]
TEXTS = ["plain", "a,b", 'say "x"', "two\nlines", "two\r\nlines", "", None, " a=1", "'=1", "\u200bx", " ", "one\x85two", "héé 🌸", "a;b", "\\N", "NULL"]


def read_csv(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8"), newline="")))


@pytest.fixture(scope="module")
def filled(database):
    """The rows of the conformance kit, and users of account 1 with every kind of text."""
    for number, bio in enumerate(TEXTS + FORMULAS):
        execute(database, "INSERT INTO users (account_id, handle, bio, followers_count, follower, created_at)"
                          " VALUES (1, %s, %s, -5, true, '2020-02-29')", (f"made{number}", bio))
    return database


def export(server, target, **options):
    answer = server.get(target, token=mint(), **options)
    assert answer.status_code == 200, answer.text
    return answer


# -- what is in a file

def test_csv_read_back_is_the_rows(filled, server):
    rows = execute(filled, "SELECT id, bio, followers_count, follower, created_at FROM users ORDER BY id")
    answer = export(server, "/api/users/?format=csv&fields=id,bio,followers_count,follower,created_at")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert not answer.content.startswith(b"\xef\xbb\xbf")
    header, *cells = read_csv(answer)
    assert header == ["id", "bio", "followers_count", "follower", "created_at"]

    def cell(value):
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return "'" + value if value in FORMULAS else str(value)
    assert cells == [[cell(value) for value in row] for row in rows]
    assert any(row[2] == -5 for row in rows), "numbers are not escaped"


def test_csv_ends_its_lines_with_crlf_and_tells_empty_from_null(filled, server):
    lines = export(server, "/api/users/?format=csv&fields=bio,id&handle__startswith=made&ordering=id").content.split(b"\r\n")
    assert lines[0] == b"bio,id" and lines[-1] == b""
    assert any(line.startswith(b'"",') for line in lines) and any(line.startswith(b",") for line in lines)


def test_a_byte_order_mark_stands_before_csv_for_who_asks_for_it(filled, server):
    plain = export(server, "/api/users/?format=csv").content
    assert export(server, "/api/users/?format=csv&bom=true").content == b"\xef\xbb\xbf" + plain
    assert export(server, "/api/users/?format=csv&bom=false").content == plain
    for target in ("/api/users/?format=ndjson&bom=true", "/api/users/?bom=true", "/api/posts/?bom=1"):
        answer = server.get(target, token=mint())
        assert (answer.status_code, answer.json()) == (400, {"bom": ["Only CSV can begin with a byte order mark."]})
    assert server.get("/api/posts/?format=csv&bom=yes", token=mint()).status_code == 400


def test_a_file_of_one_column_has_a_line_for_each_null(filled, server):
    count = execute(filled, "SELECT count(*) FROM users")[0][0]
    assert len(read_csv(export(server, "/api/users/?format=csv&fields=bio"))) == count + 1


def test_ndjson_has_the_objects_of_the_array(filled, server):
    target = "/api/users/?fields=id,bio,created_at,classification"
    answer = export(server, target + "&format=ndjson")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.content.endswith(b"\n")
    assert [json.loads(line) for line in answer.content.split(b"\n")[:-1]] == export(server, target).json()
    # No reader of lines, whatever it takes for the end of one, cuts an object in two.
    assert [json.loads(line) for line in answer.content.decode().splitlines()] == export(server, target).json()


@pytest.mark.parametrize("accept, content_type", [("text/csv", "text/csv; charset=utf-8"),
                                                  ("application/x-ndjson", "application/x-ndjson"),
                                                  ("text/csv;q=0.5, */*", "text/csv; charset=utf-8"),
                                                  ("text/csv, application/json", "application/json"),
                                                  ("*/*", "application/json")])
def test_accept_chooses_the_format(filled, server, accept, content_type):
    assert export(server, "/api/accounts/", headers={"Accept": accept}).headers["Content-Type"] == content_type


def test_a_wildcard_is_never_an_export(filled, server):
    assert server.get("/api/accounts/", token=mint(), headers={"Accept": "text/*"}).status_code == 406
    assert server.get("/api/me/", token=mint(), headers={"Accept": "text/csv"}).status_code == 406
    assert server.get("/api/me/?format=csv", token=mint()).status_code == 404


@pytest.mark.parametrize("resource", ["users", "posts", "accounts", "actions", "classifications", "logs"])
@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_file_is_named_after_its_resource_and_day(filled, server, resource, kind):
    before = datetime.now(timezone.utc).date()
    said = export(server, f"/api/{resource}/?format={kind}").headers["Content-Disposition"]
    name, day = re.fullmatch(rf'attachment; filename="(\w+)-([\d-]+)\.{kind}"', said).groups()
    assert name == resource and before <= datetime.fromisoformat(day).date() <= datetime.now(timezone.utc).date()


def test_a_file_without_rows_still_has_its_header(filled, server):
    assert export(server, "/api/users/?format=csv&fields=id,bio&id=0").content == b"id,bio\r\n"
    assert export(server, "/api/users/?format=ndjson&id=0").content == b""
    assert export(server, "/api/users/?format=csv&account_id=99999").content.startswith(b"id,account_id,")


def test_limit_and_offset_cut_the_file_without_an_envelope(filled, server):
    ids = [row["id"] for row in export(server, "/api/users/").json()]
    answer = export(server, "/api/users/?format=csv&fields=id&limit=5&offset=2")
    assert read_csv(answer)[1:] == [[str(one)] for one in ids[2:7]]


def test_lists_of_the_open_layer_vary_by_accept_and_frozen_answers_do_not(filled, server):
    assert export(server, "/api/users/").headers["Vary"] == "origin"
    for target in ("/api/users/?format=csv", "/api/users/?limit=1", "/api/posts/", "/api/posts/?format=ndjson"):
        assert export(server, target).headers["Vary"] == "Accept, origin"


def test_indentation_is_for_json_alone(filled, server):
    plain = export(server, "/api/accounts/?format=ndjson")
    assert export(server, "/api/accounts/?format=ndjson", headers={"Accept": "*/*; indent=4"}).content == plain.content


# -- a million rows

@pytest.fixture(scope="module")
def million(cluster):
    """URL of a database with a million posts, made within seconds."""
    url = make_database(cluster)
    execute(url, f"""
        TRUNCATE actions, classification, posts, users RESTART IDENTITY CASCADE;
        INSERT INTO users (id, account_id, handle) SELECT n, 1, 'user' || n FROM generate_series(1, 1000) AS n;
        INSERT INTO posts (id, user_id, timestamp, username, handle, text, reposts, likes, replies, views, repost)
        SELECT {FIRST_ID} + n, 1 + n % 1000, timestamptz '2024-01-01Z' + n * interval '1 second', 'A name',
               'user' || n % 1000, 'post number ' || n, 0, n % 7, 0, n % 1000, n % 5 = 0
          FROM generate_series(1, {ROWS}) AS n""", autocommit=False)
    execute(url, "ANALYZE posts, users")
    return url


@pytest.fixture(scope="module")
def exporting(million):
    with Server(million) as server:
        yield server


def peak_memory(server):
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{server.process.pid}/status").read_text(), re.M)
    return int(found.group(1)) * 1024


def statements(server, condition="true"):
    """How many statements of the server run, or wait for it to read."""
    return execute(server.url, f"{RUNNING} AND {condition}")[0][0]


ID = {"csv": re.compile(rb"\n(\d{19}),"), "ndjson": re.compile(rb'"id":(\d{19}),'), "json": re.compile(rb'"id":(\d{19}),')}


def target_of(kind):
    return "/api/posts/" if kind == "json" else f"/api/posts/?format={kind}"


def read_ids(server, kind):
    """Reads an export as it comes, without keeping it.  @return (number of rows, whether their ids count up)"""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.request("GET", target_of(kind), headers={"Authorization": f"Bearer {mint()}", "Host": "localhost"})
    answer = connection.getresponse()
    assert answer.status == 200
    count, in_order, rest = 0, True, b""
    while piece := answer.read(PIECE):
        rest += piece
        end = 0
        for found in ID[kind].finditer(rest):
            count += 1
            in_order &= int(found.group(1)) == FIRST_ID + count
            end = found.end()
        rest = rest[end:]
    connection.close()
    return count, in_order


def test_three_clients_export_a_million_rows_each_within_64_mib(exporting):
    with ThreadPoolExecutor(3) as clients:
        running = [clients.submit(read_ids, exporting, kind) for kind in ("csv", "ndjson", "json")]
        assert [one.result() for one in running] == [(ROWS, True)] * 3
    assert peak_memory(exporting) < PEAK


def begin(server, kind):
    """A client that has read the beginning of an export and reads no further."""
    connection = RawConnection(server.port, receive_buffer=4096)
    connection.send(request(target_of(kind), token=mint()))
    connection.wait_for_bytes()
    return connection


@pytest.mark.parametrize("kind", ["csv", "ndjson", "json"])
def test_a_client_that_disconnects_frees_its_cursor(exporting, kind):
    connection = begin(exporting, kind)
    assert statements(exporting) == 1
    connection.reset()
    wait_until(lambda: statements(exporting) == 0, "the statement to end")


def test_clients_that_stop_reading_make_postgresql_wait_and_do_not_grow_memory(exporting):
    memory = exporting.memory()
    stalled = [begin(exporting, kind) for kind in ("csv", "ndjson", "json")]
    wait_until(lambda: statements(exporting, "wait_event = 'ClientWrite'") == 3, "PostgreSQL to wait")
    assert exporting.memory() - memory < 8 * MIB
    for connection in stalled:
        connection.reset()
    wait_until(lambda: statements(exporting) == 0, "the statements to end")
