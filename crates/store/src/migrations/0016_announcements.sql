-- What is told of events, written down in the words of a published API whose programs may read it later: one row for
-- every part of an event. Written when the event is dispatched, forgotten with it.
CREATE TABLE announcements (
    shop_id BIGINT NOT NULL,
    dialect TEXT NOT NULL,
    event_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    at BIGINT NOT NULL,
    topic TEXT NOT NULL,
    test BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, dialect, event_id, part)
);
CREATE INDEX announcements_at ON announcements (shop_id, dialect, at, event_id, part);

-- The published APIs in whose words that is done: those that a program of the shop has a key for.
CREATE TABLE chronicles (
    shop_id BIGINT NOT NULL,
    dialect TEXT NOT NULL,
    PRIMARY KEY (shop_id, dialect)
);
