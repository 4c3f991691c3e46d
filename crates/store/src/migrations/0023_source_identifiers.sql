-- What the program that sent an order calls it, so that it finds the order again by that name. Filled in from the bodies,
-- like every index row.
ALTER TABLE orders ADD COLUMN source_identifier TEXT;
CREATE INDEX orders_source_identifier ON orders (shop_id, source_identifier, order_id)
    WHERE source_identifier IS NOT NULL;
