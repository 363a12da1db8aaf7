import os

from synapsor import Synapsor

db = Synapsor(os.environ["SYNAPSOR_URL"], token=os.environ["AGENT_TOKEN"], reviewer_token=os.environ["REVIEWER_TOKEN"])

run = db.agent_runs.start(
    workflow="billing.late_fee_waiver_flow",
    input={"invoice_id": 3001, "request": "Waive the late fee"},
)

proposal = run.invoke_capability(
    "billing.propose_late_fee_waiver",
    step_key="propose_late_fee_waiver",
    arguments={"invoice_id": 3001, "reason": "card update failure"},
    mode="propose_only",
    auto_branch=True,
    response_envelope=True,
)

proposal_id = proposal["proposal"]["proposal_id"]
db.approve_write(proposal_id, reason="Reviewed support ticket and policy evidence")
committed = db.commit_write(proposal_id)
print(committed["status"])
