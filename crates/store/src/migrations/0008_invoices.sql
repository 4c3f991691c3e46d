-- Invoices of every order, as lists of them are asked for; what is in them is in the order.
CREATE TABLE invoices (
    shop_id BIGINT NOT NULL,
    invoice_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    external_id TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, invoice_id)
);
CREATE INDEX invoices_updated ON invoices (shop_id, updated_at, invoice_id);
CREATE INDEX invoices_number ON invoices (shop_id, number, invoice_id);
CREATE INDEX invoices_external ON invoices (shop_id, external_id, invoice_id) WHERE external_id IS NOT NULL;

-- Whether an order is paid again and again.
ALTER TABLE orders ADD COLUMN subscription BIGINT NOT NULL DEFAULT 0;
CREATE INDEX orders_subscriptions ON orders (shop_id, order_id) WHERE subscription = 1;

-- Refunds by which articles came back into stock.
CREATE TABLE restocks (
    shop_id BIGINT NOT NULL,
    refund_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, refund_id)
);
CREATE INDEX restocks_updated ON restocks (shop_id, updated_at, refund_id);

CREATE INDEX fulfillments_updated ON fulfillments (shop_id, updated_at, fulfillment_id);
