//! What a trader types, piece by piece: sizes, prices, trails, exits, legs. Every command that takes an order reads it here.

use desk::{Field, Refused};
use domain::account::NameRefusal;
use domain::line::{Line, Piece, Why};
use domain::money::{Percent, Price, Quantity, Usd};
use domain::order::{Effect, Leg, Legs, Order, Pieces, Side, Size, TimeInForce, Trail};
use domain::sizing::Amount;
use domain::symbol::{AssetKind, Symbol, looks_like_secret};

/// The options of an order, as they were typed. What was left out is `None`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    pub(crate) symbol: String,
    pub(crate) quantity: Option<String>,
    pub(crate) dollars: Option<String>,
    pub(crate) percent: Option<String>,
    pub(crate) risk: Option<String>,
    pub(crate) limit: Option<String>,
    pub(crate) stop: Option<String>,
    pub(crate) trail: Option<String>,
    pub(crate) take_profit: Option<String>,
    pub(crate) stop_loss: Option<String>,
    pub(crate) stop_loss_limit: Option<String>,
    pub(crate) oco: bool,
    pub(crate) effect: Option<Effect>,
    pub(crate) tif: Option<TimeInForce>,
    pub(crate) extended: bool,
}

impl Typed {
    /// The order that was meant.
    pub(crate) fn order(&self, side: Side) -> Result<Order<Amount>, Refused> {
        self.refuse_secrets()?;
        let symbol = symbol(&self.symbol)?;
        let kind = symbol.kind();
        let price = |field, text: &Option<String>| maybe(text.as_deref(), |text| price(field, text, &kind));
        let pieces = Pieces {
            limit: price(Field::Limit, &self.limit)?,
            stop: price(Field::Stop, &self.stop)?,
            trail: maybe(self.trail.as_deref(), trail)?,
            take_profit: price(Field::TakeProfit, &self.take_profit)?,
            stop_loss: price(Field::StopLoss, &self.stop_loss)?,
            stop_loss_limit: price(Field::StopLossLimit, &self.stop_loss_limit)?,
            oco: self.oco,
            effect: self.effect,
            time_in_force: self.tif,
            extended_hours: self.extended,
        };
        pieces.order(side, symbol, self.amount(side)?).map_err(Refused::from)
    }

    /// How much: one way of saying it, and only one. A percentage is of the buying power, and of the position when it is sold.
    fn amount(&self, side: Side) -> Result<Amount, Refused> {
        let quantity =
            maybe(self.quantity.as_deref(), |text| quantity(text).map(|qty| Amount::Exactly(Size::Shares(qty))))?;
        let dollars = maybe(self.dollars.as_deref(), |text| {
            let dollars = Usd::parse(text).map_err(|why| Refused::Number(Field::Dollars, why))?;
            Ok(Amount::Exactly(Size::Dollars(dollars)))
        })?;
        let part = maybe(self.percent.as_deref(), |text| percent(Field::Percent, text))?.map(|part| match side {
            Side::Buy => Amount::OfBuyingPower(part),
            Side::Sell => Amount::OfPosition(part),
        });
        let risk = maybe(self.risk.as_deref(), |text| percent(Field::Risk, text))?.map(Amount::Risk);
        let mut said = [quantity, dollars, part, risk].into_iter().flatten();
        match (said.next(), said.next()) {
            (Some(amount), None) => Ok(amount),
            (None, _) => Err(Refused::SizeMissing),
            (Some(_), Some(_)) => Err(Refused::SizeTwice),
        }
    }

    /// Somebody may have pasted a secret into any of them; none is ever repeated.
    fn refuse_secrets(&self) -> Result<(), Refused> {
        let texts = [
            &self.quantity,
            &self.dollars,
            &self.percent,
            &self.risk,
            &self.limit,
            &self.stop,
            &self.trail,
            &self.take_profit,
            &self.stop_loss,
            &self.stop_loss_limit,
        ];
        let is_contract = domain::symbol::Symbol::parse(&self.symbol).is_ok();
        let symbol = Some(&self.symbol).filter(|_| !is_contract);
        if texts.into_iter().filter_map(Option::as_ref).chain(symbol).any(|text| looks_like_secret(text)) {
            return Err(Refused::Name(NameRefusal::LooksLikeSecret));
        }
        Ok(())
    }
}

/// Reads a piece that may be left out.
pub(crate) fn maybe<T>(
    text: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, Refused>,
) -> Result<Option<T>, Refused> {
    text.map(read).transpose()
}

/// What is traded.
pub(crate) fn symbol(text: &str) -> Result<Symbol, Refused> {
    Symbol::parse(text).map_err(Refused::Symbol)
}

/// A number of shares, coins or contracts.
pub(crate) fn quantity(text: &str) -> Result<Quantity, Refused> {
    Quantity::parse(text).map_err(|why| Refused::Number(Field::Quantity, why))
}

/// How much, in one text: `5`, `$50`, `25%`, `all`, `risk 1%`.
pub(crate) fn amount(side: Side, text: &str) -> Result<Amount, Refused> {
    Line::amount(text, side).map_err(|why| match why {
        Why::Number(Piece::Dollars, why) => Refused::Number(Field::Dollars, why),
        Why::Number(Piece::Percent, why) => Refused::Number(Field::Percent, why),
        Why::Number(Piece::Risk, why) => Refused::Number(Field::Risk, why),
        Why::Number(_, why) => Refused::Number(Field::Quantity, why),
        Why::LooksLikeSecret => Refused::Name(NameRefusal::LooksLikeSecret),
        _ => Refused::SizeOdd,
    })
}

/// A price. A coin's may be finer than a share's.
pub(crate) fn price(field: Field, text: &str, kind: &AssetKind) -> Result<Price, Refused> {
    let price = if *kind == AssetKind::Crypto { Price::parse_fine(text) } else { Price::parse(text) };
    price.map_err(|why| Refused::Number(field, why))
}

/// A part in percent.
pub(crate) fn percent(field: Field, text: &str) -> Result<Percent, Refused> {
    Percent::parse(text).map_err(|why| Refused::Number(field, why))
}

/// How far a stop trails: `2` and `$2` are dollars, `2.5%` is percent.
pub(crate) fn trail(text: &str) -> Result<Trail, Refused> {
    if text.trim_end().ends_with('%') {
        percent(Field::Trail, text).map(Trail::Percent)
    } else {
        price(Field::Trail, text, &AssetKind::Equity).map(Trail::Price)
    }
}

/// The legs of a spread: `buy AAPL261218C00250000, sell 2 AAPL261218C00260000 to close`.
pub(crate) fn legs(text: &str) -> Result<Legs, Refused> {
    let legs = text.split([',', ';', '\n']).map(str::trim).filter(|leg| !leg.is_empty()).map(leg);
    Legs::new(legs.collect::<Result<_, _>>()?).map_err(Refused::Legs)
}

fn leg(text: &str) -> Result<Leg, Refused> {
    let odd = || Refused::Leg(text.to_owned());
    let lower = text.to_ascii_lowercase();
    let (mut side, mut effect, mut ratio, mut contract) = (None, Effect::Open, 1, None);
    for word in lower.split_whitespace() {
        match word {
            "buy" | "long" | "+" => side = Some(Side::Buy),
            "sell" | "short" | "-" => side = Some(Side::Sell),
            "to" | "open" => {}
            "close" => effect = Effect::Close,
            word => match word.trim_end_matches('x').parse() {
                Ok(number) => ratio = number,
                Err(_) if contract.is_none() => contract = Some(symbol(word)?),
                Err(_) => return Err(odd()),
            },
        }
    }
    Ok(Leg { symbol: contract.ok_or_else(odd)?, side: side.ok_or_else(odd)?, effect, ratio })
}

/// A spread's net price: `0.85 debit`, `credit 0.85`, `-0.85` for a credit. Without a word or a sign nobody knows which.
pub(crate) fn net(text: &str) -> Result<(Side, Price), Refused> {
    let lower = text.trim().to_ascii_lowercase();
    let said = |word: &str| lower.contains(word);
    let number = lower.replace("debit", "").replace("credit", "");
    let number = number.trim();
    let side = match (said("debit"), said("credit"), number.strip_prefix('-'), number.strip_prefix('+')) {
        (true, false, None, _) | (false, false, None, Some(_)) => Side::Buy,
        (false, true, _, None) | (false, false, Some(_), None) => Side::Sell,
        _ => return Err(Refused::DebitOrCredit),
    };
    let number = number.trim_start_matches(['-', '+']);
    price(Field::Limit, number, &AssetKind::Equity).map(|price| (side, price))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use domain::money::NumberRefusal;
    use domain::symbol::SymbolRefusal;

    /// Options by name.
    type Pieces<'a> = &'a [(&'a str, &'a str)];

    fn typed(symbol: &str, pieces: Pieces<'_>) -> Typed {
        let mut typed = Typed { symbol: symbol.into(), ..Typed::default() };
        for (name, text) in pieces {
            let option = match *name {
                "quantity" => &mut typed.quantity,
                "dollars" => &mut typed.dollars,
                "percent" => &mut typed.percent,
                "risk" => &mut typed.risk,
                "limit" => &mut typed.limit,
                "stop" => &mut typed.stop,
                "trail" => &mut typed.trail,
                "take_profit" => &mut typed.take_profit,
                "stop_loss" => &mut typed.stop_loss,
                "stop_loss_limit" => &mut typed.stop_loss_limit,
                other => panic!("{other}"),
            };
            *option = Some((*text).to_owned());
        }
        typed
    }

    fn line(typed: &Typed, side: Side) -> String {
        let order = typed.order(side).unwrap();
        let Amount::Exactly(amount) = order.size else { panic!("{:?}", order.size) };
        order.sized(amount).canonical()
    }

    #[test]
    fn what_was_typed_becomes_the_order_that_was_meant() {
        let cases: [(&str, Pieces<'_>, &str); 9] = [
            ("aapl", &[("quantity", "0.25"), ("limit", "184.50")], "v1|sell|AAPL|0.25 shares|limit 184.5|day|regular"),
            ("$brk.b", &[("dollars", "$50")], "v1|sell|BRK.B|50 dollars|market|day|regular"),
            (
                "btc/usd",
                &[("quantity", "0.5"), ("limit", "64000.125")],
                "v1|sell|BTC/USD|0.5 shares|limit 64000.125|gtc|regular",
            ),
            ("aapl", &[("quantity", "5"), ("stop", "180")], "v2|sell|AAPL|5 shares|stop|day|regular|stop 180"),
            (
                "aapl",
                &[("quantity", "5"), ("stop", "180"), ("limit", "179")],
                "v2|sell|AAPL|5 shares|stop_limit 179|day|regular|stop 180",
            ),
            (
                "aapl",
                &[("quantity", "5"), ("trail", "2.5%")],
                "v2|sell|AAPL|5 shares|trailing_stop|day|regular|trail_percent 2.5",
            ),
            ("aapl", &[("quantity", "5"), ("trail", "$2")], "v2|sell|AAPL|5 shares|trailing_stop|day|regular|trail 2"),
            (
                "aapl",
                &[("quantity", "5"), ("take_profit", "150"), ("stop_loss", "200"), ("stop_loss_limit", "201")],
                "v2|sell|AAPL|5 shares|market|day|regular|class bracket take 150 lose 200 lose_limit 201",
            ),
            (
                "aapl",
                &[("quantity", "5"), ("stop_loss", "200")],
                "v2|sell|AAPL|5 shares|market|day|regular|class oto lose 200",
            ),
        ];
        for (symbol, pieces, canonical) in cases {
            assert_eq!(line(&typed(symbol, pieces), Side::Sell), canonical);
        }
        let exits = [("quantity", "5"), ("take_profit", "200"), ("stop_loss", "170")];
        let oco = Typed { oco: true, ..typed("aapl", &exits) };
        assert_eq!(line(&oco, Side::Sell), "v2|sell|AAPL|5 shares|limit 200|day|regular|class oco lose 170");
        let wish = |side, piece: (&str, &str)| typed("aapl", &[piece]).order(side).unwrap().size;
        let part = |text: &str| Percent::parse(text).unwrap();
        assert_eq!(wish(Side::Buy, ("percent", "25%")), Amount::OfBuyingPower(part("25")));
        assert_eq!(wish(Side::Sell, ("percent", "50")), Amount::OfPosition(part("50")));
        assert_eq!(wish(Side::Buy, ("risk", "1%")), Amount::Risk(part("1")));
    }

    #[test]
    fn odd_input_is_refused_before_the_desk() {
        let secret = "aB3".repeat(13) + "x";
        let one = ("quantity", "1");
        let number = |field, why| Refused::Number(field, why);
        let cases = [
            (typed("AAPL", &[]), Refused::SizeMissing),
            (typed("AAPL", &[one, ("dollars", "1")]), Refused::SizeTwice),
            (typed("AAPL", &[("percent", "1"), ("risk", "1")]), Refused::SizeTwice),
            (typed("AAPL", &[("quantity", "1e5")]), number(Field::Quantity, NumberRefusal::NotPlain)),
            (typed("AAPL", &[("dollars", "1,000")]), number(Field::Dollars, NumberRefusal::Comma)),
            (typed("AAPL", &[("percent", "101")]), number(Field::Percent, NumberRefusal::TooLarge)),
            (typed("AAPL", &[one, ("limit", "-3")]), number(Field::Limit, NumberRefusal::Negative)),
            (typed("AAPL", &[one, ("stop", "x")]), number(Field::Stop, NumberRefusal::NotPlain)),
            (typed("AAPL", &[one, ("trail", "0%")]), number(Field::Trail, NumberRefusal::Zero)),
            (typed("AAPL", &[one, ("trail", "1"), ("limit", "3")]), Refused::PricesMixed),
            (typed("AAPL", &[one, ("stop_loss_limit", "3")]), Refused::ExitsMissing),
            (Typed { oco: true, ..typed("AAPL", &[one, ("stop_loss", "3")]) }, Refused::ExitsMissing),
            (typed("AAPL261318C00250000", &[one]), Refused::Symbol(SymbolRefusal::NoSuchDay)),
            (typed(&secret, &[one]), Refused::Name(NameRefusal::LooksLikeSecret)),
            (typed("AAPL", &[("quantity", &secret)]), Refused::Name(NameRefusal::LooksLikeSecret)),
            (typed("AAPL", &[one, ("take_profit", &secret)]), Refused::Name(NameRefusal::LooksLikeSecret)),
        ];
        for (typed, refused) in cases {
            assert_eq!(typed.order(Side::Buy), Err(refused), "{typed:?}");
        }
    }

    #[test]
    fn legs_are_read_as_a_trader_writes_them() {
        let legs = legs("buy AAPL261218C00250000, SELL 2x aapl261218c00260000 to close").unwrap();
        let shown: Vec<_> = legs.as_slice().iter().map(|leg| format!("{leg} {}", leg.effect.of(leg.side))).collect();
        assert_eq!(
            shown,
            ["buy 1 AAPL 18 Dec 2026 $250.00 call buy_to_open", "sell 2 AAPL 18 Dec 2026 $260.00 call sell_to_close",]
        );
        for odd in ["AAPL261218C00250000", "buy", "buy AAPL AAPL", "buy ??"] {
            assert!(super::legs(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_net_price_says_whether_it_is_paid_or_received() {
        let at = |text: &str| Price::parse(text).unwrap();
        for (text, side) in
            [("0.85 debit", Side::Buy), ("credit 0.85", Side::Sell), ("-0.85", Side::Sell), ("+0.85", Side::Buy)]
        {
            assert_eq!(net(text), Ok((side, at("0.85"))), "{text}");
        }
        for text in ["0.85", "debit credit 1", "+0.85 credit", "-0.85 debit"] {
            assert_eq!(net(text), Err(Refused::DebitOrCredit), "{text}");
        }
    }
}
