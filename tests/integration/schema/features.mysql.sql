-- What only MySQL has, beside features.mariadb.sql.
CREATE TABLE `only_mysql` (
  id BIGINT UNSIGNED NOT NULL,
  code VARCHAR(20) NOT NULL DEFAULT 'it''s \\ odd',
  greeting VARCHAR(40) DEFAULT (CONCAT('it''s ', 'a \\ b')),
  shown VARCHAR(60) GENERATED ALWAYS AS (CONCAT(code, '\'', '\\')) VIRTUAL,
  active BIT(1) NOT NULL DEFAULT b'1',
  mask BIT(9),
  padded INT(5) UNSIGNED ZEROFILL,
  since YEAR DEFAULT 2020,
  share DECIMAL(5,2) DEFAULT -1.50,
  doc JSON DEFAULT (JSON_ARRAY()),
  uid BINARY(16) DEFAULT (UUID_TO_BIN(UUID())),
  vec VECTOR(3),
  place POINT NOT NULL /*!80003 SRID 4326 */,
  hidden INT INVISIBLE,
  touched DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP INVISIBLE,
  word VARCHAR(20) DEFAULT 'current_timestamp',
  late INT CHECK (late > 0) NOT ENFORCED,
  low INT,
  latin VARCHAR(10) CHARACTER SET latin1,
  exact VARCHAR(10) COLLATE utf8mb4_0900_bin,
  PRIMARY KEY (id),
  UNIQUE KEY by_lower ((LOWER(code))),
  UNIQUE KEY unseen (since) INVISIBLE,
  KEY members ((CAST(doc->'$' AS UNSIGNED ARRAY))),
  SPATIAL KEY places (place),
  FULLTEXT KEY words (code),
  CONSTRAINT code_list CHECK (code IN ('it''s', 'b\\c', 'ä')),
  CONSTRAINT low_range CHECK (low >= -5 AND low < 100),
  CONSTRAINT not_yet CHECK (low < 10) NOT ENFORCED,
  CONSTRAINT short CHECK (CHAR_LENGTH(greeting) <= 30)
);
CREATE TABLE by_prefix (name VARCHAR(50), kind ENUM('a','b') NOT NULL, PRIMARY KEY (name(10)), UNIQUE KEY (kind));
CREATE TABLE without_key (a INT NOT NULL, b INT NOT NULL, UNIQUE KEY (a, b));
CREATE VIEW codes AS SELECT id, code FROM only_mysql WHERE code <> 'it''s';
