"""The console at /admin/: its files and their headers, and the page itself in Chromium."""
import gzip
import json
import os
import re
import shutil
import subprocess

import pytest

from support.data import make_database
from support.postgres import TESTS, execute, wait_until
from support.server import PROJECT, Server

pytestmark = pytest.mark.xdist_group("console")  # what they share takes longer to make than they take

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
          "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
          "require-trusted-types-for 'script'")
FIRST_LOAD_LIMIT = 100 * 1024
LARGEST_SCRIPT = 60 * 1024
PICTURES = TESTS / "browser/pictures.json"
DIFFERENT = 0.25  # of the fields of a picture


def get(server, path, encoding="identity", **headers):
    return server.get(f"/admin/{path}", headers={"Accept-Encoding": encoding, **headers})


@pytest.fixture(scope="module")
def files(server):
    """The files that the page names."""
    page = get(server, "").text
    return re.findall(r'(?:src|href)="\./([^"]+)"', page)


def test_the_page_needs_no_token_and_is_asked_for_each_time(server):
    answer = get(server, "")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-cache"
    again = get(server, "", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_answer_has_the_policy_and_is_no_frame_of_others(server, files):
    for name in ["", *files]:
        answer = get(server, name)
        assert answer.headers["Content-Security-Policy"] == POLICY, name
        assert answer.headers["X-Frame-Options"] == "DENY" and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_files_are_kept_for_good_because_their_names_change_with_them(server, files):
    assert {name.rsplit(".", 1)[1] for name in files} == {"js", "css", "svg"}
    types = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
    for name in files:
        answer = get(server, name)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable", name
        assert answer.headers["Content-Type"] == types[name.rsplit(".", 1)[1]]
        assert re.search(r"-[\w-]{8}\.\w+$", name)


def test_files_come_compressed_to_who_takes_that(server, files):
    for name in files:
        plain = get(server, name)
        zipped = server.get(f"/admin/{name}", headers={"Accept-Encoding": "gzip"}, stream=True)
        assert "Content-Encoding" not in plain.headers and "Accept-Encoding" in plain.headers["Vary"]
        assert zipped.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in zipped.headers["Vary"]
        assert gzip.decompress(zipped.raw.read(decode_content=False)) == plain.content
        assert zipped.headers["ETag"] != plain.headers["ETag"]
    script = next(name for name in files if name.endswith(".js"))
    brotli = server.get(f"/admin/{script}", headers={"Accept-Encoding": "gzip, deflate, br"}, stream=True)
    assert brotli.headers["Content-Encoding"] == "br"
    assert int(brotli.headers["Content-Length"]) < len(get(server, script).content) / 2
    refused = server.get(f"/admin/{script}", headers={"Accept-Encoding": "br;q=0, gzip"}, stream=True)
    assert refused.headers["Content-Encoding"] == "gzip"


def test_the_first_load_is_small(server, files):
    sizes = {name: int(server.get(f"/admin/{name}", headers={"Accept-Encoding": "gzip"}, stream=True).headers["Content-Length"])
             for name in ["", *files]}
    assert sum(sizes.values()) <= FIRST_LOAD_LIMIT, sizes
    assert max(size for name, size in sizes.items() if name.endswith(".js")) <= LARGEST_SCRIPT, sizes


def test_the_page_has_no_script_or_style_of_its_own(server):
    page = get(server, "").text
    assert all(not code.strip() for code in re.findall(r"<script[^>]*>(.*?)</script>", page, re.S))
    assert "<style" not in page and not re.search(r"\s(?:on\w+|style)=", page)


@pytest.mark.parametrize("path", ["nothing.js", "index.html.gz", "index.html.br", "..", "a/b", "index.html/", "session"])
def test_other_paths_are_not_there(server, path):
    answer = get(server, path)
    assert answer.status_code in (301, 404) if path == "session" else answer.status_code == 404
    assert answer.headers["Content-Type"] != "text/html; charset=utf-8" or answer.status_code == 301


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_files_can_only_be_read(server, method):
    answer = server.request(method, "/admin/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_head_says_what_get_would(server, files):
    head, whole = server.request("HEAD", f"/admin/{files[0]}", headers={"Accept-Encoding": "identity"}), get(server, files[0])
    assert head.content == b"" and head.headers["Content-Length"] == str(len(whole.content))


def test_the_address_without_its_slash_is_right_under_any_prefix(server):
    answer = server.get("/admin")
    assert (answer.status_code, answer.headers["Location"]) == (301, "admin/")
    assert server.get("/admin?a=b").headers["Location"] == "admin/?a=b"


def test_its_own_tests_pass():
    """Types, layers, `model` and `api` (console/tests)."""
    done = subprocess.run(["npm", "test", "--silent"], cwd=PROJECT / "console", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-5000:]


# -- in Chromium

PEOPLE = """
INSERT INTO users (id, account_id, handle, username, bio, created_at, following_count, followers_count, follower)
SELECT 1000 + i, 1, 'wave' || (10000 + i), 'Wave ' || i, 'DM me', '2026-05-01', 4000 + i, i % 20, true
  FROM generate_series(1, 60) AS i
"""
HOSTILE_ID = 2000
HOSTILE = f"""
INSERT INTO users (id, account_id, handle, username, bio, created_at, following_count, followers_count, featured_url, follower)
VALUES ({HOSTILE_ID}, 1, '<script>executed=1</script>', U&'\\202E<img src=x onerror=executed=1>',
        '<img src=x onerror="window.executed=1"> javascript:executed=1 ' || repeat('W', 10000), '2026-05-01', 5000, 0,
        'javascript:executed=1', true);
INSERT INTO posts (id, user_id, timestamp, username, handle, text, repost)
VALUES (77, {HOSTILE_ID}, now(), '<b>x</b>', 'x', '<iframe src="javascript:executed=1"></iframe><svg onload=executed=1>', false)
"""


@pytest.fixture(scope="module")
def watched(cluster):
    url = make_database(cluster)
    execute(url, PEOPLE)
    execute(url, HOSTILE)
    with Server(url) as server:
        token = server.login().json()["access"]
        wait_until(lambda: len(server.get("/api/accounts/synka777/triage/?limit=100", token).json()) > 50, "the scores")
        yield server


@pytest.fixture(scope="module")
def seen(watched, tmp_path_factory):
    """What Chromium saw in a morning at the console."""
    if not (TESTS / "browser/node_modules/axe-core").exists():
        pytest.fail("axe-core is missing: run `npm ci` in tests/browser, or ./test, which does it")
    screenshots = PROJECT / "build/console-pictures"
    screenshots.mkdir(parents=True, exist_ok=True)
    job = {"api": watched.base_url, "username": "watchdxg", "password": "watchdxg", "screenshots": str(screenshots),
           "user": 1001, "hostile": HOSTILE_ID}
    done = subprocess.run([shutil.which("node"), "console.mjs"], input=json.dumps(job), cwd=TESTS / "browser",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def verdicts(seen, watched):
    """{handle: (harmful, inactive)} as they stand after that morning."""
    token = watched.login().json()["access"]
    users = watched.get("/api/users/?account_id=1&fields=handle,classification", token).json()
    return {"@" + user["handle"]: (user["classification"]["harmful"], user["classification"]["inactive"])
            for user in users if user["classification"]}


def test_a_refused_login_says_why_and_a_right_one_is_kept_out_of_reach_of_scripts(seen):
    assert seen["focusedAtFirst"] == "username"
    assert seen["refusal"] == "No active account found with the given credentials"
    assert seen["kept"] == ["", 0]


def test_the_foot_tells_the_version(seen, watched):
    version = watched.get("/api/server/", watched.login().json()["access"]).json()["version"]
    assert seen["foot"].startswith(f"{version} · core v3"), seen["foot"]


def test_the_policy_is_never_violated_and_nobody_else_is_asked(seen):
    assert (seen["violations"], seen["foreign"], seen["errors"]) == ([], [], [])


def test_axe_has_no_complaint_in_either_theme_at_three_widths(seen):
    assert seen["axe"] == []


def test_pages_look_about_as_they_did(seen):
    """Against what tests/browser/thumbnail.mjs made of each picture before. After a change of looks, look at build/console-pictures,
    and keep what it makes of them now: CONSOLE_PICTURES=keep ./test -k look_about"""
    if os.environ.get("CONSOLE_PICTURES") == "keep":
        PICTURES.write_text(json.dumps(seen["pictures"], indent=0) + "\n")
    kept = json.loads(PICTURES.read_text())
    assert kept.keys() == seen["pictures"].keys()
    assert {name: before for name, before in kept.items() if not looks_alike(before, seen["pictures"][name])} == {}


def looks_alike(one, other):
    """About the same ground, and things in about the same fields."""
    different = sum(abs(int(a) - int(b)) for a, b in zip(one[1:], other[1:]))
    return abs(int(one[0], 16) - int(other[0], 16)) <= 1 and different <= DIFFERENT * len(one)


def test_no_page_is_wider_than_the_window(seen):
    assert seen["wide"] == []


def test_what_strangers_wrote_is_text(seen):
    assert seen["hostile"] == [0, True, None]


def test_twenty_users_are_judged_by_keys(seen, verdicts):
    meant = {"h": (True, False), "i": (False, True), "s": (False, False)}
    assert len({handle for handle, _ in seen["judged"]}) == 20
    kept = seen["judged"][:-1]
    assert {handle: verdicts.get(handle) for handle, _ in kept} == {handle: meant[key] for handle, key in kept}


def test_a_slip_of_the_finger_is_taken_back(seen, verdicts):
    handle, _ = seen["judged"][-1]
    assert handle not in verdicts or handle in seen["offline"]


def test_decisions_survive_a_tunnel_and_the_end_of_the_tab(seen, verdicts, watched):
    assert "5" in seen["waiting"]
    assert {handle: verdicts.get(handle) for handle in seen["offline"]} == dict.fromkeys(seen["offline"], (True, False))
    token = watched.login().json()["access"]
    edits = watched.get("/api/edits/?limit=100", token).json()["results"]
    # 20 decisions, one taken back, 5 from the tunnel: none happened twice.
    assert sum(edit["kind"] == "classification_changed" for edit in edits) == 25
    assert sum(edit["kind"] == "undo" for edit in edits) == 1


def test_letters_do_nothing_when_they_are_switched_off(seen):
    assert seen["lettersOff"]


def test_logging_out_leaves_nothing(seen):
    assert seen["left"] == 0
