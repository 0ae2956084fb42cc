-- An order in one line, for what is written in the statement that decides it: the entry in the book, and the digest over it.

-- The same line as domain::order::Order::canonical, and tested against it.
CREATE FUNCTION app.order_line(
    side text, symbol text, qty numeric, notional numeric,
    order_type text, limit_price numeric, time_in_force text, extended_hours boolean, terms text
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN concat_ws('|',
    CASE WHEN terms IS NULL THEN 'v1' ELSE 'v2' END, side, symbol,
    coalesce(trim_scale(qty)::text || ' shares', trim_scale(notional)::text || ' dollars'),
    order_type || coalesce(' ' || trim_scale(limit_price)::text, ''),
    time_in_force,
    CASE WHEN extended_hours THEN 'extended' ELSE 'regular' END,
    terms);
GRANT EXECUTE ON FUNCTION app.order_line TO paddock_app;

CREATE OR REPLACE FUNCTION app.order_digest(
    side text, symbol text, qty numeric, notional numeric,
    order_type text, limit_price numeric, time_in_force text, extended_hours boolean, terms text
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(app.order_line(
    side, symbol, qty, notional, order_type, limit_price, time_in_force, extended_hours, terms), 'UTF8'));
