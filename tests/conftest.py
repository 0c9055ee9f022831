"""What the tests of the running server share: one private cluster, databases and servers as a test asks for them."""
import signal
import threading

import pytest

from support.data import make_database
from support.postgres import PrivateCluster
from support.server import Server
from support.tokens import mint


def pytest_addoption(parser):
    parser.addoption("--only-alone", action="store_true", help="only tests marked `alone`")
    parser.addoption("--without-alone", action="store_true", help="no test marked `alone`")


def pytest_configure():
    # A shell starts what runs in the background with SIGINT ignored, and so would be all that the tests start.  A worker of
    # xdist, which may run this on another thread, has it from the process that started it.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config, items):
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    only, without = config.getoption("--only-alone"), config.getoption("--without-alone")
    if not (only or without):
        return
    kept, left = [], []
    for item in items:
        (kept if (item.get_closest_marker("alone") is not None) == only else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


@pytest.fixture(scope="session")
def cluster():
    """A running PostgreSQL of the tests' own.  Tests that stop or kill it start another."""
    cluster = PrivateCluster().start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def database(cluster):
    """URL of a migrated v3 database with the conformance kit's default rows; shared by a module."""
    return make_database(cluster)


@pytest.fixture
def fresh_database(cluster):
    """The same, for one test alone."""
    return make_database(cluster)


@pytest.fixture(scope="module")
def server(database):
    """A server with the tests' defaults over `database`, shared by a module."""
    with Server(database) as server:
        yield server


@pytest.fixture
def start_server():
    """start_server(url, **settings) -> Server; all of them are stopped, and checked, at the end of the test."""
    running = []

    def start(*arguments, **settings):
        running.append(Server(*arguments, **settings))
        return running[-1]

    yield start
    failures = []
    for one in running:
        try:
            one.stop() if one.running else one.discard()
        except AssertionError as error:
            failures.append(str(error))
    assert not failures, "\n".join(failures)


@pytest.fixture
def access():
    """A valid access token of user 1."""
    return mint("access")
