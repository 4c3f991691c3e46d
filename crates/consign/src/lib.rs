//! What makes the engine a program: its settings, its commands, its HTTP server, its log. No business.
//!
//! | module | what it does |
//! |---|---|
//! | [`cli`] | reads the command line, runs the command, turns its end into an exit code |
//! | [`config`] | one table of settings; where a value came from |
//! | [`demo`] | the shop and the keys that `consign dev` starts with |
//! | [`dialects`] | the published APIs that are spoken |
//! | [`explorer`] | the page of `consign dev` on which one tries the API |
//! | [`mailbox`] | the pages of `consign dev` with the mails to buyers |
//! | [`export`] | orders for elsewhere, into files |
//! | [`failure`] | how a command ends when it does not succeed |
//! | [`figures`] | figures over HTTP |
//! | [`first_shop`] | the shop that commands are about |
//! | [`gateways`] | who moves money, and where they tell what they weren't asked |
//! | [`http`] | the server around the dialects' routes: limits, request ids, metrics, a tidy end |
//! | [`import`] | orders from elsewhere, out of files |
//! | [`installation`] | data folder, sealing key, database |
//! | [`logging`] | the log, and spans for a collector |
//! | [`open_shop`] | the shop that a command is about, opened and closed |
//! | [`runtime`] | what asynchronous commands run on |
//! | [`server`] | engine, workers and routes put together, and taken apart |
//! | [`signals`] | the wish to stop, from outside |
//! | [`till`] | the page of `consign dev` on which buyers pay |
//! | [`wording`] | how commands put values into words |

pub mod cli;
pub mod commands;
pub mod config;
pub mod demo;
pub mod dialects;
pub mod explorer;
pub mod export;
pub mod failure;
pub mod figures;
pub mod first_shop;
pub mod gateways;
pub mod http;
pub mod import;
pub mod installation;
pub mod logging;
pub mod mailbox;
pub mod open_shop;
pub mod runtime;
pub mod server;
pub mod signals;
pub mod till;
pub mod wording;
