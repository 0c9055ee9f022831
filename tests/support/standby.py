"""A primary and its hot standby, by PostgreSQL's own streaming replication."""
import shutil
import subprocess

from support.data import make_database
from support.postgres import PrivateCluster, bin_dir, execute, unprivileged


def standby_of(primary, settings=None):
    """A running hot standby of a cluster."""
    standby = PrivateCluster(tcp=True, settings=settings)
    shutil.rmtree(standby.data)
    subprocess.run([str(bin_dir() / "pg_basebackup"), "-D", str(standby.data), "-R", "-c", "fast", "--no-sync",
                    "-d", primary.url("postgres", tcp=True)], check=True, cwd="/", **unprivileged())
    return standby.start()


class Pair:
    """A primary with one migrated database, and its standby.  A commit is told once it is on the primary's disk."""

    def __init__(self, standby_settings=None):
        self.primary = PrivateCluster(tcp=True, settings={"synchronous_commit": "on"}).start()
        direct = make_database(self.primary)
        self.name = direct.split("/")[-1].split("?")[0]
        self.standby = standby_of(self.primary, standby_settings)

    def url(self, *clusters, options=""):
        hosts = ",".join(f"127.0.0.1:{cluster.port}" for cluster in clusters)
        return f"postgresql://{self.primary.user}@{hosts}/{self.name}{options}"

    def on_standby(self, sql):
        return execute(self.url(self.standby), sql)

    def has_caught_up(self):
        (at,), = execute(self.primary.url("postgres"), "SELECT pg_current_wal_lsn()")
        return execute(self.standby.url("postgres"), "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", (at,)) == [(True,)]

    def promote(self):
        assert execute(self.standby.url("postgres"), "SELECT pg_promote()") == [(True,)]

    def remove(self):
        self.primary.remove()
        self.standby.remove()
