-- Which parts of orders are lists of their own, of all orders: refunds and returns, by id. Filled in from the bodies,
-- like every index row.
ALTER TABLE parts_of_orders ADD COLUMN kind TEXT;
CREATE INDEX parts_of_kind ON parts_of_orders (shop_id, kind, part_id) WHERE kind IS NOT NULL;
