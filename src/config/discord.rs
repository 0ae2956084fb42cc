//! Discord: the bot's token, and where Discord is.

use super::{ConfigRefusal, Env, Variable};
use secrecy::SecretString;

/// The bot token.
pub const TOKEN: Variable = Variable {
    name: "PADDOCK_DISCORD_TOKEN",
    about: "the bot's token, from the Discord developer portal",
    default: None,
};

/// Where Discord's API is.
pub const API: Variable = Variable {
    name: "PADDOCK_DISCORD_API",
    about: "base address of Discord's API; set it only to use a simulated Discord",
    default: Some("https://discord.com"),
};

/// Where Discord is, and as whom we speak to it.
pub struct Discord {
    /// The token.
    pub token: SecretString,
    /// The base address; `None` for the real Discord.
    pub proxy: Option<String>,
}

impl Discord {
    /// # Errors
    /// `Missing` without a token; `Unusable` for an address that is not http(s).
    pub fn from_env(env: &Env) -> Result<Self, ConfigRefusal> {
        let token = env.get(TOKEN).ok_or(ConfigRefusal::Missing {
            name: TOKEN.name,
            about: TOKEN.about,
            hint: "Create an application at https://discord.com/developers/applications, add a bot, and copy its token; README.md shows each step.",
        })?;
        let base = env.get(API).unwrap_or_default().trim_end_matches('/');
        if !base.starts_with("https://")
            && !base.starts_with("http://127.0.0.1:")
            && !base.starts_with("http://localhost:")
        {
            let why = "it should start with https:// (plain http only for this machine)".to_owned();
            return Err(ConfigRefusal::Unusable { name: API.name, why });
        }
        let proxy = (Some(base) != API.default).then(|| base.to_owned());
        Ok(Self { token: SecretString::from(token.trim()), proxy })
    }
}
