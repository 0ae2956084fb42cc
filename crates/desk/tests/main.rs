//! The desk against a real PostgreSQL and a scripted broker.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

mod accounts;
mod book;
mod cancel;
mod clicks;
mod connect;
mod disk;
mod exercise;
mod notices;
mod paper_stays_paper;
mod reconcile;
mod scripted;
mod settle;
mod stop;
mod submit;
mod sweep;
mod views;
mod waits;
mod world;
