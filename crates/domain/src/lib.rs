//! Pure rules of orders and their fulfillment: no I/O, no clock, no randomness.
