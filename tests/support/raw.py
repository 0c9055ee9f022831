"""HTTP/1.1 over a bare socket: sends exactly the bytes given and reads one answer at a time."""
import json
import select
import socket
import struct
from pathlib import Path

TIMEOUT = 30


class Closed(Exception):
    """The server closed (or reset) the connection before a whole answer came."""


class Answer:
    def __init__(self, version, status, headers, body):
        self.version, self.status, self.headers, self.body = version, status, headers, body

    def header(self, name):
        """All values of a header joined by a comma, or None."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.version} {self.status} {self.headers} {self.body[:300]!r}>"


class RawConnection:
    """@param source  the address to come from; others of 127.0.0.0/8 have ports of their own
    @param tls  an ssl.SSLContext: shakes hands before anything else
    """

    def __init__(self, port, timeout=TIMEOUT, receive_buffer=None, tls=None, source=None,
                 server_name="localhost"):
        self._socket = socket.socket()
        if source:
            self._socket.bind((source, 0))
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(timeout)
        self._socket.connect(("127.0.0.1", port))
        if tls:
            self._socket = tls.wrap_socket(self._socket, server_hostname=server_name, suppress_ragged_eofs=False)
        self._buffer = b""

    def send(self, data):
        """Sends all of it; a peer that closed meanwhile is not an error, its answer may be waiting."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self

    def has_been_read(self):
        """Whether the peer, on this machine, has read all that was sent (the queues of both ends, proc(5))."""
        ends = {self._socket.getsockname()[1], self._socket.getpeername()[1]}
        queues = []
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, _, queue = line.split()[:5]
            if {int(local.split(":")[1], 16), int(remote.split(":")[1], 16)} == ends:
                queues.append(queue)
        return queues == ["00000000:00000000"] * 2

    def finish_sending(self):
        """Half-close: FIN after what was sent."""
        self._socket.shutdown(socket.SHUT_WR)
        return self

    def reset(self):
        """Closes with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def receive_some(self, timeout=None):
        """At most 64 KiB as they come, b"" at the end; a reset counts as the end.  @throws TimeoutError"""
        if timeout is not None:
            self._socket.settimeout(timeout)
        try:
            return self._socket.recv(65536)
        except ConnectionResetError:
            return b""

    def read(self, method="GET"):
        """The next final or interim answer.  @throws Closed"""
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        version, status, _ = (lines[0] + " ").split(" ", 2)
        pairs = [line.partition(":") for line in lines[1:]]
        answer = Answer(version, int(status), [(k.lower(), v.strip()) for k, _, v in pairs], b"")
        if method != "HEAD" and answer.status >= 200 and answer.status not in (204, 304):
            answer.body = self._body(answer)
        return answer

    def has_answer(self):
        """Whether something has come that was not read yet; does not wait."""
        return bool(self._buffer or select.select([self._socket], [], [], 0)[0])

    def wait_for_bytes(self):
        """Waits until something of the answer has come.  @throws Closed"""
        if not self._buffer:
            self._fill()

    def read_to_end(self):
        """Everything until the server closes; b"" for a silent close."""
        while True:
            piece = self.receive_some()
            if not piece:
                data, self._buffer = self._buffer, b""
                return data
            self._buffer += piece

    def is_closed(self):
        """Waits until the server closes; true if it sends nothing more before."""
        return self.read_to_end() == b""

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _fill(self):
        piece = self.receive_some()
        if not piece:
            raise Closed(f"closed after {self._buffer[:300]!r}")
        self._buffer += piece

    def _take(self, size):
        while len(self._buffer) < size:
            self._fill()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _line(self):
        while b"\r\n" not in self._buffer:
            self._fill()
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    def _body(self, answer):
        if (answer.header("transfer-encoding") or "").lower() == "chunked":
            body = b""
            while True:
                size = int(self._line(), 16)
                piece = self._take(size)
                if size == 0:
                    while self._line():
                        pass
                    return body
                body += piece
                assert self._take(2) == b"\r\n", "a chunk that does not end in CRLF"
        if answer.header("content-length") is not None:
            return self._take(int(answer.header("content-length")))
        return self.read_to_end()


def request(target="/healthz", method="GET", headers=(), body=None, version="1.1", host="localhost", token=None):
    """The bytes of a request; a `body` gets its Content-Length."""
    lines = [f"{method} {target} HTTP/{version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    if token:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{key}: {value}" for key, value in headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")


def exchange(port, data, method="GET", timeout=TIMEOUT):
    """One connection, these bytes, the first answer."""
    with RawConnection(port, timeout) as connection:
        return connection.send(data).read(method)
