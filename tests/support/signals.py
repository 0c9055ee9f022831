"""The kept signals: waits until they are those of the core's tables."""
import random
from contextlib import contextmanager
from datetime import datetime

from support.data import make_database, seed
from support.postgres import execute, wait_until
from support.server import Server
from support.tokens import mint


def up_to_date(server, seconds=120):
    """Waits until everything that was committed by now is in the server's signals.  @return the server"""
    (now,), = execute(server.url, "SELECT clock_timestamp()")

    def is_in():
        known = server.get("/api/server/", token=mint("access")).json()["signals"]
        return known["as_of"] and datetime.fromisoformat(known["as_of"].replace("Z", "+00:00")) > now and known["pending"] == 0
    wait_until(is_in, "the signals to be up to date", seconds, 0.1)
    return server


def keep_signals(url, risk="NULL", where="true"):
    """Keeps scores that a test gives, in place of those that the server would compute: another process has the turn.

    @param risk  SQL over the row `t` of users, or a dictionary by id; of a person, that of each row
    """
    if isinstance(risk, dict):
        known = [f"({user}, {value!r}::float8)" for user, value in risk.items() if value is not None]
        values = ", ".join(known) or "(NULL, NULL)"
        risk = f"(SELECT g.risk FROM (VALUES {values}) AS g (id, risk) WHERE g.id = t.id)"
    execute(url, f"""
        UPDATE watchdxg_signal_state SET holder = 'a test', held_until = now() + interval '1 day';
        DELETE FROM watchdxg_signal; DELETE FROM watchdxg_risk_step; DELETE FROM watchdxg_cohort;
        WITH keyed AS (
            SELECT t.*, hashtextextended(lower(t.handle), 0) AS handle_key, date_trunc('month', t.created_at)::date AS month,
                   ({risk})::float8 AS risk
              FROM users AS t)
        INSERT INTO watchdxg_signal (user_id, account_id, person, handle_key, own_month, month, posts_seen, value, strength, missing,
                                     risk, tie)
        SELECT id, coalesce(account_id, -1),
               CASE WHEN handle IS NULL THEN id
                    ELSE first_value(id) OVER (PARTITION BY account_id, handle_key, month ORDER BY id DESC) END,
               handle_key, month, month, 0, array_fill(NULL::float8, ARRAY[17]), array_fill(NULL::float8, ARRAY[17]),
               repeat('1', 17), risk, ('x' || left(md5(id::text), 8))::bit(32)::bigint
          FROM keyed WHERE {where};
        INSERT INTO watchdxg_risk_step (account_id, risk, below, same, total)
        SELECT account_id, risk, sum(n) OVER (PARTITION BY account_id ORDER BY risk) - n, n, sum(n) OVER (PARTITION BY account_id)
          FROM (SELECT account_id, risk, count(*) AS n FROM watchdxg_signal WHERE risk IS NOT NULL GROUP BY 1, 2) AS c""")


@contextmanager
def judged_crowd(cluster):
    """A server over 2,000 users, of whom the odd ones have verdicts that follow the risk, with errors."""
    url = make_database(cluster)
    seed(url, 2000, 5)
    execute(url, "INSERT INTO accounts (id, handle) SELECT 1, 'synka777' WHERE NOT EXISTS (SELECT FROM accounts WHERE id = 1);"
                 "UPDATE accounts SET handle = 'synka777' WHERE id = 1; UPDATE users SET account_id = 1")
    with Server(url) as server:
        up_to_date(server)
        rows = server.get("/api/users/?fields=id,risk", token=mint()).json()
        draw = random.Random(3)
        values = [(row["id"], draw.random() < 0.1 + 0.8 * ((row["risk"] or 0) > 0.3)) for row in rows if row["id"] % 2]
        execute(url, "DELETE FROM classification; INSERT INTO classification (user_id, harmful, classified_at) VALUES "
                + ",".join(f"({user}, {harmful}, now())" for user, harmful in values))
        server.database = url
        yield server
