use super::world::{World, alice, click, eve, issue, order_ask};
use crate::{Ask, Confirm, StoreError, TicketRefusal};
use domain::account::Environment;
use futures::future::join_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_clicks_on_one_ticket_one_wins() {
    let world = World::new().await;
    let mut races = 0;
    let mut violations = 0;
    for race in 0..5 {
        let mut tx = world.tx().await;
        let ticket = issue(&mut tx, world.live, Environment::Live, order_ask()).await;
        tx.commit().await.unwrap();
        let clicks = (0..100).map(|n| {
            let store = world.db.store().clone();
            tokio::spawn(async move {
                let mut tx = store.tenant(alice()).await?;
                let taken = tx.consume_order_ticket(&click(ticket, 10_000 + race * 1000 + n)).await?;
                tx.commit().await?;
                Ok::<_, StoreError>(taken)
            })
        });
        let mut winners = 0;
        for answer in join_all(clicks).await {
            match answer.unwrap().unwrap() {
                Ok(_) => winners += 1,
                Err(refusal) => assert_eq!(refusal, TicketRefusal::Used),
            }
        }
        races += 1;
        violations += u32::from(winners != 1);
    }
    println!("PROMISE P5 (ticket race) cases={races} clicks_per_race=100 violations={violations} winners_per_race=1");
    assert_eq!(violations, 0);
}

#[tokio::test]
async fn a_click_is_refused_by_the_reason_that_holds() {
    let world = World::new().await;
    let store = world.db.store();
    let mut cases = 0;
    let mut expect = async |who, click: Confirm, refusal| {
        let mut tx = store.tenant(who).await.unwrap();
        assert_eq!(tx.consume_order_ticket(&click).await.unwrap().unwrap_err(), refusal);
        tx.commit().await.unwrap();
        cases += 1;
    };
    expect(eve(), click(world.ticket, 1), TicketRefusal::Unknown).await;
    expect(alice(), click(domain::fresh::ticket(), 2), TicketRefusal::Unknown).await;
    expect(alice(), click(world.cancel_all, 3), TicketRefusal::Unknown).await;
    expect(alice(), click(world.clicked, 4), TicketRefusal::Used).await;
    expect(alice(), Confirm { guild: Some(78), ..click(world.ticket, 5) }, TicketRefusal::Elsewhere).await;
    expect(alice(), Confirm { guild: None, ..click(world.ticket, 6) }, TicketRefusal::Elsewhere).await;

    let ticket = world.ticket;
    let change = async |what: &str| {
        world.db.as_superuser(&format!("UPDATE app.tickets SET {what} WHERE ticket_id = '{ticket}'")).await;
    };
    for altered in [
        "qty = 50",
        "limit_price = 1845",
        "side = 'sell'",
        "symbol = 'TSLA'",
        "time_in_force = 'gtc'",
        "extended_hours = true",
        "qty = NULL, notional = 5",
        "order_type = 'market', limit_price = NULL",
        "terms = 'class oto lose 1'",
    ] {
        world.db.as_superuser("DROP TABLE IF EXISTS app.saved").await;
        world
            .db
            .as_superuser(&format!("CREATE TABLE app.saved AS SELECT * FROM app.tickets WHERE ticket_id = '{ticket}'"))
            .await;
        change(altered).await;
        expect(alice(), click(ticket, 7), TicketRefusal::Altered).await;
        change("(symbol, side, qty, notional, order_type, limit_price, time_in_force, extended_hours, terms) =
            (SELECT symbol, side, qty, notional, order_type, limit_price, time_in_force, extended_hours, terms FROM app.saved)").await;
    }
    world.db.as_superuser(&format!(
        "SET session_replication_role = replica; UPDATE app.tickets SET environment = 'paper' WHERE ticket_id = '{ticket}'"
    )).await;
    expect(alice(), click(ticket, 8), TicketRefusal::EnvironmentChanged).await;
    change("environment = 'live'").await;

    world.db.expire_ticket(ticket).await;
    expect(alice(), click(ticket, 9), TicketRefusal::Expired).await;
    change("expires_at = clock_timestamp() + interval '1 minute'").await;
    let mut tx = world.tx().await;
    assert!(tx.void_ticket(ticket).await.unwrap());
    assert!(!tx.void_ticket(ticket).await.unwrap());
    tx.commit().await.unwrap();
    expect(alice(), click(ticket, 10), TicketRefusal::Void).await;
    println!("PROMISE P5 (refusals) cases={cases} violations=0");
}

#[tokio::test]
async fn a_taken_ticket_gives_the_order_that_was_shown_and_its_intent_lasts_with_the_commit_only() {
    let world = World::new().await;
    let confirm = click(world.ticket, 20);
    let mut tx = world.tx().await;
    let confirmed = tx.consume_order_ticket(&confirm).await.unwrap().unwrap();
    drop(tx);
    let mut tx = world.tx().await;
    assert_eq!(tx.intent(confirm.intent).await, Err(StoreError::NotFound));
    let again = tx.consume_order_ticket(&confirm).await.unwrap().unwrap();
    assert_eq!(again.intent.order, super::world::order());
    assert_eq!(again.digest, super::world::order().digest());
    assert_eq!(again.intent.client_order_id, confirmed.intent.client_order_id);
    assert_eq!(again.intent.ticket, Some(world.ticket));
    let Ask::Order { quote, .. } = order_ask() else { panic!("an order") };
    assert_eq!(again.shown, quote);
    tx.commit().await.unwrap();
    let mut tx = world.tx().await;
    let stored = tx.intent_of_ticket(world.ticket).await.unwrap();
    assert_eq!(stored, again.intent);
    assert_eq!(tx.intent_by_client_order_id(&stored.client_order_id).await.unwrap(), stored);
    assert!(tx.ticket(world.ticket).await.unwrap().consumed_at.is_some());
}

#[tokio::test]
async fn a_ticket_that_is_not_for_an_order_is_taken_once() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let guild = super::world::GUILD;
    assert_eq!(tx.consume_ticket(world.ticket, guild).await.unwrap(), Err(TicketRefusal::Unknown));
    assert_eq!(tx.consume_ticket(world.cancel_all, None).await.unwrap(), Err(TicketRefusal::Elsewhere));
    assert_eq!(tx.consume_ticket(world.cancel_all, guild).await.unwrap().unwrap().ask, Ask::CancelAll);
    assert_eq!(tx.consume_ticket(world.cancel_all, guild).await.unwrap(), Err(TicketRefusal::Used));
    tx.commit().await.unwrap();
}

/// What has to be typed is part of the ticket: a press alone, or other words, take nothing, and the ticket stays good.
#[tokio::test]
async fn a_large_order_is_taken_only_with_its_phrase_and_a_batch_makes_one_intent_each() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let new = super::world::new_ticket(world.live, Environment::Live, order_ask());
    let large = crate::NewTicket { phrase: Some("BUY 5 CANARYX LIVE".into()), ..new };
    let ticket = tx.insert_ticket(&large).await.unwrap();
    assert_eq!(ticket.phrase, large.phrase);
    for typed in [None, Some("BUY 5 CANARYX".to_owned())] {
        let pressed = Confirm { typed, ..click(ticket.id, 30) };
        assert_eq!(tx.consume_order_ticket(&pressed).await.unwrap().unwrap_err(), TicketRefusal::Phrase);
    }
    let typed = Confirm { typed: large.phrase, ..click(ticket.id, 30) };
    assert!(tx.consume_order_ticket(&typed).await.unwrap().is_ok());

    let question = issue(&mut tx, world.live, Environment::Live, Ask::CloseAll).await;
    for _ in 0..3 {
        let new = super::world::new_ticket(world.live, Environment::Live, order_ask());
        tx.insert_ticket(&crate::NewTicket { batch: Some(question), ..new }).await.unwrap();
    }
    let guild = super::world::GUILD;
    assert_eq!(tx.consume_ticket(question, guild).await.unwrap().unwrap().ask, Ask::CloseAll);
    let orders = tx.batch(question).await.unwrap();
    assert_eq!(orders.len(), 3);
    for (item, order) in (1..).zip(orders) {
        assert!(tx.consume_order_ticket(&Confirm { item, ..click(order, 31) }).await.unwrap().is_ok(), "{item}");
    }
    tx.commit().await.unwrap();
}
