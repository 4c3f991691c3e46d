-- What orders are sorted by besides their times and numbers. Texts are in hexadecimal, so that they sort alike in every
-- database, whatever its idea of the order of letters. Filled in from the
-- bodies, like every index row.
CREATE TABLE order_sorts (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    buyer TEXT NOT NULL,
    destination TEXT NOT NULL,
    payment TEXT NOT NULL,
    fulfillment TEXT NOT NULL,
    po_number TEXT NOT NULL,
    units BIGINT NOT NULL,
    total BIGINT NOT NULL,
    current_total BIGINT NOT NULL,
    PRIMARY KEY (shop_id, order_id)
);
CREATE INDEX order_sorts_buyer ON order_sorts (shop_id, buyer, order_id);
CREATE INDEX order_sorts_destination ON order_sorts (shop_id, destination, order_id);
CREATE INDEX order_sorts_payment ON order_sorts (shop_id, payment, order_id);
CREATE INDEX order_sorts_fulfillment ON order_sorts (shop_id, fulfillment, order_id);
CREATE INDEX order_sorts_po_number ON order_sorts (shop_id, po_number, order_id);
CREATE INDEX order_sorts_units ON order_sorts (shop_id, units, order_id);
CREATE INDEX order_sorts_total ON order_sorts (shop_id, total, order_id);
CREATE INDEX order_sorts_current_total ON order_sorts (shop_id, current_total, order_id);

CREATE INDEX orders_created ON orders (shop_id, created_at, order_id);
CREATE INDEX orders_number ON orders (shop_id, number, order_id);
