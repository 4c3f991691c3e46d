-- Money that moved for live orders, when it moved; below zero if it went back. Test orders have no rows here.
CREATE TABLE takings (
    shop_id BIGINT NOT NULL,
    taking_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (shop_id, taking_id)
);
CREATE INDEX takings_at ON takings (shop_id, at);
CREATE INDEX takings_of_orders ON takings (shop_id, order_id);

CREATE INDEX fulfillment_orders_deadline ON fulfillment_orders (shop_id, fulfill_by) WHERE fulfill_by IS NOT NULL;
