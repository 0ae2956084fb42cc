-- Users, their linked accounts, and what opens those.

GRANT USAGE ON SCHEMA app TO paddock_app, paddock_jobs, paddock_audit;
-- Nobody runs a function that was not given to them by name.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- The app compares it with its own migrations before it serves.
GRANT SELECT ON app._sqlx_migrations TO paddock_app;

-- NaN is greater than every number in PostgreSQL, hence the upper bounds.
CREATE DOMAIN app.positive AS numeric CHECK (VALUE > 0 AND VALUE < 'Infinity');
CREATE DOMAIN app.not_negative AS numeric CHECK (VALUE >= 0 AND VALUE < 'Infinity');
CREATE DOMAIN app.environment AS text CHECK (VALUE IN ('paper', 'live'));

-- The wall between users. `app.user_id` is set for one transaction; afterwards it is '' and not NULL, hence nullif.
-- In a sub-select it is computed once per statement, not once per row. Forced, so that it holds for the owner too.
CREATE FUNCTION app.raise_wall(around regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    own CONSTANT text := 'user_id = (SELECT nullif(current_setting(''app.user_id'', true), '''')::bigint)';
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', around);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', around);
    EXECUTE format('CREATE POLICY tenant ON %s TO paddock_app USING (%s) WITH CHECK (%s)', around, own, own);
END
$$;

-- Every key below leads with user_id, and no unique key is without it: a global one would tell that a value exists
-- elsewhere.
CREATE TABLE app.users (
    user_id         bigint PRIMARY KEY,
    locale          text CHECK (length(locale) <= 16),
    default_account uuid,
    settings        jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
SELECT app.raise_wall('app.users');
GRANT SELECT, INSERT (user_id, locale), UPDATE (locale, default_account, settings) ON app.users TO paddock_app;

CREATE TABLE app.accounts (
    user_id           bigint NOT NULL REFERENCES app.users,
    account_id        uuid NOT NULL,
    name              text NOT NULL CHECK (length(name) BETWEEN 1 AND 32),
    environment       app.environment NOT NULL,
    broker_account_id uuid NOT NULL,
    number_tail       text NOT NULL CHECK (length(number_tail) <= 4),
    key_tail          text NOT NULL CHECK (length(key_tail) <= 4),
    status            text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'keys_refused')),
    always_confirm    boolean NOT NULL DEFAULT false,
    linked_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    removed_at        timestamptz,
    -- Submission: one order at a time, in the order of the clicks, across processes.
    order_seq         bigint NOT NULL DEFAULT 0,
    lease_owner       uuid,
    lease_until       timestamptz,
    PRIMARY KEY (user_id, account_id),
    CONSTRAINT accounts_with_environment UNIQUE (user_id, account_id, environment)
);
-- A removed account keeps its row for the ledger and the audit book, and gives its name and its Alpaca account free.
CREATE UNIQUE INDEX accounts_name ON app.accounts (user_id, lower(name)) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX accounts_broker ON app.accounts (user_id, broker_account_id) WHERE removed_at IS NULL;
SELECT app.raise_wall('app.accounts');
GRANT SELECT, INSERT (user_id, account_id, name, environment, broker_account_id, number_tail, key_tail),
      UPDATE (name, key_tail, status, always_confirm, removed_at, order_seq, lease_owner, lease_until)
      ON app.accounts TO paddock_app;

ALTER TABLE app.users ADD CONSTRAINT users_default_account
    FOREIGN KEY (user_id, default_account) REFERENCES app.accounts;

-- Paper never becomes live: not even the owner can turn one into the other.
CREATE FUNCTION app.keep_account_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what account % is cannot change', OLD.account_id USING ERRCODE = '42501';
END
$$;
CREATE TRIGGER accounts_fixed BEFORE UPDATE ON app.accounts FOR EACH ROW
    WHEN ((OLD.user_id, OLD.account_id, OLD.environment::text, OLD.broker_account_id)
          IS DISTINCT FROM (NEW.user_id, NEW.account_id, NEW.environment::text, NEW.broker_account_id))
    EXECUTE FUNCTION app.keep_account_fixed();

-- At most one per account. Ciphertext only; the fingerprint names the master key and tells nothing about it.
CREATE TABLE app.credentials (
    user_id        bigint NOT NULL,
    account_id     uuid NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('key_pair')),
    ciphertext     text NOT NULL CHECK (length(ciphertext) BETWEEN 1 AND 8192),
    fingerprint    text NOT NULL CHECK (length(fingerprint) BETWEEN 1 AND 64),
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    rotated_at     timestamptz, -- the user replaced the keys
    sealed_at      timestamptz NOT NULL DEFAULT clock_timestamp(), -- under the master key above
    last_opened_at timestamptz,
    PRIMARY KEY (user_id, account_id),
    FOREIGN KEY (user_id, account_id) REFERENCES app.accounts
);
CREATE INDEX credentials_fingerprint ON app.credentials (fingerprint);
SELECT app.raise_wall('app.credentials');
GRANT SELECT, DELETE, INSERT (user_id, account_id, kind, ciphertext, fingerprint),
      UPDATE (ciphertext, fingerprint, rotated_at, sealed_at, last_opened_at) ON app.credentials TO paddock_app;

-- Open forms. What was decided before the form opened lives here, so that a restart does not lose it.
CREATE TABLE app.forms (
    user_id     bigint NOT NULL REFERENCES app.users,
    form_id     uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('link', 'rotate')),
    name        text CHECK (length(name) BETWEEN 1 AND 32),
    environment app.environment,
    account_id  uuid,
    opened_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Discord's interaction token lives as long.
    expires_at  timestamptz NOT NULL DEFAULT clock_timestamp() + interval '15 minutes',
    consumed_at timestamptz,
    PRIMARY KEY (user_id, form_id),
    FOREIGN KEY (user_id, account_id) REFERENCES app.accounts,
    CONSTRAINT forms_whole CHECK (CASE kind
        WHEN 'link' THEN name IS NOT NULL AND environment IS NOT NULL AND account_id IS NULL
        ELSE account_id IS NOT NULL AND name IS NULL AND environment IS NULL END)
);
CREATE INDEX forms_expiry ON app.forms (expires_at);
SELECT app.raise_wall('app.forms');
GRANT SELECT, INSERT (user_id, form_id, kind, name, environment, account_id), UPDATE (consumed_at)
      ON app.forms TO paddock_app;
