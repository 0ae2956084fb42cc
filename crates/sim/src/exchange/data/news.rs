//! News: articles about well-known companies, each made from the half-hour in which it appears.

use super::super::errors::{Refusal, bad_request};
use super::super::json::stamp;
use super::super::routes::{Call, Reply};
use super::super::venue::Exchange;
use super::check_names;
use super::history::{mark, moment, newest_first, token};
use crate::rng::Rng;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// One article comes out in each of these.
const SLOT: i64 = 1_800;
/// How many slots back a search goes that names no start: about a year and a half.
const FARTHEST: i64 = 26_000;
/// Articles are numbered from here.
const FIRST_ID: i64 = 20_000_000;

const HEADLINES: [&str; 8] = [
    "{} Shares Move As Volume Picks Up",
    "What To Know About {} Before The Next Earnings Report",
    "{} Names New Chief Financial Officer",
    "Analyst Raises Price Target On {}",
    "Analyst Cuts Price Target On {}",
    "{} Announces Share Repurchase Program",
    "{} Expands Operations, Cites Strong Demand",
    "Why {} Is On Traders' Screens Today",
];
const AUTHORS: [&str; 4] = ["Ada Quill", "Ben Ledger", "Cleo Marsh", "Dan Hart"];

/// An article before it is written.
struct Article {
    slot: i64,
    symbols: Vec<String>,
    rng: Rng,
}

impl Article {
    fn at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.slot * SLOT, 0).unwrap_or_default()
    }

    /// Now and then an article has nothing but its headline.
    fn is_bare(&self) -> bool {
        self.slot % 9 == 4
    }

    fn write(mut self, with_content: bool) -> Value {
        let mut pick = |words: &[&'static str]| {
            let place = usize::try_from(self.rng.below(words.len() as u64)).unwrap_or_default();
            words.get(place).copied().unwrap_or_default()
        };
        let subject = self.symbols.first().cloned().unwrap_or_default();
        let (headline, author) = (pick(&HEADLINES).replace("{}", &subject), pick(&AUTHORS));
        let bare = self.is_bare();
        let summary = if bare {
            String::new()
        } else {
            format!("{headline}. Made up for a simulated market; nothing of it is true.")
        };
        let content = if bare || !with_content { String::new() } else { format!("<p>{summary}</p>") };
        let url = format!("https://news.example.com/articles/{}", FIRST_ID + self.slot);
        let image = |size: &str| json!({"size": size, "url": format!("{url}/{size}.jpg")});
        let images = if bare { json!([]) } else { json!([image("large"), image("small"), image("thumb")]) };
        json!({
            "id": FIRST_ID + self.slot,
            "headline": headline,
            "author": author,
            "created_at": stamp(self.at()),
            "updated_at": stamp(self.at() + TimeDelta::seconds(90)),
            "summary": summary,
            "content": content,
            "url": if self.slot % 11 == 3 { Value::Null } else { url.as_str().into() },
            "images": images,
            "symbols": self.symbols,
            "source": "benzinga",
        })
    }
}

/// The article of a slot: about one to three of the companies that make news.
fn article(subjects: &[&str], seed: u64, slot: i64) -> Article {
    let mut rng = Rng::seeded(seed ^ slot.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let number = 1 + rng.below(3);
    let mut symbols: Vec<String> = (0..number)
        .filter_map(|_| subjects.get(usize::try_from(rng.below(subjects.len() as u64)).ok()?))
        .map(|symbol| (*symbol).to_owned())
        .collect();
    symbols.dedup();
    Article { slot, symbols, rng }
}

fn flag(call: &Call<'_>, name: &str) -> Result<bool, Refusal> {
    match call.params.get(name).map(str::to_ascii_lowercase).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(text) => Err(bad_request(format!("invalid {name}: {text}"))),
    }
}

pub(super) fn list(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let own = ["symbols", "start", "end", "sort", "limit", "include_content", "exclude_contentless", "page_token"];
    check_names(call, &[&own])?;
    let (include_content, only_whole) = (flag(call, "include_content")?, flag(call, "exclude_contentless")?);
    let wanted = call.params.list("symbols");
    let limit = super::count(call, "limit", 10, 50)?;
    let newest_first = newest_first(&call.params, true)?;
    let end = moment(&call.params, "end")?.unwrap_or(call.now).min(call.now - TimeDelta::seconds(90));
    let last = end.timestamp().div_euclid(SLOT);
    let first =
        moment(&call.params, "start")?.map_or(last - FARTHEST, |start| (start.timestamp() + SLOT - 1).div_euclid(SLOT));
    let (mut first, mut last) = (first.max(last - FARTHEST), last);
    if let Some((_, at)) = mark(&call.params)? {
        *(if newest_first { &mut last } else { &mut first }) = at.timestamp().div_euclid(SLOT);
    }
    let subjects = exchange.market.newsworthy();
    let seed = exchange.market.seed();
    let slots: Box<dyn Iterator<Item = i64>> =
        if newest_first { Box::new((first..=last).rev()) } else { Box::new(first..=last) };
    let fits = |article: &Article| {
        let about = wanted.as_ref().is_none_or(|wanted| article.symbols.iter().any(|symbol| wanted.contains(symbol)));
        about && !(only_whole && article.is_bare())
    };
    let mut found: Vec<Article> =
        slots.map(|slot| article(&subjects, seed, slot)).filter(fits).take(limit + 1).collect();
    let next = found.split_off(found.len().min(limit)).pop();
    let news: Vec<Value> = found.into_iter().map(|article| article.write(include_content)).collect();
    Ok(Reply::Json(json!({"news": news, "next_page_token": next.map(|article| token("news", article.at()))})))
}
