"""What the database tests share: one private cluster per run, a new database per test, the real binary's commands."""
from pathlib import Path

import pytest

from support.postgres import PrivateCluster, execute
from support.server import run_command

REFERENCE = Path(__file__).with_name("django-schema.sql")


@pytest.fixture(scope="session")
def cluster():
    cluster = PrivateCluster().start()
    yield cluster
    cluster.remove()


@pytest.fixture
def empty(cluster):
    """URL of a database without any table."""
    return cluster.create_database()


@pytest.fixture
def original(cluster):
    """URL of a database as the original's own migrations leave it."""
    url = cluster.create_database()
    execute(url, REFERENCE.read_text(), autocommit=False)
    return url


@pytest.fixture
def migrated(empty):
    """URL of a database that our migrations made."""
    done = run_command("migrate", url=empty)
    assert done.returncode == 0, done.stderr
    return empty
