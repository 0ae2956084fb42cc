//! Where Alpaca is. Paper and live are different hosts; which one is taken follows from the account's row alone.

use crate::path::Path;
use domain::account::Environment;
use reqwest::Url;
use std::fmt;
use thiserror::Error;

/// One origin: scheme, host and port, nothing else. `https`, except on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(Url);

/// Why a text is not an origin that credentials may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OriginRefusal {
    /// Not a URL with a host.
    #[error("not a URL with a host")]
    Unreadable,
    /// Keys would travel in clear.
    #[error("not https (http is taken on the loopback only)")]
    NotHttps,
    /// A path, a query, a fragment or a user name follows the host.
    #[error("more than scheme, host and port")]
    MoreThanOrigin,
}

impl Origin {
    /// Reads an origin.
    ///
    /// # Errors
    /// Every [`OriginRefusal`].
    pub fn parse(text: &str) -> Result<Self, OriginRefusal> {
        let url = Url::parse(text.trim()).map_err(|_| OriginRefusal::Unreadable)?;
        let host = url.host_str().ok_or(OriginRefusal::Unreadable)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            _ => return Err(OriginRefusal::NotHttps),
        }
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if bare { Ok(Self(url)) } else { Err(OriginRefusal::MoreThanOrigin) }
    }

    /// The URL of a path on this origin; `None` when the path names no possible resource. It cannot leave the origin:
    /// every part is pushed as one encoded segment.
    pub(crate) fn at(&self, path: &Path) -> Option<Url> {
        let mut url = self.0.clone();
        url.path_segments_mut().ok()?.clear().extend(path.segments()?);
        (url.origin() == self.0.origin()).then_some(url)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// `localhost` by name too: RFC 6761 §6.3 keeps it on this machine.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The three origins that the client speaks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// Trading with paper money.
    pub paper: Origin,
    /// Trading with real money.
    pub live: Origin,
    /// Market data, shared by both.
    pub data: Origin,
}

impl Origins {
    /// Alpaca's own hosts.
    pub const PAPER: &'static str = "https://paper-api.alpaca.markets";
    /// See [`Origins::PAPER`].
    pub const LIVE: &'static str = "https://api.alpaca.markets";
    /// See [`Origins::PAPER`].
    pub const DATA: &'static str = "https://data.alpaca.markets";

    /// Reads three origins.
    ///
    /// # Errors
    /// Every [`OriginRefusal`], for the first that is refused.
    pub fn parse(paper: &str, live: &str, data: &str) -> Result<Self, OriginRefusal> {
        Ok(Self { paper: Origin::parse(paper)?, live: Origin::parse(live)?, data: Origin::parse(data)? })
    }

    /// Alpaca's own.
    ///
    /// # Errors
    /// None in practice: the constants are origins, which a test shows.
    pub fn alpaca() -> Result<Self, OriginRefusal> {
        Self::parse(Self::PAPER, Self::LIVE, Self::DATA)
    }

    /// The trading origin of an environment.
    pub(crate) const fn trading(&self, environment: Environment) -> &Origin {
        match environment {
            Environment::Paper => &self.paper,
            Environment::Live => &self.live,
        }
    }

    /// The URL of a path, for an account of `environment`.
    pub(crate) fn url(&self, environment: Environment, path: &Path) -> Option<Url> {
        match path.surface() {
            crate::path::Surface::Trading => self.trading(environment).at(path),
            crate::path::Surface::Data => self.data.at(path),
        }
    }
}
