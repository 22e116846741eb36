"""A small HTTP receiver for tests, and signatures checked from the standards' text instead of the addon's code."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "a secret for tests, long enough for both sides"  # not a real one


class Receiver:
    """Keeps what was posted; answers what `answers` holds, one by one, then 202 with an empty object."""

    def __init__(self):
        self.heard = []  # (path, headers, body bytes)
        self.answers = []  # (status, object or bytes)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def bodies(self):
        return [json.loads(body) for _path, _headers, body in self.heard]

    def _handler(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                content = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append((self.path, {k.lower(): v for k, v in self.headers.items()}, content))
                status, answer = receiver.answers.pop(0) if receiver.answers else (202, {})
                answer = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                if status in (301, 302, 307, 308):
                    self.send_header("Location", f"{receiver.url}/elsewhere")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        return Handler


def hmac_sha256(key, message):
    """RFC 2104, written out."""
    key = hashlib.sha256(key).digest() if len(key) > 64 else key
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key) + message).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in key) + inner).digest()


def webhook_signature(secret, event_id, timestamp, body):
    key = hmac_sha256(secret.encode(), b"countersign.events")
    signed = b".".join((event_id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac_sha256(key, signed)).decode()


def claims_of(secret, authorization):
    """The claims of a token whose signature holds."""
    kind, token = authorization.split(" ")
    head, claims, signature = token.split(".")
    key = hmac_sha256(secret.encode(), b"countersign.panel")
    assert kind == "Bearer"
    assert _decoded(signature) == hmac_sha256(key, f"{head}.{claims}".encode())
    assert json.loads(_decoded(head)) == {"alg": "HS256", "typ": "JWT"}
    return json.loads(_decoded(claims))


def _decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
