"""The page at /api/docs/: its files and their headers, and the page itself in Chromium."""
import json
import re
import shutil
import subprocess

import pytest

from support.postgres import TESTS

BROWSER = TESTS / "browser"
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
          "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
FILES = {"docs.js": "text/javascript; charset=utf-8", "docs.css": "text/css; charset=utf-8",
         "swagger-ui-bundle.js": "text/javascript; charset=utf-8", "swagger-ui.css": "text/css; charset=utf-8",
         "swagger-ui-bundle.js.LICENSE.txt": "text/plain; charset=utf-8", "favicon-32x32.png": "image/png", "": "text/html; charset=utf-8"}


@pytest.mark.parametrize("name", FILES)
def test_a_file_needs_no_token_and_is_asked_for_again_when_it_has_changed(server, name):
    answer = server.get(f"/api/docs/{name}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, FILES[name])
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-cache"
    again = server.get(f"/api/docs/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
    other = server.get(f"/api/docs/{name}", headers={"If-None-Match": '"another"'})
    assert other.content == answer.content


@pytest.mark.parametrize("path", ["/", "/api/"])
def test_the_root_says_not_found_and_where_the_page_is(server, path):
    answer = server.get(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    assert answer.headers["Link"] == '</api/docs/>; rel="help"'
    assert "Link" not in server.get("/api/nothing/").headers


def test_the_page_has_no_script_of_its_own_and_names_only_files_that_are_there(server):
    page = server.get("/api/docs/").text
    assert all(not code.strip() for code in re.findall(r"<script[^>]*>(.*?)</script>", page, re.S))
    assert not re.search(r"\son\w+=", page)
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(named) > 3 and all(server.get(f"/api/docs/{name}").status_code == 200 for name in named)


@pytest.mark.parametrize("accept", ["text/html", "*/*", None])
def test_the_page_comes_for_every_browser(server, accept):
    assert server.get("/api/docs/", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("path", ["/api/docs/nothing.js", "/api/docs/..", "/api/docs/docs.js/"])
def test_other_files_are_not_there(server, path):
    answer = server.get(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_the_page_without_its_slash_is_redirected(server):
    assert server.get("/api/docs").headers["Location"] == "/api/docs/"


def test_who_logs_in_on_the_page_sees_every_operation(server, tmp_path):
    job = {"api": server.base_url, "username": "watchdxg", "password": "watchdxg", "screenshots": str(tmp_path)}
    done = subprocess.run([shutil.which("node"), "docs.mjs"], input=json.dumps(job), cwd=BROWSER,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    tokens = server.login().json()
    paths = server.get("/api/schema/", tokens["access"]).json()["paths"]
    expected = {f"operations-{one['tags'][0]}-{one['operationId']}" for methods in paths.values() for one in methods.values()}
    assert set(seen["shown"]) == expected and len(expected) > 20
    assert seen["refusal"] == "No active account found with the given credentials"
    assert seen["tried"].startswith("200") and seen["left"] == [] and seen["kept"] == [0, 0, 0]
    assert seen["complaints"] == [], "a violation of the page's policy, or a fault"
    assert seen["hosts"] == [server.base_url.removeprefix("http://")] and seen["loaded"] > 5
    assert (tmp_path / "after.png").stat().st_size > 10000
