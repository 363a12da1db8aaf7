CREATE AGENT WORKFLOW shop.refund_flow
DESCRIPTION 'Answer about the order at hand and propose a refund request'
SESSION REQUIRE tenant_id, principal, current_order_id
ALLOWED CAPABILITIES (
  shop.read_order,
  shop.propose_refund
)
EVIDENCE REQUIRED
AUTO BRANCH ON PROPOSAL
CHECKPOINT EVERY STEP
ON RISK medium REQUIRE APPROVAL ROLE 'order_ops'
ON RISK high REQUIRE APPROVAL ROLE 'order_ops_lead'
RETENTION RUNS 365 DAYS;

CREATE AGENT CONTEXT shop.order_at_hand
ROOT orders AS ord
LOOKUP ord.id = SESSION current_order_id
BIND tenant_id FROM SESSION tenant_id
BIND principal FROM SESSION principal
BIND order_id FROM SESSION current_order_id
INCLUDE customers AS customer ON ord.customer_id = customer.id
OUTPUT SLOTS
  order_id AS ord.id,
  status AS ord.status,
  total_cents AS ord.total_cents,
  refund_cents AS ord.refund_cents,
  customer_name AS customer.display_name
EVIDENCE ON;

CREATE AGENT CAPABILITY shop.read_order
DESCRIPTION 'Show the order at hand: its status, its total and what was refunded'
USE CONTEXT shop.order_at_hand
EXECUTION READ ONLY
PROFILE MINIMAL
INLINE EVIDENCE handles_only;

CREATE AGENT CAPABILITY shop.propose_refund
DESCRIPTION 'Propose to request a refund on the order at hand, for an amount in cents and with a note'
ARG refund_cents INT64 REQUIRED MIN 1 MAX 20000 DESCRIPTION 'what to refund, in cents'
ARG note VARCHAR REQUIRED MAX LENGTH 500 DESCRIPTION 'why, for the colleague who decides'
HIDDEN tenant_id FROM SESSION tenant_id
HIDDEN principal FROM SESSION principal
USE CONTEXT shop.order_at_hand
EXECUTION PROPOSAL
PROFILE MINIMAL
INLINE EVIDENCE handles_only
-- sync:allow SYN908 the ledger is the audit trail of this shop
WRITE PROPOSAL TARGET orders
OPERATION UPDATE
LOOKUP id FROM BINDING order_id
TENANT tenant_id FROM BINDING tenant_id
COLUMNS status FROM VALUE 'refund_requested',
        refund_cents FROM ARG refund_cents,
        refund_note FROM ARG note,
        last_actor FROM BINDING principal
CONFLICT GUARD updated_at
SUMMARY TEMPLATE 'Request a refund of {refund_cents} cents on order {order_id}';
