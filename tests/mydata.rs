//! P19: what is kept is shown, copied, and gone when its owner leaves.

use crate::harness::Town;
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::Environment;

/// Tables with a column for a user.
const OWNED: &str = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attname = 'user_id' AND NOT a.attisdropped";

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_has_everything_but_keys_and_leaving_means_gone() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(100, 2), Decimal::new(101, 2));
    let (ham, mara) = (town.friend("ham"), town.friend("mara"));
    let name = "canaryname";
    ham.links_with(Environment::Paper, &ham.paper.key_id, &ham.paper.secret, &[("name", name)]).await;
    ham.links(Environment::Live).await;
    mara.links(Environment::Paper).await;
    let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1"), ("account", name)]).await;
    order.message_when(|message| message.text().contains("Filled")).await.unwrap();
    let card = ham.says("buy", &[("symbol", "AAPL"), ("quantity", "2"), ("account", "live")]).await;
    ham.says("account rename", &[("account", name), ("name", "canaryother")]).await;

    let what = ham.says("mydata what", &[]).await;
    assert!(
        what.text().contains("Keys, encrypted") && what.text().contains("Record of what was done"),
        "{}",
        what.text()
    );
    let (mut cases, mut violations) = (0, 0);
    for format in ["json", "csv"] {
        let copy = ham.says("mydata get", &[("format", format)]).await;
        assert!(copy.ephemeral && !copy.attachments.is_empty(), "{}", copy.text());
        let mut whole = String::new();
        for attachment in &copy.attachments {
            whole.push_str(std::str::from_utf8(&attachment.bytes).unwrap());
        }
        for present in ["canaryother", "AAPL", "account_linked"] {
            assert!(whole.contains(present), "{format} has {present}");
        }
        let sealed = town.db.as_superuser("SELECT ciphertext FROM app.credentials").await;
        for absent in [&ham.paper.secret, &ham.paper.key_id, &ham.live.secret, &mara.paper.key_id] {
            violations += usize::from(whole.contains(absent.as_str()));
            cases += 1;
        }
        violations += sealed.iter().flatten().flatten().filter(|text| whole.contains(text.as_str())).count();
        cases += sealed.len();
    }

    let id = ham.user.id();
    let book = format!("SELECT count(*)::text FROM app.audit WHERE user_id = (SELECT app.subject_of({id}))");
    let before: i64 = town.db.as_superuser(&book).await[0][0].as_deref().unwrap().parse().unwrap();
    let subject = town.db.as_superuser(&format!("SELECT app.subject_of({id})::text")).await[0][0].clone().unwrap();
    let question = ham.says("mydata delete", &[]).await;
    let stays = ham.says("mydata delete", &[]).await;
    ham.presses(&stays, "Keep it").await.message_when(|m| m.text().contains("Nothing was changed")).await.unwrap();
    let receipt = ham.presses(&question, "Delete everything").await;
    let receipt = receipt.message_when(|message| message.text().contains("This is your receipt")).await.unwrap();
    assert!(receipt.text().contains(&subject), "the receipt names what only ham knows now: {}", receipt.text());

    let tables = town.db.as_superuser(OWNED).await;
    for table in tables.into_iter().flatten().flatten() {
        let left = town.db.as_superuser(&format!("SELECT count(*)::text FROM app.{table} WHERE user_id = {id}")).await;
        violations += usize::from(left[0][0].as_deref() != Some("0"));
        cases += 1;
    }
    let kept = format!("SELECT count(*)::text FROM app.audit WHERE user_id = {subject}");
    let kept: i64 = town.db.as_superuser(&kept).await[0][0].as_deref().unwrap().parse().unwrap();
    assert!(kept > before, "the book keeps its entries, and the last says that the data was deleted");
    let texts = town.db.as_superuser("SELECT a::text FROM app.audit a").await;
    violations += texts.iter().flatten().flatten().filter(|text| text.contains("canary")).count();
    let whole = format!("SELECT coalesce(v.broken_at, 0)::text FROM app.audit_verify({subject}) v");
    assert_eq!(town.db.as_superuser(&whole).await[0][0].as_deref(), Some("0"), "and its chain is whole");

    // Nothing of ham opens or is pressed any more, and mara has noticed nothing.
    let confirm = card.custom_id(&card.buttons()[0]).unwrap();
    let press = town.discord.force_press(&ham.user, &card, &confirm).within(crate::harness::PATIENCE);
    press.ack().await.unwrap();
    assert!(ham.says("balance", &[]).await.text().contains("/account add"));
    assert!(ham.says("orders", &[]).await.text().contains("/account add"));
    assert_eq!(town.exchange.orders(ham.live.account_id).len(), 0);
    assert!(mara.says("balance", &[]).await.text().contains("$100,000.00"));
    println!("PROMISE P19 cases={cases} violations={violations} ciphertexts_left=0 book_entries_kept={kept}");
    assert_eq!(violations, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_it_sees_no_amount_before_pressing_a_button() {
    let mut town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    assert!(ham.says("balance", &[]).await.text().contains("$100,000.00"));
    ham.says("settings", &[("blur", "on")]).await;
    for place in [Place::Server, Place::Dm] {
        let masked = ham.says_in(place, "balance", &[]).await;
        assert!(masked.text().contains("$•••") && !masked.text().contains("100,000"), "{}", masked.text());
        // The button works after a restart, too.
        town.restart().await;
        let shown = ham.presses(&masked, "Show amounts").await;
        shown.message_when(|message| message.text().contains("$100,000.00")).await.unwrap();
    }
    assert!(!ham.says("positions", &[]).await.text().contains("100,000"));
    ham.says("settings", &[("blur", "off")]).await;
    assert!(ham.says("balance", &[]).await.text().contains("$100,000.00"));
}
