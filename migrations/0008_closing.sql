-- Closing everything with one press, and orders so large that their words have to be typed.

ALTER TABLE app.tickets
    ADD batch uuid,
    ADD phrase text CHECK (length(phrase) BETWEEN 1 AND 100),
    ADD CONSTRAINT tickets_batch FOREIGN KEY (user_id, batch) REFERENCES app.tickets
        ON DELETE SET NULL (batch),
    ADD CONSTRAINT tickets_phrase_of_order CHECK (phrase IS NULL OR kind = 'order'),
    ADD CONSTRAINT tickets_batch_of_orders CHECK (batch IS NULL OR kind = 'order'),
    DROP CONSTRAINT tickets_kind_check,
    ADD CONSTRAINT tickets_kind_check
        CHECK (kind IN ('order', 'switch_to_live', 'remove_account', 'cancel_all', 'close_all'));
CREATE INDEX tickets_of_batch ON app.tickets (user_id, batch) WHERE batch IS NOT NULL;
GRANT INSERT (batch, phrase) ON app.tickets TO paddock_app;

-- One press makes one intent; a press that closes everything makes one per position, counted.
ALTER TABLE app.intents
    ADD item smallint NOT NULL DEFAULT 0 CHECK (item >= 0),
    DROP CONSTRAINT intents_interaction,
    ADD CONSTRAINT intents_interaction UNIQUE (user_id, interaction_id, item);
GRANT INSERT (item) ON app.intents TO paddock_app;
