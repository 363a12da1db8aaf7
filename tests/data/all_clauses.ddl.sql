-- Every clause of the language at least once.
CREATE AGENT WORKFLOW desk.return_flow
VERSION '2026-01'
DESCRIPTION 'Handle a return, it''s reviewed -- always'
SESSION REQUIRE tenant_id, principal, current_return_id
ALLOWED CAPABILITIES (
  desk.read_return,
  desk.propose_return_decision
)
ALLOWED EXTERNAL ACTIONS (
  mailer.send_notice
)
EVIDENCE REQUIRED
AUTO BRANCH ON PROPOSAL
CHECKPOINT EVERY STEP
ON RISK medium REQUIRE APPROVAL ROLE 'desk_lead'
ON RISK high REQUIRE 2 APPROVALS ROLE 'desk_head'
ON RISK low REQUIRE APPROVAL
RETENTION RUNS 180 DAYS, EVIDENCE 365 DAYS;

CREATE AGENT CONTEXT desk.current_return
ROOT sales.returns AS ret
LOOKUP ret.id = SESSION current_return_id
BIND tenant_id FROM SESSION tenant_id
BIND return_id FROM SESSION current_return_id
INCLUDE customers AS customer ON ret.customer_id = customer.id
SEARCH policies AS hits USING HYBRID(policies.body)
  QUERY ARG question
  FILTER policies.tenant_id = SESSION tenant_id, policies.topic = VALUE 'returns'
  TOP 3
OUTPUT SLOTS
  status AS ret.status,
  version AS ret.version, -- a column called like a keyword
  "Order Total" AS ret."total ""gross""",
  `key` AS ret.key
EVIDENCE OFF;

CREATE AGENT CAPABILITY desk.read_return
VERSION '7'
DESCRIPTION 'Decide about the current return'
ARG question VARCHAR(200) REQUIRED MAX LENGTH 200 DESCRIPTION 'what to find out'
ARG amount DECIMAL(12, 2) MIN -10.50 MAX +99999999999999999999.99
ARG kind VARCHAR ENUM ('refund', 'exchange')
HIDDEN tenant_id FROM SESSION tenant_id
HIDDEN current_return_id FROM SESSION current_return_id
USE CONTEXT desk.current_return
EXECUTION READ ONLY
TOKEN BUDGET MAX OUTPUT TOKENS 800, MAX INLINE EVIDENCE ITEMS 3, MAX REASON COUNT 4, PREFER HANDLES
PLAN
DEFAULT DECISION needs_review
SCAN row FROM returns AS ret
WHERE FIELD ret.tenant_id = ARG tenant_id
  AND FIELD ret.id = ARG current_return_id
OUTPUT id = FIELD ret.id,
       total = FIELD ret.total
EXISTS flagged FROM customer_flags AS cf
WHERE FIELD cf.customer_id = FIELD ret.customer_id
HYBRID_SEARCH found TABLE policies COLUMN body QUERY ARG question LIMIT 5
  FILTER tenant_id = ARG tenant_id, topic = 'returns'
RULE refuse REASON missing
  WHEN STEP_COUNT row = 0
  TERMINAL
RULE needs_review REASON flagged DETAIL 'The customer is flagged.'
  WHEN STEP_COUNT flagged > 0
RULE accept REASON small
  WHEN FIELD ret.total <= 6000
  AND FIELD ret.status != 'closed'
  TERMINAL REQUIRE NO PRIOR REASONS
PAYLOAD ret = STEP_OUTPUT row, flags = STEP_COUNT flagged
EVIDENCE ret = STEP_OUTPUT row
END PLAN
RETURNS JSON '{"type":"object"}'
PROFILE MINIMAL
FIELD ALIASES decision AS d, reason_codes AS r
INLINE EVIDENCE handles_only;

CREATE AGENT CAPABILITY desk.propose_return_decision
DESCRIPTION 'Propose the decision'
ARG note VARCHAR REQUIRED
HIDDEN principal FROM SESSION principal
USE CONTEXT desk.current_return
EXECUTION PROPOSAL
WRITE PROPOSAL TARGET sales.returns
OPERATION UPDATE
LOOKUP id FROM BINDING return_id
TENANT tenant_id FROM BINDING tenant_id
COLUMNS status FROM VALUE 'decided',
        refund FROM VALUE 0,
        note FROM ARG note,
        reviewer FROM BINDING principal
CONFLICT GUARD row_version
BOUND refund MIN 0 MAX 5000
TRANSITION status ALLOW 'open' TO 'decided', 'held' TO 'decided'
AUDIT return_audit
SUMMARY TEMPLATE 'Decide return {return_id}';

CREATE AGENT CAPABILITY desk.close_return
DESCRIPTION 'Close it'
USE CONTEXT desk.current_return
EXECUTION PROPOSAL
WRITE PROPOSAL TARGET returns
OPERATION DELETE
LOOKUP id FROM BINDING return_id
TENANT tenant_id FROM BINDING tenant_id
CONFLICT GUARD BEFORE IMAGE;

CREATE SETTLEMENT POLICY desk.small
FOR CAPABILITY desk.propose_return_decision
TARGET BRANCH main
AUTO APPROVE WHEN
  PAYLOAD target_table = 'returns'
  AND PAYLOAD trusted_after.refund >= 0
  AND PAYLOAD trusted_after.refund < 1500
  AND PAYLOAD trusted_before.closed <> TRUE
AUTO COMMIT
AUTO MERGE
LIMIT 10 PER DAY
LIMIT TOTAL refund 9000.50 PER OBJECT DAY
ELSE LEAVE PROPOSED;

ALTER SETTLEMENT POLICY desk.small
SET TARGET BRANCH main
AUTO APPROVE WHEN
  PAYLOAD operation = 'update'
ELSE LEAVE PROPOSED;
