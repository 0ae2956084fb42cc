//! The companies, funds and coins everybody knows, and a few odd assets on which rules can be tried.

use super::{Asset, AssetClass};
use rust_decimal::Decimal;

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

/// Symbol, name, and base price in millionths of a dollar.
const COINS: &[(&str, &str, i64)] = &[
    ("AAVE/USD", "Aave / US Dollar", 268_400_000),
    ("AVAX/USD", "Avalanche / US Dollar", 24_150_000),
    ("BAT/USD", "Basic Attention Token / US Dollar", 187_200),
    ("BCH/USD", "Bitcoin Cash / US Dollar", 541_700_000),
    ("BTC/USD", "Bitcoin / US Dollar", 96_420_000_000),
    ("CRV/USD", "Curve DAO Token / US Dollar", 612_000),
    ("DOGE/USD", "Dogecoin / US Dollar", 187_300),
    ("DOT/USD", "Polkadot / US Dollar", 3_842_000),
    ("ETH/USD", "Ethereum / US Dollar", 3_318_000_000),
    ("GRT/USD", "The Graph / US Dollar", 84_150),
    ("LINK/USD", "Chainlink / US Dollar", 17_960_000),
    ("LTC/USD", "Litecoin / US Dollar", 98_300_000),
    ("PEPE/USD", "Pepe / US Dollar", 8),
    ("SHIB/USD", "Shiba Inu / US Dollar", 11),
    ("SOL/USD", "Solana / US Dollar", 172_500_000),
    ("SUSHI/USD", "SushiSwap / US Dollar", 731_000),
    ("UNI/USD", "Uniswap / US Dollar", 7_940_000),
    ("USDC/USD", "USD Coin / US Dollar", 1_000_000),
    ("USDT/USD", "Tether / US Dollar", 1_000_000),
    ("XRP/USD", "Ripple / US Dollar", 2_412_000),
    ("XTZ/USD", "Tezos / US Dollar", 738_000),
    ("YFI/USD", "yearn.finance / US Dollar", 5_182_000_000),
];

/// What is known by name. The odd ones carry what they are for in their names.
pub(super) fn known() -> Vec<Asset> {
    let company = |(symbol, name, venue, cents): &(&str, &str, &str, i64)| Asset {
        depth: 24_000,
        ..Asset::listed(symbol, name, venue, Decimal::new(*cents, 2))
    };
    let mut assets: Vec<Asset> = COMPANIES.iter().map(company).collect();
    for asset in &mut assets {
        asset.attributes.push("overnight_tradable");
        if matches!(asset.symbol.as_str(), "SPY" | "QQQ" | "AAPL") {
            asset.attributes.push("fractional_eh_enabled");
        }
    }
    assets.extend(odd());
    assets
        .extend(COINS.iter().map(|(symbol, name, millionths)| Asset::coin(symbol, name, Decimal::new(*millionths, 6))));
    assets
}

fn odd() -> Vec<Asset> {
    let odd = |symbol: &str, name: &str, price| Asset::listed(symbol, name, "NYSE", price);
    let over_the_counter = |symbol: &str, name: &str, price| Asset {
        exchange: "OTC".to_owned(),
        marginable: false,
        shortable: false,
        fractionable: false,
        attributes: Vec::new(),
        ..odd(symbol, name, price)
    };
    let long_name = "The First Consolidated Trans-Atlantic Mining, Smelting, Shipping, Insurance and General Trading \
        Corporation of the Former Free City of Danzig and Its Successors in Interest, Class C Subordinate Voting Shares \
        Represented by American Depositary Receipts";
    vec![
        Asset { tradable: false, ..odd("HALTD", "Halted Holdings (not tradable)", Decimal::new(1_500, 2)) },
        Asset {
            fractionable: false,
            ..odd("WHOLE", "Whole Shares Company (not fractionable)", Decimal::new(4_200, 2))
        },
        Asset { active: false, tradable: false, ..odd("GONE", "Gone Corporation (inactive)", Decimal::new(900, 2)) },
        Asset { shortable: false, ..odd("HARD", "Hard To Borrow Company (not shortable)", Decimal::new(2_750, 2)) },
        Asset { shortable: false, ..odd("PENNY", "Penny Mining Corporation (under a dollar)", Decimal::new(4_215, 4)) },
        Asset { attributes: vec!["ipo"], ..odd("FRESH", "Fresh Listing Inc. (first day)", Decimal::new(3_100, 2)) },
        Asset {
            attributes: vec!["ptp_no_exception"],
            ..odd("PIPES", "Pipes Midstream Partners L.P. (partnership)", Decimal::new(1_875, 2))
        },
        over_the_counter("OTCXF", "Over The Counter Foods Ltd. ADR (OTC)", Decimal::new(735, 2)),
        over_the_counter("DUST", "Dust Holdings (OTC, fractions of a cent)", Decimal::new(31, 4)),
        odd("LONGN", long_name, Decimal::new(5_320, 2)),
        odd("MARK.A", "*Under_score* `Back` ~Tilde~ & <Sons> @everyone Class A", Decimal::new(1_240, 2)),
        odd("NONAM", "", Decimal::new(640, 2)),
        Asset {
            class: AssetClass::Equity, ..odd("ZWSP", "Ünïcode 株式会社 Société Anonyme", Decimal::new(2_010, 2))
        },
    ]
}
