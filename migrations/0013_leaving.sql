-- Somebody can leave, and the audit book stays whole (docs/adr/0003-leaving.md).
--
-- The book knows each user under a number that means nothing: `user_id` in app.audit and app.audit_heads is a subject, and
-- the row of app.subjects is all that says whose it is. Leaving deletes that row and touches no entry.

-- Who is who in the book. No one but the functions below sees it. Chains that were begun before it keep their number.
CREATE TABLE app.subjects (
    user_id bigint PRIMARY KEY,
    subject bigint NOT NULL UNIQUE
);
ALTER TABLE app.subjects ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.subjects FORCE ROW LEVEL SECURITY;
CREATE POLICY jobs ON app.subjects TO paddock_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON app.subjects TO paddock_jobs;

CREATE FUNCTION app.subject_of(of_user bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.subject FROM app.subjects s WHERE s.user_id = of_user;
END;
-- Volatile: an entry's own statement may have made the subject that its row is then checked against.
CREATE FUNCTION app.own_subject() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT app.subject_of(nullif(current_setting('app.user_id', true), '')::bigint);
END;
CREATE FUNCTION app.job_subjects() RETURNS TABLE (user_id bigint, subject bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.user_id, s.subject FROM app.subjects s;
END;

-- Negative, which no Discord id is: the second half of a random UUID begins with a set bit.
CREATE FUNCTION app.audit_subject() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known bigint := app.subject_of(NEW.user_id);
BEGIN
    IF known IS NULL THEN
        INSERT INTO app.subjects (user_id, subject)
        VALUES (NEW.user_id, ('x' || right(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint)
        ON CONFLICT (user_id) DO NOTHING;
        known := app.subject_of(NEW.user_id);
    END IF;
    NEW.user_id := known;
    RETURN NEW;
END
$$;
-- By its name it runs before `audit_chain`.
CREATE TRIGGER audit_as_subject BEFORE INSERT ON app.audit FOR EACH ROW EXECUTE FUNCTION app.audit_subject();

DROP POLICY tenant ON app.audit;
DROP POLICY tenant ON app.audit_heads;
CREATE POLICY tenant ON app.audit TO paddock_app
    USING (user_id = (SELECT app.own_subject())) WITH CHECK (user_id = (SELECT app.own_subject()));
CREATE POLICY tenant ON app.audit_heads TO paddock_app USING (user_id = (SELECT app.own_subject()));

-- Every table with something of a user, and how many others have to be emptied before it.
CREATE FUNCTION app.owned_tables() RETURNS TABLE (part regclass, kind text, depth integer)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE owned AS (
        SELECT c.oid, c.relname::text AS kind
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' AND NOT a.attisdropped
         WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition),
    below AS (
        SELECT o.oid, 0 AS depth FROM owned o
        UNION ALL
        SELECT k.conrelid, b.depth + 1 FROM below b JOIN pg_constraint k ON k.confrelid = b.oid AND k.contype = 'f'
         WHERE k.conrelid IN (SELECT o.oid FROM owned o) AND k.conrelid <> k.confrelid
           AND k.conrelid <> 'app.users'::regclass) -- users name their default account, which is set to none first
    SELECT o.oid::regclass, o.kind, (SELECT max(b.depth) FROM below b WHERE b.oid = o.oid) FROM owned o;
END;

-- What is kept of a user: entries and fields, by table. Runs as the app, so the wall and the grants hold.
CREATE FUNCTION app.what_is_mine() RETURNS TABLE (kind text, entries bigint, fields text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owned record;
BEGIN
    FOR owned IN SELECT * FROM app.owned_tables() o WHERE has_table_privilege(o.part, 'SELECT') ORDER BY o.kind LOOP
        kind := owned.kind;
        EXECUTE format('SELECT count(*) FROM %s', owned.part) INTO entries;
        SELECT array_agg(a.attname::text ORDER BY a.attnum) INTO fields FROM pg_attribute a
         WHERE a.attrelid = owned.part AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'user_id';
        RETURN NEXT;
    END LOOP;
END
$$;

-- A table's own rows, the latest keys first. Sealed keys are not shown to anybody, not even sealed.
CREATE FUNCTION app.my_rows(of_kind text, most integer) RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owned regclass;
BEGIN
    SELECT o.part INTO STRICT owned FROM app.owned_tables() o
     WHERE o.kind = of_kind AND has_table_privilege(o.part, 'SELECT');
    RETURN QUERY EXECUTE
        format('SELECT to_jsonb(t) - ''user_id'' - ''ciphertext'' FROM %s t ORDER BY t DESC LIMIT $1', owned) USING most;
END
$$;

-- Deletes everything of the transaction's own user but the book, and with it who is who in the book.
CREATE FUNCTION app.forget_me() RETURNS TABLE (kind text, entries bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own CONSTANT bigint := nullif(current_setting('app.user_id', true), '')::bigint;
    owned record;
BEGIN
    IF own IS NULL THEN
        RAISE EXCEPTION 'nobody is to be forgotten' USING ERRCODE = '42501';
    END IF;
    UPDATE app.users u SET default_account = NULL WHERE u.user_id = own;
    FOR owned IN SELECT * FROM app.owned_tables() o WHERE o.kind NOT LIKE 'audit%' ORDER BY o.depth DESC, o.kind LOOP
        kind := owned.kind;
        EXECUTE format('DELETE FROM %s t WHERE t.user_id = $1', owned.part) USING own;
        GET DIAGNOSTICS entries = ROW_COUNT;
        RETURN NEXT;
    END LOOP;
END
$$;

-- So that the function above may: only deleting, and only what is the transaction's own user's.
CREATE FUNCTION app.let_go(around regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY jobs_forget ON %s TO paddock_jobs
        USING (user_id = (SELECT nullif(current_setting(''app.user_id'', true), '''')::bigint))', around);
    EXECUTE format('GRANT SELECT (user_id), DELETE ON %s TO paddock_jobs', around);
END
$$;
SELECT app.let_go(o.part) FROM app.owned_tables() o WHERE o.kind NOT LIKE 'audit%' AND o.kind <> 'subjects';
GRANT UPDATE (default_account) ON app.users TO paddock_jobs;

-- A table that gets its wall can be emptied by leaving, too.
CREATE OR REPLACE FUNCTION app.raise_wall(around regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    own CONSTANT text := 'user_id = (SELECT nullif(current_setting(''app.user_id'', true), '''')::bigint)';
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', around);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', around);
    EXECUTE format('CREATE POLICY tenant ON %s TO paddock_app USING (%s) WITH CHECK (%s)', around, own, own);
    PERFORM app.let_go(around);
END
$$;

GRANT EXECUTE ON FUNCTION app.subject_of TO paddock_app, paddock_audit, paddock_jobs;
GRANT EXECUTE ON FUNCTION app.own_subject, app.what_is_mine, app.my_rows, app.forget_me, app.job_subjects TO paddock_app;
GRANT EXECUTE ON FUNCTION app.owned_tables TO paddock_app, paddock_jobs;
GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next lines only
ALTER FUNCTION app.subject_of OWNER TO paddock_jobs;
ALTER FUNCTION app.own_subject OWNER TO paddock_jobs;
ALTER FUNCTION app.job_subjects OWNER TO paddock_jobs;
ALTER FUNCTION app.audit_subject OWNER TO paddock_jobs;
ALTER FUNCTION app.forget_me OWNER TO paddock_jobs;
SET LOCAL ROLE paddock_jobs;
INSERT INTO app.subjects (user_id, subject) SELECT h.user_id, h.user_id FROM app.audit_heads h;
-- A new partition gets the trigger too; see 0004.
GRANT EXECUTE ON FUNCTION app.audit_subject() TO paddock_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
