//! What makes the engine a program: its settings, its commands, its HTTP server, its log. No business.
//!
//! | module | what it does |
//! |---|---|
//! | [`cli`] | reads the command line, runs the command, turns its end into an exit code |
//! | [`config`] | one table of settings; where a value came from |
//! | [`failure`] | how a command ends when it does not succeed |
//! | [`http`] | the server around the dialects' routes: limits, request ids, metrics, a tidy end |
//! | [`logging`] | the log, and spans for a collector |
//! | [`signals`] | the wish to stop, from outside |

pub mod cli;
pub mod commands;
pub mod config;
pub mod failure;
pub mod http;
pub mod logging;
pub mod signals;
