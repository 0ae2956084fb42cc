//! Lines: a proxy before each socket of the bot, so that a test can break any of them while the bot runs.

use crate::harness::Town;
use sim::proxy::{Proxy, Weather};
use std::path::PathBuf;
use tempfile::TempDir;

/// The proxies of one town. They go with it.
pub struct Lines {
    pub database: Proxy,
    /// Discord's REST.
    pub discord: Proxy,
    /// Discord's gateway.
    pub gateway: Proxy,
    pub paper: Proxy,
    pub live: Proxy,
    pub data: Proxy,
    folder: TempDir,
}

impl Lines {
    /// Lays them before a bot that has not been started yet.
    pub async fn lay(town: &mut Town) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = town.db.app_url();
        let (base, socket) = url.split_once("host=").unwrap();
        let database = Proxy::before_postgres(PathBuf::from(socket).join(".s.PGSQL.5432"), folder.path()).unwrap();
        let origins = town.exchange.origins().clone();
        let lines = Self {
            database,
            discord: before(&town.discord.api_base()).await,
            gateway: before(&town.discord.api_base()).await,
            paper: before(&origins.paper).await,
            live: before(&origins.live).await,
            data: before(&origins.data).await,
            folder,
        };
        let at = |proxy: &Proxy| format!("http://127.0.0.1:{}", proxy.port().unwrap());
        town.discord.gateway_through(lines.gateway.port().unwrap());
        town.overrides = vec![
            ("DATABASE_URL".to_owned(), format!("{base}host={}", lines.folder.path().display())),
            ("PADDOCK_DISCORD_API".to_owned(), at(&lines.discord)),
            ("PADDOCK_ALPACA_PAPER_URL".to_owned(), at(&lines.paper)),
            ("PADDOCK_ALPACA_LIVE_URL".to_owned(), at(&lines.live)),
            ("PADDOCK_ALPACA_DATA_URL".to_owned(), at(&lines.data)),
        ];
        lines
    }

    pub fn all(&self) -> [&Proxy; 6] {
        [&self.database, &self.discord, &self.gateway, &self.paper, &self.live, &self.data]
    }

    pub fn calm(&self) {
        self.all().iter().for_each(|line| line.calm());
    }

    /// Nothing reaches Alpaca, or comes from there.
    pub fn stall_alpaca(&self) {
        for line in [&self.paper, &self.live, &self.data] {
            line.set_both(Weather::Stall);
        }
    }
}

async fn before(url: &str) -> Proxy {
    Proxy::before(url.strip_prefix("http://").unwrap().parse().unwrap()).await.unwrap()
}
