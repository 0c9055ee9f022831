"""Certificates that the `openssl` command makes, and clients that look at TLS more closely than a library for HTTP."""
import ssl
import subprocess


class Certificate:
    """A self-signed certificate and its key in PEM files, for `localhost`, 127.0.0.1 and the names given."""

    def __init__(self, folder, name="server", key="ec", names=()):
        self.cert, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        kind = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["rsa:2048"]}[key]
        subprocess.run(["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", ",".join(["subjectAltName=DNS:localhost,IP:127.0.0.1", *(f"DNS:{one}" for one in names)]), "-keyout", self.key, "-out", self.cert],
                       check=True, capture_output=True)

    @property
    def settings(self):
        return {"tls_cert": self.cert, "tls_key": self.key}

    @property
    def der(self):
        return ssl.PEM_cert_to_DER_cert(self.cert.read_text())


def client(version=None, protocols=None):
    """A context that verifies nothing.  @param version  the only one that it speaks; old ones with old ciphers"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if version:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    if protocols:
        context.set_alpn_protocols(protocols)
    return context
