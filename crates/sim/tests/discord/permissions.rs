//! What members, managers, administrators and the owner of the server are told to be allowed, and which commands they see.

use crate::kit::{Stage, Wire};
use serde_json::{Value, json};
use sim::discord::{Place, Refused, Standing, User};

const MANAGE_GUILD: u64 = 1 << 5;
const ADMINISTRATOR: u64 = 1 << 3;

async fn told(wire: &mut Wire, user: &User) -> (u64, Value) {
    user.run(Place::Server, "buy", &[("symbol", "AAPL")]).await.unwrap();
    let event = wire.frame().await;
    let bits = event["d"]["member"]["permissions"].as_str().unwrap().parse().unwrap();
    assert_eq!(event["d"]["channel"]["permissions"], event["d"]["member"]["permissions"]);
    (bits, event["d"]["member"]["roles"].clone())
}

#[tokio::test]
async fn an_interaction_tells_what_its_user_may_do_in_the_server() {
    let stage = Stage::set().await;
    let (mut wire, _) = Wire::identified(&stage.discord, false, 1).await;
    let guild = wire.frame().await["d"].clone();
    assert_eq!(guild["owner_id"], json!(stage.ham.id().to_string()), "who came first owns the server");
    let (owner, _) = told(&mut wire, &stage.ham).await;
    assert_eq!(owner & (MANAGE_GUILD | ADMINISTRATOR), MANAGE_GUILD | ADMINISTRATOR);
    let (member, roles) = told(&mut wire, &stage.eve).await;
    assert_eq!((member & (MANAGE_GUILD | ADMINISTRATOR), roles), (0, json!([])));
    for (standing, has) in [(Standing::Manager, MANAGE_GUILD), (Standing::Administrator, MANAGE_GUILD | ADMINISTRATOR)]
    {
        stage.eve.set_standing(standing);
        let (bits, roles) = told(&mut wire, &stage.eve).await;
        assert_eq!(bits & (MANAGE_GUILD | ADMINISTRATOR), has, "{standing:?}");
        let role = guild["roles"].as_array().unwrap().iter().find(|role| role["id"] == roles[0]).unwrap();
        assert_ne!(role["permissions"], json!("0"), "{role}");
    }
}

#[tokio::test]
async fn a_command_that_asks_for_permissions_is_offered_to_those_who_have_them() {
    let stage = Stage::set().await;
    let path = format!("/applications/{}/commands", stage.discord.application_id());
    let command =
        |name: &str, asks: Value| json!({"name": name, "description": "d", "default_member_permissions": asks});
    let all = json!([command("rules", Value::Null), command("manage", json!("32")), command("locked", json!("0"))]);
    let answer = stage.bot("PUT", &path, all).await;
    assert_eq!((answer.status, &answer.body[1]["default_member_permissions"]), (200, &json!("32")));
    let sees = async |user: &User, place| {
        let mut seen = Vec::new();
        for name in ["rules", "manage", "locked"] {
            match user.run(place, name, &[]).await {
                Ok(_) => seen.push(name),
                Err(refused) => assert_eq!(refused, Refused::UnknownCommand(name.to_owned())),
            }
        }
        seen
    };
    assert_eq!(sees(&stage.eve, Place::Server).await, ["rules"]);
    assert_eq!(sees(&stage.eve, Place::Dm).await, ["rules", "manage", "locked"], "nobody has roles there");
    stage.eve.set_standing(Standing::Manager);
    assert_eq!(sees(&stage.eve, Place::Server).await, ["rules", "manage"]);
    stage.eve.set_standing(Standing::Administrator);
    assert_eq!(sees(&stage.eve, Place::Server).await, ["rules", "manage", "locked"]);
    stage.eve.set_standing(Standing::Member);
    assert_eq!(sees(&stage.eve, Place::Server).await, ["rules"]);
    assert_eq!(sees(&stage.ham, Place::Server).await, ["rules", "manage", "locked"], "the owner");
}
