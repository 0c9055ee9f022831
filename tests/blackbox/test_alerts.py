"""Alerts: what happened is told once, to a webhook and by mail, whatever becomes of the receivers and of the server."""
import hashlib
import hmac
import json
import re
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from support.data import make_database
from support.postgres import connect, execute, wait_until
from support.raw import exchange, request
from support.server import Server, run_command
from support.tls import Certificate
from support.tokens import mint

ALERTS, TEST = "/api/alerts/", "/api/alerts/test/"
SECRET = "a-secret-of-the-webhook"
PATH = "/hook/of-which-nobody-knows"
EMPTY = ("TRUNCATE watchdxg_alert, watchdxg_alert_delivery, watchdxg_alert_condition, watchdxg_log, watchdxg_event,"
         " watchdxg_daily_snapshot, watchdxg_seen_user, watchdxg_planned_action, watchdxg_action_attempt;"
         "UPDATE watchdxg_alert_state SET holder = NULL, held_until = NULL, log_id = NULL, digest_at = NULL;"
         "DELETE FROM actions; DELETE FROM classification; DELETE FROM posts; DELETE FROM users; DELETE FROM accounts;"
         "INSERT INTO accounts (id, handle) VALUES (1, 'synka777');"
         "INSERT INTO users (id, account_id, handle, username, bio, created_at, following_count, followers_count, follower,"
         " last_updated) SELECT n, 1, 'somebody' || n, 'n', md5(n::text), date '2012-01-01' + n * 31, n, n, true, now()"
         " FROM generate_series(1, 30) AS n;")


class Receiver:
    """An HTTPS receiver of webhooks that does as it is told: `ok`, `fail`, `hang`, `redirect`, `drop`, `stall`."""

    def __init__(self, certificate):
        self.mood, self.got, self.other, self.release = "ok", [], [], threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, dict(self.headers), body))
                if outer.mood == "hang":
                    outer.release.wait(60)
                if outer.mood == "drop":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response({"ok": 204, "fail": 500, "redirect": 307, "hang": 204, "stall": 200}[outer.mood])
                if outer.mood == "stall":
                    self.send_header("Content-Length", "100")
                    self.end_headers()
                    outer.release.wait(60)
                    return
                if outer.mood == "redirect":
                    self.send_header("Location", f"https://localhost:{outer.elsewhere}/stolen")
                self.end_headers()

            def do_GET(self):
                outer.other.append(self.path)

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.cert, certificate.key)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.elsewhere = 1
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.server.server_port}{PATH}"

    @property
    def bodies(self):
        return [json.loads(body) for _, _, body in self.got]

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


class Mailbox:
    """A real SMTP server (aiosmtpd) that keeps what it is sent."""

    def __init__(self):
        self.mails, self.refuses, self.unknown = [], False, ()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.unknown:
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuses:
            return "451 Try again later"
        self.mails.append(envelope)
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"me@example.org", b"a-mail-password"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def receiver(certificate):
    one = Receiver(certificate)
    yield one
    one.close()


@pytest.fixture(scope="module")
def mail_server():
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=0, authenticator=box.authenticate, auth_require_tls=False)
    # The controller asks its own port whether it is there, and does not know it before.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        controller.port = probe.getsockname()[1]
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


@pytest.fixture
def mailbox(mail_server):
    mail_server.mails, mail_server.refuses, mail_server.unknown = [], False, ()
    return mail_server


@pytest.fixture(scope="module")
def database(cluster):
    url = make_database(cluster)
    execute(url, "SELECT setval(pg_get_serial_sequence('auth_user', 'id'), 100)")  # the state names its ids itself
    # The default password logs in from this machine alone.
    done = run_command("create_user", "--username", "alice", "--password-stdin", "--no-validate", "--allow-second",
                       url=url, stdin="a password of hers\n")
    assert done.returncode == 0, done.stderr
    return url


@pytest.fixture
def url(database):
    execute(database, EMPTY)
    return database


def settings(receiver=None, certificate=None, mailbox=None, **more):
    chosen = {"alert_interval": 1, "alert_timeout": 2, "alert_retry": 1, "alert_retry_max": 2, "watch_interval": 1,
              "history_interval": 1, **more}
    if receiver:
        chosen |= {"alert_webhook": receiver.url, "alert_ca_file": certificate.cert, "alert_webhook_secret": SECRET}
    if mailbox:
        chosen |= {"alert_email": "me@example.org,you@example.org",
                   "smtp_url": f"smtp://me%40example.org:a-mail-password@127.0.0.1:{mailbox.port}"}
    return chosen


def start(url, *arguments, **more):
    """A server that has looked for the first time."""
    server = Server(url, **settings(*arguments, **more))
    wait_until(lambda: execute(url, "SELECT log_id FROM watchdxg_alert_state")[0][0] is not None, "a first look")
    return server


@contextmanager
def watching(*arguments, **more):
    with start(*arguments, **more) as server:
        yield server


def alerts(server, query=""):
    return server.get(ALERTS + query, token=mint("access")).json()


def told(server, kind):
    return [one for one in alerts(server) if one["kind"] == kind]


def wait_for(server, kind, times=1):
    wait_until(lambda: len(told(server, kind)) >= times, f"{times} {kind}", 120, 0.1)
    found = told(server, kind)
    assert len(found) == times, found
    return found[0]


def looked_again(url, looks=3):
    """Waits until somebody has looked again, so that what was to be told has been told."""
    for _ in range(looks):
        (before,), = execute(url, "SELECT held_until FROM watchdxg_alert_state")
        wait_until(lambda: execute(url, "SELECT held_until FROM watchdxg_alert_state")[0][0] != before, "a look", 60, 0.05)


def is_over(url, kind):
    wait_until(lambda: not execute(url, f"SELECT 1 FROM watchdxg_alert_condition WHERE kind = '{kind}'"), f"{kind} to be over", 120)


def forms_of(mail):
    """Both forms of a mail; libcurl puts them into a part of its own."""
    alternatives, = mail.iter_parts()
    assert alternatives.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in alternatives.iter_parts()] == ["text/plain", "text/html"]
    return [part.get_content() for part in alternatives.iter_parts()]


def kill(server):
    server.kill()
    server.discard()


def make_alert(url):
    """Something to tell: an entry of the log that stands for a failed backup."""
    execute(url, "DELETE FROM watchdxg_alert_condition WHERE kind = 'backup_failed';"
                 "INSERT INTO watchdxg_log (time, level, event, message) VALUES (now(), 'error', 'backup_failed', 'disk full')")


# -- the channels


def test_a_webhook_gets_the_alert_signed_and_the_list_says_when(url, receiver, certificate):
    with watching(url, receiver, certificate, public_url="https://dxg.example.org/") as server:
        make_alert(url)
        wait_until(lambda: told(server, "backup_failed") and told(server, "backup_failed")[0]["delivered_at"], "a delivery")
        alert, = alerts(server)
        (path, headers, body), = receiver.got
    assert path == PATH
    assert list(json.loads(body)) == ["id", "kind", "text", "data", "at"]
    assert json.loads(body) == {name: alert[name] for name in ("id", "kind", "text", "data", "at")}
    assert alert["text"] == "A backup failed: disk full" and alert["error"] is None
    assert alert["data"]["link"] == "https://dxg.example.org/admin/#/log"
    assert headers["X-Signature-256"] == "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def test_a_test_says_what_became_of_it_at_each_channel_and_is_not_repeated(url, receiver, certificate, mailbox):
    with watching(url, receiver, certificate, mailbox) as server:
        answer = server.request("POST", TEST, mint("access"))
        assert answer.json() == {"channels": [{"channel": "webhook", "delivered": True, "error": None},
                                              {"channel": "email", "delivered": True, "error": None}]}
        receiver.mood, mailbox.refuses = "fail", True
        answer = server.request("POST", TEST, mint("access"))
        assert answer.json() == {"channels": [{"channel": "webhook", "delivered": False, "error": "answered 500"},
                                              {"channel": "email", "delivered": False, "error": "answered 451"}]}
        looked_again(url)
        newest, oldest = alerts(server)
        assert (newest["kind"], newest["delivered_at"], newest["error"]) == (
            "test", None, "email: answered 451 | webhook: answered 500")
        assert oldest["delivered_at"] is not None and oldest["error"] is None
        assert len(receiver.got) == 2 and len(mailbox.mails) == 1
        assert server.request("POST", TEST).status_code == 401


def test_without_channels_alerts_are_kept_and_a_test_has_nowhere_to_go(url):
    with watching(url) as server:
        make_alert(url)
        alert = wait_for(server, "backup_failed")
        assert (alert["delivered_at"], alert["error"]) == (None, None)
        assert server.request("POST", TEST, mint("access")).json() == {"channels": []}
        assert "link" not in alert["data"]


def test_a_mail_has_both_forms_and_foreign_text_steers_nothing(url, mailbox):
    execute(url, "UPDATE accounts SET handle = E'<b>x</b>\\r\\nBcc: all@example.org'")
    with watching(url, None, None, mailbox, public_url="https://dxg.example.org") as server:
        plan_long_ago(url)
        wait_until(lambda: mailbox.mails, "a mail", 60)
        assert wait_for(server, "queue_stuck")["data"]["handle"] == "<b>x</b>\\x0d\\x0aBcc: all@example.org"
    envelope, = mailbox.mails
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.mail_from == "me@example.org" and envelope.rcpt_tos == ["me@example.org", "you@example.org"]
    assert mail["Subject"] == "[watchdxg] Planned actions are waiting" and mail["Bcc"] is None
    assert mail["Message-ID"] and mail["Date"] and mail["To"] == "me@example.org, you@example.org"
    text, html = forms_of(mail)
    assert "of @<b>x</b>" in text and "https://dxg.example.org/admin/#/actions" in text
    assert "&lt;b&gt;x&lt;/b&gt;" in html and "<b>" not in html
    assert '<a href="https://dxg.example.org/admin/#/actions">' in html


@pytest.mark.parametrize("form", ["slack", "discord", "ntfy"])
def test_other_forms_carry_the_text_without_marks_of_foreign_handles(url, receiver, certificate, form):
    execute(url, "UPDATE accounts SET handle = '<!channel> *x* @everyone'")
    with watching(url, receiver, certificate, alert_webhook_form=form, public_url="https://dxg.example.org"):
        plan_long_ago(url)
        wait_until(lambda: receiver.got, "a delivery", 60)
    _, headers, body = receiver.got[0]
    if form == "slack":
        sent = json.loads(body)
        assert "&lt;!channel&gt;" in sent["text"] and "<!" not in sent["text"] and sent["mrkdwn"] is False
        assert sent["text"].endswith("<https://dxg.example.org/admin/#/actions>")
    elif form == "discord":
        sent = json.loads(body)
        assert r"\<!channel\> \*x\* \@everyone" in sent["content"] and sent["allowed_mentions"] == {"parse": []}
    else:
        assert b"@<!channel> *x* @everyone" in body and headers["Title"] == "Planned actions are waiting"
        assert headers["Click"] == "https://dxg.example.org/admin/#/actions"


# -- deliveries


@pytest.mark.parametrize("mood, error", [("fail", "answered 500"), ("hang", "Timeout was reached"), ("drop", None),
                                         ("redirect", "answered 307, a redirect, which is not followed")])
def test_a_delivery_that_was_not_confirmed_is_repeated_with_the_same_id_until_it_is(url, receiver, certificate, mood, error):
    other = Receiver(certificate)
    receiver.elsewhere = other.server.server_port
    receiver.mood = mood
    with watching(url, receiver, certificate) as server:
        make_alert(url)
        wait_until(lambda: len(receiver.got) >= 3, "three attempts", 60)
        alert = wait_for(server, "backup_failed")
        assert alert["delivered_at"] is None
        assert alert["error"] == f"webhook: {error}" if error else alert["error"].startswith("webhook: ")
        receiver.mood = "ok"
        receiver.release.set()
        wait_until(lambda: alerts(server)[0]["delivered_at"], "a delivery", 60)
        sent = len(receiver.got)
        looked_again(url, 5)
        assert len(receiver.got) == sent and alerts(server)[0]["error"] is None
        log = server.log
    assert {body["id"] for body in receiver.bodies} == {alert["id"]}
    assert not other.got and not other.other
    for secret in (SECRET, PATH, str(receiver.server.server_port)):
        assert secret not in log and secret not in json.dumps(alert)
    other.close()


def test_a_status_confirms_an_alert_even_if_the_body_never_comes(url, receiver, certificate):
    receiver.mood = "stall"
    with watching(url, receiver, certificate) as server:
        make_alert(url)
        alert, = wait_until(lambda: [one for one in alerts(server) if one["delivered_at"] or one["error"]], "an outcome", 60)
        assert alert["delivered_at"] and not alert["error"]
        assert len(receiver.got) == 1


@pytest.mark.parametrize("unknown", ["me@example.org", "you@example.org"])
def test_an_address_that_is_refused_keeps_the_mail_from_no_other(url, mailbox, unknown):
    mailbox.unknown = (unknown,)
    with watching(url, None, None, mailbox) as server:
        make_alert(url)
        alert, = wait_until(lambda: [one for one in alerts(server) if one["delivered_at"] or one["error"]], "an outcome", 60)
        assert alert["delivered_at"] and not alert["error"]
    assert [mail.rcpt_tos for mail in mailbox.mails] == [[one for one in ("me@example.org", "you@example.org") if one != unknown]]


def test_a_mail_that_every_address_refuses_is_not_delivered(url, mailbox):
    mailbox.unknown = ("me@example.org", "you@example.org")
    with watching(url, None, None, mailbox) as server:
        make_alert(url)
        alert, = wait_until(lambda: [one for one in alerts(server) if one["delivered_at"] or one["error"]], "an outcome", 60)
        assert not alert["delivered_at"] and alert["error"] == "email: answered 550"


def test_the_log_tells_of_alerts_and_deliveries_and_of_no_secret(url, receiver, certificate, mailbox):
    receiver.mood = "fail"
    with watching(url, receiver, certificate, mailbox, management_listen="127.0.0.1:0", log_level="debug") as server:
        make_alert(url)
        wait_until(lambda: len(receiver.got) >= 2 and mailbox.mails, "attempts", 60)
        receiver.mood = "ok"
        wait_until(lambda: alerts(server)[0]["delivered_at"], "a delivery", 60)
        entries = wait_until(lambda: (lambda found: found if len([e for e in found if e["event"] == "alert_delivered"]) == 2
                                      else None)(server.get("/api/logs/", token=mint("access")).json()), "entries", 30)
        said = [(one["event"], one["level"]) for one in reversed(entries) if one["event"].startswith("alert")]
        assert sorted(said) == [("alert", "warning"), ("alert_delivered", "info"), ("alert_delivered", "info"),
                                ("alert_failed", "error")]
        everything = server.log + json.dumps(entries) + json.dumps(alerts(server))
    for secret in (SECRET, PATH, "a-mail-password", receiver.url):
        assert secret not in everything


def test_a_server_that_was_killed_before_the_confirmation_repeats_that_alert_alone(url, receiver, certificate):
    server = start(url, receiver, certificate)
    make_alert(url)
    wait_until(lambda: told(server, "backup_failed") and told(server, "backup_failed")[0]["delivered_at"], "a delivery", 60)
    receiver.mood = "hang"
    execute(url, "INSERT INTO watchdxg_log (time, level, event, operator, address, message) VALUES"
                 " (now(), 'warning', 'refresh_reuse', 'watchdxg', '192.0.2.1', 'x')")
    wait_until(lambda: len(receiver.got) == 2, "an attempt", 60)
    kill(server)
    receiver.mood = "ok"
    receiver.release.set()
    # The lease of the attempt ends some time; nobody wants to wait for it here.
    execute(url, "UPDATE watchdxg_alert_delivery SET next_attempt_at = now() WHERE delivered_at IS NULL;"
                 "UPDATE watchdxg_alert_state SET held_until = NULL")
    with watching(url, receiver, certificate) as server:
        wait_until(lambda: all(one["delivered_at"] for one in alerts(server)), "the delivery", 60)
        looked_again(url)
        first, second, third = receiver.bodies
        assert first["id"] != second["id"] and second == third and second["kind"] == "refresh_reuse"
        assert len(alerts(server)) == 2


def test_two_processes_tell_and_deliver_once(url, receiver, certificate):
    with watching(url, receiver, certificate) as server, Server(url, **settings(receiver, certificate)) as second:
        for n in range(12):
            execute(url, f"INSERT INTO watchdxg_log (time, level, event, operator, address, message) VALUES"
                         f" (now(), 'warning', 'refresh_reuse', 'operator {n}', '192.0.2.1', 'x')")
        wait_until(lambda: len([one for one in alerts(second) if one["delivered_at"]]) == 12, "twelve deliveries", 60)
        looked_again(url)
        assert len(alerts(server)) == 12
    assert len(receiver.got) == 12 and len({body["id"] for body in receiver.bodies}) == 12


def test_when_the_process_that_looks_dies_another_one_does(url):
    first = start(url)
    (holder,), = execute(url, "SELECT holder FROM watchdxg_alert_state")
    with Server(url, **settings()) as second:
        kill(first)
        make_alert(url)
        wait_for(second, "backup_failed")
        assert execute(url, "SELECT holder FROM watchdxg_alert_state")[0][0] != holder


# -- the kinds: each once, and again when it was over


def test_times_from_before_the_clock_was_set_back_hold_nothing_up(url, receiver, certificate):
    execute(url, "UPDATE watchdxg_alert_state SET holder = 'gone', held_until = now() + interval '1 year',"
                 "                                digest_at = now() + interval '1 year';"
                 "WITH a AS (INSERT INTO watchdxg_alert (at, kind, text, data) VALUES (now(), 'core_silent', 'x', '{}') RETURNING id)"
                 " INSERT INTO watchdxg_alert_delivery (alert_id, channel, next_attempt_at)"
                 " SELECT id, 'webhook', now() + interval '1 year' FROM a;"
                 "INSERT INTO watchdxg_alert_condition (kind, subject, part, since, last_at)"
                 " SELECT kind, '', '', now(), now() + interval '1 year'"
                 "   FROM unnest(ARRAY['backup_failed', 'refresh_reuse']) AS kind;"
                 "INSERT INTO watchdxg_log (time, level, event, message) VALUES (now() + interval '1 year', 'error', 'backup_failed', 'x')")
    with watching(url, receiver, certificate) as server:
        wait_until(lambda: receiver.got, "the delivery", 60)
        for kind in ("backup_failed", "refresh_reuse"):
            is_over(url, kind)
        wait_until(lambda: execute(url, "SELECT digest_at < now() FROM watchdxg_alert_state")[0][0], "the digest to begin anew", 60)
        note_backup(url, "failed")
        wait_for(server, "backup_failed")
        assert not told(server, "digest")


def plan_long_ago(url, hours=50):
    execute(url, "INSERT INTO watchdxg_planned_action (user_id, account_id, action_type, state, created_at)"
                 f" VALUES (1, 1, 'block', 'planned', now() - interval '{hours} hours')")


def test_a_queue_that_nobody_works_on_is_told_once_and_again_after_it_went_on(url):
    with watching(url) as server:
        plan_long_ago(url)
        alert = wait_for(server, "queue_stuck")
        assert alert["text"] == "1 planned action (block) of @synka777 waits for a worker, the oldest for 50 hours, and no worker takes any."
        assert alert["data"].keys() == {"account_id", "handle", "action_type", "waiting", "oldest_at"}
        looked_again(url)
        wait_for(server, "queue_stuck")
        execute(url, "INSERT INTO watchdxg_action_attempt (lease, planned_action_id, account_id, action_type, claimed_at, lease_until)"
                     " VALUES ('l', 1, 1, 'block', now(), now())")
        is_over(url, "queue_stuck")
        execute(url, "UPDATE watchdxg_action_attempt SET claimed_at = now() - interval '2 days'")
        wait_for(server, "queue_stuck", 2)


def read_last(url, days_ago):
    """All users; a trigger of the core's would set today."""
    execute(url, "SET session_replication_role = replica;"
                 f"UPDATE users SET last_updated = now() - interval '{days_ago} days'")


def test_a_core_that_reads_nobody_is_told_once_and_again_after_it_came_back(url):
    with watching(url) as server:
        looked_again(url)
        assert not told(server, "core_silent")
        read_last(url, 4)
        assert wait_for(server, "core_silent")["text"].startswith("watchdxg-core has read no user for 4 days; the last one on ")
        looked_again(url)
        wait_for(server, "core_silent")
        execute(url, "UPDATE users SET last_updated = now() WHERE id = 1")
        is_over(url, "core_silent")
        read_last(url, 5)
        wait_for(server, "core_silent", 2)


def snapshot(url, days_ago, followers, harmful=0, classified=0):
    execute(url, "INSERT INTO watchdxg_daily_snapshot (account_id, day, taken_at, users_total, users_followers, users_harmful,"
                 f" users_unclassified) VALUES (1, (now() AT TIME ZONE 'UTC')::date - {days_ago}, now(), 1000, {followers},"
                 f" {harmful}, {1000 - classified})")


def test_followers_that_go_are_told_once_and_again_after_they_came_back(url):
    snapshot(url, 3, 31)
    with watching(url) as server:
        looked_again(url)
        assert not told(server, "followers_drop")
        execute(url, "UPDATE users SET follower = false WHERE id <= 4")
        assert wait_for(server, "followers_drop")["data"] | {"since": ""} == {
            "account_id": 1, "handle": "synka777", "from": 31, "to": 26, "since": ""}
        looked_again(url)
        wait_for(server, "followers_drop")
        execute(url, "UPDATE users SET follower = true")
        is_over(url, "followers_drop")
        execute(url, "UPDATE users SET follower = false WHERE id <= 8")
        wait_for(server, "followers_drop", 2)


def test_a_jump_of_the_harmful_share_is_told_once_and_again_after_it_was_over(url):
    execute(url, "INSERT INTO classification (user_id, harmful, inactive, classified_at) SELECT n, false, false, now()"
                 " FROM generate_series(1, 30) AS n")
    snapshot(url, 2, 30, harmful=0, classified=30)
    with watching(url) as server:
        looked_again(url)
        assert not told(server, "harmful_share")
        execute(url, "UPDATE classification SET harmful = true WHERE user_id <= 6")
        assert wait_for(server, "harmful_share")["text"].startswith(
            "Of the judged users of @synka777, 20 % are harmful; on ")
        execute(url, "UPDATE classification SET harmful = false")
        is_over(url, "harmful_share")
        execute(url, "UPDATE classification SET harmful = true WHERE user_id <= 3")
        wait_for(server, "harmful_share", 2)


def add_wave(url, first, users=14):
    execute(url, "INSERT INTO users (id, account_id, handle, username, bio, created_at, following_count, followers_count, follower,"
                 f" last_updated) SELECT n, 1, 'Anna' || (10000000 + n * 7919 % 89999999), 'n', 'same bio ' || {first},"
                 f" '2024-05-01', 1, 1, true, now() FROM generate_series({first}, {first + users - 1}) AS n")


def test_a_wave_that_is_new_is_told_once_and_again_after_it_was_gone(url):
    execute(url, "INSERT INTO users (id, account_id, handle, username, bio, created_at, following_count, followers_count, follower,"
                 " last_updated) SELECT n, 1, 'u' || md5(n::text), 'n', md5(n::text), date '2010-01-01' + n, 1, 1, true, now()"
                 " FROM generate_series(1000, 3000) AS n")
    add_wave(url, 5000)
    with watching(url) as server:
        wait_until(lambda: execute(url, "SELECT 1 FROM watchdxg_alert_condition WHERE kind = 'new_wave'"), "a look at waves", 60)
        looked_again(url)
        assert not told(server, "new_wave"), "what was there before is no news"
        add_wave(url, 6000, 20)
        alert = wait_for(server, "new_wave")
        assert "at @synka777" in alert["text"] and alert["data"]["waves"][0]["size"] >= 20
        looked_again(url)
        wait_for(server, "new_wave")
        known = execute(url, "SELECT count(*) FROM watchdxg_alert_condition WHERE kind = 'new_wave'")[0][0]
        execute(url, "DELETE FROM users WHERE id >= 6000")
        wait_until(lambda: execute(url, "SELECT count(*) FROM watchdxg_alert_condition WHERE kind = 'new_wave'")[0][0] < known,
                   "the wave to be gone", 60)
        add_wave(url, 6000, 20)
        wait_for(server, "new_wave", 2)


def test_rows_that_are_newly_faulty_are_told_once_and_again_after_they_were_mended(url):
    execute(url, "UPDATE users SET created_at = NULL WHERE id = 1")
    with watching(url) as server:
        wait_until(lambda: execute(url, "SELECT 1 FROM watchdxg_alert_condition WHERE kind = 'data_quality'"), "a look", 60)
        looked_again(url)
        assert not told(server, "data_quality"), "what was there before is no news"
        execute(url, "UPDATE users SET created_at = NULL WHERE id <= 3")
        alert = wait_for(server, "data_quality")
        assert alert["text"] == "Users without the date on which they joined, at @synka777: 2 new rows, 3 in all."
        execute(url, "UPDATE users SET created_at = NULL WHERE id <= 5")
        looked_again(url, 5)
        wait_for(server, "data_quality")
        execute(url, "UPDATE users SET created_at = '2012-01-01' WHERE id > 1")
        wait_until(lambda: execute(url, "SELECT 1 FROM watchdxg_alert_condition WHERE part = 'null_creation_dates'"
                                        " AND subject = '1' AND rows_told IS NULL"), "it to be over", 60)
        execute(url, "UPDATE users SET created_at = NULL WHERE id <= 2")
        wait_for(server, "data_quality", 2)


def test_a_look_at_the_data_that_takes_too_long_is_told_once_and_not_begun_anew_with_each_look(url):
    core = connect(url, autocommit=False)
    core.cursor().execute("LOCK TABLE posts")
    try:
        with watching(url, job_timeout=1) as server:
            wait_until(lambda: "data quality: " in server.log, "the failure", 60)
            end, running = time.monotonic() + 8, 0
            while time.monotonic() < end:
                running += execute(url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                        " AND wait_event_type = 'Lock' AND query LIKE 'WITH found_0 AS %'")[0][0]
                time.sleep(0.1)
            looked_again(url)
            assert running == 0
            assert server.log.count("not everything could be looked at: ") == 1 and "looked at again" not in server.log
    finally:
        core.close()


def test_a_login_from_an_address_not_used_before_is_told_once(url):
    with watching(url, trusted_proxies="127.0.0.1") as server:
        def login(address):
            assert server.login("alice", "a password of hers", headers={"X-Forwarded-For": address}).status_code == 200

        login("192.0.2.1")
        wait_until(lambda: execute(url, "SELECT 1 FROM watchdxg_alert_condition WHERE part = '192.0.2.1'"), "a look")
        assert not alerts(server), "the first address of an operator is no news"
        for address in ("192.0.2.1", "2001:db8::1", "2001:db8::2"):
            login(address)
        alert = wait_for(server, "new_login_address")
        assert alert["text"] == "alice logged in from 2001:db8::1, for the first time from there."
        looked_again(url)
        wait_for(server, "new_login_address")


def test_a_token_that_is_shown_again_is_told_once_an_hour_of_quiet(url):
    with watching(url) as server:
        tokens = server.login().json()
        for status in (200, 401, 401):
            assert server.refresh(tokens["refresh"]).status_code == status
        alert = wait_for(server, "refresh_reuse")
        assert alert["text"].startswith("A refresh token of watchdxg was shown again after its use, from 127.0.0.1")
        assert tokens["refresh"] not in json.dumps(alert)
        looked_again(url)
        wait_for(server, "refresh_reuse")
        execute(url, "UPDATE watchdxg_log SET time = time - interval '2 hours';"
                     "UPDATE watchdxg_alert_condition SET last_at = last_at - interval '2 hours'")
        is_over(url, "refresh_reuse")
        server.refresh(tokens["refresh"])
        wait_for(server, "refresh_reuse", 2)


def note_backup(url, event):
    execute(url, f"INSERT INTO watchdxg_log (time, level, event, message) VALUES (now(), 'info', 'backup_{event}', 'x')")


def test_a_failed_backup_is_told_once_and_again_after_one_was_made(url):
    with watching(url) as server:
        for _ in range(2):
            note_backup(url, "failed")
            looked_again(url)
        wait_for(server, "backup_failed")
        note_backup(url, "made")
        is_over(url, "backup_failed")
        looked_again(url, 10)
        wait_for(server, "backup_failed")  # the old failure is no news
        for _ in range(2):
            note_backup(url, "failed")
            looked_again(url, 6)
        wait_for(server, "backup_failed", 2)


def test_a_kind_that_is_off_is_not_told(url):
    with watching(url, alert_queue_stuck="off", alert_backup_failed="off", alert_core_silent="1") as server:
        plan_long_ago(url)
        make_alert(url)
        read_last(url, 2)
        wait_for(server, "core_silent")
        looked_again(url)
        assert {one["kind"] for one in alerts(server)} == {"core_silent"}


# -- the digest


def test_a_digest_is_mailed_once_and_a_quiet_one_never(url, mailbox):
    execute(url, "UPDATE watchdxg_alert_state SET digest_at = now() - interval '15 days'")
    with watching(url, None, None, mailbox) as server:
        wait_until(lambda: execute(url, "SELECT digest_at > now() - interval '8 days' FROM watchdxg_alert_state")[0][0], "a look")
        assert not alerts(server), "nothing happened"
        execute(url, "INSERT INTO watchdxg_alert (at, kind, text, data) SELECT digest_at - interval '1 day', 'new_wave',"
                     " 'A new wave <of> users.', '{}' FROM watchdxg_alert_state")
        (days,), = execute(url, "SELECT (now() AT TIME ZONE 'UTC')::date - (digest_at AT TIME ZONE 'UTC')::date"
                                "  FROM watchdxg_alert_state")
        snapshot(url, 20, 20)
        snapshot(url, days + 1, 30)  # the newest one of its time: today's belongs to it on Mondays alone
        execute(url, "UPDATE watchdxg_alert_state SET digest_at = now() - interval '15 days'")
        digest = wait_for(server, "digest")
        wait_until(lambda: mailbox.mails, "a mail", 60)
        looked_again(url)
        wait_for(server, "digest")
    assert len(mailbox.mails) == 1
    mail = message_from_bytes(mailbox.mails[0].content, policy=policy.default)
    text, html = forms_of(mail)
    assert mail["Subject"] == "[watchdxg] What happened"
    assert text.startswith("Your audience from ") and "1 alert\n- A new wave <of> users." in text
    assert "@synka777\n  Followers" in text and "30, 10 more" in text
    assert "A new wave &lt;of&gt; users." in html and "<of>" not in html
    assert digest["data"]["alerts"] == 1 and digest["text"] == text.strip().replace("\r\n", "\n")


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/St_Johns", "Asia/Kolkata"])
@pytest.mark.parametrize("digest", ["daily", "weekly"])
def test_a_digest_is_due_at_seven_in_the_operators_time_zone(url, zone, digest):
    with watching(url, digest=digest, digest_timezone=zone) as server:
        (until,), = wait_until(lambda: execute(url, "SELECT digest_at FROM watchdxg_alert_state WHERE digest_at IS NOT NULL"),
                               "a first look", 60)
        local = datetime.now(ZoneInfo(zone)).replace(tzinfo=None)
        due = local.replace(hour=7, minute=0, second=0, microsecond=0)
        due -= timedelta(days=(local.weekday() if digest == "weekly" else 0))
        if due > local:
            due -= timedelta(days=7 if digest == "weekly" else 1)
        assert until == due.replace(tzinfo=ZoneInfo(zone))
        assert not alerts(server), "nobody has looked before, so nothing has happened"


@pytest.mark.parametrize("digest, days", [("daily", 1), ("weekly", 7)])
def test_another_time_zone_brings_no_second_digest_and_the_next_one_all_the_same(url, digest, days):
    with watching(url, digest=digest) as server:
        wait_until(lambda: execute(url, "SELECT 1 FROM watchdxg_alert_state WHERE digest_at IS NOT NULL"), "a first look", 60)
        execute(url, "INSERT INTO watchdxg_alert (at, kind, text, data) SELECT digest_at - interval '1 hour', 'new_wave', 'x', '{}'"
                     " FROM watchdxg_alert_state;"
                     "UPDATE watchdxg_alert_state SET digest_at = digest_at - interval '5 hours'")
        looked_again(url, 8)
        assert not told(server, "digest"), "the last one was at seven o'clock to the east of here"
        execute(url, f"UPDATE watchdxg_alert_state SET digest_at = digest_at + interval '10 hours' - interval '{days} days'")
        wait_for(server, "digest")


def test_a_time_zone_that_the_database_does_not_know_keeps_nothing_else_from_being_told(url):
    with watching(url, digest_timezone="Mars/Olympus") as server:
        make_alert(url)
        wait_for(server, "backup_failed")
        assert "alerts: not everything could be looked at: digest: " in server.log and "Mars/Olympus" in server.log


def test_what_was_confirmed_while_the_database_was_busy_is_not_sent_again(url, receiver, certificate):
    receiver.mood = "hang"
    with watching(url, receiver, certificate, alert_timeout=30) as server:
        make_alert(url)
        wait_until(lambda: receiver.got, "an attempt", 60)
        other = connect(url)
        with other.cursor() as cursor:  # nothing can be written down for now
            cursor.execute("SELECT pg_advisory_lock(x'7764785f65646974'::bigint)")
        receiver.mood = "ok"
        receiver.release.set()
        wait_until(lambda: "deliveries to webhook have stopped" in server.log, "a failure", 60)
        other.close()
        wait_until(lambda: alerts(server)[0]["delivered_at"], "it to be written down", 60)
        looked_again(url)
        assert len(receiver.got) == 1


def test_metrics_tell_of_alerts_and_of_what_became_of_their_deliveries(url, receiver, certificate):
    receiver.mood = "fail"
    with watching(url, receiver, certificate, management_listen="127.0.0.1:0") as server:
        port = int(re.search(r"^management on http://127\.0\.0\.1:(\d+)$", server.output, re.M).group(1))

        def metric(name):
            text = exchange(port, request("/metrics", host="localhost"), "GET").body.decode()
            return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M).group(1))

        make_alert(url)
        wait_until(lambda: metric("wdx_alerts_undelivered") == 1, "the delivery to be counted", 60)
        wait_until(lambda: metric('wdx_alert_deliveries_total{channel="webhook",result="failed"}') >= 1, "a failure", 60)
        receiver.mood = "ok"
        wait_until(lambda: metric('wdx_alert_deliveries_total{channel="webhook",result="delivered"}') == 1, "a delivery", 60)
        wait_until(lambda: metric("wdx_alerts_undelivered") == 0, "none to be left", 60)
        assert metric("wdx_alerts_total") == 1


def test_metrics_tell_when_backups_were_made_and_failed(url, receiver, certificate, tmp_path):
    (tmp_path / "file").write_text("")
    with watching(url, receiver, certificate, management_listen="127.0.0.1:0") as server:
        port = int(re.search(r"^management on http://127\.0\.0\.1:(\d+)$", server.output, re.M).group(1))

        def seconds(outcome):
            text = exchange(port, request("/metrics", host="localhost"), "GET").body.decode()
            found = re.search(rf"^wdx_backup_last_{outcome}_timestamp_seconds (\S+)$", text, re.M)
            return found and float(found.group(1))
        assert seconds("success") is seconds("failure") is None
        begin = time.time()
        assert run_command("backup", "--to", str(tmp_path / "file"), url=url).returncode == 1
        wait_until(lambda: seconds("failure"), "the failure", 60)
        assert seconds("success") is None
        assert run_command("backup", "--to", str(tmp_path / "folder"), url=url).returncode == 0
        wait_until(lambda: seconds("success"), "the success", 60)
        assert begin - 2 <= seconds("failure") <= seconds("success") <= time.time() + 2
