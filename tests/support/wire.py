"""Proxies before PostgreSQL that understand its messages: to break a connection at any point of a transaction, and to
count what is executed."""
import collections
import re
import socket
import struct
import threading

from support.proxy import connect, run_pair

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
PARSE, BIND, QUERY, SYNC = b"P", b"B", b"Q", b"S"
GENERATION = re.compile(r"_\d+$")  # of a prepared statement's name, after the tables have changed


class MessageProxy:
    """Forwards connections on `port` to 127.0.0.1:`target`.

    `arm(statement, number)`: the connection on which a message next names `statement` is broken, in both directions,
    when `number` messages of the client from that one on have been forwarded (0: that one is not).  Once.
    """

    def __init__(self, target):
        self.target = target
        self._lock = threading.Lock()
        self._statement, self._left = None, 0
        self.cut_after = None  # the kind of the last message that was forwarded before the cut; None: nothing was cut
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, statement, number):
        with self._lock:
            self._statement, self._left, self.cut_after = statement.encode(), number, None

    def disarm(self):
        """@return whether the connection was broken"""
        with self._lock:
            self._statement = None
            return self.cut_after is not None

    def stop(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # stop() closed it
                return
            server = connect(self.target)
            if server is None:
                client.close()
                continue
            run_pair((client, server), lambda pair=(client, server): self._forward_client(*pair),
                     lambda pair=(server, client): self._forward_server(*pair))

    @staticmethod
    def _forward_server(server, client):
        while data := server.recv(65536):
            client.sendall(data)

    def _forward_client(self, client, server):
        left = None  # messages still to be forwarded, once the statement was named
        prepared = {}  # name -> SQL
        with client.makefile("rb") as stream:
            if not self._forward_startup(stream, server):
                return
            while kind := stream.read(1):
                size = stream.read(4)
                body = stream.read(struct.unpack(">I", size)[0] - 4)
                self._see(kind, body, prepared)
                if left is None:
                    left, last = self._take_arms(body), b""
                if left == 0:
                    self.cut_after = last
                    return
                server.sendall(kind + size + body)
                if left is None:
                    continue
                left, last = left - 1, kind
                if kind == SYNC:  # the write is over: the connection is broken now or not at all
                    if left == 0:
                        self.cut_after = last
                        return
                    left = None

    def _see(self, kind, body, prepared):
        """A message of the client, before it is forwarded."""

    def _take_arms(self, body):
        with self._lock:
            if self._statement is None or self._statement not in body:
                return None
            self._statement = None
            return self._left

    @staticmethod
    def _forward_startup(stream, server):
        """@return False when the client went away before its startup message was whole"""
        while len(size := stream.read(4)) == 4:
            body = stream.read(struct.unpack(">I", size)[0] - 4)
            server.sendall(size + body)
            if struct.unpack(">I", body[:4])[0] not in (SSL_REQUEST, GSS_REQUEST):
                return True
        return False


class StatementCounter(MessageProxy):
    """Counts what each connection asks PostgreSQL to execute: prepared statements by name, others and
    streams by their SQL."""

    def __init__(self, target):
        self._counts = collections.Counter()
        super().__init__(target)

    def take(self):
        """@return {(name, SQL): times} since the last time; an unprepared statement has no name"""
        with self._lock:
            counts, self._counts = self._counts, collections.Counter()
            return counts

    def _see(self, kind, body, prepared):
        if kind == PARSE:
            name, sql = body.split(b"\0")[:2]
            prepared[name] = sql.decode()
        elif kind == BIND:
            name = body.split(b"\0")[1]
            with self._lock:
                self._counts[GENERATION.sub("", name.decode()), prepared[name]] += 1
        elif kind == QUERY and b" TO STDOUT " in body:  # a stream
            with self._lock:
                self._counts["", body.rstrip(b"\0").decode()] += 1
