-- What a button shows. A list's next page, another span of a chart, one position of many: the button carries an id, the row says
-- what to show. So a button works after a restart, in any process, and for its owner alone.

CREATE TABLE app.views (
    user_id    bigint NOT NULL REFERENCES app.users,
    view_id    uuid NOT NULL,
    -- Read and written by the desk only. Names accounts by id, and holds nothing that was read at the broker.
    subject    jsonb NOT NULL CHECK (jsonb_typeof(subject) = 'object' AND octet_length(subject::text) <= 4096),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, view_id)
);
CREATE INDEX views_age ON app.views (created_at);
SELECT app.raise_wall('app.views');
GRANT SELECT, INSERT (user_id, view_id, subject) ON app.views TO paddock_app;

CREATE POLICY jobs_purge ON app.views TO paddock_jobs USING (created_at < now() - interval '30 days');
GRANT SELECT (user_id, view_id, created_at), DELETE ON app.views TO paddock_jobs;
CREATE FUNCTION app.job_purge_views() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    DELETE FROM app.views v WHERE v.created_at < now() - interval '30 days';
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
GRANT EXECUTE ON FUNCTION app.job_purge_views TO paddock_app;
GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next line only
ALTER FUNCTION app.job_purge_views OWNER TO paddock_jobs;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
