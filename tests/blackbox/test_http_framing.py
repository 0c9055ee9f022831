"""RFC 9112, byte by byte: what is refused (and closes the connection), and what must be understood."""
import json

import pytest

from support.raw import RawConnection, exchange, request
from support.tokens import mint

ORIGIN = b"Origin: http://localhost:4200\r\n"
POST = b"POST /api/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + ORIGIN
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + ORIGIN
BODY = b'{"username":"nobody"}'  # 21 bytes; answered 400 without a password hash
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

# Faults of the head: nothing after it can be trusted, so nobody is told a CORS header either.
BAD_HEADS = {
    "content_length_with_transfer_encoding":
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_with_content_length":
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two_equal_content_lengths": POST + b"Content-Length: 21\r\nContent-Length: 21\r\n\r\n" + BODY,
    "two_different_content_lengths": POST + b"Content-Length: 21\r\nContent-Length: 0\r\n\r\n" + BODY,
    "content_length_list": POST + b"Content-Length: 21, 21\r\n\r\n" + BODY,
    "content_length_with_plus": POST + b"Content-Length: +21\r\n\r\n" + BODY,
    "content_length_with_minus": POST + b"Content-Length: -1\r\n\r\n" + BODY,
    "content_length_hexadecimal": POST + b"Content-Length: 0x15\r\n\r\n" + BODY,
    "content_length_with_letter": POST + b"Content-Length: 21a\r\n\r\n" + BODY,
    "content_length_with_inner_space": POST + b"Content-Length: 2 1\r\n\r\n" + BODY,
    "content_length_empty": POST + b"Content-Length:\r\n\r\n" + BODY,
    "content_length_beyond_64_bits": POST + b"Content-Length: 99999999999999999999\r\n\r\n" + BODY,
    "content_length_decimal_fraction": POST + b"Content-Length: 21.0\r\n\r\n" + BODY,
    "content_length_not_ascii_digits": POST + "Content-Length: \u0662\u0661\r\n\r\n".encode() + BODY,
    "content_length_quoted": POST + b'Content-Length: "21"\r\n\r\n' + BODY,
    "content_length_after_nul": POST + b"Content-Length: \x0021\r\n\r\n" + BODY,
    "content_length_in_two_cases": POST + b"Content-Length: 21\r\ncontent-length: 0\r\n\r\n" + BODY,
    "content_length_folded": POST + b"Content-Length: 2\r\n 1\r\n\r\n" + BODY,
    "transfer_encoding_gzip": POST + b"Transfer-Encoding: gzip\r\n\r\n" + BODY,
    "transfer_encoding_identity": POST + b"Transfer-Encoding: identity\r\n\r\n" + BODY,
    "transfer_encoding_chunked_not_last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "transfer_encoding_chunked_twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_in_two_lines":
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_other_first": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_xchunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_empty": POST + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n",
    "transfer_encoding_with_parameter": POST + b"Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
    "transfer_encoding_quoted": POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "transfer_encoding_with_empty_element": POST + b"Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n",
    "transfer_encoding_after_empty_element": POST + b"Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_after_vertical_tab": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_after_form_feed": POST + b"Transfer-Encoding:\x0cchunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_after_nul": POST + b"Transfer-Encoding:\x00chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_after_latin1_space": POST + b"Transfer-Encoding:\xa0chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_before_bare_cr": POST + b"Transfer-Encoding: chunked\r\r\n\r\n0\r\n\r\n",
    "transfer_encoding_behind_bare_lf": POST + b"X-A: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_behind_bare_cr": POST + b"X-A: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_folded": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_colon_in_next_line": POST + b"Transfer-Encoding\r\n : chunked\r\n\r\n0\r\n\r\n",
    "space_before_colon_of_transfer_encoding": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "space_before_transfer_encoding": POST + b" Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "transfer_encoding_in_http_1_0":
        b"POST /api/token/ HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bare_cr_in_value": GET + b"X-A: one\rtwo\r\n\r\n",
    "bare_cr_as_line_end": b"GET /healthz HTTP/1.1\rHost: localhost\r\n\r\n",
    "bare_lf_after_request_line": b"GET /healthz HTTP/1.1\nHost: localhost\r\n\r\n",
    "bare_lf_after_header": b"GET /healthz HTTP/1.1\r\nHost: localhost\nX-A: 1\r\n\r\n",
    "bare_lf_at_the_end": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\n",
    "only_bare_lf": b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
    "obs_fold_with_space": GET + b"X-A: one\r\n two\r\n\r\n",
    "obs_fold_with_tab": GET + b"X-A: one\r\n\ttwo\r\n\r\n",
    "space_before_colon": GET + b"X-A : 1\r\n\r\n",
    "space_before_colon_of_content_length": POST + b"Content-Length : 21\r\n\r\n" + BODY,
    "tab_before_colon": GET + b"X-A\t: 1\r\n\r\n",
    "first_header_begins_with_space": b"GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "header_without_colon": GET + b"X-A\r\n\r\n",
    "header_without_name": GET + b": 1\r\n\r\n",
    "header_name_with_space": GET + b"X A: 1\r\n\r\n",
    "header_name_with_parenthesis": GET + b"X(A): 1\r\n\r\n",
    "header_name_not_ascii": GET + b"X-\xc3\xa9: 1\r\n\r\n",
    "nul_in_header_value": GET + b"X-A: a\x00b\r\n\r\n",
    "nul_in_header_name": GET + b"X-\x00: 1\r\n\r\n",
    "control_character_in_value": GET + b"X-A: a\x01b\r\n\r\n",
    "nul_in_target": b"GET /health\x00z HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "control_character_in_target": b"GET /health\x01z HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two_spaces_in_request_line": b"GET  /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "space_in_target": b"GET /health z HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no_version": b"GET /healthz\r\nHost: localhost\r\n\r\n",
    "http_0_9": b"GET /healthz\r\n\r\n",
    "space_after_version": b"GET /healthz HTTP/1.1 \r\nHost: localhost\r\n\r\n",
    "space_before_method": b" GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "tab_in_request_line": b"GET\t/healthz\tHTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bare_cr_in_target": b"GET /health\rz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "one_digit_version": b"GET /healthz HTTP/1\r\nHost: localhost\r\n\r\n",
    "long_version": b"GET /healthz HTTP/1.10\r\nHost: localhost\r\n\r\n",
    "empty_method": b" /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "only_a_colon": GET + b":\r\n\r\n",
    "bad_version_text": b"GET /healthz HTTQ/1.1\r\nHost: localhost\r\n\r\n",
    "lower_case_version": b"GET /healthz http/1.1\r\nHost: localhost\r\n\r\n",
    "no_target": b"GET HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "method_with_bad_character": b"G@T /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "tls_client_hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
}

# The request is understood, but its Host is not one (RFC 9112, 3.2).
BAD_HOSTS = {
    "missing": b"GET /api/users/ HTTP/1.1\r\n\r\n",
    "twice": b"GET /api/users/ HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "twice_and_different": b"GET /api/users/ HTTP/1.1\r\nHost: localhost\r\nHost: example.com\r\n\r\n",
    "empty": b"GET /api/users/ HTTP/1.1\r\nHost:\r\n\r\n",
    "list": b"GET /api/users/ HTTP/1.1\r\nHost: localhost, localhost\r\n\r\n",
    "with_user": b"GET /api/users/ HTTP/1.1\r\nHost: user@localhost\r\n\r\n",
    "with_path": b"GET /api/users/ HTTP/1.1\r\nHost: localhost/api\r\n\r\n",
    "with_space": b"GET /api/users/ HTTP/1.1\r\nHost: local host\r\n\r\n",
    "port_not_a_number": b"GET /api/users/ HTTP/1.1\r\nHost: localhost:http\r\n\r\n",
    "open_bracket": b"GET /api/users/ HTTP/1.1\r\nHost: [::1\r\n\r\n",
    "not_ascii": b"GET /api/users/ HTTP/1.1\r\nHost: localh\xf6st\r\n\r\n",
    "missing_beside_an_absolute_target": b"GET http://localhost/api/users/ HTTP/1.1\r\n\r\n",
}

# Faults inside a chunked body: the head was fine.
BAD_CHUNKS = {
    "size_not_hexadecimal": b"g\r\n",
    "size_negative": b"-1\r\n",
    "size_with_plus": b"+5\r\nhello\r\n0\r\n\r\n",
    "size_with_0x": b"0x5\r\nhello\r\n0\r\n\r\n",
    "size_empty": b"\r\nhello\r\n0\r\n\r\n",
    "size_beyond_64_bits": b"10000000000000000\r\nhello\r\n0\r\n\r\n",
    "size_with_leading_space": b" 5\r\nhello\r\n0\r\n\r\n",
    "size_line_ends_in_lf": b"5\nhello\r\n0\r\n\r\n",
    "chunk_ends_in_lf": b"5\r\nhello\n0\r\n\r\n",
    "chunk_longer_than_said": b"5\r\nhelloo\r\n0\r\n\r\n",
    "chunk_without_line_end": b"5\r\nhello0\r\n\r\n",
    "last_chunk_ends_in_lf": b"5\r\nhello\r\n0\n\n",
    "bare_cr_after_size": b"5\rhello\r\n0\r\n\r\n",
    "bare_lf_in_extension": b"5;a=b\nhello\r\n0\r\n\r\n",
    "size_with_trailing_tab_and_letter": b"5\tx\r\nhello\r\n0\r\n\r\n",
    "size_with_underscore": b"0_5\r\nhello\r\n0\r\n\r\n",
    "size_not_ascii_digits": "\u0665\r\nhello\r\n0\r\n\r\n".encode(),
    "nul_after_size": b"5\x00\r\nhello\r\n0\r\n\r\n",
    "bare_cr_in_extension": b"5;a=b\rc\r\nhello\r\n0\r\n\r\n",
    "extension_without_name": b"5;=b\r\nhello\r\n0\r\n\r\n",
    "chunk_shorter_than_said": b"6\r\nhello\r\n0\r\n\r\n",
    "chunk_ends_in_cr": b"5\r\nhello\r0\r\n\r\n",
    "trailer_ends_in_lf": b"5\r\nhello\r\n0\r\nX-A: 1\n\r\n",
    "trailer_with_bare_cr": b"5\r\nhello\r\n0\r\nX-A: 1\rb\r\n\r\n",
    "trailer_with_nul": b"5\r\nhello\r\n0\r\nX-A: \x00\r\n\r\n",
    "trailer_without_colon": b"5\r\nhello\r\n0\r\nX-A\r\n\r\n",
    "request_in_place_of_a_trailer": b"5\r\nhello\r\n0\r\nGET /healthz HTTP/1.1\r\n\r\n",
    "trailer_with_space_before_colon": b"5\r\nhello\r\n0\r\nX-A : 1\r\n\r\n",
    "trailer_folded_with_space": b"5\r\nhello\r\n0\r\nX-A: 1\r\n 2\r\n\r\n",
    "trailer_folded_with_tab": b"5\r\nhello\r\n0\r\nX-A: 1\r\n\t2\r\n\r\n",
    "first_trailer_begins_with_space": b"5\r\nhello\r\n0\r\n X-A: 1\r\n\r\n",
    "trailer_folded_to_nothing": b"5\r\nhello\r\n0\r\nX-A: 1\r\n \r\n\r\n",
    "size_with_trailing_space": b"5 \r\nhello\r\n0\r\n\r\n",
    "size_of_too_many_digits": b"00000000000000005\r\nhello\r\n0\r\n\r\n",
    "extension_with_open_quote": b'5;a="b\r\nhello\r\n0\r\n\r\n',
    "extension_without_value": b"5;a=\r\nhello\r\n0\r\n\r\n",
    "extension_without_semicolon": b"5 a=b\r\nhello\r\n0\r\n\r\n",
    "extension_with_text_behind_quotes": b'5;a="b"c\r\nhello\r\n0\r\n\r\n',
}


def assert_refused_and_closed(connection, status=400):
    answer = connection.read()
    assert answer.status == status, answer
    assert answer.header("content-type") == "application/json"
    assert list(answer.json()) == ["detail"] and isinstance(answer.json()["detail"], str)
    assert answer.header("x-request-id")
    assert (answer.header("connection") or "").lower() == "close"
    assert connection.is_closed()
    return answer


@pytest.mark.parametrize("name", BAD_HEADS)
def test_a_malformed_head_is_refused_and_the_connection_closed(server, name):
    with RawConnection(server.port) as connection:
        connection.send(BAD_HEADS[name])
        answer = assert_refused_and_closed(connection)
    assert answer.header("access-control-allow-origin") is None


@pytest.mark.parametrize("name", BAD_HEADS)
def test_what_follows_a_malformed_head_is_not_read_as_a_request(server, name):
    with RawConnection(server.port) as connection:
        connection.send(BAD_HEADS[name] + request("/healthz") * 2)
        assert_refused_and_closed(connection)


@pytest.mark.parametrize("name", BAD_HOSTS)
def test_a_missing_or_repeated_host_is_refused(server, name):
    answer = exchange(server.port, BAD_HOSTS[name])
    assert (answer.status, list(answer.json())) == (400, ["detail"])
    assert answer.header("x-request-id")


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_a_malformed_chunked_body_is_refused_and_the_connection_closed(server, name):
    with RawConnection(server.port) as connection:
        # The request behind it shows that the fault is not read as the end of the body.
        connection.send(CHUNKED + BAD_CHUNKS[name] + request("/healthz"))
        answer = assert_refused_and_closed(connection)
    assert answer.header("access-control-allow-origin") == "http://localhost:4200"


@pytest.mark.parametrize("version", [b"HTTP/2.0", b"HTTP/1.2", b"HTTP/0.9", b"HTTP/3.0"])
def test_an_unsupported_version_is_refused(server, version):
    with RawConnection(server.port) as connection:
        connection.send(b"GET /healthz " + version + b"\r\nHost: localhost\r\n\r\n")
        answer = connection.read()
        assert answer.status in (400, 505) and list(answer.json()) == ["detail"]
        assert connection.is_closed()


def test_the_preface_of_http_2_is_refused(server):
    with RawConnection(server.port) as connection:
        connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        assert_refused_and_closed(connection, 505)


# -- smuggling: two servers in a row that see different ends of one request

SMUGGLED = request("/healthz", headers=[("X-Request-ID", "smuggled")])
# A chunked body of nothing, then the smuggled request: it is part of the body by Content-Length, a request by chunks.
CL_TE_BODY = b"0\r\n\r\n" + SMUGGLED
# One chunk that holds the smuggled request: a part of the body by chunks, a request by a Content-Length of 4.
TE_CL_BODY = b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n"
OBFUSCATED = {
    "space_before_colon": b"Transfer-Encoding : chunked", "tab_before_colon": b"Transfer-Encoding\t: chunked",
    "vertical_tab": b"Transfer-Encoding:\x0bchunked", "nul": b"Transfer-Encoding: chunked\x00",
    "prefix": b"Transfer-Encoding: xchunked", "comma": b"Transfer-Encoding: chunked,",
    "quotes": b"Transfer-Encoding: 'chunked'",
    "identity": b"Transfer-Encoding: identity", "list": b"Transfer-Encoding: chunked, identity",
    "folded": b"Transfer-Encoding:\r\n chunked", "behind_lf": b"X-A: x\nTransfer-Encoding: chunked",
    "behind_cr": b"X-A: x\rTransfer-Encoding: chunked", "leading_space": b" Transfer-Encoding: chunked",
    "twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "twice_reversed": b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    "twice_in_cases": b"Transfer-Encoding: chunked\r\ntransfer-encoding: cow",
    "upper_case": b"TRANSFER-ENCODING: CHUNKED",
}


def assert_not_smuggled(server, data):
    """One refusal, the end, and nothing of what was hidden."""
    with RawConnection(server.port) as connection:
        connection.send(data)
        answer = assert_refused_and_closed(connection)
    assert answer.header("x-request-id") != "smuggled"


@pytest.mark.parametrize("name", OBFUSCATED)
def test_cl_te_pairs_are_refused(server, name):
    length = b"Content-Length: %d\r\n" % len(CL_TE_BODY)
    assert_not_smuggled(server, POST + length + OBFUSCATED[name] + b"\r\n\r\n" + CL_TE_BODY)


@pytest.mark.parametrize("name", OBFUSCATED)
def test_te_cl_pairs_are_refused(server, name):
    assert_not_smuggled(server, POST + OBFUSCATED[name] + b"\r\nContent-Length: 4\r\n\r\n" + TE_CL_BODY)


@pytest.mark.parametrize("name", sorted(set(OBFUSCATED) - {"upper_case"}))
def test_te_te_pairs_are_refused(server, name):
    """With an honest Transfer-Encoding beside the obfuscated one."""
    for lines in ((b"Transfer-Encoding: chunked", OBFUSCATED[name]), (OBFUSCATED[name], b"Transfer-Encoding: chunked")):
        assert_not_smuggled(server, POST + b"\r\n".join(lines) + b"\r\n\r\n" + CL_TE_BODY)


@pytest.mark.parametrize("first, second", [(0, len(SMUGGLED)), (len(SMUGGLED), 0), (21, 5)])
def test_cl_cl_pairs_are_refused(server, first, second):
    lengths = b"Content-Length: %d\r\nContent-Length: %d\r\n\r\n" % (first, second)
    assert_not_smuggled(server, POST + lengths + SMUGGLED)


def test_a_name_with_an_underscore_is_not_the_framing_field(server):
    """CGI's variables do not tell the two apart."""
    with RawConnection(server.port) as connection:
        connection.send(POST + b"Content_Length: 0\r\nTransfer_Encoding: chunked\r\nContent-Length: 21\r\n\r\n" + BODY +
                        request("/healthz"))
        assert connection.read().json() == {"password": ["This field is required."]}
        assert connection.read().status == 200


# -- what must be understood

def chunks(body, size=4, extension=b"", trailer=b""):
    pieces = [body[at:at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(p), extension, p) for p in pieces) + b"0\r\n" + trailer + b"\r\n"


@pytest.mark.parametrize("body", [
    chunks(BODY), chunks(BODY, 1), chunks(BODY, 100), chunks(BODY, 100).replace(b"15\r\n", b"0000015\r\n", 1),
    chunks(BODY, 4, b";name=value"), chunks(BODY, 4, b';name="quoted \\" text"'), chunks(BODY, 4, b"", b"X-Sum: 1\r\n"),
    chunks(BODY, 4, b" ; a\t=\tb ;c"),
], ids=["small", "bytes", "one", "leading_zeros", "extension", "quoted_extension", "trailer", "blanks_in_extensions"])
def test_a_chunked_body_is_read(server, body):
    answer = exchange(server.port, CHUNKED + body)
    assert (answer.status, answer.json()) == (400, {"password": ["This field is required."]})


def test_a_trailer_cannot_become_a_header(server):
    """A trailer that names a framing or an authorization field changes nothing."""
    token = mint().encode()
    head = b"GET /api/accounts/synka777/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert exchange(server.port, head + b"0\r\nAuthorization: Bearer " + token + b"\r\n\r\n").status == 401


def test_a_chunked_body_may_come_byte_by_byte(server):
    with RawConnection(server.port) as connection:
        for byte in CHUNKED + chunks(BODY):
            connection.send(bytes([byte]))
        assert connection.read().status == 400


def test_chunked_is_compared_without_case(server):
    assert exchange(server.port, CHUNKED.replace(b"chunked", b"CHUNKED") + chunks(BODY)).json() == {
        "password": ["This field is required."]}


def test_a_chunked_body_leaves_the_connection_in_step(server):
    with RawConnection(server.port) as connection:
        connection.send(CHUNKED + chunks(BODY, 4, b"", b"X-Sum: 1\r\n") + request("/healthz"))
        assert [connection.read().status, connection.read().status] == [400, 200]


def test_a_body_of_a_route_that_does_not_read_it_leaves_the_connection_in_step(server, access):
    smuggled = request("/healthz")
    with RawConnection(server.port) as connection:
        connection.send(request("/api/accounts/synka777/", token=access, body=smuggled) + request("/api/nothing/"))
        assert [connection.read().status, connection.read().status] == [200, 404]


def test_empty_lines_before_a_request_are_skipped(server):
    """RFC 9112, 2.2: at least one CRLF before the request line."""
    assert exchange(server.port, b"\r\n" + request("/healthz")).status == 200


@pytest.mark.parametrize("line", [b"X-A:1", b"X-A:", b"X-A: \t 1 \t", b"X-A: \xe9\xff", b"x!#$%&'*+-.^_`|~9: 1"])
def test_unusual_but_legal_headers_are_accepted(server, line):
    assert exchange(server.port, GET + line + b"\r\n\r\n").status == 200


def test_an_absolute_target_is_understood_and_its_host_counts(server, access):
    target = "/api/accounts/synka777/"
    assert exchange(server.port, request("http://localhost" + target, token=access)).status == 200
    assert exchange(server.port, request("http://localhost:9" + target, token=access)).status == 200
    for foreign in ("http://example.com", "http://user@localhost"):
        # RFC 9112, 3.2.2: the authority of the target replaces Host.  The original reads Host alone.
        answer = exchange(server.port, request(foreign + target, token=access))
        assert answer.status in (200, 400), answer


@pytest.mark.parametrize("method, target", [
    ("CONNECT", "localhost:80"), ("CONNECT", "/healthz"), ("CONNECT", "*"), ("CONNECT", "http://localhost/healthz"),
    ("GET", "*"), ("POST", "*"), ("OPTIONS", "**"), ("OPTIONS", "*/"), ("GET", "healthz"), ("GET", "healthz/"),
    ("GET", "localhost/healthz"), ("GET", "localhost:80"), ("GET", "?a=/healthz"), ("GET", "#/healthz"), ("GET", "./healthz"),
    ("GET", "http:/healthz"), ("GET", "http:///healthz"), ("GET", "http://"), ("GET", "http://?a"), ("GET", "https:healthz"),
    ("GET", "ftp://localhost/healthz"), ("GET", "urn:healthz"), ("GET", "\\healthz"), ("GET", "%2Fhealthz"),
])
def test_a_target_that_is_no_path_is_refused_and_the_connection_closed(server, method, target):
    """RFC 9112, 3.2: we are no proxy, and `*` is for OPTIONS."""
    with RawConnection(server.port) as connection:
        connection.send(request(target, method) + request("/healthz"))
        assert_refused_and_closed(connection)


def test_options_of_the_whole_server_keeps_the_connection(server):
    with RawConnection(server.port) as connection:
        connection.send(request("*", "OPTIONS") + request("/healthz"))
        assert [connection.read().status, connection.read().status] == [404, 200]


def test_an_unknown_method_is_answered_by_its_route(server):
    assert exchange(server.port, request("/api/users/", "BREW")).status == 401


@pytest.mark.parametrize("scheme", ["http", "HTTP", "https", "hTTps"])
def test_the_scheme_of_an_absolute_target_is_compared_without_case(server, access, scheme):
    target = f"{scheme}://localhost/api/accounts/synka777/"
    assert exchange(server.port, request(target, token=access, host="example.com")).status == 200


# -- the life of a connection

def test_pipelined_requests_are_answered_in_order(server, access):
    targets = ["/healthz", "/api/accounts/synka777/", "/api/nothing/", "/api/users/", "/api/accounts/nope/", "/readyz"]
    statuses = [200, 200, 404, 200, 404, 200]
    with RawConnection(server.port) as connection:
        connection.send(b"".join(request(t, token=access, headers=[("X-Request-ID", f"id-{n}")])
                                 for n, t in enumerate(targets * 5)))
        answers = [connection.read() for _ in targets * 5]
    assert [a.status for a in answers] == statuses * 5
    assert [a.header("x-request-id") for a in answers] == [f"id-{n}" for n in range(30)]


@pytest.mark.parametrize("bad, status", [
    (GET + b"X-A : 1\r\n\r\n", 400), (POST + b"Content-Length: x\r\n\r\n", 400), (CHUNKED + b"x\r\n", 400),
    (b"GET /healthz HTTP/3.0\r\n\r\n", 505), (POST + b"Content-Length: 99999999\r\n\r\n", 413),
    (request("/" + "a" * 9000), 414),
], ids=["head", "length", "chunk", "version", "too_large", "too_long"])
def test_a_bad_request_in_the_middle_of_a_pipeline_ends_it(server, bad, status):
    """Those before it are answered, those behind it are not read."""
    with RawConnection(server.port) as connection:
        connection.send(request("/healthz") * 3 + bad + request("/healthz") * 3)
        assert [connection.read().status for _ in range(4)] == [200, 200, 200, status]
        assert connection.is_closed()


@pytest.mark.parametrize("framing, body", [
    (b"Content-Length: 21\r\n\r\n", BODY), (b"Transfer-Encoding: chunked\r\n\r\n", chunks(BODY)),
], ids=["content_length", "chunked"])
def test_bytes_behind_a_body_are_the_next_request(server, framing, body):
    """And nothing else: what is no request there is refused as one."""
    with RawConnection(server.port) as connection:
        connection.send(POST + framing + body + b"\r\n" + request("/healthz"))
        connection.send(POST + framing + body + b"}garbage\r\n\r\n")
        assert [connection.read().status for _ in range(3)] == [400, 200, 400]
        assert_refused_and_closed(connection)


def test_a_pipeline_in_single_bytes_is_answered_in_order(server):
    with RawConnection(server.port) as connection:
        for byte in request("/healthz") + CHUNKED + chunks(BODY) + request("/api/nothing/"):
            connection.send(bytes([byte]))
        assert [connection.read().status for _ in range(3)] == [200, 400, 404]


def test_what_follows_connection_close_is_not_served(server):
    with RawConnection(server.port) as connection:
        connection.send(request("/healthz", headers=[("Connection", "close")]) + request("/healthz") * 5)
        assert connection.read().status == 200
        assert connection.is_closed()


def test_a_pipeline_whose_client_has_said_everything_is_answered_whole(server):
    with RawConnection(server.port) as connection:
        connection.send(request("/healthz") * 20).finish_sending()
        assert [connection.read().status for _ in range(20)] == [200] * 20
        assert connection.is_closed()


def test_a_connection_is_kept_alive(server):
    with RawConnection(server.port) as connection:
        for _ in range(50):
            answer = connection.send(request("/healthz")).read()
            assert answer.status == 200 and (answer.header("connection") or "").lower() != "close"


def test_an_error_of_a_well_framed_request_keeps_the_connection(server):
    with RawConnection(server.port) as connection:
        for target, status in (("/api/users/", 401), ("/api/nothing/", 404), ("/healthz", 200)):
            assert connection.send(request(target)).read().status == status


@pytest.mark.parametrize("value", ["close", "Close", "keep-alive, close", "TE, close"])
def test_connection_close_is_honoured(server, value):
    with RawConnection(server.port) as connection:
        answer = connection.send(request("/healthz", headers=[("Connection", value)])).read()
        assert (answer.status, answer.header("connection").lower()) == (200, "close")
        assert connection.is_closed()


def test_http_1_0_closes_unless_asked_to_keep_alive(server):
    with RawConnection(server.port) as connection:
        assert connection.send(request("/healthz", version="1.0")).read().status == 200
        assert connection.is_closed()
    with RawConnection(server.port) as connection:
        kept = request("/healthz", version="1.0", headers=[("Connection", "keep-alive")])
        answer = connection.send(kept).read()
        assert (answer.status, answer.header("connection").lower()) == (200, "keep-alive")
        assert connection.send(kept).read().status == 200


def test_http_1_0_gets_no_chunked_answer(server, access):
    answer = exchange(server.port, request("/api/users/", version="1.0", token=access))
    assert answer.status == 200 and answer.header("transfer-encoding") is None
    assert isinstance(json.loads(answer.body), list)


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/api/users/", "/api/accounts/nope/", "/api/nothing/",
                                    "/api/users", "/api/token/"])
def test_head_never_has_a_body(server, access, target):
    with RawConnection(server.port) as connection:
        connection.send(request(target, "HEAD", token=access) + request("/healthz"))
        connection.read("HEAD")
        assert connection.read().status == 200  # a body would have been read as this answer's head


@pytest.mark.parametrize("target", ["/api/accounts/synka777/", "/api/accounts/nope/"])
def test_head_says_what_get_says(server, access, target):
    head = exchange(server.port, request(target, "HEAD", token=access), "HEAD")
    get = exchange(server.port, request(target, token=access))
    assert head.status == get.status
    for name in ("content-type", "allow", "vary"):
        assert head.header(name) == get.header(name)
    assert head.header("content-length") in (None, get.header("content-length"))


def test_a_half_closed_client_still_gets_its_answer(server, access):
    with RawConnection(server.port) as connection:
        connection.send(request("/api/users/", token=access)).finish_sending()
        assert connection.read().status == 200
        assert connection.is_closed()


def test_a_body_cut_off_by_the_client_changes_nothing(server):
    with RawConnection(server.port) as connection:
        connection.send(POST + b"Content-Length: 100\r\n\r\n" + BODY).finish_sending()
        rest = connection.read_to_end()
        assert rest == b"" or b" 400 " in rest.split(b"\r\n")[0]
    assert server.get("/healthz").status_code == 200


def test_clients_that_reset_mid_answer_do_no_harm(server, access):
    for _ in range(30):
        connection = RawConnection(server.port, receive_buffer=2048)
        connection.send(request("/api/users/", token=access) * 20)
        connection.reset()
    assert server.get("/api/accounts/synka777/", token=access).status_code == 200


@pytest.mark.parametrize("sane", ["abc", "0b7a3c1e-55aa-4b6e-9f2d-0123456789ab", "A.b_c-1"])
def test_a_sane_request_id_is_echoed(server, sane):
    assert exchange(server.port, request("/healthz", headers=[("X-Request-ID", sane)])).header("x-request-id") == sane


@pytest.mark.parametrize("odd", ["", "has space", "x" * 300, 'quo"te', "semi;colon<script>", "\xe9"])
def test_an_odd_request_id_is_replaced(server, odd):
    answer = exchange(server.port, request("/healthz", headers=[("X-Request-ID", odd)]))
    assert answer.header("x-request-id") not in (None, "", odd)


def test_request_ids_differ(server):
    ids = [exchange(server.port, request("/healthz")).header("x-request-id") for _ in range(20)]
    assert len(set(ids)) == 20
