-- A master key that may be known. What was ever sealed under it stands revoked until its owner brings new keys
-- (docs/runbooks/keys.md).

CREATE TABLE app.revoked_keys (
    fingerprint text PRIMARY KEY CHECK (length(fingerprint) BETWEEN 1 AND 64),
    revoked_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE app.revoked_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.revoked_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY jobs ON app.revoked_keys TO paddock_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON app.revoked_keys TO paddock_jobs;

ALTER TABLE app.accounts DROP CONSTRAINT accounts_status_check;
ALTER TABLE app.accounts ADD CONSTRAINT accounts_status_check CHECK (status IN ('active', 'keys_refused', 'keys_revoked'));
-- The masters that the same keys were sealed under before: a rotation does not take old backups out of the world.
ALTER TABLE app.credentials ADD COLUMN earlier text[] NOT NULL DEFAULT '{}';

-- The lock lets a revocation wait for what is being sealed at this moment, so that it finds that, too.
CREATE FUNCTION app.credentials_under_sound_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('paddock revoked keys', 0));
    IF EXISTS (SELECT FROM app.revoked_keys r WHERE r.fingerprint = NEW.fingerprint) THEN
        RAISE EXCEPTION 'master key % is revoked', NEW.fingerprint
            USING ERRCODE = '23514', CONSTRAINT = 'credentials_sound_key';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.earlier := CASE
            WHEN NEW.rotated_at IS DISTINCT FROM OLD.rotated_at THEN '{}' -- other keys, which no backup has yet
            WHEN NEW.fingerprint = OLD.fingerprint OR OLD.fingerprint = ANY (OLD.earlier) THEN OLD.earlier
            ELSE OLD.earlier || OLD.fingerprint END;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER credentials_sound_key BEFORE INSERT OR UPDATE OF fingerprint ON app.credentials FOR EACH ROW
    EXECUTE FUNCTION app.credentials_under_sound_key();

-- Whether it was not revoked before.
CREATE FUNCTION app.job_revoke_key(revoked text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('paddock revoked keys', 0));
    INSERT INTO app.revoked_keys (fingerprint) VALUES (revoked) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;
CREATE FUNCTION app.job_revoked_keys() RETURNS TABLE (fingerprint text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT r.fingerprint FROM app.revoked_keys r ORDER BY r.revoked_at;
END;
-- Accounts that still have to be marked.
GRANT SELECT (earlier) ON app.credentials TO paddock_jobs;
GRANT SELECT (status) ON app.accounts TO paddock_jobs;
CREATE FUNCTION app.job_credentials_once_under(revoked text, most integer)
RETURNS TABLE (user_id bigint, account_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT c.user_id, c.account_id
      FROM app.credentials c JOIN app.accounts a ON a.user_id = c.user_id AND a.account_id = c.account_id
     WHERE (c.fingerprint = revoked OR revoked = ANY (c.earlier)) AND a.status <> 'keys_revoked'
     ORDER BY c.user_id, c.account_id LIMIT most;
END;

GRANT EXECUTE ON FUNCTION app.job_revoke_key, app.job_revoked_keys, app.job_credentials_once_under TO paddock_app;
GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next lines only
ALTER FUNCTION app.credentials_under_sound_key OWNER TO paddock_jobs;
ALTER FUNCTION app.job_revoke_key OWNER TO paddock_jobs;
ALTER FUNCTION app.job_revoked_keys OWNER TO paddock_jobs;
ALTER FUNCTION app.job_credentials_once_under OWNER TO paddock_jobs;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
