//! Who is let in: the operator's lists, real money as a whole, a server's rules, and how fast commands may come.

use crate::harness::{Friend, Town};
use rust_decimal::Decimal;
use sim::discord::{Place, Standing};
use sim::exchange::Environment;

async fn town_with(overrides: &[(&str, &str)]) -> Town {
    let mut town = Town::without_bot().await;
    town.overrides = overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let town = town.populated().await;
    town.exchange.set_quote("AAPL", Decimal::new(100, 2), Decimal::new(101, 2));
    town
}

async fn told(friend: &Friend, place: Place, command: &str, options: &[(&str, &str)]) -> String {
    friend.says_in(place, command, options).await.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_listed_is_told_so_and_can_still_get_out() {
    let town = town_with(&[("PADDOCK_USERS", "nobody")]).await;
    assert!(town.log().contains("commands of no user, in every server"), "{}", town.log());
    let ham = town.friend("ham");
    let (mut cases, mut violations) = (0, 0);
    for place in [Place::Server, Place::Dm] {
        let closed: [(&str, &[(&str, &str)]); 4] = [
            ("balance", &[]),
            ("buy", &[("symbol", "AAPL"), ("quantity", "1")]),
            ("account add", &[("environment", "paper")]),
            ("positions", &[]),
        ];
        for (command, options) in closed {
            violations += usize::from(!told(&ham, place, command, options).await.contains("Not for you, so far"));
            cases += 1;
        }
        for command in ["orders", "account list", "mydata what", "privacy", "help", "status"] {
            violations += usize::from(told(&ham, place, command, &[]).await.contains("Not for you, so far"));
            cases += 1;
        }
    }
    println!("PROMISE P11 (lists) cases={cases} violations={violations}");
    assert_eq!(violations, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_servers_are_served_and_direct_messages_of_those_who_came_from_there() {
    let mut town = town_with(&[("PADDOCK_SERVERS", "nobody")]).await;
    let ham = town.friend("ham");
    assert!(told(&ham, Place::Server, "balance", &[]).await.contains("Not in this server"));
    assert!(told(&ham, Place::Dm, "balance", &[]).await.contains("Use it in the server first"));
    let form = ham.runs(Place::Dm, "account add", &[("environment", "paper")]).await.modal().await.unwrap();
    let refused = ham.submits(&form, &ham.paper.key_id, &ham.paper.secret).await;
    assert!(!refused.text().contains("Account linked"), "{}", refused.text());

    let server = town.discord.guild_id().to_string();
    town.overrides = vec![("PADDOCK_SERVERS".to_owned(), server)];
    town.restart().await;
    assert!(town.log().contains("in 1 server and in direct messages of those who came from there"));
    assert!(told(&ham, Place::Dm, "balance", &[]).await.contains("Use it in the server first"));
    ham.links(Environment::Paper).await;
    assert!(
        told(&ham, Place::Dm, "balance", &[]).await.contains("$100,000.00"),
        "our own rows know where ham came from"
    );
    town.restart().await;
    assert!(told(&ham, Place::Dm, "balance", &[]).await.contains("$100,000.00"), "after a restart, too");
}

/// Sets a rule of the server, as somebody who may.
async fn sets(admin: &Friend, rule: &str, options: &[(&str, &str)]) {
    let saved = admin.says(&format!("server {rule}"), options).await;
    assert!(saved.ephemeral && saved.text().contains("Saved."), "{rule} {options:?}: {}", saved.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_servers_rules_are_set_by_who_manages_it_at_that_moment_and_seen_by_everybody() {
    let town = town_with(&[]).await;
    let (owner, mara) = (town.friend("ham"), town.friend("mara"));
    let rules = async |friend: &Friend| told(friend, Place::Server, "server rules", &[]).await;
    let tries: [(&str, &[(&str, &str)]); 3] =
        [("server live", &[("allowed", "false")]), ("server limit", &[("dollars", "5")]), ("server limit", &[])];
    let before = rules(&mara).await;
    assert!(before.contains("allowed") && before.contains("no limit"), "{before}");
    let (mut cases, mut violations) = (0, 0);
    for (command, options) in tries {
        cases += 2;
        violations +=
            usize::from(!told(&mara, Place::Server, command, options).await.contains("For admins of this server"));
        violations += usize::from(!told(&owner, Place::Dm, command, options).await.contains("Only in a server"));
    }
    assert_eq!(rules(&mara).await, before, "none of it changed anything");

    sets(&owner, "live", &[("allowed", "false")]).await;
    assert!(rules(&mara).await.contains("forbidden"), "she sees what the owner decided");
    for standing in [Standing::Manager, Standing::Administrator] {
        mara.user.set_standing(standing);
        sets(&mara, "limit", &[("dollars", "250.50")]).await;
        assert!(rules(&owner).await.contains("$250.50"), "{standing:?}");
        let wrong = told(&mara, Place::Server, "server limit", &[("dollars", "a lot")]).await;
        assert!(!wrong.contains("Saved.") && rules(&owner).await.contains("$250.50"), "{wrong}");
        sets(&mara, "limit", &[]).await;
    }
    mara.user.set_standing(Standing::Member);
    for (command, options) in tries {
        cases += 1;
        violations +=
            usize::from(!told(&mara, Place::Server, command, options).await.contains("For admins of this server"));
    }
    assert!(rules(&owner).await.contains("forbidden"), "a role that is gone allows nothing any more");
    println!("PROMISE P11 (server rules) cases={cases} violations={violations}");
    assert_eq!(violations, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn real_money_is_switched_off_for_all_by_the_operator_and_for_its_people_by_a_server() {
    let mut town = town_with(&[]).await;
    let (owner, ham) = (town.friend("owner"), town.friend("ham"));
    ham.links(Environment::Paper).await;
    ham.links(Environment::Live).await;
    let live = [("symbol", "AAPL"), ("quantity", "10"), ("account", "live")];
    let paper = [("symbol", "AAPL"), ("quantity", "1"), ("account", "paper")];
    sets(&owner, "limit", &[("dollars", "5")]).await;
    for place in [Place::Server, Place::Dm] {
        let refused = told(&ham, place, "buy", &live).await;
        assert!(refused.contains("More than this server allows"), "{place:?}: {refused}");
    }
    let small = [("symbol", "AAPL"), ("quantity", "4"), ("account", "live")];
    assert!(ham.says("buy", &small).await.buttons().len() > 1, "within the limit a card is shown");
    sets(&owner, "limit", &[]).await;
    sets(&owner, "live", &[("allowed", "false")]).await;
    for place in [Place::Server, Place::Dm] {
        assert!(told(&ham, place, "buy", &live).await.contains("Paper only in this server"), "{place:?}");
    }
    assert!(ham.says("server rules", &[]).await.text().contains("forbidden"));
    sets(&owner, "live", &[("allowed", "true")]).await;
    let card = ham.says("buy", &live).await;
    assert!(card.buttons().len() > 1, "{}", card.text());

    // A card from before the switch is worth nothing after it, and no server's rule allows what the operator forbids.
    town.overrides = vec![("PADDOCK_LIVE".to_owned(), "off".to_owned())];
    town.restart().await;
    let confirm = card.custom_id(&card.buttons()[0]).unwrap();
    let press = town.discord.force_press(&ham.user, &card, &confirm).within(crate::harness::PATIENCE);
    press.message_when(|message| message.text().contains("Paper only at the moment")).await.unwrap();
    assert!(ham.says("buy", &live).await.text().contains("Paper only at the moment"));
    assert!(ham.says("balance", &[("account", "live")]).await.text().contains("LIVE"), "looking goes on");
    let bought = ham.runs(Place::Server, "buy", &paper).await;
    bought.message_when(|message| message.text().contains("Filled")).await.unwrap();
    assert_eq!(town.exchange.orders(ham.live.account_id).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_too_fast_waits_and_canceling_is_never_counted() {
    let limits = [("PADDOCK_USER_COMMANDS_PER_MINUTE", "6"), ("PADDOCK_SERVER_COMMANDS_PER_MINUTE", "9")];
    let town = town_with(&limits).await;
    let (ham, mara) = (town.friend("ham"), town.friend("mara"));
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(told(&ham, Place::Server, "account status", &[]).await);
    }
    let slowed = answers.iter().filter(|text| text.contains("Slower, please")).count();
    assert_eq!(slowed, 2, "{answers:?}");
    for _ in 0..10 {
        assert!(!told(&ham, Place::Server, "orders", &[]).await.contains("Slower"), "the way out is not counted");
    }
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(told(&mara, Place::Server, "account status", &[]).await);
    }
    assert_eq!(others.iter().filter(|text| text.contains("All of you in this server")).count(), 1, "{others:?}");
}
