//! Made-up companies and funds that fill the listing to the size of the real one, with its share of odd ones.

use super::Asset;
use crate::rng::Rng;
use rust_decimal::Decimal;
use std::collections::HashSet;

const COMPANIES: usize = 8_600;
const FUNDS: usize = 2_600;

const FIRST: [&str; 48] = [
    "Alder", "Amber", "Anchor", "Arbor", "Aspen", "Atlas", "Beacon", "Birch", "Bluff", "Boreal", "Canyon", "Cardinal",
    "Cedar", "Cobalt", "Copper", "Coral", "Crest", "Delta", "Dune", "Eagle", "Ember", "Falcon", "Fjord", "Granite",
    "Harbor", "Hazel", "Heron", "Indigo", "Iron", "Juniper", "Keystone", "Lantern", "Laurel", "Maple", "Meridian",
    "Nimbus", "Northern", "Oak", "Onyx", "Orchard", "Pinnacle", "Prairie", "Quartz", "Raven", "Sable", "Summit",
    "Tidal", "Willow",
];
const SECOND: [&str; 40] = [
    "Air",
    "Analytics",
    "Bank",
    "Biotherapeutics",
    "Brands",
    "Capital",
    "Cloud",
    "Components",
    "Diagnostics",
    "Dynamics",
    "Energy",
    "Engineering",
    "Foods",
    "Freight",
    "Gaming",
    "Genomics",
    "Health",
    "Hospitality",
    "Insurance",
    "Instruments",
    "Logistics",
    "Marine",
    "Materials",
    "Media",
    "Medical",
    "Metals",
    "Mining",
    "Mobility",
    "Networks",
    "Oncology",
    "Optics",
    "Outdoor",
    "Pharma",
    "Power",
    "Properties",
    "Robotics",
    "Semiconductor",
    "Software",
    "Solar",
    "Water",
];
const FORM: [&str; 6] = [
    "Inc. Common Stock",
    "Corporation",
    "Holdings, Inc.",
    "Group plc American Depositary Shares",
    "Ltd. Ordinary Shares",
    "Acquisition Corp. Class A",
];
const THEME: [&str; 20] = [
    "Large Cap",
    "Mid Cap",
    "Small Cap",
    "Dividend",
    "Growth",
    "Value",
    "Momentum",
    "Low Volatility",
    "Treasury 1-3 Year",
    "Municipal Bond",
    "High Yield",
    "Emerging Markets",
    "Developed Markets",
    "Semiconductors",
    "Clean Energy",
    "Biotech",
    "Cybersecurity",
    "Gold Miners",
    "2X Long",
    "Buffer",
];
const LISTED: [&str; 12] =
    ["NASDAQ", "NYSE", "NASDAQ", "NYSE", "NASDAQ", "NYSE", "NASDAQ", "AMEX", "NASDAQ", "OTC", "NYSE", "NASDAQ"];

/// The rest of the market, beside what is known by name.
pub(super) fn filler(known: &[Asset]) -> Vec<Asset> {
    let mut desk = Desk { rng: Rng::seeded(0x006c_6973_7469_6e67), taken: HashSet::new() };
    desk.taken.extend(known.iter().map(|asset| asset.symbol.clone()));
    let companies: Vec<Asset> = (0..COMPANIES).flat_map(|at| desk.company(at)).collect();
    let funds = (0..FUNDS).map(|_| desk.fund());
    companies.into_iter().chain(funds).collect()
}

/// Where listings are made.
struct Desk {
    rng: Rng,
    taken: HashSet<String>,
}

impl Desk {
    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        let place = usize::try_from(self.rng.below(words.len() as u64)).unwrap_or_default();
        words.get(place).copied().unwrap_or_default()
    }

    /// Letters that nobody has yet, the first from the name.
    fn ticker(&mut self, name: &str) -> String {
        loop {
            let letters = 2 + self.rng.below(2);
            let initial = name.chars().find(char::is_ascii_uppercase).unwrap_or('Z');
            let letter = |drawn: u64| char::from(b'A' + u8::try_from(drawn % 26).unwrap_or_default());
            let rest: String = (0..letters).map(|_| letter(self.rng.below(26))).collect();
            let ticker = format!("{initial}{rest}");
            if self.taken.insert(ticker.clone()) {
                return ticker;
            }
        }
    }

    /// Cents to a thousand dollars, most of them in between.
    fn price(&mut self) -> Decimal {
        let range: [(i64, i64); 5] = [(20, 500), (500, 4_000), (1_000, 9_000), (2_000, 20_000), (10_000, 90_000)];
        let place = usize::try_from(self.rng.below(range.len() as u64)).unwrap_or_default();
        let (from, to) = range.get(place).copied().unwrap_or((1_000, 9_000));
        Decimal::new(from + i64::try_from(self.rng.below((to - from).unsigned_abs())).unwrap_or_default(), 2)
    }

    /// A company: mostly one share, sometimes two classes, or a unit and a warrant.
    fn company(&mut self, at: usize) -> Vec<Asset> {
        let (first, second, form) = (self.pick(&FIRST), self.pick(&SECOND), self.pick(&FORM));
        let name = format!("{first} {second} {form}");
        let (ticker, price) = (self.ticker(&name), self.price());
        let venue = LISTED.get(at % LISTED.len()).copied().unwrap_or("NYSE");
        let share = self.marked(Asset::listed(&ticker, &name, venue, price), at);
        let twin = |ending: &str, title: &str, price: Decimal| Asset {
            fractionable: false,
            attributes: Vec::new(),
            ..Asset::listed(&format!("{ticker}{ending}"), &format!("{first} {second} {title}"), venue, price)
        };
        match at % 29 {
            0 => vec![twin(".A", "Class A", price), twin(".B", "Class B", price + Decimal::ONE)],
            1 if ticker.len() == 4 => {
                self.taken.insert(format!("{ticker}W"));
                vec![share, twin("W", "Warrants", (price / Decimal::TEN).round_dp(2).max(Decimal::new(5, 2)))]
            }
            _ => vec![share],
        }
    }

    fn fund(&mut self) -> Asset {
        let (house, theme) = (self.pick(&FIRST), self.pick(&THEME));
        let name = format!("{house} {theme} ETF");
        let venue = if self.rng.chance(70) { "ARCA" } else { "BATS" };
        let (ticker, price) = (self.ticker(&name), self.price().max(Decimal::TEN));
        Asset { depth: 300 + self.rng.below(3_000), ..Asset::listed(&ticker, &name, venue, price) }
    }

    /// Gives a share the marks that its number and venue call for.
    fn marked(&mut self, share: Asset, at: usize) -> Asset {
        let over_the_counter = share.exchange == "OTC";
        let gone = at % 31 == 5;
        let cheap = share.base_price < Decimal::from(5);
        let options = !over_the_counter && !cheap && !at.is_multiple_of(3);
        let mut attributes = Vec::new();
        attributes.extend(options.then_some("has_options"));
        attributes.extend((options && at.is_multiple_of(2)).then_some("overnight_tradable"));
        attributes.extend((at % 211 == 7).then_some("ptp_no_exception"));
        attributes.extend((at % 307 == 9).then_some("ipo"));
        Asset {
            active: !gone,
            tradable: !(gone || over_the_counter && at % 24 == 9),
            marginable: !over_the_counter && !cheap,
            shortable: !over_the_counter && !cheap && !at.is_multiple_of(7),
            fractionable: !over_the_counter && !at.is_multiple_of(11),
            attributes,
            depth: 60 + self.rng.below(4_000),
            ..share
        }
    }
}
