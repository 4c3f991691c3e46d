-- Whose a run is, for forgetting people, and when it last went on, for forgetting what is over. Filled in from the
-- bodies, like every index row.
ALTER TABLE workflow_runs ADD COLUMN order_id BIGINT;
ALTER TABLE workflow_runs ADD COLUMN contact_id BIGINT;
ALTER TABLE workflow_runs ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX workflow_runs_of_order ON workflow_runs (shop_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX workflow_runs_of_contact ON workflow_runs (shop_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX workflow_runs_over ON workflow_runs (shop_id, updated_at, run_id) WHERE due_at IS NULL;
