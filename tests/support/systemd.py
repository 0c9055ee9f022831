"""What systemd does for a service: hands it listening sockets, and hears how it fares."""
import select
import socket
import sys

# In the place of the program, so that LISTEN_PID is its process: the sockets become 3, 4, ...
_LAUNCHER = """
import fcntl, os, sys
count = int(sys.argv[1])
held = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 100) for fd in sys.argv[2:2 + count]]
for number, fd in enumerate(held, 3):
    os.dup2(fd, number)
    os.close(fd)
pid = os.environ.pop("WRONG_PID", None) or str(os.getpid())
os.environ.update(LISTEN_PID=pid, LISTEN_FDS=str(count), WATCHDOG_PID=str(os.getpid()))
command = sys.argv[2 + count:]
os.execv(command[0], command)
"""


def activated(*sockets):
    """Options of Server that pass listening sockets to it as systemd would."""
    fds = [one.fileno() for one in sockets]
    return {"launcher": [sys.executable, "-c", _LAUNCHER, str(len(fds)), *map(str, fds)], "pass_fds": fds}


class Manager:
    """The service manager's end of $NOTIFY_SOCKET."""

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.variables = {"NOTIFY_SOCKET": address}

    def hear(self, seconds=30):
        """The next message as a dict.  @throws TimeoutError"""
        self._socket.settimeout(seconds)
        return dict(line.split("=", 1) for line in self._socket.recv(4096).decode().splitlines())

    def hears_nothing(self):
        return not select.select([self._socket], [], [], 0)[0]

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
