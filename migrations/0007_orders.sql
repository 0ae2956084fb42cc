-- The whole order surface: stops and trails, every time in force, brackets, spreads, replacements. What has no column of its
-- own is in `terms`, words in a fixed order (domain::order::Columns); a row without them is what it always was.

ALTER TABLE app.tickets
    ADD terms text CHECK (length(terms) BETWEEN 1 AND 1000),
    DROP CONSTRAINT tickets_order_type_check,
    ADD CONSTRAINT tickets_order_type_check
        CHECK (order_type IN ('market', 'limit', 'stop', 'stop_limit', 'trailing_stop')),
    DROP CONSTRAINT tickets_time_in_force_check,
    ADD CONSTRAINT tickets_time_in_force_check CHECK (time_in_force IN ('day', 'gtc', 'opg', 'cls', 'ioc', 'fok')),
    DROP CONSTRAINT tickets_order_whole,
    ADD CONSTRAINT tickets_order_whole CHECK (CASE kind
        WHEN 'order' THEN num_nonnulls(symbol, side, order_type, time_in_force, extended_hours, digest) = 6
            AND num_nonnulls(qty, notional) = 1
            AND (order_type IN ('limit', 'stop_limit')) = (limit_price IS NOT NULL)
            AND (order_type IN ('market', 'limit') OR terms IS NOT NULL)
        ELSE num_nonnulls(symbol, side, qty, notional, order_type, limit_price, time_in_force, extended_hours, digest,
                          terms, bid, ask, quote_at) = 0 END);
GRANT INSERT (terms) ON app.tickets TO paddock_app;

ALTER TABLE app.intents
    ADD terms text CHECK (length(terms) BETWEEN 1 AND 1000),
    DROP CONSTRAINT intents_order_type_check,
    ADD CONSTRAINT intents_order_type_check
        CHECK (order_type IN ('market', 'limit', 'stop', 'stop_limit', 'trailing_stop')),
    DROP CONSTRAINT intents_time_in_force_check,
    ADD CONSTRAINT intents_time_in_force_check CHECK (time_in_force IN ('day', 'gtc', 'opg', 'cls', 'ioc', 'fok')),
    DROP CONSTRAINT intents_limit_has_price,
    ADD CONSTRAINT intents_limit_has_price
        CHECK ((order_type IN ('limit', 'stop_limit')) = (limit_price IS NOT NULL)
               AND (order_type IN ('market', 'limit') OR terms IS NOT NULL));
GRANT INSERT (terms) ON app.intents TO paddock_app;

-- The second version of the line (domain::order::Order::canonical). The function of eight stays for the program that is
-- being replaced; without terms both say the same.
CREATE FUNCTION app.order_digest(
    side text, symbol text, qty numeric, notional numeric,
    order_type text, limit_price numeric, time_in_force text, extended_hours boolean, terms text
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws('|',
    CASE WHEN terms IS NULL THEN 'v1' ELSE 'v2' END, side, symbol,
    coalesce(trim_scale(qty)::text || ' shares', trim_scale(notional)::text || ' dollars'),
    order_type || coalesce(' ' || trim_scale(limit_price)::text, ''),
    time_in_force,
    CASE WHEN extended_hours THEN 'extended' ELSE 'regular' END,
    terms), 'UTF8'));
GRANT EXECUTE ON FUNCTION app.order_digest(text, text, numeric, numeric, text, numeric, text, boolean, text)
    TO paddock_app;

ALTER TABLE app.orders
    ADD stop_price app.positive,
    ADD trail_price app.positive,
    ADD trail_percent app.positive,
    ADD order_class text NOT NULL DEFAULT '' CHECK (length(order_class) <= 64),
    ADD replaces uuid,
    ADD replaced_by uuid;
GRANT UPDATE (stop_price, trail_price, trail_percent, replaced_by) ON app.orders TO paddock_app;
