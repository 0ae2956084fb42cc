#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::escape::tests::HOSTILE;
use super::fixtures::{
    account, at_broker, broker_account, broker_order, card, clock, decimal, filled, holding, live, now, order, paper,
    position, receipt, refusal, shown, usd,
};
use super::help::Topic;
use super::receipt::Following;
use super::*;
use chrono::TimeDelta;
use desk::Trouble;
use desk::view::{Page, View, Whose};
use desk::views::{
    AccountHealth, Accounts, Balances, Canceled, CanceledAll, ConfirmCard, FormDone, Linked, Orders, Owner, Positions,
    Question, Receipt, ServiceStatus, Tidings, Warning,
};
use domain::account::{AccountStatus, BrokerAccount, Position};
use domain::brokerage::Which;
use domain::ids::{ClientOrderId, TicketId};
use domain::life::{Ending, State};
use domain::money::{Percent, Price};
use domain::order::{BrokerStatus, Class, Effect, Leg, Legs, Order, Pricing, Side, Size, StopLoss, TimeInForce, Trail};
use domain::outcome::{CancelOutcome, Doubt, ReadFailure, RefusalReason};
use domain::package::Package;
use domain::symbol::Symbol;
use std::time::Duration;
use uuid::Uuid;

mod account_texts;
mod book_texts;
mod card_texts;
mod exercise_texts;
mod hostile;
mod list_texts;
mod look_texts;
mod market_texts;
mod notice_texts;
mod option_texts;
mod ticket_texts;

fn question(account: LinkedAccount) -> Question {
    Question { ticket: TicketId(Uuid::from_u128(9)), account, expires_at: now() + TimeDelta::seconds(60) }
}
