"""The login of the console: a session whose refresh token is in a cookie, for the server's own pages alone."""
import re
import threading

import pytest

from support.data import make_database
from support.documented import HOST, Documented
from support.postgres import execute, wait_until
from support.server import Server
from support.tokens import claims_of, mint

PATH = "/admin/session/"
LOGIN = {"username": "watchdxg", "password": "watchdxg"}
JSON = {"Content-Type": "application/json"}
FOREIGN = "http://localhost:4200"   # of WDX_CORS_ALLOWED_ORIGINS
BLACKLISTED = (401, {"detail": "Token is blacklisted", "code": "token_not_valid"})


class Browser:
    """Keeps the cookie as a browser does, but for the tabs of a test, which say which one they send."""

    def __init__(self, server, **headers):
        self.server, self.headers = server, {"Origin": server.base_url, **headers}
        self.cookie = None

    def ask(self, method, cookie=None, json=None, **headers):
        sent = {**self.headers, **headers}
        if cookie or self.cookie:
            sent["Cookie"] = cookie or self.cookie
        if method == "PUT" and "Content-Type" not in headers:
            sent.update(JSON)
        answer = self.server.request(method, PATH, json=json, headers={name: text for name, text in sent.items() if text})
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return answer

    def login(self, **options):
        return self.ask("POST", json={**LOGIN, **options})

    def refresh(self, cookie=None, **headers):
        return self.ask("PUT", cookie, **headers)


def attributes(answer):
    return answer.headers["Set-Cookie"].split("; ")[1:]


def refresh_token(cookie):
    return cookie.partition("=")[2]


def age_blacklist(url, seconds):
    execute(url, "UPDATE token_blacklist_blacklistedtoken SET blacklisted_at = blacklisted_at - make_interval(secs => %s)",
            (seconds,))


@pytest.fixture
def browser(server):
    return Browser(server)


@pytest.fixture
def fresh(fresh_database, start_server):
    return Browser(start_server(fresh_database))


# -- begin, refresh, end

def test_a_login_gives_an_access_token_and_hides_the_refresh_token(browser):
    answer = browser.login()
    assert answer.status_code == 200 and list(answer.json()) == ["access", "expires_in"]
    assert answer.json()["expires_in"] == 28800
    assert browser.server.get("/api/me/", answer.json()["access"]).status_code == 200
    name, token = browser.cookie.split("=")
    assert name == "wdx_session" and claims_of(token)["token_type"] == "refresh"
    assert attributes(answer) == ["Max-Age=604800", "HttpOnly", "SameSite=Strict"]
    assert answer.headers["Cache-Control"] == "no-store" and token not in answer.text


def test_a_refresh_rotates_the_cookie(browser):
    browser.login()
    first = browser.cookie
    answer = browser.refresh()
    assert answer.status_code == 200 and list(answer.json()) == ["access", "expires_in"]
    assert browser.cookie != first
    assert browser.server.get("/api/me/", answer.json()["access"]).status_code == 200
    assert browser.server.post("/api/token/verify/", {"token": refresh_token(first)}).status_code == 400


def test_a_logout_ends_the_session_with_its_access_tokens_and_clears_the_cookie(browser):
    access = browser.login().json()["access"]
    cookie = browser.cookie
    answer = browser.ask("DELETE")
    assert answer.status_code == 204 and not answer.content
    assert answer.headers["Set-Cookie"] == "wdx_session=; Max-Age=0; HttpOnly; SameSite=Strict"
    assert browser.server.get("/api/me/", access).status_code == 401
    assert (lambda late: (late.status_code, late.json()))(browser.refresh(cookie)) == BLACKLISTED
    assert "shown again" not in browser.server.log


@pytest.mark.parametrize("cookie", [None, "wdx_session=a.b.c", "wdx_session=", "other=1"])
def test_a_logout_without_a_session_is_no_failure(browser, cookie):
    assert browser.ask("DELETE", cookie).status_code == 204


@pytest.mark.parametrize("cookie,body", [
    (None, {"detail": "Authentication credentials were not provided."}),
    ("wdx_session=a.b.c", {"detail": "Token is invalid", "code": "token_not_valid"}),
    (f"wdx_session={mint('access')}", {"detail": "Token has wrong type", "code": "token_not_valid"}),
], ids=["none", "junk", "an access token"])
def test_a_refresh_without_a_valid_cookie_is_refused_and_keeps_what_there_is(browser, cookie, body):
    answer = browser.refresh(cookie)
    assert (answer.status_code, answer.json()) == (401, body)
    assert "Set-Cookie" not in answer.headers, "another tab may have logged in meanwhile"


def test_the_cookie_is_found_among_others(browser):
    browser.login()
    assert browser.refresh(f"xwdx_session=1; a=b;{browser.cookie}; wdx_session=2").status_code == 200


def test_a_second_factor_is_asked_for(fresh):
    execute(fresh.server.url, "INSERT INTO watchdxg_totp (user_id, secret, last_step, enabled_at) "
                              "VALUES (1, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 0, now())")
    assert fresh.login().status_code == 401
    assert fresh.login(otp="000000").status_code == 401


def test_a_session_shows_up_among_the_others(fresh):
    access = fresh.login().json()["access"]
    fresh.refresh()
    sessions = fresh.server.get("/api/sessions/", access).json()
    assert [one["jti"] for one in sessions] == [claims_of(refresh_token(fresh.cookie))["jti"]]


# -- as POST /api/token/

def test_a_failed_login_is_refused_counted_and_noted_as_everywhere(fresh_database, start_server):
    browser = Browser(start_server(fresh_database, throttle_login="2/min"))
    for _ in range(2):
        answer = browser.login(password="wrong")
        assert (answer.status_code, answer.json()) == (
            401, {"detail": "No active account found with the given credentials"})
        assert "Set-Cookie" not in answer.headers
    assert browser.login().status_code == 429
    assert browser.server.login().status_code == 429, "one throttle for both"
    wait_until(lambda: browser.server.log.count("login refused from 127.0.0.1") == 2, "both in the log")
    noted = "SELECT event, count(*) FROM watchdxg_log WHERE event LIKE 'login%%' OR event = 'throttled' GROUP BY 1 ORDER BY 1"
    wait_until(lambda: execute(fresh_database, noted) == [("login_refused", 2), ("throttled", 2)], "the journal")


def test_refreshes_have_the_throttle_of_refreshes(fresh_database, start_server):
    browser = Browser(start_server(fresh_database, throttle_refresh="2/min"))
    browser.login()
    assert [browser.refresh().status_code for _ in range(3)] == [200, 200, 429]
    assert browser.ask("DELETE").status_code == 204


def test_a_wrong_body_is_named_and_a_large_one_refused(browser):
    answer = browser.ask("POST", json={})
    assert (answer.status_code, answer.json()) == (400, {"username": ["This field is required."],
                                                         "password": ["This field is required."]})
    assert browser.login(password="x" * 200_000).status_code == 413


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_nothing_but_json_is_taken(browser, method, kind):
    answer = browser.server.request(method, PATH, data="{}" if kind else None, headers={
        "Origin": browser.server.base_url, **({"Content-Type": kind} if kind else {})})
    assert answer.status_code == 415


# -- tabs

def test_five_tabs_that_refresh_at_once_and_a_late_answer_stay_logged_in(fresh):
    """Again and again, each time with an access token that is over: the tabs share one cookie, and one answer comes late."""
    fresh.login()
    late = fresh.cookie
    for _ in range(4):
        answers, gate, sent = [], threading.Barrier(5), fresh.cookie

        def tab():
            own = Browser(fresh.server)
            gate.wait()
            answers.append((own.refresh(sent), own.cookie))

        tabs = [threading.Thread(target=tab) for _ in range(5)]
        for one in tabs:
            one.start()
        for one in tabs:
            one.join()
        assert [answer.status_code for answer, _ in answers] == [200] * 5
        assert len({cookie for _, cookie in answers}) == 1, "one cookie for all"
        for answer, _ in answers:
            assert fresh.server.get("/api/me/", answer.json()["access"]).status_code == 200
        assert fresh.refresh(late).status_code == 200, "the browser keeps what came last"
        assert fresh.cookie == answers[0][1]
        late = sent
    assert "shown again" not in fresh.server.log
    assert execute(fresh.server.url, "SELECT count(*) FROM watchdxg_log WHERE event = 'refresh_reuse'") == [(0,)]


@pytest.mark.parametrize("grace", [0, 300])
def test_a_tab_gets_the_newest_token_within_30_seconds_whatever_the_grace(fresh_database, start_server, grace):
    browser = Browser(start_server(fresh_database, refresh_grace=grace, revoke_on_reuse="on"))
    browser.login()
    first = browser.cookie
    for _ in range(3):
        browser.refresh()
    newest = browser.cookie
    assert browser.refresh(first).status_code == 200 and browser.cookie == newest
    age_blacklist(fresh_database, 29)
    assert browser.refresh(first).status_code == 200 and browser.cookie == newest
    age_blacklist(fresh_database, 2)
    answer = browser.refresh(first)
    assert (answer.status_code, answer.json()) == BLACKLISTED
    wait_until(lambda: "a refresh token was shown again after its use, from 127.0.0.1: its session is ended"
               in browser.server.log, "the reuse in the log")
    assert browser.refresh(newest).status_code == 401


def test_a_tab_never_gets_an_access_token_that_is_over(fresh_database, start_server):
    browser = Browser(start_server(fresh_database, access_token_lifetime=1))
    browser.login()
    first = browser.cookie
    browser.refresh()
    second = browser.cookie
    execute(fresh_database, "UPDATE watchdxg_session SET access_expires_at = now() - interval '1 second'")
    answer = browser.refresh(first)
    assert answer.status_code == 200 and answer.json()["expires_in"] == 1
    assert browser.cookie not in (first, second)
    assert browser.refresh(second).status_code == 200


def test_the_token_routes_keep_to_their_own_grace(fresh):
    fresh.login()
    first = refresh_token(fresh.cookie)
    fresh.refresh()
    assert fresh.server.refresh(first).status_code == 401


# -- other pages

@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("headers", [
    {"Origin": FOREIGN}, {"Origin": "null"}, {"Origin": None}, {"Origin": ""},
    {"Origin": FOREIGN, "Sec-Fetch-Site": "same-origin"},
    {"Origin": None, "Sec-Fetch-Site": "same-site"}, {"Origin": None, "Sec-Fetch-Site": "none"},
    {"Origin": "https://localhost"}, {"Origin": "http://localhost"}, {"Origin": "http://evil.example"},
], ids=str)
def test_another_page_gets_nothing_whatever_its_cookie(browser, method, headers):
    browser.login()
    cookie = browser.cookie
    answer = browser.ask(method, json=LOGIN if method == "POST" else None, **headers)
    assert answer.status_code == 403 and list(answer.json()) == ["detail"]
    assert "Set-Cookie" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("Access-Control")]
    assert browser.refresh(cookie).status_code == 200, "the session lives, and the cookie was not used"


def test_a_browser_that_sends_no_origin_says_where_it_is_from(browser):
    browser.headers = {"Sec-Fetch-Site": "same-origin"}
    assert browser.login().status_code == 200
    assert browser.refresh().status_code == 200


@pytest.mark.parametrize("path", [PATH, PATH[:-1], "/%61dmin/session/", "http://localhost/admin/session/"])
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT", "DELETE", "GET"])
def test_no_answer_has_cors_headers(server, path, method):
    with server.connect() as connection:
        connection.send(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: {FOREIGN}\r\nContent-Length: 0\r\n"
                        "Access-Control-Request-Method: PUT\r\n\r\n".encode())
        answer = connection.read(method)
    assert answer.header("x-request-id")
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


def test_other_routes_are_still_open_to_allowed_origins(server):
    """Or the test above shows nothing."""
    answer = server.get("/api/me/", mint(), headers={"Origin": FOREIGN})
    assert answer.headers["Access-Control-Allow-Origin"] == FOREIGN


# -- https and proxies

def test_the_cookie_is_secure_where_a_trusted_proxy_says_https(fresh_database, start_server):
    browser = Browser(start_server(fresh_database, trusted_proxies="127.0.0.1"))
    execute(fresh_database, "UPDATE auth_user SET is_active = true")
    https = {"X-Forwarded-Proto": "https", "Origin": browser.server.base_url.replace("http:", "https:")}
    answer = browser.ask("PUT", f"__Secure-wdx_session={mint('refresh')}", **https)
    assert answer.status_code == 200
    assert browser.cookie.startswith("__Secure-wdx_session=")
    assert attributes(answer) == ["Max-Age=604800", "HttpOnly", "SameSite=Strict", "Secure"]


def test_an_https_page_is_told_which_setting_is_missing(fresh_database, start_server):
    https = {"Origin": "https://localhost"}
    untrusting, trusting = start_server(fresh_database), start_server(fresh_database, trusted_proxies="127.0.0.1")

    def why(server, **headers):
        answer = Browser(server).ask("PUT", **{**https, "Host": "localhost", **headers})
        assert answer.status_code == 403
        return answer.json()["detail"]

    assert "WDX_TRUSTED_PROXIES" in why(untrusting, **{"X-Forwarded-Proto": "https"})
    assert "X-Forwarded-Proto $scheme" in why(trusting)
    assert "Host $http_host" in why(trusting, **{"X-Forwarded-Proto": "https", "Origin": "https://localhost:8443"})
    assert "Host $http_host" in why(trusting, **{"X-Forwarded-Proto": "https", "Origin": "https://watch.example.com"})


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request, cluster):
    url = make_database(cluster)
    execute(url, "UPDATE auth_user SET username = 'operator' WHERE id = 1")   # the default login is for this machine alone
    with Server(url, **Documented.settings) as server:
        through = Documented(request.param, server)
        yield through
        through.stop()


def test_the_console_logs_in_behind_a_documented_proxy_on_any_port(proxy):
    """The proxy listens on an odd port, so the browser names it in Host and in Origin."""
    browser = Browser(proxy, Host=f"{HOST}:{proxy.port}", Origin=f"https://{HOST}:{proxy.port}")
    answer = browser.login(username="operator")
    assert answer.status_code == 200, answer.text
    assert "Secure" in attributes(answer)
    assert browser.refresh().status_code == 200
    elsewhere = browser.refresh(Origin=f"https://{HOST}")
    assert elsewhere.status_code == 403 and "port" in elsewhere.json()["detail"]
    assert browser.ask("DELETE").status_code == 204


def test_the_cookie_has_no_path_so_that_a_prefix_does_not_matter(browser):
    assert not re.search("path|domain", ";".join(attributes(browser.login())), re.I)
