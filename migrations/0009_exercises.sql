-- What is wished of option contracts that are held: shown on a card, decided by a press, sent once.
--
-- The broker gives such a call no name that could be looked up, so the row is all there is: decided and without an answer
-- means that it may have arrived.

CREATE TABLE app.exercises (
    user_id     bigint NOT NULL REFERENCES app.users,
    exercise_id uuid NOT NULL,
    account_id  uuid NOT NULL,
    environment app.environment NOT NULL,
    contract    text NOT NULL CHECK (length(contract) BETWEEN 16 AND 21),
    wish        text NOT NULL CHECK (wish IN ('exercise', 'do_not_exercise')),
    qty         app.positive NOT NULL, -- contracts held when it was asked
    guild_id    bigint, -- NULL: asked in a direct message
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at  timestamptz NOT NULL,
    void_at     timestamptz,
    decided_at  timestamptz,
    decided_by  bigint, -- the press
    outcome     text CHECK (outcome IN ('taken', 'refused', 'unknown')),
    refusal     jsonb,
    doubt       jsonb,
    answered_at timestamptz,
    PRIMARY KEY (user_id, exercise_id),
    FOREIGN KEY (user_id, account_id, environment) REFERENCES app.accounts (user_id, account_id, environment),
    CONSTRAINT exercises_one_end CHECK (void_at IS NULL OR decided_at IS NULL),
    CONSTRAINT exercises_pressed CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT exercises_answered CHECK ((outcome IS NULL) = (answered_at IS NULL)
        AND (outcome IS NULL OR decided_at IS NOT NULL)
        AND (outcome IS NOT DISTINCT FROM 'refused') = (refusal IS NOT NULL)
        AND (outcome IS NOT DISTINCT FROM 'unknown') = (doubt IS NOT NULL))
);
SELECT app.raise_wall('app.exercises');
-- What was shown is never updated.
GRANT SELECT, UPDATE (void_at, decided_at, decided_by, outcome, refusal, doubt, answered_at),
      INSERT (user_id, exercise_id, account_id, environment, contract, wish, qty, guild_id, expires_at)
      ON app.exercises TO paddock_app;
