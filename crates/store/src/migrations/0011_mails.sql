-- Mails to buyers are deliveries too. One event may cause several of different kinds, and so may one fact.
DROP INDEX deliveries_once;
CREATE UNIQUE INDEX deliveries_once ON deliveries (shop_id, event_id, part, listener_id, dialect, topic);
CREATE INDEX deliveries_of_dialect ON deliveries (shop_id, dialect, delivery_id);
