"""Sessions: when and from where they began; one of them, or all but your own, end at once and with all their tokens."""
import json
import socket
import threading

import pytest

from support import raw
from support.postgres import execute
from support.tokens import claims_of, mint

FIELDS = ["jti", "created_at", "last_used_at", "expires_at", "address", "user_agent", "current"]
AGENT = {"User-Agent": "Mozilla/5.0 (test)"}
INVALID = {"detail": "Given token not valid for any token type", "code": "token_not_valid", "messages": [
    {"token_class": "AccessToken", "token_type": "access", "message": "Token is invalid"}]}
BLACKLISTED = {"detail": "Token is blacklisted", "code": "token_not_valid"}
NO_SESSION = {"detail": "No Session matches the given query."}


class Session:
    """One login."""

    def __init__(self, server, **options):
        self.server = server
        answer = server.login(**options)
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()

    @property
    def access(self):
        return self.tokens["access"]

    @property
    def refresh_token(self):
        return self.tokens["refresh"]

    @property
    def jti(self):
        return claims_of(self.refresh_token)["jti"]

    def refresh(self):
        answer = self.server.refresh(self.refresh_token)
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        return self

    def get(self, path):
        return self.server.get(path, self.access)

    def delete(self, path):
        return self.server.request("DELETE", path, self.access)

    def is_alive(self):
        """@return whether the access token and the refresh token are valid"""
        access = self.get("/api/me/").status_code == 200
        refresh = self.server.post("/api/token/verify/", {"token": self.refresh_token}).status_code == 200
        assert access == refresh
        return access


@pytest.fixture
def server(fresh_database, start_server):
    return start_server(fresh_database)


def listed(session):
    answer = session.get("/api/sessions/")
    assert answer.status_code == 200
    return answer.json()


def record_as_the_original(url, token):
    claims = claims_of(token)
    execute(url, "INSERT INTO token_blacklist_outstandingtoken (token, jti, user_id, created_at, expires_at) "
                 "VALUES (%s, %s, 1, now(), to_timestamp(%s))", (token, claims["jti"], claims["exp"]))


def test_a_login_is_listed_with_when_and_from_where(server):
    session = Session(server, headers=AGENT)
    (row,) = listed(session)
    assert list(row) == FIELDS
    assert row["jti"] == session.jti
    assert row["address"] == "127.0.0.1" and row["user_agent"] == AGENT["User-Agent"]
    assert row["created_at"] == row["last_used_at"] < row["expires_at"]


def test_a_refresh_goes_on_with_the_same_session(server):
    session = Session(server)
    (before,) = listed(session)
    old = session.jti
    session.refresh()
    (after,) = listed(session)
    assert after["jti"] == session.jti != old
    assert after["created_at"] == before["created_at"]
    assert after["last_used_at"] > before["last_used_at"]
    assert session.get(f"/api/sessions/{session.jti}/").json() == after
    assert session.get(f"/api/sessions/{old}/").json() == after, "found by the token that it has replaced"


def test_the_last_used_session_comes_first(server):
    first, second = Session(server), Session(server)
    assert [row["jti"] for row in listed(first)] == [second.jti, first.jti]
    first.refresh()
    assert [row["jti"] for row in listed(first)] == [first.jti, second.jti]


def test_the_session_that_asks_says_so(server, access):
    mine, other = Session(server), Session(server)
    old_access = mine.access
    mine.refresh()

    def current(token):
        return [row["jti"] for row in server.get("/api/sessions/", token).json() if row["current"]]

    assert current(mine.access) == current(old_access) == [mine.jti]
    assert current(other.access) == [other.jti]
    assert current(access) == [], "a token of the original belongs to none"
    assert mine.get(f"/api/sessions/{mine.jti}/").json()["current"] is True
    assert mine.get(f"/api/sessions/{other.jti}/").json()["current"] is False


def test_ending_a_session_ends_its_tokens_at_once_and_nobody_elses(server):
    mine, other = Session(server), Session(server)
    old_access = other.access
    other.refresh()
    answer = mine.delete(f"/api/sessions/{other.jti}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers and "content-length" not in answer.headers
    for token in (old_access, other.access):
        refused = server.get("/api/users/", token)
        assert (refused.status_code, refused.json()) == (401, INVALID)
        verified = server.post("/api/token/verify/", {"token": token})
        assert (verified.status_code, verified.json()) == (401, {"detail": "Token is invalid",
                                                                 "code": "token_not_valid"})
    refused = server.refresh(other.refresh_token)
    assert (refused.status_code, refused.json()) == (401, BLACKLISTED)
    assert mine.is_alive()
    assert [row["jti"] for row in listed(mine)] == [mine.jti]
    again = mine.delete(f"/api/sessions/{other.jti}/")
    assert (again.status_code, again.json()) == (404, NO_SESSION)


def test_a_session_can_end_itself(server):
    session = Session(server)
    assert session.delete(f"/api/sessions/{session.jti}/").status_code == 204
    assert not session.is_alive()


def test_delete_on_the_list_ends_all_but_the_callers(server, fresh_database):
    mine, others = Session(server), [Session(server) for _ in range(3)]
    foreign = mint("refresh")
    record_as_the_original(fresh_database, foreign)
    mine.refresh()
    assert mine.delete("/api/sessions/").status_code == 204
    assert mine.is_alive()
    assert not any(other.is_alive() for other in others)
    assert server.refresh(foreign).json() == BLACKLISTED
    assert [row["jti"] for row in listed(mine)] == [mine.jti]


def test_with_a_token_that_belongs_to_no_session_delete_on_the_list_ends_all(server, access):
    sessions = [Session(server) for _ in range(2)]
    assert server.request("DELETE", "/api/sessions/", access).status_code == 204
    assert not any(session.is_alive() for session in sessions)
    assert server.get("/api/sessions/", access).json() == []


def test_a_refresh_token_of_the_original_is_listed_and_ended(server, fresh_database, access):
    token = mint("refresh")
    record_as_the_original(fresh_database, token)
    (row,) = server.get("/api/sessions/", access).json()
    assert list(row) == FIELDS and row["current"] is False
    assert row["jti"] == claims_of(token)["jti"] and row["address"] is None and row["user_agent"] is None
    assert server.get(f"/api/sessions/{row['jti']}/", access).json() == row
    assert server.request("DELETE", f"/api/sessions/{row['jti']}/", access).status_code == 204
    assert server.refresh(token).json() == BLACKLISTED
    assert server.request("DELETE", f"/api/sessions/{row['jti']}/", access).status_code == 404


def test_a_token_of_the_original_begins_a_session_as_old_as_itself(server, fresh_database, access):
    token = mint("refresh", iat="-3600")
    assert server.refresh(token, headers=AGENT).status_code == 200
    (row,) = server.get("/api/sessions/", access).json()
    assert row["user_agent"] == AGENT["User-Agent"]
    age = execute(fresh_database, "SELECT extract(epoch FROM last_used_at - created_at) FROM watchdxg_session")[0][0]
    assert 3590 < age < 3660


def test_a_logout_is_not_listed_any_more_and_its_access_token_lives_until_it_is_ended(server):
    mine, other = Session(server), Session(server)
    assert server.post("/api/token/blacklist/", {"refresh": other.refresh_token}).status_code == 200
    assert [row["jti"] for row in listed(mine)] == [mine.jti]
    assert other.get("/api/me/").status_code == 200, "as SimpleJWT has it"
    assert mine.delete(f"/api/sessions/{other.jti}/").status_code == 204
    assert other.get("/api/me/").status_code == 401


def test_sessions_of_another_operator_are_out_of_reach(server, fresh_database):
    mine = Session(server)
    theirs = mint(user_id="2")
    assert server.get("/api/sessions/", theirs).json() == []
    assert server.get(f"/api/sessions/{mine.jti}/", theirs).json() == NO_SESSION
    assert server.request("DELETE", f"/api/sessions/{mine.jti}/", theirs).status_code == 404
    assert server.request("DELETE", "/api/sessions/", theirs).status_code == 204
    assert mine.is_alive()


@pytest.mark.parametrize("jti", ["nope", "a" * 300, "%00", "%FF", "'; DROP TABLE watchdxg_session; --"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_no_session_is_404(server, access, method, jti):
    answer = server.request(method, f"/api/sessions/{jti}/", access)
    assert (answer.status_code, answer.json()) == (404, NO_SESSION)


@pytest.mark.parametrize("path", ["/api/sessions/", "/api/sessions/abc/", "/api/me/"])
@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_nothing_is_told_or_ended_without_a_token(server, method, path):
    session = Session(server)
    assert server.request(method, path).status_code == 401
    assert session.is_alive()


def test_other_methods_are_405_with_allow(server, access):
    answer = server.post("/api/sessions/", {}, access)
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD, DELETE, OPTIONS"
    assert answer.json() == {"detail": 'Method "POST" not allowed.'}
    answer = server.request("OPTIONS", "/api/sessions/", access)
    assert answer.status_code == 200 and answer.json()["name"] == "Session List"


def test_a_hostile_user_agent_is_recorded_as_text_of_a_sane_length(server):
    hostile = '"}],{"\\ <script>\u00fc' + "\u20ac" * 400
    session = Session(server, headers={"User-Agent": hostile.encode()})
    (row,) = listed(session)
    assert hostile.startswith(row["user_agent"]) and 90 < len(row["user_agent"]) <= 300


def test_what_is_not_known_of_a_session_is_null(fresh_database, start_server, tmp_path):
    """Over a unix socket there is no address."""
    path = tmp_path / "http.sock"
    start_server(fresh_database, listen=f"127.0.0.1:0,unix:{path}")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        body = b'{"username":"watchdxg","password":"watchdxg"}'
        connection.sendall(raw.request("/api/token/", "POST", [("Content-Type", "application/json")], body))
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert execute(fresh_database, "SELECT address, user_agent FROM watchdxg_session") == [(None, None)]


def test_bytes_of_a_user_agent_that_are_no_utf8_are_read_as_latin1(server):
    session = Session(server, headers={"User-Agent": b"caf\xe9"})
    assert listed(session)[0]["user_agent"] == "café"


def test_an_end_leaves_no_gap_for_a_refresh_at_the_same_time(fresh_database, start_server):
    """Whatever comes first: once the end was answered, no token of the session is valid."""
    servers = [start_server(fresh_database) for _ in range(2)]
    mine = Session(servers[0])
    for attempt in range(8):
        other = Session(servers[0])
        refreshed, gate = [], threading.Barrier(3)

        def refresh(turns):
            token = other.refresh_token
            gate.wait()
            for turn in range(turns):
                answer = servers[turn % 2].refresh(token)
                if answer.status_code != 200:
                    return
                refreshed.append(answer.json())
                token = answer.json()["refresh"]

        threads = [threading.Thread(target=refresh, args=(6,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        gate.wait()
        status = servers[1].request("DELETE", f"/api/sessions/{other.jti}/", mine.access).status_code
        assert status == 204
        for thread in threads:
            thread.join()
        for pair in [other.tokens, *refreshed]:
            assert servers[1].get("/api/me/", pair["access"]).status_code == 401, json.dumps(pair)
            assert servers[0].refresh(pair["refresh"]).json() == BLACKLISTED
    assert mine.is_alive()


# -- verify and blacklist: SimpleJWT's answers

def post(server, path, body):
    answer = server.post(path, body)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_verify_takes_either_type(server, kind):
    assert post(server, "/api/token/verify/", {"token": mint(kind)}) == (200, {})


def test_verify_refuses_bad_tokens_in_simplejwts_words(server):
    def detail(text):
        return 401, {"detail": text, "code": "token_not_valid"}
    verify = "/api/token/verify/"
    assert post(server, verify, {"token": "garbage"}) == detail("Token is invalid")
    assert post(server, verify, {"token": mint(secret="x" * 40)}) == detail("Token is invalid")
    assert post(server, verify, {"token": mint(exp="-60")}) == detail("Token is expired")
    assert post(server, verify, {}) == (400, {"token": ["This field is required."]})
    assert post(server, verify, {"token": ""}) == (400, {"token": ["This field may not be blank."]})
    assert post(server, verify, {"token": None}) == (400, {"token": ["This field may not be null."]})


def test_verify_knows_the_blacklist(server):
    session = Session(server)
    spent = session.refresh_token
    session.refresh()
    assert post(server, "/api/token/verify/", {"token": spent}) == (
        400, {"non_field_errors": ["Token is blacklisted"]})


def test_blacklist_logs_out_once(server, fresh_database):
    blacklist, token = "/api/token/blacklist/", mint("refresh")
    assert post(server, blacklist, {"refresh": token}) == (200, {})
    assert post(server, blacklist, {"refresh": token}) == (401, BLACKLISTED)
    assert server.refresh(token).json() == BLACKLISTED
    rows = execute(fresh_database, "SELECT o.token, o.user_id FROM token_blacklist_blacklistedtoken b "
                                   "JOIN token_blacklist_outstandingtoken o ON o.id = b.token_id")
    assert rows == [(token, 1)]


def test_blacklist_refuses_an_access_token(server):
    assert post(server, "/api/token/blacklist/", {"refresh": mint()}) == (
        401, {"detail": "Token has wrong type", "code": "token_not_valid"})


def test_blacklist_takes_a_token_of_a_user_who_is_gone(server, fresh_database):
    assert post(server, "/api/token/blacklist/", {"refresh": mint("refresh", user_id="4711")}) == (200, {})
    assert execute(fresh_database, "SELECT user_id FROM token_blacklist_outstandingtoken") == [(None,)]


@pytest.mark.parametrize("path", ["/api/token/verify/", "/api/token/blacklist/"])
def test_the_token_views_ignore_authorization(server, path):
    answer = server.request("POST", path, headers={"Authorization": "Bearer nonsense"},
                            json={"token": mint("refresh"), "refresh": mint("refresh")})
    assert (answer.status_code, answer.json()) == (200, {})
