INSERT INTO public.customers (id, tenant_id, name, tier, payment_token) VALUES
  ('C-1', 'acme', 'Ada Freight', 'gold', 'tok_a'),
  ('C-2', 'acme', 'Brook Tools', 'basic', 'tok_b'),
  ('C-9', 'globex', 'Cato Works', 'gold', 'tok_c');

INSERT INTO public.tickets (id, tenant_id, customer_id, subject, status) VALUES
  ('T-1042', 'acme', 'C-1', 'Pallet label prints twice', 'open'),
  ('T-1043', 'acme', 'C-2', 'Cannot change invoice address', 'open'),
  ('T-2001', 'globex', 'C-9', 'Login loop after reset', 'open');
