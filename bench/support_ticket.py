"""The project that benchmarks of reads share: examples/support_ticket on a real PostgreSQL, under the roles that `sync grants` prints, with
row-level security, its bundle built by the binaries that are measured."""
import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECRET = "a development secret of more than thirty-two bytes"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token():
    claims = {"iss": "https://login.example", "aud": "synapsor", "exp": int(time.time()) + 36000, "sub": "support_agent_17",
              "tenant_id": "acme", "current_ticket_id": "T-1042"}
    text = f"{encode(json.dumps({'alg': 'HS256'}).encode())}.{encode(json.dumps(claims).encode())}"
    return f"{text}.{encode(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())}"


def psql(directory, url, name):
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", name], cwd=directory, check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"})


def project(directory, binaries, url, row_level_security=True):
    example = os.path.join(ROOT, "examples/support_ticket")
    for name in ("agent.ddl.sql", "schema.sql", "data.sql"):
        shutil.copy(os.path.join(example, name), directory)
    for name in ("schema.sql", "data.sql"):
        psql(directory, url, name)
    config = {"ddl": ["agent.ddl.sql"],
              "sources": {"helpdesk": {"engine": "postgres", "schema": "schema.json", "read": "env:READ_URL", "tls": "off",
                                       "pool_size": 8,
                                       "row_level_security": row_level_security}},
              "tables": {"customers": {"keep_out": ["payment_token"]}},
              "session": {"provider": "jwt", "jwt": {"issuer": "https://login.example", "audience": "synapsor", "hs256": "env:SECRET",
                                                     "claims": {"current_ticket_id": "current_ticket_id"}}}}
    with open(os.path.join(directory, "synapsor.json"), "w", encoding="utf8") as file:
        json.dump(config, file)
    environment = {**os.environ, "READ_URL": re.sub(r"//[^@]*@", "//ticket_reader@", url), "SECRET": SECRET,
                   "SYNAPSOR_SESSION_TENANT_ID": "acme", "SYNAPSOR_SESSION_PRINCIPAL": "support_agent_17",
                   "SYNAPSOR_SESSION_CURRENT_TICKET_ID": "T-1042"}
    sync = os.path.join(binaries, "sync")

    def prepare(*arguments):
        subprocess.run([sync, *arguments], cwd=directory, env=environment | {"OWNER_URL": url}, check=True, stderr=subprocess.DEVNULL)

    prepare("introspect", "--url", "env:OWNER_URL", "--engine", "postgres", "-o", "schema.json")
    prepare("grants", "--source", "helpdesk", "--reader", "ticket_reader", "--writer", "ticket_writer", "-o", "roles.sql")
    psql(directory, url, "roles.sql")
    prepare("introspect", "--source", "helpdesk", "-o", "schema.json")
    prepare("build", "-o", "app.bundle.json")
    plan = subprocess.run([sync, "plan", "--format", "json"], cwd=directory, env=environment, check=True, capture_output=True, text=True)
    capability = next(c for c in json.loads(plan.stdout)["capabilities"] if c["name"] == "support.read_ticket")
    values = {"session:current_ticket_id": "T-1042", "session:tenant_id": "acme"}
    query = capability["queries"][0]
    return environment, query["sql"], [values[p["provenance"]] for p in sorted(query["params"], key=lambda p: p["position"])]
