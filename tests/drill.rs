//! The drill of docs/runbooks/keys.md, "A key may be known": each step is done with the real program, and a thief with a backup and
//! the old key tries what can be tried. `./run drill` shows the steps.

use crate::harness::{Friend, Town};
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::{Endpoint, Environment};

fn step(number: u32, what: &str) {
    println!("drill {number}. {what}");
}

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The name of the newest key, as `keys status` shows it.
fn newest(town: &Town) -> String {
    let status = said(&town.paddock(&["keys", "status"]));
    status.lines().find(|line| line.contains("newest")).unwrap()[..16].to_owned()
}

async fn gives_new_keys(town: &Town, friend: &mut Friend, name: &str) {
    friend.paper = town.exchange.regenerate_keys(friend.paper.account_id).unwrap();
    let form = friend.runs(Place::Server, "account rotate", &[("account", name)]).await.modal().await.unwrap();
    let told = friend.submits(&form, &friend.paper.key_id, &friend.paper.secret).await;
    assert!(told.text().contains("New keys stored"), "{}", told.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_key_that_may_be_known_is_revoked_and_nothing_trades_until_users_bring_new_keys() {
    let mut town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(100, 2), Decimal::new(101, 2));
    let (mut ham, mut mara) = (town.friend("ham"), town.friend("mara"));
    for friend in [&ham, &mara] {
        friend.links(Environment::Paper).await;
    }
    ham.links(Environment::Live).await;
    let leaked = newest(&town);
    let live = &[("symbol", "AAPL"), ("quantity", "1"), ("account", "live")];
    let working = &[("symbol", "AAPL"), ("quantity", "1"), ("limit", "0.50"), ("account", "paper")];
    let order = ham.runs(Place::Server, "buy", working).await;
    order.message_when(|message| message.text().contains("Working")).await.unwrap();

    step(1, "the key may be known; it is still the newest, so revoking it asks for a new one first");
    let refused = town.paddock(&["keys", "revoke", &leaked]);
    assert!(!refused.status.success() && said(&refused).contains("is the newest"), "{}", said(&refused));

    step(2, "a new key stands in front, the service is restarted");
    let old = town.ring.clone();
    let new = String::from_utf8(town.paddock(&["keys", "generate"]).stdout).unwrap().trim().to_owned();
    town.stop().await;
    town.ring = format!("{new},{old}");
    town.start().await;
    let card = ham.says("buy", live).await;

    step(3, "rotation moves the rows; it does not take old backups out of the world");
    assert!(town.paddock(&["keys", "rotate"]).status.success());
    let late = town.friend("late");
    late.links(Environment::Paper).await;

    step(4, "the leaked key is revoked");
    let revoked = town.paddock(&["keys", "revoke", &leaked]);
    assert!(revoked.status.success() && said(&revoked).contains("3 accounts of 2 users"), "{}", said(&revoked));
    let again = town.paddock(&["keys", "revoke", &leaked]);
    assert!(said(&again).contains("0 accounts of 0 users"), "it can be repeated: {}", said(&again));

    step(5, "nothing is ordered with what was sealed under it; looking and canceling go on; everybody is told");
    let posts = || town.exchange.requests().iter().filter(|sent| sent.endpoint == Endpoint::SubmitOrder).count();
    let before = posts();
    let (mut cases, mut violations) = (0, 0);
    let plain = &[("symbol", "AAPL"), ("quantity", "1")];
    for (friend, options) in [(&ham, &live[..]), (&ham, &working[..]), (&mara, &plain[..])] {
        let told = friend.says("buy", options).await;
        violations += usize::from(!told.text().contains("Regenerate the keys at Alpaca"));
        cases += 1;
    }
    let confirm = card.custom_id(&card.buttons()[0]).unwrap();
    let press = town.discord.force_press(&ham.user, &card, &confirm).within(crate::harness::PATIENCE);
    press.ack().await.unwrap();
    for command in ["account list", "positions", "balance", "account status"] {
        let told = ham.says(command, &[]).await.text();
        violations += usize::from(!told.contains("REVOKED") && !told.contains("Somebody may know these keys"));
        cases += 1;
    }
    let question = ham.says("cancel", &[("order", "all"), ("account", "paper")]).await;
    ham.presses(&question, &question.buttons()[0]).await.message_when(|m| m.text().contains("ancel")).await.unwrap();
    violations += posts() - before;
    assert!(late.says("balance", &[]).await.text().contains("$100,000.00"), "keys that were never under it go on");
    assert!(!late.says("balance", &[]).await.text().contains("know these keys"));

    step(6, "the same keys are not taken again; new ones are, and then the account trades");
    let form = ham.runs(Place::Server, "account rotate", &[("account", "paper")]).await.modal().await.unwrap();
    let told = ham.submits(&form, &ham.paper.key_id, &ham.paper.secret).await;
    violations += usize::from(!told.text().contains("These are the revoked keys"));
    let stolen = ham.paper.clone();
    gives_new_keys(&town, &mut ham, "paper").await;
    gives_new_keys(&town, &mut mara, "paper").await;
    let options = [("symbol", "AAPL"), ("quantity", "1"), ("account", "paper")];
    let bought = ham.runs(Place::Server, "buy", &options).await;
    bought.message_when(|message| message.text().contains("Filled")).await.unwrap();
    let told = ham.says("account list", &[]).await.text();
    assert_eq!(told.matches("REVOKED").count(), 1, "the live one still waits: {told}");

    step(7, "the thief's backup and key open what is worthless by now");
    let thief = town.friend("thief");
    let told = thief.links_with(Environment::Paper, &stolen.key_id, &stolen.secret, &[]).await;
    violations += usize::from(told.text().contains("Account linked"));

    step(8, "the old key leaves the ring; a service that would still seal under it does not start");
    assert!(said(&town.paddock(&["keys", "status"])).contains("may be removed"));
    town.stop().await;
    town.ring = format!("{old},{new}");
    let refused = town.paddock(&["serve"]);
    violations += usize::from(refused.status.success() || !said(&refused).contains("was revoked"));
    town.ring = new;
    town.start().await;
    assert!(town.paddock(&["check"]).status.success());
    assert!(mara.says("balance", &[]).await.text().contains("PAPER"));
    println!("PROMISE P8 (drill) cases={} violations={violations} orders_from_revoked=0 steps=8", cases + 5);
    assert_eq!(violations, 0);
}
