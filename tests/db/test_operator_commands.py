"""`create_user`, `changepassword` and `flushexpiredtokens`: rows, refusals, and the questions at a terminal."""
import os
import pty
import signal
import subprocess
import termios
import time

import pytest

from support.postgres import connect, execute, wait_until
from support.server import binary, environment, run_command

GOOD = "correct-horse-battery"
BETTER = "another-long-secret-7"


def create(url, name="operator", password=GOOD, *options):
    return run_command("create_user", "--username", name, "--password-stdin", *options, url=url, stdin=password + "\n")


def change(url, *options, password=BETTER):
    return run_command("changepassword", "--password-stdin", *options, url=url, stdin=password + "\n")


@pytest.fixture
def operated(migrated):
    """URL of a database with the operator `operator` (id 1)."""
    done = create(migrated)
    assert done.returncode == 0, done.stderr
    return migrated


# -- create_user


def test_the_row_is_what_django_makes(operated):
    assert execute(operated, "SELECT id, username, is_superuser, is_staff, is_active, first_name, last_name, email,"
                             " last_login, abs(extract(epoch FROM now() - date_joined)) < 60,"
                             r" password ~ '^pbkdf2_sha256\$1000000\$' FROM auth_user") == [
        (1, "operator", False, False, True, "", "", "", None, True, True)]


def test_a_second_operator_needs_to_be_wanted(operated):
    done = create(operated, "other")
    assert done.returncode == 1
    assert "There is an operator already: operator" in done.stderr
    assert create(operated, "other", GOOD, "--allow-second").returncode == 0
    assert execute(operated, "SELECT username FROM auth_user ORDER BY id") == [("operator",), ("other",)]


def test_two_at_once_make_one_operator(migrated, tmp_path):
    runs = [subprocess.Popen([binary(), "create_user", "--username", f"user{i}", "--password-stdin"],
                             env=environment(migrated, tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True) for i in range(4)]
    for run in runs:
        run.stdin.write(GOOD)
        run.stdin.close()
    assert sorted(run.wait(60) for run in runs) == [0, 1, 1, 1]
    assert execute(migrated, "SELECT count(*) FROM auth_user") == [(1,)]


def test_a_name_is_taken_once(operated):
    done = create(operated, "operator", GOOD, "--allow-second")
    assert (done.returncode, done.stderr) == (1, "A user with that username already exists.\n")


@pytest.mark.parametrize("name", ["with space", "semi;colon", "ends\n", "e\u0301", "\u20ac", "x" * 151, "a/b"])
def test_a_name_that_django_refuses_is_refused(migrated, name):
    assert create(migrated, name).returncode == 1
    assert execute(migrated, "SELECT count(*) FROM auth_user") == [(0,)]


@pytest.mark.parametrize("name", ["Ünïcode日本", "a.b+c-d_e@f", "x" * 150, "é" * 150, "४२", "Ⅷ", "𝔘"])
def test_a_name_that_django_takes_is_taken(migrated, name):
    done = create(migrated, name)
    assert done.returncode == 0, done.stderr
    assert execute(migrated, "SELECT username FROM auth_user") == [(name,)]


def test_every_fault_of_a_password_is_printed(migrated):
    done = create(migrated, "operator", "12345")
    assert done.returncode == 1
    assert "This password is too short. It must contain at least 8 characters." in done.stderr
    assert "This password is too common." in done.stderr
    assert "This password is entirely numeric." in done.stderr
    assert "--no-validate" in done.stderr
    assert create(migrated, "operator", "12345", "--no-validate").returncode == 0


@pytest.mark.parametrize("password", ["", "two\nlines-of-password", "x" * 5000])
def test_some_passwords_cannot_be_forced(migrated, password):
    assert create(migrated, "operator", password, "--no-validate").returncode == 1
    assert execute(migrated, "SELECT count(*) FROM auth_user") == [(0,)]


def test_a_password_that_the_login_would_trim_is_refused(migrated):
    done = create(migrated, "operator", GOOD + " ")
    assert done.returncode == 1
    assert "white space" in done.stderr


def test_without_a_terminal_the_options_are_needed(migrated):
    assert run_command("create_user", "--username", "x", url=migrated, stdin="").returncode == 2
    assert run_command("create_user", "--password-stdin", url=migrated, stdin=GOOD).returncode == 2
    assert run_command("changepassword", url=migrated, stdin="").returncode == 2


def test_the_tables_must_be_there_first(empty):
    done = create(empty)
    assert done.returncode == 1
    assert "watchdxg-back migrate" in done.stderr


# -- the terminal


def default_signals():
    """A test run in the background or under nohup hands ignored signals down."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """A command with a pseudo terminal as its standard input and outputs."""

    def __init__(self, folder, url, *arguments):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.process = subprocess.Popen([binary(), *arguments], env=environment(url, folder), stdin=slave, stdout=slave,
                                        stderr=slave, start_new_session=True, preexec_fn=default_signals)
        os.set_blocking(self.master, False)
        self.seen = ""

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def expect(self, text):
        def found():
            try:
                self.seen += os.read(self.master, 4096).decode()
            except BlockingIOError:
                pass
            return text in self.seen
        wait_until(found, f"{text!r} in {self.seen!r}")
        before, self.seen = self.seen.split(text, 1)
        return before

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        status = self.process.wait(60)
        os.close(self.master)
        os.close(self.slave)
        return status


def test_the_terminal_is_asked_twice_and_shows_no_password(migrated, tmp_path):
    terminal = Terminal(tmp_path, migrated, "create_user")
    terminal.expect("Username: ")
    terminal.type("operator\n")
    terminal.expect("Password: ")
    assert not terminal.echoes()
    terminal.type("short\n")
    terminal.expect("too short")
    terminal.expect("Password: ")
    terminal.type(GOOD + "\n")
    terminal.expect("Password (again): ")
    terminal.type("something else\n")
    terminal.expect("The two passwords differ.")
    terminal.expect("Password: ")
    terminal.type(GOOD + "\n")
    terminal.expect("Password (again): ")
    terminal.type(GOOD + "\n")
    shown = terminal.expect("Created the operator operator.")
    assert GOOD not in shown
    assert terminal.echoes()
    assert terminal.end() == 0


def test_three_attempts_are_all(migrated, tmp_path):
    terminal = Terminal(tmp_path, migrated, "create_user", "--username", "operator")
    for _ in range(3):
        terminal.expect("Password: ")
        terminal.type("short\n")
    terminal.expect("Given up")
    assert terminal.end() == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_typing_gives_the_echo_back(migrated, tmp_path, number):
    terminal = Terminal(tmp_path, migrated, "create_user", "--username", "operator")
    terminal.expect("Password: ")
    wait_until(lambda: not terminal.echoes(), "the echo to go")
    terminal.process.send_signal(number)
    assert terminal.process.wait(60) == -number
    assert terminal.echoes()
    assert terminal.end() == -number


# -- changepassword


def add_token(url, jti, user, lifetime, blacklisted=False):
    (identity,), = execute(url, "INSERT INTO token_blacklist_outstandingtoken (token, created_at, expires_at, user_id,"
                                " jti) VALUES ('t', now(), now() + %s::interval, %s, %s) RETURNING id",
                           (lifetime, user, jti))
    if blacklisted:
        execute(url, "INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)"
                     " VALUES (%s, '2025-01-01')", (identity,))


def blacklisted(url):
    return {jti for (jti,) in execute(url, "SELECT jti FROM token_blacklist_outstandingtoken o"
                                           " JOIN token_blacklist_blacklistedtoken b ON b.token_id = o.id")}


def test_every_live_session_of_that_operator_ends(operated):
    create(operated, "other", GOOD, "--allow-second")
    add_token(operated, "live", 1, "7 days")
    add_token(operated, "gone", 1, "7 days", blacklisted=True)
    add_token(operated, "expired", 1, "-1 day")
    add_token(operated, "others", 2, "7 days")
    done = change(operated, "--username", "operator")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Changed the password of operator; sessions ended: 1.\n"
    assert blacklisted(operated) == {"live", "gone"}
    assert execute(operated, "SELECT blacklisted_at::date::text FROM token_blacklist_blacklistedtoken"
                             " ORDER BY 1 LIMIT 1") == [("2025-01-01",)]
    assert execute(operated, "SELECT user_id FROM watchdxg_session_cutoff") == [(1,)]


def test_it_returns_when_the_second_of_the_cutoff_is_over(operated):
    before = int(time.time())
    assert change(operated).returncode == 0
    after = time.time()
    (cutoff,), = execute(operated, "SELECT extract(epoch FROM not_before)::float8 FROM watchdxg_session_cutoff")
    assert cutoff == int(cutoff)
    assert before <= cutoff
    assert after >= cutoff + 1


def test_the_hash_changes_and_a_later_change_moves_the_cutoff_on(operated):
    seen = set()
    for password in (BETTER, GOOD):
        assert change(operated, password=password).returncode == 0
        seen.add(execute(operated, "SELECT password, not_before FROM auth_user, watchdxg_session_cutoff")[0])
    assert len({hash for hash, _ in seen}) == len({cutoff for _, cutoff in seen}) == 2


def test_a_cutoff_never_moves_back(operated):
    execute(operated, "INSERT INTO watchdxg_session_cutoff VALUES (1, '2100-01-01 00:00:00+00')")
    done = change(operated)
    assert done.returncode == 0
    assert "clock is behind" in done.stderr
    assert execute(operated, "SELECT not_before = '2100-01-01 00:00:00+00' FROM watchdxg_session_cutoff") == [(True,)]


def test_it_waits_for_a_rotation_that_holds_the_row(operated, tmp_path):
    with connect(operated, autocommit=False) as rotation, rotation.cursor() as cursor:
        cursor.execute("SELECT 1 FROM auth_user WHERE id = 1 FOR UPDATE")
        command = subprocess.Popen([binary(), "changepassword", "--password-stdin"], stdin=subprocess.PIPE, text=True,
                                   env=environment(operated, tmp_path), stdout=subprocess.PIPE)
        command.stdin.write(BETTER)
        command.stdin.close()
        wait_until(lambda: execute(operated, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                             " AND datname = current_database()"), "the command to wait for the row")
        cursor.execute("INSERT INTO token_blacklist_outstandingtoken (token, created_at, expires_at, user_id, jti)"
                       " VALUES ('t', now(), now() + interval '1 day', 1, 'rotated')")
        rotation.commit()
    assert command.wait(60) == 0
    assert blacklisted(operated) == {"rotated"}


def test_a_name_may_be_left_out_when_there_is_one(operated):
    assert change(operated).returncode == 0
    create(operated, "other", GOOD, "--allow-second")
    done = change(operated)
    assert done.returncode == 2
    assert "operator, other" in done.stderr


def test_nobody_to_change(migrated):
    assert change(migrated).returncode == 1
    assert change(migrated, "--username", "ghost").returncode == 1


def test_a_refused_password_changes_nothing(operated):
    before = execute(operated, "SELECT password FROM auth_user")
    assert change(operated, password="short").returncode == 1
    assert execute(operated, "SELECT password FROM auth_user") == before
    assert execute(operated, "SELECT count(*) FROM watchdxg_session_cutoff") == [(0,)]


# -- flushexpiredtokens


def test_expired_tokens_go_with_their_blacklist_rows(operated):
    add_token(operated, "live", 1, "1 hour")
    add_token(operated, "live-gone", 1, "1 hour", blacklisted=True)
    add_token(operated, "old", 1, "-1 second")
    add_token(operated, "old-gone", 1, "-1 second", blacklisted=True)
    add_token(operated, "nobodys", None, "-1 second")
    done = run_command("flushexpiredtokens", url=operated)
    assert (done.returncode, done.stdout) == (0, "Expired tokens deleted: 3.\n")
    assert execute(operated, "SELECT jti FROM token_blacklist_outstandingtoken ORDER BY id") == [
        ("live",), ("live-gone",)]
    assert blacklisted(operated) == {"live-gone"}


def test_many_go_in_batches(operated):
    execute(operated, "INSERT INTO token_blacklist_outstandingtoken (token, expires_at, jti)"
                      " SELECT 't', now() + CASE WHEN n % 5 = 0 THEN interval '1 day' ELSE interval '-1 day' END,"
                      " 'j' || n FROM generate_series(1, 25000) AS n")
    done = run_command("flushexpiredtokens", url=operated)
    assert (done.returncode, done.stdout) == (0, "Expired tokens deleted: 20000.\n")
    assert run_command("flushexpiredtokens", url=operated).stdout == "Expired tokens deleted: 0.\n"


def test_a_token_that_somebody_holds_is_left_for_later(operated):
    add_token(operated, "held", 1, "-1 day")
    add_token(operated, "free", 1, "-1 day")
    with connect(operated, autocommit=False) as other, other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM token_blacklist_outstandingtoken WHERE jti = 'held' FOR UPDATE")
        assert run_command("flushexpiredtokens", url=operated).stdout == "Expired tokens deleted: 1.\n"
        other.rollback()
    assert run_command("flushexpiredtokens", url=operated).stdout == "Expired tokens deleted: 1.\n"
