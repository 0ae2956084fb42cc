//! What `src/` puts into serenity: the list of commands, and the handlers around them.

use crate::context::Unanswered;
use crate::turnstile::Turnstile;
use crate::watchers::Watchers;
use crate::{
    account, after, audit, cancel, close, exercise, failures, guard, help, line, look, market, mydata, press, privacy,
    server, settings, status, ticket, trade, watchlist,
};
use desk::Desk;
use serenity::all::{CreateAllowedMentions, CreateCommand, InstallationContext, InteractionContext};

/// What every command works with.
pub struct Data {
    pub(crate) desk: Desk,
    pub(crate) turnstile: Turnstile,
    pub(crate) watchers: Watchers,
}

/// The framework that answers interactions. Registers nothing; see [`registration`].
///
/// `turnstile` counts what is being answered, so that whoever stops the service can wait for it.
pub fn framework(desk: Desk, turnstile: Turnstile) -> poise::Framework<Data, Unanswered> {
    let data = Data { desk, turnstile, watchers: Watchers::default() };
    poise::Framework::builder()
        .options(options())
        // A setup that fails would leave every later event waiting for ever, so it only hands the data over.
        .setup(move |_, _, _| Box::pin(async move { Ok(data) }))
        .initialize_owners(false)
        .build()
}

/// All commands, as `PUT /applications/{id}/commands` takes them.
pub fn registration() -> Vec<CreateCommand> {
    poise::builtins::create_application_commands(&commands())
}

fn options() -> poise::FrameworkOptions<Data, Unanswered> {
    poise::FrameworkOptions {
        commands: commands(),
        on_error: |error| Box::pin(failures::answer(error)),
        event_handler: |framework, event| Box::pin(press::route(framework, event)),
        allowed_mentions: Some(CreateAllowedMentions::new()),
        // Poise's own cooldown maps are never purged; the turnstile does the work instead.
        manual_cooldowns: true,
        initialize_owners: false,
        ..poise::FrameworkOptions::default()
    }
}

/// Every command, for servers and for direct messages with the bot.
pub(crate) fn commands() -> Vec<poise::Command<Data, Unanswered>> {
    let mut commands = vec![
        account::account(),
        look::balance(),
        look::positions(),
        look::position(),
        look::orders(),
        look::history(),
        look::portfolio(),
        look::allocation(),
        after::order(),
        trade::buy(),
        trade::sell(),
        trade::spread(),
        line::t(),
        ticket::ticket(),
        close::close(),
        close::close_all(),
        close::replace(),
        exercise::command(),
        cancel::cancel(),
        market::quote(),
        market::chart(),
        market::chain(),
        market::option(),
        market::news(),
        market::movers(),
        market::asset(),
        market::clock(),
        market::calendar(),
        watchlist::watchlist(),
        audit::audit(),
        guard::guard(),
        guard::pause(),
        guard::resume(),
        settings::settings(),
        server::server(),
        mydata::mydata(),
        privacy::privacy(),
        status::status(),
        help::help(),
    ];
    for command in &mut commands {
        command.install_context = Some(vec![InstallationContext::Guild]);
        command.interaction_context = Some(vec![InteractionContext::Guild, InteractionContext::BotDm]);
    }
    commands
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// A command, or a subcommand with its path, and its own options.
    fn leaves(json: &Value, path: &str, out: &mut Vec<(String, Value)>) {
        let path = format!("{path} {}", json["name"].as_str().unwrap()).trim().to_owned();
        let options = json["options"].as_array().cloned().unwrap_or_default();
        let (subcommands, options): (Vec<_>, Vec<_>) =
            options.into_iter().partition(|option| matches!(option["type"].as_u64(), Some(1 | 2)));
        out.push((path.clone(), Value::Array(options)));
        for subcommand in &subcommands {
            leaves(subcommand, &path, out);
        }
    }

    fn all() -> (Vec<Value>, Vec<(String, Value)>) {
        let commands = serde_json::to_value(registration()).unwrap().as_array().unwrap().clone();
        let mut out = Vec::new();
        for command in &commands {
            leaves(command, "", &mut out);
        }
        (commands, out)
    }

    /// What Discord counts towards a command's 8,000: names, descriptions and choice values.
    fn weight(json: &Value) -> usize {
        match json {
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| match value {
                    Value::String(text) if matches!(key.as_str(), "name" | "description" | "value") => {
                        text.chars().count()
                    }
                    other => weight(other),
                })
                .sum(),
            Value::Array(list) => list.iter().map(weight).sum(),
            _ => 0,
        }
    }

    fn is_name(text: &str) -> bool {
        (1..=32).contains(&text.len()) && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    }

    fn check_texts(json: &Value) {
        match json {
            Value::Object(map) => {
                if let Some(description) = map.get("description") {
                    assert!((1..=100).contains(&description.as_str().unwrap().chars().count()), "{description}");
                    assert!(is_name(map["name"].as_str().unwrap()), "{json}");
                }
                map.values().for_each(check_texts);
            }
            Value::Array(list) => list.iter().for_each(check_texts),
            _ => {}
        }
    }

    #[test]
    fn the_registration_keeps_to_discords_rules() {
        let (commands, leaves) = all();
        for command in &commands {
            check_texts(command);
            assert!(weight(command) < 8_000, "{command}");
            assert_eq!(command["integration_types"], serde_json::json!([0]), "{command}");
            assert_eq!(command["contexts"], serde_json::json!([0, 1]), "{command}");
        }
        for (path, options) in &leaves {
            let options = options.as_array().unwrap();
            assert!(options.len() <= 25, "{path}");
            let required: Vec<_> = options.iter().map(|option| option["required"].as_bool().unwrap_or(false)).collect();
            assert!(required.is_sorted_by(|a, b| a >= b), "{path}: required options come first");
            for option in options {
                let choices = option["choices"].as_array().map_or(0, Vec::len);
                assert!(choices <= 25, "{path}");
                assert!(choices == 0 || !option["autocomplete"].as_bool().unwrap_or(false), "{path}");
            }
        }
    }

    /// The README's table is what people read before they have the bot.
    #[test]
    fn the_readme_names_every_command_and_no_other() {
        let table = include_str!("../../README.md").lines().skip_while(|line| !line.starts_with("| command | what |"));
        let cells = table.skip(2).map_while(|line| line.strip_prefix("| ")?.split(" | ").next());
        let named: BTreeSet<_> = cells
            .flat_map(|cell| cell.split('`').filter_map(|word| word.strip_prefix('/')))
            .filter_map(|words| words.split_whitespace().next().map(str::to_owned))
            .collect();
        let registered: BTreeSet<_> =
            all().1.iter().filter_map(|(path, _)| path.split_whitespace().next().map(str::to_owned)).collect();
        assert_eq!(named, registered);
    }

    /// A command that no whole-system test gives is one that nobody has seen work.
    #[test]
    fn every_command_is_given_in_a_whole_system_test() {
        fn read(folder: &Path) -> String {
            let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            entries
                .map(|path| if path.is_dir() { read(&path) } else { std::fs::read_to_string(path).unwrap() })
                .collect()
        }
        let tests = read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests")));
        let paths: Vec<_> = all().1.into_iter().map(|(path, _)| path).collect();
        let is_group = |path: &str| paths.iter().any(|other| other.starts_with(&format!("{path} ")));
        let untried: Vec<_> =
            paths.iter().filter(|path| !is_group(path) && !tests.contains(&format!("\"{path}\""))).collect();
        assert!(untried.is_empty(), "{untried:?}");
    }

    #[test]
    fn money_quantity_and_words_travel_as_text() {
        for (path, options) in all().1 {
            for option in options.as_array().unwrap() {
                let (name, kind) = (option["name"].as_str().unwrap(), option["type"].as_u64().unwrap());
                let expected = if matches!(name, "card" | "extended" | "allowed" | "oco") { 5 } else { 3 };
                assert_eq!(kind, expected, "{path} {name}");
            }
        }
    }

    #[test]
    fn these_are_the_commands() {
        let lines: Vec<_> = all()
            .1
            .iter()
            .map(|(path, options)| {
                let options: Vec<_> = options
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|option| {
                        let name = option["name"].as_str().unwrap();
                        let mark = if option["autocomplete"].as_bool().unwrap_or(false) { "…" } else { "" };
                        if option["required"].as_bool().unwrap_or(false) {
                            format!("{name}{mark}")
                        } else {
                            format!("[{name}{mark}]")
                        }
                    })
                    .collect();
                format!("/{path} {}", options.join(" ")).trim_end().to_owned()
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        /account
        /account add environment [name]
        /account list
        /account use account…
        /account rename account… name
        /account rotate [account…]
        /account remove account…
        /account status [account…]
        /account confirm mode [account…]
        /balance [account…]
        /positions [account…]
        /position symbol… [account…]
        /orders [account…] [show] [symbol…]
        /history [kind] [account…] [order] [since]
        /portfolio [span] [account…]
        /allocation [account…]
        /order order… [account…]
        /buy symbol… [quantity] [dollars] [percent] [risk] [limit] [stop] [trail] [take_profit] [stop_loss] [stop_loss_limit] [oco] [effect] [tif] [account…] [card] [extended]
        /sell symbol… [quantity] [dollars] [percent] [risk] [limit] [stop] [trail] [take_profit] [stop_loss] [stop_loss_limit] [oco] [effect] [tif] [account…] [card] [extended]
        /spread legs [net] [quantity] [account…] [card]
        /t order… [account…] [card]
        /ticket symbol… [account…]
        /close symbol… [percent] [quantity] [limit] [account…] [card]
        /close-all [account…]
        /replace order… [limit] [stop] [trail] [quantity] [tif] [account…] [card]
        /exercise contract… [wish] [account…]
        /cancel order… [account…]
        /quote symbol…
        /chart symbol… [span] [account…]
        /chain symbol… [expires…]
        /option symbol… [account…]
        /news [symbol…]
        /movers
        /asset symbol…
        /clock
        /calendar [from]
        /watchlist
        /watchlist show [name…] [account…]
        /watchlist create name [symbols] [account…]
        /watchlist add name… symbol… [account…]
        /watchlist remove name… symbol… [account…]
        /watchlist delete name… [account…]
        /audit [account…] [act…] [order] [from] [until]
        /guard
        /guard show [account…]
        /guard set [order] [position] [day_loss] [only] [never] [cool_off] [fat_finger] [account…]
        /guard clear guard [account…]
        /pause [account…]
        /resume [account…]
        /settings [notices] [blur] [typed_above] [concentration]
        /server
        /server rules
        /server live allowed
        /server limit [dollars]
        /mydata
        /mydata what
        /mydata get format
        /mydata delete
        /privacy
        /status
        /help [topic]
        "#);
    }
}
