-- The bounds that an owner set for entries of an account, with what is to become looser and when: domain::guard reads and writes
-- them as a whole. Beside the account, so that an order reads them with the row that it reads anyway.
ALTER TABLE app.accounts ADD COLUMN guards jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(guards) = 'object');
GRANT UPDATE (guards) ON app.accounts TO paddock_app;
