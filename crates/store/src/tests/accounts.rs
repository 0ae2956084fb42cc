use super::world::{CANARY, World, alice, direct, eve, issue, link, new_account, order_ask, sealed};
use crate::{Ask, Constraint, FormAsk, FormRefusal, NewForm, StoreError, TenantTx, TicketRefusal};
use domain::account::{AccountName, AccountStatus, Environment};
use domain::credential::{Fingerprint, Sealed};
use domain::fresh;
use domain::ids::{AccountId, InteractionId};

fn name(text: &str) -> AccountName {
    AccountName::parse(text).unwrap()
}

async fn conflict_of(world: &World, work: impl AsyncFnOnce(&mut TenantTx) -> StoreError) -> StoreError {
    let mut tx = world.tx().await;
    work(&mut tx).await
}

#[tokio::test]
async fn an_account_reads_back_as_it_was_linked_and_is_found_by_its_name_in_any_case() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let new = new_account("My Live One", Environment::Live);
    let linked = tx.insert_account(&new, &sealed("x")).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = world.tx().await;
    assert_eq!(tx.account(new.id).await.unwrap(), linked);
    assert_eq!(tx.account_by_name(&name("my live one")).await.unwrap(), linked);
    assert_eq!(tx.accounts().await.unwrap().len(), 3);
    assert_eq!(
        (linked.environment, linked.broker_id, linked.status),
        (new.environment, new.broker_id, AccountStatus::Active)
    );
    assert_eq!(linked.keys_since, tx.account_with_credential(new.id).await.unwrap().account.keys_since);
    assert_eq!(tx.credential(new.id).await.unwrap().ciphertext, "x-ciphertext");
}

#[tokio::test]
async fn a_name_and_an_alpaca_account_are_taken_once_per_user_and_free_again_after_removal() {
    let world = World::new().await;
    let taken = conflict_of(&world, async |tx| {
        tx.insert_account(&new_account("CANARY PAPER", Environment::Paper), &sealed("x")).await.unwrap_err()
    });
    assert_eq!(taken.await, StoreError::Conflict(Constraint::AccountName));
    let taken = conflict_of(&world, async |tx| tx.rename_account(world.live, &name("canary paper")).await.unwrap_err());
    assert_eq!(taken.await, StoreError::Conflict(Constraint::AccountName));
    let mut tx = world.tx().await;
    let broker_id = tx.account(world.paper).await.unwrap().broker_id;
    let same = crate::NewAccount { broker_id, ..new_account("other", Environment::Paper) };
    assert_eq!(tx.insert_account(&same, &sealed("x")).await, Err(StoreError::Conflict(Constraint::BrokerAccount)));
    let mut tx = world.tx().await;
    tx.remove_account(world.paper).await.unwrap();
    let again = crate::NewAccount { broker_id, ..new_account("canary paper", Environment::Paper) };
    tx.insert_account(&again, &sealed("x")).await.unwrap();
    tx.commit().await.unwrap();
    // Another user may have linked the very same Alpaca account: that is not told to anybody.
    let mut tx = world.db.store().tenant(eve()).await.unwrap();
    let hers = crate::NewAccount { id: fresh::account(), ..again };
    tx.insert_account(&hers, &sealed("x")).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn leaving_means_gone_but_ledger_and_audit_stay() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let rotate = fresh::form();
    tx.insert_form(&NewForm { id: rotate, ask: FormAsk::Rotate { account: world.live } }).await.unwrap();
    tx.set_default_account(world.live).await.unwrap();
    tx.remove_account(world.live).await.unwrap();
    tx.remove_account(world.paper).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = world.tx().await;
    assert_eq!(tx.accounts().await.unwrap(), []);
    assert_eq!(tx.default_account().await.unwrap(), None);
    assert_eq!(tx.remove_account(world.live).await, Err(StoreError::NotFound));
    assert_eq!(tx.set_default_account(world.live).await, Err(StoreError::NotFound));
    assert_eq!(tx.consume_order_ticket(&super::world::click(world.ticket, 1)).await.unwrap(), Err(TicketRefusal::Void));
    assert_eq!(tx.consume_ticket(world.cancel_all, super::world::GUILD).await.unwrap(), Err(TicketRefusal::Void));
    assert_eq!(tx.consume_form(rotate).await.unwrap(), Err(FormRefusal::Void));
    assert_eq!(tx.ledger_orders(world.paper, 10).await.unwrap().len(), 1);
    assert_eq!(tx.intent(world.intent).await.unwrap().account, world.paper);
    assert_eq!(tx.audit_page(&super::world::everything(), None, 10).await.unwrap().len(), 1);
    let keys = world.db.as_superuser("SELECT count(*) FROM app.credentials").await;
    assert_eq!(keys[0][0].as_deref(), Some("0"));
    let dump = world.db.as_superuser("SELECT count(*) FROM app.accounts a WHERE a::text LIKE '%ciphertext%'").await;
    assert_eq!(dump[0][0].as_deref(), Some("0"));
}

#[tokio::test]
async fn paper_never_becomes_live_whoever_tries() {
    let world = World::new().await;
    let edit = format!("UPDATE app.accounts SET environment = 'live' WHERE account_id = '{}'", world.paper);
    let mut cases = 0;
    for role in ["paddock_app", "paddock_owner", "paddock_admin"] {
        let sql = format!("BEGIN; SET LOCAL app.user_id = '111'; {edit}; COMMIT");
        let answer = world.db.try_as(role, &sql).await;
        assert!(role == "paddock_owner" || answer == Err("42501".into()), "{role}: {answer:?}");
        cases += 1;
    }
    let mut tx = world.tx().await;
    assert_eq!(tx.account(world.paper).await.unwrap().environment, Environment::Paper);
    // Nor does a ticket, or an intent, say live of a paper account.
    let lie = super::world::new_ticket(world.paper, Environment::Live, order_ask());
    assert_eq!(tx.insert_ticket(&lie).await.unwrap_err(), StoreError::Conflict(Constraint::Reference));
    println!("PROMISE P13 (store) cases={} violations=0", cases + 1);
}

#[tokio::test]
async fn keys_are_replaced_by_the_user_and_resealed_only_while_they_are_the_same() {
    let world = World::new().await;
    let newer = |text: &str| Sealed { ciphertext: text.into(), fingerprint: Fingerprint::stored("00000000000000bb") };
    let mut tx = world.tx().await;
    tx.set_account_status(world.paper, AccountStatus::KeysRefused).await.unwrap();
    let before = tx.account(world.paper).await.unwrap();
    assert!(tx.reseal_credential(world.live, &sealed(CANARY), &newer("resealed")).await.unwrap());
    tx.put_credential(world.paper, "NEWT", &newer("new keys")).await.unwrap();
    assert!(
        !tx.reseal_credential(world.paper, &sealed(CANARY), &newer("old keys")).await.unwrap(),
        "old keys stay gone"
    );
    tx.commit().await.unwrap();
    let mut tx = world.tx().await;
    let after = tx.account_with_credential(world.paper).await.unwrap();
    assert_eq!((after.account.status, after.account.key_tail.as_str()), (AccountStatus::Active, "NEWT"));
    assert!(after.account.keys_since > before.keys_since);
    assert_eq!(after.sealed.ciphertext, "new keys");
    assert_eq!(tx.credential(world.live).await.unwrap().ciphertext, "resealed");
    drop(tx);
    let mut system = world.db.store().system().await.unwrap();
    let uses = system.key_uses().await.unwrap();
    assert_eq!(uses.iter().map(|u| (u.fingerprint.as_str(), u.rows)).collect::<Vec<_>>(), [("00000000000000bb", 2)]);
    assert_eq!(system.credentials_to_reseal(&Fingerprint::stored("00000000000000bb"), 10).await.unwrap(), []);
    let mut due = system.credentials_to_reseal(&Fingerprint::stored("other"), 10).await.unwrap();
    due.sort_by_key(|(_, account)| *account);
    let mut all = vec![(alice(), world.paper), (alice(), world.live)];
    all.sort_by_key(|(_, account)| *account);
    assert_eq!(due, all);
    assert_eq!(system.account_count().await.unwrap(), 2);
}

#[tokio::test]
async fn a_form_is_taken_once_and_in_time() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let form = tx.consume_form(world.form).await.unwrap().unwrap();
    assert_eq!(form.ask, FormAsk::Link { name: name("canary form"), environment: Environment::Live });
    assert_eq!(tx.consume_form(world.form).await.unwrap(), Err(FormRefusal::Used));
    assert_eq!(tx.consume_form(fresh::form()).await.unwrap(), Err(FormRefusal::Unknown));
    let late = fresh::form();
    tx.insert_form(&NewForm { id: late, ask: FormAsk::Rotate { account: world.paper } }).await.unwrap();
    tx.commit().await.unwrap();
    world.db.as_superuser(&format!("UPDATE app.forms SET expires_at = now() WHERE form_id = '{late}'")).await;
    let mut tx = world.tx().await;
    assert_eq!(tx.consume_form(late).await.unwrap(), Err(FormRefusal::Expired));
}

#[tokio::test]
async fn a_purge_takes_what_is_of_no_more_use_and_nothing_else() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let fresh_ticket = issue(&mut tx, world.paper, Environment::Paper, Ask::CancelAll).await;
    tx.commit().await.unwrap();
    world
        .db
        .as_superuser(&format!(
            "UPDATE app.forms SET expires_at = now() - interval '2 days';
         UPDATE app.tickets SET expires_at = now() - interval '2 days' WHERE ticket_id <> '{fresh_ticket}';
         UPDATE app.interactions SET at = now() - interval '8 days'"
        ))
        .await;
    let mut system = world.db.store().system().await.unwrap();
    let purged = system.purge().await.unwrap();
    system.commit().await.unwrap();
    assert_eq!(purged, crate::Purged { forms: 1, tickets: 2, interactions: 1 });
    let mut tx = world.tx().await;
    assert!(tx.ticket(world.clicked).await.is_ok(), "a clicked ticket is evidence");
    assert!(tx.ticket(fresh_ticket).await.is_ok());
    assert!(!tx.interaction_seen(InteractionId(7003)).await.unwrap());
    assert!(tx.interaction_seen(InteractionId(7003)).await.unwrap());
}

#[tokio::test]
async fn always_confirm_makes_paper_orders_wait_for_a_click() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    tx.set_always_confirm(world.paper, true).await.unwrap();
    for account in [world.paper, world.live] {
        let new = crate::NewIntent {
            id: super::world::new_intent_id(),
            account,
            order: super::world::order(),
            interaction: InteractionId(9_000),
        };
        assert_eq!(tx.insert_intent_direct(&new).await.unwrap(), crate::Direct::NeedsClick);
    }
    tx.set_always_confirm(world.paper, false).await.unwrap();
    direct(&mut tx, world.paper, 9_001).await;
    let other: AccountId = link(&mut tx, "another", Environment::Paper).await;
    direct(&mut tx, other, 9_002).await;
}
