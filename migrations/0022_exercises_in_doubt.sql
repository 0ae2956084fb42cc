-- An exercise whose answer was lost is looked for in the broker's history, until it is found or given up.

ALTER TABLE app.exercises
    ADD COLUMN next_look_at timestamptz,
    ADD COLUMN found text CHECK (found IN ('exercised', 'given_up')),
    ADD COLUMN found_at timestamptz,
    ADD CONSTRAINT exercises_found CHECK ((found IS NULL) = (found_at IS NULL)
        AND (found IS NULL OR (decided_at IS NOT NULL AND outcome IS DISTINCT FROM 'taken' AND refusal IS NULL))),
    -- Only what was decided and is not known is looked for.
    ADD CONSTRAINT exercises_looked_for CHECK (next_look_at IS NULL
        OR (decided_at IS NOT NULL AND found IS NULL AND outcome IS DISTINCT FROM 'taken' AND refusal IS NULL));
CREATE INDEX exercises_due ON app.exercises (next_look_at) WHERE next_look_at IS NOT NULL;
GRANT UPDATE (next_look_at, found, found_at) ON app.exercises TO paddock_app;

CREATE POLICY jobs_due ON app.exercises FOR SELECT TO paddock_jobs USING (next_look_at IS NOT NULL);
GRANT SELECT (user_id, exercise_id, account_id, next_look_at) ON app.exercises TO paddock_jobs;

-- One an account, so that nobody's account is asked twice in one pass.
CREATE FUNCTION app.job_due_exercises(most integer) RETURNS TABLE (user_id bigint, exercise_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT d.user_id, d.exercise_id
      FROM (SELECT DISTINCT ON (e.user_id, e.account_id) e.user_id, e.exercise_id, e.next_look_at FROM app.exercises e
             WHERE e.next_look_at <= now() ORDER BY e.user_id, e.account_id, e.next_look_at, e.exercise_id) d
     ORDER BY d.next_look_at LIMIT most;
END;

GRANT EXECUTE ON FUNCTION app.job_due_exercises TO paddock_app;
GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next line only
ALTER FUNCTION app.job_due_exercises OWNER TO paddock_jobs;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
