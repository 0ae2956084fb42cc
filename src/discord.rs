//! The wire to Discord: two HTTP clients, one gateway client, and the explicit registration of commands.
//!
//! serenity's rate limiter puts the interaction edits of all users into one bucket (one user's burst stalls everybody) and
//! keeps an entry per interaction for ever; Discord itself exempts interaction routes from the global limit. So there are
//! two clients: `main` with the limiter for messages and registration, `interactions` without it and with a short deadline,
//! swapped in for every interaction. A proxied (simulated) Discord works without limiter only.

use crate::config::Env;
use crate::config::discord::Discord as Config;
use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use serenity::all::{ApplicationId, CreateAllowedMentions, GatewayIntents, Http, HttpBuilder};
use serenity::client::{Client, ClientBuilder};
use std::sync::Arc;
use std::time::Duration;

/// Discord gives an interaction three seconds; a callback that takes longer than this has lost.
const CALLBACK: Duration = Duration::from_millis(2500);
const MESSAGE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(2);

/// Both clients, and who we are.
pub struct Wire {
    main: Http,
    /// For everything on interaction routes.
    pub interactions: Arc<Http>,
    /// The bot's application.
    pub application: ApplicationId,
    proxied: bool,
}

impl Wire {
    /// Asks Discord who the token belongs to.
    ///
    /// # Errors
    /// When Discord cannot be reached or does not accept the token.
    pub async fn connect(config: &Config) -> anyhow::Result<Self> {
        let main = http(config, MESSAGE, None)?;
        let about = main.get_current_application_info().await.map_err(|error| explain(&error))?;
        main.set_application_id(about.id);
        let interactions = Arc::new(http(config, CALLBACK, Some(about.id))?);
        Ok(Self { main, interactions, application: about.id, proxied: config.proxy.is_some() })
    }

    /// The gateway client, with the framework that answers.
    ///
    /// # Errors
    /// When the gateway's address cannot be had, or is not the one that the configuration means.
    pub async fn client<F>(self, framework: F) -> anyhow::Result<Client>
    where
        F: serenity::framework::Framework + 'static,
    {
        // No intents: interactions and READY need none, and what is not sent to us cannot leak from us.
        let client = ClientBuilder::new_with_http(self.main, GatewayIntents::empty())
            .framework(framework)
            .await
            .map_err(|error| explain(&error))?;
        // serenity falls back to the real gateway without a word when `GET /gateway` fails.
        let gateway = client.ws_url.lock().await.clone();
        if self.proxied && !gateway.starts_with("ws://127.0.0.1:") && !gateway.starts_with("ws://localhost:") {
            bail!("the simulated Discord did not say where its gateway is");
        }
        Ok(client)
    }
}

fn http(config: &Config, total: Duration, application: Option<ApplicationId>) -> anyhow::Result<Http> {
    let client = alpaca::transport::client(CONNECT, total).context("the HTTP client could not be made")?;
    let mut builder = HttpBuilder::new(config.token.expose_secret())
        .client(client)
        .ratelimiter_disabled(application.is_some() || config.proxy.is_some())
        .default_allowed_mentions(CreateAllowedMentions::new());
    if let Some(proxy) = &config.proxy {
        builder = builder.proxy(proxy.as_str());
    }
    if let Some(application) = application {
        builder = builder.application_id(application);
    }
    Ok(builder.build())
}

/// serenity's own errors print addresses with tokens in them, so only their kind is told.
pub fn explain(error: &serenity::Error) -> anyhow::Error {
    use serenity::http::HttpError;
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(answer)) if answer.status_code == 401 => {
            anyhow::anyhow!("Discord does not accept the token in PADDOCK_DISCORD_TOKEN")
        }
        serenity::Error::Http(HttpError::UnsuccessfulRequest(answer)) => {
            anyhow::anyhow!("Discord refused the request (status {}, code {})", answer.status_code, answer.error.code)
        }
        serenity::Error::Http(_) => anyhow::anyhow!("Discord could not be reached"),
        serenity::Error::Gateway(_) => anyhow::anyhow!("the gateway refused the connection"),
        _ => anyhow::anyhow!("the connection to Discord failed"),
    }
}

/// `paddock register --dry-run`: works without a token.
///
/// # Errors
/// None in practice; the commands are our own.
pub fn print_commands() -> anyhow::Result<()> {
    crate::cli::say(&serde_json::to_string_pretty(&commands::registration())?);
    Ok(())
}

/// `paddock register`.
///
/// # Errors
/// Without token, or when Discord refuses the commands.
pub async fn register(env: &Env) -> anyhow::Result<()> {
    let count = put_commands(&Config::from_env(env)?).await?;
    crate::cli::say(&format!(
        "Discord knows {count} commands now. If you do not see them, restart your Discord client: it keeps old lists for a while."
    ));
    Ok(())
}

/// Replaces the application's global commands by ours; returns how many there are.
///
/// # Errors
/// When Discord cannot be reached or refuses them.
pub async fn put_commands(config: &Config) -> anyhow::Result<usize> {
    let wire = Wire::connect(config).await?;
    let made = wire.main.create_global_commands(&commands::registration()).await.map_err(|error| explain(&error))?;
    Ok(made.len())
}
