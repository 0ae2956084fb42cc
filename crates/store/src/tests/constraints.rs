//! The database's own last guards, tried past every function of the store: each must stand without the others.

use super::world::World;
use crate::embedded::Embedded;

#[tokio::test]
async fn a_second_intent_with_any_key_of_the_first_is_refused_by_the_database_itself() {
    let world = World::new().await;
    let fresh = [
        ("intent_id", "gen_random_uuid()".to_owned()),
        ("ticket_id", format!("'{}'::uuid", world.ticket)),
        ("interaction_id", "interaction_id + 1000000".to_owned()),
        ("client_order_id", "client_order_id || '-2'".to_owned()),
        ("seq", "seq + 1000".to_owned()),
    ];
    // All keys fresh but one, which is then the only reason to refuse.
    let second = async |kept: &str| {
        let names: Vec<_> = fresh.iter().map(|(name, _)| *name).collect();
        let values: Vec<_> =
            fresh.iter().map(|(name, value)| if *name == kept { *name } else { value.as_str() }).collect();
        let rest =
            "user_id, account_id, environment, symbol, side, qty, notional, order_type, limit_price, time_in_force,
                    extended_hours, terms, digest";
        let sql = format!(
            "INSERT INTO app.intents ({}, {rest}) SELECT {}, {rest} FROM app.intents WHERE ticket_id = '{}'",
            names.join(", "),
            values.join(", "),
            world.clicked,
        );
        world.db.try_as(Embedded::ADMIN, &sql).await
    };
    let mut violations = Vec::new();
    for (kept, _) in &fresh {
        let answer = second(kept).await;
        if answer.as_ref().err().map(String::as_str) != Some("23505") {
            violations.push(format!("{kept}: {answer:?}"));
        }
    }
    println!("PROMISE P1 (unique keys) cases={} violations={}", fresh.len(), violations.len());
    assert!(violations.is_empty(), "{violations:?}");
    assert!(second("none of them").await.is_ok(), "the row itself is sound");
}

/// The wall holds the owner and grants hold the roles; this is for whoever walks past both without meaning to.
#[tokio::test]
async fn the_book_is_append_only_even_for_a_superuser_until_they_switch_its_guard_off() {
    let world = World::new().await;
    let changes = [
        "UPDATE app.audit SET action = 'x'",
        "DELETE FROM app.audit",
        "TRUNCATE app.audit",
        "TRUNCATE app.audit_default",
    ];
    for change in changes {
        assert_eq!(world.db.try_as(Embedded::ADMIN, change).await.unwrap_err(), "42501", "{change}");
    }
    println!("PROMISE P14 (append only) cases={} violations=0", changes.len());
}
