-- One Alpaca account's request budget, shared by every process on this database. Why it is shaped so: docs/adr/0001-shared-budget.md.
--
-- Three shares, each a GCRA that lets through at most burst + ⌊window / interval⌋ in any window:
--
--   share    who may use it           burst   one per   in 60 s   in 62 s
--   urgent   cancels and look-ups         4   2.5  s         28        28
--   orders   orders, cancels, …           4   2.4  s         29        29
--   reads    everybody                   12   0.48 s        137       141
--                                                           194       198   of Alpaca's 200
--
-- A call takes the share in which it waits least, its own before a wider one. A share's state is its theoretical arrival
-- time in microseconds of the database's clock; taking is reserving, so whoever asks first goes first, in whichever process.

-- Unlogged: a call costs no WAL and waits for no disk. A crash empties both tables, and that is how it is noticed.
CREATE UNLOGGED TABLE app.budgets (
    meter  bytea PRIMARY KEY CHECK (length(meter) = 16),
    urgent bigint NOT NULL,
    orders bigint NOT NULL,
    reads  bigint NOT NULL
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Since when these tables remember. Gone with them: whoever finds it missing writes the present moment.
CREATE UNLOGGED TABLE app.budgets_since (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    since    bigint NOT NULL
);
INSERT INTO app.budgets_since (since) VALUES (0);

-- Nobody's rows: closed to everyone but the function below, the owner included.
ALTER TABLE app.budgets ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.budgets FORCE ROW LEVEL SECURITY;
ALTER TABLE app.budgets_since ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.budgets_since FORCE ROW LEVEL SECURITY;
CREATE POLICY jobs ON app.budgets TO paddock_jobs USING (true) WITH CHECK (true);
CREATE POLICY jobs ON app.budgets_since TO paddock_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON app.budgets TO paddock_jobs;
GRANT SELECT, INSERT ON app.budgets_since TO paddock_jobs;

-- Reserves one call. `granted`: it may go `wait_us` from now. Not granted: nothing is reserved, for the line is longer than
-- `ahead`; ask again then.
CREATE FUNCTION app.reserve_call(account text, lane text, OUT granted boolean, OUT wait_us bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ahead CONSTANT bigint := 5000000;
    urgent_each CONSTANT bigint := 2500000;
    orders_each CONSTANT bigint := 2400000;
    reads_each CONSTANT bigint := 480000;
    -- A share that is used up as far as it can be: its whole burst, and a line of `ahead`. No true state is beyond it.
    urgent_debt CONSTANT bigint := ahead + 4 * urgent_each;
    orders_debt CONSTANT bigint := ahead + 4 * orders_each;
    reads_debt CONSTANT bigint := ahead + 12 * reads_each;
    -- No row shows whose account it is about.
    key CONSTANT bytea := substr(sha256(convert_to(account, 'UTF8')), 1, 16);
    now_us bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    began bigint;
    known app.budgets;
    urgent_wait bigint;
    orders_wait bigint;
    reads_wait bigint;
BEGIN
    IF lane NOT IN ('urgent', 'orders', 'reads') THEN
        RAISE EXCEPTION 'no such lane' USING ERRCODE = '22023';
    END IF;
    LOOP
        SELECT * INTO known FROM app.budgets b WHERE b.meter = key FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO app.budgets_since (since) VALUES (now_us) ON CONFLICT DO NOTHING;
        SELECT s.since INTO STRICT began FROM app.budgets_since s;
        -- What this account did before `began` was forgotten, so the worst is assumed. Long after, that is nothing.
        INSERT INTO app.budgets (meter, urgent, orders, reads)
        VALUES (key, began + urgent_debt, began + orders_debt, began + reads_debt) ON CONFLICT DO NOTHING;
        -- A row whose debts are long past says no more than none.
        DELETE FROM app.budgets b WHERE b.meter IN (
            SELECT i.meter FROM app.budgets i
             WHERE i.meter <> key AND greatest(i.urgent, i.orders, i.reads) < now_us - 60000000
             LIMIT 16 FOR UPDATE SKIP LOCKED);
    END LOOP;
    -- Read again: the row may have been waited for. A clock that was set back must not lock an account up.
    now_us := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    known.urgent := least(known.urgent, now_us + urgent_debt);
    known.orders := least(known.orders, now_us + orders_debt);
    known.reads := least(known.reads, now_us + reads_debt);
    urgent_wait := CASE WHEN lane = 'urgent' THEN greatest(0, known.urgent - 3 * urgent_each - now_us) END;
    orders_wait := CASE WHEN lane <> 'reads' THEN greatest(0, known.orders - 3 * orders_each - now_us) END;
    reads_wait := greatest(0, known.reads - 11 * reads_each - now_us);
    wait_us := least(urgent_wait, orders_wait, reads_wait);
    granted := wait_us <= ahead;
    IF granted AND urgent_wait = wait_us THEN
        known.urgent := greatest(known.urgent, now_us) + urgent_each;
    ELSIF granted AND orders_wait = wait_us THEN
        known.orders := greatest(known.orders, now_us) + orders_each;
    ELSIF granted THEN
        known.reads := greatest(known.reads, now_us) + reads_each;
    END IF;
    UPDATE app.budgets b SET urgent = known.urgent, orders = known.orders, reads = known.reads WHERE b.meter = key;
    wait_us := CASE WHEN granted THEN wait_us ELSE wait_us - ahead END;
END
$$;

GRANT EXECUTE ON FUNCTION app.reserve_call TO paddock_app;
GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next line only
ALTER FUNCTION app.reserve_call OWNER TO paddock_jobs;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
