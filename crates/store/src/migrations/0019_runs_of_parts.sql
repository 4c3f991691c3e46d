-- Parts of an order whose ids follow each other share a row: from part_id up to last_id, both included. Filled in from the
-- bodies, like every index row; a row without the last is about one part alone.
ALTER TABLE parts_of_orders ADD COLUMN last_id BIGINT;
-- The parts of an order are in its body; nobody asks the table for them.
DROP INDEX parts_of_order;
