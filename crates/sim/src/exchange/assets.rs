//! The listing: what can be looked up, and mostly traded.

mod filler;
mod known;

use crate::rng::Rng;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};
use uuid::Uuid;

/// What kind of thing an asset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetClass {
    /// A share or a fund.
    Equity,
    /// A pair of a coin and the dollar.
    Crypto,
    /// A contract on a share.
    Option,
}

impl AssetClass {
    /// The vendor's word.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Equity => "us_equity",
            Self::Crypto => "crypto",
            Self::Option => "us_option",
        }
    }

    /// How wild its prices are, in percent.
    pub(super) const fn swing(self) -> i64 {
        match self {
            Self::Equity | Self::Option => 100,
            Self::Crypto => 140,
        }
    }
}

/// A tradable thing, or one that is not.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "these are the vendor's flags, each independent of the others")]
pub struct Asset {
    /// Alpaca's id; the same in every simulated world.
    pub id: Uuid,
    /// Share or coin.
    pub class: AssetClass,
    /// Ticker; `BTC/USD` for a coin.
    pub symbol: String,
    /// Company or fund.
    pub name: String,
    /// Listing venue.
    pub exchange: String,
    /// `active`, or `inactive`.
    pub active: bool,
    /// Whether orders are taken.
    pub tradable: bool,
    /// Whether it can be bought on margin.
    pub marginable: bool,
    /// Whether it can be sold short.
    pub shortable: bool,
    /// Whether parts of a share trade.
    pub fractionable: bool,
    /// The vendor's further marks.
    pub attributes: Vec<&'static str>,
    /// The price that its tape moves around.
    pub base_price: Decimal,
    /// About how much trades in a minute, in units of its size.
    pub depth: u64,
}

impl Asset {
    /// An ordinary share: active, tradable, marginable, shortable, fractionable, with options.
    pub fn listed(symbol: &str, name: &str, exchange: &str, base_price: Decimal) -> Self {
        Self {
            id: id_of(symbol),
            class: AssetClass::Equity,
            symbol: symbol.to_owned(),
            name: name.to_owned(),
            exchange: exchange.to_owned(),
            active: true,
            tradable: true,
            marginable: true,
            shortable: true,
            fractionable: true,
            attributes: vec!["has_options"],
            base_price,
            depth: 1_200,
        }
    }

    /// A coin: trades in fractions around the clock, and only with money that is there.
    pub fn coin(symbol: &str, name: &str, base_price: Decimal) -> Self {
        Self {
            class: AssetClass::Crypto,
            marginable: false,
            shortable: false,
            attributes: Vec::new(),
            depth: 2_400,
            ..Self::listed(symbol, name, "CRYPTO", base_price)
        }
    }

    /// Whether parts of a share trade outside regular hours.
    pub(super) fn fractional_extended_hours(&self) -> bool {
        self.attributes.contains(&"fractional_eh_enabled")
    }

    /// The least of a coin that an order may be for: about a dollar's worth.
    pub(super) fn least_order(&self) -> Decimal {
        let dollars_worth = Decimal::ONE / self.base_price;
        dollars_worth.round_dp(9).max(Decimal::new(1, 9)).normalize()
    }

    /// The step between a coin's prices on the tape; none for shares, whose step depends on the price.
    pub(super) fn price_step(&self) -> Option<Decimal> {
        let coin = self.class == AssetClass::Crypto;
        coin.then(|| power_of_ten_below(self.base_price) / Decimal::from(100_000))
            .map(|step| step.max(Decimal::new(1, 9)))
    }

    /// What one unit of its volume is: a share, or some dollars' worth of a coin.
    pub(super) fn size_unit(&self) -> Decimal {
        match self.class {
            AssetClass::Equity | AssetClass::Option => Decimal::ONE,
            AssetClass::Crypto => (Decimal::ONE / power_of_ten_below(self.base_price)).round_dp(9).min(Decimal::ONE),
        }
    }
}

fn power_of_ten_below(price: Decimal) -> Decimal {
    let mut power = Decimal::from(1_000_000);
    while power > price && power > Decimal::new(1, 9) {
        power /= Decimal::TEN;
    }
    power
}

/// An id that follows from the symbol alone (FNV-1a).
pub(super) fn id_of(symbol: &str) -> Uuid {
    let seed = symbol
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Rng::seeded(seed).uuid()
}

/// Everything listed, findable by symbol and id.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    by_symbol: BTreeMap<String, Asset>,
    symbols: HashMap<Uuid, String>,
}

/// Listings are the same in every world, so all of them share these.
static KNOWN: LazyLock<Arc<Listing>> = LazyLock::new(|| Arc::new(known::known().into_iter().collect()));
static WHOLE: LazyLock<Arc<Listing>> = LazyLock::new(|| {
    let known = known::known();
    let filler = filler::filler(&known);
    Arc::new(known.into_iter().chain(filler).collect())
});

impl Listing {
    /// What everybody knows, and the odd ones.
    pub fn known() -> Arc<Self> {
        Arc::clone(&KNOWN)
    }

    /// More than ten thousand assets.
    pub fn whole() -> Arc<Self> {
        Arc::clone(&WHOLE)
    }

    pub fn add(&mut self, asset: Asset) {
        self.symbols.insert(asset.id, asset.symbol.clone());
        self.by_symbol.insert(asset.symbol.clone(), asset);
    }

    /// By symbol.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.by_symbol.values()
    }

    /// Finds an asset by symbol, by id, or as a coin that is written without its slash.
    pub fn find(&self, symbol_or_id: &str) -> Option<&Asset> {
        let by_id = || self.by_symbol.get(self.symbols.get(&symbol_or_id.parse().ok()?)?);
        let coin = || {
            let coin = symbol_or_id.strip_suffix("USD").filter(|coin| !coin.is_empty() && !coin.ends_with('/'))?;
            self.by_symbol.get(&format!("{coin}/USD"))
        };
        self.by_symbol.get(symbol_or_id).or_else(by_id).or_else(coin)
    }
}

impl FromIterator<Asset> for Listing {
    fn from_iter<T: IntoIterator<Item = Asset>>(assets: T) -> Self {
        let mut listing = Self::default();
        assets.into_iter().for_each(|asset| listing.add(asset));
        listing
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn more_than_ten_thousand_assets_of_every_kind_are_listed() {
        let listing = Listing::whole();
        let count = |fits: fn(&Asset) -> bool| listing.assets().filter(|asset| fits(asset)).count();
        assert!(count(|asset| asset.active && asset.tradable && asset.class == AssetClass::Equity) > 10_000);
        assert!(count(|asset| !asset.active) > 100);
        assert!(count(|asset| asset.active && !asset.tradable) > 100);
        assert!(count(|asset| asset.active && !asset.fractionable) > 500);
        assert!(count(|asset| asset.exchange == "OTC") > 500);
        assert!(count(|asset| asset.symbol.contains('.')) > 100);
        assert!(count(|asset| asset.class == AssetClass::Crypto) > 20);
        assert!(count(|asset| asset.name.chars().count() > 200) >= 1);
        assert!(listing.assets().all(|asset| asset.base_price > Decimal::ZERO));
        assert_eq!(listing.symbols.len(), listing.by_symbol.len(), "no two assets share an id");
    }

    #[test]
    fn an_asset_is_found_by_symbol_by_id_and_without_its_slash() {
        let listing = Listing::whole();
        let bitcoin = listing.find("BTC/USD").expect("listed");
        assert_eq!(listing.find("BTCUSD").map(|asset| asset.id), Some(bitcoin.id));
        assert_eq!(listing.find(&bitcoin.id.to_string()).map(|asset| asset.symbol.as_str()), Some("BTC/USD"));
        assert!(listing.find("USD").is_none() && listing.find("NOPE").is_none());
    }
}
