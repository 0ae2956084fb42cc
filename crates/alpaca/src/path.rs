//! The allow-list: every path that this program can call. Money cannot leave an account through any of them.

use domain::ids::{BrokerOrderId, WatchlistId};
use domain::symbol::Symbol;

/// Which of Alpaca's two services a path belongs to. Each counts its own requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Surface {
    /// `api` and `paper-api`.
    Trading,
    /// `data`.
    Data,
}

/// A resource at Alpaca. A path that is not here cannot be called; `/v2/wallets`, which moves money, is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// `/`, to see whether the host answers at all.
    Root,
    /// `/v2/account`
    Account,
    /// `/v2/account/configurations`
    Configurations,
    /// `/v2/clock`
    Clock,
    /// `/v2/calendar`
    Calendar,
    /// `/v2/assets`
    Assets,
    /// `/v2/assets/{symbol}`
    Asset(Symbol),
    /// `/v2/options/contracts/{symbol}`
    Contract(Symbol),
    /// `/v2/positions`
    Positions,
    /// `/v2/positions/{contract}/exercise`
    Exercise(Symbol),
    /// `/v2/positions/{contract}/do-not-exercise`
    DoNotExercise(Symbol),
    /// `/v2/orders`
    Orders,
    /// `/v2/orders/{id}`
    Order(BrokerOrderId),
    /// `/v2/orders:by_client_order_id`
    OrderByClientId,
    /// `/v2/stocks/{symbol}/quotes/latest`
    LatestQuote(Symbol),
    /// `/v2/stocks/{symbol}/snapshot`
    Snapshot(Symbol),
    /// `/v2/account/activities`
    Activities,
    /// `/v2/account/portfolio/history`
    History,
    /// `/v2/watchlists`
    Watchlists,
    /// `/v2/watchlists/{id}`
    Watchlist(WatchlistId),
    /// `/v2/options/contracts`
    Contracts,
    /// `/v2/stocks/{symbol}/bars`
    Bars(Symbol),
    /// `/v1beta3/crypto/us/snapshots`
    CryptoSnapshots,
    /// `/v1beta3/crypto/us/bars`
    CryptoBars,
    /// `/v1beta1/news`
    News,
    /// `/v1beta1/screener/stocks/movers`
    Movers,
    /// `/v1beta1/screener/stocks/most-actives`
    MostActives,
    /// `/v1beta1/options/snapshots/{underlying}`
    Chain(Symbol),
    /// `/v1beta1/options/snapshots`
    OptionSnapshots,
}

impl Path {
    /// Who answers it.
    pub(crate) const fn surface(&self) -> Surface {
        match self {
            Self::LatestQuote(_)
            | Self::Snapshot(_)
            | Self::Bars(_)
            | Self::Chain(_)
            | Self::CryptoSnapshots
            | Self::OptionSnapshots
            | Self::CryptoBars
            | Self::News
            | Self::Movers
            | Self::MostActives => Surface::Data,
            _ => Surface::Trading,
        }
    }

    /// The segments, not yet encoded. `None` for a symbol that cannot be one: nothing is sent then.
    pub(crate) fn segments(&self) -> Option<Vec<String>> {
        Some(match self {
            Self::Root => vec![String::new()],
            Self::Account => owned(&["v2", "account"]),
            Self::Configurations => owned(&["v2", "account", "configurations"]),
            Self::Clock => owned(&["v2", "clock"]),
            Self::Calendar => owned(&["v2", "calendar"]),
            Self::Assets => owned(&["v2", "assets"]),
            Self::Asset(symbol) => owned(&["v2", "assets", named(symbol)?]),
            Self::Contract(symbol) => owned(&["v2", "options", "contracts", named(symbol)?]),
            Self::Positions => owned(&["v2", "positions"]),
            Self::Exercise(contract) => owned(&["v2", "positions", named(contract)?, "exercise"]),
            Self::DoNotExercise(contract) => owned(&["v2", "positions", named(contract)?, "do-not-exercise"]),
            Self::Orders => owned(&["v2", "orders"]),
            Self::Order(id) => owned(&["v2", "orders", &id.0.as_hyphenated().to_string()]),
            Self::OrderByClientId => owned(&["v2", "orders:by_client_order_id"]),
            Self::LatestQuote(symbol) => owned(&["v2", "stocks", named(symbol)?, "quotes", "latest"]),
            Self::Snapshot(symbol) => owned(&["v2", "stocks", named(symbol)?, "snapshot"]),
            Self::Activities => owned(&["v2", "account", "activities"]),
            Self::History => owned(&["v2", "account", "portfolio", "history"]),
            Self::Watchlists => owned(&["v2", "watchlists"]),
            Self::Watchlist(id) => owned(&["v2", "watchlists", &id.0.as_hyphenated().to_string()]),
            Self::Contracts => owned(&["v2", "options", "contracts"]),
            Self::Bars(symbol) => owned(&["v2", "stocks", named(symbol)?, "bars"]),
            Self::CryptoSnapshots => owned(&["v1beta3", "crypto", "us", "snapshots"]),
            Self::CryptoBars => owned(&["v1beta3", "crypto", "us", "bars"]),
            Self::News => owned(&["v1beta1", "news"]),
            Self::Movers => owned(&["v1beta1", "screener", "stocks", "movers"]),
            Self::MostActives => owned(&["v1beta1", "screener", "stocks", "most-actives"]),
            Self::Chain(symbol) => owned(&["v1beta1", "options", "snapshots", named(symbol)?]),
            Self::OptionSnapshots => owned(&["v1beta1", "options", "snapshots"]),
        })
    }
}

fn owned(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

/// A symbol as one path segment. `.` and `..` would climb, an empty one would name the collection above.
fn named(symbol: &Symbol) -> Option<&str> {
    let text = symbol.as_str();
    let letters = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'));
    let named = (1..=32).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_alphanumeric());
    (letters && named).then_some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::origins::{Origin, Origins};
    use domain::account::Environment;
    use proptest::prelude::*;

    /// Every path there is: a new one does not compile until it is listed here.
    fn every(symbol: &Symbol) -> Vec<Path> {
        let all = vec![
            Path::Root,
            Path::Account,
            Path::Configurations,
            Path::Clock,
            Path::Calendar,
            Path::Assets,
            Path::Asset(symbol.clone()),
            Path::Contract(symbol.clone()),
            Path::Positions,
            Path::Exercise(symbol.clone()),
            Path::DoNotExercise(symbol.clone()),
            Path::Orders,
            Path::Order("0f1c2b7e-6f53-4a75-9c0c-6d2b2a9e1f01".parse().unwrap()),
            Path::OrderByClientId,
            Path::LatestQuote(symbol.clone()),
            Path::Snapshot(symbol.clone()),
            Path::Activities,
            Path::History,
            Path::Watchlists,
            Path::Watchlist("3174d6df-7726-44b4-a5bd-7fda5ae6e009".parse().unwrap()),
            Path::Contracts,
            Path::Bars(symbol.clone()),
            Path::CryptoSnapshots,
            Path::CryptoBars,
            Path::News,
            Path::Movers,
            Path::MostActives,
            Path::Chain(symbol.clone()),
            Path::OptionSnapshots,
        ];
        for path in &all {
            match path {
                Path::Root
                | Path::Account
                | Path::Configurations
                | Path::Clock
                | Path::Calendar
                | Path::Assets
                | Path::Asset(_)
                | Path::Contract(_)
                | Path::Positions
                | Path::Exercise(_)
                | Path::DoNotExercise(_)
                | Path::Orders
                | Path::Order(_)
                | Path::OrderByClientId
                | Path::LatestQuote(_)
                | Path::Snapshot(_)
                | Path::Activities
                | Path::History
                | Path::Watchlists
                | Path::Watchlist(_)
                | Path::Contracts
                | Path::Bars(_)
                | Path::CryptoSnapshots
                | Path::CryptoBars
                | Path::News
                | Path::Movers
                | Path::MostActives
                | Path::Chain(_)
                | Path::OptionSnapshots => {}
            }
        }
        all
    }

    #[test]
    fn the_allow_list_is_these_paths_and_none_moves_money() {
        let origins = Origins::alpaca().unwrap();
        let url = |path: &Path| origins.url(Environment::Paper, path).unwrap().to_string();
        let urls: Vec<_> = every(&Symbol::from_broker("BRK.B")).iter().map(url).collect();
        let (paper, data) = (Origins::PAPER, Origins::DATA);
        assert_eq!(
            urls,
            [
                format!("{paper}/"),
                format!("{paper}/v2/account"),
                format!("{paper}/v2/account/configurations"),
                format!("{paper}/v2/clock"),
                format!("{paper}/v2/calendar"),
                format!("{paper}/v2/assets"),
                format!("{paper}/v2/assets/BRK.B"),
                format!("{paper}/v2/options/contracts/BRK.B"),
                format!("{paper}/v2/positions"),
                format!("{paper}/v2/positions/BRK.B/exercise"),
                format!("{paper}/v2/positions/BRK.B/do-not-exercise"),
                format!("{paper}/v2/orders"),
                format!("{paper}/v2/orders/0f1c2b7e-6f53-4a75-9c0c-6d2b2a9e1f01"),
                format!("{paper}/v2/orders:by_client_order_id"),
                format!("{data}/v2/stocks/BRK.B/quotes/latest"),
                format!("{data}/v2/stocks/BRK.B/snapshot"),
                format!("{paper}/v2/account/activities"),
                format!("{paper}/v2/account/portfolio/history"),
                format!("{paper}/v2/watchlists"),
                format!("{paper}/v2/watchlists/3174d6df-7726-44b4-a5bd-7fda5ae6e009"),
                format!("{paper}/v2/options/contracts"),
                format!("{data}/v2/stocks/BRK.B/bars"),
                format!("{data}/v1beta3/crypto/us/snapshots"),
                format!("{data}/v1beta3/crypto/us/bars"),
                format!("{data}/v1beta1/news"),
                format!("{data}/v1beta1/screener/stocks/movers"),
                format!("{data}/v1beta1/screener/stocks/most-actives"),
                format!("{data}/v1beta1/options/snapshots/BRK.B"),
                format!("{data}/v1beta1/options/snapshots"),
            ]
        );
        assert!(!urls.iter().any(|url| url.contains("wallet")));
    }

    #[test]
    fn a_crypto_pair_is_one_encoded_segment() {
        let url = Origin::parse(Origins::LIVE).unwrap().at(&Path::Asset(Symbol::from_broker("BTC/USD"))).unwrap();
        assert_eq!(url.as_str(), "https://api.alpaca.markets/v2/assets/BTC%2FUSD");
    }

    proptest! {
        #[test]
        fn no_symbol_leaves_its_host_or_its_path(text in prop_oneof![".*", "[./A%?#@:\\\\]{0,12}", "[A-Z./]{1,12}"]) {
            let origins = Origins::alpaca().unwrap();
            for environment in [Environment::Paper, Environment::Live] {
                for path in every(&Symbol::from_broker(text.clone())) {
                    let Some(url) = origins.url(environment, &path) else { continue };
                    let host = match (path.surface(), environment) {
                        (Surface::Data, _) => "data.alpaca.markets",
                        (Surface::Trading, Environment::Paper) => "paper-api.alpaca.markets",
                        (Surface::Trading, Environment::Live) => "api.alpaca.markets",
                    };
                    prop_assert_eq!(url.host_str(), Some(host));
                    prop_assert_eq!((url.scheme(), url.port(), url.query(), url.fragment()), ("https", None, None, None));
                    let segments = url.path_segments().unwrap().count();
                    prop_assert_eq!(segments, path.segments().unwrap().len());
                    let known = ["/v2/", "/v1beta1/", "/v1beta3/"].iter().any(|root| url.path().starts_with(root));
                    prop_assert!(path == Path::Root || known);
                    prop_assert!(!url.path().contains("wallet"));
                }
            }
        }
    }
}
