-- Two roles that hold no more than the bundle uses. On this throw-away server loopback needs no password; give them one,
-- or a certificate, anywhere else.
CREATE ROLE ticket_reader LOGIN NOINHERIT CONNECTION LIMIT 16;
CREATE ROLE ticket_writer LOGIN NOINHERIT CONNECTION LIMIT 16;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ticket_reader, ticket_writer;

-- The reader: the columns that the contexts show, what joins and scopes them, and the before image of what is proposed.
GRANT SELECT (id, tenant_id, customer_id, subject, status, resolution_note, handled_by, updated_at)
  ON public.tickets TO ticket_reader;
GRANT SELECT (id, tenant_id, name, tier) ON public.customers TO ticket_reader;

-- The writer: the three columns that the contract writes, on rows that it finds by key, tenant and guard.
GRANT SELECT (id, tenant_id, status, resolution_note, handled_by, updated_at) ON public.tickets TO ticket_writer;
GRANT UPDATE (status, resolution_note, handled_by) ON public.tickets TO ticket_writer;

-- Receipts stand beside the effect, in its transaction; the writer can add and read them, never change or delete one.
CREATE TABLE public.synapsor_receipts (
  idempotency_key text PRIMARY KEY,
  job             text NOT NULL,
  proposal        text NOT NULL,
  tenant          text NOT NULL,
  status          text NOT NULL CHECK (status IN ('applied', 'conflict', 'failed')),
  result_hash     text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT ON public.synapsor_receipts TO ticket_writer;
