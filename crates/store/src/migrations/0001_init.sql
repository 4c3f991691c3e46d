-- The first schema. One text for both databases: BIGINT and TEXT only; times are microseconds since 1970 in UTC,
-- booleans 0 or 1. shop_id leads every key, so that all rows of a transaction live together when sharded.

-- Blocks of ids handed out to processes. Belongs to the installation, not to a shop.
CREATE TABLE id_blocks (
    name TEXT PRIMARY KEY,
    next BIGINT NOT NULL
);

CREATE TABLE shops (
    shop_id BIGINT PRIMARY KEY,
    domain TEXT NOT NULL,
    body TEXT NOT NULL
);

-- Running numbers of a shop, such as that of its orders.
CREATE TABLE counters (
    shop_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (shop_id, name)
);

-- Programs. The secret signs what they are sent; it is sealed with the installation's key.
CREATE TABLE apps (
    shop_id BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, app_id)
);

-- Keys of programs. Found by the hash of the token before the shop is known, so the hash alone is unique.
CREATE TABLE api_keys (
    token_hash TEXT PRIMARY KEY,
    shop_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    dialect TEXT NOT NULL,
    label TEXT NOT NULL,
    hint TEXT NOT NULL,
    permissions BIGINT NOT NULL,
    demo BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX api_keys_of_shop ON api_keys (shop_id, key_id);

CREATE TABLE orders (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    source_key TEXT,
    email TEXT,
    processed_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    payment TEXT NOT NULL,
    fulfillment TEXT NOT NULL,
    test BIGINT NOT NULL,
    route_at BIGINT,
    route_seen BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, order_id),
    CONSTRAINT orders_state CHECK (state IN ('open', 'closed', 'cancelled'))
);
CREATE UNIQUE INDEX orders_source ON orders (shop_id, source_key) WHERE source_key IS NOT NULL;
CREATE INDEX orders_name ON orders (shop_id, name);
CREATE INDEX orders_processed ON orders (shop_id, processed_at, order_id);
CREATE INDEX orders_updated ON orders (shop_id, updated_at, order_id);
CREATE INDEX orders_to_route ON orders (shop_id, route_at, order_id) WHERE route_at IS NOT NULL;
CREATE INDEX orders_to_route_again ON orders (shop_id, route_seen, order_id) WHERE route_at IS NOT NULL;

CREATE TABLE fulfillment_orders (
    shop_id BIGINT NOT NULL,
    fulfillment_order_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    location_id BIGINT NOT NULL,
    service_id BIGINT,
    stage TEXT NOT NULL,
    request TEXT NOT NULL,
    is_open BIGINT NOT NULL,
    total BIGINT NOT NULL,
    remaining BIGINT NOT NULL,
    opens_at BIGINT,
    fulfill_by BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, fulfillment_order_id),
    CONSTRAINT fulfillment_orders_quantities CHECK (0 <= remaining AND remaining <= total),
    CONSTRAINT fulfillment_orders_request CHECK (service_id IS NOT NULL OR request = 'unsubmitted'),
    CONSTRAINT fulfillment_orders_stage CHECK (stage IN
        ('scheduled', 'open', 'on_hold', 'in_progress', 'incomplete', 'closed', 'cancelled'))
);
CREATE INDEX fulfillment_orders_open ON fulfillment_orders (shop_id, location_id, fulfillment_order_id)
    WHERE is_open = 1;
CREATE INDEX fulfillment_orders_open_by_id ON fulfillment_orders (shop_id, fulfillment_order_id) WHERE is_open = 1;
CREATE INDEX fulfillment_orders_updated ON fulfillment_orders (shop_id, updated_at, fulfillment_order_id);
CREATE INDEX fulfillment_orders_scheduled ON fulfillment_orders (shop_id, opens_at) WHERE opens_at IS NOT NULL;

CREATE TABLE fulfillments (
    shop_id BIGINT NOT NULL,
    fulfillment_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    live BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, fulfillment_id)
);

-- Which orders a fulfillment holds something of.
CREATE TABLE fulfillments_of_orders (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    fulfillment_id BIGINT NOT NULL,
    PRIMARY KEY (shop_id, order_id, fulfillment_id)
);
CREATE INDEX fulfillments_of_orders_back ON fulfillments_of_orders (shop_id, fulfillment_id, order_id);

CREATE TABLE stock (
    shop_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    location_id BIGINT NOT NULL,
    on_hand BIGINT NOT NULL,
    committed BIGINT NOT NULL,
    PRIMARY KEY (shop_id, variant_id, location_id),
    CONSTRAINT stock_committed CHECK (committed >= 0)
);

CREATE TABLE locations (
    shop_id BIGINT NOT NULL,
    location_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, location_id)
);

CREATE TABLE services (
    shop_id BIGINT NOT NULL,
    service_id BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, service_id)
);

CREATE TABLE products (
    shop_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, product_id)
);

CREATE TABLE variants (
    shop_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    sku TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, variant_id)
);
CREATE INDEX variants_sku ON variants (shop_id, sku);
CREATE INDEX variants_of_product ON variants (shop_id, product_id, variant_id);

CREATE TABLE listeners (
    shop_id BIGINT NOT NULL,
    listener_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, listener_id)
);

-- What happened: timeline, audit log and outbox. A row is dispatched when its deliveries are written.
CREATE TABLE events (
    shop_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    order_id BIGINT,
    app_id BIGINT,
    dispatched BIGINT NOT NULL,
    body TEXT NOT NULL,
    snapshot TEXT,
    PRIMARY KEY (shop_id, event_id)
);
CREATE INDEX events_to_dispatch ON events (shop_id, event_id) WHERE dispatched = 0;
CREATE INDEX events_of_order ON events (shop_id, order_id, event_id) WHERE order_id IS NOT NULL;

-- One thing to send to one receiver.
CREATE TABLE deliveries (
    shop_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    listener_id BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    dialect TEXT NOT NULL,
    topic TEXT NOT NULL,
    url TEXT NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, delivery_id),
    CONSTRAINT deliveries_state CHECK (state IN ('pending', 'delivered', 'exhausted', 'cancelled'))
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (shop_id, event_id, part, listener_id);
CREATE INDEX deliveries_due ON deliveries (shop_id, due_at) WHERE state = 'pending';
CREATE INDEX deliveries_of_listener ON deliveries (shop_id, listener_id, delivery_id);

CREATE TABLE attempts (
    shop_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    at BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL,
    answer TEXT NOT NULL,
    status BIGINT,
    excerpt TEXT,
    PRIMARY KEY (shop_id, delivery_id, attempt)
);

-- What was answered to a request that may be sent again. Written with the effect, in one transaction.
CREATE TABLE idempotency (
    shop_id BIGINT NOT NULL,
    scope TEXT NOT NULL,
    request_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, scope, request_key)
);
CREATE INDEX idempotency_age ON idempotency (shop_id, created_at);
