"""Rows for tests: the conformance states, and the seed of the current core schema."""
from support.postgres import TESTS, apply_core_schema, run_psql
from support.server import migrate

STATES = TESTS / "conformance" / "states"


def apply_state(url, state="default"):
    """Empties the tables and fills them as a conformance state says: operator watchdxg/watchdxg (id 1) and rows."""
    for attempt in range(5):
        try:
            run_psql(url, "-f", str(STATES / f"{state}.sql"))
            return
        except RuntimeError as error:
            # TRUNCATE locks one table after the other, and a job of a running server may read them in another order.
            if "deadlock detected" not in str(error) or attempt == 4:
                raise


def seed(url, users=10000, posts=1):
    """The deterministic data of the v3 schema, in place of the core's rows."""
    run_psql(url, "-v", f"users={users}", "-v", f"posts={posts}", "-v", "replace=1",
             "-f", str(TESTS / "core-schema" / "seed.sql"))


def make_database(cluster, schema="v3", state="default"):
    """A new database with a core schema, our migrations and the rows of a state (None: no rows).  @return its URL"""
    def fill(url):
        apply_core_schema(url, schema)
        migrate(url)
        if state:
            apply_state(url, state)

    return cluster.copy_database(("migrated", schema, state), fill)
