"""A served late-fee example for tests over real HTTP or HTTPS: verified tokens, SQLite source and ledger, free port on loopback."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
SECRET = "a development secret of more than thirty-two bytes"
ISSUER, AUDIENCE = "https://login.example", "synapsor"


def encode(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def claims(principal, tenant="acme", invoice=3001, roles=(), **more):
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 600, "sub": principal, "tenant_id": tenant,
            "current_invoice_id": invoice, "roles": list(roles)} | more


def sign(body, header=None, secret=SECRET):
    text = f"{encode(header or {'alg': 'HS256', 'typ': 'JWT'})}.{encode(body)}"
    return f"{text}.{encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())}"


def token(principal, *arguments, **more):
    return sign(claims(principal, *arguments, **more))


class Answer:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text
        self.type = (headers.get("Content-Type") or "").split(";")[0]

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.json["error"]["code"]


# One a scope: outside the workflow the first may approve, inside it the workflow's rule is a floor for both.
POLICIES = """
CREATE SETTLEMENT POLICY billing.small_fee
FOR CAPABILITY billing.propose_late_fee_waiver
TARGET BRANCH main
AUTO APPROVE WHEN PAYLOAD trusted_before.late_fee_cents <= 100000
AUTO COMMIT
ELSE LEAVE PROPOSED;
CREATE SETTLEMENT POLICY billing.small_run
FOR WORKFLOW billing.late_fee_waiver_flow
TARGET BRANCH main
AUTO APPROVE WHEN PAYLOAD trusted_before.late_fee_cents <= 100000
ELSE LEAVE PROPOSED;
"""


def make_authority(directory, name):
    """A self-signed authority NAME.pem with its key NAME.key."""
    openssl(directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "2", "-keyout", f"{name}.key",
            "-out", f"{name}.pem")


def make_certificate(directory, name, days="2", authority="ca"):
    """NAME.pem with its key NAME.key for loopback, signed by the authority; a negative number of days: it has expired."""
    openssl(directory, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    with open(os.path.join(directory, "san"), "w") as names:
        names.write("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl(directory, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial",
            "-days", days, "-extfile", "san", "-out", f"{name}.pem")
    os.chmod(os.path.join(directory, f"{name}.key"), 0o600)


def openssl(directory, *arguments, **more):
    return subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True, **more).stdout


class Served:
    """`with Served(bin_directory) as served:` starts the server; it is stopped by its process id."""

    def __init__(self, binaries, *arguments, tls=False):
        self.binaries, self.arguments, self.tls = os.path.abspath(binaries), arguments, tls

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="synapsor-http-")
        try:
            self._start()
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        return self

    def _start(self):
        for name in ("agent.ddl.sql", "schema.sql", "data.sql"):
            shutil.copy(os.path.join(ROOT, "examples/late_fee_waiver", name), self.directory)
        with open(os.path.join(self.directory, "agent.ddl.sql"), "a") as ddl:
            ddl.write(POLICIES)
        shutil.copy(os.path.join(ROOT, "examples/python/synapsor.json"), self.directory)
        for name in ("schema.sql", "data.sql"):
            with open(os.path.join(self.directory, name)) as sql:
                subprocess.run(["sqlite3", "app.db"], cwd=self.directory, stdin=sql, check=True)
        subprocess.run([os.path.join(self.binaries, "sync"), "build", "-o", "app.bundle.json"], cwd=self.directory,
                       check=True, capture_output=True)
        if self.tls:
            make_authority(self.directory, "ca")
            make_certificate(self.directory, "server")
            self.arguments += ("--tls-cert", "server.pem", "--tls-key", "server.key")
            self.trust = ssl.create_default_context(cafile=os.path.join(self.directory, "ca.pem"))
        self.log_path = os.path.join(self.directory, "server.log")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [os.path.join(self.binaries, "synapsor-runner"), "serve", "--http", "127.0.0.1:0", "--bundle",
                 "app.bundle.json", "--rate", "0", *self.arguments],
                cwd=self.directory, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, "SYNAPSOR_DEV_SECRET": SECRET})
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = re.search(r"serving on https?://127\.0\.0\.1:(\d+)", self.log())
            if found:
                self.port = int(found.group(1))
                return
            if self.process.poll() is not None:
                raise RuntimeError("the server ended: " + self.log())
            time.sleep(0.02)
        self.process.kill()
        raise RuntimeError("the server did not start: " + self.log())

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    def query(self, sql):
        done = subprocess.run(["sqlite3", "app.db", sql], cwd=self.directory, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def runner(self, *arguments):
        return subprocess.run([os.path.join(self.binaries, "synapsor-runner"), *arguments], cwd=self.directory,
                              capture_output=True, text=True)

    def memory_kib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def connect(self, timeout=30):
        """A connection for bytes that no client library would send."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        return self.trust.wrap_socket(plain, server_hostname="127.0.0.1") if self.tls else plain

    def send(self, method, path, body=None, bearer=None, headers=None, timeout=30):
        """`body` is sent as it is when it is bytes, otherwise as JSON."""
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.trust) if self.tls
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout))
        try:
            sent = {} if body is None else {"Content-Type": "application/json"}
            if bearer is not None:
                sent["Authorization"] = f"Bearer {bearer}"
            data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, data, sent | (headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def post(self, path, body, bearer, **more):
        return self.send("POST", path, body, bearer, **more)
