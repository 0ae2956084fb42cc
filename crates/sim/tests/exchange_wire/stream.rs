//! The trade stream, frame by frame.

use crate::client::{Client, Stream};
use serde_json::{Value, json};
use sim::exchange::{Endpoint, Environment, Fault, FaultRule, SecondConnection};

#[tokio::test]
async fn a_listener_hears_the_whole_life_of_an_order() {
    for (environment, opcode) in [(Environment::Paper, 2), (Environment::Live, 1)] {
        let client = Client::open(environment).await;
        let mut stream = client.listening().await;
        client.order("heard").await.expect("answer");
        let pending = stream.hear().await;
        assert_eq!((&pending["stream"], &pending["data"]["event"]), (&json!("trade_updates"), &json!("pending_new")));
        assert_eq!(pending["data"]["execution_id"], Value::Null);
        client.wait(100);
        assert_eq!(stream.event().await, "new");
        let fill = stream.hear().await["data"].clone();
        assert_eq!(stream.opcode, opcode, "{environment:?}");
        assert_eq!((&fill["event"], &fill["price"], &fill["qty"]), (&json!("fill"), &json!("10.01"), &json!("1")));
        assert_eq!((&fill["position_qty"], &fill["order"]["status"]), (&json!("1"), &json!("filled")));
        assert_eq!(fill["order"]["client_order_id"], "heard");
    }
}

#[tokio::test]
async fn the_older_hand_shake_is_taken_too_and_the_list_replaces_the_one_before() {
    let client = Client::open(Environment::Paper).await;
    let mut stream = client.stream().await;
    let data = json!({"key_id": client.keys.key_id, "secret_key": client.keys.secret});
    stream.say(&json!({"action": "authenticate", "data": data})).await;
    let expected = json!({"stream": "authorization", "data": {"status": "authorized", "action": "authenticate"}});
    assert_eq!(stream.hear().await, expected);
    for (asked, served) in [(json!(["trade_updates", "gossip"]), json!(["trade_updates"])), (json!([]), json!([]))] {
        stream.say(&json!({"action": "listen", "data": {"streams": asked}})).await;
        assert_eq!(stream.hear().await, json!({"stream": "listening", "data": {"streams": served}}));
    }
    assert_eq!(client.server.listeners(client.keys.account_id), 0);
    client.order("unheard").await.expect("answer");
    stream.say(&json!({"action": "listen", "data": {"streams": ["trade_updates"]}})).await;
    assert_eq!(stream.hear().await["stream"], "listening", "nothing was sent while nothing was asked for");
}

#[tokio::test]
async fn wrong_keys_are_told_so_and_closed() {
    let client = Client::open(Environment::Live).await;
    let wrong = [
        json!({"action": "auth", "key": client.keys.key_id, "secret": "wrong"}),
        json!({"action": "authenticate", "data": {"oauth_token": "none"}}),
    ];
    for message in wrong {
        let mut stream = client.stream().await;
        stream.say(&message).await;
        assert_eq!(stream.hear().await["data"]["status"], "unauthorized");
        assert!(stream.hear().await.is_null(), "closed");
    }
    let mut stream = client.stream().await;
    stream.say(&json!({"action": "listen", "data": {"streams": ["trade_updates"]}})).await;
    let expected = json!({"stream": "authorization", "data": {"status": "unauthorized", "action": "listen"}});
    assert_eq!(stream.hear().await, expected);
    let mut other_environment = Stream::open(&client.server.origins().paper).await.expect("upgrade");
    other_environment.say(&json!({"action": "auth", "key": client.keys.key_id, "secret": client.keys.secret})).await;
    assert_eq!(other_environment.hear().await["data"]["status"], "unauthorized");
}

#[tokio::test]
async fn a_second_stream_displaces_the_first_or_is_refused() {
    let client = Client::open(Environment::Paper).await;
    let mut first = client.listening().await;
    let mut second = client.listening().await;
    assert!(first.hear().await.is_null(), "displaced");
    client.server.turn(|knobs| knobs.second_connection = SecondConnection::Refused);
    let mut third = client.stream().await;
    third.say(&json!({"action": "auth", "key": client.keys.key_id, "secret": client.keys.secret})).await;
    assert_eq!(third.hear().await["data"]["status"], "exceeded");
    client.order("one").await.expect("answer");
    assert_eq!(second.event().await, "pending_new");
    client.server.turn(|knobs| knobs.duplicate_stream = true);
    client.wait(100);
    let told = [second.hear().await, second.hear().await];
    assert_eq!((&told[0]["data"]["event"], &told[0]), (&json!("new"), &told[1]));
    client.server.drop_streams(client.keys.account_id);
    while !second.hear().await.is_null() {}
    assert_eq!(client.server.listeners(client.keys.account_id), 0);
}

#[tokio::test]
async fn the_upgrade_can_be_refused() {
    let client = Client::open(Environment::Paper).await;
    for fault in [Fault::TooManyRequests { headers: false }, Fault::ResetBefore, Fault::Unavailable] {
        client.server.push_fault(FaultRule::once(Endpoint::Stream, fault));
        assert!(Stream::open(&client.url()).await.is_err());
    }
    client.listening().await;
}
