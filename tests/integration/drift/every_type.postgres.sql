CREATE TYPE mood AS ENUM ('a','B c');
CREATE DOMAIN short AS varchar(5);
CREATE TABLE every_type (
  id SERIAL PRIMARY KEY, tenant_id VARCHAR(20) NOT NULL,
  c1 int2, c2 int4, c3 int8, c4 smallserial, c5 bigserial, c6 decimal, c7 numeric(5), c8 decimal(7,3), c9 dec(4,1), c10 real, c11 float, c12 float(10), c13 float(40), c14 double precision, c15 float4, c16 float8,
  c17 bool, c18 bit, c19 bit(5), c20 varbit(4), c21 bit varying, c22 char, c23 char(5), c24 character varying, c25 varchar(9), c26 bpchar, c27 "char", c28 text, c29 name, c30 bytea, c31 date, c32 time, c33 time(3), c34 timetz, c35 time(2) with time zone,
  c36 timestamp, c37 timestamp(3), c38 timestamptz, c39 timestamp(2) with time zone, c40 timestamptz(4), c41 interval, c42 interval day to second(3), c43 interval(2), c44 uuid, c45 json, c46 jsonb, c47 xml, c48 inet, c49 cidr, c50 macaddr, c51 money, c52 point, c53 int[], c54 text[][], c55 varchar(4)[], c56 mood, c57 short, c58 int4range, c59 tsvector, c60 oid, c61 regclass, c62 nchar(3), c63 national character varying(4), c65 mood[], c67 pg_catalog.int4, c68 int array[4], c69 serial4, c70 serial8, c71 char varying(3), c72 interval year
);
