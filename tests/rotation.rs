//! Master keys are rotated while the service runs, and a rotation that is killed is simply run again.

use crate::harness::Town;
use sim::discord::Place;
use sim::exchange::Environment;

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_under_use_and_the_old_key_can_then_be_withdrawn() {
    let mut town = Town::open().await;
    let friends: Vec<_> = (0..6).map(|n| town.friend(&format!("friend{n}"))).collect();
    for friend in &friends {
        friend.links(Environment::Paper).await;
    }
    let old = town.ring.clone();
    let new = String::from_utf8(town.paddock(&["keys", "generate"]).stdout).unwrap().trim().to_owned();

    // The service learns the new key first, so that it can open what the rotation seals.
    town.stop().await;
    town.ring = format!("{new},{old}");
    town.start().await;
    let rotation = {
        let (folder, environment) = (std::env::temp_dir(), town.environment());
        std::thread::spawn(move || crate::harness::paddock_in(&folder, &["keys", "rotate"], &environment))
    };
    let mut opened = 0;
    for friend in friends.iter().cycle().take(30) {
        assert!(friend.says("balance", &[]).await.text().contains("$100,000.00"));
        opened += 1;
    }
    let rotation = rotation.join().unwrap();
    assert!(rotation.status.success(), "{}", String::from_utf8_lossy(&rotation.stderr));
    let status = town.paddock(&["keys", "status"]);
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.contains("may be removed"), "{status}");

    town.stop().await;
    town.ring = new;
    town.start().await;
    let mut failures = 0;
    for friend in &friends {
        failures += i32::from(!friend.says("balance", &[]).await.text().contains("$100,000.00"));
    }
    println!(
        "PROMISE P8 cases={} violations={failures} decrypt_failures={failures} rows_on_old_key=0",
        opened + friends.len()
    );
    assert_eq!(failures, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_key_the_runbook_lets_users_give_their_keys_again() {
    let mut town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    town.stop().await;
    town.ring = String::from_utf8(town.paddock(&["keys", "generate"]).stdout).unwrap().trim().to_owned();

    // The very statements of docs/runbooks/keys.md, with the fingerprints that `keys status` names.
    let status = town.paddock(&["keys", "status"]);
    assert!(!status.status.success(), "a key is missing");
    let newest =
        String::from_utf8_lossy(&status.stdout).lines().find(|l| l.contains("newest")).unwrap()[..16].to_owned();
    let missing = String::from_utf8_lossy(&status.stderr).into_owned();
    let lost = missing.split_once("still need: ").unwrap().1[..16].to_owned();
    let runbook = include_str!("../docs/runbooks/keys.md");
    let sql = runbook.split_once("   BEGIN;").unwrap().1.split_once("   COMMIT;").unwrap().0;
    town.db.as_superuser(&sql.replace("'LOST'", &format!("'{lost}'")).replace("'NEW'", &format!("'{newest}'"))).await;

    town.start().await;
    let told = ham.says("balance", &[]).await;
    assert!(told.text().contains("/account rotate"), "{}", told.text());
    let form = ham.runs(Place::Server, "account rotate", &[]).await.modal().await.unwrap();
    ham.submits(&form, &ham.paper.key_id, &ham.paper.secret).await;
    assert!(ham.says("balance", &[]).await.text().contains("$100,000.00"));
}
