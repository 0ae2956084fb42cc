//! `/buy`, `/sell` and `/spread`. Money and quantities are text options: Discord's number options are binary floating point.

use crate::answer;
use crate::choices::{accounts, symbols};
use crate::context::{Context, Turn, Unanswered};
use crate::reply::error::Doing;
use crate::typed::{Typed, legs, maybe, net, quantity};
use crate::words::{EffectWord, TifWord};
use desk::Refused;
use desk::place::Ask;
use desk::views::Placed;
use domain::brokerage::Lane;
use domain::money::Quantity;
use domain::order::{Class, Order, Pricing, Side, Size};
use domain::sizing::Amount;
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use std::future::Future;

/// Buy shares, coins or option contracts
#[poise::command(slash_command)]
#[expect(clippy::too_many_arguments, reason = "one per option of the command")]
pub(crate) async fn buy(
    ctx: Context<'_>,
    #[description = "Ticker or company name; BTC/USD; or an option contract"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "How many, such as 5 or 0.25"] quantity: Option<String>,
    #[description = "Or for how many dollars, such as 50"] dollars: Option<String>,
    #[description = "Or for this part of your buying power, such as 25%"] percent: Option<String>,
    #[description = "Or so many that the stop loss costs this part of the account, such as 1%"] risk: Option<String>,
    #[description = "Pay this price at most; the market's price if you leave it out"] limit: Option<String>,
    #[description = "Buy only once it trades at this price"] stop: Option<String>,
    #[description = "Buy once it turns up by so much from its low: 2 (dollars) or 2.5%"] trail: Option<String>,
    #[description = "Then sell at this price with a profit"] take_profit: Option<String>,
    #[description = "Then sell if it falls to this price"] stop_loss: Option<String>,
    #[description = "The worst price of that sale"] stop_loss_limit: Option<String>,
    #[description = "Two exits of a short position: take_profit or stop_loss"] oco: Option<bool>,
    #[description = "Of an option: opens or closes"] effect: Option<EffectWord>,
    #[description = "How long the order works; for the day if you leave it out"] tif: Option<TifWord>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Show the card with price and cost first, on paper too"] card: Option<bool>,
    #[description = "Also work before 09:30 and after 16:00 ET; needs a limit"] extended: Option<bool>,
) -> Result<(), Unanswered> {
    let (oco, extended) = (oco.unwrap_or(false), extended.unwrap_or(false));
    let (effect, tif) = (effect.map(|word| word.0), tif.map(|word| word.0));
    let typed = Typed {
        symbol,
        quantity,
        dollars,
        percent,
        risk,
        limit,
        stop,
        trail,
        take_profit,
        stop_loss,
        stop_loss_limit,
        oco,
        effect,
        tif,
        extended,
    };
    place(ctx, account, card, typed.order(Side::Buy)).await
}

/// Sell shares, coins or option contracts
#[poise::command(slash_command)]
#[expect(clippy::too_many_arguments, reason = "one per option of the command")]
pub(crate) async fn sell(
    ctx: Context<'_>,
    #[description = "Ticker or company name; BTC/USD; or an option contract"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "How many, such as 5 or 0.25"] quantity: Option<String>,
    #[description = "Or for how many dollars, such as 50"] dollars: Option<String>,
    #[description = "Or this part of what you hold, such as 50%"] percent: Option<String>,
    #[description = "Or so many that the stop loss costs this part of the account, such as 1%"] risk: Option<String>,
    #[description = "Take this price at least; the market's price if you leave it out"] limit: Option<String>,
    #[description = "Sell only once it trades at this price"] stop: Option<String>,
    #[description = "Sell once it turns down by so much from its high: 2 (dollars) or 2.5%"] trail: Option<String>,
    #[description = "Then buy back at this price with a profit; with oco: sell at it"] take_profit: Option<String>,
    #[description = "Then buy back if it rises to this price; with oco: sell if it falls to it"] stop_loss: Option<
        String,
    >,
    #[description = "The worst price of that trade"] stop_loss_limit: Option<String>,
    #[description = "Two exits of what you hold: take_profit or stop_loss"] oco: Option<bool>,
    #[description = "Of an option: opens or closes"] effect: Option<EffectWord>,
    #[description = "How long the order works; for the day if you leave it out"] tif: Option<TifWord>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Show the card with price and proceeds first, on paper too"] card: Option<bool>,
    #[description = "Also work before 09:30 and after 16:00 ET; needs a limit"] extended: Option<bool>,
) -> Result<(), Unanswered> {
    let (oco, extended) = (oco.unwrap_or(false), extended.unwrap_or(false));
    let (effect, tif) = (effect.map(|word| word.0), tif.map(|word| word.0));
    let typed = Typed {
        symbol,
        quantity,
        dollars,
        percent,
        risk,
        limit,
        stop,
        trail,
        take_profit,
        stop_loss,
        stop_loss_limit,
        oco,
        effect,
        tif,
        extended,
    };
    place(ctx, account, card, typed.order(Side::Sell)).await
}

/// Trade two to four option contracts as one
#[poise::command(slash_command)]
pub(crate) async fn spread(
    ctx: Context<'_>,
    #[description = "Such as: buy AAPL261218C00250000, sell AAPL261218C00260000 (add: to close)"] legs: String,
    #[description = "Net price: 0.85 debit, or 0.85 credit; the market's if you leave it out"] net: Option<String>,
    #[description = "How many; 1 if you leave it out"] quantity: Option<String>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Show the card first, on paper too"] card: Option<bool>,
) -> Result<(), Unanswered> {
    place(ctx, account, card, typed_spread(&legs, net.as_deref(), quantity.as_deref())).await
}

fn typed_spread(text: &str, price: Option<&str>, count: Option<&str>) -> Result<Order<Amount>, Refused> {
    let legs = legs(text)?;
    let price = maybe(price, net)?;
    let one = || Quantity::new(Decimal::ONE).ok_or(Refused::SizeMissing);
    let count = maybe(count, quantity)?.map_or_else(one, Ok)?;
    let root = legs.as_slice().first().and_then(|leg| leg.symbol.contract()).map(|contract| contract.root);
    let underlying = Symbol::from_broker(root.unwrap_or_default());
    let (side, pricing) = price.map_or((Side::Buy, Pricing::Market), |(side, net)| (side, Pricing::Limit(net)));
    let amount = Amount::Exactly(Size::Shares(count));
    Ok(Order { class: Class::MultiLeg(legs), ..Order::plain(side, underlying, amount, pricing) })
}

/// Places what was typed, or says what is wrong with it.
pub(crate) async fn place(
    ctx: Context<'_>,
    account: Option<String>,
    card: Option<bool>,
    order: Result<Order<Amount>, Refused>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let (interaction, guild) = (turn.interaction(), turn.guild());
    let desk = ctx.data().desk.apart();
    let (asking, tenant) = (desk.clone(), turn.tenant());
    let work = async move {
        let ask = Ask { account, order: order?, card: card.unwrap_or(false), interaction, guild };
        asking.place(tenant, ask).await
    };
    show(ctx, &turn, &desk, work).await
}

/// Answers a command whose work ends in a card or a receipt.
pub(crate) async fn show(
    ctx: Context<'_>,
    turn: &Turn,
    desk: &desk::Desk,
    work: impl Future<Output = Result<Placed, Refused>> + Send,
) -> Result<(), Unanswered> {
    let Some(_pass) = answer::admit(ctx, turn).await? else { return Ok(()) };
    match answer::telling_waits(turn, desk, Lane::Reads, Box::pin(work)).await {
        Ok(placed) => answer::show_placed(ctx.data(), turn, placed).await,
        Err(refused) => answer::refuse(turn, &refused, Doing::Ordering).await,
    }
}
