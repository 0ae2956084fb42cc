//! Bots of other libraries: one script of what a user does, for each of them.

use crate::LOCKS;
use crate::tools::{self, Running};
use sim::clock::WorldClock;
use sim::discord::{Act, Discord, DiscordSetup, MessageView, ModalShown, Place, User};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_mins(1);

async fn discord() -> Discord {
    // It stands still, so that an interpreter that a busy machine holds up for three seconds is not called late.
    let clock = WorldClock::frozen_at("2026-11-20T15:00:00Z".parse().unwrap());
    Discord::start(DiscordSetup::new(clock, 42)).await.unwrap()
}

fn bot(discord: &Discord, command: &mut Command) -> Running {
    let command = command.env("SIM_API", discord.api_base()).env("SIM_GATEWAY", discord.gateway_url());
    Running::start(command.env("SIM_TOKEN", discord.token()))
}

async fn quote(ham: &User) -> Act {
    ham.run(Place::Server, "quote", &[("symbol", "AAPL"), ("shares", "3")]).await.unwrap()
}

/// Commands, choices, buttons, selects and forms.
async fn talk(discord: &Discord, ham: &User) {
    let choices = ham.autocomplete(Place::Server, "quote", &[("symbol", "a")], "symbol").await.unwrap();
    assert_eq!(choices.iter().map(|choice| choice.name.as_str()).collect::<Vec<_>>(), ["AAPL", "AMZN"]);

    let card = quote(ham).await.reply().await.unwrap();
    assert_eq!(
        card.text(),
        "| # AAPL\n| 3 shares\n| Bid: 1.00\n| -- simulated\n[Again] [Note]\n<Account: Paper | Live>\n(only you can see this)"
    );
    assert!(discord.user("mara").sees(Place::Server).is_empty(), "it is Ham's alone");
    let again = ham.press(&card, "Again").await.unwrap().reply().await.unwrap();
    assert!(again.content == "again" && again.embeds.is_empty() && again.edited, "{}", again.text());
    let chosen = ham.select(&again, "Account", &["Live"]).await.unwrap();
    chosen.message_when(|message| message.content == "chose l").await.unwrap();

    let form = ham.press(&card, "Note").await.unwrap().modal().await.unwrap();
    assert_eq!(form.title, "A note");
    let noted = submitted(ham, &form).await;
    assert!(noted.content == "noted plan: buy low" && noted.ephemeral, "{}", noted.text());
}

/// Submits as a person does who is told that something went wrong: once more. discord.py knows its own form only when it has read
/// the answer to the request that opened it, and nobody but a test is faster than that.
async fn submitted(ham: &User, form: &ModalShown) -> MessageView {
    for _ in 0..10 {
        let act = ham.submit(form, &[("Note", "buy low"), ("Kind", "plan")]).await.unwrap();
        if let Ok(noted) = act.within(Duration::from_secs(2)).reply().await {
            return noted;
        }
    }
    panic!("the form is never answered");
}

/// Files and direct messages.
async fn send(discord: &Discord, ham: &User) {
    let act = ham.run(Place::Server, "export", &[]).await.unwrap();
    let one = act.message_when(|message| message.content == "one, 8 bytes").await.unwrap();
    assert_eq!(&one.file("fills.csv").unwrap().bytes[..], b"a,b\n1,2\n");
    let shows = |message: &MessageView| message.content == "two" && message.file("chart.png").is_some();
    let two = act.message_when(shows).await.unwrap();
    assert_eq!(two.raw["attachments"], serde_json::json!([]), "the picture is in its embed");

    let said = ham.run(Place::Server, "whisper", &[]).await.unwrap().reply().await.unwrap();
    assert_eq!(said.content, "said psst!");
    assert_eq!(ham.dms().last().unwrap().content, "psst!");
    assert!(discord.user("mara").dms().is_empty());
}

/// The gateway goes away in every way there is; what a user does meanwhile is answered in time or said to have failed.
async fn fall_and_rise(discord: &Discord, ham: &User) {
    let works = async || quote(ham).await.reply().await.unwrap();
    discord.ask_reconnect();
    discord.wait_resumes(1, PATIENCE).await.unwrap();
    works().await;

    discord.cut_connections();
    discord.wait_resumes(2, PATIENCE).await.unwrap();
    works().await;

    discord.close_connections(4000);
    discord.wait_resumes(3, PATIENCE).await.unwrap();
    works().await;
    assert_eq!(discord.identifies(), 1, "all of them kept the session");

    discord.close_connections(4009);
    discord.wait_identifies(2, PATIENCE).await.unwrap();
    works().await;
}

async fn holds(name: &str, command: Option<Command>) {
    let Some(mut command) = command else { return };
    let discord = discord().await;
    let running = bot(&discord, &mut command);
    let there = discord.wait_ready(PATIENCE).await.and(discord.wait_commands(PATIENCE).await);
    assert!(there.is_ok(), "{name} does not start: {}", running.said());
    let ham = discord.user("ham");
    talk(&discord, &ham).await;
    send(&discord, &ham).await;
    fall_and_rise(&discord, &ham).await;
    let (code, said) = running.leave();
    assert_eq!((code, said.contains("ERROR") || said.contains("Traceback")), (Some(0), false), "{name}: {said}");
    let sent = discord.received();
    let refused: Vec<_> = sent.iter().filter(|request| request.status >= 400).collect();
    assert!(refused.is_empty(), "{name}: {refused:?}");
    let frames = sent.iter().filter(|request| request.method == "GATEWAY").count();
    println!(
        "FOREIGN {name} requests={} refused=0 gateway_frames={frames} identifies={} resumes={}",
        sent.len() - frames,
        discord.identifies(),
        discord.resumes()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_of_discord_py_works_unmodified() {
    holds("discord.py 2.7.1", tools::python("bot.py")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_of_discord_js_works_unmodified() {
    holds("discord.js 14.28.1", tools::node(Path::new(LOCKS).join("bot.cjs"))).await;
}
