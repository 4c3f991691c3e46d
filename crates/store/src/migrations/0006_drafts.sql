-- Drafts of edits of orders: what somebody gathers over several requests before it is done at once. Short-lived.
CREATE TABLE drafts (
    shop_id BIGINT NOT NULL,
    draft_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, draft_id)
);
CREATE INDEX drafts_expired ON drafts (shop_id, expires_at);
CREATE INDEX drafts_of_order ON drafts (shop_id, order_id);
