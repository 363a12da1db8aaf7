-- The application's tables, for SQLite: what the agent DDL reads and writes, with a version column as conflict guard.
CREATE TABLE invoices (
  id              INTEGER PRIMARY KEY,
  tenant_id       VARCHAR NOT NULL,
  customer_id     VARCHAR NOT NULL,
  status          VARCHAR NOT NULL,
  late_fee_cents  INT NOT NULL,
  reviewer        VARCHAR,
  decision_note   VARCHAR,
  row_version     INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE billing_audit (
  id          INTEGER PRIMARY KEY,
  tenant_id   VARCHAR NOT NULL,
  principal   VARCHAR NOT NULL,
  capability  VARCHAR NOT NULL,
  resource    VARCHAR NOT NULL,
  action      VARCHAR NOT NULL,
  created_at  TIMESTAMP
);
