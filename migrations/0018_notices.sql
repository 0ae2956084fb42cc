-- What Paddock tells a user by itself: with consent only, durable, each fact once, and sent by one process.

-- Discord's id of the direct-message channel with the user, once it has been opened.
ALTER TABLE app.users ADD COLUMN dm_channel bigint;
GRANT UPDATE (dm_channel) ON app.users TO paddock_app;

CREATE TABLE app.notices (
    user_id   bigint NOT NULL REFERENCES app.users,
    notice_id uuid NOT NULL,
    about     text NOT NULL CHECK (length(about) BETWEEN 1 AND 200),
    notice    jsonb NOT NULL CHECK (jsonb_typeof(notice) = 'object'),
    made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Somebody is with it until then, or it is to be tried again then.
    due_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    tries     integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    outcome   text CHECK (outcome IN ('sent', 'undeliverable', 'withdrawn', 'given_up')),
    ended_at  timestamptz,
    PRIMARY KEY (user_id, notice_id),
    CONSTRAINT notices_once UNIQUE (user_id, about),
    CONSTRAINT notices_ended CHECK ((outcome IS NULL) = (ended_at IS NULL))
);
CREATE INDEX notices_due ON app.notices (due_at) WHERE outcome IS NULL;
CREATE INDEX notices_ended_at ON app.notices (ended_at) WHERE outcome IS NOT NULL;
SELECT app.raise_wall('app.notices');
-- What is to be told is never updated.
GRANT SELECT, INSERT (user_id, notice_id, about, notice, due_at), UPDATE (due_at, tries, outcome, ended_at)
      ON app.notices TO paddock_app;

CREATE POLICY jobs_due ON app.notices FOR SELECT TO paddock_jobs USING (true);
CREATE POLICY jobs_purge ON app.notices FOR DELETE TO paddock_jobs USING (ended_at < now() - interval '30 days');
GRANT SELECT (user_id, notice_id, due_at, outcome, ended_at), DELETE ON app.notices TO paddock_jobs;

-- One a user, so that nobody's hundred notices keep another's one waiting.
CREATE FUNCTION app.job_due_notices(most integer) RETURNS TABLE (user_id bigint, notice_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT d.user_id, d.notice_id
      FROM (SELECT DISTINCT ON (n.user_id) n.user_id, n.notice_id, n.due_at FROM app.notices n
             WHERE n.outcome IS NULL AND n.due_at <= now() ORDER BY n.user_id, n.due_at, n.notice_id) d
     ORDER BY d.due_at LIMIT most;
END;

CREATE FUNCTION app.job_purge_notices() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    DELETE FROM app.notices n WHERE n.ended_at < now() - interval '30 days';
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;

GRANT EXECUTE ON FUNCTION app.job_due_notices, app.job_purge_notices TO paddock_app;
GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next lines only
ALTER FUNCTION app.job_due_notices OWNER TO paddock_jobs;
ALTER FUNCTION app.job_purge_notices OWNER TO paddock_jobs;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
