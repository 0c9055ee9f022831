"""One-time codes as an authenticator app makes them (RFC 6238), independently of the server's code."""
import base64
import hashlib
import hmac
import struct
import time

STEP = 30


def code(secret, when=None):
    """Six digits for the secret in base32 at a time (default: now)."""
    counter = int((time.time() if when is None else when) // STEP)
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset:offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1000000:06}"
