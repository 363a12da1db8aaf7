INSERT INTO invoices (id, tenant_id, customer_id, status, late_fee_cents) VALUES
  (3001, 'acme',   'acme-robotics', 'open', 5500),
  (3002, 'acme',   'acme-foods',    'open', 2500),
  (4001, 'globex', 'globex-labs',   'open', 9900);
