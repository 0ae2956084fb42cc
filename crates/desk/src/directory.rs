//! The symbol directory: tickers and company names in memory, for autocomplete.
//!
//! Alpaca's asset list is the same for everybody, so it is read with whatever member's access is at hand, once a day, and
//! never while a command waits for it.

use crate::views::Choice;
use domain::account::Asset;
use domain::symbol::Symbol;
use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Discord shows at most 25 choices, of at most 100 characters each.
pub(crate) const MOST: usize = 25;
const LABEL_MAX: usize = 100;
/// How long a list is good for.
const FRESH_FOR: Duration = Duration::from_hours(24);
/// How long to wait after a refresh was begun before another one may begin.
const RETRY_AFTER: Duration = Duration::from_mins(1);

/// The directory. Empty until the first refresh.
#[derive(Default)]
pub struct Directory {
    shelf: RwLock<Arc<Shelf>>,
    refresh: RwLock<Refresh>,
}

/// When the list was last filled, and when somebody last set out to fill it, on the clock's own scale.
#[derive(Clone, Copy, Default)]
struct Refresh {
    filled: Option<Duration>,
    begun: Option<Duration>,
}

#[derive(Default)]
struct Shelf {
    /// By ticker.
    entries: Vec<Entry>,
    /// Every word of every name, in lower case, with the entry that it stands in; sorted.
    words: Vec<(String, u32)>,
}

struct Entry {
    ticker: String,
    name: String,
    lower_name: String,
}

impl Directory {
    /// Puts a new list in place.
    pub fn fill(&self, assets: Vec<Asset>, now: Duration) {
        let filled = Arc::new(Shelf::of(assets));
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = filled;
        self.refresh.write().unwrap_or_else(PoisonError::into_inner).filled = Some(now);
    }

    /// Whether the caller is the one who should refresh now; says so to one caller at a time.
    pub fn claim_refresh(&self, now: Duration) -> bool {
        let mut refresh = self.refresh.write().unwrap_or_else(PoisonError::into_inner);
        let passed = |since: Option<Duration>, span| since.is_none_or(|at| now.saturating_sub(at) >= span);
        let due = passed(refresh.filled, FRESH_FOR) && passed(refresh.begun, RETRY_AFTER);
        if due {
            refresh.begun = Some(now);
        }
        due
    }

    /// Tickers that begin with what was typed, shortest first, then names with words that begin with it.
    pub fn choices(&self, typed: &str) -> Vec<Choice> {
        let list = self.shelf();
        let typed = typed.trim().trim_start_matches('$');
        let mut found = list.by_ticker(&typed.to_ascii_uppercase());
        if found.len() < MOST {
            let known: HashSet<u32> = found.iter().copied().collect();
            let more = list.by_name(&typed.to_lowercase()).into_iter().filter(|at| !known.contains(at));
            found.extend(more.take(MOST - known.len()));
        }
        if found.is_empty() {
            // What we do not list may still exist; Alpaca decides when the order is previewed.
            return Symbol::parse(typed).ok().map(|symbol| choice(symbol.as_str(), "")).into_iter().collect();
        }
        found.into_iter().map(|at| list.show(at)).collect()
    }

    /// The name behind a ticker; empty when it is not listed.
    pub fn name(&self, symbol: &Symbol) -> String {
        let list = self.shelf();
        let found = list.entries.binary_search_by(|entry| entry.ticker.as_str().cmp(symbol.as_str()));
        found.ok().and_then(|at| list.entries.get(at)).map(|entry| entry.name.clone()).unwrap_or_default()
    }

    fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shelf {
    fn of(assets: Vec<Asset>) -> Self {
        let mut entries: Vec<Entry> = assets
            .into_iter()
            .filter(|asset| asset.active && asset.tradable)
            .map(|asset| Entry {
                ticker: asset.symbol.as_str().to_owned(),
                lower_name: asset.name.to_lowercase(),
                name: asset.name,
            })
            .collect();
        entries.sort_by(|a, b| a.ticker.cmp(&b.ticker));
        entries.dedup_by(|a, b| a.ticker == b.ticker);
        let mut words: Vec<(String, u32)> = entries
            .iter()
            .zip(0_u32..)
            .flat_map(|(entry, at)| words_of(&entry.lower_name).map(move |word| (word.to_owned(), at)))
            .collect();
        words.sort();
        words.dedup();
        Self { entries, words }
    }

    fn by_ticker(&self, prefix: &str) -> Vec<u32> {
        let start = self.entries.partition_point(|entry| entry.ticker.as_str() < prefix);
        let matching = self.entries[start..].iter().take_while(|entry| entry.ticker.starts_with(prefix));
        let mut found: Vec<(usize, u32)> =
            matching.zip(0_u32..).map(|(entry, step)| (entry.ticker.len(), offset(start, step))).collect();
        found.sort_unstable();
        found.into_iter().take(MOST).map(|(_, at)| at).collect()
    }

    /// Entries in whose name every typed word begins a word.
    fn by_name(&self, typed: &str) -> Vec<u32> {
        let mut typed: Vec<&str> = words_of(typed).collect();
        // The longest word leaves the fewest candidates.
        typed.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let Some((first, rest)) = typed.split_first() else { return Vec::new() };
        let start = self.words.partition_point(|(word, _)| word.as_str() < *first);
        let candidates = self.words[start..].iter().take_while(|(word, _)| word.starts_with(first));
        let fits = |at: u32| {
            self.entries.get(at as usize).is_some_and(|entry| {
                rest.iter().all(|typed| words_of(&entry.lower_name).any(|word| word.starts_with(typed)))
            })
        };
        let mut seen = HashSet::new();
        candidates.map(|(_, at)| *at).filter(|at| fits(*at) && seen.insert(*at)).take(2 * MOST).collect()
    }

    fn show(&self, at: u32) -> Choice {
        self.entries.get(at as usize).map_or_else(|| choice("", ""), |entry| choice(&entry.ticker, &entry.name))
    }
}

fn offset(start: usize, step: u32) -> u32 {
    u32::try_from(start).unwrap_or(u32::MAX).saturating_add(step)
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// `AAPL · Apple Inc.`, cut to what Discord takes.
fn choice(ticker: &str, name: &str) -> Choice {
    let label = if name.is_empty() { ticker.to_owned() } else { format!("{ticker} · {name}") };
    Choice { label: cut(&label), value: ticker.to_owned() }
}

/// The first hundred characters, with a sign that there was more.
pub(crate) fn cut(label: &str) -> String {
    if label.chars().count() <= LABEL_MAX {
        return label.to_owned();
    }
    label.chars().take(LABEL_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn asset(ticker: &str, name: &str) -> Asset {
        Asset {
            symbol: Symbol::from_broker(ticker),
            name: name.to_owned(),
            active: true,
            tradable: true,
            fractionable: true,
            shortable: true,
            easy_to_borrow: true,
            attributes: Vec::new(),
            steps: domain::account::Steps::default(),
            exchange: "NASDAQ".to_owned(),
            terms: None,
        }
    }

    fn directory() -> Directory {
        let directory = Directory::default();
        let list = [
            ("AAPL", "Apple Inc. Common Stock"),
            ("A", "Agilent Technologies Inc."),
            ("AA", "Alcoa Corp"),
            ("APLE", "Apple Hospitality REIT, Inc."),
            ("BRK.B", "Berkshire Hathaway Inc. Class B"),
            ("SPY", "SPDR S&P 500 ETF Trust"),
        ];
        directory.fill(list.map(|(ticker, name)| asset(ticker, name)).to_vec(), Duration::ZERO);
        directory
    }

    fn tickers(directory: &Directory, typed: &str) -> Vec<String> {
        directory.choices(typed).into_iter().map(|choice| choice.value).collect()
    }

    #[test]
    fn tickers_come_before_names_and_the_shortest_first() {
        let directory = directory();
        assert_eq!(tickers(&directory, "a"), ["A", "AA", "AAPL", "APLE"]);
        assert_eq!(tickers(&directory, "apple"), ["AAPL", "APLE"]);
        assert_eq!(tickers(&directory, "hosp app"), ["APLE"]);
        assert_eq!(tickers(&directory, "$brk.b"), ["BRK.B"]);
        assert_eq!(directory.choices("hatha")[0].label, "BRK.B · Berkshire Hathaway Inc. Class B");
    }

    #[test]
    fn a_symbol_that_is_not_listed_is_offered_as_it_was_typed() {
        assert_eq!(tickers(&directory(), "zzzz"), ["ZZZZ"]);
        assert_eq!(tickers(&Directory::default(), "tsla"), ["TSLA"]);
        assert!(tickers(&directory(), "@everyone").is_empty());
    }

    #[test]
    fn one_caller_at_a_time_refreshes_and_only_when_it_is_due() {
        let directory = Directory::default();
        assert!(directory.claim_refresh(Duration::ZERO));
        assert!(!directory.claim_refresh(Duration::from_secs(59)), "another refresh is under way");
        assert!(directory.claim_refresh(Duration::from_mins(1)), "that one seems to have failed");
        directory.fill(Vec::new(), Duration::from_secs(61));
        assert!(!directory.claim_refresh(Duration::from_secs(86_000)));
        assert!(directory.claim_refresh(Duration::from_secs(86_461)));
    }

    #[test]
    fn labels_and_lists_fit_discord() {
        let directory = Directory::default();
        let many = (0..12_000).map(|i| asset(&format!("A{i}"), &format!("Acme {} {i}", "é".repeat(120)))).collect();
        directory.fill(many, Duration::ZERO);
        for typed in ["", "a", "acme", "acme 11", "é"] {
            let choices = directory.choices(typed);
            assert_eq!(choices.len(), MOST, "{typed:?}");
            assert!(choices.iter().all(|choice| choice.label.chars().count() <= LABEL_MAX));
        }
    }
}
