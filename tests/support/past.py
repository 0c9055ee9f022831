"""An operator's past: what she leaves in a database through the API of one version, to be found again by another."""
import json
from datetime import datetime, timedelta, timezone

from support.postgres import execute, wait_until
from support.server import run_command

OPERATOR, SECOND, THIRD = "keeper", "second", "third"
PASSWORD = "a past worth keeping"
ACCOUNT = "watched"
# Whatever has a date in it outlives the dump: ten years.
KEEP = {"refresh_token_lifetime": 315360000, "log_retention": 315360000, "history_retention": 315360000,
        "watch_interval": 1}
# For every generation of the core's schema.
CORE_ROWS = f"""
    INSERT INTO accounts (id, handle) VALUES (1, '{ACCOUNT}'), (2, 'other');
    INSERT INTO users (id, account_id, handle, username, bio, created_at, following_count, followers_count, follower)
    SELECT n, 1 + n % 7 / 6, 'user_' || n, 'User ' || n, 'bio of ' || n, date '2020-01-01' + 40 * n, 30 * n, 1000 / n, true
      FROM generate_series(1, 12) AS n;
    SELECT setval(pg_get_serial_sequence('accounts', 'id'), 2), setval(pg_get_serial_sequence('users', 'id'), 12)"""
POSTS = """
    INSERT INTO posts (id, user_id, timestamp, username, handle, text, reposts, likes, replies, views, repost)
    SELECT 100 + n, 1 + n % 12, timestamptz '2026-01-01T12:00:00Z' + n * interval '1 day', 'User', 'user', 'Post ' || n,
           n, 2 * n, 0, 100 * n, n % 3 = 0
      FROM generate_series(1, 24) AS n"""

# user id -> (harmful, inactive, notes)
VERDICTS = {1: (True, False, "Sells followers.\nSeen twice: “cheap”."), 2: (False, True, None),
            3: (False, False, "I was wrong"), 4: (True, False, "in bulk"), 5: (True, False, "in bulk")}
ACTIONS = [(1, "block", "told her first"), (4, "mute", None)]
SNOOZED, PLANNED, EXEMPT = 8, 9, "user_10"
PREFERENCES = {"theme": "dark", "last": {"page": "triage"}}


class Operator:
    """A login, with whose tokens every server may be asked that has the same signing key and database."""

    def __init__(self, access, refresh_token=None):
        self.access, self.refresh_token = access, refresh_token

    def ask(self, server, method, path, body=None, **headers):
        """Header names with `_` for `-`.  @return the answer, whatever it is"""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        options = {"json": body} if body is not None else {}
        return server.request(method, path, self.access, headers=named, **options)

    def get(self, server, path):
        answer = self.ask(server, "GET", path)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def write(self, server, method, path, body=None, **headers):
        answer = self.ask(server, method, path, body, **headers)
        assert 200 <= answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def judge(self, server, user, harmful, inactive=False, notes=None, **headers):
        body = {"harmful": harmful, "inactive": inactive, "notes": notes}
        return self.write(server, "PUT", f"/api/users/{user}/classification/", body, **headers)

    def rotate(self, server):
        answer = server.refresh(self.refresh_token)
        assert answer.status_code == 200, answer.text
        self.access, self.refresh_token = answer.json()["access"], answer.json()["refresh"]

    def verdicts(self, server):
        """As VERDICTS has them."""
        rows = self.get(server, "/api/classifications/")
        return {row["user_id"]: (row["harmful"], row["inactive"], row["notes"]) for row in rows}

    def actions(self, server):
        """As ACTIONS has them."""
        return [(row["user_id"], row["action_type"], row["notes"]) for row in self.get(server, "/api/actions/")]

    def log(self, server):
        """All entries, the oldest first."""
        return self.get(server, "/api/logs/?ordering=id")


def log_in(server, username=OPERATOR, password=PASSWORD):
    answer = server.login(username, password)
    assert answer.status_code == 200, answer.text
    return Operator(answer.json()["access"], answer.json()["refresh"])


def paths_of(program=None):
    """The routes that a build has."""
    done = run_command("openapi", program=program)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout)["paths"])


def make_operators(url, program=None):
    """Three of them; the second one has a second factor."""
    for name in (OPERATOR, SECOND, THIRD):
        done = run_command("create_user", "--username", name, "--password-stdin", "--allow-second", url=url, stdin=PASSWORD, program=program)
        assert done.returncode == 0, done.stderr
    done = run_command("totp", "enable", "--username", SECOND, url=url, program=program)
    assert done.returncode == 0, done.stderr


def leave(server, paths):
    """Leaves a past behind, by whatever of these routes there is.  @return the operator, still logged in"""
    keeper = log_in(server)
    keeper.judge(server, 1, *VERDICTS[1])
    keeper.judge(server, 2, *VERDICTS[2])
    keeper.judge(server, 3, True, notes="at first sight")
    keeper.judge(server, 3, *VERDICTS[3])
    keeper.judge(server, 6, True, notes="a slip")
    keeper.write(server, "DELETE", "/api/users/6/classification/")
    keeper.write(server, "POST", "/api/classifications/", {"user_ids": [4, 5], "harmful": True, "inactive": False,
                                                           "notes": "in bulk"}, Idempotency_Key="of-the-past")
    for user, kind, notes in ACTIONS:
        keeper.write(server, "POST", "/api/actions/", {"user_id": user, "action_type": kind, "notes": notes})
    assert server.login(OPERATOR, "not the password").status_code == 401
    ended = log_in(server)
    keeper.write(server, "POST", "/api/token/blacklist/", {"refresh": ended.refresh_token})
    log_in(server)
    keeper.rotate(server)
    if "/api/snoozes/" in paths:
        until = (datetime.now(timezone.utc) + timedelta(days=300)).isoformat()
        keeper.write(server, "POST", "/api/snoozes/", {"user_ids": [SNOOZED], "until": until})
    if "/api/preferences/" in paths:
        keeper.write(server, "PUT", "/api/preferences/", PREFERENCES)
    if "/api/planned-actions/" in paths:
        keeper.write(server, "POST", "/api/planned-actions/", {"user_ids": [PLANNED], "action_type": "block"})
        keeper.write(server, "POST", "/api/exemptions/", {"handle": EXEMPT})
    wait_until(lambda: len(keeper.log(server)) >= 12, "the log to be written")
    return keeper


def settle(url):
    """Waits until the background work has left something in each of its tables, where the version has them."""
    for table in ("watchdxg_watched_table", "watchdxg_daily_snapshot", "watchdxg_signal", "watchdxg_risk_step"):
        (known,), = execute(url, f"SELECT to_regclass('{table}') IS NOT NULL")
        if known:
            wait_until(lambda: execute(url, f"SELECT 1 FROM {table} LIMIT 1"), f"rows of {table}")
