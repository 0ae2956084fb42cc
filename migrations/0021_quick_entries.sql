-- What an order's statements call for every row, without planning it anew each time: PostgreSQL puts a one-line SQL function into
-- the caller's plan only when its body is no less strict than its own label says (`concat_ws` and `convert_to` are not immutable),
-- and plans any other one at each use; PL/pgSQL keeps its plans for the session.

-- The same line as before, of what is immutable only.
CREATE OR REPLACE FUNCTION app.order_line(
    side text, symbol text, qty numeric, notional numeric,
    order_type text, limit_price numeric, time_in_force text, extended_hours boolean, terms text
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN terms IS NULL THEN 'v1' ELSE 'v2' END || '|' || side || '|' || symbol || '|'
    || coalesce(trim_scale(qty)::text || ' shares', trim_scale(notional)::text || ' dollars') || '|'
    || order_type || coalesce(' ' || trim_scale(limit_price)::text, '') || '|'
    || time_in_force || '|'
    || CASE WHEN extended_hours THEN 'extended' ELSE 'regular' END
    || coalesce('|' || terms, '');

CREATE OR REPLACE FUNCTION app.order_digest(
    side text, symbol text, qty numeric, notional numeric,
    order_type text, limit_price numeric, time_in_force text, extended_hours boolean, terms text
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(app.order_line(
    side, symbol, qty, notional, order_type, limit_price, time_in_force, extended_hours, terms), 'UTF8'));

GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next lines only
SET LOCAL ROLE paddock_jobs;
CREATE OR REPLACE FUNCTION app.subject_of(of_user bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT s.subject FROM app.subjects s WHERE s.user_id = of_user);
END
$$;
CREATE OR REPLACE FUNCTION app.own_subject() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT s.subject FROM app.subjects s
             WHERE s.user_id = nullif(current_setting('app.user_id', true), '')::bigint);
END
$$;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
