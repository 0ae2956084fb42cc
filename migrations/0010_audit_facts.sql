-- The audit book says more: the message and the server that an act came from. It is searched by time and by order. What the
-- operator does has a chain of its own. And nothing goes before it is seven years old.

-- `form` says how an entry is hashed; a new column of it means a new form, and old entries stay as they were hashed.
ALTER TABLE app.audit
    ADD COLUMN form smallint NOT NULL DEFAULT 1,
    ADD COLUMN message_id bigint,
    ADD COLUMN guild_id bigint;
ALTER TABLE app.audit ALTER COLUMN form SET DEFAULT 2;
GRANT INSERT (message_id, guild_id) ON app.audit TO paddock_app;

CREATE INDEX audit_by_time ON app.audit (user_id, at);
CREATE INDEX audit_by_order ON app.audit (user_id, broker_order_id) WHERE broker_order_id IS NOT NULL;
CREATE INDEX audit_by_intent ON app.audit (user_id, intent_id) WHERE intent_id IS NOT NULL;

-- What an entry says, in one line of JSON. Snowflakes as text: not every reader of JSON keeps 64 bits.
CREATE FUNCTION app.audit_text(entry app.audit) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE (entry).form
    WHEN 1 THEN jsonb_build_array(
        (entry).user_id, (entry).seq, to_char((entry).at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        (entry).action, (entry).account_id, (entry).intent_id, (entry).broker_order_id, (entry).interaction_id,
        (entry).request_id, (entry).detail)::text
    ELSE jsonb_build_array(
        (entry).form, (entry).user_id::text, (entry).seq,
        to_char((entry).at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), (entry).action, (entry).account_id,
        (entry).intent_id, (entry).broker_order_id, (entry).interaction_id::text, (entry).message_id::text,
        (entry).guild_id::text, (entry).request_id, (entry).detail)::text
END;
GRANT EXECUTE ON FUNCTION app.audit_text TO paddock_app, paddock_audit, paddock_jobs;

-- Since form 2 a link is made of the hash before and of the text's hash, so that an export may leave a text out and still
-- show the whole chain.
CREATE OR REPLACE FUNCTION app.audit_digest(entry app.audit) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256((entry).prev_hash || CASE (entry).form
    WHEN 1 THEN convert_to(app.audit_text(entry), 'UTF8')
    ELSE sha256(convert_to(app.audit_text(entry), 'UTF8')) END);

-- Where a chain begins once its oldest months are gone.
ALTER TABLE app.audit_heads
    ADD COLUMN gone_seq bigint NOT NULL DEFAULT 0,
    ADD COLUMN gone_hash bytea,
    ADD CONSTRAINT audit_heads_gone CHECK ((gone_seq = 0) = (gone_hash IS NULL));

CREATE OR REPLACE FUNCTION app.audit_verify(of_user bigint, OUT entries bigint, OUT head bytea, OUT broken_at bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry app.audit;
    known app.audit_heads;
BEGIN
    SELECT * INTO known FROM app.audit_heads h WHERE h.user_id = of_user;
    entries := coalesce(known.gone_seq, 0);
    head := coalesce(known.gone_hash, app.audit_genesis(of_user));
    FOR entry IN SELECT * FROM app.audit a WHERE a.user_id = of_user AND a.seq > entries ORDER BY a.seq LOOP
        IF entry.seq <> entries + 1 OR entry.prev_hash <> head OR entry.hash <> app.audit_digest(entry) THEN
            broken_at := least(entry.seq, entries + 1);
            RETURN;
        END IF;
        entries := entry.seq;
        head := entry.hash;
    END LOOP;
    IF coalesce(known.seq, 0) <> entries THEN
        broken_at := least(coalesce(known.seq, 0), entries) + 1;
    ELSIF entries > 0 AND known.hash <> head THEN
        broken_at := entries;
    END IF;
END
$$;

-- The house's own chain, under the number 0, which no user has: migrations, rotations, exports, prunings.
CREATE POLICY jobs_house ON app.audit FOR INSERT TO paddock_jobs WITH CHECK (user_id = 0);
GRANT INSERT (user_id, action, detail) ON app.audit TO paddock_jobs;
-- Its body is read when it runs: then 0013 has made the table that says who is who. The house is no user that a transaction
-- could name by mistake.
CREATE FUNCTION app.job_audit_house(action text, detail jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    house CONSTANT bigint := -9223372036854775808;
BEGIN
    INSERT INTO app.subjects (user_id, subject) VALUES (house, 0) ON CONFLICT DO NOTHING;
    INSERT INTO app.audit (user_id, action, detail) VALUES (house, action, detail);
END
$$;

-- Every chain's end, to be published. Hashes only.
CREATE FUNCTION app.job_audit_heads() RETURNS TABLE (user_id bigint, seq bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT h.user_id, h.seq, h.hash FROM app.audit_heads h ORDER BY h.user_id;
END;

-- Notes where the chains begin without what was written before a moment.
CREATE FUNCTION app.job_audit_begin_after(moment timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE app.audit_heads h SET gone_seq = last.seq, gone_hash = last.hash
      FROM (SELECT DISTINCT ON (a.user_id) a.user_id, a.seq, a.hash FROM app.audit a
             WHERE a.at < moment ORDER BY a.user_id, a.seq DESC) last
     WHERE h.user_id = last.user_id AND last.seq > h.gone_seq;
END;

-- Drops whole months, and none that is younger than seven years. For the owner, who alone can drop a table.
CREATE FUNCTION app.audit_prune(before date) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    latest CONSTANT date := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date - interval '7 years';
    part record;
    dropped integer := 0;
BEGIN
    IF before > latest THEN
        RAISE EXCEPTION 'the audit book is kept for seven years: what was written since % stays', latest
            USING ERRCODE = '42501';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('paddock audit partitions', 0));
    FOR part IN
        SELECT c.oid::regclass AS name, to_date(right(c.relname, 7), 'YYYY_MM') AS month
          FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'app.audit'::regclass AND c.relname ~ '^audit_\d{4}_\d{2}$'
         ORDER BY month
    LOOP
        EXIT WHEN part.month + interval '1 month' > before;
        PERFORM app.job_audit_begin_after((part.month + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('DROP TABLE %s', part.name);
        dropped := dropped + 1;
    END LOOP;
    PERFORM app.job_audit_house('book_pruned', jsonb_build_object('before', before, 'months', dropped));
    RETURN dropped;
END
$$;

-- Replaced by a reader of its own, which trusts no function of the database: `paddock audit verify`.
DROP FUNCTION app.job_audit_verify_all();

GRANT EXECUTE ON FUNCTION app.job_audit_house, app.job_audit_heads TO paddock_app;
GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next lines only
ALTER FUNCTION app.job_audit_house OWNER TO paddock_jobs;
ALTER FUNCTION app.job_audit_heads OWNER TO paddock_jobs;
ALTER FUNCTION app.job_audit_begin_after OWNER TO paddock_jobs;
SET LOCAL ROLE paddock_jobs;
GRANT EXECUTE ON FUNCTION app.job_audit_house, app.job_audit_begin_after TO paddock_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
