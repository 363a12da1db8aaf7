-- What a snapshot records of PostgreSQL 18 and later.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE public.prices (
  id uuid DEFAULT uuidv7() NOT NULL,
  tenant_id uuid NOT NULL REFERENCES public.tenants NOT ENFORCED,
  cents bigint NOT NULL CONSTRAINT cents_meant CHECK (cents > 0) NOT ENFORCED,
  doubled bigint GENERATED ALWAYS AS (cents * 2),
  tripled bigint GENERATED ALWAYS AS (cents * 3) VIRTUAL NOT NULL,
  kept bigint GENERATED ALWAYS AS (cents * 4) STORED,
  note text CHECK (note <> ''),
  reviewer text,
  enforced boolean NOT NULL,
  period integer,
  valid_at tstzrange NOT NULL,
  CONSTRAINT named_not_null NOT NULL note NO INHERIT,
  CONSTRAINT few_cents CHECK (cents < 1000) NOT ENFORCED,
  PRIMARY KEY (id, valid_at WITHOUT OVERLAPS),
  UNIQUE (tenant_id, period, valid_at WITHOUT OVERLAPS)
);
ALTER TABLE public.prices ADD CONSTRAINT reviewer_there NOT NULL reviewer NOT VALID;
ALTER TABLE public.prices ADD CONSTRAINT late_meant CHECK (period < 5) NOT ENFORCED;
CREATE TABLE public.sold (
  price uuid NOT NULL,
  at tstzrange NOT NULL,
  CONSTRAINT sold_price FOREIGN KEY (price, PERIOD at) REFERENCES public.prices (id, PERIOD valid_at)
);
ALTER TABLE public.sold ADD CONSTRAINT sold_late FOREIGN KEY (price, PERIOD at) REFERENCES public.prices (id, PERIOD valid_at) NOT VALID;
CREATE TABLE public.parent (id integer, kind text);
CREATE TABLE public.child (extra text, CONSTRAINT child_kind NOT NULL kind) INHERITS (public.parent);
