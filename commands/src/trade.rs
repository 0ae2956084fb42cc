//! `/buy` and `/sell`. Money and quantities are text options: Discord's number options are binary floating point.

use crate::answer;
use crate::choices::{accounts, symbols};
use crate::context::{Context, Turn, Unanswered};
use crate::reply::error::Doing;
use crate::words::TifWord;
use desk::place::Ask;
use desk::{Field, Refused};
use domain::account::NameRefusal;
use domain::brokerage::Lane;
use domain::money::{Price, Quantity, Usd};
use domain::order::{Class, Order, Pricing, Side, Size, TimeInForce};
use domain::policy::RuleBreak;
use domain::symbol::{AssetKind, Symbol, looks_like_secret};

/// Buy shares of a stock or fund
#[poise::command(slash_command)]
#[expect(clippy::too_many_arguments, reason = "one per option of the command")]
pub(crate) async fn buy(
    ctx: Context<'_>,
    #[description = "Ticker or company name"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "How many shares, such as 5 or 0.25"] quantity: Option<String>,
    #[description = "Or for how many dollars, such as 50"] dollars: Option<String>,
    #[description = "Pay this price per share at most; the market's price if you leave it out"] limit: Option<String>,
    #[description = "How long the order works; for the day if you leave it out"] tif: Option<TifWord>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Show the card with price and cost first, on paper too"] card: Option<bool>,
    #[description = "Also work before 09:30 and after 16:00 ET; needs a limit"] extended: Option<bool>,
) -> Result<(), Unanswered> {
    let typed = Typed { symbol, quantity, dollars, limit, tif, extended };
    trade(ctx, Side::Buy, typed, account, card).await
}

/// Sell shares of a stock or fund
#[poise::command(slash_command)]
#[expect(clippy::too_many_arguments, reason = "one per option of the command")]
pub(crate) async fn sell(
    ctx: Context<'_>,
    #[description = "Ticker or company name"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "How many shares, such as 5 or 0.25"] quantity: Option<String>,
    #[description = "Or for how many dollars, such as 50"] dollars: Option<String>,
    #[description = "Take this price per share at least; the market's price if you leave it out"] limit: Option<String>,
    #[description = "How long the order works; for the day if you leave it out"] tif: Option<TifWord>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Show the card with price and proceeds first, on paper too"] card: Option<bool>,
    #[description = "Also work before 09:30 and after 16:00 ET; needs a limit"] extended: Option<bool>,
) -> Result<(), Unanswered> {
    let typed = Typed { symbol, quantity, dollars, limit, tif, extended };
    trade(ctx, Side::Sell, typed, account, card).await
}

async fn trade(
    ctx: Context<'_>,
    side: Side,
    typed: Typed,
    account: Option<String>,
    card: Option<bool>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let Some(_pass) = answer::admit(ctx, &turn).await? else { return Ok(()) };
    let placed = match typed.order(side) {
        Ok(order) => {
            let (interaction, guild) = (turn.interaction(), turn.guild());
            let ask = Ask { account, order, card: card.unwrap_or(false), interaction, guild };
            let desk = ctx.data().desk.apart();
            answer::telling_waits(&turn, &desk, Lane::Reads, desk.place(turn.tenant(), ask)).await
        }
        Err(refused) => Err(refused),
    };
    match placed {
        Ok(placed) => answer::show_placed(ctx.data(), &turn, placed).await,
        Err(refused) => answer::refuse(&turn, &refused, Doing::Ordering).await,
    }
}

/// The options, as they were typed.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) symbol: String,
    pub(crate) quantity: Option<String>,
    pub(crate) dollars: Option<String>,
    pub(crate) limit: Option<String>,
    pub(crate) tif: Option<TifWord>,
    pub(crate) extended: Option<bool>,
}

impl Typed {
    /// The order that was meant.
    pub(crate) fn order(&self, side: Side) -> Result<Order, Refused> {
        let texts = [Some(&self.symbol), self.quantity.as_ref(), self.dollars.as_ref(), self.limit.as_ref()];
        if texts.into_iter().flatten().any(|text| looks_like_secret(text)) {
            return Err(Refused::Name(NameRefusal::LooksLikeSecret));
        }
        let amount = match (&self.quantity, &self.dollars) {
            (Some(text), None) => {
                Size::Shares(Quantity::parse(text).map_err(|why| Refused::Number(Field::Quantity, why))?)
            }
            (None, Some(text)) => Size::Dollars(Usd::parse(text).map_err(|why| Refused::Number(Field::Dollars, why))?),
            (None, None) => return Err(Refused::SizeMissing),
            (Some(_), Some(_)) => return Err(Refused::SizeTwice),
        };
        let pricing = match &self.limit {
            Some(text) => Pricing::Limit(Price::parse(text).map_err(|why| Refused::Number(Field::Limit, why))?),
            None => Pricing::Market,
        };
        let symbol = Symbol::parse(&self.symbol).map_err(Refused::Symbol)?;
        if symbol.kind() != AssetKind::Equity {
            return Err(Refused::Rule(RuleBreak::NotTradable(symbol.to_string())));
        }
        Ok(Order {
            symbol,
            side,
            size: amount,
            pricing,
            time_in_force: self.tif.map_or(TimeInForce::Day, |word| word.0),
            extended_hours: self.extended.unwrap_or(false),
            class: Class::Simple,
            effect: None,
            replaces: None,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use domain::money::NumberRefusal;
    use domain::symbol::SymbolRefusal;

    fn typed(symbol: &str, quantity: Option<&str>, dollars: Option<&str>, limit: Option<&str>) -> Typed {
        Typed {
            symbol: symbol.into(),
            quantity: quantity.map(Into::into),
            dollars: dollars.map(Into::into),
            limit: limit.map(Into::into),
            tif: None,
            extended: None,
        }
    }

    #[test]
    fn what_was_typed_becomes_the_order_that_was_meant() {
        let order = typed("aapl", Some("0.25"), None, Some("184.50")).order(Side::Buy).unwrap();
        assert_eq!(order.canonical(), "v1|buy|AAPL|0.25 shares|limit 184.5|day|regular");
        let order = typed("$brk.b", None, Some("$50"), None).order(Side::Sell).unwrap();
        assert_eq!(order.canonical(), "v1|sell|BRK.B|50 dollars|market|day|regular");
    }

    #[test]
    fn odd_input_is_refused_before_the_desk() {
        let secret = "aB3".repeat(13) + "x";
        let cases = [
            (typed("AAPL", None, None, None), Refused::SizeMissing),
            (typed("AAPL", Some("1"), Some("1"), None), Refused::SizeTwice),
            (typed("AAPL", Some("1e5"), None, None), Refused::Number(Field::Quantity, NumberRefusal::NotPlain)),
            (typed("AAPL", None, Some("1,000"), None), Refused::Number(Field::Dollars, NumberRefusal::Comma)),
            (typed("AAPL", Some("1"), None, Some("-3")), Refused::Number(Field::Limit, NumberRefusal::Negative)),
            (typed("AAPL261318C00250000", Some("1"), None, None), Refused::Symbol(SymbolRefusal::NoSuchDay)),
            (typed("BTC/USD", Some("1"), None, None), Refused::Rule(RuleBreak::NotTradable("BTC/USD".into()))),
            (typed(&secret, Some("1"), None, None), Refused::Name(NameRefusal::LooksLikeSecret)),
            (typed("AAPL", Some(&secret), None, None), Refused::Name(NameRefusal::LooksLikeSecret)),
        ];
        for (typed, refused) in cases {
            assert_eq!(typed.order(Side::Buy), Err(refused), "{typed:?}");
        }
    }
}
