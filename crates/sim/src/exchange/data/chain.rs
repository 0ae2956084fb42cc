//! Options: chains with greeks, what is latest, and bars and trades that follow from the underlying's tape.

use super::super::bars::{Bar, Clerk, Timeframe};
use super::super::calendar::date_of;
use super::super::chains::Filter;
use super::super::errors::{self, Refusal, bad_request};
use super::super::json::{number, stamp};
use super::super::market::Quote;
use super::super::options::contracts::{self, Contract, Right};
use super::super::options::pricing;
use super::super::routes::{Call, Reply};
use super::super::venue::Exchange;
use super::history::{PARAMS, Page, mark, moment, token};
use super::stocks::timeframe;
use super::{Latest, Series, check_names, form, symbols};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde_json::{Map, Value, json};

/// Symbols that can be asked for at once.
const MOST_SYMBOLS: usize = 100;

fn is_contract(symbol: &str) -> bool {
    Contract::read(symbol).is_some()
}

fn check_feed(exchange: &Exchange, call: &Call<'_>) -> Result<(), Refusal> {
    match call.params.get("feed") {
        None | Some("indicative") => Ok(()),
        Some("opra") if exchange.knobs.sip => Ok(()),
        Some("opra") => Err(errors::forbidden("OPRA agreement is not signed")),
        Some(feed) => Err(bad_request(format!("invalid feed: {feed}"))),
    }
}

/// A contract, and the tape of what it is on.
struct Board<'a> {
    contract: Contract,
    clerk: Clerk<'a>,
}

impl<'a> Board<'a> {
    fn find(exchange: &'a Exchange, call: &Call<'_>, symbol: &str) -> Option<Self> {
        let contract = contracts::find(&exchange.market, symbol, date_of(call.now))?;
        Self::of(exchange, call, contract)
    }

    fn of(exchange: &'a Exchange, call: &Call<'_>, contract: Contract) -> Option<Self> {
        let share = contracts::underlying(&exchange.market, &contract.root)?;
        let clerk = Clerk::at(&exchange.market, &share.symbol, call.now)?;
        Some(Self { contract, clerk })
    }

    fn quote(&self) -> Quote {
        pricing::quote(&self.contract, self.clerk.ticker.last(), self.clerk.ticker.at)
    }

    /// A price per share, on the grid of cents.
    fn worth(&self, spot: Decimal, at: DateTime<Utc>) -> Decimal {
        let value = Decimal::from_f64(pricing::value(&self.contract, spot, at)).unwrap_or_default();
        value.round_dp(2).max(Decimal::new(1, 2))
    }

    /// What the contract traded at while its underlying traded in a bar. A put is dearest when its share is cheapest.
    fn bar(&self, share: &Bar) -> Bar {
        let worth = |spot| self.worth(spot, share.at);
        let (top, bottom) = (worth(share.high), worth(share.low));
        let volume = (share.volume / Decimal::from(4_000)).trunc().max(Decimal::ONE);
        Bar {
            open: worth(share.open),
            close: worth(share.close),
            high: top.max(bottom),
            low: top.min(bottom),
            average: worth(share.average),
            volume,
            trades: (share.trades / 30).max(1),
            ..*share
        }
    }

    /// A few minutes ago, at what it was worth then.
    fn trade(&self) -> Value {
        let ago = i64::try_from(self.contract.id().as_u128() % 600).unwrap_or_default();
        let at = self.clerk.ticker.at - TimeDelta::seconds(ago);
        let spot = self.clerk.trades((at - TimeDelta::hours(1), at), true).next();
        let spot = spot.map_or_else(|| self.clerk.ticker.last(), |trade| trade.price);
        self.trade_at(at, spot)
    }

    fn trade_at(&self, at: DateTime<Utc>, spot: Decimal) -> Value {
        let contracts = 1 + u64::try_from(self.contract.id().as_u128() % 20).unwrap_or_default();
        json!({"t": stamp(at), "x": "C", "p": number(self.worth(spot, at)), "s": contracts, "c": "I"})
    }

    fn write_quote(&self) -> Value {
        let quote = self.quote();
        let size = |price: Decimal| if price.is_zero() { 0 } else { 10 };
        json!({
            "t": stamp(quote.at),
            "ax": "C", "ap": number(quote.ask), "as": size(quote.ask),
            "bx": "C", "bp": number(quote.bid), "bs": size(quote.bid),
            "c": "A",
        })
    }

    fn snapshot(&self) -> Value {
        let mut snapshot = json!({"latestTrade": self.trade(), "latestQuote": self.write_quote()});
        let (day, day_before) = self.clerk.last_days();
        for (name, found) in [("minuteBar", self.clerk.latest()), ("dailyBar", day), ("prevDailyBar", day_before)] {
            if let Some(found) = found {
                snapshot[name] = form::bar(&self.bar(&found));
            }
        }
        if let Some(greeks) = self.greeks() {
            snapshot["impliedVolatility"] = rounded(pricing::volatility(&self.contract.root));
            snapshot["greeks"] = greeks;
        }
        snapshot
    }

    /// How the value moves with the share, with time (a day), with volatility and interest (a hundredth each); nothing
    /// once the contract has ended.
    fn greeks(&self) -> Option<Value> {
        let (spot, strike) = (self.contract.behind(self.clerk.ticker.last()).to_f64()?, self.contract.strike.to_f64()?);
        let years = pricing::years(&self.contract, self.clerk.ticker.at);
        let wild = pricing::volatility(&self.contract.root);
        let spread = wild * years.sqrt();
        if spread <= 0.0 || spot <= 0.0 {
            return None;
        }
        let later = strike * (-pricing::RATE * years).exp();
        let near = (spot / later).ln() / spread + spread / 2.0;
        let far = near - spread;
        let dense = pricing::density(near);
        let call = self.contract.right == Right::Call;
        let below = |x: f64| if call { pricing::normal(x) } else { pricing::normal(x) - 1.0 };
        let decay = -spot * dense * wild / (2.0 * years.sqrt()) - pricing::RATE * later * below(far);
        Some(json!({
            "delta": rounded(below(near)),
            "gamma": rounded(dense / (spot * spread)),
            "theta": rounded(decay / 365.0),
            "vega": rounded(spot * dense * years.sqrt() / 100.0),
            "rho": rounded(years * later * below(far) / 100.0),
        }))
    }
}

/// Four decimals, as the vendor shows.
fn rounded(number: f64) -> Value {
    json!((number * 10_000.0).round() / 10_000.0)
}

pub(super) fn latest(exchange: &Exchange, call: &Call<'_>, latest: Latest) -> Result<Reply, Refusal> {
    let more: &[&str] = if latest == Latest::Snapshots { &["updated_since", "limit", "page_token"] } else { &[] };
    check_names(call, &[&["symbols", "feed"], more])?;
    check_feed(exchange, call)?;
    let asked = asked(call)?;
    let write = |board: &Board<'_>| match latest {
        Latest::Trades => board.trade(),
        Latest::Quotes => board.write_quote(),
        _ => board.snapshot(),
    };
    let known = asked.into_iter().filter_map(|symbol| {
        let row = write(&Board::find(exchange, call, &symbol)?);
        Some((symbol, row))
    });
    let rows: Map<String, Value> = known.collect();
    Ok(Reply::Json(match latest {
        Latest::Trades => json!({"trades": rows}),
        Latest::Quotes => json!({"quotes": rows}),
        _ => json!({"snapshots": rows, "next_page_token": null}),
    }))
}

fn asked(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    let asked = symbols(call, is_contract)?;
    if asked.len() > MOST_SYMBOLS {
        return Err(bad_request(format!("too many symbols: at most {MOST_SYMBOLS}")));
    }
    Ok(asked)
}

/// `GET /v1beta1/options/snapshots/{underlying}`: every contract on a share, by symbol.
pub(super) fn chain(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let own = ["feed", "limit", "updated_since", "page_token", "type", "strike_price_gte", "strike_price_lte"];
    let dates = ["expiration_date", "expiration_date_gte", "expiration_date_lte", "root_symbol"];
    check_names(call, &[&own, &dates])?;
    check_feed(exchange, call)?;
    let filter = Filter::read(&call.params, bad_request)?;
    let since = moment(&call.params, "updated_since")?;
    let limit = super::count(call, "limit", 100, 1_000)?;
    let share = exchange.market.asset(&call.subject);
    let mut contracts = share.map(|share| contracts::on(share, date_of(call.now))).unwrap_or_default();
    contracts.retain(|contract| filter.wants(contract) && since.is_none_or(|since| since <= call.now));
    contracts.sort_by(|one, other| one.symbol.cmp(&other.symbol));
    if let Some((first, _)) = mark(&call.params)? {
        contracts.retain(|contract| contract.symbol >= first);
    }
    let rest = contracts.split_off(contracts.len().min(limit));
    let next = rest.first().map(|contract| token(&contract.symbol, call.now));
    let row = |contract: Contract| {
        let symbol = contract.symbol.clone();
        Some((symbol, Board::of(exchange, call, contract)?.snapshot()))
    };
    let rows: Map<String, Value> = contracts.into_iter().filter_map(row).collect();
    Ok(Reply::Json(json!({"snapshots": rows, "next_page_token": next})))
}

pub(super) fn history(exchange: &Exchange, call: &Call<'_>, series: Series) -> Result<Reply, Refusal> {
    let own: &[&str] = if series == Series::Bars { &["timeframe"] } else { &[] };
    check_names(call, &[PARAMS, own])?;
    let page = Page::read(call, call.now)?;
    let asked = asked(call)?;
    let bars = |board: &Board<'_>, timeframe, window| -> Vec<Bar> {
        board.clerk.bars(timeframe, window, page.newest_first).take(page.most()).collect()
    };
    Ok(Reply::Json(if series == Series::Bars {
        let timeframe = timeframe(call)?;
        let (rows, next) = page.fill(asked, |symbol, window| {
            let board = Board::find(exchange, call, symbol)?;
            let bars = bars(&board, timeframe, window);
            Some(bars.into_iter().map(move |bar| (bar.at, form::bar(&board.bar(&bar)))))
        });
        json!({"bars": rows, "next_page_token": next})
    } else {
        // Contracts trade seldom: here, once in a quarter of an hour.
        let (rows, next) = page.fill(asked, |symbol, window| {
            let board = Board::find(exchange, call, symbol)?;
            let bars = bars(&board, Timeframe::Minutes(15), window);
            Some(bars.into_iter().map(move |bar| (bar.at, board.trade_at(bar.at, bar.open))))
        });
        json!({"trades": rows, "next_page_token": next})
    }))
}
