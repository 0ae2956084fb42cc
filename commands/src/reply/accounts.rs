//! `/account …`.

use super::balance::warnings;
use super::error::in_a_line;
use super::escape::{code, plain, prose};
use super::list::paragraphs;
use super::{Button, Reply, words};
use crate::routes::Action;
use desk::Trouble;
use desk::views::{AccountHealth, Accounts, FormDone, Linked, Question};
use domain::account::{AccountStatus, Environment, LinkedAccount};
use domain::outcome::ReadFailure;

/// `/account list`.
pub(crate) fn accounts(accounts: &Accounts) -> Reply {
    if accounts.list.is_empty() {
        return Reply::plain("No accounts yet")
            .say("Link your own Alpaca account with `/account add`. Start on paper: it is free, and no real money.\n`/help` has the steps.");
    }
    let rows: Vec<_> =
        accounts.list.iter().map(|account| line(account, accounts.default == Some(account.id))).collect();
    let reply = Reply::plain("Your accounts").say(paragraphs(&rows, ""));
    match accounts.default {
        Some(_) => reply.footer("Commands use the default unless you name another one."),
        None => reply.footer("No default yet: choose one with /account use."),
    }
}

fn line(account: &LinkedAccount, is_default: bool) -> String {
    let environment = words::environment(account.environment);
    let name = prose(account.name.as_str(), 40);
    let tail = code(&account.number_tail, 8);
    let mut parts = vec![format!("**{environment} · {name}**"), format!("account `…{tail}`"), key(account)];
    if is_default {
        parts.push("default".into());
    }
    if account.always_confirm || account.environment == Environment::Live {
        parts.push("asks before each order".into());
    }
    if account.status == AccountStatus::KeysRefused {
        parts.push("**keys no longer accepted: `/account rotate`**".into());
    }
    if account.status == AccountStatus::KeysRevoked {
        parts.push("**REVOKED: regenerate at Alpaca, then `/account rotate`**".into());
    }
    parts.join(" · ")
}

fn key(account: &LinkedAccount) -> String {
    format!("key `…{}` since {}", code(&account.key_tail, 8), words::day(account.keys_since))
}

/// What a sent form did.
pub(crate) fn form_done(done: &FormDone) -> Reply {
    match done {
        FormDone::Linked(done) => linked(done),
        FormDone::Rotated(account) => Reply::about(account, "New keys stored")
            .say("Alpaca took them, and Paddock uses them from now on. **Delete the old key at Alpaca** if it is still there.")
            .with("Key", format!("`…{}`", code(&account.key_tail, 8))),
    }
}

fn linked(done: &Linked) -> Reply {
    let account = &done.account;
    let mut reply = Reply::about(account, "Account linked").say(match account.environment {
        Environment::Paper => "Alpaca took the keys. Paper orders go out at once; `/account confirm` makes them ask first.",
        Environment::Live => "Alpaca took the keys. **This is real money**: every order shows a card first, and only your press sends it.",
    });
    for warning in warnings(&done.broker) {
        reply = reply.say(format!("**{warning}**"));
    }
    reply = reply
        .with_some("Equity", done.broker.equity.map(|usd| usd.to_string()))
        .with_some("Buying power", done.broker.buying_power.map(|usd| usd.to_string()))
        .with("Key", format!("`…{}`", code(&account.key_tail, 8)));
    if done.is_default {
        reply.say("It is your default: commands use it unless you name another one. Try `/buy`.")
    } else {
        let name = code(account.name.as_str(), 40);
        reply.say(format!("Name it with `account:{name}`, or make it the default with `/account use`."))
    }
}

/// A change that is done.
pub(crate) fn is_default(account: &LinkedAccount) -> Reply {
    let name = prose(account.name.as_str(), 40);
    let what = match account.environment {
        Environment::Paper => "paper account",
        Environment::Live => "LIVE account, with real money",
    };
    Reply::about(account, "Default account")
        .say(format!("Commands now use **{name}**, a {what}, unless you name another one."))
}

/// Asks before a live account becomes the default.
pub(crate) fn ask_switch(question: &Question) -> Reply {
    let name = prose(question.account.name.as_str(), 40);
    Reply::about(&question.account, "Use real money by default?")
        .say(format!("**{name}** is a live account. As the default, every command that names no account is about **real money**. Orders still ask first."))
        .with_wide("Good until", words::counting(question.expires_at))
        .button(Button::danger(Action::Switch(question.ticket), "Use the LIVE account"))
        .button(Button::quiet(Action::Keep(question.ticket), "Keep the default"))
}

/// Asks before an account is removed.
pub(crate) fn ask_remove(question: &Question) -> Reply {
    let name = prose(question.account.name.as_str(), 40);
    Reply::about(&question.account, "Remove this account?")
        .say(format!("Paddock deletes the keys of **{name}** at once and forgets the account. Positions and open orders stay at Alpaca as they are."))
        .with_wide("Good until", words::counting(question.expires_at))
        .button(Button::danger(Action::Remove(question.ticket), "Remove"))
        .button(Button::quiet(Action::Keep(question.ticket), "Keep it"))
}

/// After the account is gone.
pub(crate) fn removed(account: &LinkedAccount) -> Reply {
    let (name, tail) = (prose(account.name.as_str(), 40), code(&account.key_tail, 8));
    Reply::plain("Account removed")
        .say(format!("The keys of **{name}** are deleted. Open orders stay at Alpaca until you cancel them there."))
        .say(format!("To be thorough, delete the key ending in `{tail}` at Alpaca, too."))
}

/// After "keep".
pub(crate) fn kept() -> Reply {
    Reply::plain("Nothing was changed").say("Everything stays as it was.")
}

/// `/account rename`.
pub(crate) fn renamed(from: &str, account: &LinkedAccount) -> Reply {
    let (from, to) = (prose(from, 40), prose(account.name.as_str(), 40));
    Reply::about(account, "Renamed").say(format!("**{from}** is now called **{to}**."))
}

/// `/account confirm`.
pub(crate) fn confirming(account: &LinkedAccount) -> Reply {
    let reply = Reply::about(account, "Confirming");
    match (account.environment, account.always_confirm) {
        (Environment::Live, _) => reply.say("Live orders always show a card first. That cannot be switched off."),
        (Environment::Paper, true) => reply.say("Every order of this account shows a card first, as live orders do."),
        (Environment::Paper, false) => {
            reply.say("Orders of this paper account go out at once. `card:True` asks for the card once.")
        }
    }
}

/// `/account status`.
pub(crate) fn health(health: &AccountHealth) -> Reply {
    let account = &health.account;
    let mut reply = match &health.broker {
        Ok(broker) => {
            let status = code(&broker.status, 40);
            let warnings = warnings(broker);
            let title = if warnings.is_empty() { "Works" } else { "Cannot trade" };
            let reply = Reply::about(account, title).with("At Alpaca", format!("`{status}`"));
            warnings.iter().fold(reply, |reply, warning| reply.say(format!("**{warning}**")))
        }
        Err(trouble @ Trouble::Broker(ReadFailure::Credentials)) => {
            Reply::about(account, "Keys not accepted").say(format!("**{}**", in_a_line(trouble)))
        }
        Err(trouble) => Reply::about(account, "Cannot be reached").say(format!("**{}**", in_a_line(trouble))),
    };
    if account.status == AccountStatus::KeysRefused {
        reply =
            reply.say("Alpaca did not take the keys when they were last used. Replace them with `/account rotate`.");
    }
    reply = reply.with("Key", key(account));
    if !health.wait.is_zero() {
        reply = reply.with("Request budget", format!("used up for {}", words::wait(health.wait)));
    }
    if health.unconfirmed > 0 {
        reply = reply.with("Not yet confirmed", format!("{} orders; see `/orders`", health.unconfirmed));
    }
    reply.footer(format!("Alpaca account …{}", plain(&account.number_tail, 8)))
}
