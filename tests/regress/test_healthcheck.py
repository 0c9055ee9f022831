"""The `healthcheck` command against something that does not behave."""
import socket
import threading

import pytest

from support.server import run_command

UNUSED = "postgresql://nobody@127.0.0.1:1/nothing"
PATIENCE = 10  # seconds


def accept_all(listener, says):
    kept = []
    while True:
        try:
            kept.append(listener.accept()[0])
        except OSError:  # the test has closed it
            return
        kept[-1].sendall(says)


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 200"], ids=["nothing", "half_a_line"])
@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_listener_that_never_answers_is_unhealthy(tmp_path, kind, says):
    """healthcheck waited for the answer without a deadline: a server that hangs was never reported."""
    if kind == "tcp":
        listener = socket.create_server(("127.0.0.1", 0))
        where = f"127.0.0.1:{listener.getsockname()[1]}"
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        where = f"unix:{tmp_path / 's'}"
    threading.Thread(target=accept_all, args=(listener, says), daemon=True).start()
    try:
        done = run_command("healthcheck", url=UNUSED, listen=where, timeout=PATIENCE)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    assert done.returncode == 1
    assert done.stderr and not done.stdout
