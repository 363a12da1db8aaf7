-- Two accounts that hold no more than the bundle uses. Their passwords are for this throw-away server only.
CREATE USER order_reader@'%' IDENTIFIED BY 'reads-only' WITH MAX_USER_CONNECTIONS 16;
CREATE USER order_writer@'%' IDENTIFIED BY 'writes-four' WITH MAX_USER_CONNECTIONS 16;

-- The reader: what the contexts show, what joins and scopes it, and the before image of what is proposed.
GRANT SELECT (id, tenant_id, customer_id, status, total_cents, refund_cents, refund_note, last_actor, updated_at)
  ON orders TO order_reader@'%';
GRANT SELECT (id, tenant_id, display_name) ON customers TO order_reader@'%';

-- The writer: the four columns that the contract writes, on a row that it finds by key, tenant and guard. Of the table
-- that it changes it sees what the bundle uses, to know it again: MariaDB hides other columns even from the catalog.
GRANT SELECT (id, tenant_id, customer_id, status, total_cents, refund_cents, refund_note, last_actor, updated_at),
      UPDATE (status, refund_cents, refund_note, last_actor)
  ON orders TO order_writer@'%';

-- Receipts stand beside the effect, in its transaction; the writer can add and read them, never change or delete one.
CREATE TABLE synapsor_receipts (
  idempotency_key varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
  job             varchar(64) NOT NULL,
  proposal        varchar(64) NOT NULL,
  tenant          varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  status          varchar(16) NOT NULL,
  result_hash     varchar(80) NOT NULL,
  created_at      timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
) ENGINE=InnoDB;
GRANT SELECT, INSERT ON synapsor_receipts TO order_writer@'%';
