-- Money that was set aside for orders, and what became of it, in minor units of their currency. Filled in from the
-- bodies, like every index row; here so that no more is ever taken and let go than was set aside, whatever the program
-- thinks, and no more goes back than came.
CREATE TABLE charges (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    total BIGINT NOT NULL,
    captured BIGINT NOT NULL,
    released BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    PRIMARY KEY (shop_id, order_id),
    CHECK (captured >= 0 AND released >= 0 AND captured + released <= total),
    CHECK (refunded >= 0 AND refunded <= taken AND taken <= captured)
);

-- Whether something is in a fulfillment: one without anything only remembers what was given up.
ALTER TABLE fulfillments ADD COLUMN parcel BIGINT NOT NULL DEFAULT 1;
