//! The click: who, where, when, once, and for exactly what was shown.

use crate::scripted::Plan;
use crate::world::{World, ask, click, interaction, limit, market, sent, user};
use desk::confirm::{Ack, Click};
use desk::place::Ask;
use desk::views::Placed;
use desk::{Refused, Trouble};
use domain::account::Environment;
use domain::fresh;
use domain::life::State;
use domain::order::{Class, Effect, Leg, Legs, Order, Side};
use domain::outcome::Doubt;
use domain::symbol::Symbol;
use futures::future::join_all;
use std::future::pending;
use store::TicketRefusal;
use tokio::sync::oneshot;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_ticket_places_one_order_however_often_it_is_clicked() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    let other = world.another_desk();
    other.settle_at_start().await;
    let clicks = (0..100).map(|at| {
        let desk = if at % 2 == 0 { world.desk.clone() } else { other.clone() };
        tokio::spawn(async move { desk.confirm(tenant, click(card.ticket), async { Ack::Accepted }).await })
    });
    let verdicts: Vec<_> = join_all(clicks).await.into_iter().map(Result::unwrap).collect();
    let winners = verdicts.iter().filter(|verdict| matches!(verdict, Ok(Placed::Sent(_)))).count();
    assert_eq!(winners, 1, "{verdicts:?}");
    for verdict in verdicts.into_iter().filter_map(Result::err) {
        assert!(matches!(verdict, Refused::Ticket(TicketRefusal::Used) | Refused::Trouble(_)), "{verdict:?}");
    }
    assert_eq!(world.broker.posted().len(), 1);
    assert_eq!(world.broker.orders().len(), 1);
    println!("PROMISE P1 cases=100 violations=0 orders={}", world.broker.orders().len());
}

#[tokio::test]
async fn nothing_is_sent_when_discord_refuses_the_ack() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    let refused = world.desk.confirm(tenant, click(card.ticket), async { Ack::Refused }).await;
    assert_eq!(refused.unwrap_err(), Refused::NotAcknowledged);
    assert!(world.broker.posted().is_empty());
    assert_eq!(world.states().await, ["not_sent"]);
    let book = world.actions(tenant).await;
    assert_eq!(book[book.len() - 2..], ["order_intended", "order_not_sent"]);
    let again = world.click(tenant, card.ticket).await;
    assert_eq!(again.unwrap_err(), Refused::Ticket(TicketRefusal::Used));
    println!("PROMISE P10 cases=1 violations=0 sent_without_ack={}", world.broker.posted().len());
}

#[tokio::test]
async fn the_order_waits_for_the_ack_and_the_intent_does_not() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    let (accept, accepted) = oneshot::channel();
    let desk = world.desk.clone();
    let confirming = tokio::spawn(async move {
        desk.confirm(tenant, click(card.ticket), async {
            accepted.await.unwrap();
            Ack::Accepted
        })
        .await
    });
    crate::world::until(|| async { world.states().await == ["intended"] }).await;
    assert!(world.broker.posted().is_empty());
    accept.send(()).unwrap();
    let receipt = sent(confirming.await.unwrap().unwrap());
    assert_eq!(receipt.life.state, State::AtBroker);
    assert!(receipt.market.is_some());
    assert_eq!(world.broker.posted().len(), 1);
}

#[tokio::test]
async fn a_click_whose_command_is_canceled_ends_as_closed() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    let desk = world.desk.clone();
    let confirming = tokio::spawn(async move { desk.confirm(tenant, click(card.ticket), pending()).await });
    crate::world::until(|| async { world.states().await == ["intended"] }).await;
    confirming.abort();
    crate::world::until(|| async { world.states().await == ["not_sent"] }).await;
    assert!(world.broker.posted().is_empty());
}

#[tokio::test]
async fn an_order_goes_on_when_its_command_is_canceled() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    let (enter, entered) =
        (std::sync::Arc::new(tokio::sync::Notify::new()), std::sync::Arc::new(tokio::sync::Notify::new()));
    let (inside, leave) = (entered.clone(), enter.clone());
    world.broker.in_every_post(std::sync::Arc::new(move |_| {
        let (inside, leave) = (inside.clone(), leave.clone());
        Box::pin(async move {
            inside.notify_one();
            leave.notified().await;
        })
    }));
    let desk = world.desk.clone();
    let confirming =
        tokio::spawn(async move { desk.confirm(tenant, click(card.ticket), async { Ack::Accepted }).await });
    entered.notified().await;
    confirming.abort();
    enter.notify_one();
    crate::world::until(|| async { world.states().await == ["at_broker"] }).await;
    assert_eq!(world.broker.orders().len(), 1);
}

#[tokio::test]
async fn a_quote_that_moved_too_far_is_shown_again_and_nothing_is_sent() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    world.broker.quotes(104, 105);
    let again = match world.click(tenant, card.ticket).await.unwrap() {
        Placed::Ask(card) => card,
        Placed::Sent(receipt) => panic!("sent at a price that was not shown: {receipt:?}"),
    };
    assert!(again.asked_again);
    assert_ne!(again.ticket, card.ticket);
    assert_eq!(again.order, card.order);
    assert!(world.broker.posted().is_empty());
    assert_eq!(world.states().await, ["not_sent"]);
    sent(world.click(tenant, again.ticket).await.unwrap());
    assert_eq!(world.broker.posted().len(), 1);
}

#[tokio::test]
async fn a_click_that_is_delivered_twice_is_told_from_a_second_click() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    let press = click(card.ticket);
    sent(world.desk.confirm(tenant, press, async { Ack::Accepted }).await.unwrap());
    let replayed = world.desk.confirm(tenant, press, async { Ack::Accepted }).await;
    assert_eq!(replayed.unwrap_err(), Refused::AlreadyHandled);
    assert_eq!(world.broker.posted().len(), 1);
}

#[tokio::test]
async fn of_two_deliveries_of_one_press_the_acknowledged_one_sends_whichever_commits_first() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let other = world.another_desk();
    other.settle_at_start().await;
    let mut placed = 0;
    for round in 0..20 {
        let card = world.card(tenant).await;
        let press = click(card.ticket);
        let (won, lost) = if round % 2 == 0 { (&world.desk, &other) } else { (&other, &world.desk) };
        let elsewhere = async { Ack::Elsewhere };
        let (won, lost) = if round % 4 < 2 {
            // The loser has committed before the winner begins.
            let lost = lost.confirm(tenant, press, elsewhere).await;
            (won.confirm(tenant, press, async { Ack::Accepted }).await, lost)
        } else {
            tokio::join!(won.confirm(tenant, press, async { Ack::Accepted }), lost.confirm(tenant, press, elsewhere))
        };
        assert_eq!(lost.unwrap_err(), Refused::AlreadyHandled, "round {round}");
        assert_eq!(sent(won.unwrap()).life.state, State::AtBroker, "round {round}");
        placed += 1;
        assert_eq!(world.broker.posted().len(), placed, "round {round}");
    }
    println!(
        "PROMISE P1 (one press, two deliveries) cases={placed} violations=0 orders={}",
        world.broker.orders().len()
    );
}

#[tokio::test]
async fn an_order_that_the_acknowledged_delivery_does_not_take_over_is_closed() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    let lost = world.desk.confirm(tenant, click(card.ticket), async { Ack::Elsewhere }).await;
    assert_eq!(lost.unwrap_err(), Refused::AlreadyHandled);
    assert_eq!(world.states().await, ["intended"], "for whoever was acknowledged");
    crate::world::until(|| async { world.states().await == ["not_sent"] }).await;
    assert!(world.broker.posted().is_empty());
}

#[tokio::test]
async fn a_command_that_is_delivered_twice_places_one_order() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let asked = ask(market(5));
    sent(world.desk.place(tenant, asked.clone()).await.unwrap());
    assert_eq!(world.desk.place(tenant, asked).await.unwrap_err(), Refused::AlreadyHandled);
    let carded = Ask { card: true, ..ask(market(5)) };
    assert!(matches!(world.desk.place(tenant, carded.clone()).await.unwrap(), Placed::Ask(_)));
    assert_eq!(world.desk.place(tenant, carded).await.unwrap_err(), Refused::AlreadyHandled);
    assert_eq!(world.broker.posted().len(), 1);
}

#[tokio::test]
async fn a_withdrawn_card_can_never_be_used() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    world.desk.discard(tenant, card.ticket, interaction()).await.unwrap();
    world.desk.discard(tenant, card.ticket, interaction()).await.unwrap();
    assert_eq!(world.click(tenant, card.ticket).await.unwrap_err(), Refused::Ticket(TicketRefusal::Void));
    let unknown = world.desk.discard(tenant, fresh::ticket(), interaction()).await;
    assert_eq!(unknown.unwrap_err(), Refused::Ticket(TicketRefusal::Unknown));
    assert!(world.broker.posted().is_empty());
}

/// What is done between the card and the click, and the only answer that it may get.
#[derive(Clone, Copy, Debug)]
enum Twist {
    OtherUser,
    OtherGuild,
    DirectMessage,
    Expired,
    Used,
    Unknown,
    PriceAltered,
    SymbolAltered,
    EnvironmentSwitched,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_asked_can_confirm_once_in_time_for_exactly_what_was_shown() {
    use Twist::*;
    let world = World::open().await;
    let twists = [
        (OtherUser, TicketRefusal::Unknown),
        (OtherGuild, TicketRefusal::Elsewhere),
        (DirectMessage, TicketRefusal::Elsewhere),
        (Expired, TicketRefusal::Expired),
        (Used, TicketRefusal::Used),
        (Unknown, TicketRefusal::Unknown),
        (PriceAltered, TicketRefusal::Altered),
        (SymbolAltered, TicketRefusal::Altered),
        (EnvironmentSwitched, TicketRefusal::EnvironmentChanged),
    ];
    let mut violations = Vec::new();
    let mut cases = 0;
    for (environment, base) in [(Environment::Paper, 100), (Environment::Live, 200)] {
        for (twist, refusal) in twists {
            cases += 1;
            let tenant = world.member(base + cases, environment).await;
            let orders = world.broker.orders().len();
            let expected_orders = orders + usize::from(matches!(twist, Used));
            let verdict = twisted(&world, tenant, twist).await;
            if verdict != Err(Refused::Ticket(refusal)) || world.broker.orders().len() != expected_orders {
                violations.push((environment, twist, verdict));
            }
        }
    }
    assert!(violations.is_empty(), "{violations:?}");

    let tenant = world.member(300, Environment::Live).await;
    let card = world.card(tenant).await;
    let before = world.broker.posted().len();
    let race = (0..100).map(|_| {
        let desk = world.desk.clone();
        tokio::spawn(async move { desk.confirm(tenant, click(card.ticket), async { Ack::Accepted }).await.is_ok() })
    });
    let winners = join_all(race).await.into_iter().filter(|won| *won.as_ref().unwrap()).count();
    assert_eq!((winners, world.broker.posted().len() - before), (1, 1));
    println!("PROMISE P5 cases={cases} violations={} winners_per_race={winners}", violations.len());
}

async fn twisted(world: &World, tenant: domain::tenant::Tenant, twist: Twist) -> Result<(), Refused> {
    let asked = Ask { card: true, ..ask(limit(5, "90")) };
    let Placed::Ask(card) = world.desk.place(tenant, asked).await.unwrap() else { panic!("not asked") };
    let press = click(card.ticket);
    let by_ticket = format!("WHERE ticket_id = '{}'", card.ticket);
    // Only the owner of the database's superuser role could do what these statements do.
    let tamper = async |sql: &str| {
        world.db.as_superuser(&format!("SET session_replication_role = replica; {sql}")).await;
    };
    let (clicker, press) = match twist {
        Twist::OtherUser => (world.member(tenant.user().0 + 10_000, Environment::Paper).await, press),
        Twist::OtherGuild => (tenant, Click { guild: Some(78), ..press }),
        Twist::DirectMessage => (tenant, Click { guild: None, ..press }),
        Twist::Expired => {
            world.db.expire_ticket(card.ticket).await;
            (tenant, press)
        }
        Twist::Used => {
            sent(world.click(tenant, card.ticket).await?);
            (tenant, press)
        }
        Twist::Unknown => (tenant, Click { ticket: fresh::ticket(), ..press }),
        Twist::PriceAltered => {
            tamper(&format!("UPDATE app.tickets SET limit_price = 900 {by_ticket}")).await;
            (tenant, press)
        }
        Twist::SymbolAltered => {
            tamper(&format!("UPDATE app.tickets SET symbol = 'EVIL' {by_ticket}")).await;
            (tenant, press)
        }
        Twist::EnvironmentSwitched => {
            let other = card.account.environment.other();
            tamper(&format!("UPDATE app.tickets SET environment = '{other}' {by_ticket}")).await;
            (tenant, press)
        }
    };
    world.desk.confirm(clicker, press, async { Ack::Accepted }).await.map(drop)
}

#[tokio::test]
async fn a_stranger_sees_nothing_of_an_order() {
    let world = World::open().await;
    let owner = world.member(1, Environment::Paper).await;
    let receipt = world.sent(owner, market(5)).await;
    let stranger = user(2);
    assert_eq!(world.desk.check_now(stranger, receipt.intent).await.unwrap_err(), Refused::NoSuchOrder);
    let cancel = desk::cancel::Target::Intent(receipt.intent);
    let canceled = world.desk.cancel(stranger, None, cancel, interaction()).await;
    assert_eq!(canceled.unwrap_err(), Refused::NoSuchOrder);
    assert_eq!(world.place(stranger, market(5)).await.unwrap_err(), Refused::NoAccount);
}

#[tokio::test]
async fn a_paper_order_whose_account_always_asks_waits_for_the_click() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.desk.always_confirm(tenant, None, true, interaction()).await.unwrap();
    let Placed::Ask(card) = world.place(tenant, market(5)).await.unwrap() else { panic!("not asked") };
    assert!(world.broker.posted().is_empty());
    world.broker.plan(Plan::Lose(Doubt::TimedOut));
    let receipt = sent(world.click(tenant, card.ticket).await.unwrap());
    assert_eq!(receipt.life.state, State::Unconfirmed);
}

/// The commit is sent, and the connection breaks before its answer: only what can be read back may be sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_sends_nothing_that_cannot_be_read_back() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let card = world.card(tenant).await;
    world
        .db
        .as_superuser(
            "CREATE FUNCTION app.stall() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_sleep(4); RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER stall AFTER INSERT ON app.intents DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION app.stall()",
        )
        .await;
    // The trigger sleeps inside the commit, so the commit of the intent is cut and no other one.
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND wait_event = 'PgSleep'";
    let desk = world.desk.clone();
    let clicked = tokio::spawn(async move { desk.confirm(tenant, click(card.ticket), async { Ack::Accepted }).await });
    crate::world::until(|| async { !world.db.as_superuser(cut).await.is_empty() }).await;
    assert_eq!(clicked.await.unwrap().unwrap_err(), Refused::Trouble(Trouble::DatabaseInDoubt));
    let desk = world.desk.clone();
    let placed = tokio::spawn(async move { desk.place(tenant, ask(market(5))).await });
    crate::world::until(|| async { !world.db.as_superuser(cut).await.is_empty() }).await;
    assert_eq!(placed.await.unwrap().unwrap_err(), Refused::Trouble(Trouble::DatabaseInDoubt));
    assert!(world.broker.posted().is_empty());
    world.db.as_superuser("DROP TRIGGER stall ON app.intents").await;
    sent(world.click(tenant, card.ticket).await.unwrap());
    assert_eq!(world.broker.posted().len(), 1, "the ticket was not used up, since the commit did not arrive");
}

const LOW: &str = "AAPL271217C00250000";
const HIGH: &str = "AAPL271217C00260000";

/// A spread at the market: the lower call against the higher one.
fn spread(lower: Side) -> Order {
    let leg = |symbol: &str, side| Leg { symbol: Symbol::from_broker(symbol), side, effect: Effect::Open, ratio: 1 };
    let legs = Legs::new(vec![leg(LOW, lower), leg(HIGH, lower.opposite())]).unwrap();
    Order { class: Class::MultiLeg(legs), ..market(1) }
}

#[tokio::test]
async fn a_spread_at_the_market_is_asked_for_again_when_its_own_quote_moved() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    world.broker.quotes_contract(LOW, 50, 52);
    world.broker.quotes_contract(HIGH, 20, 21);
    let placed = world.desk.place(tenant, ask(spread(Side::Buy))).await.unwrap();
    let Placed::Ask(card) = placed else { panic!("a live order is asked about: {placed:?}") };
    let package = card.package.unwrap();
    assert_eq!((package.bid, package.ask), (Some(29.into()), Some(32.into())));
    assert_eq!((card.order.side, card.estimate.unwrap().0), (Side::Buy, 3_200.into()));
    assert_eq!(card.quote.unwrap().ask.unwrap().get(), 100.into(), "the underlying's, beside it");

    world.broker.quotes_contract(LOW, 53, 54);
    let placed = world.click(tenant, card.ticket).await.unwrap();
    let Placed::Ask(again) = placed else { panic!("it costs more now: {placed:?}") };
    assert!(again.asked_again && world.broker.posted().is_empty());
    assert_eq!(again.estimate.unwrap().0, 3_400.into());
    // The underlying moves, the spread does not.
    world.broker.quotes(500, 501);
    let placed = world.click(tenant, again.ticket).await.unwrap();
    assert!(matches!(placed, Placed::Sent(_)), "{placed:?}");
}

#[tokio::test]
async fn only_a_spread_asks_for_quotes_of_contracts_and_asks_once() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    world.card(tenant).await;
    assert_eq!(world.broker.asked("quotes"), 0);
    world.broker.quotes_contract(LOW, 50, 52);
    world.broker.quotes_contract(HIGH, 20, 21);
    let placed = world.desk.place(tenant, ask(spread(Side::Sell))).await.unwrap();
    let Placed::Ask(card) = placed else { panic!("a live order is asked about: {placed:?}") };
    assert_eq!(world.broker.asked("quotes"), 1);
    assert_eq!(card.order.side, Side::Sell, "what brings something is a credit");
    assert_eq!((card.estimate.unwrap().0, card.buying_power_after), (2_900.into(), None));
}
