//! Logs: how much, and in which form. What is never logged is decided in `telemetry`, not here.

use super::{ConfigRefusal, Env, Variable};
use tracing_subscriber::filter::LevelFilter;

/// How much.
pub const LEVEL: Variable = Variable {
    name: "PADDOCK_LOG",
    about: "how much Paddock's own code logs: error, warn, info or debug",
    default: Some("info"),
};

/// In which form.
pub const FORMAT: Variable =
    Variable { name: "PADDOCK_LOG_FORMAT", about: "json (one object per line) or text", default: Some("json") };

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line.
    Json,
    /// For people.
    Text,
}

/// What `telemetry` needs.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    /// How much.
    pub level: LevelFilter,
    /// In which form.
    pub format: Format,
}

impl Log {
    /// # Errors
    /// `Unusable` for another word.
    pub fn from_env(env: &Env) -> Result<Self, ConfigRefusal> {
        let level = match env.get(LEVEL).unwrap_or_default() {
            "error" => LevelFilter::ERROR,
            "warn" => LevelFilter::WARN,
            "info" => LevelFilter::INFO,
            "debug" => LevelFilter::DEBUG,
            _ => return Err(unusable(LEVEL, "it should be error, warn, info or debug")),
        };
        let format = match env.get(FORMAT).unwrap_or_default() {
            "json" => Format::Json,
            "text" => Format::Text,
            _ => return Err(unusable(FORMAT, "it should be json or text")),
        };
        Ok(Self { level, format })
    }
}

fn unusable(variable: Variable, why: &str) -> ConfigRefusal {
    ConfigRefusal::Unusable { name: variable.name, why: why.to_owned() }
}
