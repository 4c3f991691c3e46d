-- What fulfillment services are asked for and when next; a row for everything that a service said it would answer.
-- Whoever claims a row moves its time on, so that it is asked for once, however many servers there are.
CREATE TABLE inquiries (
    shop_id BIGINT NOT NULL,
    service_id BIGINT NOT NULL,
    inquiry TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    asked_at BIGINT,
    answer TEXT,
    excerpt TEXT,
    PRIMARY KEY (shop_id, service_id, inquiry),
    CONSTRAINT inquiries_inquiry CHECK (inquiry IN ('tracking', 'stock'))
);
CREATE INDEX inquiries_due ON inquiries (shop_id, due_at);

-- The service that sent a fulfillment and didn't say yet how to find it.
ALTER TABLE fulfillments ADD COLUMN untracked_by BIGINT;
CREATE INDEX fulfillments_untracked ON fulfillments (shop_id, untracked_by, fulfillment_id)
    WHERE untracked_by IS NOT NULL;
