-- People whom the merchant deals with. The e-mail address is kept in lower case here, and as written in the body.
CREATE TABLE contacts (
    shop_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    email TEXT,
    phone TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, contact_id)
);
CREATE UNIQUE INDEX contacts_email ON contacts (shop_id, email) WHERE email IS NOT NULL;
CREATE INDEX contacts_phone ON contacts (shop_id, phone, contact_id) WHERE phone IS NOT NULL;
CREATE INDEX contacts_updated ON contacts (shop_id, updated_at, contact_id);

-- Whose an order is.
ALTER TABLE orders ADD COLUMN contact_id BIGINT;
CREATE INDEX orders_of_contact ON orders (shop_id, contact_id, order_id) WHERE contact_id IS NOT NULL;
