"""Writes seeds for the fuzz targets, made of the conformance cases and of a few forms that those do not hold.

    make_seeds.py FOLDER        FOLDER/<target>/<hash of the input>
"""
import base64
import hashlib
import json
import re
import sys
from pathlib import Path

CASES = Path(__file__).resolve().parents[1] / "conformance" / "cases"
NOW = 1_750_000_000  # the time at which targets/token.cpp reads them
BASIC = base64.b64encode("user:pass:wörd".encode())


def cases():
    for path in sorted(CASES.glob("*.json")):
        yield from json.loads(path.read_text())["cases"]


def steps():
    """The requests of all cases; other steps change the database."""
    for case in cases():
        yield from (step for step in case["steps"] if "target" in step)


def encoded(text):
    """A text of a case as bytes; characters beyond Latin-1 in UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def headers(step, name):
    return [encoded(value) for key, value in step.get("headers", []) if key.lower() == name]


def body_of(step):
    if "body_base64" in step:
        return base64.b64decode(step["body_base64"])
    body = step.get("body")
    return encoded(body if isinstance(body, str) else json.dumps(body)) if body is not None else None


def resolved(claims):
    """Claims of a case with its times (`+3600`, seconds from now) as numbers."""
    def value(claim):
        return NOW + int(claim) if isinstance(claim, str) and re.fullmatch(r"[+-]\d+", claim) else claim
    return {name: value(claim) for name, claim in claims.items()}


def token():
    full = {"token_type": "refresh", "exp": NOW + 3600, "iat": NOW - 10, "jti": "0" * 32, "user_id": "1"}
    extra = {"user_id": 7, "nbf": NOW, "sub": "x", "roles": ["a", {"b": 1.5e3}], "\u00e9": "\u2028", "big": 10 ** 30}
    payloads = [full, {**full, **extra}, {**full, "token_type": "access"}]
    for case in cases():
        for made in case.get("tokens", {}).values():
            if "header" in made:
                header = made["header"]
                text = header if isinstance(header, str) else json.dumps(header)
                yield b"h" + text.encode() + b"\n" + json.dumps(full).encode()
            if "mint" in made:
                payloads.append(resolved(made["mint"]))
            else:
                yield b"p" + encoded(made["raw_payload"])
    for payload in payloads:
        yield b"p" + json.dumps(payload, separators=(",", ":")).encode("utf-8", "surrogatepass")
    yield b'h{"alg":"HS256","crit":["b64"],"b64":false}\n' + json.dumps(full).encode()
    for step in steps():
        for value in headers(step, "authorization"):
            yield b"r" + value.partition(b" ")[2]


def url():
    for step in steps():
        for accept in headers(step, "accept") or [b""]:
            yield encoded(step["target"]) + (b"\n" + accept if accept else b"")
    yield b"http://example.com:80/api/%E9%zz/?a=1&a=%C3%28+x&format=json#fragment"
    yield b"//evil.example/api?next=//evil"


def filter_values():
    for step in steps():
        query = encoded(step["target"]).partition(b"?")[2]
        for pair in query.split(b"&"):
            yield pair.partition(b"=")[2]
    for text in ("2026-11-25", "2024-02-29T23:59:59.123456+05:30", "0001-01-01 00:00", "9999-12-31T23:59:60Z",
                 "2026-11-25T10:00:00,5-0330"):
        yield text.encode()
    for text in ("1_000", "-0", " +7\u00a0", "\u0663\u0664", "9" * 40, "1__0", "\ufeff1", "\ud7ff\U0001d7ce", "\x1c1"):
        yield text.encode()


def list_query():
    for query in ("account_id=1&followers_count__gte=100&ordering=-followers_count,handle&limit=50&offset=100",
                  "search=crypto+airdrop,%22two+words%22&classification=harmful,unclassified&page_size=20&cursor=a.b",
                  "fields=id,handle,certified,last_updated,classification&expand=classification",
                  "id__in=1,2,3&id__range=4,9&created_at__lt=2020-01-01&bio__isnull=true&certified=false",
                  "handle__icontains=bot&bio__startswith=100%25_%5C&featured_url__in=%7Ba%2C%22b%22%7D",
                  "timestamp__gte=2026-01-01T00:00:00Z&text__iexact=%C3%84&repost=true&action_type=block",
                  "time__lt=2026-11-25&level__in=info,error&event=login&before__isnull=false&message__contains=%27"):
        yield query.encode()
    for step in steps():
        yield encoded(step["target"]).partition(b"?")[2]


def fields():
    yield json.dumps({"user_id": 7, "action_type": "block", "timestamp": "2026-01-02T03:04:05.5+02:00", "notes": " x "}).encode()
    yield json.dumps({"user_ids": [1, "2", 3.0, None], "harmful": "yes", "notes": None}).encode()
    yield json.dumps({"user_ids": [], "harmful": 2, "timestamp": "0001-01-01", "action_type": "\0\ud800 too long"}).encode()
    yield json.dumps({"bias": "-0.5", "weights": {"wave": 2, "wavve": None}}).encode()
    yield b'"a", W/"b" ,, "c,d"\n{"harmful":0,"inactive":true}'
    yield b"*\n[]"


def authorization():
    for step in steps():
        yield from headers(step, "authorization")
    yield b"Basic " + BASIC
    yield "user:wörd".encode()


def client_address():
    yield b"127.0.0.1\n203.0.113.9, 10.0.0.1"
    yield b"\n2001:db8::7, fd00::1"
    yield b"10.1.2.3\n[2001:db8::7]:4711, 10.0.0.1:80"
    yield b"192.0.2.1\n203.0.113.9"
    yield b"127.0.0.1\nunknown, ::ffff:198.51.100.1, , _hidden"


def json_body():
    for step in steps():
        body = body_of(step)
        if body is None:
            continue
        yield body
        for content_type in headers(step, "content-type"):
            yield content_type + b"\n" + body
    yield b'{"a":[1,-2.5e-7,null,true,{"b":"\\ud83d\\ude00\\u2028\\"\\\\"}],"a":{}}'
    yield b"application/json; charset=utf-16\n" + '{"username":"é"}'.encode("utf-16")


def row_writer():
    def column(kind, name, value):
        return bytes([kind, len(name)]) + name + (b"" if kind & 0x80 else bytes([len(value)]) + value)
    rows = [
        column(0, b"active", b"\x01"), column(1, b"small", b"\xff\xfe"), column(2, b"id", b"\x00\x00\x00\x07"),
        column(3, b"big", b"\x7f" + b"\xff" * 7), column(4, b"real", b"\x3f\x80\x00\x00"),
        column(5, b"ratio", b"\x40\x09\x21\xfb\x54\x44\x2d\x18"),
        column(6, b"name", 'é"\\\u2028\n'.encode() + b"x" * 40),
        column(9, b"day", b"\x00\x00\x23\x7e"), column(10, b"at", b"\x00\x02\xd6\x21\x8f\x7c\x11\x25"),
        column(0x82, b"none", b""), column(0x42, b"short", b"\x01"), column(11, b"blob", b"\x00"),
    ]
    yield from rows
    yield b"".join(rows[:10])
    yield rows[6] * 3
    yield column(0, b"x.", b"\x01") + column(2, b"x.y", b"\x00\x00\x00\x07") + column(6, b"x._z", b"") + rows[6]
    yield column(6, b"a", b"=1,\"2\"") + column(6, b"_b", b"-") + column(0x82, b"c", b"")


def copied_row():
    header = b"PGCOPY\n\xff\r\n\0" + bytes(8)
    row = b"\0\3" + b"\0\0\0\2ab" + b"\xff\xff\xff\xff" + bytes(4)
    for message in (header + row, row, header, header + b"\xff\xff", b"\xff\xff", header[:-1] + b"\2xy" + row):
        yield b"\3" + message


def http_head():
    for step in steps():
        lines = [step["method"] + " " + step["target"] + " HTTP/1.1", "Host: localhost"]
        lines += [f"{key}: {value}" for key, value in step.get("headers", [])]
        yield encoded("\r\n".join(lines)) + b"\r\n\r\n"
    post = b"POST /api/token/ HTTP/1.1\r\nHost: localhost\r\n"
    for fields in (b"Content-Length: 21", b"Transfer-Encoding: chunked",
                   b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Connection: keep-alive, close", b"Expect: 100-continue\r\nContent-Length: 1", b"X-A: a\r\n b"):
        yield post + fields + b"\r\n\r\n{}"
    yield b"GET / HTTP/1.0\r\n\r\n"
    yield b"GET / HTTP/1.1\nHost: a\n\n"


def password_hash():
    for stored in (b"pbkdf2_sha256$1$saltsaltsaltsaltsalt$eCxuWx8phO0R+pikXWAXDnnva+65zJtCFm7DEfYDeLk=",
                   b"pbkdf2_sha1$2$salt$aFjmb/apscib1wTQ8Lrcq40d3vA=",
                   b"scrypt$16$salt$8$1$XC6ByxgeGbq6m9OXGi0VBr/H+cLYl+xRqb4fz/kks8bikntoK4NdgPiJStPB9xQVvAzIxkc9z2btmfA5"
                   b"IVCn0g==", b"argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$zq2mYxHHb7DxSxXyQmvSEQ",
                   b"bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuU2KVNTvxZ6D8Bk4fEhyH/0Ijr2ha2gy", b"!unusable",
                   b"md5$salt$x"):
        yield b"watchdxg\n" + stored


def config_values():
    for text in ("10/min", "off", "5 / s", "0660", "text", "warning", "a, b,\nc", "127.0.0.1:8000", "[::1]:80",
                 "unix:/run/w.sock", "localhost:0", ".example.com", "10.0.0.0/8", "fd00::/8", "http://localhost:4200",
                 "https://[::1]:8443", "postgresql://u:p@h/db", "host=/tmp dbname=x", "Europe/Berlin",
                 "[::ffff:127.0.0.1]:1"):
        yield text.encode()


def console_login():
    yield b"http://localhost:8000\nlocalhost:8000\nwdx_session=a.b.c"
    yield b"https://[::1]\n[::1]:443\na=1; wdx_session=a.b.c; wdx_session=2"
    yield b"null\nWatch.Example.com\nxwdx_session=1;wdx_session"


TARGETS = (authorization, client_address, config_values, console_login, copied_row, fields, filter_values, http_head, json_body,
           list_query, password_hash, row_writer, token, url)


def main(folder):
    for target in TARGETS:
        into = Path(folder) / target.__name__
        into.mkdir(parents=True, exist_ok=True)
        for seed in target():
            (into / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main(*sys.argv[1:])
