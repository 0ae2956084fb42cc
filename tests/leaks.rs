//! No secret is anywhere but at Alpaca: logs, database and everything that Discord received are searched for it.

use crate::harness::Town;
use sim::discord::Place;
use sim::exchange::Environment;

/// The forms in which a secret could hide.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hex: Vec<String> = secret.bytes().map(|b| format!("{b:02x}")).collect();
    let decimals: Vec<String> = secret.bytes().map(|b| b.to_string()).collect();
    vec![
        ("plain", secret.as_bytes().to_vec()),
        ("hex", hex.concat().into_bytes()),
        ("decimal bytes", decimals.join(", ").into_bytes()),
        ("base64", base64(secret.as_bytes()).into_bytes()),
    ]
}

/// Base64 of the longest prefix that is a multiple of three bytes, so that padding cannot hide it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sextet = |bits: u32, at: u32| char::from(ALPHABET[(bits >> at & 63) as usize]);
    bytes
        .chunks_exact(3)
        .flat_map(|chunk| {
            let bits = u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
            [18, 12, 6, 0].map(|at| sextet(bits, at))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_logs_database_or_discord_traffic() {
    let mut town = Town::open_alone().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    ham.links_with(Environment::Live, &ham.paper.key_id, &ham.paper.secret, &[("name", "wrong")]).await;
    ham.links_with(Environment::Paper, &ham.live.secret, &ham.live.key_id, &[("name", "swapped")]).await;
    ham.says("buy", &[("symbol", &ham.live.secret), ("quantity", "1")]).await;
    ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await.reply().await.unwrap();
    town.db.pause();
    ham.says("balance", &[]).await;
    town.db.resume();
    town.stop().await;

    let dump = town
        .db
        .as_superuser("select query_to_xml(format('select * from app.%I', c.relname), true, false, '')::text from pg_class c where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p')")
        .await;
    let mut haystacks: Vec<(String, Vec<u8>)> = vec![("log".to_owned(), town.log().into_bytes())];
    haystacks.extend(dump.into_iter().flatten().flatten().map(|text| ("database".to_owned(), text.into_bytes())));
    haystacks.extend(
        town.discord.received().into_iter().map(|sent| (format!("{} {}", sent.method, sent.path), sent.body.to_vec())),
    );
    let bytes: usize = haystacks.iter().map(|(_, hay)| hay.len()).sum();
    let mut hits = Vec::new();
    let mut searched = 0;
    for secret in [&ham.paper.secret, &ham.live.secret, &town.ring] {
        for (form, needle) in forms(secret) {
            searched += 1;
            for (place, hay) in &haystacks {
                if hay.windows(needle.len()).any(|window| window == needle) {
                    hits.push(format!("{form} in {place}"));
                }
            }
        }
    }
    println!("PROMISE P7 cases={searched} violations={} bytes_scanned={bytes} forms=4", hits.len());
    assert!(hits.is_empty(), "{hits:?}");
    assert!(bytes > 10_000, "something was searched");
}
