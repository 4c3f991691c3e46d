//! The binary: configuration, wiring, commands, signals.
