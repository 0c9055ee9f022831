"""What is measured on: a private PostgreSQL with data, the server over it, and the statements that the server sends."""
import re
from dataclasses import dataclass

from support.postgres import TESTS, PrivateCluster, execute, run_psql
from support.server import Server, run_command
from support.tokens import mint

BIG, SMALL = 100_000, 200  # users of the two accounts
BIG_ACCOUNT, SMALL_ACCOUNT = 1, 2
HANDLE = "synka777"  # the seed's account 1
POSTS = 1_000_000  # of the database that statistics are measured on
STATISTICS = f"/api/accounts/{HANDLE}/stats/"
OPERATOR = PASSWORD = "watchdxg"
PAST_REFRESHES = 50_000
LEARN_ROUNDS = 5
CLUSTER_SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "4GB", "max_connections": 200}

ENTRY = re.compile(r"\n(?=\d{4}-\d\d-\d\d )")
EXECUTED = re.compile(r"\[(\d+)\] LOG:  execute [^:]+: (.*)", re.S)
COPIED = re.compile(r"\] LOG:  statement: SELECT .* AS shape WHERE false; COPY \((.*)\) TO STDOUT \(FORMAT binary\)", re.S)
PARAMETERS = re.compile(r"\[(\d+)\] DETAIL:  parameters: (.*)", re.S)
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


@dataclass(frozen=True)
class Statement:
    """A statement as the server sent it, with the parameters (SQL literals) of that time."""
    sql: str
    parameters: dict

    def with_literals(self):
        return re.sub(r"\$(\d+)", lambda found: self.parameters[int(found.group(1))], self.sql)


def serve(url):
    """The server as it is measured: no access log, PostgreSQL over the unix socket, everything else by default."""
    return Server(url, access_log="off")


def prepare(cluster):
    """A database with accounts of exactly 100,000 and 200 users, the recommended indexes, an operator
    and the tokens of some use."""
    url = cluster.create_database("v3", name="bench")
    run_psql(url, "-v", "accounts=1", "-v", f"users={BIG + SMALL}", "-v", "posts=1000",
             "-f", str(TESTS / "core-schema" / "seed.sql"))
    execute(url, f"""
        INSERT INTO accounts (id, handle) SELECT n, 'account_' || n FROM generate_series(2, 1000) AS n;
        UPDATE users SET account_id = {SMALL_ACCOUNT} WHERE id > {BIG};
        CREATE INDEX ON users (account_id, id);
        CREATE INDEX ON posts (user_id, id)""")
    for arguments, stdin in ((["migrate"], None),
                             (["create_user", "--username", OPERATOR, "--password-stdin", "--no-validate"],
                              PASSWORD + "\n")):
        done = run_command(*arguments, url=url, stdin=stdin)
        if done.returncode:
            raise RuntimeError(f"{arguments[0]}: {done.stderr}")
    # On empty token tables PostgreSQL would plan a rotation with sequential scans and keep that plan while they grow.
    execute(url, f"""
        INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
        SELECT 1, md5(n::text), repeat('x', 250), now(), now() + interval '7 days'
          FROM generate_series(1, {PAST_REFRESHES}) AS n;
        INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
        SELECT id, now() FROM token_blacklist_outstandingtoken""")
    execute(url, "VACUUM ANALYZE")
    return url


def read_statements(log):
    """The statements with parameters, and the streamed ones, in a piece of PostgreSQL's log, in their order."""
    entries = ENTRY.split(log)
    for entry, after in zip(entries, [*entries[1:], ""]):
        if copied := COPIED.search(entry):  # it has its parameters in it
            yield Statement(copied.group(1), {})
            continue
        executed, told = EXECUTED.search(entry), PARAMETERS.search(after)
        if executed and told and executed.group(1) == told.group(1):
            yield Statement(executed.group(2).strip(),
                            {int(number): value for number, value in PARAMETER.findall(told.group(2))})


def learn(cluster, request):
    """The statements that the server sends for one request, of a database that logs them: those of each of a few, for
    what the server does by itself is logged as well."""
    rounds = []
    for _ in range(LEARN_ROUNDS):
        said = cluster.log.stat().st_size
        answer = request()
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code} {answer.text[:200]}")
        rounds.append(list(read_statements(cluster.log.read_bytes()[said:].decode().replace("\n\t", "\n"))))
    sent_each_time = set.intersection(*({one.sql for one in sent} for sent in rounds))
    return [one for one in rounds[-1] if one.sql in sent_each_time]


def prepare_statistics(cluster):
    """A database of one account with 100,000 users and 1,000,000 posts, and the recommended indexes.

    @return its URL, and the statement of the statistics
    """
    url = cluster.create_database("v3", name="bench_statistics")
    run_psql(url, "-v", "accounts=1", "-v", f"users={BIG}", "-v", f"posts={POSTS}",
             "-f", str(TESTS / "core-schema" / "seed.sql"))
    execute(url, "CREATE INDEX ON users (account_id, id); CREATE INDEX ON posts (user_id, id)")
    done = run_command("migrate", url=url)
    if done.returncode:
        raise RuntimeError(f"migrate: {done.stderr}")
    execute(url, "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,"
                 " date_joined) VALUES (1, '!', false, 'watchdxg', '', '', '', false, true, now())")
    execute(url, "VACUUM ANALYZE")
    execute(url, "ALTER DATABASE bench_statistics SET log_statement = 'all'")
    with serve(url) as server:
        statement, = [one for one in learn(cluster, lambda: server.get(STATISTICS, mint())) if "totals AS" in one.sql]
    execute(url, "ALTER DATABASE bench_statistics RESET log_statement")
    return url, statement


def prepare_scores(cluster):
    """A database of one account with 100,000 users, 500,000 posts and 10,000 verdicts.  @return its URL"""
    url = cluster.create_database("v3", name="bench_scores")
    run_psql(url, "-v", "accounts=1", "-v", f"users={BIG}", "-v", f"posts={POSTS // 2}",
             "-f", str(TESTS / "core-schema" / "seed.sql"))
    done = run_command("migrate", url=url)
    if done.returncode:
        raise RuntimeError(f"migrate: {done.stderr}")
    execute(url, "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,"
                 " date_joined) VALUES (1, '!', false, 'watchdxg', '', '', '', false, true, now());"
                 "DELETE FROM classification WHERE user_id % 10 <> 0;"
                 "INSERT INTO classification (user_id, harmful) SELECT id, id % 30 = 0 FROM users WHERE id % 10 = 0"
                 " ON CONFLICT DO NOTHING")
    execute(url, "VACUUM ANALYZE")
    return url


def learn_statements(cluster, url):
    """Lets PostgreSQL log what the server sends for one request of each kind, so that the limits run just that.

    @return lists of statements: `lookup`, `list`, `long` (the streamed one is the last), `refresh`
    """
    execute(url, "ALTER DATABASE bench SET log_statement = 'all'")
    token = mint()
    learned = {}
    with serve(url) as server:
        requests = {"lookup": lambda: server.get(f"/api/accounts/{HANDLE}/", token),
                    "list": lambda: server.get(f"/api/users/?account_id={SMALL_ACCOUNT}", token),
                    "long": lambda: server.get(f"/api/users/?account_id={BIG_ACCOUNT}", token),
                    "refresh": lambda: server.refresh(mint("refresh"))}
        for kind, request in requests.items():
            learned[kind] = learn(cluster, request)
    learned["long"] = [one for one in learned["long"] if not one.parameters]  # beside it scores are written all the time
    execute(url, "ALTER DATABASE bench RESET log_statement")
    return learned


class Ground:
    """The cluster (real commits: fsync is on), its database and what the server sends; removed by `close`."""

    def __init__(self):
        self.cluster = PrivateCluster(durable=True, settings=CLUSTER_SETTINGS).start()
        self.url = prepare(self.cluster)
        self.statements = learn_statements(self.cluster, self.url)
        execute(self.url, "CHECKPOINT")

    @property
    def postmaster(self):
        """Process id, from the first line of the file that PostgreSQL keeps for others."""
        return int((self.cluster.data / "postmaster.pid").read_text().split()[0])

    def close(self):
        self.cluster.remove()
