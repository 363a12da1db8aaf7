CREATE TABLE customers (
  id            varchar(64)  NOT NULL PRIMARY KEY,
  tenant_id     varchar(64)  NOT NULL,
  display_name  varchar(200) NOT NULL,
  card_number   varchar(32)  NOT NULL
) ENGINE=InnoDB;

CREATE TABLE orders (
  id            varchar(64)  NOT NULL PRIMARY KEY,
  tenant_id     varchar(64)  NOT NULL,
  customer_id   varchar(64)  NOT NULL,
  status        varchar(32)  NOT NULL,
  total_cents   int          NOT NULL,
  refund_cents  int          NOT NULL DEFAULT 0,
  refund_note   varchar(500) NULL,
  last_actor    varchar(128) NULL,
  updated_at    datetime(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  KEY orders_by_tenant (tenant_id, id),
  CONSTRAINT refund_within_total CHECK (refund_cents BETWEEN 0 AND total_cents),
  CONSTRAINT known_status CHECK (status IN ('paid', 'shipped', 'refund_requested', 'refunded'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
