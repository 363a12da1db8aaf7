"""A client for the application API of `synapsor-runner serve --http`. Standard library only; Python 3.9 or later.

    db = Synapsor("https://agents.example", token=..., reviewer_token=...)
    run = db.agent_runs.start(workflow="billing.late_fee_waiver_flow", input={"invoice_id": 3001})
    answer = run.invoke_capability("billing.propose_late_fee_waiver", step_key="propose", arguments={...})
    db.approve_write(answer["proposal"]["proposal_id"], reason="...")

`token` speaks for the agent's session: tenant, principal and every other trusted value come from its claims, never from
an argument. `reviewer_token` speaks for the person who decides; whoever proposed a change cannot approve it.

Every method returns the decoded answer or raises a SynapsorError. A call is sent again only when the server says that
nothing was done (429, 503) or when no connection could be made. One object may be used by several threads.
"""
import http.client
import ipaddress
import json
import time
import urllib.parse

__all__ = ["Synapsor", "SynapsorError", "Unauthenticated", "Forbidden", "NotFound", "Conflict", "Unavailable"]


class SynapsorError(Exception):
    """A refusal. `code` is stable and documented, `message` is for people, `request_id` finds it in the operator's log."""

    def __init__(self, code, message, request_id="", status=0, retryable=False, argument="", retry_after=None):
        at = f" (argument {argument})" if argument else ""
        by = f" [request {request_id}]" if request_id else ""
        super().__init__(f"{code}: {message}{at}{by}")
        self.code, self.message, self.request_id = code, message, request_id
        self.status, self.retryable, self.argument = status, retryable, argument
        self.retry_after = retry_after  # seconds, or None


class Unauthenticated(SynapsorError):
    """401: the token is missing, expired or not for this server."""


class Forbidden(SynapsorError):
    """403: a role is missing, the proposer tried to approve, or the workflow does not allow it."""


class NotFound(SynapsorError):
    """404: there is no such thing for this session."""


class Conflict(SynapsorError):
    """409: the state does not allow it (decided already, step key used for another call, an open proposal)."""


class Unavailable(SynapsorError):
    """429, 503, or no answer: try again later."""


_BY_STATUS = {401: Unauthenticated, 403: Forbidden, 404: NotFound, 409: Conflict, 429: Unavailable, 503: Unavailable}


class Synapsor:
    def __init__(self, url, token, reviewer_token=None, timeout_seconds=30.0, retries=4, ssl_context=None):
        """`timeout_seconds` bounds each wait for the server, `retries` how often a call is sent again."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url is http://HOST:PORT or https://HOST")
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            raise ValueError("tokens are sent to this machine or over https only")
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._base = parts.path.rstrip("/")
        self._ssl_context = ssl_context
        self._token, self._reviewer_token = token, reviewer_token
        self._timeout, self._retries = timeout_seconds, retries
        self.agent_runs = AgentRuns(self)

    def __repr__(self):
        return f"Synapsor({self._host}:{self._port})"  # never a token

    # Calls without a run.

    def invoke_agent_capability(self, capability, arguments=None, *, workflow=None, mode=None, auto_branch=None,
                                response_envelope=True):
        """`response_envelope=False` answers with the payload alone."""
        return self._post("/v1/agent/invoke", capability=capability, arguments=arguments or {}, workflow=workflow, mode=mode,
                          auto_branch=auto_branch, response_envelope=response_envelope)

    def read_resource(self, uri):
        """What a handle stands for: `evidence://bundle/9`, `wrp://7`, `agent-run://12`."""
        return self._post("/v1/resources/read", uri=uri)

    def replay_agent_run(self, run_id):
        """The run as it was recorded, with its steps. No side effects."""
        return self._post("/v1/agent/runs/replay", run_id=run_id)

    # Proposals. Deciding speaks for the reviewer, the rest for the agent's session.

    def preview_write(self, proposal_id):
        return self._post("/v1/agent/proposals/preview", proposal=proposal_id)

    def approve_write(self, proposal_id, *, reason, proposal_hash=None):
        """`proposal_hash` from preview_write binds the approval to what was seen."""
        return self._decide("approve", proposal_id, reason, proposal_hash)

    def reject_write(self, proposal_id, *, reason, proposal_hash=None):
        return self._decide("reject", proposal_id, reason, proposal_hash)

    def commit_write(self, proposal_id):
        """Where an approved proposal stands; on an external database the trusted runner makes the change."""
        return self._post("/v1/agent/proposals/commit", proposal=proposal_id)

    def settle_write(self, proposal_id, settlement_policy):
        """Lets a policy decide; the answer says what it decided and why."""
        return self._post("/v1/agent/proposals/settle", proposal=proposal_id, settlement_policy=settlement_policy)

    def _decide(self, decision, proposal_id, reason, proposal_hash):
        if self._reviewer_token is None:
            raise ValueError("deciding on a proposal needs reviewer_token: the proposer cannot decide")
        return self._post(f"/v1/agent/proposals/{decision}", token=self._reviewer_token, proposal=proposal_id,
                          reason=reason, proposal_hash=proposal_hash)

    # One call.

    def _post(self, path, *, token=None, **members):
        body = json.dumps({name: value for name, value in members.items() if value is not None}).encode()
        attempt = 0
        while True:
            try:
                return self._send(path, body, token or self._token)
            except Unavailable as refusal:
                if not refusal.retryable or attempt >= self._retries:
                    raise
                wait = refusal.retry_after if refusal.retry_after is not None else 0.2 * 2**attempt
            attempt += 1
            time.sleep(min(wait, 30.0))

    def _send(self, path, body, token):
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        options = {"context": self._ssl_context} if self._secure and self._ssl_context else {}
        connection = kind(self._host, self._port, timeout=self._timeout, **options)
        try:
            try:
                connection.connect()
            except OSError as error:
                raise Unavailable("NO_CONNECTION", f"{self._host} cannot be reached: {error}", retryable=True) from error
            try:
                connection.request("POST", self._base + path, body,
                                   {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
                response = connection.getresponse()
                return _answer(response, response.read())
            except (OSError, http.client.HTTPException) as error:
                # The call may have been carried out: calls with a step_key can be made again, others not blindly.
                raise Unavailable("NO_ANSWER", f"{self._host} did not answer: {error}") from error
        finally:
            connection.close()


class AgentRuns:
    def __init__(self, db):
        self._db = db

    def start(self, *, workflow, input=None, version=None):
        started = self._db._post("/v1/agent/runs", workflow=workflow, input=input or {}, version=version)
        return AgentRun(self._db, started)


class AgentRun:
    """A run under a workflow's contract. `id` and `handle` name it; `capabilities` is what it may call."""

    def __init__(self, db, started):
        self._db = db
        self.id, self.handle = started["agent_run_id"], started["run_resource"]
        self.workflow, self.capabilities = started["workflow"], started["capabilities"]

    def invoke_capability(self, capability, *, step_key, arguments=None, mode=None, auto_branch=None,
                          response_envelope=True):
        """The same step_key with the same arguments gives the stored answer; with others it raises Conflict."""
        return self._db._post(f"/v1/agent/runs/{self.id}/steps", capability=capability, step_key=step_key,
                              arguments=arguments or {}, mode=mode, auto_branch=auto_branch,
                              response_envelope=response_envelope)

    def replay(self):
        return self._db.replay_agent_run(self.id)


def _answer(response, text):
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if response.status == 200 and isinstance(body, dict):
        return body
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    request_id = (body or {}).get("request_id", "") if isinstance(body, dict) else ""
    raise _BY_STATUS.get(response.status, SynapsorError)(
        error.get("code", f"HTTP_{response.status}"), error.get("message", response.reason or "no explanation"),
        request_id or response.headers.get("X-Request-Id", ""), response.status,
        error.get("retryable", response.status in (429, 503)), error.get("argument", ""),
        _seconds(response.headers.get("Retry-After")))


def _seconds(text):
    return float(text) if text and text.isdigit() else None


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
