//! Two users and what the tests need of them.

use crate::testing::TestDb;
use crate::{
    Ask, AuditAction, AuditEntry, AuditFilter, Direct, Fill, FormAsk, Looks, NewAccount, NewExercise, NewForm,
    NewIntent, NewTicket, TenantTx,
};
use chrono::DateTime;
use domain::account::{AccountName, Environment, Quote};
use domain::brokerage::Wish;
use domain::credential::{Fingerprint, Sealed};
use domain::fresh;
use domain::ids::{
    AccountId, BrokerAccountId, BrokerOrderId, ClientOrderId, FormId, IntentId, InteractionId, NoticeId, TicketId,
    UserId, ViewId,
};
use domain::money::{Price, Quantity};
use domain::notice::Notice;
use domain::order::{BrokerOrder, BrokerStatus, Order, Pricing, Side, Size};
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use std::time::Duration;
use uuid::Uuid;

/// Found in everything of Alice's that Eve does not know.
pub(crate) const CANARY: &str = "canary";
pub(crate) const GUILD: Option<i64> = Some(77);

#[expect(clippy::disallowed_methods, reason = "tests play the users")]
pub(crate) fn tenant(user: i64) -> Tenant {
    Tenant::from_interaction(UserId(user))
}

pub(crate) fn alice() -> Tenant {
    tenant(111)
}

pub(crate) fn eve() -> Tenant {
    tenant(222)
}

/// A search that everything passes.
pub(crate) fn everything() -> AuditFilter {
    let (from, until) = (DateTime::UNIX_EPOCH, DateTime::from_timestamp(9_000_000_000, 0).unwrap());
    AuditFilter::Where { from, until, account: None, action: None, but: None }
}

/// Ids of Alice's rows, one of each kind.
pub(crate) struct World {
    pub(crate) db: TestDb,
    pub(crate) paper: AccountId,
    pub(crate) live: AccountId,
    pub(crate) form: FormId,
    pub(crate) ticket: TicketId,
    pub(crate) cancel_all: TicketId,
    pub(crate) clicked: TicketId,
    pub(crate) intent: IntentId,
    pub(crate) interaction: InteractionId,
    pub(crate) broker_order: BrokerOrderId,
    pub(crate) notice: NoticeId,
    pub(crate) view: ViewId,
    pub(crate) exercise: TicketId,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(TestDb::new().await).await
    }

    pub(crate) async fn on(db: TestDb) -> Self {
        // So that the tests' own SQL finds a chain by its user.
        db.as_superuser("INSERT INTO app.subjects (user_id, subject) VALUES (111, 111), (222, 222)").await;
        let mut tx = db.store().tenant(alice()).await.unwrap();
        tx.ensure_user(Some("en-US")).await.unwrap();
        tx.change_settings(&serde_json::json!({ "note": CANARY, "notices": "on" })).await.unwrap();
        let paper = link(&mut tx, "canary paper", Environment::Paper).await;
        let live = link(&mut tx, "canary live", Environment::Live).await;
        tx.set_default_account(paper).await.unwrap();
        let view = fresh::view();
        tx.insert_views(&[(view, serde_json::json!({ "note": CANARY }))]).await.unwrap();
        let form = fresh::form();
        let name = AccountName::parse("canary form").unwrap();
        let ask = FormAsk::Link { name, environment: Environment::Live };
        tx.insert_form(&NewForm { id: form, ask }).await.unwrap();
        let ticket = issue(&mut tx, live, Environment::Live, order_ask()).await;
        let cancel_all = issue(&mut tx, live, Environment::Live, Ask::CancelAll).await;
        let clicked = issue(&mut tx, live, Environment::Live, order_ask()).await;
        let confirm = click(clicked, 7001);
        tx.consume_order_ticket(&confirm).await.unwrap().unwrap();
        let intent = direct(&mut tx, paper, 7002).await;
        let shown = shown(ClientOrderId::of(intent), BrokerStatus::PartiallyFilled, 1, 10);
        tx.upsert_order(paper, &shown).await.unwrap();
        tx.insert_fill(paper, &fill(shown.id, "canary-1")).await.unwrap();
        tx.interaction_seen(InteractionId(7003)).await.unwrap();
        assert!(tx.notify(&Notice::Stuck { intent }, Duration::ZERO).await.unwrap());
        tx.note_place(78).await.unwrap();
        let exercise = tx.insert_exercise(&new_exercise(live, Environment::Live)).await.unwrap().id;
        tx.commit().await.unwrap();
        // The tests count the book's entries from here on.
        db.as_superuser(
            "SET session_replication_role = replica; DELETE FROM app.audit WHERE user_id = 111; \
             DELETE FROM app.audit_heads WHERE user_id = 111",
        )
        .await;
        let mut tx = db.store().tenant(alice()).await.unwrap();
        let detail = serde_json::json!({ "note": CANARY });
        tx.audit(&AuditEntry { detail, ..AuditEntry::of(AuditAction::AccountLinked) }).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = db.store().tenant(eve()).await.unwrap();
        tx.ensure_user(None).await.unwrap();
        tx.commit().await.unwrap();
        let notice = db.store().system().await.unwrap().due_notices(1).await.unwrap()[0].1;
        let interaction = InteractionId(7003);
        let broker_order = shown.id;
        Self {
            db,
            paper,
            live,
            form,
            ticket,
            cancel_all,
            clicked,
            intent,
            interaction,
            broker_order,
            notice,
            view,
            exercise,
        }
    }

    /// Alice's transaction.
    pub(crate) async fn tx(&self) -> TenantTx {
        self.db.store().tenant(alice()).await.unwrap()
    }
}

pub(crate) fn new_account(name: &str, environment: Environment) -> NewAccount {
    NewAccount {
        id: fresh::account(),
        name: AccountName::parse(name).unwrap(),
        environment,
        broker_id: BrokerAccountId(Uuid::from_bytes(fresh::bytes())),
        number_tail: "1234".into(),
        key_tail: "WXYZ".into(),
    }
}

pub(crate) fn sealed(text: &str) -> Sealed {
    Sealed { ciphertext: format!("{text}-ciphertext"), fingerprint: Fingerprint::stored("00000000000000aa") }
}

pub(crate) async fn link(tx: &mut TenantTx, name: &str, environment: Environment) -> AccountId {
    tx.insert_account(&new_account(name, environment), &sealed(CANARY)).await.unwrap().id
}

pub(crate) fn order() -> Order {
    let five = Size::Shares(Quantity::parse("5").unwrap());
    Order::plain(Side::Buy, Symbol::from_broker("canaryX"), five, Pricing::Limit(Price::parse("184.50").unwrap()))
}

pub(crate) fn order_ask() -> Ask {
    let at = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    Ask::Order { order: Box::new(order()), quote: Some(Quote { bid: Price::new(Decimal::from(184)), ask: None, at }) }
}

pub(crate) fn new_ticket(account: AccountId, environment: Environment, ask: Ask) -> NewTicket {
    let lives_for = Duration::from_mins(1);
    NewTicket { id: fresh::ticket(), account, environment, ask, phrase: None, batch: None, guild: GUILD, lives_for }
}

/// How an exercise without an answer is looked for.
pub(crate) const LOOKS: Looks =
    Looks { least: Duration::from_mins(1), most: Duration::from_hours(2), until: Duration::from_hours(5 * 24) };

pub(crate) fn new_exercise(account: AccountId, environment: Environment) -> NewExercise {
    NewExercise {
        id: fresh::ticket(),
        account,
        environment,
        contract: Symbol::from_broker("CANARY261218C00250000"),
        wish: Wish::Exercise,
        qty: Quantity::parse("2").unwrap(),
        guild: GUILD,
        lives_for: Duration::from_mins(1),
    }
}

pub(crate) async fn issue(tx: &mut TenantTx, account: AccountId, environment: Environment, ask: Ask) -> TicketId {
    tx.insert_ticket(&new_ticket(account, environment, ask)).await.unwrap().id
}

pub(crate) fn new_intent_id() -> IntentId {
    IntentId(Uuid::from_bytes(fresh::bytes()))
}

pub(crate) fn click(ticket: TicketId, interaction: i64) -> crate::Confirm {
    crate::Confirm {
        ticket,
        intent: new_intent_id(),
        interaction: InteractionId(interaction),
        item: 0,
        typed: None,
        guild: GUILD,
    }
}

pub(crate) async fn direct(tx: &mut TenantTx, account: AccountId, interaction: i64) -> IntentId {
    let new = NewIntent { id: new_intent_id(), account, order: order(), interaction: InteractionId(interaction) };
    let Direct::Stored(intent) = tx.insert_intent_direct(&new).await.unwrap() else { panic!("not stored") };
    intent.id
}

pub(crate) fn shown(name: ClientOrderId, status: BrokerStatus, filled: i64, updated: i64) -> BrokerOrder {
    BrokerOrder {
        id: BrokerOrderId(Uuid::from_bytes(fresh::bytes())),
        client_order_id: name,
        symbol: Symbol::from_broker("canaryX"),
        side: Some(Side::Buy),
        qty: Some(Decimal::from(5)),
        notional: None,
        kind: "limit".into(),
        time_in_force: "day".into(),
        limit_price: Price::new(Decimal::new(18_450, 2)),
        stop_price: None,
        trail: None,
        class: String::new(),
        legs: Vec::new(),
        replaces: None,
        replaced_by: None,
        extended_hours: false,
        status,
        filled_qty: Decimal::from(filled),
        filled_avg_price: Price::new(Decimal::new(18_425, 2)),
        submitted_at: chrono::DateTime::from_timestamp(1_790_000_000, 0),
        updated_at: chrono::DateTime::from_timestamp(1_790_000_000 + updated, 0),
        ended_at: None,
    }
}

pub(crate) fn fill(order: BrokerOrderId, execution: &str) -> Fill {
    Fill {
        execution_id: execution.into(),
        order,
        symbol: Symbol::from_broker("canaryX"),
        side: Side::Buy,
        qty: Quantity::parse("1").unwrap(),
        price: Price::parse("184.25").unwrap(),
        at: chrono::DateTime::from_timestamp(1_790_000_005, 0).unwrap(),
    }
}
