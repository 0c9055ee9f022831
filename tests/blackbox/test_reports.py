"""Evidence: reports on users as one HTML file and its JSON."""
import hashlib
import json
import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser

import pytest

from support.data import make_database
from support.postgres import TESTS, execute, wait_until
from support.raw import RawConnection, request
from support.server import Server
from support.signals import up_to_date
from support.tokens import mint

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
EMPTY = "DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777');"
ELEMENTS = {"html", "head", "meta", "title", "style", "body", "header", "main", "nav", "section", "div", "span", "h1", "h2", "h3",
            "h4", "p", "b", "small", "code", "bdi", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "a", "pre"}
ATTRIBUTES = {("html", "lang"), ("meta", "charset"), ("meta", "http-equiv"), ("meta", "content"), ("meta", "name"), ("section", "id"),
              ("pre", "id"), ("p", "dir"), ("th", "scope"), ("th", "colspan"), ("a", "href")}

HOSTILE = [
    "<script>window.marked = 1; alert(1)</script>", "<img src=x onerror=\"window.marked = 1; alert(1)\">", "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)", "</pre><script>alert(1)</script>", "</bdi></td></table><iframe src=\"javascript:alert(1)\">",
    "<!--", "-->", "<![CDATA[", "</style><style>*{display:none}</style>", "</title><script>alert(1)</script>",
    "<meta http-equiv=\"refresh\" content=\"0;url=https://evil.example/\">", "<base href=\"https://evil.example/\">",
    "<a href=\"https://evil.example/\" autofocus onfocus=alert(1)>x</a>", "<link rel=stylesheet href=//evil.example/x.css>",
    "javascript:alert(1)", "https://evil.example/?q=<b>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;", "&amp;",
    "\u202etxt.exe\u202c\u2066\u200f", "\ufeff\u2028\u2029\u0085\u009b", "\\u003cscript\\u003e", "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}", "line\r\nbreak\tand\x01\x1b[31m\x7f", "a" * 5000, "\U0001f1fa\U0001f1f8e\u0301\u0335\ufe0f", "]]>", "\\\"</script>",
]


def report_of(server, path, **options):
    answer = server.get(path, token=mint(), params={"format": "json"}, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(server, user_ids, status=200, query="?format=json"):
    answer = server.post(f"/api/reports/{query}", {"user_ids": user_ids}, token=mint())
    assert answer.status_code == status, answer.text
    return answer


class Page(HTMLParser):
    """What a page is made of."""
    def __init__(self, html):
        super().__init__()
        self.elements, self.attributes, self.links, self.headings, self.texts, self.open = set(), set(), [], [], {}, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs if name != "class"}
        self.links += [value for name, value in attrs if name == "href"]
        self.headings += [int(tag[1])] if re.fullmatch(r"h\d", tag) else []
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)


def shown_text(html):
    """What a reader sees of a page, the JSON at the end aside."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", html[html.index("<body>"):html.index("<pre")])))


@pytest.fixture(scope="module")
def few(cluster):
    """Two users of whom everything is known, by hand."""
    url = make_database(cluster)
    execute(url, EMPTY + """
        INSERT INTO users (id, account_id, handle, username, certified, bio, created_at, following_count, followers_count,
                           following_str, followers_str, featured_url, follower, last_updated) VALUES
            (1, 1, 'first', 'First', false, 'a bio', '2020-01-01', 10, 2000, '10', '2K', 'https://a.example', true, '2026-01-02 03:04:05'),
            (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        INSERT INTO posts (id, user_id, timestamp, username, handle, text, reposts, likes, replies, views, repost)
        SELECT 9007199254740993 + n, 1, timestamptz '2026-01-01Z' + n * interval '1 hour', 'First', 'first', 'post ' || n, 1, 2, 3, 4, false
          FROM generate_series(1, 120) AS n;
        INSERT INTO classification (user_id, harmful, inactive, classified_at, notes)
        VALUES (1, true, false, '2026-02-03T04:05:06.5Z', 'seen it');
        INSERT INTO actions (id, user_id, action_type, timestamp, notes) VALUES
            (1, 1, 'block', '2026-02-03Z', NULL), (2, 1, 'report', '2026-02-04Z', 'again'), (3, 1, 'mute', NULL, NULL)""")
    with Server(url) as server:
        yield up_to_date(server)


def test_a_report_has_all_that_is_known_of_a_user(few):
    answer = report_of(few, "/api/users/1/report/")
    assert list(answer) == ["sha256", "report"]
    report = answer["report"]
    assert list(report) == ["version", "generated_at", "generator", "users"]
    assert report["version"] == "1" and re.fullmatch(r"watchdxg-back \d+\.\d+\.\d+", report["generator"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", report["generated_at"])
    user, = report["users"]
    assert list(user) == ["profile", "account", "verdict", "signals", "actions", "posts"]
    shown = few.get("/api/users/1/", mint()).json()
    shown.pop("classification")
    assert shown.pop("same_person") == []  # of the list's own making
    assert user["profile"] == shown and shown["last_updated"] == "2026-01-02T03:04:05Z"
    assert user["account"] == {"id": 1, "handle": "synka777"}
    assert user["verdict"] == {"user_id": 1, "harmful": True, "inactive": False, "classified_at": "2026-02-03T04:05:06.500000Z",
                               "notes": "seen it"}
    alone = few.get("/api/users/1/signals/", mint()).json()
    assert alone.pop("reasons")  # a report has its own words
    assert {**user["signals"], "as_of": None} == {**alone, "as_of": None}
    assert user["actions"] == {"total": 3, "rows": [
        {"id": 2, "user_id": 1, "action_type": "report", "timestamp": "2026-02-04T00:00:00Z", "notes": "again"},
        {"id": 1, "user_id": 1, "action_type": "block", "timestamp": "2026-02-03T00:00:00Z", "notes": None},
        {"id": 3, "user_id": 1, "action_type": "mute", "timestamp": None, "notes": None}]}
    assert user["posts"]["total"] == 120 and len(user["posts"]["rows"]) == 100
    assert user["posts"]["rows"] == few.get("/api/users/1/posts/?ordering=-timestamp&limit=100", mint()).json()["results"]


def test_a_user_of_whom_nothing_is_known_has_a_report(few):
    user, = report_of(few, "/api/users/2/report/")["report"]["users"]
    assert set(user["profile"].values()) == {2, None}
    assert (user["account"], user["verdict"]) == (None, None)
    assert user["actions"] == user["posts"] == {"total": 0, "rows": []}
    assert (user["signals"]["risk"], user["signals"]["band"]) == (None, None)
    assert few.get("/api/users/2/report/", mint()).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Accept": "application/json; indent=4"}])
def test_the_hash_is_that_of_the_bytes_of_the_report(few, headers):
    for answer in (few.get("/api/users/1/report/?format=json", mint(), headers=headers), post(few, [2, 1])):
        found = re.fullmatch(rb'\{"sha256":"([0-9a-f]{64})","report":(\{.*\})\}', answer.content, re.S)
        assert hashlib.sha256(found[2]).hexdigest() == found[1].decode()


def test_the_page_has_the_same_json_and_its_hash(few):
    answer = few.get("/api/users/1/report/", mint())
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert re.fullmatch(r'inline; filename="report-user-1-\d{4}-\d\d-\d\d\.html"', answer.headers["Content-Disposition"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Accept" in answer.headers["Vary"]
    page = Page(answer.text)
    assert page.elements <= ELEMENTS
    text = "".join(page.texts["pre"])
    hash = hashlib.sha256(text.encode()).hexdigest()
    assert page.texts["code"][0] == hash and answer.text.count(hash) == 2  # at the top, and at the foot of each printed page
    report = json.loads(text)
    shown = report_of(few, "/api/users/1/report/")["report"]
    assert report["users"] == shown["users"]
    assert "post 120" in page.texts["p"] and "seen it" in page.texts["p"]


def test_the_page_is_written_for_somebody_who_was_not_there(few):
    """Who and when, the verdict, why, what happened in the order of time, then all values."""
    text = shown_text(few.get("/api/users/1/report/", mint()).text)
    sentences = ["First @first joined X in January 2020, follows @synka777, has 2,000 followers, follows 10 accounts in all and was last "
                 "seen on 2 January 2026 at 03:04 UTC.",
                 "Harmful The operator's decision, 3 February 2026 at 04:05 UTC. seen it", "it is not a probability",
                 "Why: the signals that fire", "Timeline", "The newest 100 of 120 posts are shown. All 3 actions are shown.",
                 "January 2020Joined X", "2026-01-01 21:00:00Post post 21 2 likes, 1 repost, 3 replies, 4 views",
                 "2026-01-02 03:04:05Profile last seen", "2026-01-06 00:00:00Post post 120", "2026-02-03 00:00:00Action: block",
                 "2026-02-03 04:05:06Verdict: Harmful", "2026-02-04 00:00:00Action: report again", "no time storedAction: mute ",
                 "All values", "followers_count2000", "All signals"]
    place = 0
    for sentence in sentences:
        assert sentence in text[place:]
        place = text.index(sentence, place)
    assert "post 20 " not in text


def test_the_page_says_why_in_words_the_strongest_signal_first(few):
    text = shown_text(few.get("/api/users/1/report/", mint()).text)
    signals = few.get("/api/users/1/signals/", mint()).json()
    assert re.search(r"Score (above |below )?\d\.\d\d of 1, ", text) and str(signals["risk"]) not in text
    why = text[text.index("Why:"):text.index("Timeline")]
    titles = {signal["id"]: signal["title"] for signal in few.get("/api/signals/", mint()).json()["signals"]}
    firing = [titles[signal["id"]] for signal in sorted(signals["signals"], key=lambda signal: -abs(signal["contribution"]))
              if signal["contribution"]]
    assert firing and [why.find(title) for title in firing] == sorted(why.find(title) for title in firing)
    assert all(title in why for title in firing) and not any(title in why for title in titles.values() if title not in firing)


@pytest.mark.parametrize("user", [1, 2])
def test_nothing_that_is_merely_absent_is_called_unknown(few, user):
    text = shown_text(few.get(f"/api/users/{user}/report/", mint()).text)
    assert not re.search(r"unknown|null", text, re.I)
    assert not re.search(r"\d\.\d{4}", re.sub(r"\.\d{6}Z", "", text))  # nor has any number fourteen digits


def test_the_headings_of_a_page_are_in_order(few):
    headings = Page(post(few, [1, 2], query="").text).headings
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(next <= before + 1 for before, next in zip(headings, headings[1:]))


@pytest.mark.parametrize("accept, content_type", [
    (None, "text/html"), ("*/*", "text/html"), ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
    ("application/json", "application/json"), ("text/html, application/json", "text/html")])
def test_accept_chooses_between_page_and_json(few, accept, content_type):
    assert few.get("/api/users/1/report/", mint(), headers={"Accept": accept}).headers["Content-Type"].startswith(content_type)


def test_other_formats_are_not_there(few):
    assert few.get("/api/users/1/report/?format=csv", mint()).status_code == 404
    assert few.get("/api/users/1/report/", mint(), headers={"Accept": "text/csv"}).status_code == 406


def test_many_users_come_in_the_order_of_the_request_and_once(few):
    report = post(few, [2, 1, 2]).json()["report"]
    assert [user["profile"]["id"] for user in report["users"]] == [2, 1]
    page = post(few, [2, 1], query="")
    assert Page(page.text).links == ["#user-1", "#user-2"]  # by their places
    assert re.findall(r'<section class="user" id="(.*?)">', page.text) == ["user-1", "user-2"]
    assert page.headers["Content-Type"] == "text/html; charset=utf-8" and "Report on 2 X users" in page.text
    assert re.search(r'filename="report-\d{4}', page.headers["Content-Disposition"])


def test_unknown_users_are_named(few):
    for id in (3, 0, 2**31):
        answer = few.get(f"/api/users/{id}/report/", mint())
        assert (answer.status_code, answer.json()) == (404, {"detail": "No User matches the given query."})
    assert post(few, [9, 1, 7], 400).json() == {"user_ids": ["Unknown ids: 7, 9."]}
    assert post(few, list(range(100, 150)), 400).json()["user_ids"][0].endswith(", 119 and 30 more.")


@pytest.mark.parametrize("body, status", [
    ({}, 400), ({"user_ids": []}, 400), ({"user_ids": None}, 400), ({"user_ids": "x"}, 400), ({"user_ids": [1, "x"]}, 400),
    ({"user_ids": [1] * 101}, 400), ({"user_ids": {"1": 1}}, 400), ({"user_ids": [2**63]}, 400), ([1], 400), ("[", 400)])
def test_a_body_that_does_not_fit_is_refused(few, body, status):
    answer = few.post("/api/reports/", token=mint(), data=body if isinstance(body, str) else json.dumps(body),
                      headers={"Content-Type": "application/json"})
    assert answer.status_code == status and answer.headers["Content-Type"].startswith("application/json")


def test_there_is_nothing_without_a_token(few):
    assert few.get("/api/users/1/report/").status_code == 401
    assert few.post("/api/reports/", {"user_ids": [1]}).status_code == 401


@pytest.mark.parametrize("schema", ["v1", "v2", "v3"])
def test_each_generation_of_the_core_has_a_report(cluster, schema):
    url = make_database(cluster, schema)
    with Server(url) as server:
        id, = execute(url, "SELECT min(id) FROM users")[0]
        user, = report_of(server, f"/api/users/{id}/report/")["report"]["users"]
        assert user["profile"]["id"] == id
        if schema == "v1":
            assert (user["verdict"], user["actions"], user["posts"]) == (None, None, None)
        assert server.get(f"/api/users/{id}/report/", mint()).status_code == 200


def test_a_report_is_one_snapshot_and_writes_nothing(few):
    tables = ("users", "posts", "classification", "actions", "accounts")
    before = [execute(few.url, f"SELECT * FROM {table} ORDER BY 1") for table in tables]
    few.get("/api/users/1/report/", mint())
    post(few, [1, 2])
    assert [execute(few.url, f"SELECT * FROM {table} ORDER BY 1") for table in tables] == before


# -- names and texts that would like to be code

@pytest.fixture(scope="module")
def hostile(cluster):
    url = make_database(cluster)
    execute(url, EMPTY)
    for i, text in enumerate(HOSTILE):
        execute(url, "INSERT INTO users (id, account_id, handle, username, bio, featured_url) VALUES (%s, 1, %s, %s, %s, %s)",
                (i + 1, text[:250], text[:250], text, text))
        execute(url, "INSERT INTO posts (id, user_id, timestamp, username, handle, text) VALUES (%s, %s, now(), %s, %s, %s)",
                (i + 1, i + 1, text[:250], text[:250], text))
        execute(url, "INSERT INTO classification (user_id, harmful, notes) VALUES (%s, true, %s)", (i + 1, text))
        execute(url, "INSERT INTO actions (user_id, action_type, notes) VALUES (%s, %s, %s)", (i + 1, text[:50], text))
    execute(url, "UPDATE accounts SET handle = %s", (HOSTILE[0],))
    with Server(url) as server:
        yield server


def test_hostile_texts_are_text_in_the_page(hostile):
    html = post(hostile, list(range(1, len(HOSTILE) + 1)), query="").text
    page = Page(html)
    assert page.elements <= ELEMENTS
    assert page.attributes <= ATTRIBUTES
    assert page.links == [f"#user-{place}" for place in range(1, len(HOSTILE) + 1)]
    report = json.loads("".join(page.texts["pre"]))
    assert [user["profile"]["bio"] for user in report["users"]] == HOSTILE
    assert hashlib.sha256("".join(page.texts["pre"]).encode()).hexdigest() == page.texts["code"][0]


def test_no_script_of_a_hostile_profile_runs_in_a_browser(hostile, tmp_path):
    """Not even in the saved file, which has no headers."""
    ids = list(range(1, len(HOSTILE) + 1))
    saved = tmp_path / "report.html"
    saved.write_bytes(post(hostile, ids, query="").content)
    # Without the policy in the file: the escaping alone has to do.
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r"<meta http-equiv[^>]*>", "", saved.read_text()))
    assert "http-equiv" not in bare.read_text().split("<body>")[0]
    pages = [{"url": f"{hostile.base_url}/api/users/{id}/report/", "token": mint()} for id in ids]
    screenshots = [tmp_path / "saved.png", tmp_path / "bare.png"]
    pages += [{"url": page.as_uri(), "screenshot": str(screenshot)} for page, screenshot in zip((saved, bare), screenshots)]
    done = subprocess.run([shutil.which("node"), "report.mjs"], input=json.dumps({"pages": pages}),
                          cwd=TESTS / "browser", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    for page, asked in zip(json.loads(done.stdout), pages, strict=True):
        assert (page["dialogs"], page["complaints"], page["marked"], page["handlers"]) == ([], [], False, [])
        assert set(page["requests"]) == {asked["url"]} and page["url"] == asked["url"] and page["opened"] == 1
        assert set(page["elements"]) <= ELEMENTS and page["title"] in ("Report on an X user", f"Report on {len(HOSTILE)} X users")
        assert all(re.fullmatch(r"#user-\d+", link) for link in page["links"])
        assert page["papers"]["light"] == page["papers"]["printed"] == "rgb(255, 255, 255)" != page["papers"]["dark"]
        report = json.loads(page["report"])
        assert hashlib.sha256(page["report"].encode()).hexdigest() in page["text"]
        for user in report["users"]:
            assert user["profile"]["bio"] == HOSTILE[user["profile"]["id"] - 1]
    assert all(screenshot.stat().st_size > 10000 for screenshot in screenshots)


# -- large reports

LARGE = 7 * 1024 * 1024


@pytest.fixture(scope="module")
def large(cluster):
    """User 1 has 7 MiB of posts, user 2 next to nothing, user 3 a hundred times 100 KB."""
    url = make_database(cluster)
    execute(url, EMPTY + f"""
        INSERT INTO users (id, account_id, handle) VALUES (1, 1, 'large'), (2, 1, 'small'), (3, 1, 'other');
        INSERT INTO posts (id, user_id, timestamp, text) SELECT n, 1, now(), repeat('x', {LARGE // 20}) FROM generate_series(1, 20) AS n;
        INSERT INTO posts (id, user_id, timestamp, text) SELECT n, 3, now(), repeat('&', 100000) FROM generate_series(21, 120) AS n""")
    with Server(url, report_limit=8 * 1024 * 1024) as server:
        yield server


@pytest.mark.parametrize("query", ["", "?format=json"])
def test_a_report_that_would_be_too_large_is_refused(large, query):
    for answer, without in ((post(large, [1, 3], 413, query), " Without user 3 it fits."),
                            (post(large, [3, 2], 413, query), " Without user 3 it fits."),
                            (large.get(f"/api/users/3/report/{query}", mint()), "")):
        assert answer.status_code == 413
        found = re.fullmatch(r"The report would have (\d+) bytes of JSON; WDX_REPORT_LIMIT allows 8388608\.(.*)", answer.json()["detail"])
        assert found and int(found[1]) > 10_000_000 and found[2] == without
    assert post(large, [1, 2], 200, query).content.count(b"x" * (LARGE // 20)) == (20 if query else 40)


def test_a_report_on_nobody_says_so_even_where_it_would_be_too_large(large):
    assert post(large, [3, 99], 400).json() == {"user_ids": ["Unknown ids: 99."]}


def test_a_large_page_takes_little_more_memory_than_its_json(large):
    large.get("/api/users/2/report/", mint())
    before = large.memory()
    assert len(large.get("/api/users/1/report/", mint()).content) > 2 * LARGE
    peak = int(re.search(r"^VmHWM:\s+(\d+) kB$", open(f"/proc/{large.process.pid}/status").read(), re.M)[1]) * 1024
    files = int(re.search(r"^RssFile:\s+(\d+) kB$", open(f"/proc/{large.process.pid}/status").read(), re.M)[1]) * 1024
    assert peak - files - before < 6 * LARGE


def test_large_reports_that_nobody_reads_do_not_fill_the_memory(large):
    """Two of the greatest size at most; small ones get through."""
    path = "/api/users/1/report/"
    held = [RawConnection(large.port, receive_buffer=4096).send(request(path, token=mint())) for _ in range(2)]
    for connection in held:
        connection.wait_for_bytes()
    refused = large.get(path, mint())
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert large.get("/api/users/2/report/", mint()).status_code == 200
    for connection in held:
        connection.reset()
    wait_until(lambda: large.get(path, mint()).status_code == 200, "the memory to be given back")
