"""The console at /admin/: its files and their headers, and the page itself in Chromium."""
import gzip
import re
import subprocess

import pytest

from support.server import PROJECT

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
          "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
          "require-trusted-types-for 'script'")
FIRST_LOAD_LIMIT = 100 * 1024
LARGEST_SCRIPT = 60 * 1024


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
