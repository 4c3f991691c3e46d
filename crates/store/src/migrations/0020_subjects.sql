-- Whom events are about beside the order that they name: contacts and orders by their ids, and whoever is named by an
-- e-mail address. When somebody is forgotten, what was told of them is found by it.
CREATE TABLE subjects_of_events (
    shop_id BIGINT NOT NULL,
    subject TEXT NOT NULL,
    event_id BIGINT NOT NULL,
    PRIMARY KEY (shop_id, subject, event_id)
);
CREATE INDEX subjects_of_event ON subjects_of_events (shop_id, event_id);
