"""A client of /api/events/, and events as our writes make them."""
import json
import time
from collections import namedtuple

from support.postgres import execute
from support.raw import request
from support.tokens import mint

Event = namedtuple("Event", "kind id data")  # data is None for a comment

ADD = """
    SELECT set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(x'7764785f65646974'::bigint);
    WITH numbered AS (
        UPDATE watchdxg_event_state SET last_id = last_id + {count}
        RETURNING last_id, pg_notify('watchdxg_event', last_id::text))
    INSERT INTO watchdxg_event
    SELECT last_id - {count} + number, '{table}', {account}, {ids}, now() - interval '{age}'
      FROM numbered, generate_series(1, {count}) AS number"""


def add_events(url, count=1, table="actions", account="1", ids="'[7]'", age="0 seconds"):
    """Events with the lock that our processes take for them.  @return the id of the last one"""
    execute(url, ADD.format(count=count, table=table, account=account, ids=ids, age=age), autocommit=False)
    return last_id(url)


def last_id(url):
    return execute(url, "SELECT last_id FROM watchdxg_event_state")[0][0]


class EventReader:
    """Reads a stream as the HTML standard says; the head and the opening have been read when it is made.

    @param last_id  for Last-Event-ID
    @param target   may have `lastEventId` in it
    """

    def __init__(self, server, token=None, last_id=None, version="1.1", receive_buffer=None, opened=True,
                 target="/api/events/"):
        headers = [] if last_id is None else [("Last-Event-ID", last_id)]
        self.connection = server.connect(receive_buffer=receive_buffer)
        self.connection.send(request(target, token=token or mint(), headers=headers, version=version, host=server.host))
        self.last_id, self.comments = last_id, 0
        self._text, self._is_chunked = "", version == "1.1"
        if opened:
            self.answer = self.connection.read("HEAD")
            assert self.answer.status == 200, (self.answer, self.connection.receive_some())
            if last_id is None:
                self.last_id = self.newest
            assert self.next_block() == Event(None, self.last_id, None)

    @property
    def newest(self):
        """The id of the newest event at the start of the stream."""
        return int(self.answer.header("x-last-event-id"))

    def next(self, seconds=30):
        """The next event that is no comment.  @throws Closed at the end of the stream, TimeoutError"""
        end = time.monotonic() + seconds
        while True:
            event = self.next_block(end - time.monotonic())
            if event.data is not None:
                return event

    def next_block(self, seconds=30):
        """The next event, or the next comment."""
        fields = {}
        while line := self._line(seconds):
            if line.startswith(":"):
                assert not fields, "a comment within an event"
                self.comments += 1
                return Event(None, self.last_id, None)
            name, _, value = line.partition(": ")
            fields[name] = value
        assert "data" in fields, f"an empty message, to clients that parse data: {fields}"
        self.last_id = int(fields["id"])
        return Event(fields["event"], self.last_id, json.loads(fields["data"]))

    def _line(self, seconds):
        while "\n" not in self._text:
            self._text += self._piece(max(seconds, 0.001))
        line, self._text = self._text.split("\n", 1)
        return line

    def table(self, seconds=30):
        """The table of the next change, whose other members are those of a change by somebody else."""
        event = self.next(seconds)
        assert event.kind == "change" and (event.data["account_id"], event.data["ids"]) == (None, None), event
        return event.data["table"]

    def rest(self, seconds=30):
        """All events until the stream ends in order."""
        events = []
        try:
            while True:
                events.append(self.next(seconds))
        except EOFError:
            return events

    def close(self):
        self.connection.close()

    def _piece(self, seconds):
        """@throws EOFError after the last chunk, Closed without one"""
        self.connection._socket.settimeout(seconds)
        if not self._is_chunked:
            piece = self.connection._buffer or self.connection.receive_some()
            self.connection._buffer = b""
            if not piece:
                raise EOFError
            return piece.decode()
        size = int(self.connection._line(), 16)
        data = self.connection._take(size + 2)[:-2]
        if not size:
            raise EOFError
        return data.decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
