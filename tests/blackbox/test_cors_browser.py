"""A page of another origin in real Chromium: logs in, reads accounts and users, and can read every failure."""
import functools
import json
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.data import make_database
from support.postgres import TESTS, PrivateCluster, execute, wait_until
from support.server import Server
from support.tokens import mint

# What they share takes longer to make than they take: one worker makes it once.
pytestmark = pytest.mark.xdist_group("browser")

BROWSER = TESTS / "browser"
DEFAULT_PORT = 4200  # of the Angular development server; allowed without any setting
ZONES = ["America/Los_Angeles", "Europe/Paris", "Pacific/Kiritimati"]


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Keeps the front's access log out of the test's output."""


@pytest.fixture(scope="module")
def front():
    """The stand-in front on http://localhost:4200, or on a free port if that one is taken."""
    handler = functools.partial(QuietHandler, directory=str(BROWSER / "front"))
    try:
        httpd = ThreadingHTTPServer(("127.0.0.1", DEFAULT_PORT), handler)
    except OSError:
        httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://localhost:{httpd.server_port}"
    httpd.shutdown()


def origin_setting(front):
    """The default origins if the front has the default port: then the test shows that they are enough."""
    return {} if front.endswith(f":{DEFAULT_PORT}") else {"cors_allowed_origins": front}


@pytest.fixture(scope="module", params=["v3", "v2"])
def served(request, cluster, front):
    url = make_database(cluster, request.param)
    execute(url, "UPDATE users SET created_at = '2015-03-01 12:00:00+00' WHERE id = 1")
    with Server(url, **origin_setting(front)) as server:
        yield server


@pytest.fixture
def drive(tmp_path, front):
    """drive(server, calls, ...) -> what Chromium saw."""
    if not (BROWSER / "node_modules/playwright-core").exists():
        pytest.fail("playwright-core is missing: run `npm ci` in tests/browser, or ./test, which does it")
    node = shutil.which("node")
    assert node, "node is missing; scripts/setup --tests installs it"

    def run(server, calls=(), timezone="UTC", **more):
        screenshot = tmp_path / "page.png"
        job = {"front": front, "api": server.base_url, "timezone": timezone, "screenshot": str(screenshot),
               "stale": mint(expires_in=-60), "calls": list(calls), **more}
        done = subprocess.run([node, "drive.mjs"], input=json.dumps(job), cwd=BROWSER, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        assert seen["complaints"] == [] and screenshot.stat().st_size > 1000
        return seen
    return run


@pytest.mark.parametrize("zone", ZONES)
def test_the_front_logs_in_and_shows_the_join_month(served, drive, zone):
    seen = drive(served, timezone=zone, handle="synka777")
    assert seen["zone"] == zone
    assert seen["status"] == "200 200 200: 3 users of synka777"
    assert [row[0] for row in seen["rows"]] == ["alice", "bob", "carol"]
    assert [row[1] for row in seen["rows"]] == ["March 2015", "November 2024", ""]
    # A stale token on its way to the login makes the browser ask first, there as everywhere.
    assert {"/api/token/", "/api/accounts/synka777/", "/api/users/"} <= set(seen["preflights"])


def test_the_front_refreshes_with_a_stale_header(served, drive):
    seen = drive(served, [("refresh", ""), ("refresh", ""), ("GET", "/api/users/?account_id=1")], handle="synka777")
    assert [answer.get("status") for answer in seen["answers"]] == [200, 200, 200]


def test_a_half_failed_login_asks_for_account_null_and_reads_400(served, drive):
    seen = drive(served, [("GET", "/api/users/?account_id=null")], handle="synka777")
    (answer,) = seen["answers"]
    assert answer["status"] == 400 and list(answer["body"]) == ["account_id"]


FAILURES = [
    (400, "POST", "/api/token/", {"body": {}}),
    (400, "GET", "/api/users/?account_id=null", {}),
    (401, "POST", "/api/token/", {"body": {"username": "watchdxg", "password": "wrong"}}),
    (401, "POST", "/api/token/refresh/", {"body": {"refresh": "nonsense"}}),
    (401, "GET", "/api/users/", {"headers": {"Authorization": "Bearer nonsense"}}),
    (404, "GET", "/api/accounts/nobody/", {}),
    (404, "GET", "/api/nothing/", {}),
    (405, "DELETE", "/api/users/", {}),
    (405, "PUT", "/api/token/", {"body": {}}),
    (406, "GET", "/api/users/", {"headers": {"Accept": "text/html"}}),
    (413, "POST", "/api/token/", {"body": {"username": "x" * 1100000}}),
    (415, "POST", "/api/token/", {"body": {}, "headers": {"Content-Type": "application/xml"}}),
]


def test_every_4xx_can_be_read_across_origins(served, drive):
    seen = drive(served, [failure[1:] for failure in FAILURES], handle="synka777")
    assert [answer.get("status", answer) for answer in seen["answers"]] == [failure[0] for failure in FAILURES]
    assert all(answer["body"] for answer in seen["answers"])


def test_a_redirect_to_the_slash_is_followed_across_origins(served, drive):
    """Browsers follow a redirect of a request that needed a preflight, Authorization included."""
    seen = drive(served, [("GET", "/api/users?account_id=1")], handle="synka777")
    assert (seen["answers"][0].get("status"), len(seen["answers"][0]["body"])) == (200, 3)


def test_503_can_be_read_across_origins(front, drive):
    own = PrivateCluster().start()
    try:
        with Server(make_database(own), **origin_setting(front)) as server:
            own.stop()
            wait_until(lambda: server.get("/readyz").status_code == 503, "/readyz to notice")
            valid = {"headers": {"Authorization": "Bearer " + mint()}}
            login = {"body": {"username": "watchdxg", "password": "watchdxg"}}
            seen = drive(server, [("GET", "/api/users/", valid), ("GET", "/api/accounts/x/", valid),
                                  ("POST", "/api/token/", login)])
            assert [answer.get("status") for answer in seen["answers"]] == [503, 503, 503]
    finally:
        own.remove()


def test_another_origin_reads_nothing(cluster, front, drive):
    """The browser hides the answer from a page that is not allowed to read it."""
    with Server(make_database(cluster), cors_allowed_origins="https://front.example.com") as server:
        seen = drive(server, [("GET", "/api/users/"), ("POST", "/api/token/", {"body": {}}), ("GET", "/healthz")])
    assert [list(answer) for answer in seen["answers"]] == [["error"]] * 3
