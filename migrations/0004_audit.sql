-- The audit book: append-only, one hash chain per user, a partition per month.

CREATE TABLE app.audit (
    user_id         bigint NOT NULL,
    seq             bigint NOT NULL, -- from here on, what the caller cannot say: see the grants
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    prev_hash       bytea NOT NULL,
    hash            bytea NOT NULL,
    action          text NOT NULL CHECK (length(action) BETWEEN 1 AND 64), -- and what it can
    account_id      uuid,
    intent_id       uuid,
    broker_order_id uuid,
    interaction_id  bigint,
    request_id      text CHECK (length(request_id) <= 256),
    detail          jsonb NOT NULL CHECK (jsonb_typeof(detail) = 'object'),
    PRIMARY KEY (user_id, seq, at)
) PARTITION BY RANGE (at);
SELECT app.raise_wall('app.audit');
CREATE POLICY audit_reads ON app.audit FOR SELECT TO paddock_audit USING (true);
CREATE POLICY jobs_verify ON app.audit FOR SELECT TO paddock_jobs USING (true);
GRANT SELECT, INSERT (user_id, action, account_id, intent_id, broker_order_id, interaction_id, request_id, detail)
      ON app.audit TO paddock_app;
GRANT SELECT ON app.audit TO paddock_audit, paddock_jobs;

-- The end of each chain, so that an entry costs one look-up however long the book is, and a cut-off tail is seen.
-- Only the chain's own function writes it.
CREATE TABLE app.audit_heads (
    user_id bigint PRIMARY KEY,
    seq     bigint NOT NULL,
    hash    bytea NOT NULL
);
SELECT app.raise_wall('app.audit_heads');
CREATE POLICY audit_reads ON app.audit_heads FOR SELECT TO paddock_audit USING (true);
CREATE POLICY jobs_chain ON app.audit_heads TO paddock_jobs USING (true) WITH CHECK (true);
GRANT SELECT ON app.audit_heads TO paddock_app, paddock_audit;
GRANT SELECT, INSERT, UPDATE ON app.audit_heads TO paddock_jobs;

CREATE FUNCTION app.audit_digest(entry app.audit) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256((entry).prev_hash || convert_to(jsonb_build_array(
    (entry).user_id, (entry).seq, to_char((entry).at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), (entry).action,
    (entry).account_id, (entry).intent_id, (entry).broker_order_id, (entry).interaction_id, (entry).request_id,
    (entry).detail)::text, 'UTF8'));

CREATE FUNCTION app.audit_genesis(of_user bigint) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to('paddock audit of ' || of_user::text, 'UTF8'));
GRANT EXECUTE ON FUNCTION app.audit_digest, app.audit_genesis TO paddock_app, paddock_audit, paddock_jobs;

-- One writer per user at a time, until its commit; a transaction therefore writes its entry last.
CREATE FUNCTION app.audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head app.audit_heads;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('paddock audit', NEW.user_id));
    SELECT * INTO head FROM app.audit_heads h WHERE h.user_id = NEW.user_id;
    NEW.seq := coalesce(head.seq, 0) + 1;
    NEW.prev_hash := coalesce(head.hash, app.audit_genesis(NEW.user_id));
    NEW.hash := app.audit_digest(NEW);
    INSERT INTO app.audit_heads AS h VALUES (NEW.user_id, NEW.seq, NEW.hash)
        ON CONFLICT (user_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_chain BEFORE INSERT ON app.audit FOR EACH ROW EXECUTE FUNCTION app.audit_chain();

-- The grants stop the app; this stops the owner.
CREATE FUNCTION app.audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit book is append-only (%)', TG_OP USING ERRCODE = '42501';
END
$$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON app.audit FOR EACH ROW
    EXECUTE FUNCTION app.audit_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON app.audit FOR EACH STATEMENT
    EXECUTE FUNCTION app.audit_append_only();

-- A partition is reached through its parent only: no grant, no policy. Statement triggers are not inherited.
CREATE FUNCTION app.audit_close_partition(part regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT
        EXECUTE FUNCTION app.audit_append_only()', part);
END
$$;
CREATE TABLE app.audit_default PARTITION OF app.audit DEFAULT;
SELECT app.audit_close_partition('app.audit_default');

-- Makes this month's partition and those of `months` more. A month that has entries in the default partition keeps them
-- there.
CREATE FUNCTION app.audit_partitions_ahead(months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first date := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date;
    month date;
    part  text;
    made  integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('paddock audit partitions', 0));
    FOR ahead IN 0 .. least(greatest(months, 0), 60) LOOP
        month := (first + make_interval(months => ahead))::date;
        part := format('app.audit_%s', to_char(month, 'YYYY_MM'));
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE TABLE %s PARTITION OF app.audit FOR VALUES FROM (%L) TO (%L)', part,
                month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
            PERFORM app.audit_close_partition(part);
            made := made + 1;
        EXCEPTION WHEN check_violation THEN
            NULL; -- the default partition has entries of that month
        END;
    END LOOP;
    RETURN made;
END
$$;
GRANT EXECUTE ON FUNCTION app.audit_partitions_ahead TO paddock_app;
SELECT app.audit_partitions_ahead(2);

-- Walks one chain. `broken_at` is the first entry that is missing or not as it was written, NULL when all is well.
-- Runs as its caller: the app sees its tenant's chain, the audit role sees all.
CREATE FUNCTION app.audit_verify(of_user bigint, OUT entries bigint, OUT head bytea, OUT broken_at bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry app.audit;
    known app.audit_heads;
BEGIN
    entries := 0;
    head := app.audit_genesis(of_user);
    FOR entry IN SELECT * FROM app.audit a WHERE a.user_id = of_user ORDER BY a.seq LOOP
        IF entry.seq <> entries + 1 OR entry.prev_hash <> head OR entry.hash <> app.audit_digest(entry) THEN
            broken_at := least(entry.seq, entries + 1);
            RETURN;
        END IF;
        entries := entry.seq;
        head := entry.hash;
    END LOOP;
    SELECT * INTO known FROM app.audit_heads h WHERE h.user_id = of_user;
    IF coalesce(known.seq, 0) <> entries THEN
        broken_at := least(coalesce(known.seq, 0), entries) + 1;
    ELSIF entries > 0 AND known.hash <> head THEN
        broken_at := entries;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION app.audit_verify TO paddock_app, paddock_audit, paddock_jobs;

GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next line only
ALTER FUNCTION app.audit_chain() OWNER TO paddock_jobs;
-- A new partition gets the trigger too, and making a trigger needs the right to run its function.
SET LOCAL ROLE paddock_jobs;
GRANT EXECUTE ON FUNCTION app.audit_chain() TO paddock_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
