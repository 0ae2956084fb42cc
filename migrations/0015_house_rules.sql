-- Where users come from, and what a server's admins decided for orders from there. A server's rule can only forbid.

-- A server in which a user gave a command. In a direct message there is no server, so that its rules hold there, too, and so
-- that an operator's list of servers does, they rest on these rows.
CREATE TABLE app.places (
    user_id       bigint NOT NULL,
    guild_id      bigint NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, guild_id)
);
SELECT app.raise_wall('app.places');
GRANT SELECT, INSERT (user_id, guild_id) ON app.places TO paddock_app;
GRANT SELECT (guild_id) ON app.places TO paddock_jobs;

-- Nobody's rows: read and written through the functions below only.
CREATE TABLE app.servers (
    guild_id     bigint PRIMARY KEY,
    forbids_live boolean NOT NULL DEFAULT false,
    most_dollars app.positive, -- of one buy with real money
    changed_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE app.servers ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.servers FORCE ROW LEVEL SECURITY;
CREATE POLICY jobs ON app.servers TO paddock_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON app.servers TO paddock_jobs;

CREATE FUNCTION app.server_rules(of_guild bigint, OUT forbids_live boolean, OUT most_dollars numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(bool_or(s.forbids_live), false), min(s.most_dollars) FROM app.servers s WHERE s.guild_id = of_guild;
END;
-- The tightest of all servers that the transaction's own user came from, and of the one that the order comes from now.
CREATE FUNCTION app.rules_for_me(here bigint, OUT forbids_live boolean, OUT most_dollars numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(bool_or(s.forbids_live), false), min(s.most_dollars) FROM app.servers s
     WHERE s.guild_id = here
        OR s.guild_id IN (SELECT p.guild_id FROM app.places p
                           WHERE p.user_id = nullif(current_setting('app.user_id', true), '')::bigint);
END;
CREATE FUNCTION app.set_server_rules(of_guild bigint, forbid_live boolean, dollars numeric) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO app.servers AS s (guild_id, forbids_live, most_dollars) VALUES (of_guild, forbid_live, dollars)
        ON CONFLICT (guild_id) DO UPDATE
       SET forbids_live = excluded.forbids_live, most_dollars = excluded.most_dollars, changed_at = clock_timestamp();
END;

GRANT EXECUTE ON FUNCTION app.server_rules, app.rules_for_me, app.set_server_rules TO paddock_app;
GRANT CREATE ON SCHEMA app TO paddock_jobs; -- needed for the next lines only
ALTER FUNCTION app.server_rules OWNER TO paddock_jobs;
ALTER FUNCTION app.rules_for_me OWNER TO paddock_jobs;
ALTER FUNCTION app.set_server_rules OWNER TO paddock_jobs;
REVOKE CREATE ON SCHEMA app FROM paddock_jobs;

-- A question whose answer deletes everything. It is about no account.
ALTER TABLE app.forms DROP CONSTRAINT forms_kind_check;
ALTER TABLE app.forms ADD CONSTRAINT forms_kind_check CHECK (kind IN ('link', 'rotate', 'leave'));
ALTER TABLE app.forms DROP CONSTRAINT forms_whole;
ALTER TABLE app.forms ADD CONSTRAINT forms_whole CHECK (CASE kind
    WHEN 'link' THEN name IS NOT NULL AND environment IS NOT NULL AND account_id IS NULL
    WHEN 'rotate' THEN account_id IS NOT NULL AND name IS NULL AND environment IS NULL
    ELSE num_nonnulls(account_id, name, environment) = 0 END);
