-- From preview to order: a ticket is what was shown, an intent is what was decided.

-- SHA-256 over the order in one unambiguous line; the same line as domain::order::Order::canonical, and tested against
-- it.
CREATE FUNCTION app.order_digest(
    side text, symbol text, qty numeric, notional numeric,
    order_type text, limit_price numeric, time_in_force text, extended_hours boolean
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws('|',
    'v1', side, symbol,
    coalesce(trim_scale(qty)::text || ' shares', trim_scale(notional)::text || ' dollars'),
    CASE order_type WHEN 'limit' THEN 'limit ' || trim_scale(limit_price)::text ELSE order_type END,
    time_in_force,
    CASE WHEN extended_hours THEN 'extended' ELSE 'regular' END), 'UTF8'));
GRANT EXECUTE ON FUNCTION app.order_digest TO paddock_app;

CREATE TABLE app.tickets (
    user_id        bigint NOT NULL REFERENCES app.users,
    ticket_id      uuid NOT NULL,
    account_id     uuid NOT NULL,
    environment    app.environment NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('order', 'switch_to_live', 'remove_account', 'cancel_all')),
    symbol         text CHECK (length(symbol) BETWEEN 1 AND 32),
    side           text CHECK (side IN ('buy', 'sell')),
    qty            app.positive,
    notional       app.positive,
    order_type     text CHECK (order_type IN ('market', 'limit')),
    limit_price    app.positive,
    time_in_force  text CHECK (time_in_force IN ('day', 'gtc')),
    extended_hours boolean,
    digest         bytea CHECK (octet_length(digest) = 32),
    bid            app.positive,
    ask            app.positive,
    quote_at       timestamptz,
    guild_id       bigint, -- NULL: asked in a direct message
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at     timestamptz NOT NULL,
    consumed_at    timestamptz,
    void_at        timestamptz,
    PRIMARY KEY (user_id, ticket_id),
    -- With the environment in the key, a ticket cannot say live of a paper account.
    FOREIGN KEY (user_id, account_id, environment) REFERENCES app.accounts (user_id, account_id, environment),
    CONSTRAINT tickets_order_whole CHECK (CASE kind
        WHEN 'order' THEN num_nonnulls(symbol, side, order_type, time_in_force, extended_hours, digest) = 6
            AND num_nonnulls(qty, notional) = 1 AND (order_type = 'limit') = (limit_price IS NOT NULL)
        ELSE num_nonnulls(symbol, side, qty, notional, order_type, limit_price, time_in_force, extended_hours, digest,
                          bid, ask, quote_at) = 0 END)
);
CREATE INDEX tickets_account ON app.tickets (user_id, account_id) WHERE consumed_at IS NULL AND void_at IS NULL;
CREATE INDEX tickets_expiry ON app.tickets (expires_at);
SELECT app.raise_wall('app.tickets');
-- What was shown is never updated: the app may only take a ticket or withdraw it.
GRANT SELECT, UPDATE (consumed_at, void_at),
      INSERT (user_id, ticket_id, account_id, environment, kind, symbol, side, qty, notional, order_type, limit_price,
              time_in_force, extended_hours, digest, bid, ask, quote_at, guild_id, expires_at)
      ON app.tickets TO paddock_app;

CREATE TABLE app.intents (
    user_id           bigint NOT NULL REFERENCES app.users,
    intent_id         uuid NOT NULL,
    account_id        uuid NOT NULL,
    environment       app.environment NOT NULL,
    ticket_id         uuid,
    interaction_id    bigint NOT NULL,
    client_order_id   text NOT NULL CHECK (length(client_order_id) BETWEEN 1 AND 128),
    seq               bigint NOT NULL, -- place in the account's line
    symbol            text NOT NULL CHECK (length(symbol) BETWEEN 1 AND 32),
    side              text NOT NULL CHECK (side IN ('buy', 'sell')),
    qty               app.positive,
    notional          app.positive,
    order_type        text NOT NULL CHECK (order_type IN ('market', 'limit')),
    limit_price       app.positive,
    time_in_force     text NOT NULL CHECK (time_in_force IN ('day', 'gtc')),
    extended_hours    boolean NOT NULL,
    digest            bytea NOT NULL CHECK (octet_length(digest) = 32),
    -- What is known of the order; moved forward by domain::life only.
    state             text NOT NULL DEFAULT 'intended' CHECK (state IN (
        'intended', 'unconfirmed', 'at_broker', 'not_sent', 'refused', 'never_arrived', 'filled', 'canceled', 'expired',
        'rejected', 'replaced')),
    broker_order_id   uuid,
    broker_status     text CHECK (length(broker_status) <= 64),
    filled_qty        app.not_negative NOT NULL DEFAULT 0,
    filled_avg_price  app.positive,
    doubt             jsonb,
    refusal           jsonb,
    broker_updated_at timestamptz,
    answered_looks    integer NOT NULL DEFAULT 0 CHECK (answered_looks >= 0),
    version           bigint NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at           timestamptz, -- the right to send was given; before that no byte has left
    answered_at       timestamptz,
    settled_at        timestamptz,
    -- Somebody is with it until then; after that the resolver takes it over.
    next_look_at      timestamptz DEFAULT clock_timestamp() + interval '30 seconds',
    PRIMARY KEY (user_id, intent_id),
    CONSTRAINT intents_ticket UNIQUE (user_id, ticket_id),
    CONSTRAINT intents_client_order_id UNIQUE (user_id, client_order_id),
    CONSTRAINT intents_interaction UNIQUE (user_id, interaction_id),
    CONSTRAINT intents_seq UNIQUE (user_id, account_id, seq),
    FOREIGN KEY (user_id, account_id, environment) REFERENCES app.accounts (user_id, account_id, environment),
    FOREIGN KEY (user_id, ticket_id) REFERENCES app.tickets,
    CONSTRAINT intents_live_needs_click CHECK (environment = 'paper' OR ticket_id IS NOT NULL),
    CONSTRAINT intents_one_size CHECK (num_nonnulls(qty, notional) = 1),
    CONSTRAINT intents_limit_has_price CHECK ((order_type = 'limit') = (limit_price IS NOT NULL))
);
CREATE INDEX intents_due ON app.intents (next_look_at) WHERE next_look_at IS NOT NULL;
CREATE INDEX intents_open ON app.intents (user_id, account_id, seq)
    WHERE state IN ('intended', 'unconfirmed', 'at_broker');
SELECT app.raise_wall('app.intents');
-- What was decided is never updated; what is known of it is.
GRANT SELECT,
      INSERT (user_id, intent_id, account_id, environment, ticket_id, interaction_id, client_order_id, seq, symbol,
              side, qty, notional, order_type, limit_price, time_in_force, extended_hours, digest),
      UPDATE (state, broker_order_id, broker_status, filled_qty, filled_avg_price, doubt, refusal, broker_updated_at,
              answered_looks, version, sent_at, answered_at, settled_at, next_look_at)
      ON app.intents TO paddock_app;

-- An intent goes forward only: fills do not shrink, a known broker id stays, and what the broker said to be over is over.
-- That there is no order (not sent, refused, never arrived) is our own conclusion: the order itself overrules it.
CREATE FUNCTION app.keep_intent_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.filled_qty < OLD.filled_qty
       OR NEW.version < OLD.version
       OR (OLD.broker_order_id IS NOT NULL AND NEW.broker_order_id IS DISTINCT FROM OLD.broker_order_id)
       OR (NEW.state <> OLD.state AND (NEW.state = 'intended'
           OR OLD.state IN ('filled', 'canceled', 'expired', 'rejected', 'replaced')
           OR (OLD.state IN ('not_sent', 'refused') AND NEW.broker_order_id IS NULL))) THEN
        RAISE EXCEPTION 'intent % would go backwards', OLD.intent_id
            USING ERRCODE = '23514', CONSTRAINT = 'intents_forward';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER intents_forward BEFORE UPDATE ON app.intents FOR EACH ROW EXECUTE FUNCTION app.keep_intent_forward();

-- Idempotent intake: what Discord delivered before.
CREATE TABLE app.interactions (
    user_id        bigint NOT NULL,
    interaction_id bigint NOT NULL,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, interaction_id)
);
CREATE INDEX interactions_at ON app.interactions (at);
SELECT app.raise_wall('app.interactions');
GRANT SELECT, INSERT (user_id, interaction_id) ON app.interactions TO paddock_app;
