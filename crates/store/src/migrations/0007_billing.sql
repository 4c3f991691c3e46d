-- When something of an order's billing is due, and when a gateway is to be asked about its payments.
ALTER TABLE orders ADD COLUMN due_at BIGINT;
ALTER TABLE orders ADD COLUMN ask_at BIGINT;
CREATE INDEX orders_due ON orders (shop_id, due_at, order_id) WHERE due_at IS NOT NULL;
CREATE INDEX orders_to_ask ON orders (shop_id, ask_at, order_id) WHERE ask_at IS NOT NULL;

-- The order that a line, an invoice, a line of an invoice or a payment belongs to; only of orders that are billed.
CREATE TABLE parts_of_orders (
    shop_id BIGINT NOT NULL,
    part_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    PRIMARY KEY (shop_id, part_id)
);
CREATE INDEX parts_of_order ON parts_of_orders (shop_id, order_id, part_id);

CREATE TABLE prices (
    shop_id BIGINT NOT NULL,
    price_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, price_id)
);
CREATE INDEX prices_of_variant ON prices (shop_id, variant_id, price_id);

-- What contacts may use. All columns and no body: it is taken back without being read.
CREATE TABLE access_grants (
    shop_id BIGINT NOT NULL,
    grant_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    target_id BIGINT NOT NULL,
    order_id BIGINT,
    invoice_id BIGINT,
    suspended BIGINT NOT NULL,
    reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (shop_id, grant_id)
);
CREATE INDEX access_grants_to ON access_grants (shop_id, kind, target_id, grant_id);
CREATE INDEX access_grants_of ON access_grants (shop_id, contact_id, grant_id);
