"""What the console remembers: one object for each operator, the same in all tabs and on all machines."""
import threading

import pytest

from support.events import EventReader
from support.postgres import execute
from support.tokens import mint

PATH = "/api/preferences/"
MOST = 64 * 1024


@pytest.fixture(autouse=True)
def clean(database):
    execute(database, "DELETE FROM watchdxg_preferences")


def put(server, body, token=None, **headers):
    return server.request("PUT", PATH, token or mint(), json=body, headers=headers)


def get(server, token=None, **headers):
    return server.get(PATH, token or mint(), headers=headers)


def test_there_is_nothing_at_first(server):
    answer = get(server)
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["ETag"].startswith('"')


def test_what_was_kept_comes_back_as_it_was_written(server):
    body = {"theme": "dark", "z": [1, 2.50, None, True], "a": {"deep": {"er": "Straße \u2028 \U0001f600 \" \\ \x01"}}, "": 0}
    answer = put(server, body)
    assert (answer.status_code, answer.json()) == (200, body)
    assert answer.headers["Content-Type"] == "application/json"
    again = get(server)
    assert again.content == answer.content and again.headers["ETag"] == answer.headers["ETag"]
    assert list(again.json()) == list(body), "in its order"
    assert put(server, {}).json() == {} == get(server).json()


def test_each_operator_has_an_object_of_their_own(server):
    put(server, {"mine": 1})
    assert get(server, mint(user_id="2")).json() == {}
    put(server, {"theirs": 1}, mint(user_id="2"))
    assert get(server).json() == {"mine": 1}


def test_two_tabs_do_not_overwrite_each_other(server):
    tag = get(server).headers["ETag"]
    first = put(server, {"n": 1}, **{"If-Match": tag})
    assert first.status_code == 200 and first.headers["ETag"] != tag
    assert put(server, {"n": 2}, **{"If-Match": tag}).status_code == 412
    assert get(server).json() == {"n": 1}
    assert put(server, {"n": 3}, **{"If-Match": f'W/{first.headers["ETag"]}'}).status_code == 200
    assert put(server, {"n": 4}, **{"If-Match": "*"}).status_code == 200
    assert put(server, {"n": 5}, **{"If-None-Match": "*"}).status_code == 412
    assert put(server, {"n": 6}).json() == {"n": 6}, "without a condition the last one wins"


def test_of_many_at_once_one_wins(server):
    tag, gate, statuses = get(server).headers["ETag"], threading.Barrier(8), []

    def write(number):
        gate.wait()
        statuses.append(put(server, {"n": number}, **{"If-Match": tag}).status_code)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [412] * 7


def test_what_has_not_changed_is_not_sent_again(server):
    tag = put(server, {"n": 1}).headers["ETag"]
    answer = get(server, **{"If-None-Match": tag})
    assert answer.status_code == 304 and not answer.content and answer.headers["ETag"] == tag
    assert get(server, **{"If-Match": '"another"'}).status_code == 412


def test_an_object_has_at_most_64_kib(server):
    body = '{"a":"' + "x" * (MOST - 8) + '"}'
    json = {"Content-Type": "application/json"}
    assert len(body) == MOST
    assert server.request("PUT", PATH, mint(), data=body, headers=json).status_code == 200
    answer = server.request("PUT", PATH, mint(), data=body + " ", headers=json)
    assert (answer.status_code, answer.json()) == (413, {"detail": "Preferences have at most 65536 bytes."})


@pytest.mark.parametrize("body", ["[]", "1", '"a"', "null", "", "{", '{"a":NaN}', '{"a":1}x', "{'a':1}"])
def test_nothing_but_an_object_is_kept(server, body):
    put(server, {"kept": 1})
    answer = server.request("PUT", PATH, mint(), data=body, headers={"Content-Type": "application/json"})
    if body:
        assert answer.status_code == 400 and get(server).json() == {"kept": 1}
    else:   # as everywhere: an empty body is an empty object
        assert answer.status_code == 200 and get(server).json() == {}


def test_a_nul_or_half_a_surrogate_pair_comes_back_as_well(server):
    body = r'{"a":"\u0000","b":"\ud800"}'
    assert server.request("PUT", PATH, mint(), data=body, headers={"Content-Type": "application/json"}).text == body
    assert get(server).text == body


def test_another_media_type_is_refused(server):
    assert server.request("PUT", PATH, mint(), data="a=1",
                          headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 415


def test_a_repeated_write_happens_once(server):
    first = put(server, {"n": 1}, **{"Idempotency-Key": "preferences-1"})
    put(server, {"n": 2})
    again = put(server, {"n": 1}, **{"Idempotency-Key": "preferences-1"})
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert get(server).json() == {"n": 2}
    assert put(server, {"n": 3}, **{"Idempotency-Key": "preferences-1"}).status_code == 422


def test_the_other_tabs_hear_of_a_change_and_only_of_a_change(server):
    with EventReader(server) as reader:
        put(server, {"n": 1})
        put(server, {"n": 1})
        put(server, {"n": 2})
        for _ in range(2):
            data = reader.next(10).data
            assert (data["table"], data["account_id"], data["ids"]) == ("preferences", None, [1])
        assert execute(server.url, "SELECT count(*) FROM watchdxg_event WHERE table_name = 'preferences' "
                                   "AND id > (SELECT max(id) FROM watchdxg_event) - 2") == [(2,)]


def test_without_a_token_nothing_happens(server):
    put(server, {"n": 1})
    assert server.get(PATH).status_code == 401
    assert server.request("PUT", PATH, json={}).status_code == 401
    assert get(server).json() == {"n": 1}
