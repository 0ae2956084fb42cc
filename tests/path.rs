//! One live order after the other, each with a quantity of its own, and the questions that must have an answer after
//! whatever happened to it.

use crate::harness::{Friend, PATIENCE, Town};
use crate::lines::Lines;
use domain::clock::{Clock, SystemClock};
use rust_decimal::Decimal;
use sim::discord::{Act, MessageView, Place};
use sim::exchange::{Environment, Order, Size};
use sim::proxy::{Moment, Statement};
use std::collections::HashMap;
use std::time::Duration;
use store::testing::TestDb;

/// A town whose lines can be broken, and a friend with a live account.
pub struct Scene {
    pub town: Town,
    pub lines: Lines,
    /// They take turns, for an account's request budget is that of a person.
    friends: Vec<Friend>,
    orders: u32,
}

/// How many friends take turns.
const FRIENDS: usize = 8;

/// One order's card, as it was shown.
pub struct Shown {
    pub who: Friend,
    pub card: MessageView,
    pub button: String,
    pub quantity: u32,
}

/// What the database says of one card's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub state: String,
    pub may_have_left: bool,
    pub client_order_id: String,
}

/// A place at which the path of an order can be stopped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stop {
    pub sql: String,
    pub skip: usize,
    pub moment: Moment,
    /// The statement still reaches the database when the process is gone.
    pub late: bool,
}

impl Scene {
    pub async fn open() -> Self {
        Self::on(TestDb::new().await).await
    }

    pub async fn on(db: TestDb) -> Self {
        let mut town = Town::on(db).await;
        let lines = Lines::lay(&mut town).await;
        let town = town.populated().await;
        // Cheap, so that the money lasts.
        town.exchange.set_quote("AAPL", Decimal::new(100, 2), Decimal::new(101, 2));
        let friends: Vec<_> = (0..FRIENDS).map(|number| town.friend(&format!("ham {number}"))).collect();
        for friend in &friends {
            friend.links(Environment::Live).await;
        }
        Self { town, lines, friends, orders: 0 }
    }

    pub fn friends(&self) -> &[Friend] {
        &self.friends
    }

    pub async fn until_state(&self, shown: &Shown, state: &str) {
        let clock = SystemClock::start();
        while self.row(shown).await.is_none_or(|row| row.state != state) {
            assert!(clock.elapsed() < PATIENCE, "{:?}, not {state}\n{}", self.row(shown).await, self.town.log());
            clock.sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until what earlier commands left behind is done, and forgets it.
    pub async fn quiet(&self) {
        let job = |statement: &Statement| statement.system || statement.sql.contains("app.job_");
        let of_users = || !self.lines.database.heard().iter().all(job);
        loop {
            self.lines.database.listen_anew();
            tokio::time::sleep(Duration::from_millis(80)).await;
            if !of_users() {
                return;
            }
        }
    }

    /// A friend whose card this is not.
    pub fn other_than(&self, shown: &Shown) -> &Friend {
        self.friends.iter().find(|friend| friend.user.id() != shown.who.user.id()).unwrap()
    }

    pub async fn card(&mut self) -> Shown {
        self.orders += 1;
        let quantity = self.orders;
        let who = self.friends[usize::try_from(quantity).unwrap() % FRIENDS].clone();
        let options = [("symbol", "AAPL"), ("quantity", &*quantity.to_string()), ("account", "live")];
        let mut card = who.runs(Place::Server, "buy", &options).await.reply().await;
        if card.is_err() {
            card = who.runs(Place::Server, "buy", &options).await.reply().await;
        }
        let card = card.unwrap();
        let button = card.buttons().first().and_then(|label| card.custom_id(label));
        let button = button.unwrap_or_else(|| panic!("a card: {}", card.text()));
        assert!(button.starts_with("v1:confirm:"), "{}", card.text());
        Shown { who, card, button, quantity }
    }

    /// Presses Confirm, whether or not the button is still to be seen.
    pub fn clicks(&self, shown: &Shown) -> Act {
        self.town.discord.force_press(&shown.who.user, &shown.card, &shown.button).within(PATIENCE)
    }

    /// The statements of a whole order, from the click to the receipt.
    pub async fn statements(&mut self) -> Vec<Statement> {
        let shown = self.card().await;
        self.lines.database.listen_anew();
        self.clicks(&shown).message_when(|m| m.text().contains("Filled")).await.unwrap();
        let heard = self.lines.database.heard();
        heard.into_iter().filter(|statement| !statement.system && !statement.sql.contains("app.job_")).collect()
    }

    /// What the exchange has of this card.
    pub fn placed(&self, shown: &Shown) -> Vec<Order> {
        let orders = self.town.exchange.orders(shown.who.live.account_id);
        orders.into_iter().filter(|order| order.size == Size::Qty(Decimal::from(shown.quantity))).collect()
    }

    /// How many orders the exchange has.
    pub fn orders_in_all(&self) -> usize {
        self.friends.iter().map(|friend| self.town.exchange.orders(friend.live.account_id).len()).sum()
    }

    pub async fn row(&self, shown: &Shown) -> Option<Row> {
        let ticket = shown.button.rsplit(':').next().unwrap();
        let sql = format!(
            "select state, sent_at is not null, client_order_id from app.intents where replace(ticket_id::text, '-', '') = '{ticket}'"
        );
        let rows = self.town.db.as_superuser(&sql).await;
        assert!(rows.len() <= 1, "one intent per ticket: {rows:?}");
        let mut cells = rows.into_iter().next()?.into_iter().map(Option::unwrap_or_default);
        Some(Row {
            state: cells.next().unwrap(),
            may_have_left: cells.next().unwrap().starts_with('t'),
            client_order_id: cells.next().unwrap(),
        })
    }

    /// Lets the leases and waits of the database run out, as they do by themselves.
    /// Also for an order that was given up: it may have arrived in the very moment, and is looked for once a day then.
    pub async fn time_passes(&self) {
        for sql in [
            "update app.accounts set lease_until = lease_until - interval '2 minutes' where lease_until is not null",
            "update app.intents set next_look_at = next_look_at - interval '1 hour'
              where state in ('intended', 'unconfirmed', 'at_broker', 'never_arrived')",
        ] {
            // The bot may be at the same rows; whoever waits for this asks again.
            let _ = self.town.db.try_as("paddock_admin", sql).await;
        }
    }

    /// Lets a day pass for an order that nobody has seen.
    async fn a_day_passes(&self) {
        self.town
            .db
            .as_superuser(
                "update app.intents set created_at = created_at - interval '25 hours', sent_at = sent_at - interval '25 hours',
                    answered_looks = greatest(answered_looks, 50), next_look_at = next_look_at - interval '1 day'
                  where state = 'unconfirmed'",
            )
            .await;
    }

    /// Waits until the book agrees with the exchange; returns what does not, or cannot be told from what the user sees.
    pub async fn verdict(&mut self, shown: &Shown) -> Vec<String> {
        let mut wrong = Vec::new();
        self.agrees(shown, false, &mut wrong).await;
        self.says_so(shown, &mut wrong).await;
        let before = self.row(shown).await;
        if before.as_ref().is_some_and(|row| row.state == "unconfirmed") {
            self.a_day_passes().await;
            self.agrees(shown, true, &mut wrong).await;
        }
        // The user, who cannot know, presses once more.
        if self.clicks(shown).reply().await.is_err() && self.clicks(shown).reply().await.is_err() {
            wrong.push("a press is not answered".to_owned());
        }
        if before.is_none() {
            // A card that was not used is good still, or says why not.
            self.agrees(shown, true, &mut wrong).await;
        }
        let placed = self.placed(shown);
        if placed.len() > 1 {
            wrong.push(format!("{} orders of one confirmation", placed.len()));
        }
        for order in placed {
            let known = self.row(shown).await.is_some_and(|row| row.client_order_id == order.client_order_id);
            if !known {
                wrong.push("an order without an intent".to_owned());
            }
        }
        wrong
    }

    async fn agrees(&self, shown: &Shown, for_good: bool, wrong: &mut Vec<String>) {
        let clock = SystemClock::start();
        loop {
            let (row, placed) = (self.row(shown).await, self.placed(shown));
            let agrees = match (row.as_ref().map(|row| row.state.as_str()), placed.len()) {
                (Some("filled"), 1) | (None | Some("not_sent" | "refused"), 0) => true,
                (Some("unconfirmed"), 0) => !for_good,
                (Some("never_arrived"), 0) => for_good,
                _ => false,
            };
            if agrees {
                return;
            }
            if clock.elapsed() > PATIENCE / 2 {
                wrong.push(format!("{row:?} with {} orders at the exchange", placed.len()));
                return;
            }
            self.time_passes().await;
            clock.sleep(Duration::from_millis(40)).await;
        }
    }

    /// `/orders` names the order exactly when the exchange has it, and names what is not confirmed as such.
    async fn says_so(&self, shown: &Shown, wrong: &mut Vec<String>) {
        let Some(told) = shown.who.asks("orders", &[("account", "live"), ("show", "all")]).await else {
            return wrong.push("/orders is not answered".to_owned());
        };
        let (row, placed) = (self.row(shown).await, self.placed(shown));
        let line = format!("Buy {} AAPL", shown.quantity);
        let doubtful = row.is_some_and(|row| row.state == "unconfirmed");
        if told.contains(&line) != (doubtful || !placed.is_empty()) || told.contains("Not yet confirmed") != doubtful {
            wrong.push(format!("/orders says: {told}"));
        }
    }
}

/// Both moments of each statement; and each commit once more as one that is delivered when its sender is long dead.
pub fn stops(statements: &[Statement]) -> Vec<Stop> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut stops = Vec::new();
    for Statement { sql, .. } in statements {
        let seen = seen.entry(sql).or_default();
        let stop = |moment, late| Stop { sql: sql.clone(), skip: *seen, moment, late };
        stops.extend([stop(Moment::Before, false), stop(Moment::After, false)]);
        if sql == "COMMIT" {
            stops.push(stop(Moment::Before, true));
        }
        *seen += 1;
    }
    stops
}

/// What a statement is called in docs/kill-points.md.
pub fn name_of(sql: &str) -> Option<&'static str> {
    NAMES.iter().find(|(start, _)| sql.starts_with(start)).map(|(_, name)| *name)
}

const NAMES: &[(&str, &str)] = &[
    ("BEGIN;", "begin"),
    ("SELECT ticket_id", "read-ticket"),
    ("SELECT a.account_id", "read-account"),
    ("ROLLBACK", "end-reading"),
    ("WITH t AS ( UPDATE app.tickets", "store-intent"),
    ("INSERT INTO app.audit", "write-audit"),
    ("COMMIT", "commit"),
    ("WITH mine AS", "take-lease"),
    ("UPDATE app.intents SET next_look_at", "keep-place"),
    ("WITH opened AS", "open-keys"),
    ("UPDATE app.intents i SET state", "record-state"),
    ("INSERT INTO app.orders", "write-ledger"),
    ("UPDATE app.accounts SET lease_owner = NULL", "return-lease"),
    ("SELECT i.intent_id", "read-intent"),
    ("SELECT granted", "reserve-call"),
    ("UPDATE app.notices SET outcome", "end-notice"),
];
