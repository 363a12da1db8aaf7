CREATE TABLE public.customers (
  id             text PRIMARY KEY,
  tenant_id      text NOT NULL,
  name           text NOT NULL,
  tier           text NOT NULL,
  payment_token  text NOT NULL,
  UNIQUE (tenant_id, id)
);

CREATE TABLE public.tickets (
  id               text PRIMARY KEY,
  tenant_id        text NOT NULL,
  customer_id      text NOT NULL,
  subject          text NOT NULL,
  status           text NOT NULL CHECK (status IN ('open', 'pending_review', 'resolved', 'closed')),
  resolution_note  text CHECK (char_length(resolution_note) <= 500),
  handled_by       text,
  updated_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customers (tenant_id, id)
);
CREATE INDEX tickets_by_tenant ON public.tickets (tenant_id, id);

-- The conflict guard: whoever changes a ticket, its time moves.
CREATE FUNCTION public.touch_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER tickets_touch BEFORE UPDATE ON public.tickets
FOR EACH ROW EXECUTE FUNCTION public.touch_ticket();
