"""Writes, exports and events through nginx and Caddy, as docs/deployment.md configures them: what proxies do to answers
and back to requests is no obstacle.  What holds without a proxy, holds behind one."""
import time
import zlib

import pytest

from support.documented import HOST, Documented
from support.events import EventReader, add_events
from support.postgres import execute, wait_until
from support.raw import request
from support.server import Server
from support.tokens import mint

# Those of their tests that go through a client, and look at nothing that a proxy has to change.
from blackbox.test_classification import (  # noqa: F401
    api, clean, test_a_condition_that_nobody_understands_is_refused, test_a_wrong_body_is_named_and_changes_nothing,
    test_an_unclassified_user_has_nothing_to_read_or_change, test_an_unknown_user_is_404,
    test_bodies_are_read_as_everywhere, test_delete_makes_unclassified_also_a_second_time,
    test_events_tell_of_each_change, test_if_match_guards_every_write, test_if_match_never_creates,
    test_if_none_match_creates_only, test_long_notes_are_bounded_for_one_and_for_all_together,
    test_many_at_once_change_only_what_is_sent, test_patch_changes_only_what_is_sent,
    test_put_creates_and_then_replaces, test_the_log_has_before_and_after_of_every_user,
    test_unknown_ids_are_named_and_nothing_changes, test_without_a_token_nothing_happens)
from blackbox.test_exports import (  # noqa: F401
    filled, test_a_file_is_named_after_its_resource_and_day, test_a_file_of_one_column_has_a_line_for_each_null,
    test_a_file_without_rows_still_has_its_header, test_a_wildcard_is_never_an_export, test_accept_chooses_the_format,
    test_csv_ends_its_lines_with_crlf_and_tells_empty_from_null, test_csv_read_back_is_the_rows,
    test_limit_and_offset_cut_the_file_without_an_envelope, test_ndjson_has_the_objects_of_the_array)

VERDICT = "/api/users/1/classification/"
GZIP = {"Accept-Encoding": "gzip"}
STREAMS = 8
LONG = "a note that is worth compressing " * 60


@pytest.fixture(scope="module")
def direct(database):
    with Server(database, event_streams=STREAMS, **Documented.settings) as server:
        yield server


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def server(request, direct):
    proxy = Documented(request.param, direct)
    yield proxy
    proxy.stop()


@pytest.fixture
def watched(server):
    return server


def write(server, method, body=None, **headers):
    return server.request(method, VERDICT, mint(), json=body, headers={**GZIP, **headers})


def test_a_row_is_written_under_the_entity_tag_that_came_through(server, direct):
    assert write(server, "PUT", {"harmful": True, "inactive": False, "notes": LONG}).status_code == 201
    read = server.get(VERDICT, mint(), headers=GZIP)
    tag = read.headers["ETag"]
    assert read.headers["Content-Encoding"] == "gzip" and read.json()["notes"] == LONG.strip()
    assert server.get(VERDICT, mint(), headers={**GZIP, "If-None-Match": tag}).status_code == 304
    changed = write(server, "PATCH", {"inactive": True}, **{"If-Match": tag})
    assert changed.status_code == 200 and changed.json()["inactive"]
    assert write(server, "PATCH", {"harmful": False}, **{"If-Match": tag}).status_code == 412
    assert write(server, "PUT", {"harmful": False, "inactive": False}, **{"If-None-Match": tag}).status_code == 200
    tags = f'"x", {server.get(VERDICT, mint(), headers=GZIP).headers["ETag"]}'
    assert write(server, "DELETE", **{"If-Match": tags}).status_code == 204


def test_nginx_does_change_entity_tags(server, direct):
    """Or the test above shows nothing."""
    write(server, "PUT", {"harmful": True, "inactive": False, "notes": LONG})
    own = direct.get(VERDICT, mint()).headers["ETag"]
    through = server.get(VERDICT, mint(), headers=GZIP).headers["ETag"]
    assert through == (f"W/{own}" if "nginx" in str(server.folder) else own)


def test_a_repeated_write_gets_the_same_answer_and_happens_once(server, database):
    key = f"through-{server.port}"
    body = {"user_ids": [1, 2], "action_type": "block", "notes": LONG}
    before = execute(database, "SELECT count(*) FROM actions")[0][0]
    answers = [server.post("/api/actions/", body, mint(), headers={**GZIP, "Idempotency-Key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201] and answers[0].json() == answers[1].json()
    assert execute(database, "SELECT count(*) FROM actions")[0][0] == before + 2
    path = f"/api/actions/{answers[0].json()[0]['id']}/"
    assert server.request("PATCH", path, mint(), json={"notes": None}).json()["notes"] is None
    assert server.request("DELETE", path, mint()).status_code == 204


@pytest.mark.parametrize("kind", ["csv", "ndjson", "json"])
def test_a_list_comes_whole_whatever_its_length(server, direct, database, kind):
    execute(database, "INSERT INTO users (id, account_id, handle, bio) SELECT 1000000 + n, 1, 'many' || n, repeat('x', 200) "
                      "FROM generate_series(1, 5000) AS n ON CONFLICT DO NOTHING")
    target = f"/api/users/?format={kind}&bom={'true' if kind == 'csv' else ''}"
    own, through = direct.get(target, mint()), server.get(target, mint(), headers=GZIP)
    assert through.content == own.content and len(through.content) > 1024 * 1024
    assert through.headers["Content-Type"] == own.headers["Content-Type"]
    assert through.headers.get("Content-Disposition") == own.headers.get("Content-Disposition")


def test_pages_link_to_the_proxy(server):
    page = server.get("/api/users/?page_size=2", mint()).json()
    assert page["next"].startswith(f"https://{HOST}/api/users/?cursor=")
    rows = server.get(page["next"].removeprefix(f"https://{HOST}"), mint()).json()["results"]
    assert len(rows) == 2 and rows != page["results"]


def test_the_journal_knows_the_client_and_not_the_proxy(server):
    name = f"through-{server.port}"
    with server.connect(source="127.0.0.2") as connection:
        body = b'{"username": "watchdxg", "password": "wrong"}'
        connection.send(request("/api/token/", "POST", [("Content-Type", "application/json"), ("X-Request-ID", name)],
                                body, host=server.host))
        answer = connection.read()
        assert (answer.status, answer.header("x-request-id")) == (401, name)
    log = wait_until(lambda: server.get(f"/api/logs/?request_id={name}", mint()).json(), "the entry in the journal")
    assert [entry["address"] for entry in log] == ["127.0.0.2"]


def test_a_body_that_is_too_large_is_refused_in_json(server):
    body = b" " * (1024 * 1024 + 1)
    with server.connect() as connection:
        connection.send(request("/api/classifications/", "POST", [("Content-Type", "application/json"),
                                                                  ("Content-Length", len(body))], token=mint(), host=server.host))
        try:
            connection.send(body)
        except OSError:   # refused by its length, before it was read
            pass
        answer = connection.read()
    assert (answer.status, answer.header("content-type")) == (413, "application/json")
    assert list(answer.json()) == ["detail"]


def test_events_come_at_once_and_a_client_that_comes_back_gets_what_it_missed(server):
    with EventReader(server) as reader:
        began = time.monotonic()
        newest = add_events(server.url)
        assert reader.next(10).id == newest
        assert time.monotonic() - began < 5
    newest = add_events(server.url, 3)
    with EventReader(server, last_id=newest - 2) as reader:
        assert [reader.next().id, reader.next().id] == [newest - 1, newest]
    with EventReader(server, target=f"/api/events/?lastEventId={newest - 1}") as reader:
        assert reader.next().id == newest <= reader.newest  # the watch may have seen more by then


def open_stream(server, headers=()):
    """@return (its connection, the head of the answer), once there is a place: streams that were left may still count"""
    def ask():
        connection = server.connect()
        connection.send(request("/api/events/", token=mint(), headers=list(headers), host=server.host))
        head = connection.read("HEAD")
        if head.status == 200:
            return connection, head
        connection.close()
        assert head.status == 503
        return None
    return wait_until(ask, "a stream that another client has left")


def test_events_come_at_once_to_a_client_that_takes_compressed_answers(server):
    """As every browser does: a proxy that compresses the stream must not wait for more of it."""
    connection, head = open_stream(server, GZIP.items())
    with connection:
        coding = head.header("content-encoding")
        decode = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress if coding == "gzip" else bytes
        assert coding in (None, "gzip")
        text = b""
        newest = add_events(server.url)
        while f"id: {newest}\n".encode() not in text:
            size = int(connection._line(), 16)
            text += decode(connection._take(size + 2)[:-2])
        assert text.startswith(b": open\n")


def test_a_client_that_leaves_ends_its_stream_behind_the_proxy(server):
    """Or it would count against WDX_EVENT_STREAMS, which is low here."""
    for _ in range(2 * STREAMS):
        open_stream(server)[0].close()
