"""Tokens as SimpleJWT mints them, without a login's password hash."""
import base64
import json
import os

from conformance import run as kit
from support.server import SECRET

ACCESS_LIFETIME = 28800
REFRESH_LIFETIME = 604800


def mint(kind="access", user_id="1", secret=SECRET, expires_in=None, **claims):
    """A signed token; `claims` override or add, in SimpleJWT's order."""
    lifetime = expires_in if expires_in is not None else (
        ACCESS_LIFETIME if kind == "access" else REFRESH_LIFETIME)
    payload = {"token_type": kind, "exp": f"{lifetime:+d}", "iat": "-5", "jti": os.urandom(16).hex(),
               "user_id": user_id, **claims}
    return kit.mint({"mint": payload}, secret)


def claims_of(token):
    """The payload, unverified."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
