-- What stock is there for, apart from being sold; whether a location stocks a variant at all; and since when.
ALTER TABLE stock ADD COLUMN reserved BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stock ADD COLUMN damaged BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stock ADD COLUMN safety_stock BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stock ADD COLUMN quality_control BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stock ADD COLUMN incoming BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stock ADD COLUMN stocked BIGINT NOT NULL DEFAULT 1;
ALTER TABLE stock ADD COLUMN created_at BIGINT;
ALTER TABLE stock ADD COLUMN updated_at BIGINT;
CREATE INDEX stock_of_location ON stock (shop_id, location_id, variant_id);
