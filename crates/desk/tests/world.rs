//! One database, one scripted broker, one desk (or two), and users with accounts.

use crate::scripted::Scripted;
use desk::confirm::{Ack, Click};
use desk::connect::{FormFor, Pasted};
use desk::place::Ask;
use desk::view::{Page, View};
use desk::views::{Balances, ConfirmCard, FormDone, Orders, Placed, Positions, Receipt};
use desk::{Desk, Limits, Parts, Refused};
use domain::account::{AccountName, Environment, LinkedAccount};
use domain::brokerage::Which;
use domain::clock::{Clock, SystemClock};
use domain::fresh;
use domain::ids::{IntentId, InteractionId, TicketId, UserId};
use domain::money::{Price, Quantity};
use domain::order::{Order, Pricing, Side, Size};
use domain::sizing::Amount;
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use secrecy::SecretString;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::testing::TestDb;
use store::{AuditRecord, Intent, Store};
use vault::KeyRing;

pub const GUILD: Option<i64> = Some(77);
/// Long enough for any honest wait in a test; reached only by a failure.
pub const PATIENCE: Duration = Duration::from_secs(30);

static NEXT: AtomicI64 = AtomicI64::new(1);

pub struct World {
    pub db: TestDb,
    pub broker: Scripted,
    pub desk: Desk,
    ring: SecretString,
}

#[expect(clippy::disallowed_methods, reason = "the test is Discord")]
pub fn user(id: i64) -> Tenant {
    Tenant::from_interaction(UserId(id))
}

pub fn interaction() -> InteractionId {
    InteractionId(NEXT.fetch_add(1, Ordering::Relaxed))
}

impl World {
    /// A desk that has settled.
    pub async fn open() -> Self {
        let world = Self::shut().await;
        world.desk.settle_at_start().await;
        world
    }

    /// A desk that has settled, with a database server to itself.
    pub async fn alone() -> Self {
        let world = Self::on(TestDb::alone().await);
        world.desk.settle_at_start().await;
        world
    }

    /// A desk that has just been started.
    pub async fn shut() -> Self {
        Self::on(TestDb::new().await)
    }

    fn on(db: TestDb) -> Self {
        let (broker, ring) = (Scripted::default(), KeyRing::generate());
        let desk = desk_on(db.store().clone(), &broker, &ring);
        Self { db, broker, desk, ring }
    }

    /// Another process on the same database, just started.
    pub fn another_desk(&self) -> Desk {
        self.another_desk_on(self.db.store().clone())
    }

    /// The same with a pool of its own.
    pub fn another_desk_on(&self, store: Store) -> Desk {
        desk_on(store, &self.broker, &self.ring)
    }

    /// The same database and broker, seen on another clock.
    pub fn desk_by(&self, clock: Arc<dyn Clock>) -> Desk {
        desk_by(self.db.store().clone(), &self.broker, &self.ring, clock)
    }

    /// A user with one linked account.
    pub async fn member(&self, id: i64, environment: Environment) -> Tenant {
        let tenant = user(id);
        self.link(tenant, environment, environment.as_str()).await;
        tenant
    }

    /// Links an account of that name, whose keys follow from user and name.
    pub async fn link(&self, tenant: Tenant, environment: Environment, name: &str) -> LinkedAccount {
        let key_id = key_of(tenant, environment, name);
        self.broker.opens(environment, &key_id, u128::from_be_bytes(fresh::bytes()));
        let form = fresh::form();
        let purpose = FormFor::Link { environment, name: Some(AccountName::parse(name).unwrap()) };
        self.desk.open_form(tenant, form, purpose).await.unwrap();
        match self.desk.submit_form(tenant, form, pasted(&key_id), interaction()).await.unwrap() {
            FormDone::Linked(linked) => linked.account,
            FormDone::Rotated(_) => unreachable!("the form was for a link"),
        }
    }

    pub async fn balance(&self, tenant: Tenant, name: Option<&str>) -> Result<Balances, Refused> {
        balance_at(&self.desk, tenant, name).await
    }

    pub async fn positions(&self, tenant: Tenant) -> Positions {
        let whose = self.desk.whose(tenant, None).await.unwrap();
        match self.desk.show(tenant, View::Positions { whose, from: 0 }).await.unwrap().page {
            Page::Positions(positions) => positions,
            other => panic!("asked for positions: {other:?}"),
        }
    }

    pub async fn orders(&self, tenant: Tenant, which: Which) -> Orders {
        let account = self.desk.which_account(tenant, None).await.unwrap();
        let view = View::Orders { account, which, symbol: None, trail: Vec::new() };
        match self.desk.show(tenant, view).await.unwrap().page {
            Page::Orders(orders) => orders,
            other => panic!("asked for orders: {other:?}"),
        }
    }

    pub async fn place(&self, tenant: Tenant, order: Order) -> Result<Placed, Refused> {
        self.desk.place(tenant, ask(order)).await
    }

    /// A paper order that goes straight out.
    pub async fn sent(&self, tenant: Tenant, order: Order) -> Receipt {
        match self.place(tenant, order).await.unwrap() {
            Placed::Sent(receipt) => *receipt,
            Placed::Ask(card) => panic!("asked first: {card:?}"),
        }
    }

    /// A card for a market order of five shares.
    pub async fn card(&self, tenant: Tenant) -> ConfirmCard {
        match self.desk.place(tenant, Ask { card: true, ..ask(market(5)) }).await.unwrap() {
            Placed::Ask(card) => *card,
            Placed::Sent(receipt) => panic!("sent without a click: {receipt:?}"),
        }
    }

    pub async fn click(&self, tenant: Tenant, ticket: TicketId) -> Result<Placed, Refused> {
        self.desk.confirm(tenant, click(ticket), async { Ack::Accepted }).await
    }

    pub async fn intent(&self, tenant: Tenant, id: IntentId) -> Intent {
        self.db.store().tenant(tenant).await.unwrap().intent(id).await.unwrap()
    }

    /// The states of all intents, as stored.
    pub async fn states(&self) -> Vec<String> {
        let rows = self.db.as_superuser("SELECT state FROM app.intents ORDER BY created_at").await;
        rows.into_iter().map(|row| row[0].clone().unwrap()).collect()
    }

    /// The audit book, in order.
    pub async fn book(&self, tenant: Tenant) -> Vec<AuditRecord> {
        self.db.store().tenant(tenant).await.unwrap().audit_after(0, 1000).await.unwrap()
    }

    /// What the audit book says, in order; but for the openings of credentials, of which there is one with every request.
    pub async fn actions(&self, tenant: Tenant) -> Vec<String> {
        let book = self.book(tenant).await.into_iter().map(|record| record.action);
        book.filter(|action| action != "credential_opened").collect()
    }

    /// Everything that waits is due now, also what somebody was with.
    pub async fn all_due(&self) {
        self.db
            .as_superuser(
                "UPDATE app.intents SET next_look_at = clock_timestamp(), version = version + 1 \
                 WHERE next_look_at IS NOT NULL",
            )
            .await;
    }
}

fn desk_on(store: Store, broker: &Scripted, ring: &SecretString) -> Desk {
    desk_by(store, broker, ring, Arc::new(SystemClock::start()))
}

fn desk_by(store: Store, broker: &Scripted, ring: &SecretString, clock: Arc<dyn Clock>) -> Desk {
    Desk::new(Parts {
        store,
        ring: KeyRing::parse(ring).unwrap(),
        brokerage: Arc::new(broker.clone()),
        market: Arc::new(broker.clone()),
        screen: Arc::new(broker.clone()),
        records: Arc::new(broker.clone()),
        clock,
        limits: Limits::default(),
        doors: desk::Doors::default(),
    })
}

/// 20 capitals and digits, as Alpaca's key ids are.
pub fn key_of(tenant: Tenant, environment: Environment, name: &str) -> String {
    let prefix = if environment == Environment::Paper { "PK" } else { "AK" };
    let name: String = name.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{prefix}{:0>18}", format!("{name}{}", tenant.user()))
}

pub fn pasted(key_id: &str) -> Pasted {
    Pasted { key_id: key_id.into(), secret: "notARealSecret0000000000000000000000test".into() }
}

pub fn click(ticket: TicketId) -> Click {
    Click { ticket, interaction: interaction(), guild: GUILD }
}

pub fn ask(order: Order) -> Ask {
    let exactly = Amount::Exactly(order.size);
    Ask { account: None, order: order.sized(exactly), card: false, interaction: interaction(), guild: GUILD }
}

pub fn market(shares: u32) -> Order {
    Order::plain(
        Side::Buy,
        Symbol::parse("AAPL").unwrap(),
        Size::Shares(Quantity::parse(&shares.to_string()).unwrap()),
        Pricing::Market,
    )
}

pub fn limit(shares: u32, at: &str) -> Order {
    Order { pricing: Pricing::Limit(Price::parse(at).unwrap()), ..market(shares) }
}

pub fn sent(placed: Placed) -> Receipt {
    match placed {
        Placed::Sent(receipt) => *receipt,
        Placed::Ask(card) => panic!("asked instead of sent: {card:?}"),
    }
}

/// Waits until `done` says so.
pub async fn until<F: Future<Output = bool>>(mut done: impl FnMut() -> F) {
    let waiting = async {
        while !done().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it came about in time");
}

pub async fn balance_at(desk: &Desk, tenant: Tenant, name: Option<&str>) -> Result<Balances, Refused> {
    let whose = desk.whose(tenant, name).await?;
    match desk.show(tenant, View::Balance { whose }).await?.page {
        Page::Balance(balances) => Ok(balances),
        other => panic!("asked for a balance: {other:?}"),
    }
}
