//! P6: users are kept apart by the database, even when our code is wrong.

use super::sql::sources;
use super::world::{
    CANARY, GUILD, LOOKS, World, click, eve, everything, fill, new_account, new_exercise, new_intent_id, new_ticket,
    order, order_ask, sealed, shown,
};
use crate::tx::{Disk, Tx};
use crate::{
    AuditAction, AuditEntry, FormAsk, Found, HouseAction, NewForm, NewIntent, NoticeOutcome, Step, Store, StoreError,
    SystemTx, TenantTx,
};
use domain::account::{AccountName, AccountStatus, Environment};
use domain::brokerage::{Lane, Meter};
use domain::credential::Fingerprint;
use domain::fresh;
use domain::guard::Guards;
use domain::ids::{ClientOrderId, InteractionId};
use domain::life::Life;
use domain::notice::Notice;
use domain::order::BrokerStatus;
use domain::outcome::ExerciseOutcome;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::Duration;
use uuid::Uuid;

/// Every table that holds something of a user.
const TABLES: [&str; 17] = [
    "users",
    "accounts",
    "credentials",
    "forms",
    "places",
    "tickets",
    "intents",
    "exercises",
    "interactions",
    "notices",
    "orders",
    "fills",
    "views",
    "audit",
    "audit_heads",
    "audit_default",
    "subjects",
];

/// For each function: how it is called with Alice's ids, and what Eve must hear.
macro_rules! as_eve {
    ($tx:ident, $w:ident; $($name:ident => $heard:literal : $call:expr;)*) => {
        const AS_EVE: &[(&str, &str)] = &[$((stringify!($name), $heard)),*];

        async fn call($tx: &mut TenantTx, $w: &World, name: &str) -> String {
            match name {
                $(stringify!($name) => said(&$call.await),)*
                other => panic!("{other} is not in the list"),
            }
        }
    };
}

/// Sealed credentials cannot be printed: that one came at all is what counts.
trait Said {
    fn said(&self) -> String;
}
impl<T: Debug> Said for Result<T, StoreError> {
    fn said(&self) -> String {
        format!("{self:?}")
    }
}
fn said(answer: &impl Said) -> String {
    answer.said()
}

as_eve! { tx, w;
    ensure_user => "Ok(User { locale: None, default_account: None, settings: Settings { notices: Off, blur: false, typed_above: None, concentration: None } })": tx.ensure_user(None);
    default_account => "Ok(None)": tx.default_account();
    set_default_account => "Err(NotFound)": tx.set_default_account(w.paper);
    settings => "Ok(Settings { notices: Off, blur: false, typed_above: None, concentration: None })": tx.settings();
    change_settings => "Ok(())": tx.change_settings(&serde_json::json!({}));
    set_dm_channel => "Ok(())": tx.set_dm_channel(Some(1));
    notify => "Ok(false)": tx.notify(&Notice::Stuck { intent: w.intent }, Duration::ZERO);
    withdraw_notice => "Ok(false)": tx.withdraw_notice(&Notice::Stuck { intent: w.intent });
    claim_notice => "Ok(None)": tx.claim_notice(w.notice, Duration::from_secs(1));
    postpone_notice => "Err(NotFound)": tx.postpone_notice(w.notice, Duration::from_secs(1));
    end_notice => "Err(NotFound)": tx.end_notice(w.notice, NoticeOutcome::Sent);
    end_all_notices => "Ok(0)": tx.end_all_notices(NoticeOutcome::Sent);
    insert_account => "Err(Conflict(Exists))": async {
        // Her own row under Alice's id is no conflict; the id is taken by nobody but herself.
        let mine = new_account("eve", Environment::Paper);
        tx.insert_account(&mine, &sealed("eve")).await?;
        tx.insert_account(&mine, &sealed("eve")).await.map_err(|_| StoreError::Conflict(crate::Constraint::Exists))
    };
    accounts => "Ok([])": tx.accounts();
    account => "Err(NotFound)": tx.account(w.paper);
    account_by_name => "Err(NotFound)": tx.account_by_name(&AccountName::stored("canary paper"));
    account_with_credential => "Err(NotFound)": async { tx.account_with_credential(w.paper).await.map(drop) };
    open_credential => "Err(NotFound)": async {
        tx.open_credential(w.paper, &AuditEntry::of(AuditAction::CredentialOpened)).await.map(drop)
    };
    rename_account => "Err(NotFound)": tx.rename_account(w.paper, &AccountName::stored("mine"));
    set_account_status => "Err(NotFound)": tx.set_account_status(w.paper, AccountStatus::KeysRefused);
    set_always_confirm => "Err(NotFound)": tx.set_always_confirm(w.paper, true);
    lock_account => "Err(NotFound)": tx.lock_account(w.paper);
    set_guards => "Err(NotFound)": tx.set_guards(w.paper, &Guards::default());
    remove_account => "Err(NotFound)": tx.remove_account(w.paper);
    credential => "Err(NotFound)": async { tx.credential(w.paper).await.map(drop) };
    put_credential => "Err(NotFound)": tx.put_credential(w.paper, "EEEE", &sealed("eve"));
    reseal_credential => "Ok(false)": tx.reseal_credential(w.paper, &sealed(CANARY), &sealed("eve"));
    revoke_account_keys => "Ok(false)": tx.revoke_account_keys(w.paper);
    insert_form => "Err(Conflict(Reference))":
        tx.insert_form(&NewForm { id: fresh::form(), ask: FormAsk::Rotate { account: w.paper } });
    form => "Err(NotFound)": tx.form(w.form);
    consume_form => "Ok(Err(Unknown))": tx.consume_form(w.form);
    insert_ticket => "Err(Conflict(Reference))": tx.insert_ticket(&new_ticket(w.live, Environment::Live, order_ask()));
    ticket => "Err(NotFound)": tx.ticket(w.ticket);
    consume_order_ticket => "Ok(Err(Unknown))": async { tx.consume_order_ticket(&click(w.ticket, 1)).await };
    consume_ticket => "Ok(Err(Unknown))": tx.consume_ticket(w.cancel_all, GUILD);
    batch => "Ok([])": tx.batch(w.cancel_all);
    void_ticket => "Ok(false)": tx.void_ticket(w.ticket);
    insert_exercise => "Err(Conflict(Reference))": tx.insert_exercise(&new_exercise(w.live, Environment::Live));
    exercise => "Err(NotFound)": tx.exercise(w.exercise);
    decide_exercise => "Ok(Err(Unknown))": tx.decide_exercise(w.exercise, InteractionId(7004), GUILD, Duration::ZERO);
    answer_exercise => "Ok(false)": async { tx.answer_exercise(w.exercise, &ExerciseOutcome::Taken).await };
    void_exercise => "Ok(false)": tx.void_exercise(w.exercise);
    claim_exercise => "Ok(None)": tx.claim_exercise(w.exercise, LOOKS);
    find_exercise => "Ok(false)": tx.find_exercise(w.exercise, Found::Exercised);
    insert_intent_direct => "Err(NotFound)": async {
        let interaction = InteractionId(7002);
        tx.insert_intent_direct(&NewIntent { id: new_intent_id(), account: w.paper, order: order(), interaction }).await
    };
    intent => "Err(NotFound)": tx.intent(w.intent);
    intent_by_client_order_id => "Err(NotFound)": async {
        tx.intent_by_client_order_id(&ClientOrderId::of(w.intent)).await
    };
    intent_of_ticket => "Err(NotFound)": tx.intent_of_ticket(w.clicked);
    intents_open => "Ok([])": tx.intents_open(w.paper);
    intents_recent => "Ok([])": tx.intents_recent(w.paper, 100);
    record_step => "Err(NotFound)": async {
        let life = Life::intended();
        tx.record_step(&Step { intent: w.intent, from: 1, life: &life, answered_looks: 1, look_again: None }).await
    };
    take_submit_lease => "Err(NotFound)": tx.take_submit_lease(w.intent, Uuid::from_u128(1), Duration::from_secs(5));
    release_lease => "Ok(false)": tx.release_lease(w.paper, Uuid::from_u128(1));
    upsert_order => "Err(Conflict(Reference))": async {
        let order = shown(ClientOrderId::of(w.intent), BrokerStatus::Filled, 5, 99);
        tx.upsert_order(w.paper, &order).await
    };
    insert_fill => "Err(Conflict(Reference))": tx.insert_fill(w.paper, &fill(w.broker_order, "eve-1"));
    ledger_order => "Err(NotFound)": tx.ledger_order(w.paper, w.broker_order);
    ledger_orders => "Ok([])": tx.ledger_orders(w.paper, 100);
    fills => "Ok([])": tx.fills(w.paper, w.broker_order);
    view => "Err(NotFound)": tx.view(w.view);
    audit_page => "Ok([])": async { tx.audit_page(&everything(), None, 100).await };
    audit_after => "Ok([])": tx.audit_after(0, 100);
    audit_verify => "Ok(Whole(None))": tx.audit_verify();
    what_is_kept => "Ok([])": async {
        let kept = tx.what_is_kept().await?;
        Ok::<_, StoreError>(kept.into_iter().filter(|kept| kept.kind != "users" && kept.entries > 0).collect::<Vec<_>>())
    };
    rows_kept => "Ok([])": tx.rows_kept("accounts", 100);
    audit_subject => "Ok(Some(222))": tx.audit_subject();
    note_place => "Ok(())": tx.note_place(77);
    came_from => "Ok(false)": tx.came_from(&[78]);
    server_rules => "Ok(ServerRules { forbids_live: false, most: None })": tx.server_rules(78);
    rules_for_me => "Ok(ServerRules { forbids_live: false, most: None })": tx.rules_for_me(Some(78));
    set_server_rules => "Ok(())": tx.set_server_rules(79, crate::ServerRules::default());
    audit => "Ok(())": async { tx.audit(&AuditEntry::of(AuditAction::SettingsChanged)).await };
    interaction_seen => "Ok(false)": tx.interaction_seen(w.interaction);
    insert_views => "Ok(())": tx.insert_views(&[(fresh::view(), serde_json::json!({}))]);
    commit => "Ok(())": async { Ok::<_, StoreError>(()) };
    forget => "Ok([\"interactions\", \"places\", \"subjects\", \"users\", \"views\"])": async {
        // What is hers goes; that nothing of Alice's does is looked at below.
        let gone = tx.forget().await?.into_iter().filter(|(_, entries)| *entries > 0);
        Ok::<_, StoreError>(gone.map(|(kind, _)| kind).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())
    };
}

/// What a transaction without a user may say: nothing, or a refusal.
const AS_NOBODY: [&str; 9] = [
    // What a server forbids is nobody's secret.
    "Ok(ServerRules { forbids_live: false, most: None })",
    "Ok([])",
    "Ok(None)",
    "Ok(false)",
    "Ok(0)",
    "Ok(Err(Unknown))",
    "Ok(Whole(None))",
    "Ok(Settings { notices: Off, blur: false, typed_above: None, concentration: None })",
    "Ok(())",
];

macro_rules! as_system {
    ($tx:ident; $($name:ident : $call:expr;)*) => {
        const AS_SYSTEM: &[&str] = &[$(stringify!($name)),*];

        async fn call_system($tx: &mut SystemTx, name: &str) -> String {
            match name {
                $(stringify!($name) => said(&$call.await),)*
                other => panic!("{other} is not in the list"),
            }
        }
    };
}

as_system! { tx;
    commit: async { Ok::<_, StoreError>(()) };
    time: tx.time();
    account_count: tx.account_count();
    due_intents: tx.due_intents(100);
    open_intents: tx.open_intents(100);
    credentials_to_reseal: async { tx.credentials_to_reseal(&Fingerprint::stored("other"), 100).await };
    key_uses: tx.key_uses();
    revoke_key: tx.revoke_key(&Fingerprint::stored("nobody's"));
    revoked_keys: tx.revoked_keys();
    credentials_once_under: async { tx.credentials_once_under(&Fingerprint::stored("nobody's"), 100).await };
    purge: tx.purge();
    due_exercises: tx.due_exercises(100);
    due_notices: tx.due_notices(100);
    purge_notices: tx.purge_notices();
    purge_views: tx.purge_views();
    audit_partitions_ahead: tx.audit_partitions_ahead(1);
    audit_heads: tx.audit_heads();
    audit_subjects: tx.audit_subjects();
    audit_house: async { tx.audit_house(HouseAction::Migrated, &serde_json::json!({})).await };
}

/// All of Alice's rows, as one fingerprint a table.
pub(super) async fn alices(world: &World) -> Vec<Option<String>> {
    let mut rows = Vec::new();
    for table in TABLES {
        let sql =
            format!("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM app.{table} t WHERE user_id = 111");
        rows.push(world.db.as_superuser(&sql).await[0][0].clone());
    }
    rows
}

/// The public functions of `impl TenantTx` and `impl SystemTx`, read from the source.
fn public_functions(of: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in sources() {
        let mut inside = false;
        for line in text.lines() {
            inside = (inside || line == format!("impl {of} {{")) && line != "}";
            let name = line.strip_prefix("    pub async fn ").or_else(|| line.strip_prefix("    pub fn "));
            if let Some(name) = name.filter(|_| inside) {
                found.insert(name.split(['(', '<']).next().unwrap().to_owned());
            }
        }
    }
    found
}

pub(super) async fn nobody(store: &Store) -> TenantTx {
    TenantTx { tx: Tx::begin(store, None, Disk::Now).await.unwrap(), tenant: eve() }
}

#[tokio::test]
async fn no_function_of_the_store_reads_or_writes_another_users_rows() {
    let covered: BTreeSet<_> = AS_EVE.iter().map(|(name, _)| (*name).to_owned()).collect();
    let covered_system: BTreeSet<_> = AS_SYSTEM.iter().map(|name| (*name).to_owned()).collect();
    let (tenant, system) = (public_functions("TenantTx"), public_functions("SystemTx"));
    assert_eq!(covered, tenant, "every public function of TenantTx is in the list");
    assert_eq!(covered_system, system, "every public function of SystemTx is in the list");
    let doors = ["connect", "tenant", "tenant_relaxed", "system", "close", "asked", "reserve_call"];
    let doors: BTreeSet<_> = doors.map(str::to_owned).into();
    assert_eq!(public_functions("Store"), doors, "one query outside of a transaction, which knows no user");

    let world = World::new().await;
    let before = alices(&world).await;
    let (mut cases, mut violations, mut leaked) = (0, 0, 0);
    for (name, heard) in AS_EVE {
        let mut tx = world.db.store().tenant(eve()).await.unwrap();
        let said = call(&mut tx, &world, name).await;
        let kept = tx.commit().await;
        assert_eq!(&said, heard, "{name} as another user");
        assert_eq!(kept.is_ok(), !heard.contains("Conflict"), "{name}: {kept:?}");
        let mut tx = nobody(world.db.store()).await;
        let said = call(&mut tx, &world, name).await;
        tx.commit().await.ok();
        violations += u32::from(!said.starts_with("Err(") && !AS_NOBODY.contains(&said.as_str()));
        assert_eq!(violations, 0, "{name} as nobody: {said}");
        leaked += said.matches(CANARY).count();
        cases += 2;
    }
    for name in AS_SYSTEM {
        let mut tx = world.db.store().system().await.unwrap();
        let said = call_system(&mut tx, name).await;
        tx.commit().await.unwrap();
        assert!(said.starts_with("Ok("), "{name}: {said}");
        leaked += said.matches(CANARY).count();
        cases += 1;
    }
    let reserved = world.db.store().reserve_call(&Meter("canary".to_owned()), Lane::Reads).await;
    leaked += format!("{reserved:?}").matches(CANARY).count();
    cases += 1;
    assert_eq!(alices(&world).await, before, "nothing of Alice's was written");
    let (all, listed) = (tenant.len() + system.len(), covered.len() + covered_system.len());
    println!("PROMISE P6 cases={cases} violations={violations} functions={listed}/{all} rows_leaked={leaked}");
    assert_eq!(leaked, 0);
}

#[tokio::test]
async fn sql_without_any_condition_finds_and_touches_own_rows_only() {
    let world = World::new().await;
    let before = alices(&world).await;
    let (mut cases, mut leaked) = (0, 0);
    for table in &TABLES[..15] {
        for user in ["222", "", "0", "-1"] {
            let set = format!("BEGIN; SET LOCAL app.user_id = '{user}'; ");
            let rows =
                world.db.try_as("paddock_app", &format!("{set} SELECT * FROM app.{table} WHERE user_id <> 222")).await;
            leaked += rows.unwrap().len();
            for write in [
                format!("DELETE FROM app.{table}"),
                format!("UPDATE app.{table} SET user_id = 222"),
                format!("INSERT INTO app.{table} SELECT * FROM app.{table}"),
                format!("TRUNCATE app.{table} CASCADE"),
            ] {
                // Refused by a missing grant, or left without a row by the wall.
                world.db.try_as("paddock_app", &format!("{set} {write}; COMMIT")).await.ok();
                cases += 1;
            }
            cases += 1;
        }
    }
    // Not even by naming her: not a row of hers can be made, and none can be moved to her.
    for (sql, state) in [
        ("INSERT INTO app.interactions (user_id, interaction_id) VALUES (111, 1)", "42501"),
        ("INSERT INTO app.users (user_id) VALUES (333)", "42501"),
        ("SELECT * FROM app.audit_default", "42501"),
        ("SELECT * FROM app.subjects", "42501"),
        ("SELECT app.let_go('app.users')", "42501"),
        ("SET ROLE paddock_owner", "42501"),
        ("SET ROLE paddock_jobs", "42501"),
        ("ALTER TABLE app.users DISABLE ROW LEVEL SECURITY", "42501"),
        ("SET row_security = off; SELECT * FROM app.users", "42501"),
        ("CREATE TABLE app.mine ()", "42501"),
        ("CREATE TEMP TABLE users ()", "42501"),
        ("SELECT app.raise_wall('app.users')", "42501"),
    ] {
        let set = "BEGIN; SET LOCAL app.user_id = '222';";
        assert_eq!(world.db.try_as("paddock_app", &format!("{set} {sql}")).await.unwrap_err(), state, "{sql}");
        cases += 1;
    }
    assert_eq!(
        world.db.try_as("paddock_owner", "SELECT * FROM app.users").await.unwrap().len(),
        0,
        "forced on the owner"
    );
    assert_eq!(alices(&world).await, before);
    println!("PROMISE P6 (raw SQL) cases={cases} violations=0 rows_leaked={leaked}");
    assert_eq!(leaked, 0);
}
