-- Roles and the schema: what an administrator sets up once, connected to the database that Paddock is to use.
-- Not a migration (its name carries no version); running it again changes nothing. Needs CREATEROLE, not superuser.
--
--   paddock_owner  owns schema and tables, runs the migrations, serves nobody
--   paddock_app    serves: owns nothing, is held by row-level security
--   paddock_jobs   never logs in; owns the narrow functions that see more than one user
--   paddock_audit  reads the audit book, nothing else
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['paddock_owner', 'paddock_app', 'paddock_jobs', 'paddock_audit'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
        -- NOINHERIT: a policy TO a role also holds for members that inherit it, and the owner is a member of the jobs
        -- role.
        EXECUTE format('ALTER ROLE %I NOCREATEROLE NOCREATEDB NOINHERIT', wanted);
        EXECUTE format('ALTER ROLE %I %s', wanted, CASE wanted WHEN 'paddock_jobs' THEN 'NOLOGIN' ELSE 'LOGIN' END);
    END LOOP;
    -- Only a superuser may say this of a role, and only a superuser could have made one that needs it.
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        FOREACH wanted IN ARRAY ARRAY['paddock_owner', 'paddock_app', 'paddock_jobs', 'paddock_audit'] LOOP
            EXECUTE format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS NOREPLICATION', wanted);
        END LOOP;
    ELSE
        EXECUTE format('GRANT paddock_owner TO %I', current_user); -- to make a schema in the owner's name
    END IF;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO paddock_owner, paddock_app, paddock_audit', current_database());
END
$$;

-- So that the owner can hand functions over. It does not inherit, so it sees nothing more by it.
GRANT paddock_jobs TO paddock_owner;

ALTER ROLE paddock_owner SET search_path = app, pg_catalog;
ALTER ROLE paddock_app SET search_path = app, pg_catalog;
ALTER ROLE paddock_app SET statement_timeout = '15s';
ALTER ROLE paddock_app SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE paddock_audit SET search_path = app, pg_catalog;
ALTER ROLE paddock_audit SET default_transaction_read_only = on;

CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION paddock_owner;
