-- Every feature that a snapshot records, for comparison of a dump read offline with the live database.
CREATE TABLE tenants (
  id CHAR(36) NOT NULL PRIMARY KEY,
  name VARCHAR(80) NOT NULL,
  settings JSON NOT NULL
) ENGINE=InnoDB;
CREATE TABLE orders (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  tenant_id CHAR(36) NOT NULL,
  number VARCHAR(20) NOT NULL COMMENT 'it''s; odd',
  status ENUM('open','paid','it''s') NOT NULL DEFAULT 'open',
  amount DECIMAL(12,2) NOT NULL DEFAULT 0.00,
  qty INT UNSIGNED DEFAULT 1,
  flag TINYINT(1) NOT NULL DEFAULT 0,
  small TINYINT,
  ratio DOUBLE,
  raw VARBINARY(16),
  born DATE,
  at TIME(3),
  note TEXT,
  opts SET('a','b'),
  twice DECIMAL(14,2) GENERATED ALWAYS AS (amount * 2) STORED,
  upper_note VARCHAR(20) AS (UPPER(number)) VIRTUAL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  updated_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  row_version INT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  UNIQUE KEY number_of_tenant (tenant_id, number),
  UNIQUE KEY by_prefix (number(4)),
  KEY orders_tenant (tenant_id, id),
  CONSTRAINT orders_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT amount_range CHECK (amount BETWEEN 0 AND 5000),
  CONSTRAINT note_length CHECK (char_length(note) <= 500)
) ENGINE=InnoDB;
CREATE TABLE `Odd ``Name` (`select` INT NOT NULL, `b` INT, PRIMARY KEY (`select`), KEY `b desc` (`b` DESC)) ENGINE=InnoDB;
CREATE TABLE parts (id INT NOT NULL, made DATE NOT NULL, PRIMARY KEY (id, made)) ENGINE=InnoDB
  PARTITION BY RANGE (year(made)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE VIEW open_orders AS SELECT id, tenant_id, status AS state, amount * 2 AS double_amount FROM orders WHERE status = 'open';
CREATE VIEW ids AS SELECT id FROM open_orders;
CREATE VIEW per_tenant AS SELECT tenant_id, COUNT(*) AS n FROM orders GROUP BY tenant_id;
DELIMITER //
CREATE TRIGGER bump BEFORE UPDATE ON orders FOR EACH ROW
BEGIN
  IF NEW.amount <> OLD.amount THEN
    SET NEW.row_version = OLD.row_version + 1, NEW.qty = 3;
  END IF;
END //
CREATE TRIGGER logged AFTER DELETE ON orders FOR EACH ROW INSERT INTO parts VALUES (1, '2020-01-01') //
DELIMITER ;
