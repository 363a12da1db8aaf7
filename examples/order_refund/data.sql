INSERT INTO customers (id, tenant_id, display_name, card_number) VALUES
  ('C-1', 'acme', 'Ada Freight', '4000-0000'),
  ('C-2', 'globex', 'Cato Works', '4000-0001');

INSERT INTO orders (id, tenant_id, customer_id, status, total_cents) VALUES
  ('O-501', 'acme', 'C-1', 'shipped', 12900),
  ('O-502', 'acme', 'C-1', 'paid', 4500),
  ('O-503', 'acme', 'C-1', 'shipped', 800),
  ('O-900', 'globex', 'C-2', 'shipped', 7700);
