-- Whether a contact can be written to, and whether it is somebody: neither unknown nor forgotten.
ALTER TABLE contacts ADD COLUMN active BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN somebody BIGINT NOT NULL DEFAULT 1;

-- Labels of contacts, in lower case.
CREATE TABLE tags_of_contacts (
    shop_id BIGINT NOT NULL,
    tag TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    PRIMARY KEY (shop_id, tag, contact_id)
);
CREATE INDEX tags_of_contact ON tags_of_contacts (shop_id, contact_id);

CREATE INDEX access_grants_updated ON access_grants (shop_id, kind, target_id, updated_at, grant_id);
