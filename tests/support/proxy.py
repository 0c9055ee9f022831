"""A TCP proxy on loopback that can lose what the server behind it says, and hang up."""
import socket
import threading


class TcpProxy:
    """Forwards connections on `port` to 127.0.0.1:`target`.

    `mute()` swallows what the target says from now on, `cut()` ends every connection and refuses new ones,
    `restore()` forwards new connections as at the start.
    """

    def __init__(self, target):
        self.target = target
        self._open, self._muted = True, False
        self._pairs = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def mute(self):
        self._muted = True

    def cut(self):
        with self._lock:
            self._open = False
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                hang_up(end)

    def restore(self):
        self._open, self._muted = True, False

    def stop(self):
        self._listener.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # stop() closed it
                return
            with self._lock:
                server = connect(self.target) if self._open else None
                if server is None:
                    client.close()
                    continue
                self._pairs.append((client, server))
            run_pair((client, server), lambda pair=(client, server): self._pump(*pair, False),
                     lambda pair=(server, client): self._pump(*pair, True))

    def _pump(self, source, sink, from_server):
        while data := source.recv(65536):
            if not (from_server and self._muted):
                sink.sendall(data)


def connect(port):
    """@return a connection to 127.0.0.1:`port`; None when nobody is there"""
    try:
        return socket.create_connection(("127.0.0.1", port))
    except OSError:
        return None


def run_pair(ends, *pumps):
    """Runs both directions of a connection, each in a thread; when one ends, so does the other.

    The sockets are closed by the last thread alone: a number that is closed while the other thread still uses it may
    by then belong to another connection.
    """
    left, lock = [len(pumps)], threading.Lock()

    def run(pump):
        try:
            pump()
        except OSError:  # the other direction hung up
            pass
        finally:
            for end in ends:
                hang_up(end)
            with lock:
                left[0] -= 1
                is_last = left[0] == 0
            if is_last:
                for end in ends:
                    end.close()

    for pump in pumps:
        threading.Thread(target=run, args=(pump,), daemon=True).start()


def hang_up(end):
    """Ends both directions of a connection, and wakes the threads that wait for it."""
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:  # it already has
        pass
