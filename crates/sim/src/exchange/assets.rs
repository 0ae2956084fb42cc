//! The listing: well-known companies, and a few odd assets on which rules can be tried.

use crate::rng::Rng;
use rust_decimal::Decimal;
use uuid::Uuid;

/// A tradable thing, or one that is not.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "these are the vendor's flags, each independent of the others")]
pub struct Asset {
    /// Alpaca's id; the same in every simulated world.
    pub id: Uuid,
    /// Ticker.
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
    /// Whether parts of a share trade outside regular hours.
    pub fractional_extended_hours: bool,
    /// The price at which its tape starts.
    pub base_price: Decimal,
}

impl Asset {
    /// An ordinary share: active, tradable, marginable, shortable, fractionable.
    pub fn listed(symbol: &str, name: &str, exchange: &str, base_price: Decimal) -> Self {
        Self {
            id: id_of(symbol),
            symbol: symbol.to_owned(),
            name: name.to_owned(),
            exchange: exchange.to_owned(),
            active: true,
            tradable: true,
            marginable: true,
            shortable: true,
            fractionable: true,
            fractional_extended_hours: false,
            base_price,
        }
    }
}

/// An id that follows from the symbol alone (FNV-1a).
fn id_of(symbol: &str) -> Uuid {
    let seed = symbol
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Rng::seeded(seed).uuid()
}

/// Symbol, name, venue, base price in cents.
const COMPANIES: &[(&str, &str, &str, i64)] = &[
    ("AAPL", "Apple Inc. Common Stock", "NASDAQ", 27_150),
    ("MSFT", "Microsoft Corporation Common Stock", "NASDAQ", 50_280),
    ("NVDA", "NVIDIA Corporation Common Stock", "NASDAQ", 18_640),
    ("TSLA", "Tesla, Inc. Common Stock", "NASDAQ", 41_025),
    ("AMZN", "Amazon.com, Inc. Common Stock", "NASDAQ", 23_190),
    ("GOOGL", "Alphabet Inc. Class A Common Stock", "NASDAQ", 28_755),
    ("GOOG", "Alphabet Inc. Class C Capital Stock", "NASDAQ", 28_820),
    ("META", "Meta Platforms, Inc. Class A Common Stock", "NASDAQ", 64_410),
    ("NFLX", "Netflix, Inc. Common Stock", "NASDAQ", 11_120),
    ("AMD", "Advanced Micro Devices, Inc. Common Stock", "NASDAQ", 21_465),
    ("INTC", "Intel Corporation Common Stock", "NASDAQ", 3_845),
    ("AVGO", "Broadcom Inc. Common Stock", "NASDAQ", 34_870),
    ("COST", "Costco Wholesale Corporation Common Stock", "NASDAQ", 91_530),
    ("PEP", "PepsiCo, Inc. Common Stock", "NASDAQ", 14_610),
    ("SBUX", "Starbucks Corporation Common Stock", "NASDAQ", 8_520),
    ("PYPL", "PayPal Holdings, Inc. Common Stock", "NASDAQ", 6_235),
    ("PLTR", "Palantir Technologies Inc. Class A Common Stock", "NASDAQ", 17_190),
    ("COIN", "Coinbase Global, Inc. Class A Common Stock", "NASDAQ", 26_405),
    ("QQQ", "Invesco QQQ Trust, Series 1", "NASDAQ", 60_875),
    ("BRK.B", "Berkshire Hathaway Inc. Class B", "NYSE", 50_615),
    ("JPM", "JPMorgan Chase & Co.", "NYSE", 30_940),
    ("BAC", "Bank of America Corporation", "NYSE", 5_275),
    ("V", "Visa Inc. Class A", "NYSE", 33_310),
    ("MA", "Mastercard Incorporated Class A", "NYSE", 54_460),
    ("WMT", "Walmart Inc.", "NYSE", 10_395),
    ("KO", "The Coca-Cola Company", "NYSE", 7_085),
    ("DIS", "The Walt Disney Company", "NYSE", 10_665),
    ("NKE", "NIKE, Inc. Class B", "NYSE", 6_480),
    ("MCD", "McDonald's Corporation", "NYSE", 30_720),
    ("JNJ", "Johnson & Johnson", "NYSE", 20_155),
    ("PFE", "Pfizer Inc.", "NYSE", 2_510),
    ("XOM", "Exxon Mobil Corporation", "NYSE", 11_745),
    ("CVX", "Chevron Corporation", "NYSE", 15_230),
    ("BA", "The Boeing Company", "NYSE", 18_960),
    ("F", "Ford Motor Company", "NYSE", 1_305),
    ("GM", "General Motors Company", "NYSE", 7_140),
    ("T", "AT&T Inc.", "NYSE", 2_565),
    ("UBER", "Uber Technologies, Inc.", "NYSE", 9_240),
    ("GME", "GameStop Corp. Class A", "NYSE", 2_215),
    ("SPY", "State Street SPDR S&P 500 ETF Trust", "ARCA", 66_890),
    ("VOO", "Vanguard S&P 500 ETF", "ARCA", 61_480),
    ("GLD", "SPDR Gold Shares", "ARCA", 38_230),
];

/// The whole listing. The odd ones carry what they are for in their names.
pub(super) fn listing() -> Vec<Asset> {
    let company = |(symbol, name, venue, cents): &(&str, &str, &str, i64)| {
        Asset::listed(symbol, name, venue, Decimal::new(*cents, 2))
    };
    let mut assets: Vec<Asset> = COMPANIES.iter().map(company).collect();
    for fund in assets.iter_mut().filter(|asset| matches!(asset.symbol.as_str(), "SPY" | "QQQ" | "AAPL")) {
        fund.fractional_extended_hours = true;
    }
    let odd = |symbol: &str, name: &str, price| Asset::listed(symbol, name, "NYSE", price);
    assets.extend([
        Asset { tradable: false, ..odd("HALTD", "Halted Holdings (not tradable)", Decimal::new(1_500, 2)) },
        Asset {
            fractionable: false,
            ..odd("WHOLE", "Whole Shares Company (not fractionable)", Decimal::new(4_200, 2))
        },
        Asset { active: false, tradable: false, ..odd("GONE", "Gone Corporation (inactive)", Decimal::new(900, 2)) },
        Asset { shortable: false, ..odd("HARD", "Hard To Borrow Company (not shortable)", Decimal::new(2_750, 2)) },
        Asset { shortable: false, ..odd("PENNY", "Penny Mining Corporation (under a dollar)", Decimal::new(4_215, 4)) },
    ]);
    assets
}
