CREATE AGENT WORKFLOW support.ticket_flow
VERSION '1'
DESCRIPTION 'Read the ticket at hand and propose to hand it to a lead for review'
SESSION REQUIRE tenant_id, principal, current_ticket_id
ALLOWED CAPABILITIES (
  support.read_ticket,
  support.propose_review
)
EVIDENCE REQUIRED
AUTO BRANCH ON PROPOSAL
CHECKPOINT EVERY STEP
ON RISK medium REQUIRE APPROVAL ROLE 'support_lead'
RETENTION RUNS 90 DAYS, EVIDENCE 180 DAYS;

CREATE AGENT CONTEXT support.ticket_at_hand
ROOT tickets AS ticket
LOOKUP ticket.id = SESSION current_ticket_id
BIND tenant_id FROM SESSION tenant_id
BIND principal FROM SESSION principal
BIND ticket_id FROM SESSION current_ticket_id
INCLUDE customers AS customer ON ticket.customer_id = customer.id
OUTPUT SLOTS
  ticket_id AS ticket.id,
  subject AS ticket.subject,
  status AS ticket.status,
  resolution_note AS ticket.resolution_note,
  customer_name AS customer.name,
  customer_tier AS customer.tier
EVIDENCE ON;

CREATE AGENT CAPABILITY support.read_ticket
DESCRIPTION 'Show the ticket at hand and the customer who opened it'
USE CONTEXT support.ticket_at_hand
EXECUTION READ ONLY
PROFILE MINIMAL
INLINE EVIDENCE handles_only;

CREATE AGENT CAPABILITY support.propose_review
DESCRIPTION 'Propose to hand the ticket at hand to a lead for review, with a note that says why'
ARG note VARCHAR REQUIRED MAX LENGTH 500 DESCRIPTION 'what was tried and what is left to decide'
HIDDEN tenant_id FROM SESSION tenant_id
HIDDEN principal FROM SESSION principal
USE CONTEXT support.ticket_at_hand
EXECUTION PROPOSAL
PROFILE MINIMAL
INLINE EVIDENCE handles_only
-- sync:allow SYN908 the ledger is the audit trail of this team
WRITE PROPOSAL TARGET tickets
OPERATION UPDATE
LOOKUP id FROM BINDING ticket_id
TENANT tenant_id FROM BINDING tenant_id
COLUMNS status FROM VALUE 'pending_review',
        resolution_note FROM ARG note,
        handled_by FROM BINDING principal
CONFLICT GUARD updated_at
SUMMARY TEMPLATE 'Hand ticket {ticket_id} to a lead: {note}';
