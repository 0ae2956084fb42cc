//! A rule of Alpaca's that an order breaks, found before anything was sent. Each names the option and what would be right.

use super::Prose;
use crate::reply::escape::prose;
use crate::reply::{orders, words};
use domain::policy::{Part, RuleBreak};
use std::borrow::Cow;

/// How a part is called where the user filled it in.
const fn option(part: Part) -> &'static str {
    match part {
        Part::Limit => "`limit`",
        Part::Stop => "`stop`",
        Part::Trail => "`trail`",
        Part::TakeProfit => "`take_profit`",
        Part::StopLoss => "`stop_loss`",
        Part::StopLossLimit => "`stop_loss_limit`",
        Part::Quantity => "`quantity`",
        Part::TimeInForce => "`tif`",
    }
}

fn named(symbol: &str) -> String {
    format!("**{}**", prose(symbol, words::SYMBOL))
}

fn long_named(contract: &str) -> String {
    format!("**{}**", prose(contract, words::CONTRACT))
}

fn row(
    kind: &'static str,
    title: &'static str,
    what: impl Into<Cow<'static, str>>,
    next: impl Into<Cow<'static, str>>,
) -> Prose {
    Prose::new(kind, title, what).next(next)
}

/// The words for a broken rule.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per rule, so that a new rule does not compile until it has its words"
)]
pub(super) fn rule(broken: &RuleBreak) -> Prose {
    match broken {
        RuleBreak::NotTradable(symbol) => row(
            "rule_not_tradable",
            "Cannot be traded",
            format!("Alpaca lists {} as not tradable now.", named(symbol)),
            "It may be delisted or new. Alpaca's page for the symbol says more.",
        ),
        RuleBreak::NotFractionable(symbol) => row(
            "rule_not_fractionable",
            "Whole shares only",
            format!("{} trades in whole shares only, so neither a fraction nor `dollars` works.", named(symbol)),
            "Give a whole number as `quantity`.",
        ),
        RuleBreak::FractionNeedsDay => row(
            "rule_fraction_needs_day",
            "Fractions are day orders",
            "Alpaca takes fractions and dollar amounts for the day only.",
            "Leave `tif` out, or round to whole shares.",
        ),
        RuleBreak::FractionTrails => row(
            "rule_fraction_trails",
            "Fractions do not trail",
            "Alpaca takes fractions and dollar amounts as market, limit, stop and stop-limit orders only.",
            "Round `quantity` to whole shares, or give `stop` in place of `trail`.",
        ),
        RuleBreak::FractionNeedsSimple => row(
            "rule_fraction_needs_simple",
            "Fractions have no exits",
            "Orders with `take_profit` or `stop_loss` come in whole shares.",
            "Round `quantity` to whole shares, or leave the exits out.",
        ),
        RuleBreak::FractionExtended(symbol) => row(
            "rule_fraction_extended",
            "Not at this hour",
            format!("Fractions of {} trade in the regular session only.", named(symbol)),
            "Round `quantity` to whole shares, or leave `extended` out.",
        ),
        RuleBreak::BelowOneDollar => row(
            "rule_below_one_dollar",
            "Too small",
            "Alpaca takes dollar amounts from $1.00 up.",
            "Give at least `1` as `dollars`.",
        ),
        RuleBreak::ExtendedNeedsLimit => row(
            "rule_extended_needs_limit",
            "Extended hours need a limit",
            "Before 09:30 and after 16:00 ET Alpaca takes limit orders only.",
            "Name your price with `limit`, or leave `extended` out.",
        ),
        RuleBreak::ExtendedNeedsDayOrGtc => row(
            "rule_extended_needs_time",
            "Extended hours need day or gtc",
            "Outside the regular session Alpaca takes orders for the day or until canceled.",
            "Set `tif` to `day` or `gtc`, or leave `extended` out.",
        ),
        RuleBreak::ExtendedNeedsSimple => row(
            "rule_extended_needs_simple",
            "Exits work in the regular session",
            "An order with `take_profit` or `stop_loss` works in the regular session only.",
            "Leave `extended` out, or the exits.",
        ),
        RuleBreak::PriceIncrement { part, step } => row(
            "rule_price_increment",
            "Price too fine",
            format!("{} goes in steps of {}.", option(*part), step.normalize()),
            format!("Round {}.", option(*part)),
        ),
        RuleBreak::TimeNeedsMarketOrLimit(tif) => row(
            "rule_time_needs_market_or_limit",
            "Market or limit only",
            format!("Orders with `tif:{}` are market or limit orders.", tif.as_str()),
            "Leave `stop` and `trail` out, or set `tif` to `day` or `gtc`.",
        ),
        RuleBreak::TooLateForOpen => row(
            "rule_too_late_for_open",
            "Too late for the opening auction",
            "Alpaca takes orders for the open from 19:00 to 09:28 ET.",
            "Set `tif` to `day`, or place it after 19:00 ET for the next open.",
        ),
        RuleBreak::TooLateForClose => row(
            "rule_too_late_for_close",
            "Too late for the closing auction",
            "Alpaca takes orders for the close from 19:00 to 15:50 ET.",
            "Set `tif` to `day`, or place it after 19:00 ET for the next close.",
        ),
        RuleBreak::TrailTooSmall => row(
            "rule_trail_too_small",
            "Too close behind",
            "A trailing stop follows at least 0.1% behind.",
            "Give `trail` of at least `0.1%`.",
        ),
        RuleBreak::OverTheCounter(symbol) => row(
            "rule_over_the_counter",
            "Over the counter",
            format!("{} trades over the counter: no trailing stops, and for the day or until canceled.", named(symbol)),
            "Leave `trail` out, and set `tif` to `day` or `gtc`.",
        ),
        RuleBreak::IpoNeedsLimit(symbol) => row(
            "rule_ipo_needs_limit",
            "A new stock needs a limit",
            format!("{} takes limit orders only until its first trade.", named(symbol)),
            "Name your price with `limit`.",
        ),
        RuleBreak::ExitsNeedDayOrGtc => row(
            "rule_exits_need_time",
            "Exits need day or gtc",
            "An order with `take_profit` or `stop_loss` works for the day or until canceled.",
            "Set `tif` to `day` or `gtc`.",
        ),
        RuleBreak::EntryTrails => row(
            "rule_entry_trails",
            "An entry does not trail",
            "An order with `take_profit` or `stop_loss` is a market, limit or stop order.",
            "Leave `trail` out.",
        ),
        RuleBreak::OcoNeedsLimit => row(
            "rule_oco_needs_limit",
            "Two exits need both prices",
            "Of two exits one takes the profit at a limit.",
            "Give `take_profit` and `stop_loss`.",
        ),
        RuleBreak::NothingToExit => row(
            "rule_nothing_to_exit",
            "Nothing to exit",
            "Two exits belong to a position that you hold on the other side.",
            "Leave `oco` out to open one, or look at `/positions`.",
        ),
        RuleBreak::ExitsCrossed { take_profit, stop_loss } => row(
            "rule_exits_crossed",
            "The exits are the wrong way round",
            format!("The profit would be taken at {take_profit} and the loss at {stop_loss}."),
            "For something you buy, `take_profit` is above `stop_loss`; for something you sell short, below.",
        ),
        RuleBreak::StopTooNear { base, below: true } => row(
            "rule_stop_too_near",
            "The stop loss is too near",
            format!("The stop has to be at least a cent below {base}."),
            "Lower `stop_loss`.",
        ),
        RuleBreak::StopTooNear { base, below: false } => row(
            "rule_stop_too_near",
            "The stop loss is too near",
            format!("The stop has to be at least a cent above {base}."),
            "Raise `stop_loss`.",
        ),
        RuleBreak::CryptoKind => row(
            "rule_crypto_kind",
            "Not for crypto",
            "Crypto trades at the market, with a limit, or with a stop and a limit.",
            "Add `limit` to `stop`, or leave `stop` and `trail` out.",
        ),
        RuleBreak::CryptoTime => row(
            "rule_crypto_time",
            "Crypto has no days",
            "Crypto orders work until canceled (`gtc`), or market and limit orders at once (`ioc`).",
            "Leave `tif` out.",
        ),
        RuleBreak::CryptoExtended => row(
            "rule_crypto_extended",
            "Crypto never sleeps",
            "Crypto trades around the clock, so there are no extended hours.",
            "Leave `extended` out.",
        ),
        RuleBreak::CryptoNeedsSimple => row(
            "rule_crypto_needs_simple",
            "No exits for crypto",
            "Alpaca takes no `take_profit` and `stop_loss` with crypto.",
            "Leave them out; a stop with a limit can follow as an order of its own.",
        ),
        RuleBreak::CryptoTooSmall(least) => row(
            "rule_crypto_too_small",
            "Too small",
            format!("The smallest order of this coin is {}.", least.normalize()),
            "Raise `quantity`.",
        ),
        RuleBreak::CryptoTooLarge => {
            row("rule_crypto_too_large", "Too large", "One crypto order is worth $200,000 at most.", "Split it.")
        }
        RuleBreak::QuantityIncrement(step) => row(
            "rule_quantity_increment",
            "Quantity too fine",
            format!("The quantity of this coin goes in steps of {}.", step.normalize()),
            "Round `quantity`.",
        ),
        RuleBreak::ContractsWhole => row(
            "rule_contracts_whole",
            "Whole contracts only",
            "Option contracts and spreads come in whole numbers, not in dollars.",
            "Give a whole number as `quantity`.",
        ),
        RuleBreak::OptionKind => row(
            "rule_option_kind",
            "Not for options",
            "Option orders are market or limit orders.",
            "Leave `stop` and `trail` out.",
        ),
        RuleBreak::OptionNeedsDay => row(
            "rule_option_needs_day",
            "Options are day orders",
            "Option orders work for the day only.",
            "Leave `tif` out.",
        ),
        RuleBreak::OptionExtended => row(
            "rule_option_extended",
            "Not at this hour",
            "Options trade in the regular session only.",
            "Leave `extended` out.",
        ),
        RuleBreak::OptionNeedsSimple => row(
            "rule_option_needs_simple",
            "No exits for options",
            "Alpaca takes no `take_profit` and `stop_loss` with options.",
            "Leave them out.",
        ),
        RuleBreak::OptionExpired(day) => row(
            "rule_option_expired",
            "Expired",
            format!("The contract expired on {}.", day.format("%-d %b %Y")),
            "Pick a later one.",
        ),
        RuleBreak::AdjustedContract(contract) => row(
            "rule_adjusted_contract",
            "An adjusted contract",
            format!(
                "{} is not for 100 shares: a split, a merger or a special dividend has changed what one contract stands for. \
                 Paddock cannot reckon what it costs, ties up or delivers, so it neither opens nor exercises it.",
                contract
                    .contract()
                    .map_or_else(|| named(contract.as_str()), |contract| long_named(&contract.to_string()))
            ),
            "If you hold it, `/close` closes it here. For anything else use Alpaca's own site.",
        ),
        RuleBreak::OptionMarketClosed => row(
            "rule_option_market_closed",
            "The market is closed",
            "Option orders at the market are taken from 09:30 to 16:00 ET.",
            "Name your price with `limit`.",
        ),
        RuleBreak::EffectNeedsOption => row(
            "rule_effect_needs_option",
            "Of options only",
            "Whether an order opens or closes is said of option contracts only.",
            "Leave `effect` out.",
        ),
        RuleBreak::SellsMoreThanHeld { held } => row(
            "rule_sells_more_than_held",
            "More than you hold",
            format!(
                "You can sell {} of it; open orders may hold more. One order cannot sell what you hold and go short as well.",
                words::quantity(*held)
            ),
            "Sell less, or cancel the order that holds the rest.",
        ),
        RuleBreak::BuysMoreThanShort { short } => row(
            "rule_buys_more_than_short",
            "More than you are short",
            format!("You are short {}; one order cannot close that and buy more.", words::shares(*short)),
            "Buy that many first, then the rest.",
        ),
        RuleBreak::NotShortable(symbol) => row(
            "rule_not_shortable",
            "Cannot be sold short",
            format!("You hold none of {} that is free, and it cannot be borrowed for a short sale now.", named(symbol)),
            "Sell what you hold.",
        ),
        RuleBreak::ShortingOff => row(
            "rule_shorting_off",
            "No short sales",
            "You hold none that is free, and this account cannot sell short.",
            "Sell what you hold, or see Alpaca's settings of the account.",
        ),
        RuleBreak::ShortNeedsWhole => row(
            "rule_short_needs_whole",
            "Whole shares only",
            "You hold none that is free, and short sales come in whole shares.",
            "Round `quantity`.",
        ),
        RuleBreak::ShortNeedsEquity => row(
            "rule_short_needs_equity",
            "Too small an account",
            "Alpaca lets accounts of $2,000.00 and more sell short.",
            "Sell what you hold.",
        ),
        RuleBreak::AccountBlocked => row(
            "rule_account_blocked",
            "This account cannot trade",
            "Trading is blocked by Alpaca, or suspended in your settings there.",
            "Alpaca's own page of the account says which.",
        ),
        RuleBreak::NothingChanges => row(
            "rule_nothing_changes",
            "Nothing changes",
            "The order has these values already.",
            "Give at least one new value.",
        ),
        RuleBreak::NotReplaceable(status) => row(
            "rule_not_replaceable",
            "Cannot be replaced now",
            format!("The order is {}; Alpaca replaces working orders only.", orders::status(status)),
            "If it is still waiting, cancel it and place a new one.",
        ),
        RuleBreak::DollarsNotReplaceable => row(
            "rule_dollars_not_replaceable",
            "Cannot be replaced",
            "An order in dollars cannot be changed.",
            "Cancel it and place a new one.",
        ),
        RuleBreak::SpreadNotReplaceable => row(
            "rule_spread_not_replaceable",
            "Cannot be replaced",
            "A spread keeps its terms: Paddock does not change its net price or its size at Alpaca.",
            "Cancel it, and place a new one when it is gone.",
        ),
        RuleBreak::FractionNotReplaceable => row(
            "rule_fraction_not_replaceable",
            "Cannot be changed so",
            "The quantity of a fractional order cannot be changed, nor become fractional.",
            "Cancel it and place a new one.",
        ),
        RuleBreak::BelowFilled(filled) => row(
            "rule_below_filled",
            "Filled already",
            format!("Filled already: {}. The new quantity counts that, too.", words::quantity(*filled)),
            "Give a larger `quantity`, or cancel the rest.",
        ),
        RuleBreak::NoSuchPart(part) => row(
            "rule_no_such_part",
            "Not of this order",
            format!("The order has no {}, or one of another kind.", option(*part)),
            "Leave it out, or cancel the order and place a new one.",
        ),
        RuleBreak::ExitPricesOnly => row(
            "rule_exit_prices_only",
            "Prices only",
            "Of an order with exits, and of an exit, only the prices can change.",
            "Leave `quantity` and `tif` out.",
        ),
    }
}
