-- What a snapshot records of PostgreSQL 15 and later.
ALTER TABLE public.invoices ADD CONSTRAINT one_open UNIQUE NULLS NOT DISTINCT (small, code);
