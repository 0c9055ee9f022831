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
                if not self._open:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self.target))
                self._pairs.append((client, server))
            threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, True), daemon=True).start()

    def _pump(self, source, sink, from_server):
        try:
            while data := source.recv(65536):
                if not (from_server and self._muted):
                    sink.sendall(data)
        except OSError:  # the other direction hung up
            pass
        hang_up(source)
        hang_up(sink)


def hang_up(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:  # it already has
        pass
    end.close()
