//! A schema-driven GraphQL executor: parse, validate, coerce, execute, introspect.
