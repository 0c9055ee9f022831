"""A loopback server between a scanner and ours: scanners know forms, so it turns them into JSON, paths, headers and tokens.

`/` is a page with a form for each target. `/N/` takes the fields of target N, sends them on as the target says, and
passes every header of the answer back. Any other path goes to the server as it is.
"""
import base64
import html
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

from scan.targets import innermost
from support.tokens import mint

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date"}
ENDPOINT = "/endpoint/"   # where a server that fetches URLs would be lured to


def page(targets):
    forms = []
    for number, target in enumerate(targets):
        inputs = "".join(f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
                         for name, value in target.fields.items())
        method = "post" if target.verb == "POST" else "get"
        forms.append(f'<form action="/{number}/" method="{method}">{inputs}<input type="submit"></form>')
    return "<!DOCTYPE html><title>targets</title>" + "\n".join(forms)


def build(target, fields, token):
    """@return path, body or None, headers of the request that a target and the scanner's fields make"""
    def one(name, value):
        sent = fields.get(name, innermost(value))
        if isinstance(value, list):
            return [sent]
        return dict.fromkeys(value, sent) if isinstance(value, dict) else sent

    def chosen(examples):
        return {name: one(name, value) for name, value in examples.items()}

    path = target.path
    for name, value in chosen(target.segments).items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    if target.query:
        path += "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in chosen(target.query).items())
    headers = {"Authorization": f"Bearer {token}", "Host": "localhost", "Sec-Fetch-Site": "same-origin"}
    body = chosen(target.body)
    if target.claims:
        wanted = chosen(target.claims)
        if target.claims_in == "Authorization":
            headers["Authorization"] = "Bearer " + mint("access", **wanted)
        else:
            body[target.claims_in] = mint("refresh", **wanted)
    if target.basic:
        pair = ":".join(chosen(target.basic).values()).encode("utf-8", "surrogatepass")
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    headers.update(chosen(target.headers))
    if target.verb in ("POST", "PUT", "PATCH") or body:
        headers["Content-Type"] = "application/json"
        return path, json.dumps(body).encode(), headers
    return path, None, headers


class Gateway:
    """Runs until `stop()`.  `lured` counts requests that only a server that fetches URLs would have made."""

    def __init__(self, targets, port, token):
        self.targets, self.lured = targets, 0
        self.by_path = {f"/{number}/": target for number, target in enumerate(targets)}
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def log_message(self, *_):
                pass

            def answer(self, status, headers, body):
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def relay(self):
                parts = urlsplit(self.path)
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if parts.path == "/":
                    return self.answer(200, [("Content-Type", "text/html; charset=utf-8")],
                                       page(gateway.targets).encode())
                if parts.path.startswith(ENDPOINT):
                    gateway.lured += not parts.path.startswith(ENDPOINT + "get_")
                    return self.answer(200, [("Content-Type", "application/json")], b"{}")
                target = gateway.by_path.get(parts.path)
                if target:
                    text = sent.decode("utf-8", "replace") if self.command == "POST" else parts.query
                    fields = dict(parse_qsl(text, keep_blank_values=True, errors="surrogateescape"))
                    verb, (path, body, headers) = target.verb, build(target, fields, token)
                else:
                    verb, path, body = self.command, self.path, sent or None
                    headers = {"Authorization": f"Bearer {token}", "Host": "localhost"}
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
                try:
                    connection.request(verb, path, body, {name: value.encode("utf-8", "surrogateescape")
                                                          for name, value in headers.items()})
                    answer = connection.getresponse()
                    is_endless = answer.getheader("Content-Type") == "text/event-stream"
                    self.answer(answer.status, [(name, value) for name, value in answer.getheaders()
                                                if name.lower() not in HOP_BY_HOP],
                                answer.read1() if is_endless else answer.read())
                except ValueError:   # a line end in a header or a path: no client can send that
                    self.answer(400, [("Content-Type", "application/json")], b"{}")
                finally:
                    connection.close()

            def __getattr__(self, name):
                if name.startswith("do_"):
                    return self.relay
                raise AttributeError(name)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
