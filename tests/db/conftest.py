"""What the database tests share: a new database for each test."""
from pathlib import Path

import pytest

from support.postgres import execute
from support.server import migrate

REFERENCE = Path(__file__).with_name("django-schema.sql")


@pytest.fixture
def empty(cluster):
    """URL of a database without any table."""
    return cluster.create_database()


@pytest.fixture
def original(cluster):
    """URL of a database as the original's own migrations leave it."""
    return cluster.copy_database("original", lambda url: execute(url, REFERENCE.read_text(), autocommit=False))


@pytest.fixture
def migrated(cluster):
    """URL of a database that our migrations made."""
    return cluster.copy_database("migrated", migrate)
