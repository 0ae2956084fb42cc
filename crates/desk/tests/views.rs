//! What is shown: whose it is, which tape it comes from, and where its buttons lead.

use crate::scripted::looks::price_on;
use crate::world::{World, key_of, market, user};
use desk::Refused;
use desk::view::{ALL_LIVE, ALL_PAPER, Page, Shown, View, Whose};
use desk::views::Owner;
use desk::watchlists::Edit;
use domain::account::Environment;
use domain::brokerage::Which;
use domain::market::{Feed, Span};
use domain::records::Chapter;
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use rust_decimal::Decimal;

fn aapl() -> Symbol {
    Symbol::parse("AAPL").unwrap()
}

async fn quote(world: &World, tenant: Tenant) -> (Decimal, Option<Feed>) {
    match world.desk.show(tenant, View::Quote { symbol: aapl() }).await.unwrap().page {
        Page::Quote(card) => (card.board.price().unwrap().get(), card.feed),
        other => panic!("{other:?}"),
    }
}

async fn chart(world: &World, tenant: Tenant, span: Span) -> (Decimal, Option<Feed>) {
    match world.desk.show(tenant, View::Chart { symbol: aapl(), span, account: None }).await.unwrap().page {
        Page::Chart(chart) => (chart.bars[0].close.get(), chart.feed),
        other => panic!("{other:?}"),
    }
}

/// Every order of asking, with the shelf warm from the other: the paid tape's price reaches only who pays for it.
#[tokio::test]
async fn the_paid_tape_never_serves_who_does_not_pay_for_it() {
    let (sip, iex, delayed) = (price_on(Feed::Sip).get(), price_on(Feed::Iex).get(), price_on(Feed::Delayed).get());
    let (mut cases, mut violations) = (0, 0);
    for rich_first in [true, false] {
        let world = World::open().await;
        let (rich, poor) = (world.member(1, Environment::Paper).await, world.member(2, Environment::Paper).await);
        world.broker.pays_for_the_tape(&key_of(rich, Environment::Paper, "paper"));
        for round in 0..3 {
            let turns = if rich_first { [rich, poor] } else { [poor, rich] };
            for tenant in turns {
                let pays = tenant == rich;
                let quoted = quote(&world, tenant).await;
                let today = chart(&world, tenant, Span::Day).await;
                let year = chart(&world, tenant, Span::Year).await;
                let expected = if pays {
                    [(sip, Some(Feed::Sip)); 3]
                } else {
                    [(iex, Some(Feed::Iex)), (iex, Some(Feed::Iex)), (delayed, Some(Feed::Delayed))]
                };
                violations += usize::from([quoted, today, year] != expected);
                cases += 3;
                assert_eq!([quoted, today, year], expected, "pays {pays} round {round} rich first {rich_first}");
            }
        }
    }
    println!("PROMISE views entitlement cases={cases} violations={violations}");
}

#[tokio::test]
async fn members_of_one_tape_share_its_answers_and_a_newcomer_asks_for_himself() {
    let world = World::open().await;
    let members = [world.member(1, Environment::Paper).await, world.member(2, Environment::Paper).await];
    for member in members {
        quote(&world, member).await;
    }
    let asked = world.broker.asked("board");
    assert_eq!(asked, 4, "each was refused the paid tape and served from the other, with keys of its own");
    for _ in 0..5 {
        for member in members {
            quote(&world, member).await;
        }
    }
    assert!(world.broker.asked("board") - asked <= 4, "what is seconds old is shared");
}

#[tokio::test]
async fn a_subscription_that_ended_is_noticed_at_the_next_refusal() {
    let world = World::open().await;
    let member = world.member(1, Environment::Paper).await;
    let key = key_of(member, Environment::Paper, "paper");
    world.broker.pays_for_the_tape(&key);
    assert_eq!(quote(&world, member).await.1, Some(Feed::Sip));
    world.broker.ends_subscription(&key);
    // Another question, so that Alpaca is asked.
    assert_eq!(chart(&world, member, Span::Day).await.1, Some(Feed::Iex));
    assert_eq!(quote(&world, member).await.1, Some(Feed::Iex));
}

#[tokio::test]
async fn a_button_works_for_its_owner_alone_also_in_another_process() {
    let world = World::open().await;
    let (owner, other) = (world.member(1, Environment::Paper).await, world.member(2, Environment::Paper).await);
    for _ in 0..12 {
        world.sent(owner, market(1)).await;
    }
    let account = world.desk.which_account(owner, None).await.unwrap();
    let first = View::Orders { account, which: Which::All, symbol: None, trail: Vec::new() };
    let shown = world.desk.show(owner, first.clone()).await.unwrap();
    let next = onward(&shown);
    assert_eq!(world.desk.view_of(other, next).await, Err(Refused::ViewGone), "nobody else's button");

    let desk = world.another_desk();
    let view = desk.view_of(owner, next).await.unwrap();
    let second = desk.show(owner, view.clone()).await.unwrap();
    let (Page::Orders(a), Page::Orders(b)) = (&shown.page, &second.page) else { panic!("{second:?}") };
    assert_eq!((a.list.len(), b.list.len()), (10, 2));
    assert!(a.list.iter().all(|order| b.list.iter().all(|other| other.id != order.id)), "no order twice");
    assert!(second.link(&first).is_some(), "and the way back");
    assert_eq!(world.desk.show(other, view).await.unwrap_err(), Refused::ViewGone, "nor by the view itself");
}

fn onward(shown: &Shown) -> domain::ids::ViewId {
    let further = shown.links.iter().find(|(view, _)| match view {
        View::Orders { trail, .. } => !trail.is_empty(),
        View::History { trail, .. } => !trail.is_empty(),
        _ => false,
    });
    further.unwrap().1
}

#[tokio::test]
async fn history_pages_to_its_end_and_a_file_holds_all_of_it() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let account = world.desk.which_account(tenant, None).await.unwrap();
    let first = View::History { account, chapter: Chapter::All, order: None, since: None, trail: Vec::new() };
    let mut seen = Vec::new();
    let mut view = first.clone();
    loop {
        let shown = world.desk.show(tenant, view).await.unwrap();
        let Page::History(page) = &shown.page else { panic!("{shown:?}") };
        seen.extend(page.list.iter().map(|activity| activity.id.clone()));
        if page.next.is_none() {
            break;
        }
        let here = match &shown.view {
            View::History { trail, .. } => trail.len(),
            other => panic!("{other:?}"),
        };
        let ahead = |view: &View| matches!(view, View::History { trail, .. } if trail.len() > here);
        view = shown.links.iter().find(|(view, _)| ahead(view)).unwrap().0.clone();
    }
    let all: Vec<_> = (0..230).map(|n| n.to_string()).collect();
    assert_eq!(seen, all);
    let file = world.desk.show(tenant, View::File { of: Box::new(first) }).await.unwrap();
    let Page::History(whole) = file.page else { panic!("no history") };
    assert_eq!(whole.list.into_iter().map(|activity| activity.id).collect::<Vec<_>>(), all);
}

#[tokio::test]
async fn paper_and_live_are_never_added_up() {
    let world = World::open().await;
    let tenant = user(1);
    for (environment, name) in [(Environment::Paper, "one"), (Environment::Paper, "two"), (Environment::Live, "real")] {
        world.link(tenant, environment, name).await;
    }
    world.broker.holds(5);
    for (option, environment, accounts) in [(ALL_PAPER, Environment::Paper, 2), (ALL_LIVE, Environment::Live, 1)] {
        let whose = world.desk.whose(tenant, Some(option)).await.unwrap();
        assert_eq!(whose, Whose::All(environment));
        let shown = world.desk.show(tenant, View::Positions { whose, from: 0 }).await.unwrap();
        let Page::Positions(positions) = shown.page else { panic!("no positions") };
        assert!(matches!(positions.owner, Owner::All(of, count) if of == environment && count == accounts));
        assert_eq!(positions.list.len(), accounts);
        assert!(positions.list.iter().all(|holding| holding.account.environment == environment));
        let shown = world.desk.show(tenant, View::Portfolio { whose, span: Span::Month }).await.unwrap();
        let Page::Portfolio(portfolio) = shown.page else { panic!("no portfolio") };
        let end = portfolio.curve.performance().unwrap().end.0;
        assert_eq!(end, Decimal::from(1_002 * accounts));
    }
    assert_eq!(world.desk.which_account(tenant, Some(ALL_PAPER)).await, Err(Refused::OneAccountOnly));
    let poor = world.member(2, Environment::Paper).await;
    let none = world.desk.whose(poor, Some(ALL_LIVE)).await;
    assert_eq!(none, Err(Refused::NoneOfThatKind(Environment::Live)));
}

#[tokio::test]
async fn one_account_that_cannot_be_read_does_not_hide_the_others() {
    let world = World::open().await;
    let tenant = user(1);
    world.link(tenant, Environment::Paper, "one").await;
    world.link(tenant, Environment::Paper, "two").await;
    world.broker.withdraw_keys(&key_of(tenant, Environment::Paper, "two"));
    let whose = Whose::All(Environment::Paper);
    let shown = world.desk.show(tenant, View::Balance { whose }).await.unwrap();
    let Page::Balance(balances) = shown.page else { panic!("no balances") };
    let read: Vec<_> = balances.list.iter().map(|(account, read)| (account.name.as_str(), read.is_ok())).collect();
    assert_eq!(read, [("one", true), ("two", false)]);
}

#[tokio::test]
async fn a_chain_opens_at_its_first_day_and_turns_pages() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let view = View::Chain { underlying: aapl(), expires: None, from: None };
    let shown = world.desk.show(tenant, view).await.unwrap();
    let Page::Chain(page) = &shown.page else { panic!("no chain") };
    // The last price is 200 on the tape that everybody has, so the page is around it.
    let strikes: Vec<_> = page.rows.iter().skip(page.from).take(11).map(|row| row.strike.get()).collect();
    assert!(strikes.contains(&Decimal::from(200)), "{strikes:?}");
    assert_eq!((page.expires, page.rows.len()), (page.expiries[0], 40));
    assert_eq!(shown.links.len(), 3, "lower, higher, the next day");
}

#[tokio::test]
async fn watchlists_are_made_changed_and_deleted() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let edit = |name: &'static str, edit| world.desk.edit_watchlist(tenant, None, name, edit);
    let msft = Symbol::parse("MSFT").unwrap();
    edit("Tech", Edit::Create(vec![aapl()])).await.unwrap();
    assert_eq!(edit("tech", Edit::Create(Vec::new())).await.unwrap_err(), Refused::WatchlistExists("tech".into()));
    edit("TECH", Edit::Add(msft.clone())).await.unwrap();
    let added = edit("Tech", Edit::Add(msft.clone())).await.unwrap();
    assert_eq!(added.list.symbols, [aapl(), msft.clone()], "no symbol twice");
    let removed = edit("Tech", Edit::Remove(aapl())).await.unwrap();
    assert_eq!(removed.list.symbols, [msft]);
    let zzzz = Symbol::parse("ZZZZ").unwrap();
    assert_eq!(edit("Tech", Edit::Add(zzzz.clone())).await.unwrap_err(), Refused::UnknownSymbol(zzzz));
    assert_eq!(edit(" ", Edit::Delete).await.unwrap_err(), Refused::WatchlistName);
    edit("Tech", Edit::Delete).await.unwrap();
    assert_eq!(edit("Tech", Edit::Delete).await.unwrap_err(), Refused::NoWatchlist("Tech".into()));
}
