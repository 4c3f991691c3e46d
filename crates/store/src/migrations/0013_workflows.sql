-- What shops want done whenever something happens, and every time that it is done.
CREATE TABLE workflows (
    shop_id BIGINT NOT NULL,
    workflow_id BIGINT NOT NULL,
    active BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, workflow_id)
);
CREATE TABLE workflow_runs (
    shop_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    workflow_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    due_at BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (shop_id, run_id),
    CONSTRAINT workflow_runs_state CHECK (state IN ('waiting', 'done', 'failed'))
);
CREATE UNIQUE INDEX workflow_runs_once ON workflow_runs (shop_id, workflow_id, event_id);
CREATE INDEX workflow_runs_due ON workflow_runs (shop_id, due_at, run_id) WHERE due_at IS NOT NULL;
