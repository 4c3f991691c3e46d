-- Gateways that a shop takes money through. The secret is sealed with the installation's key.
CREATE TABLE gateways (
    shop_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,
    secret TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, name)
);

-- Until when somebody is about to ask a gateway about an order's payments. Only saves work, and is no part of the order.
ALTER TABLE orders ADD COLUMN asking_until BIGINT;

-- What a gateway is known to have to tell, and from when on.
CREATE TABLE gateway_news (
    shop_id BIGINT NOT NULL,
    transaction_id BIGINT NOT NULL,
    news TEXT NOT NULL,
    order_id BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, transaction_id, news)
);
CREATE INDEX gateway_news_due ON gateway_news (shop_id, due_at);
