//! Scenarios live in the files beside; see ARCHITECTURE.md.
