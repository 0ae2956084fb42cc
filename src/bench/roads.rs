//! How far Discord and Alpaca are: lines with a delay before the simulated ones, for the service and for the floor alike.

use anyhow::Context;
use sim::proxy::{Proxy, Weather};
use sim::world::World;
use std::time::Duration;

/// The time that a question and its answer are on their way.
#[derive(Clone, Copy, Debug)]
pub struct Away {
    pub discord: Duration,
    pub alpaca: Duration,
}

/// Where they are reached.
pub struct Roads {
    pub discord: String,
    pub paper: String,
    pub live: String,
    pub data: String,
    /// They go with it.
    lines: Vec<Proxy>,
}

impl Roads {
    /// Next door without a line between; what is further away, behind one.
    pub async fn lay(world: &World, away: Away) -> anyhow::Result<Self> {
        let origins = world.exchange.origins();
        let mut roads = Self {
            discord: world.discord.api_base(),
            paper: origins.paper.clone(),
            live: origins.live.clone(),
            data: origins.data.clone(),
            lines: Vec::new(),
        };
        let to = [
            (&mut roads.discord, away.discord),
            (&mut roads.paper, away.alpaca),
            (&mut roads.live, away.alpaca),
            (&mut roads.data, away.alpaca),
        ];
        for (address, trip) in to {
            if trip.is_zero() {
                continue;
            }
            let server = address.strip_prefix("http://").context("not an address of the simulated world")?;
            let line = Proxy::before(server.parse()?).await?;
            line.set_both(Weather::Delay(trip / 2));
            *address = format!("http://127.0.0.1:{}", line.port().context("no port")?);
            roads.lines.push(line);
        }
        Ok(roads)
    }
}
