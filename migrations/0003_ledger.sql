-- The ledger: orders and executions as the broker proved them, ours and those placed by other means.

CREATE TABLE app.orders (
    user_id          bigint NOT NULL,
    account_id       uuid NOT NULL,
    broker_order_id  uuid NOT NULL,
    client_order_id  text NOT NULL,
    source           text NOT NULL CHECK (source IN ('bot', 'foreign')),
    intent_id        uuid,
    symbol           text NOT NULL,
    side             text CHECK (side IN ('buy', 'sell')),
    qty              app.positive,
    notional         app.positive,
    order_type       text NOT NULL,
    time_in_force    text NOT NULL,
    limit_price      app.positive,
    extended_hours   boolean NOT NULL,
    status           text NOT NULL,
    filled_qty       app.not_negative NOT NULL,
    filled_avg_price app.positive,
    submitted_at     timestamptz,
    updated_at       timestamptz,
    ended_at         timestamptz,
    first_seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, account_id, broker_order_id),
    FOREIGN KEY (user_id, account_id) REFERENCES app.accounts,
    FOREIGN KEY (user_id, intent_id) REFERENCES app.intents
);
CREATE INDEX orders_newest ON app.orders (user_id, account_id, (coalesce(submitted_at, first_seen_at)) DESC);
SELECT app.raise_wall('app.orders');
GRANT SELECT, INSERT,
      UPDATE (status, qty, notional, limit_price, filled_qty, filled_avg_price, submitted_at, updated_at, ended_at,
              intent_id) ON app.orders TO paddock_app;

CREATE TABLE app.fills (
    user_id         bigint NOT NULL,
    account_id      uuid NOT NULL,
    execution_id    text NOT NULL CHECK (length(execution_id) BETWEEN 1 AND 128),
    broker_order_id uuid NOT NULL,
    symbol          text NOT NULL,
    side            text NOT NULL CHECK (side IN ('buy', 'sell')),
    qty             app.positive NOT NULL,
    price           app.positive NOT NULL,
    at              timestamptz NOT NULL,
    PRIMARY KEY (user_id, account_id, execution_id),
    FOREIGN KEY (user_id, account_id, broker_order_id) REFERENCES app.orders
);
CREATE INDEX fills_of_order ON app.fills (user_id, account_id, broker_order_id, at);
SELECT app.raise_wall('app.fills');
GRANT SELECT, INSERT ON app.fills TO paddock_app;
