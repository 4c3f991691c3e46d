//! The GraphQL Admin API, as far as orders and fulfillment go.
