-- Units that are kept for somebody who is about to order them, until a time. A reservation never changes: it is there, or
-- it ended.
CREATE TABLE reservations (
    shop_id BIGINT NOT NULL,
    reservation_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    test BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, reservation_id)
);
CREATE UNIQUE INDEX reservations_named ON reservations (shop_id, name, test);
CREATE INDEX reservations_over ON reservations (shop_id, expires_at);

-- What all of them keep, beside the other stock, so that none of it is sold to somebody else.
ALTER TABLE stock ADD COLUMN kept BIGINT NOT NULL DEFAULT 0 CONSTRAINT stock_kept CHECK (kept >= 0);
