//! The real tokio-tungstenite 0.24 under the version number that serenity 0.12.5 asks for.
pub use real::*;
