"""PgBouncer in transaction mode in front of a private cluster, on a free loopback port."""
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg2

from support.postgres import execute, free_port, give_to_unprivileged, unprivileged, wait_until
from support.processes import dies_with_us

PROGRAM = "/usr/sbin/pgbouncer"  # Debian's place, which is not on everybody's PATH
SETTINGS = """
[databases]
{name} = host={cluster.root} port={cluster.port} user={cluster.user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
"""


class PgBouncer:
    """`url` leads to the database `url_of_database` of `cluster` through the pooler, until `stop()`."""

    def __init__(self, cluster, url_of_database):
        name = url_of_database.rsplit("/", 1)[1].split("?")[0]
        port = free_port()
        self.url = f"postgresql://{cluster.user}@127.0.0.1:{port}/{name}"
        self.folder = Path(tempfile.mkdtemp(prefix="wdx-pgb-", dir="/tmp"))
        self._log = self.folder / "log"
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(SETTINGS.format(name=name, cluster=cluster, port=port))
        for path in (self.folder, settings):
            give_to_unprivileged(path)
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen([PROGRAM, str(settings)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             cwd=self.folder, preexec_fn=dies_with_us(), **unprivileged())
        wait_until(self._answers, "PgBouncer")

    def stop(self):
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self):
        if self._process.poll() is not None:
            raise RuntimeError("PgBouncer did not start:\n" + self._log.read_text())
        try:
            return execute(self.url, "SELECT 1") == [(1,)]
        except psycopg2.OperationalError:
            return False
