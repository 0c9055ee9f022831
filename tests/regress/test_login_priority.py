"""With password hashes at nice 10, a login beside two busy programs took three to ten times as long as the original's."""
from pathlib import Path

from support.postgres import wait_until


def nice_values(server):
    """Of the server's threads."""
    stats = [path.read_text() for path in Path(f"/proc/{server.process.pid}/task").glob("*/stat")]
    return [int(stat.rpartition(")")[2].split()[16]) for stat in stats]


def test_passwords_are_hashed_at_normal_priority(database, start_server):
    """The only threads below it are those of calibrations and pages of reports."""
    server = start_server(database, hash_threads=3, compute_threads=2)
    wait_until(lambda: nice_values(server).count(10) == 2, "the threads of other computations to lower themselves")
    assert sorted(nice_values(server))[:-2] == [0] * (len(nice_values(server)) - 2)
