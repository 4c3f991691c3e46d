-- Things that a shop keeps and that no decision depends on: tags, collections, shipping rates, courses and the like.
-- parent_id and other_id hold ids of other records, or of orders, contacts and so on.
CREATE TABLE records (
    shop_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    parent_id BIGINT,
    other_id BIGINT,
    name TEXT NOT NULL,
    record_key TEXT,
    archived BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, record_id)
);
CREATE INDEX records_of_kind ON records (shop_id, kind, record_id);
CREATE INDEX records_of_kind_updated ON records (shop_id, kind, updated_at, record_id);
CREATE INDEX records_of_parent ON records (shop_id, parent_id, kind, record_id) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX records_by_key ON records (shop_id, kind, record_key) WHERE record_key IS NOT NULL;
