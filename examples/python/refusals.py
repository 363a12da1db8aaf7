"""What the application gets for calls that must not work. Ends with an error if one of them does."""
import os

import synapsor


def client(token, reviewer_token=None):
    return synapsor.Synapsor(os.environ["SYNAPSOR_URL"], token=token, reviewer_token=reviewer_token)


agent, reviewer = os.environ["AGENT_TOKEN"], os.environ["REVIEWER_TOKEN"]
greedy, other_tenant = os.environ["GREEDY_TOKEN"], os.environ["OTHER_TENANT_TOKEN"]
db = client(agent, reviewer)
run = db.agent_runs.start(workflow="billing.late_fee_waiver_flow")
propose = "billing.propose_late_fee_waiver"
arguments = {"invoice_id": 3001, "reason": "card update failure"}


def refused(what, code, kind, call):
    try:
        answer = call()
    except kind as refusal:
        assert refusal.code == code, f"{what}: {refusal.code} instead of {code}"
        assert refusal.request_id, f"{what}: the refusal has no request id"
        print(f"{what:<44} {refusal.status} {refusal.code}")
        return
    raise SystemExit(f"{what}: answered with {answer}")


refused("a token of nobody", "UNAUTHENTICATED", synapsor.Unauthenticated,
        lambda: client("not.a.token").agent_runs.start(workflow="billing.late_fee_waiver_flow"))
refused("a second open proposal for the row", "PROPOSAL_ALREADY_EXISTS", synapsor.Conflict,
        lambda: run.invoke_capability(propose, step_key="again", arguments=arguments))
refused("another invoice than the session's", "TARGET_OUTSIDE_CONTEXT", synapsor.Conflict,
        lambda: run.invoke_capability(propose, step_key="other", arguments={**arguments, "invoice_id": 3002}))
refused("a tenant named by the model", "INVALID_ARGUMENT", synapsor.SynapsorError,
        lambda: run.invoke_capability(propose, step_key="tenant", arguments={**arguments, "tenant_id": "globex"}))
refused("a second approval", "PROPOSAL_NOT_PENDING_REVIEW", synapsor.Conflict,
        lambda: db.approve_write("wrp://1", reason="again"))

# A proposal of its own, about invoice 3002, on which nobody has decided yet.
second = client(os.environ["AGENT_3002_TOKEN"]).invoke_agent_capability(
    propose, {"invoice_id": 3002, "reason": "goodwill"}, workflow="billing.late_fee_waiver_flow", mode="propose_only")
waiting = second["proposal"]["proposal_id"]
refused("the proposer approves, with the role", "SELF_APPROVAL", synapsor.Forbidden,
        lambda: client(agent, greedy).approve_write(waiting, reason="mine"))
refused("a reviewer without the role", "NOT_FOUND", synapsor.NotFound,
        lambda: client(agent, os.environ["NO_ROLE_TOKEN"]).approve_write(waiting, reason="why not"))
refused("a reviewer of another tenant", "NOT_FOUND", synapsor.NotFound,
        lambda: client(agent, other_tenant).approve_write(waiting, reason="why not"))
refused("an approval of something else than was seen", "PROPOSAL_HASH_MISMATCH", synapsor.Conflict,
        lambda: db.approve_write(waiting, reason="seen", proposal_hash="sha256:" + "0" * 64))
refused("a commit before anybody approved", "PROPOSAL_NOT_APPROVED", synapsor.Conflict,
        lambda: db.commit_write(waiting))

rejected = db.reject_write(waiting, reason="no ticket names a reason")
assert rejected["status"] == "rejected", rejected
print(f"{'the reviewer rejects it':<44} 200 {rejected['status']}")
