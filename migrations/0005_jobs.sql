-- Work that nobody clicked for. Each function sees the columns and the rows that its job needs, and nothing else.

CREATE POLICY jobs_due ON app.intents FOR SELECT TO paddock_jobs
    USING (next_look_at IS NOT NULL OR ticket_id IS NOT NULL);
GRANT SELECT (user_id, intent_id, account_id, ticket_id, state, next_look_at) ON app.intents TO paddock_jobs;
CREATE FUNCTION app.job_due_intents(most integer) RETURNS TABLE (user_id bigint, intent_id uuid, account_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT i.user_id, i.intent_id, i.account_id FROM app.intents i
     WHERE i.next_look_at <= now() ORDER BY i.next_look_at LIMIT most;
END;

-- For a start: what is not over, due or not. But not what is intended and not due: somebody waits to send it, or sends it.
CREATE FUNCTION app.job_open_intents(most integer) RETURNS TABLE (user_id bigint, intent_id uuid, account_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT i.user_id, i.intent_id, i.account_id FROM app.intents i
     WHERE i.next_look_at <= now() OR (i.next_look_at IS NOT NULL AND i.state IN ('unconfirmed', 'at_broker'))
     ORDER BY i.state = 'at_broker', i.next_look_at LIMIT most;
END;

-- No ciphertext: a job learns where to look, and looks as the tenant.
CREATE POLICY jobs_keys ON app.credentials FOR SELECT TO paddock_jobs USING (true);
GRANT SELECT (user_id, account_id, fingerprint, sealed_at) ON app.credentials TO paddock_jobs;
CREATE FUNCTION app.job_credentials_to_reseal(newest text, most integer) RETURNS TABLE (user_id bigint, account_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT c.user_id, c.account_id FROM app.credentials c
     WHERE c.fingerprint <> newest ORDER BY c.user_id, c.account_id LIMIT most;
END;
CREATE FUNCTION app.job_key_uses() RETURNS TABLE (fingerprint text, credentials bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT c.fingerprint, count(*), min(c.sealed_at) FROM app.credentials c
     GROUP BY c.fingerprint ORDER BY min(c.sealed_at);
END;

CREATE POLICY jobs_count ON app.accounts FOR SELECT TO paddock_jobs USING (removed_at IS NULL);
GRANT SELECT (user_id, account_id, removed_at) ON app.accounts TO paddock_jobs;
CREATE FUNCTION app.job_account_count() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT count(*) FROM app.accounts;
END;

-- The policies are the limit of what can ever be purged, whatever the functions say.
CREATE POLICY jobs_purge ON app.forms TO paddock_jobs USING (expires_at < now() - interval '1 day');
CREATE POLICY jobs_purge ON app.tickets TO paddock_jobs USING (expires_at < now() - interval '1 day');
CREATE POLICY jobs_purge ON app.interactions TO paddock_jobs USING (at < now() - interval '7 days');
GRANT SELECT (user_id, form_id, expires_at), DELETE ON app.forms TO paddock_jobs;
GRANT SELECT (user_id, ticket_id, expires_at), DELETE ON app.tickets TO paddock_jobs;
GRANT SELECT (user_id, interaction_id, at), DELETE ON app.interactions TO paddock_jobs;
CREATE FUNCTION app.job_purge(OUT forms bigint, OUT tickets bigint, OUT interactions bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM app.forms f WHERE f.expires_at < now() - interval '1 day';
    GET DIAGNOSTICS forms = ROW_COUNT;
    DELETE FROM app.tickets t WHERE t.expires_at < now() - interval '1 day'
       AND NOT EXISTS (SELECT FROM app.intents i WHERE i.user_id = t.user_id AND i.ticket_id = t.ticket_id);
    GET DIAGNOSTICS tickets = ROW_COUNT;
    DELETE FROM app.interactions n WHERE n.at < now() - interval '7 days';
    GET DIAGNOSTICS interactions = ROW_COUNT;
END
$$;

CREATE FUNCTION app.job_audit_verify_all()
RETURNS TABLE (user_id bigint, entries bigint, head bytea, broken_at bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT u.user_id, v.entries, v.head, v.broken_at
      FROM (SELECT h.user_id FROM app.audit_heads h UNION SELECT a.user_id FROM app.audit a) u,
           LATERAL app.audit_verify(u.user_id) v
     ORDER BY u.user_id;
END;

GRANT EXECUTE ON FUNCTION app.job_due_intents, app.job_open_intents, app.job_credentials_to_reseal, app.job_key_uses,
    app.job_account_count, app.job_purge, app.job_audit_verify_all TO paddock_app;
GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next lines only
ALTER FUNCTION app.job_due_intents OWNER TO paddock_jobs;
ALTER FUNCTION app.job_open_intents OWNER TO paddock_jobs;
ALTER FUNCTION app.job_credentials_to_reseal OWNER TO paddock_jobs;
ALTER FUNCTION app.job_key_uses OWNER TO paddock_jobs;
ALTER FUNCTION app.job_account_count OWNER TO paddock_jobs;
ALTER FUNCTION app.job_purge OWNER TO paddock_jobs;
ALTER FUNCTION app.job_audit_verify_all OWNER TO paddock_jobs;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;
