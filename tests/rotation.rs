//! Master keys are rotated while the service runs, and a rotation that is killed is simply run again.

use crate::harness::Town;
use domain::account::AccountName;
use domain::clock::{Clock, SystemClock};
use domain::credential::{CredentialKind, KeyPair};
use domain::ids::{BrokerAccountId, UserId};
use domain::tenant::Tenant;
use secrecy::ExposeSecret;
use sim::exchange::Environment;
use std::time::Duration;
use store::{NewAccount, Store};
use vault::{KeyRing, Place};

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
    let form = ham.runs(sim::discord::Place::Server, "account rotate", &[]).await.modal().await.unwrap();
    ham.submits(&form, &ham.paper.key_id, &ham.paper.secret).await;
    assert!(ham.says("balance", &[]).await.text().contains("$100,000.00"));
}

/// Rows of people who are not there at the moment.
const ROWS: i64 = 24;
/// Rows of the rotation that is timed.
const MANY: i64 = 400;

#[expect(clippy::disallowed_methods, reason = "the test plays many users")]
fn absent(number: i64) -> Tenant {
    Tenant::from_interaction(UserId(900_000_000 + number))
}

fn secret_of(number: i64) -> String {
    format!("made-up-and-not-a-secret-{number:08}")
}

/// Credentials as the service itself would have sealed them.
async fn seal(store: &Store, ring: &str, numbers: std::ops::Range<i64>) -> Vec<(Place, String)> {
    let ring = KeyRing::parse(&ring.into()).unwrap();
    let mut sealed = Vec::new();
    for number in numbers {
        let (tenant, id) = (absent(number), domain::fresh::account());
        let place = Place {
            user: tenant.user(),
            account: id,
            environment: domain::account::Environment::Paper,
            kind: CredentialKind::KeyPair,
        };
        let secret = secret_of(number);
        let keys = KeyPair { key_id: format!("PKNOT0A0KEY{number:09}").into(), secret: secret.as_str().into() };
        let new = NewAccount {
            id,
            name: AccountName::stored("absent"),
            environment: place.environment,
            broker_id: BrokerAccountId(uuid::Uuid::from_bytes(domain::fresh::bytes())),
            number_tail: "0000".into(),
            key_tail: keys.tail(),
        };
        let mut tx = store.tenant(tenant).await.unwrap();
        tx.ensure_user(None).await.unwrap();
        tx.insert_account(&new, &ring.seal(&place, &keys)).await.unwrap();
        tx.commit().await.unwrap();
        sealed.push((place, secret));
    }
    sealed
}

/// How many do not open as what they were sealed as.
async fn shut(store: &Store, ring: &str, sealed: &[(Place, String)]) -> usize {
    let ring = KeyRing::parse(&ring.into()).unwrap();
    let mut shut = 0;
    for (number, (place, secret)) in sealed.iter().enumerate() {
        let mut tx = store.tenant(absent(i64::try_from(number).unwrap())).await.unwrap();
        let row = tx.credential(place.account).await.unwrap();
        shut += usize::from(!ring.open(place, &row).is_ok_and(|keys| keys.secret.expose_secret() == secret));
    }
    shut
}

async fn number(town: &Town, sql: &str) -> i64 {
    town.db.as_superuser(sql).await[0][0].as_deref().unwrap().parse().unwrap()
}

/// A rotation stands still inside of its (`every` + 1)th row, until somebody ends it.
async fn stand_still_after(town: &Town, every: i64) {
    let body = format!(
        "BEGIN IF nextval('public.turns') % {} = 0 THEN PERFORM pg_sleep(14); END IF; RETURN NULL; END",
        every + 1
    );
    town.db
        .as_superuser(&format!(
            "DROP TRIGGER IF EXISTS stand_still ON app.credentials;
             DROP SEQUENCE IF EXISTS public.turns; CREATE SEQUENCE public.turns;
             CREATE OR REPLACE FUNCTION public.stand_still() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ {body} $$;
             CREATE TRIGGER stand_still AFTER UPDATE OF ciphertext ON app.credentials
                FOR EACH ROW EXECUTE FUNCTION public.stand_still()"
        ))
        .await;
}

const ASLEEP: &str =
    "SELECT count(*)::text FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";

/// One rotation that is killed while it stands still, or that comes to its end. Returns whether it was killed.
async fn rotate_and_kill(town: &Town) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut rotation = crate::harness::bare(folder.path(), &["keys", "rotate"]);
    let quiet = std::process::Stdio::null;
    let mut rotation = rotation.envs(town.environment()).stdout(quiet()).stderr(quiet()).spawn().unwrap();
    let clock = SystemClock::start();
    loop {
        if let Some(status) = rotation.try_wait().unwrap() {
            assert!(status.success(), "a rotation that comes to its end succeeds");
            return false;
        }
        if number(town, ASLEEP).await > 0 {
            rotation.kill().unwrap();
            rotation.wait().unwrap();
            let end = ASLEEP.replace("count(*)::text", "pg_terminate_backend(pid)::text");
            town.db.as_superuser(&end).await;
            return true;
        }
        assert!(clock.elapsed() < crate::harness::PATIENCE, "the rotation neither ends nor stands still");
        clock.sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_killed_after_every_few_rows_loses_nothing_while_people_come_and_go() {
    let mut town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let mut sealed = seal(town.db.store(), &town.ring, 0..ROWS).await;
    let (mut kills, mut opened, mut failures, mut withdrawals) = (0, 0, 0, 0);
    for every in [1, 2, 3, 7] {
        let old = town.ring.clone();
        let new = String::from_utf8(town.paddock(&["keys", "generate"]).stdout).unwrap().trim().to_owned();
        town.stop().await;
        town.ring = format!("{new},{old}");
        town.start().await;
        stand_still_after(&town, every).await;
        let mut runs = 0;
        while rotate_and_kill(&town).await {
            runs += 1;
            failures += shut(town.db.store(), &town.ring, &sealed).await;
            failures += usize::from(!ham.says("balance", &[]).await.text().contains("$100,000.00"));
            opened += sealed.len() + 1;
            if runs == 2 {
                // Somebody links meanwhile, and somebody else withdraws the old key too early.
                let newcomer = town.friend(&format!("newcomer {every}"));
                newcomer.links(Environment::Paper).await;
                let mut early = town.environment();
                early.retain(|(name, _)| name != "PADDOCK_FERNET_KEYS");
                early.push(("PADDOCK_FERNET_KEYS".to_owned(), new.clone()));
                for words in [&["serve"][..], &["keys", "status"]] {
                    let refused = crate::harness::paddock_in(std::path::Path::new("/"), words, &early);
                    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
                    assert!(!refused.status.success() && said.contains("still need"), "{words:?}: {said}");
                    withdrawals += 1;
                }
            }
        }
        assert!(runs >= ROWS / (every + 1), "{runs} kills, one after every {every} rows");
        kills += runs;
        let status = town.paddock(&["keys", "status"]);
        assert!(String::from_utf8_lossy(&status.stdout).contains("may be removed"), "{status:?}");
        town.ring = new;
        failures += shut(town.db.store(), &town.ring, &sealed).await;
    }
    town.db.as_superuser("DROP TRIGGER stand_still ON app.credentials").await;

    // And once without anybody in the way, for the figure.
    sealed.extend(seal(town.db.store(), &town.ring, ROWS..MANY).await);
    let old = town.ring.clone();
    let new = String::from_utf8(town.paddock(&["keys", "generate"]).stdout).unwrap().trim().to_owned();
    town.ring = format!("{new},{old}");
    let clock = SystemClock::start();
    assert!(town.paddock(&["keys", "rotate"]).status.success());
    let took = clock.elapsed();
    assert_eq!(number(&town, "SELECT count(DISTINCT fingerprint)::text FROM app.credentials").await, 1);
    failures += shut(town.db.store(), &new, &sealed).await;
    let rows = u32::try_from(number(&town, "SELECT count(*)::text FROM app.credentials").await).unwrap();
    println!(
        "PROMISE P8 (killed) cases={opened} violations={failures} kills={kills} decrypt_failures={failures} rows_on_old_key=0 \
         early_withdrawals_refused={withdrawals} rows_per_second={:.0}",
        f64::from(rows) / took.as_secs_f64()
    );
    assert_eq!(failures, 0);
}
